import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createDatabase } from '../../src/db/client.ts';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

const MONDAY = '2026-03-02T16:00:00Z';
const HOUR_MS = 3_600_000;
let test: TestApp;
let sink: SmtpSink;
let second: TestApp['deps'];
let closeSecond: () => Promise<void>;

beforeAll(async () => {
  sink = await startSmtpSink();
  test = await createTestApp({
    settings: { SMTP_URL: sink.url, WARM_UP_DAILY: '20,30', SMTP_CONNECTIONS: '4' },
  });
  const other = createDatabase(test.databaseUrl, { max: 2 });
  second = { ...test.deps, db: other.db, sql: other.sql };
  closeSecond = other.close;
});
afterAll(async () => {
  await closeSecond?.();
  await test?.close();
  await sink?.close();
});
beforeEach(async () => {
  test.clock.set(MONDAY);
  await test.deps.db.execute(sql`
    update messages set state = 'cancelled', claimed_by = null, lease_until = null, finished_at = now()
    where state in ('planned', 'claimed')`);
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'old@known.example'`);
  await test.deps.db.execute(sql`
    insert into sending_domains (domain, warm_up_from, updated_at) values ('workforce.example', '2026-03-02', now())
    on conflict (domain) do nothing`);
});

/** A running wave to that many people; with reminders and all hours. */
async function wave(contacts: number, protocol: object = {}): Promise<number> {
  const waveId = await launchWave(test.deps, await makeWorld(test.deps, { contacts, credentials: 1 }));
  const closeAt = new Date(test.clock.now().getTime() + 14 * 24 * HOUR_MS).toISOString();
  const frozen = JSON.stringify({ closeAt, sendUntil: closeAt, ...protocol });
  await test.deps.db.execute(
    sql`update waves set protocol = protocol || ${frozen}::text::jsonb where id = ${waveId}`,
  );
  return waveId;
}

const ofDay = async (waveIds: readonly number[]) =>
  Object.fromEntries(
    (
      await test.deps.db.execute<{ day: string; n: number }>(sql`
        select to_char(sent_at at time zone 'America/Denver', 'Dy') as day, count(*)::int as n from messages
        where wave_id = any(${sql.param([...waveIds])}::bigint[]) and sent_at is not null group by 1`)
    ).map(({ day, n }) => [day, n]),
  );

it('two claims at one moment, of two agencies with one new domain, take no more than its day', async () => {
  const waves = [await wave(25), await wave(25)];
  const claims = await Promise.all([
    claimMessages(test.deps, { limit: 30 }),
    claimMessages(second, { limit: 30 }),
    claimMessages(second, { limit: 30 }),
  ]);
  expect(claims.reduce((sum, { messages }) => sum + messages.length, 0)).toBe(20);
  const states = await Promise.all(waves.map((id) => messageStates(test.deps, id)));
  expect(states.reduce((sum, state) => sum + (state['planned: warm_up'] ?? 0), 0)).toBe(30);
  expect(claims.reduce((sum, { refused }) => sum + (refused.warm_up ?? 0), 0)).toBe(30);
});

it('what had no room goes on the next days, each within its limit and within new times of its own', async () => {
  const waves = [await wave(40), await wave(40)];
  for (let hours = 0; hours < 60; hours += 6) {
    await Promise.all([sendDueMessages(test.deps), sendDueMessages(second)]);
    test.clock.advance(6 * HOUR_MS);
  }
  // From the third business day on nothing is limited.
  expect(await ofDay(waves)).toEqual({ Mon: 20, Tue: 30, Wed: 30 });
  expect(await messageStates(test.deps, waves[0]!)).toEqual({ sent: 40 });
  expect(await messageStates(test.deps, waves[1]!)).toEqual({ sent: 40 });
});

it('a colleague who is named takes no place that the wave has planned for another', async () => {
  const waveId = await wave(4, { dailyCapacity: 3 });
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'old@known.example'`);
  await test.deps.db.execute(sql`
    update messages set kind = 'referral', send_after = send_after - interval '1 hour', not_after = not_after + interval '10 days'
    where id = (select min(id) from messages where wave_id = ${waveId})`);
  expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 3, refused: 1 });
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 3, 'planned: capacity': 1 });
  test.clock.advance(24 * HOUR_MS);
  expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 1 });
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 4 });
});

