import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/db/client.ts';
import { listenForReports } from '../../src/delivery/listen-for-reports.ts';
import { bounceAddress } from '../../src/mail/inbound/bounce-address.ts';
import type { MailListener } from '../../src/mail/inbound/listener.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { AUTO_REPLIES, arf, BOUNCES, UNKNOWN } from '../mail/inbound/report-samples.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { deliver } from '../support/smtp-client.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';

const DOMAIN = 'bounces.ask.example';
let test: TestApp;
let sink: SmtpSink;
let listener: MailListener;

beforeAll(async () => {
  sink = await startSmtpSink({ keepSource: true });
  test = await createTestApp({ settings: { SMTP_URL: sink.url, BOUNCE_DOMAIN: DOMAIN, MAIL_IN_PORT: '0' } });
  listener = (await listenForReports(test.deps))!;
});
afterAll(async () => {
  await listener?.close();
  await test?.close();
  await sink?.close();
});

/** Messages of a wave, sent, with the address that each has for its bounces. */
async function sentMessages(contacts: number) {
  const world = await makeWorld(test.deps, { contacts, credentials: 1 });
  const waveId = await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  const rows = await test.deps.db.execute<{ id: number; message_id: string }>(
    sql`select id, message_id from messages where wave_id = ${waveId} and state = 'sent' order by id`,
  );
  return rows.map((row) => ({ ...row, to: bounceAddress(test.deps.secrets.linkKey, row.id, DOMAIN) }));
}

async function eventsOf(messageId: number) {
  const rows = await test.deps.db.execute<{
    kind: string;
    classification: string | null;
    outcome: string | null;
  }>(sql`select kind, classification, outcome from mail_events where message_id = ${messageId} order by id`);
  return rows.map((row) => [row.kind, row.classification, row.outcome]);
}

const countEvents = async () =>
  (await test.deps.db.execute<{ n: number }>(sql`select count(*)::int as n from mail_events`))[0]!.n;

describe('the mail listener', () => {
  it('takes bounces, complaints and automatic replies, and tells them apart', async () => {
    const mails: [Buffer, (string | null)[]][] = [
      [BOUNCES.gmailNoSuchUser, ['bounce', 'dead_address', 'moved']],
      [BOUNCES.exchangeRestricted, ['bounce', 'policy_block', 'moved']],
      [BOUNCES.postfixExpired, ['bounce', 'transient', 'moved']],
      [BOUNCES.rfcDelayed, ['bounce', 'delayed', 'noted']],
      [BOUNCES.rfcThreeFates, ['bounce', 'unknown', 'needs_staff']],
      [BOUNCES.postfixDelivered, ['delivered', null, 'moved']],
      [AUTO_REPLIES.exchange, ['auto_reply', null, 'noted']],
      [arf(), ['complaint', null, 'moved']],
      [UNKNOWN.prose, ['other', null, 'needs_staff']],
    ];
    const messages = await sentMessages(mails.length);
    for (const [i, [raw]] of mails.entries()) {
      expect(await deliver(listener.port, { to: messages[i]!.to, raw })).toMatch(/^250 /);
    }
    for (const [i, [, event]] of mails.entries()) expect(await eventsOf(messages[i]!.id)).toEqual([event]);
  });

  it('keeps a report once that its sender sends again, not having heard our 250', async () => {
    const [message] = await sentMessages(1);
    const raw = BOUNCES.postfixUserUnknown;
    await deliver(listener.port, { to: message!.to, raw });
    await deliver(listener.port, {
      to: message!.to,
      raw: Buffer.concat([Buffer.from('Received: again\r\n'), raw]),
    });
    expect(await eventsOf(message!.id)).toEqual([['bounce', 'dead_address', 'moved']]);
  });

  it('refuses every address that it did not make, and counts them', async () => {
    const before = [await countEvents(), listener.counts.ignored] as const;
    const forged = bounceAddress(Buffer.alloc(32, 1), 1, DOMAIN);
    for (const to of [forged, `bounce@${DOMAIN}`, `postmaster@${DOMAIN}`, 'ann@firm.example']) {
      await expect(deliver(listener.port, { to, raw: BOUNCES.postfixUserUnknown })).rejects.toMatchObject({
        responseCode: 550,
      });
    }
    expect([await countEvents(), listener.counts.ignored]).toEqual([before[0], before[1] + 4]);
  });

  it('takes complaints at one address, by what the report quotes of ours, and ignores those about others', async () => {
    const [byToken, byHeader] = await sentMessages(2);
    const to = `complaints@${DOMAIN}`;
    await deliver(listener.port, { to, raw: arf({ mailFrom: byToken!.to }) });
    expect(await eventsOf(byToken!.id)).toEqual([['complaint', null, 'moved']]);
    const quoted = arf({ mailFrom: 'redacted' })
      .toString()
      .replace(/0123456789abcdef\w+@ask\.example/, byHeader!.message_id);
    await deliver(listener.port, { to, raw: Buffer.from(quoted.replace('arf-1', 'arf-2')) });
    expect(await eventsOf(byHeader!.id)).toEqual([['complaint', null, 'moved']]);
    const before = await countEvents();
    await deliver(listener.port, { to, raw: arf() });
    await deliver(listener.port, { to, raw: BOUNCES.postfixUserUnknown });
    expect(await countEvents()).toBe(before);
  });

  it('refuses what is too large', async () => {
    const [message] = await sentMessages(1);
    const raw = Buffer.concat([BOUNCES.postfixUserUnknown, Buffer.alloc(3 * 1024 * 1024, 'x')]);
    await expect(deliver(listener.port, { to: message!.to, raw })).rejects.toMatchObject({
      responseCode: 552,
    });
    expect(await eventsOf(message!.id)).toEqual([]);
  });

  it('keeps no address and no text of a report', async () => {
    const rows = await test.deps.db.execute<{ row: string }>(
      sql`select mail_events::text as row from mail_events`,
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter(({ row }) => row.includes('@')).length).toBe(0);
  });
});

