import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { addCycle, createList } from '../../src/approvals/create-list.ts';
import { fileAppeal, withdrawAppeal } from '../../src/approvals/file-appeal.ts';
import { moveDue } from '../../src/approvals/move-due.ts';
import { findApplication, findRenewal, listAppeals, listCyclesOf } from '../../src/approvals/queries.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { attachEvidence, detachEvidence, reviewCriterion } from '../../src/approvals/show-criterion.ts';
import { startReview } from '../../src/approvals/start-review.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import type { ReviewCycle } from '../../src/approvals/types.ts';
import { auditEvents } from '../../src/db/schema/agencies.ts';
import { criterionReviews } from '../../src/db/schema/approvals.ts';
import { POLICY_PRESETS, type PolicyPreset, WYOMING } from '../../src/evidence/presets.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import type { CRITERIA } from '../../src/evidence/types.ts';
import { createTestClock } from '../support/app.ts';
import { createSigningDeps, decideByTwo } from '../support/approvals.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createEmployer, createWorld, type World } from '../support/evidence/world.ts';

let database: TestDatabase;
let world: World;
let other: World;
const clock = createTestClock(month(2));
let lists = 0;
const signing = createSigningDeps();

beforeAll(async () => {
  database = await createTestDatabase({ max: 6 });
  world = await createWorld(database.db);
  other = await createWorld(database.db);
});
afterAll(async () => {
  await database.drop();
  signing.remove();
});

const deps = () => ({ db: database.db, clock, config: signing.config, log: signing.log });
const ada = () => ({ agencyId: world.agency.id, staffId: world.staff[0].id });
const ben = () => ({ agencyId: world.agency.id, staffId: world.staff[1].id });
const stranger = () => ({ agencyId: other.agency.id, staffId: other.staff[0].id });
const people = (of = world) =>
  ({ agencyId: of.agency.id, staffIds: [of.staff[0].id, of.staff[1].id] }) as const;
const presetOf = (slug: string) => POLICY_PRESETS.find((preset) => preset.slug === slug)!;
const at = (applicationId: number, of = world) => findApplication(database.db, of.agency.id, applicationId);

async function makeList(
  changes: { policy?: PolicyPreset; reviewCycle?: ReviewCycle; of?: World; lapseAfterDays?: number } = {},
) {
  lists += 1;
  const { of = world, ...rest } = changes;
  const made = await createList(deps(), {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name: `Credentials ${lists}`,
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    ...rest,
  });
  if (!made.ok) throw new Error(made.reason);
  return made;
}

async function apply(list: { listId: number; cycleId: number }, bothYes: number, credentialId?: number) {
  const credential = credentialId ?? (await createCredential(database.db));
  const submitted = await submitApplication(deps(), { ...ada(), ...list, credentialId: credential });
  if (!submitted.ok) throw new Error(submitted.reason);
  const asked = new Date(clock.now().getTime() - 40 * 86_400_000);
  const answeredAt = new Date(clock.now().getTime() - 30 * 86_400_000);
  await employersSay(database.db, world, credential, bothYes, asked, { answeredAt });
  return { credentialId: credential, applicationId: submitted.applicationId };
}

async function freeze(applicationId: number) {
  const { freezeRequestId } = await requestFreeze(deps(), { ...ada(), applicationId, note: '' });
  return confirmFreeze(deps(), { ...ben(), applicationId, freezeRequestId });
}

async function approved(list: { listId: number; cycleId: number }) {
  const made = await apply(list, 10);
  await freeze(made.applicationId);
  expect(await decideByTwo(deps(), people(), made.applicationId, { outcome: 'approved' })).toEqual({
    ok: true,
  });
  return made;
}

async function systemActions(applicationId: number): Promise<string[]> {
  const rows = await database.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(and(eq(auditEvents.actorKind, 'system'), eq(auditEvents.subjectId, applicationId)))
    .orderBy(asc(auditEvents.id));
  return rows.map(({ action }) => action);
}

