import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.ts';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type SinkReply, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

const MINUTE_MS = 60_000;
let test: TestApp;
let sink: SmtpSink;
/** What the next hop says to a recipient; changed by each test. */
let reply: (to: string) => SinkReply = () => undefined;
let asked: string[] = [];

beforeAll(async () => {
  sink = await startSmtpSink({
    atRecipient: (to) => {
      asked.push(to);
      return reply(to);
    },
  });
  test = await createTestApp({ settings: { SMTP_URL: sink.url, SMTP_CONNECTIONS: '4' } });
});
afterAll(async () => {
  await test?.close();
  await sink?.close();
});

/** A wave to that many people at one domain and at another. */
async function waveTo(counts: Record<string, number>): Promise<number> {
  const domains = Object.entries(counts).flatMap(([domain, count]) => Array<string>(count).fill(domain));
  const world = await makeWorld(test.deps, { contacts: domains.length, credentials: 1 });
  const rows = world.contactIds.map((id, i) => ({ id, domain: domains[i] }));
  await test.deps.db.execute(sql`
    update contacts c set email = 'p' || c.id || '@' || r.domain, email_key = 'p' || c.id || '@' || r.domain,
      email_domain = r.domain
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id bigint, domain text) where c.id = r.id`);
  return launchWave(test.deps, world);
}

const askedAt = (domain: string) => asked.filter((to) => to.endsWith(`@${domain}`)).length;

async function hold(domain: string) {
  const [row] = await test.deps.db.execute<{ holds: number; held_until: Date; code: string }>(
    sql`select holds, held_until, code from receiving_domains where domain = ${domain}`,
  );
  return row!;
}

describe('a domain that asks us to slow down', () => {
  it('is left alone by every worker until its time, while all others get their mail', async () => {
    asked = [];
    reply = (to) =>
      to.endsWith('@slow.example') ? '421 4.7.0 Too many connections for this domain' : undefined;
    const waveId = await waveTo({ 'slow.example': 30, 'quick.example': 30 });
    const mailer = createSmtpMailer({ url: sink.url, connections: 4 });
    try {
      const outcomes = await Promise.all([
        sendDueMessages(test.deps),
        sendDueMessages({ ...test.deps, mailer }),
      ]);
      expect(outcomes.reduce((sum, { sent }) => sum + sent, 0)).toBe(30);
      expect(outcomes.every(({ ended }) => ended === 'all_sent')).toBe(true);
      expect(askedAt('quick.example')).toBe(30);
      // Only what was on its way when the first answer came.
      const before = askedAt('slow.example');
      expect(before).toBeLessThanOrEqual(16);
      test.clock.advance(30_000);
      expect(await sendDueMessages({ ...test.deps, mailer })).toMatchObject({ sent: 0, ended: 'all_sent' });
      expect(askedAt('slow.example')).toBe(before);
      expect(await hold('slow.example')).toMatchObject({ holds: 1, code: '421 4.7.0' });
    } finally {
      await mailer.close();
    }
    expect(
      Object.keys(await messageStates(test.deps, waveId)).filter((s) => !/^(sent|planned)/.test(s)),
    ).toEqual([]);
    reply = () => undefined;
    test.clock.advance(10 * MINUTE_MS);
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 60 });
  });

  it('waits longer each time, and is met afresh when it had peace for an hour', async () => {
    reply = (to) => (to.endsWith('@worse.example') ? '421 4.7.28 Unusual rate' : undefined);
    await waveTo({ 'worse.example': 3 });
    const waits: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      await sendDueMessages(test.deps);
      const { holds, held_until } = await hold('worse.example');
      expect(holds).toBe(i + 1);
      waits.push(held_until.getTime() - test.clock.now().getTime());
      // Past the message's own wait too.
      test.clock.advance(waits[i]! + 20 * MINUTE_MS);
    }
    expect(waits[1]).toBeGreaterThan(waits[0]! * 2);
    expect(waits[2]).toBeGreaterThan(waits[1]! * 2);
    test.clock.advance(3 * 60 * MINUTE_MS);
    await sendDueMessages(test.deps);
    expect((await hold('worse.example')).holds).toBe(1);
    reply = () => undefined;
    test.clock.advance(10 * MINUTE_MS);
    await sendDueMessages(test.deps);
  });

  it('is not held for what is wrong with one mailbox', async () => {
    reply = (to) => (to.endsWith('@full.example') ? '452 4.2.2 Mailbox full' : undefined);
    const waveId = await waveTo({ 'full.example': 3 });
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ 'planned: 452 4.2.2': 3 });
    const rows = await test.deps.db.execute(
      sql`select 1 from receiving_domains where domain = 'full.example'`,
    );
    expect(rows).toHaveLength(0);
    reply = () => undefined;
    test.clock.advance(24 * 60 * MINUTE_MS);
    await sendDueMessages(test.deps);
  });
});

