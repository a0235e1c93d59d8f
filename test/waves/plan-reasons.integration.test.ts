import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let neighbour: WavesWorld;
let approver: StaffBrowser;
let stranger: StaffBrowser;
let wave: number;
let before: string[];

const rows = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  test.deps.db.execute<Row>(query);
const linesOf = (csv: string) => csv.trim().split('\r\n');
const url = (part = '') => `/staff/waves/${wave}${part}`;

/**
 * Another agency wrote to the electricians three weeks ago, and has invited the hospitals just now; one person has left. The
 * wave may put two things to each.
 */
beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 12 });
  neighbour = await makeWavesWorld(test, { employers: 1, credentials: [['Phlebotomy', '']] });
  const nearby = { ...neighbour, county: world.county };
  const launchTheirs = async (sector: string) => {
    const waveId = await makeProposed(test, nearby, {
      audience: { naicsPrefixes: [sector] },
      protocol: { pace: 'at_once', remindAt: [] },
    });
    await launchWave(test.deps, { staff: neighbour.approver, waveId, seen: null });
  };
  test.clock.set('2026-02-09T16:00:00Z');
  await launchTheirs('23');
  await sendDueMessages(test.deps, {});
  test.clock.set('2026-03-02T16:00:00Z');
  await launchTheirs('62');
  await rows(sql`update contacts set state = 'left' where id = ${world.contactIds[3]}`);
  wave = await makeProposed(test, world, {
    name: 'One thing each',
    meeting: true,
    protocol: { maxAsksPerTouch: 2 },
  });
  approver = await signInAs(test, world.approver.id);
  stranger = await signInAs(test, neighbour.approver.id);
  before = linesOf((await approver.get(url('/plan.csv'))).body);
  await launchWave(test.deps, { staff: world.approver, waveId: wave, seen: null });
}, 60_000);
afterAll(() => test.close());

it('keeps for each ask that concerned somebody an ask, or exactly one reason', async () => {
  const [{ n: concerned } = { n: 0 }] = await rows<{ n: number }>(sql`
    select count(*)::int as n from contacts c join employers e on e.id = c.employer_id
    cross join (
      select id, naics_prefixes from credentials where id = any(${sql.param(world.credentialIds)}::bigint[])
      union all select null, '{}'
    ) k
    where c.id = any(${sql.param(world.contactIds)}::bigint[])
      and (k.naics_prefixes = '{}' or exists (select 1 from unnest(k.naics_prefixes) p where starts_with(e.naics_code, p)))`);
  const said = await rows<{ contact_id: number; topic: string; part: string }>(sql`
    select contact_id, coalesce('c' || credential_id, 'm' || meeting_id) as topic, 'ask' as part
    from asks where wave_id = ${wave}
    union all
    select contact_id, t, 'reason' from wave_plan_reasons r
      cross join lateral (select 'c' || unnest(r.credential_ids) union all select 'm' || unnest(r.meeting_ids)) as u (t)
      where r.wave_id = ${wave} and r.does = 'not_ask'
    union all
    select contact_id, t, 'left out' from wave_exclusions x
      cross join lateral (select 'c' || unnest(x.credential_ids) union all select 'm' || unnest(x.meeting_ids)) as u (t)
      where x.wave_id = ${wave}`);
  expect(new Set(said.map(({ part }) => part))).toEqual(new Set(['ask', 'reason', 'left out']));
  expect(new Set(said.map(({ contact_id, topic }) => `${contact_id} ${topic}`)).size).toBe(said.length);
  expect(said).toHaveLength(concerned);
  const kinds = await rows<{ does: string; reason: string }>(sql`
    select distinct does, reason from wave_plan_reasons where wave_id = ${wave} order by 1, 2`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      { does: 'merge', reason: 'merged' },
      { does: 'defer', reason: 'contact_budget_person' },
      { does: 'not_ask', reason: 'touch_full' },
    ]),
  );
});

it('exports the same plan after the launch as before it, with what became of each ask', async () => {
  const { statusCode, body } = await approver.get(url('/plan.csv'));
  expect(statusCode).toBe(200);
  const after = linesOf(body);
  expect(after[0]).toBe(`${before[0]},State,Dropped because`);
  // Beside the moment, which moves with the clock, and what only a launched wave has.
  const timeless = (line: string) => line.replace(/\d{4}-\d\d-\d\dT[^,]*/, '');
  const planned = before.slice(1).map(timeless).sort();
  const kept = after.slice(1).map((line) => timeless(line).replace(/,(planned)?,$/, ''));
  expect(kept.sort()).toEqual(planned);
});

it('tells it on the wave’s page, by person, and in the history of an employer', async () => {
  const page = await approver.get(url());
  expect(page.body).toContain('Asked in a mail of another wave');
  expect(page.body).toContain(`href="${url('/people')}?why&#x3D;merge.merged"`);
  const merged = await approver.get(`${url('/people')}?why=merge.merged`);
  expect(merged.statusCode).toBe(200);
  expect(merged.body.match(/<th scope="row"/g)).toHaveLength(2);
  expect(merged.body).toContain('Asked in a mail of another wave');
  const full = await approver.get(`${url('/people')}?why=not_ask.touch_full`);
  expect(full.body).toMatch(/Not asked about .*: the mail carries as much as it may/);
  // What makes no sense is everybody.
  const all = await approver.get(`${url('/people')}?why=nonsense`);
  expect(all.body.match(/<th scope="row"/g)).toHaveLength(11);
  expect((await approver.get(url('/left-out'))).body).toContain('Would have been asked about CompTIA A+');
  const people = await approver.get(url('/people.csv'));
  expect(people.body).toContain('Asked in a mail of another wave');

  const [left] = await rows<{ employer_id: number }>(
    sql`select employer_id from contacts where id = ${world.contactIds[3]}`,
  );
  const employer = `/staff/employers/${left!.employer_id}`;
  expect((await approver.get(employer)).body).toMatch(
    /One thing each<\/a>\. Not asked about CompTIA A\+[^<]*: no longer works there/,
  );
  const theirs = await stranger.get(employer);
  expect(theirs.statusCode).toBe(200);
  expect(theirs.body).not.toContain('One thing each');
  expect((await stranger.get(url('/plan.csv'))).statusCode).toBe(404);
});