describe('a review', () => {
  it('begins once, and is nobody else’s', async () => {
    clock.set(month(2));
    const { applicationId } = await apply(await makeList(), 0);
    await expect(startReview(deps(), { ...stranger(), applicationId })).rejects.toThrow('not_found');
    await startReview(deps(), { ...ada(), applicationId });
    expect((await at(applicationId))?.state).toBe('in_review');
    await expect(startReview(deps(), { ...ben(), applicationId })).rejects.toThrow('already_done');
  });

  it('comes due by the list’s cycle and opens the renewal; renewing needs a decision of its own', async () => {
    clock.set(month(2));
    const list = await makeList();
    const { applicationId, credentialId } = await approved(list);
    expect(await at(applicationId)).toMatchObject({ reviewDueOn: '2027-03-01', state: 'decided' });
    clock.set(new Date('2027-03-01T06:59:00Z'));
    expect(await moveDue(deps())).toEqual({ due: 0, renewals: 0, lapsed: 0 });
    // Midnight in Denver, where the agency is.
    clock.set(new Date('2027-03-01T07:00:00Z'));
    expect(await moveDue(deps())).toEqual({ due: 1, renewals: 1, lapsed: 0 });
    expect(await moveDue(deps())).toEqual({ due: 0, renewals: 0, lapsed: 0 });
    expect(await at(applicationId)).toMatchObject({ state: 'due_for_review', lapsesOn: '2027-08-28' });
    const renewal = (await at((await findRenewal(database.db, applicationId))!))!;
    expect(renewal).toMatchObject({
      state: 'submitted',
      renewalOf: applicationId,
      credentialId,
      cycleName: '2027-01-01 to 2027-12-31',
    });
    expect(await listCyclesOf(database.db, [list.listId])).toHaveLength(2);

    await employersSay(database.db, world, credentialId, 10, clock.now(), { answeredAt: clock.now() });
    await freeze(renewal.id);
    expect(await decideByTwo(deps(), people(), renewal.id, { outcome: 'approved' })).toEqual({ ok: true });
    expect(await at(applicationId)).toMatchObject({ state: 'renewed', endedAt: clock.now() });
    expect((await at(renewal.id))?.reviewDueOn).toBe('2028-03-01');
    expect(await systemActions(applicationId)).toEqual(['application.due_for_review']);
  });

  it('lapses when nobody renews in the time that the list gives', async () => {
    clock.set(month(2));
    const { applicationId } = await approved(
      await makeList({ reviewCycle: 'quarterly', lapseAfterDays: 30 }),
    );
    clock.set(month(6));
    await moveDue(deps());
    expect(await at(applicationId)).toMatchObject({ state: 'due_for_review', lapsesOn: '2026-07-31' });
    const renewal = (await findRenewal(database.db, applicationId))!;
    expect(await moveDue(deps())).toMatchObject({ lapsed: 0 });
    clock.set(month(7));
    expect(await moveDue(deps())).toMatchObject({ lapsed: 1 });
    expect(await at(applicationId)).toMatchObject({ state: 'lapsed', endReason: 'Not renewed in time' });
    expect((await at(renewal))?.state).toBe('submitted');
    expect(await systemActions(applicationId)).toEqual(['application.due_for_review', 'application.lapsed']);
  });

  it('ends with a renewal that is denied, and takes what staff put up already as the renewal', async () => {
    clock.set(month(2));
    const list = await makeList({ reviewCycle: 'twice_a_year' });
    const { applicationId, credentialId } = await approved(list);
    const next = await addCycle(deps(), {
      ...ada(),
      listId: list.listId,
      cycle: { name: 'Autumn', startsOn: '2026-07-01', endsOn: '2027-01-01' },
    });
    if (!next.ok) throw new Error(next.reason);
    const early = await submitApplication(deps(), {
      ...ada(),
      credentialId,
      listId: list.listId,
      cycleId: next.cycleId,
    });
    if (!early.ok) throw new Error(early.reason);
    clock.set(month(8.5));
    expect(await moveDue(deps())).toMatchObject({ due: 1, renewals: 1 });
    expect(await findRenewal(database.db, applicationId)).toBe(early.applicationId);
    await decideByTwo(deps(), people(), early.applicationId, { outcome: 'denied' });
    expect(await at(applicationId)).toMatchObject({ state: 'lapsed', endReason: 'The renewal was denied' });
  });
});