describe('a listener that is killed between reading a report and keeping it', () => {
  it('has not acknowledged it, and it is kept once when it is sent again', async () => {
    const [message] = await sentMessages(1);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('../support/mail-in-child.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          ...process.env,
          DATA_DIR: test.deps.config.dataDir,
          DATABASE_URL: test.databaseUrl,
          LINK_SECRET: test.deps.secrets.linkKey.toString('hex'),
          SUPPRESSION_SECRET: test.deps.secrets.suppressionKey.toString('hex'),
          BOUNCE_DOMAIN: DOMAIN,
          MAIL_IN_PORT: '0',
          LOG_LEVEL: 'silent',
          ...(test.deps.config.redisUrl && { REDIS_URL: test.deps.config.redisUrl }),
        },
      },
    );
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const port = Number(line.split(' ')[1]);
    const other = createDatabase(test.databaseUrl, { max: 1 });
    try {
      // The report is read, and cannot be written while this lock is held.
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const locked = other.db.transaction(async (tx) => {
        await tx.execute(sql`lock table mail_events in share row exclusive mode`);
        const sending = deliver(port, { to: message!.to, raw: BOUNCES.postfixUserUnknown });
        const refused = expect(sending).rejects.toThrow();
        await expect
          .poll(
            async () =>
              (
                await test.deps.db.execute<{ n: number }>(sql`
                  select count(*)::int as n from pg_locks
                  where relation = 'mail_events'::regclass and not granted
                    and database = (select oid from pg_database where datname = current_database())`)
              )[0]!.n,
            { timeout: 10_000 },
          )
          .toBe(1);
        child.kill('SIGKILL');
        await refused;
        await held;
      });
      await once(child, 'exit');
      release();
      await locked;
      expect(await eventsOf(message!.id)).toEqual([]);
      expect(await deliver(listener.port, { to: message!.to, raw: BOUNCES.postfixUserUnknown })).toMatch(
        /^250 /,
      );
      expect(await eventsOf(message!.id)).toEqual([['bounce', 'dead_address', 'moved']]);
    } finally {
      child.kill('SIGKILL');
      await other.close();
    }
  });

  it('says to try again while the database is away from it', async () => {
    const [message] = await sentMessages(1);
    await test.deps.db.execute(sql`alter table mail_events rename to mail_events_away`);
    try {
      await expect(
        deliver(listener.port, { to: message!.to, raw: BOUNCES.postfixUserUnknown }),
      ).rejects.toMatchObject({ responseCode: 451 });
    } finally {
      await test.deps.db.execute(sql`alter table mail_events_away rename to mail_events`);
    }
    expect(await deliver(listener.port, { to: message!.to, raw: BOUNCES.postfixUserUnknown })).toMatch(
      /^250 /,
    );
  });
});