it('what answers a person’s own act leaves on a full day too', async () => {
  const waveId = await wave(21);
  await sendDueMessages(test.deps);
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 20, 'planned: warm_up': 1 });
  await test.deps.db.execute(sql`
    insert into messages (agency_id, contact_id, employer_id, kind, stream, send_after, not_after, message_id, created_at)
    select agency_id, contact_id, employer_id, 'receipt', 'transactional', send_after, not_after, 'receipt@test.example', created_at
    from messages where wave_id = ${waveId} and sent_at is not null limit 1`);
  const { messages } = await claimMessages(test.deps, { limit: 10 });
  expect(messages.map(({ kind }) => kind)).toEqual(['receipt']);
});

it('what no day of the wave has room for is ended with the reason, for the wave to plan anew', async () => {
  const waveId = await wave(21, { sendUntil: '2026-03-02T23:00:00Z', closeAt: '2026-03-02T23:00:00Z' });
  await test.deps.db.execute(sql`
    update messages set not_after = '2026-03-02T23:00:00Z' where wave_id = ${waveId}`);
  await sendDueMessages(test.deps);
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 20, 'expired: warm_up': 1 });
});

it('what a wave takes over, and what an earlier day left, leave the planned ones of today their places', async () => {
  const taken = await wave(5, { dailyCapacity: 3 });
  const late = await wave(6, { dailyCapacity: 4 });
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'old@known.example'`);
  // Two were another wave's, launched an hour before.
  await test.deps.db.execute(sql`
    update messages set created_at = created_at - interval '1 hour', not_after = not_after + interval '10 days'
    where id in (select id from messages where wave_id = ${taken} order by id limit 2)`);
  // Three were planned for yesterday, at any hour, and the wave was paused.
  await test.deps.db.execute(sql`
    update messages set send_after = send_after - interval '20 hours', not_after = not_after + interval '10 days'
    where id in (select id from messages where wave_id = ${late} order by id limit 3)`);
  expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 7, refused: 4 });
  expect(await messageStates(test.deps, taken)).toEqual({ sent: 3, 'planned: capacity': 2 });
  expect(await messageStates(test.deps, late)).toEqual({ sent: 4, 'planned: capacity': 2 });
  test.clock.advance(30 * HOUR_MS);
  expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 4 });
  expect(await ofDay([taken, late])).toEqual({ Mon: 7, Tue: 4 });
});

it('a day off that is added while a wave runs is kept, and the days after it keep their number', async () => {
  const waveId = await wave(5, { dailyCapacity: 3 });
  const other = await wave(1);
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'old@known.example'`);
  // Two of its five are planned for Tuesday anyway.
  await test.deps.db.execute(sql`
    update messages set send_after = send_after + interval '24 hours', not_after = not_after + interval '24 hours'
    where id in (select id from messages where wave_id = ${waveId} order by id desc limit 2)`);
  await test.deps.db.execute(sql`
    insert into agency_blackouts (agency_id, first_day, last_day, reason, created_by, created_at)
    select agency_id, '2026-03-02', '2026-03-02', 'State of emergency', created_by, now() from waves where id = ${waveId}`);
  expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 1, refused: 3 });
  expect(await messageStates(test.deps, other)).toEqual({ sent: 1 });
  expect(await messageStates(test.deps, waveId)).toEqual({ 'planned: day_off': 3, planned: 2 });
  for (let hours = 0; hours < 60; hours += 6) {
    test.clock.advance(6 * HOUR_MS);
    await sendDueMessages(test.deps);
  }
  expect(await ofDay([waveId])).toEqual({ Tue: 3, Wed: 2 });
});
