import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

const MINUTE_MS = 60_000;

let test: TestApp;
let world: WavesWorld;
let other: WavesWorld;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 30 });
  other = await makeWavesWorld(test, { employers: 1 });
  // Some employers with a crowd of contacts, some two zones away.
  await test.deps.db.execute(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, created_at, updated_at)
    select e.id, 'More', 'more' || e.id || '-' || i || '@crowd.example', 'more' || e.id || '-' || i || '@crowd.example',
      'crowd.example', now(), now()
    from employers e, generate_series(1, 4) i where e.county = ${world.county} and e.id % 3 = 0`);
  await test.deps.db.execute(sql`
    update employers set time_zone = 'America/New_York' where county = ${world.county} and id % 4 = 0`);
});
afterAll(() => test.close());

const launch = async (from: WavesWorld, over: Parameters<typeof makeProposed>[2]) => {
  const waveId = await makeProposed(test, from, over);
  const launched = await launchWave(test.deps, { staff: from.approver, waveId, seen: null });
  return { waveId, launched };
};

it('what the planner plans for two agencies, the claim sends: day by day, no budget stands in the way', async () => {
  await launch(other, {
    audience: { counties: [world.county], naicsPrefixes: ['62', '23'] },
    protocol: { dailyCapacity: 7 },
  });
  const { waveId, launched } = await launch(world, { meeting: true, protocol: { dailyCapacity: 7 } });
  expect(launched?.people).toBeGreaterThan(20);
  expect(launched?.leftOut).toBeGreaterThan(10);

  const planned = await test.deps.db.execute<{ at: Date }>(sql`
    select distinct send_after as at from messages order by 1`);
  for (const { at } of planned) {
    test.clock.set(new Date(at.getTime() + MINUTE_MS));
    await sendDueMessages(test.deps, {});
  }

  const states = await test.deps.db.execute<{ state: string; reason: string | null; n: number }>(sql`
    select state, reason, count(*)::int as n from messages group by 1, 2 order by 1, 2`);
  expect(states.map(({ state, reason }) => ({ state, reason }))).toEqual([{ state: 'sent', reason: null }]);
  const days = await test.deps.db.execute<{ most: number }>(sql`
    select max(n)::int as most from (
      select count(*) as n from messages m join employers e on e.id = m.employer_id
      where m.wave_id = ${waveId}
      group by (m.sent_at at time zone coalesce(e.time_zone, 'America/Denver'))::date) as per_day`);
  expect(days[0]?.most).toBeLessThanOrEqual(7);
  // The same budgets once more, in SQL that shares nothing with the planner or the claim.
  const over = await test.deps.db.execute<{ n: number }>(sql`
    with touch as (
      select m.contact_id, e.unit_id, m.sent_at, m.step = 0 as new from messages m join employers e on e.id = m.employer_id
    )
    select count(*)::int as n from touch t where
      (select count(*) from touch o where o.contact_id = t.contact_id
        and o.sent_at >= t.sent_at and o.sent_at < t.sent_at + interval '30 days') > 3
      or (select count(*) from touch o where o.unit_id = t.unit_id
        and o.sent_at >= t.sent_at and o.sent_at < t.sent_at + interval '30 days') > 6
      or (select count(distinct o.contact_id) from touch o where o.unit_id = t.unit_id and o.new
        and o.sent_at >= t.sent_at and o.sent_at < t.sent_at + interval '90 days') > 3
      or exists (select 1 from touch o where o.contact_id = t.contact_id
        and o.sent_at > t.sent_at and o.sent_at < t.sent_at + interval '6 days 12 hours')`);
  expect(over).toEqual([{ n: 0 }]);
});