describe('a limit for each domain', () => {
  it('holds over all workers, and what has no room goes in the next minutes', async () => {
    const deps = { ...test.deps, config: { ...test.deps.config, domainMessagesPerMinute: 10 } };
    const waveId = await waveTo({ 'big.example': 25, 'small.example': 4 });
    const sent: number[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      asked = [];
      await Promise.all([1, 2, 3].map(() => sendDueMessages(deps)));
      sent.push(askedAt('big.example'));
      if (minute === 0) expect(askedAt('small.example')).toBe(4);
      test.clock.set(new Date(Math.ceil((test.clock.now().getTime() + 1) / MINUTE_MS) * MINUTE_MS + 31_000));
    }
    expect(sent).toEqual([10, 10, 5]);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 29 });
  });
});

describe('a limit of connections', () => {
  it('to one domain leaves the others to everybody else', async () => {
    // Answers wait until the most that may be under way are: two to the big domain, two to others.
    const underWay = new Map<string, number>();
    const most = new Map<string, number>();
    let release = () => {};
    const reached = new Promise<void>((resolve) => {
      release = resolve;
    });
    const narrow = await startSmtpSink({
      atMessage: async ({ to }) => {
        const domain = to.slice(to.indexOf('@') + 1).replace(/>.*/, '');
        underWay.set(domain, (underWay.get(domain) ?? 0) + 1);
        most.set(domain, Math.max(most.get(domain) ?? 0, underWay.get(domain)!));
        if (underWay.get('wide.example') === 2 && underWay.get('rest.example') === 2) release();
        await reached;
        underWay.set(domain, underWay.get(domain)! - 1);
        return undefined;
      },
    });
    const mailer = createSmtpMailer({ url: narrow.url, connections: 4 });
    const config = { ...test.deps.config, domainConnections: 2 };
    try {
      const waveId = await waveTo({ 'wide.example': 9, 'rest.example': 2 });
      await sendDueMessages({ ...test.deps, mailer, config });
      expect(await messageStates(test.deps, waveId)).toEqual({ sent: 11 });
      expect(Object.fromEntries(most)).toEqual({ 'wide.example': 2, 'rest.example': 2 });
    } finally {
      await mailer.close();
      await narrow.close();
    }
  });
});

describe('a limit for all together', () => {
  it('holds over all workers, takes nothing from what answers a person’s own act, and keeps nobody back', async () => {
    const deps = { ...test.deps, config: { ...test.deps.config, messagesPerMinute: 10 } };
    const waves = [await waveTo({ 'one.example': 12 }), await waveTo({ 'two.example': 11 })];
    const sent: number[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      asked = [];
      await Promise.all([1, 2, 3].map(() => sendDueMessages(deps)));
      sent.push(asked.length);
      if (minute === 0) {
        // A receipt in a full minute.
        await test.deps.db.execute(sql`
          insert into messages (agency_id, contact_id, employer_id, kind, stream, send_after, not_after, message_id, created_at)
          select agency_id, contact_id, employer_id, 'receipt', 'transactional', send_after, not_after,
            'receipt@test.example', created_at
          from messages where wave_id = ${waves[0]!} and sent_at is not null limit 1`);
        expect((await claimMessages(deps, { limit: 10 })).messages.map(({ kind }) => kind)).toEqual([
          'receipt',
        ]);
      }
      test.clock.set(new Date(Math.ceil((test.clock.now().getTime() + 1) / MINUTE_MS) * MINUTE_MS + 31_000));
    }
    expect(sent).toEqual([10, 10, 3]);
    for (const id of waves) expect(Object.keys(await messageStates(test.deps, id))).toEqual(['sent']);
  });
});

describe('refusals at the first word', () => {
  it('put a dead address on the list, and a blocked one not', async () => {
    reply = (to) => (to.endsWith('@gone.example') ? '550 5.1.1 no such user' : '554 5.7.1 blocked');
    const waveId = await waveTo({ 'gone.example': 2, 'blocking.example': 2 });
    await sendDueMessages(test.deps);
    reply = () => undefined;
    expect(await messageStates(test.deps, waveId)).toEqual({
      'failed: 550 5.1.1': 2,
      'failed: 554 5.7.1': 2,
    });
    const suppressed = await test.deps.db.execute<{ email: string; reason: string }>(sql`
      select c.email_domain as email, s.reason from messages m join contacts c on c.id = m.contact_id
      join unsubscribe_links l on l.contact_id = c.id join suppressions s on s.address_hash = l.address_hash
      where m.wave_id = ${waveId} and s.lifted_at is null`);
    expect([...suppressed]).toEqual([
      { email: 'gone.example', reason: 'bounced' },
      { email: 'gone.example', reason: 'bounced' },
    ]);
  });

  it('pause a wave when there is nothing else', async () => {
    reply = () => '550 5.0.0 not today';
    const waveId = await waveTo({ 'refusing.example': 200 });
    await sendDueMessages(test.deps);
    reply = () => undefined;
    const [wave] = await test.deps.db.execute<{ state: string; pause_reason: string }>(
      sql`select state, pause_reason from waves where id = ${waveId}`,
    );
    expect(wave).toEqual({ state: 'paused', pause_reason: 'failures' });
    const states = await messageStates(test.deps, waveId);
    expect(states['failed: 550 5.0.0']).toBeGreaterThanOrEqual(10);
    expect(states.planned).toBeGreaterThan(100);
  });
});
