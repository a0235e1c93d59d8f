import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createList } from '../../src/approvals/create-list.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import type { ReviewCycle } from '../../src/approvals/types.ts';
import { cycleProposals } from '../../src/db/schema/cycle-proposals.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { addMonths } from '../../src/lib/add-months.ts';
import { proposeByCycle } from '../../src/waves/cycle/propose-waves.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { proposeWave } from '../../src/waves/propose-wave.ts';
import { draftOf, getWave } from '../../src/waves/queries.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createWorld } from '../support/evidence/world.ts';
import { signInAs } from '../support/sign-in.ts';
import { makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let other: WavesWorld;
let lists = 0;

const START = '2026-09-01T16:00:00Z';

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(START);
  world = await makeWavesWorld(test, { employers: 1200 });
  other = await makeWavesWorld(test, { employers: 1 });
  // The worlds of evidence number their agencies too.
  await test.deps.db.execute(sql`update agencies set slug = 'waves-' || slug`);
});
afterAll(() => test.close());

/** A list from 1 July to 30 June with an application for each credential. */
async function makeList(credentialIds: readonly number[], reviewCycle: ReviewCycle = 'annual') {
  lists += 1;
  const by = { agencyId: world.agencyId, staffId: world.proposer.id };
  const made = await createList(test.deps, {
    ...by,
    name: `Credentials of value ${lists}`,
    kind: 'unified',
    reviewCycle,
    policy: WYOMING,
    cycle: { name: '2026–27', startsOn: '2026-07-01', endsOn: '2027-07-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  for (const credentialId of credentialIds) {
    const { listId, cycleId } = made;
    const submitted = await submitApplication(test.deps, { ...by, credentialId, listId, cycleId });
    if (!submitted.ok) throw new Error(submitted.reason);
  }
  return made;
}

const proposalsOf = (listId: number) =>
  test.deps.db
    .select()
    .from(cycleProposals)
    .where(eq(cycleProposals.listId, listId))
    .orderBy(cycleProposals.id);

it('proposes once what a cycle lacks, keeps it up to date, and withdraws it when a wave asks about it', async () => {
  const { listId } = await makeList(world.credentialIds.slice(0, 2));
  // Fresh applications are left to staff.
  expect(await proposeByCycle(test.deps)).toEqual({ made: 0, updated: 0, passed: 0 });
  test.clock.set('2026-09-16T16:00:00Z');
  expect(await proposeByCycle(test.deps)).toEqual({ made: 1, updated: 0, passed: 0 });
  expect(await proposeByCycle(test.deps)).toEqual({ made: 0, updated: 0, passed: 0 });

  const [proposal] = await proposalsOf(listId);
  expect(proposal).toMatchObject({
    state: 'open',
    need: 'short',
    startsOn: '2026-07-01',
    deadline: '2027-07-01',
    audience: { naicsPrefixes: ['23', '62'] },
  });
  expect(proposal?.credentials.map(({ shortfall }) => shortfall)).toEqual([10, 10]);
  expect(proposal?.outlook.people).toBeGreaterThan(30);
  expect(proposal?.protocol).toMatchObject({ stopRule: 'enough', sendFrom: '2026-09-21T06:00:00.000Z' });

  // Its dates come too near: they are chosen anew.
  test.clock.set('2026-09-20T16:00:00Z');
  expect(await proposeByCycle(test.deps)).toEqual({ made: 0, updated: 1, passed: 0 });
  expect((await proposalsOf(listId))[0]?.protocol).toMatchObject({ sendFrom: '2026-09-28T06:00:00.000Z' });

  // Staff plan a wave of their own for one of the two.
  await test.deps.db.execute(sql`
    insert into waves (agency_id, name, topics, created_by, created_at, updated_at)
    values (${world.agencyId}, 'By hand', ${JSON.stringify({ credentialIds: [world.credentialIds[0]], meetingIds: [] })}::text::jsonb,
      ${world.proposer.id}, ${test.clock.now().toISOString()}, ${test.clock.now().toISOString()})`);
  expect(await proposeByCycle(test.deps)).toMatchObject({ updated: 1 });
  expect((await proposalsOf(listId))[0]?.credentials).toHaveLength(1);
  await test.deps.db.execute(sql`
    update waves set topics = ${JSON.stringify({ credentialIds: world.credentialIds, meetingIds: [] })}::text::jsonb
    where name = 'By hand'`);
  expect(await proposeByCycle(test.deps)).toEqual({ made: 0, updated: 0, passed: 1 });
  expect((await proposalsOf(listId))[0]?.state).toBe('passed');
  await test.deps.db.execute(
    sql`update waves set state = 'cancelled', cancelled_at = now() where name = 'By hand'`,
  );
  await test.deps.db.execute(sql`delete from applications where list_id = ${listId}`);
});

it('staff see it, open it once as a draft that is ready to be proposed, and two people launch it', async () => {
  test.clock.set('2026-10-01T16:00:00Z');
  const { listId } = await makeList(world.credentialIds.slice(0, 1));
  test.clock.set('2026-10-16T16:00:00Z');
  await proposeByCycle(test.deps);
  const [proposal] = await proposalsOf(listId);
  const editor = await signInAs(test, world.proposer.id);
  const stranger = await signInAs(test, other.proposer.id);

  const list = await editor.get('/staff/waves');
  expect(list.body).toContain('Proposed by the calendar');
  expect(list.body).toContain('Certified Nursing Assistant (short by 10 of 10) needs employers');
  const today = await editor.get('/staff');
  expect(today.body).toContain('Proposed by the calendar');
  const path = `/staff/cycle-proposals/${proposal?.id}`;
  const page = await editor.get(path);
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('The cycle ends on June 30, 2027');
  for (const url of [path, `${path}/open`, `${path}/dismiss`]) {
    const answer = url === path ? await stranger.get(url) : await stranger.post(url, { reason: 'No' });
    expect(answer.statusCode).toBe(404);
  }

  const opened = await editor.post(`${path}/open`);
  expect(opened.statusCode).toBe(303);
  expect((await editor.post(`${path}/open`)).headers.location).toBe(opened.headers.location);
  const [taken] = await proposalsOf(listId);
  expect(taken).toMatchObject({ state: 'taken', endedBy: world.proposer.id });
  const waveId = taken?.waveId as number;
  const wave = await getWave(test.deps.db, world.agencyId, waveId);
  expect(draftOf(wave).topics.credentialIds).toEqual(world.credentialIds.slice(0, 1));
  expect((await editor.get(`/staff/waves/${waveId}/preview`)).body).toContain('Expected to reach 10 by');
  expect((await editor.post(`${path}/dismiss`, { reason: 'Too late' })).statusCode).toBe(409);

  await proposeWave(test.deps, { staff: world.proposer, waveId });
  await expect(
    launchWave(test.deps, { staff: { ...world.proposer, role: 'approver' }, waveId, seen: null }),
  ).rejects.toThrow();
  await launchWave(test.deps, { staff: world.approver, waveId, seen: null });

  // The wave runs, and then it is closed and did not suffice: a second round.
  expect(await proposeByCycle(test.deps)).toMatchObject({ made: 0 });
  test.clock.set('2027-02-01T16:00:00Z');
  await test.deps.db.execute(sql`
    update waves set state = 'closed', closed_at = ${test.clock.now().toISOString()}::timestamptz where id = ${waveId}`);
  expect(await proposeByCycle(test.deps)).toMatchObject({ made: 1 });
  const again = await proposalsOf(listId);
  expect(again.map(({ round, state }) => [round, state])).toEqual([
    [1, 'taken'],
    [2, 'open'],
  ]);

  // Dismissed with a reason, which it takes: it does not come again in this cycle.
  const next = `/staff/cycle-proposals/${again[1]?.id}`;
  const later = await signInAs(test, world.proposer.id);
  const refused = await later.post(`${next}/dismiss`, { reason: ' ' });
  expect(refused.statusCode).toBe(422);
  expect(refused.body).toContain('Enter the reason');
  expect((await later.post(`${next}/dismiss`, { reason: 'The board meets in May' })).statusCode).toBe(303);
  expect((await later.get(next)).body).toContain('The board meets in May');
  expect(await proposeByCycle(test.deps)).toEqual({ made: 0, updated: 0, passed: 0 });
  const audit = await test.deps.db.execute<{ action: string }>(sql`
    select action from audit_events where subject_type = 'cycle_proposal' and subject_id = any(${sql.param(
      again.map(({ id }) => id),
    )}::bigint[]) order by id`);
  expect(audit.map(({ action }) => action)).toEqual([
    'cycle_proposal.made',
    'cycle_proposal.opened',
    'cycle_proposal.made',
    'cycle_proposal.dismissed',
  ]);
  await test.deps.db.execute(sql`delete from applications where list_id = ${listId}`);
});

it('evidence of an approval that is about to age out proposes to renew it, and asks those again who gave it', async () => {
  const credentialId = world.credentialIds[1] as number;
  const { listId } = await makeList([credentialId]);
  const answeredAt = test.clock.now();
  const evidence = await createWorld(test.deps.db);
  const employerIds = await employersSay(test.deps.db, evidence, credentialId, 10, answeredAt, {
    answeredAt,
  });
  await test.deps.db.execute(sql`
    update applications set state = 'decided', decision = 'approved', decision_reason = 'Ten employers',
      decided_by = ${world.approver.id}, decided_at = ${answeredAt.toISOString()}::timestamptz where list_id = ${listId}`);
  await test.deps.db.execute(sql`
    update invitations set state = 'answered', answered_at = ${answeredAt.toISOString()}::timestamptz
    where employer_id = any(${sql.param(employerIds)}::bigint[])`);
  await test.deps.db.execute(sql`
    update employers set naics_code = '238210' where id = any(${sql.param(employerIds)}::bigint[])`);
  test.clock.set(addMonths(answeredAt, 20));
  expect(await proposeByCycle(test.deps)).toMatchObject({ made: 0 });
  test.clock.set(addMonths(answeredAt, 21));
  expect(await proposeByCycle(test.deps)).toMatchObject({ made: 1 });
  const [proposal] = await proposalsOf(listId);
  expect(proposal).toMatchObject({ need: 'lapsing', startsOn: '2028-07-01', endsOn: '2029-07-01' });
  expect(proposal?.credentials[0]).toMatchObject({ shortfall: 0, lapsing: 10 });
  expect(proposal?.deadline).toBe(addMonths(answeredAt, 24).toISOString().slice(0, 10));
  expect(proposal?.outlook.people).toBeGreaterThan(10);

  const editor = await signInAs(test, world.proposer.id);
  const opened = await editor.post(`/staff/cycle-proposals/${proposal?.id}/open`);
  expect((await editor.get(opened.headers.location as string)).body).toContain('Met, but 10 lapse soon');
  const people = await editor.get(`/staff/waves/${(await proposalsOf(listId))[0]?.waveId}/people.csv`);
  const [first] = await test.deps.db.execute<{ name: string }>(sql`
    select legal_name as name from employers where id = ${employerIds[0] as number}`);
  expect(people.body).toContain(first?.name);
});
