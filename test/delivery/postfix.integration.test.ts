import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listenForReports } from '../../src/delivery/listen-for-reports.ts';
import type { MailListener } from '../../src/mail/inbound/listener.ts';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.ts';
import type { Mailer } from '../../src/mail/types.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { startPostfix, type TestPostfix, whyNoPostfix } from '../support/postfix.ts';
import { type SinkReply, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';

/** What the firms' mail servers say, and what our record of it is to be in the end. */
const FIRMS: Record<
  string,
  { says: SinkReply; events: (string | null)[][]; state: string; suppressed: boolean }
> = {
  'good.example': { says: undefined, events: [], state: 'sent', suppressed: false },
  'gone.example': {
    says: '550 5.1.1 <person>: Recipient address rejected: User unknown',
    events: [['bounce', 'dead_address', '5.1.1']],
    state: 'bounced',
    suppressed: true,
  },
  'policy.example': {
    says: '554 5.7.1 Service unavailable; blocked. 5.1.1 is none of it',
    events: [['bounce', 'policy_block', '5.7.1']],
    state: 'bounced',
    suppressed: false,
  },
  'full.example': {
    says: '552 5.2.2 Mailbox full',
    events: [['bounce', 'other_permanent', '5.2.2']],
    state: 'bounced',
    suppressed: false,
  },
  'busy.example': {
    says: '451 4.3.0 Come back later',
    // Before it gives up, Postfix says that it is late, if it gets round to it.
    events: [['bounce', 'transient', '4.3.0']],
    state: 'bounced',
    suppressed: false,
  },
  // No route: Postfix's own answer.
  'nowhere.example': {
    says: undefined,
    events: [['bounce', 'dead_address', '5.4.4']],
    state: 'bounced',
    suppressed: true,
  },
};

const obstacle = whyNoPostfix();
if (obstacle) process.stderr.write(`test/delivery/postfix: skipped, ${obstacle}\n`);

describe.skipIf(obstacle !== null)('a real Postfix as the next hop', () => {
  let test: TestApp;
  let firms: SmtpSink;
  let listener: MailListener;
  let postfix: TestPostfix;
  let mailer: Mailer;

  beforeAll(async () => {
    firms = await startSmtpSink({
      keepSource: true,
      atRecipient: (to) => FIRMS[to.split('@')[1]!]?.says,
    });
    test = await createTestApp({ settings: { BOUNCE_DOMAIN: 'bounces.ask.example', MAIL_IN_PORT: '0' } });
    listener = (await listenForReports(test.deps))!;
    const routed = Object.keys(FIRMS).filter((domain) => domain !== 'nowhere.example');
    postfix = await startPostfix({
      ...Object.fromEntries(routed.map((domain) => [domain, `smtp:[127.0.0.1]:${firms.port}`])),
      'bounces.ask.example': `smtp:[127.0.0.1]:${listener.port}`,
    });
    mailer = createSmtpMailer({ url: postfix.url });
  });
  afterAll(async () => {
    await mailer?.close();
    await postfix?.stop();
    await listener?.close();
    await test?.close();
    await firms?.close();
  });

  it('its bounces come back through our listener and are told apart', async () => {
    const { db } = test.deps;
    const domains = Object.keys(FIRMS);
    const world = await makeWorld(test.deps, { contacts: domains.length, credentials: 1 });
    for (const [i, domain] of domains.entries()) {
      const email = `person@${domain}`;
      await db.execute(sql`
        update contacts set email = ${email}, email_key = ${email}, email_domain = ${domain}
        where id = ${world.contactIds[i]!}`);
    }
    const waveId = await launchWave(test.deps, world);
    expect(await sendDueMessages({ ...test.deps, mailer })).toMatchObject({
      sent: domains.length,
      ended: 'all_sent',
    });

    const read = () =>
      db.execute<{ domain: string; state: string; events: (string | null)[][]; suppressed: boolean }>(sql`
        select c.email_domain as domain, m.state,
          (select coalesce(json_agg(json_build_array(e.kind, e.classification, e.facts->>'status') order by e.id), '[]')
            from mail_events e where e.message_id = m.id and e.applied_at is not null
              and e.classification is distinct from 'delayed') as events,
          exists (select 1 from unsubscribe_links l join suppressions s on s.address_hash = l.address_hash
            where l.contact_id = c.id and s.lifted_at is null) as suppressed
        from messages m join contacts c on c.id = m.contact_id where m.wave_id = ${waveId}`);
    const expected = Object.values(FIRMS).flatMap(({ events }) => events).length;
    await expect
      .poll(async () => (await read()).flatMap(({ events }) => events).length, {
        timeout: 25_000,
        interval: 200,
      })
      .toBe(expected)
      .catch(async (error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(await read())}\n${await postfix.log()}`);
      });
    await firms.received(1);
    const found = Object.fromEntries(
      (await read()).map(({ domain, state, events, suppressed }) => [domain, { state, events, suppressed }]),
    );
    expect(found).toEqual(
      Object.fromEntries(
        domains.map((domain) => {
          const { state, events, suppressed } = FIRMS[domain]!;
          return [domain, { state, events, suppressed }];
        }),
      ),
    );
    const late = await db.execute<{ domain: string }>(sql`
      select distinct c.email_domain as domain from mail_events e join messages m on m.id = e.message_id
      join contacts c on c.id = m.contact_id where e.classification = 'delayed'`);
    expect(late.every(({ domain }) => domain === 'busy.example')).toBe(true);
    expect(firms.messages.map(({ to }) => to)).toEqual(['person@good.example']);
    expect(firms.messages[0]!.from).toMatch(/^bounce\+[0-9a-z]+-[0-9a-f]{32}@bounces\.ask\.example$/);
  });
});