describe('an appeal', () => {
  const appeal = { filedBy: 'Welding Society', grounds: 'Ten employers were heard too late' };

  it('opens the evidence again, and a second decision by two people overturns the first', async () => {
    clock.set(month(2));
    const { applicationId, credentialId } = await apply(await makeList(), 9);
    await freeze(applicationId);
    await decideByTwo(deps(), people(), applicationId, { outcome: 'denied', reason: 'One short' });
    await expect(requestFreeze(deps(), { ...ada(), applicationId, note: '' })).rejects.toThrow(
      'already_done',
    );
    const filed = { ...ada(), applicationId, ...appeal, dueOn: '2026-05-01' };
    expect(await fileAppeal(deps(), { ...filed, filedOn: '2026-04-02' })).toEqual({
      ok: false,
      reason: 'too_late',
    });
    await expect(fileAppeal(deps(), { ...filed, ...stranger(), filedOn: '2026-03-05' })).rejects.toThrow(
      'not_found',
    );
    const taken = await fileAppeal(deps(), { ...filed, filedOn: '2026-03-05' });
    if (!taken.ok) throw new Error(taken.reason);
    expect(await fileAppeal(deps(), { ...filed, filedOn: '2026-03-06' })).toEqual({
      ok: false,
      reason: 'already_appealed',
    });
    expect(await decideByTwo(deps(), people(), applicationId, { outcome: 'approved' })).toEqual({
      ok: false,
      reason: 'evidence_not_met',
    });
    await employersSay(database.db, world, credentialId, 1, month(1), { answeredAt: month(1.5) });
    await freeze(applicationId);
    expect(
      await decideByTwo(deps(), people(), applicationId, { outcome: 'approved', reason: 'Ten now' }),
    ).toEqual({
      ok: true,
    });
    expect(await at(applicationId)).toMatchObject({
      state: 'decided',
      decision: 'approved',
      decisionReason: 'Ten now',
    });
    const [ended] = await listAppeals(database.db, applicationId);
    expect(ended!.appeal.state).toBe('overturned');
  });

  it('is upheld by the same decision, or taken back', async () => {
    clock.set(month(2));
    const list = await makeList();
    const upheld = await apply(list, 1);
    const withdrawn = await apply(list, 1);
    for (const { applicationId } of [upheld, withdrawn]) {
      await decideByTwo(deps(), people(), applicationId, { outcome: 'denied' });
      await fileAppeal(deps(), {
        ...ada(),
        applicationId,
        ...appeal,
        filedOn: '2026-03-02',
        dueOn: '2026-04-01',
      });
    }
    await decideByTwo(deps(), people(), upheld.applicationId, { outcome: 'denied' });
    const [first] = await listAppeals(database.db, upheld.applicationId);
    expect(first!.appeal.state).toBe('upheld');
    const [second] = await listAppeals(database.db, withdrawn.applicationId);
    const back = {
      ...ada(),
      applicationId: withdrawn.applicationId,
      appealId: second!.appeal.id,
      reason: 'Agreed',
    };
    await withdrawAppeal(deps(), back);
    await expect(withdrawAppeal(deps(), back)).rejects.toThrow('already_done');
    expect((await at(withdrawn.applicationId))?.decision).toBe('denied');
  });

  it('keeps an approval from coming due', async () => {
    clock.set(month(2));
    const { applicationId } = await approved(await makeList({ reviewCycle: 'quarterly' }));
    await fileAppeal(deps(), {
      ...ada(),
      applicationId,
      ...appeal,
      filedOn: '2026-03-02',
      dueOn: '2026-09-01',
    });
    clock.set(month(7));
    await moveDue(deps());
    expect((await at(applicationId))?.state).toBe('decided');
  });
});

