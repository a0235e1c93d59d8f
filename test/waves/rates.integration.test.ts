import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SIZE_BAND_NAMES, sizeBandOf, sizeCondition } from '../../src/employers/audience.ts';
import { learnRates } from '../../src/outreach/planner/segment-rates.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { gatherPlanInput, readAudience, readRates, segmentOf } from '../../src/waves/gather-plan-input.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { draftOf, getWave } from '../../src/waves/queries.ts';
import { readHistory } from '../../src/waves/rate-queries.ts';
import { readRecentRates } from '../../src/waves/recent-rates.ts';
import { requireReady } from '../../src/waves/refuse.ts';
import { waveAudience } from '../../src/waves/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

const DAY_MS = 86_400_000;

let test: TestApp;
let world: WavesWorld;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 30 });
  await test.deps.db.execute(sql`
    update contacts set email_domain = 'gmail.com' where employer_id = any(${sql.param(
      world.employerIds.filter((_, i) => i % 3 === 0),
    )}::bigint[])`);
});
afterAll(() => test.close());

const now = () => test.clock.now();
const pass = (days: number) => test.clock.set(new Date(now().getTime() + days * DAY_MS));

const segments = async () => (await readHistory(test.deps.db, now())).segments;

/** Launches a wave, sends all its invitations, and has every nth person answer. */
async function wave(every: number): Promise<number> {
  const waveId = await makeProposed(test, world, {
    protocol: {
      remindAt: [],
      relevance: { sectorFit: false, unknownSector: 'ask', hiringAuthorityOnly: false },
    },
  });
  await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
  const planned = await test.deps.db.execute<{ at: Date }>(sql`
    select distinct send_after as at from messages where wave_id = ${waveId} order by 1`);
  for (const { at } of planned) {
    test.clock.set(new Date(at.getTime() + 60_000));
    await sendDueMessages(test.deps, {});
  }
  await test.deps.db.execute(sql`
    update invitations set state = 'answered', answered_at = ${now().toISOString()}::timestamptz
    where wave_id = ${waveId} and contact_id % ${every} = 0`);
  return waveId;
}

it('learns from asks that are ripe: employers by wave, with what they had done before', async () => {
  expect(await segments()).toEqual([]);
  await wave(2);
  // The mails are young: silence says nothing yet.
  expect(await segments()).toEqual([]);
  pass(15);
  const first = await segments();
  const sum = (rows: readonly { asked: number; answered: number }[], of: 'asked' | 'answered') =>
    rows.reduce((total, row) => total + row[of], 0);
  expect(sum(first, 'asked')).toBe(30);
  expect(sum(first, 'answered')).toBe(world.contactIds.filter((id) => id % 2 === 0).length);
  expect(new Set(first.map((row) => row.before))).toEqual(new Set(['never']));
  expect(
    sum(
      first.filter((row) => row.mail === 'free'),
      'asked',
    ),
  ).toBe(10);

  // Half a year on: those who answered do so again, the others stay silent.
  pass(200);
  await test.deps.db.execute(
    sql`update waves set state = 'closed', closed_at = now() where state = 'running'`,
  );
  await wave(2);
  pass(15);
  const counts = await segments();
  const again = counts.filter((row) => row.before === 'answered');
  expect(sum(again, 'answered')).toBe(sum(again, 'asked'));
  expect(
    sum(
      counts.filter((row) => row.before === 'silent'),
      'answered',
    ),
  ).toBe(0);
  const { rates } = await readRates(test.deps.db, now());
  const [row] = again;
  expect(rates.of(row!)).toBeGreaterThan(rates.of({ ...row!, before: 'silent' }));
  expect(rates).toMatchObject({ asked: 60 });
});

it('a contact’s segment is the one that its asks are counted under', async () => {
  const contacts = await readAudience(test.deps.db, waveAudience.parse({ counties: [world.county] }));
  // As they stood before their first wave, and before their second.
  for (const before of [new Map<number, boolean>(), (await readRates(test.deps.db, now())).before]) {
    const expected = new Map<string, number>();
    for (const contact of contacts) {
      const segment = segmentOf(contact, world.agencyId, before);
      const key = JSON.stringify([segment.before, segment.mail, segment.sector, segment.size]);
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    const counts = (await segments()).filter((row) => (row.before === 'never') === (before.size === 0));
    const found = new Map(
      counts.map((row) => [JSON.stringify([row.before, row.mail, row.sector, row.size]), row.asked]),
    );
    expect(found).toEqual(expected);
  }
});

it('was asked before means what it means where it is learnt: in these years, by a mail that did not come back', async () => {
  const { before } = await readHistory(test.deps.db, now());
  expect(before.size).toBe(30);
  expect([...before.values()].filter(Boolean)).toHaveLength(15);
  const later = new Date(now().getTime() + 6 * 365 * DAY_MS);
  expect((await readHistory(test.deps.db, later)).before.size).toBe(0);
  const [one] = world.contactIds;
  await test.deps.db.execute(
    sql`update asks set undelivered_at = asked_at where contact_id = ${one} and asked_at is not null`,
  );
  expect((await readHistory(test.deps.db, now())).before.size).toBe(29);
  await test.deps.db.execute(sql`update asks set undelivered_at = null where contact_id = ${one}`);
});

it('what takes long to read is taken as it was for ten minutes where it is only shown', async () => {
  const { db } = test.deps;
  const asked = async (longMs?: number) => (await readRecentRates(db, now(), longMs)).rates.asked;
  const hide = (contactId: number | undefined) =>
    db.execute(sql`
      update asks set undelivered_at = case when contact_id = ${contactId ?? 0} then asked_at end
      where asked_at is not null`);
  const [one] = world.contactIds;
  const all = await asked();
  await hide(one);
  const fewer = await asked();
  expect(fewer).toBeLessThan(all);
  // As if it had taken long.
  expect(await asked(0)).toBe(fewer);
  await hide(undefined);
  expect(await asked()).toBe(fewer);
  pass(1);
  expect(await asked()).toBe(all);
});

it('sizes are banded alike in SQL and in code', async () => {
  for (const jobs of [null, 0, 1, 9, 10, 49, 50, 249, 250, 100_000]) {
    const [row] = await test.deps.db.execute<{ band: string }>(sql`
      select case ${sql.join(
        SIZE_BAND_NAMES.map((band) => sql`when ${sizeCondition(band)} then ${band}`),
        sql` `,
      )} end as band from (select ${jobs}::int as jobs) e`);
    expect(row?.band).toBe(sizeBandOf(jobs));
  }
});

it('the plan’s input carries what was learnt, in numbers', async () => {
  pass(60);
  const waveId = await makeDraft(test, world);
  const loaded = await getWave(test.deps.db, world.agencyId, waveId);
  const ready = requireReady(draftOf(loaded), now());
  const { input } = await gatherPlanInput(
    test.deps.db,
    test.deps,
    { id: waveId, agencyId: world.agencyId, ...ready },
    { now: now(), agencyZone: 'America/Denver' },
  );
  const rates = learnRates(await segments());
  expect(input.history).toEqual({ asked: 60, answered: rates.answered, answers: 0, bothYes: 0 });
  const seen = new Set(input.candidates.map((candidate) => candidate.response));
  expect(seen.size).toBeGreaterThan(2);
  for (const candidate of input.candidates) {
    expect(candidate.region).toBe('MT');
    expect(candidate.response).toBeGreaterThan(0.02);
    expect(candidate.response).toBeLessThan(0.98);
  }
});
