import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { fileAppeal } from '../../src/approvals/file-appeal.ts';
import { moveDue } from '../../src/approvals/move-due.ts';
import { proposeDecision, withdrawDecision } from '../../src/approvals/propose-decision.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { evidenceSnapshots } from '../../src/db/schema/evidence.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { applyFor, decideByTwo } from '../support/approvals.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createWorld, type World } from '../support/evidence/world.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

const DAY_MS = 86_400_000;

let test: TestApp;
let world: World;
let other: World;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  other = await createWorld(test.deps.db);
});
afterAll(() => test.close());

const ada = () => ({ agencyId: world.agency.id, staffId: world.staff[0].id });
const people = () =>
  ({ agencyId: world.agency.id, staffIds: [world.staff[0].id, world.staff[1].id] }) as const;
const days = (n: number) => test.clock.set(new Date(test.clock.now().getTime() + n * DAY_MS));

async function packetOf(browser: StaffBrowser, changes: Record<string, string> = {}) {
  const made = await browser.post('/staff/records', {
    reference: 'R-1',
    credentialId: '',
    fromDay: '2026-01-01',
    lastDay: '2028-12-31',
    profile: 'nothing_withheld',
    ...changes,
  });
  expect(made.statusCode).toBe(303);
  const path = String(made.headers.location).split('?')[0]!;
  return { page: (await browser.get(path)).body, packet: (await browser.get(`${path}/packet.json`)).json() };
}

it('a records packet tells every decision, appeal, revocation and renewal, in order, with who and when', async () => {
  const { db } = test.deps;
  const { applicationId, credentialId } = await applyFor(test.deps, world, WYOMING, {
    applicant: { kind: 'issuers', name: 'Welding Society' },
  });
  await employersSay(db, world, credentialId, 10, month(0), { answeredAt: month(1) });
  const { freezeRequestId } = await requestFreeze(test.deps, { ...ada(), applicationId, note: '' });
  const frozen = await confirmFreeze(test.deps, {
    ...ada(),
    staffId: world.staff[1].id,
    applicationId,
    freezeRequestId,
  });
  if (!frozen.ok) throw new Error(frozen.reason);
  const decide = (outcome: 'approved' | 'denied' | 'revoked', more: object = {}) =>
    decideByTwo(test.deps, people(), applicationId, { outcome, ...more });

  const slip = await proposeDecision(test.deps, {
    ...ada(),
    applicationId,
    outcome: 'denied',
    reason: 'A slip',
  });
  if (!slip.ok) throw new Error(slip.reason);
  days(1);
  await withdrawDecision(test.deps, { ...ada(), applicationId, decisionId: slip.decisionId });
  days(1);
  await decide('denied', { reason: 'Ann Miller doubts it', publicReason: 'Too early' });
  days(1);
  const appealed = await fileAppeal(test.deps, {
    ...ada(),
    applicationId,
    filedBy: 'Ann Miller',
    filedOn: '2026-03-03',
    dueOn: '2026-05-01',
    grounds: 'Nobody asked Ann',
  });
  if (!appealed.ok) throw new Error(appealed.reason);
  days(1);
  await decide('approved', { reason: 'Ten of ten', conditions: 'A report each year' });
  days(370);
  await moveDue(test.deps);
  days(1);
  await decide('revoked', { reason: 'The exam is gone' });
  const waiting = await applyFor(test.deps, world, WYOMING, { credentialId });
  await proposeDecision(test.deps, {
    ...ada(),
    applicationId: waiting.applicationId,
    outcome: 'denied',
    reason: 'Waits',
  });

  const browser = await signInAs(test, world.staff[0].id);
  const { page, packet } = await packetOf(browser);
  expect(packet.format).toBe('countersign-records/3');
  const told = packet.proceedings.map(({ what, outcome, applicationId: of }: Record<string, unknown>) =>
    [what, outcome, of === applicationId ? 'it' : 'another'].filter(Boolean).join(' '),
  );
  expect(told).toEqual([
    'submitted it',
    'proposal_withdrawn denied it',
    'decided denied it',
    'appealed it',
    'decided_on_appeal approved it',
    'appeal_ended overturned it',
    'due_for_review it',
    'renewal_submitted another',
    'revoked revoked it',
    'submitted another',
  ]);
  const times = packet.proceedings.map(({ at }: { at: string }) => at);
  expect(times).toEqual(times.toSorted());
  const [, , denied, appeal, approved] = packet.proceedings;
  const names = await test.deps.sql<{ id: number; name: string }[]>`
    select id, name from staff_members where agency_id = ${world.agency.id} order by id`;
  expect(denied).toMatchObject({
    reason: 'Ann Miller doubts it',
    publicReason: 'Too early',
    proposedBy: names[0]!.name,
    by: names[1]!.name,
  });
  expect(appeal).toMatchObject({ filedBy: 'Ann Miller', grounds: 'Nobody asked Ann', dueOn: '2026-05-01' });
  const [snapshot] = await db
    .select()
    .from(evidenceSnapshots)
    .where(eq(evidenceSnapshots.id, frozen.snapshotId));
  expect(approved).toMatchObject({
    conditions: 'A report each year',
    appealId: appealed.appealId,
    evidenceSha256: snapshot!.sha256,
  });
  expect(page).toContain('Applications, decisions, appeals');

  const blacked = (await packetOf(browser, { profile: 'people_and_employers_withheld' })).packet;
  expect(blacked.proceedings).toHaveLength(told.length);
  expect(JSON.stringify(blacked.proceedings)).not.toMatch(/Ann|Miller|Welding Society|Ten of ten|The exam/);
  expect(blacked.proceedings[4]).toMatchObject({ conditions: 'A report each year', by: names[1]!.name });
  expect(blacked.redactions.map(({ field }: { field: string }) => field)).toContain('proceeding.grounds');

  const early = (await packetOf(browser, { lastDay: '2026-03-02' })).packet;
  expect(early.proceedings.length).toBeLessThan(told.length);
  const theirs = await signInAs(test, other.staff[0].id);
  expect((await packetOf(theirs)).packet.proceedings).toEqual([]);

  // An ask that rode in the mail of another agency’s wave is a record of the agency that asked.
  const [answer] = await test.deps.sql<{ askId: number }[]>`
    select ask_id as "askId" from answers where credential_id = ${credentialId} order by id limit 1`;
  await db.execute(sql`update asks set wave_id = ${other.wave.id} where id = ${answer!.askId}`);
  expect((await packetOf(browser)).packet.answers).toHaveLength(9);
  expect((await packetOf(theirs)).packet.answers).toHaveLength(1);
});