describe('criteria', () => {
  it('that Maryland makes mandatory keep it from being approved until each is shown', async () => {
    clock.set(month(2));
    const list = await makeList({ policy: presetOf('maryland') });
    const { applicationId, credentialId } = await apply(list, 0);
    await employersSay(database.db, world, credentialId, 3, month(1), {
      answeredAt: month(1.5),
      values: { importance: 'required' },
      hiringAuthority: true,
    });
    await freeze(applicationId);
    const approve = () => decideByTwo(deps(), people(), applicationId, { outcome: 'approved' });
    expect(await approve()).toEqual({ ok: false, reason: 'criteria_missing' });
    const mandatory = [
      'high_skill_wage_demand',
      'advancement',
      'portability',
      'alignment',
      'competencies',
    ] as const;
    const show = async (criterion: (typeof CRITERIA)[number]) => {
      const attached = await attachEvidence(deps(), {
        ...ada(),
        applicationId,
        criterion,
        evidence: { kind: 'link', url: 'https://labor.example/report', text: 'Report' },
      });
      if (!attached.ok) throw new Error(attached.reason);
      await reviewCriterion(deps(), { ...ben(), applicationId, criterion, verdict: 'shown', note: '' });
      return attached.evidenceId;
    };
    for (const criterion of mandatory) await show(criterion);
    expect(await approve()).toEqual({ ok: false, reason: 'criteria_missing' });
    const last = await show('assessment_integrity');
    clock.set(month(2.01));
    await detachEvidence(deps(), { ...ada(), applicationId, evidenceId: last });
    expect(await approve()).toEqual({ ok: false, reason: 'criteria_missing' });
    await show('assessment_integrity');
    expect(await approve()).toEqual({ ok: true });
    await expect(show('alignment')).rejects.toThrow('already_done');
    await expect(database.db.delete(criterionReviews)).rejects.toThrow(/Failed query/);
  });
});

describe('who may apply', () => {
  it('is the policy’s word: in Kentucky only an employer on record', async () => {
    clock.set(month(2));
    const list = await makeList({ policy: presetOf('kentucky') });
    const credentialId = await createCredential(database.db);
    const submit = (applicant?: Parameters<typeof submitApplication>[1]['applicant']) =>
      submitApplication(deps(), { ...ada(), ...list, credentialId, ...(applicant && { applicant }) });
    expect(await submit()).toEqual({ ok: false, reason: 'may_not_apply' });
    expect(await submit({ kind: 'employers', name: 'Somebody' })).toEqual({
      ok: false,
      reason: 'applicant_not_an_employer',
    });
    const employerId = await createEmployer(database.db);
    const made = await submit({ kind: 'employers', name: 'An employer', employerId });
    expect(made.ok && (await at(made.applicationId))).toMatchObject({
      applicantKind: 'employers',
      applicantEmployerId: employerId,
    });
  });
});

describe('one credential’s evidence', () => {
  it('serves lists of several agencies and policies without anybody being asked again', async () => {
    clock.set(month(2));
    const wyoming = await makeList();
    const letters = await makeList({ policy: presetOf('wisconsin'), of: other });
    const { applicationId, credentialId } = await apply(wyoming, 0);
    // One wave of the first agency; every answer is given once.
    await employersSay(database.db, world, credentialId, 10, month(1), {
      answeredAt: month(1.5),
      values: { incentive: 'yes', preference: 'yes', importance: 'required', entry_wage: '15_to_20' },
    });
    const elsewhere = await submitApplication(deps(), {
      agencyId: other.agency.id,
      staffId: other.staff[0].id,
      ...letters,
      credentialId,
      applicant: { kind: 'agencies', name: 'Workforce' },
    });
    if (!elsewhere.ok) throw new Error(elsewhere.reason);
    await freeze(applicationId);
    expect(await decideByTwo(deps(), people(), applicationId, { outcome: 'approved' })).toEqual({ ok: true });
    const mine = { agencyId: other.agency.id, applicationId: elsewhere.applicationId };
    const row = (await at(elsewhere.applicationId, other))!;
    expect(await readTally(database.db, credentialId, row.policyVersionId, clock.now())).toMatchObject({
      status: 'met',
      figures: { asked: 10, answered: 10, bothYes: 10 },
    });
    const { freezeRequestId } = await requestFreeze(deps(), {
      ...mine,
      staffId: other.staff[0].id,
      note: '',
    });
    const frozen = await confirmFreeze(deps(), { ...mine, staffId: other.staff[1].id, freezeRequestId });
    expect(frozen.ok).toBe(true);
    expect(
      await decideByTwo(deps(), people(other), elsewhere.applicationId, { outcome: 'approved' }),
    ).toEqual({ ok: true });
  });
});
