import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchRequirements } from '../../src/api/watch-requirements.ts';
import { confirmPolicy, proposePolicy } from '../../src/approvals/change-policy.ts';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { fileAppeal } from '../../src/approvals/file-appeal.ts';
import { moveDue } from '../../src/approvals/move-due.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { createDatabase, type Database } from '../../src/db/client.ts';
import { markDistinct, mergeDuplicate } from '../../src/employers/decide-duplicate.ts';
import { proposePair } from '../../src/employers/propose-pair.ts';
import { confirmIdentityChange, requestIdentityChange } from '../../src/employers/request-identity-change.ts';
import { markConflict } from '../../src/evidence/mark-conflict.ts';
import { type PolicyPreset, WYOMING } from '../../src/evidence/presets.ts';
import { confirmAdjudication, proposeAdjudication } from '../../src/evidence/settle-dispute.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { decideByTwo } from '../support/approvals.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay, giveAnswer, sendAsk } from '../support/evidence/history.ts';
import {
  createAsk,
  createCredential,
  createEmployer,
  createPerson,
  createWorld,
  type World,
} from '../support/evidence/world.ts';

let test: TestApp;
let second: Database;
let world: World;
let lists = 0;

beforeAll(async () => {
  test = await createTestApp();
  second = createDatabase(test.databaseUrl, { max: 2 });
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
});
afterAll(async () => {
  await second.close();
  await test.close();
});

const by = (at: 0 | 1) => ({ agencyId: world.agency.id, staffId: world.staff[at].id });
const people = () => ({ agencyId: world.agency.id, staffIds: [by(0).staffId, by(1).staffId] }) as const;

/** A credential up for a list of its own, with so many employers who say yes to both. */
async function apply(bothYes: number, policy: PolicyPreset = WYOMING) {
  test.clock.set(month(2));
  lists += 1;
  const list = await createList(test.deps, {
    ...by(0),
    name: `List ${lists}`,
    kind: 'unified',
    reviewCycle: 'annual',
    policy,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!list.ok) throw new Error(list.reason);
  const credentialId = await createCredential(test.deps.db);
  const place = { listId: list.listId, cycleId: list.cycleId };
  const made = await submitApplication(test.deps, { ...by(0), credentialId, ...place });
  if (!made.ok) throw new Error(made.reason);
  const employerIds = await employersSay(test.deps.db, world, credentialId, bothYes, month(0), {
    answeredAt: month(1),
  });
  const [credential] = await test.deps
    .sql`select slug, issuer_id from credentials where id = ${credentialId}`;
  await look();
  let seen = 0;
  /** What was told of this credential since it was last asked, without counts that merely moved. */
  const told = async (): Promise<string[]> => {
    const rows = await test.deps.sql<{ id: number; type: string }[]>`
      select id, type from events where id > ${seen} and data ->> 'credential' = ${credential!.slug}
      and type <> 'counts.changed' order by id`;
    seen = Number(rows.at(-1)?.id ?? seen);
    return rows.map(({ type }) => type);
  };
  return {
    credentialId,
    employerIds,
    applicationId: made.applicationId,
    issuerId: Number(credential!.issuer_id),
    told,
  };
}

/** As workers do: several at once, and again. */
async function look(): Promise<void> {
  await Promise.all([watchRequirements(test.deps), watchRequirements({ ...test.deps, db: second.db })]);
  await watchRequirements(test.deps);
}

async function news(of: { told(): Promise<string[]> }): Promise<string[]> {
  await look();
  return of.told();
}

describe('what a requirement comes to is told once, whatever brought it there', () => {
  it('an adjudication', async () => {
    const up = await apply(9);
    const { db } = test.deps;
    const { credentialId } = up;
    expect(await up.told()).toEqual(['application.submitted']);
    const employerId = await createEmployer(db);
    const answers: number[] = [];
    for (const values of [said('yes', 'yes'), said('no', 'yes')]) {
      const person = await createPerson(db, world, employerId);
      const askId = await createAsk(db, world, person, credentialId);
      await sendAsk(db, person, credentialId, askId, month(0));
      answers.push(
        await giveAnswer(db, world, person, { askId, credentialId }, { answeredAt: month(1), values }),
      );
    }
    expect(await news(up)).toEqual([]);
    const id = await proposeAdjudication(test.deps, {
      ...by(0),
      credentialId,
      unitId: employerId,
      seenAnswerIds: answers,
      speaksAnswerId: answers[0]!,
      reason: 'Decides on hiring',
    });
    expect(await news(up)).toEqual([]);
    await confirmAdjudication(test.deps, { ...by(1), id });
    expect(await news(up)).toEqual(['requirement.met']);
    expect(await news(up)).toEqual([]);
  });

  it('a merge, and its being taken back', async () => {
    const up = await apply(10);
    expect(await up.told()).toEqual(['application.submitted', 'requirement.met']);
    const employerIds: [number, number] = [up.employerIds[0]!, up.employerIds[1]!];
    // Two numbers of the revenue service are two legal entities.
    await test.deps.sql`update employers set fein = null where id = ${employerIds[0]}`;
    const { proposalId } = await proposePair(test.deps, { ...by(0), employerIds });
    // While the question is open the two count once.
    expect(await news(up)).toEqual(['requirement.lapsed']);
    await mergeDuplicate(test.deps, { ...by(0), proposalId });
    expect(await news(up)).toEqual([]);
    await requestIdentityChange(test.deps, { ...by(0), proposalId, kind: 'reopen', reason: 'Two firms' });
    await confirmIdentityChange(test.deps, { ...by(1), proposalId });
    expect(await news(up)).toEqual([]);

    await markDistinct(test.deps, { ...by(0), proposalId });
    expect(await news(up)).toEqual(['requirement.met']);
    expect(await news(up)).toEqual([]);
  });

  it('a connection to the issuer, found later', async () => {
    const up = await apply(10);
    await up.told();
    const marked = await markConflict(test.deps, {
      ...by(0),
      employerId: up.employerIds[0]!,
      issuerId: up.issuerId,
      relation: 'board',
      note: 'In its annual report',
    });
    expect(marked.ok).toBe(true);
    expect(await news(up)).toEqual(['requirement.lapsed']);
    expect(await news(up)).toEqual([]);
  });

  it('time alone', async () => {
    const up = await apply(10);
    await up.told();
    test.clock.set(month(24.5));
    expect(await news(up)).toEqual(['requirement.lapsing']);
    test.clock.set(month(24.7));
    expect(await news(up)).toEqual([]);
    test.clock.set(month(26));
    expect(await news(up)).toEqual(['requirement.lapsed']);
    test.clock.set(month(27));
    expect(await news(up)).toEqual([]);
  });

  it('another policy', async () => {
    const own = { ...WYOMING, slug: 'told-once', name: 'Told once' };
    const up = await apply(10, own);
    await up.told();
    const body = { ...own.body, requirement: { ...own.body.requirement, minDistinctEmployers: 11 } };
    const proposed = await proposePolicy(test.deps, { ...by(0), policy: { ...own, body } });
    if (!proposed.ok) throw new Error(proposed.reason);
    const [proposal] = await test.deps.sql`select id from policy_proposals order by id desc limit 1`;
    expect(await news(up)).toEqual([]);
    await confirmPolicy(test.deps, { ...by(1), proposalId: Number(proposal!.id) });
    expect(await news(up)).toEqual(['requirement.lapsed']);
    expect(await news(up)).toEqual([]);
  });
});

describe('what people do is told once, when the second of two has done it', () => {
  it('freezing, deciding, an appeal, taking back', async () => {
    const up = await apply(10);
    const { applicationId } = up;
    await up.told();
    const { freezeRequestId } = await requestFreeze(test.deps, { ...by(0), applicationId, note: '' });
    await expect(confirmFreeze(test.deps, { ...by(0), applicationId, freezeRequestId })).rejects.toThrow();
    expect(await up.told()).toEqual([]);
    const twice = await Promise.allSettled([
      confirmFreeze(test.deps, { ...by(1), applicationId, freezeRequestId }),
      confirmFreeze({ ...test.deps, db: second.db }, { ...by(1), applicationId, freezeRequestId }),
    ]);
    expect(twice.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await up.told()).toEqual(['snapshot.frozen']);
    expect((await decideByTwo(test.deps, people(), applicationId, { outcome: 'denied' })).ok).toBe(true);
    expect(await up.told()).toEqual(['decision.made']);
    const appealed = await fileAppeal(test.deps, {
      ...by(0),
      applicationId,
      filedBy: 'District 1',
      filedOn: '2026-03-01',
      dueOn: '2026-04-01',
      grounds: 'Ten said yes',
    });
    expect(appealed.ok).toBe(true);
    expect(await up.told()).toEqual([]);
    expect((await decideByTwo(test.deps, people(), applicationId, { outcome: 'approved' })).ok).toBe(true);
    expect(await up.told()).toEqual(['decision.made']);
    expect((await decideByTwo(test.deps, people(), applicationId, { outcome: 'revoked' })).ok).toBe(true);
    expect(await up.told()).toEqual(['decision.made']);
    expect(await news(up)).toEqual([]);
  });

  it('a review that comes due, its renewal, and one that nobody renews', async () => {
    const freezeAndApprove = async (applicationId: number) => {
      const { freezeRequestId } = await requestFreeze(test.deps, { ...by(0), applicationId, note: '' });
      const frozen = await confirmFreeze(test.deps, { ...by(1), applicationId, freezeRequestId });
      if (!frozen.ok) throw new Error(frozen.reason);
      const decided = await decideByTwo(test.deps, people(), applicationId, { outcome: 'approved' });
      if (!decided.ok) throw new Error(decided.reason);
    };
    const up = await apply(10);
    const other = await apply(10);
    for (const { applicationId } of [up, other]) await freezeAndApprove(applicationId);
    await up.told();
    await other.told();
    test.clock.set(month(14));
    await Promise.all([moveDue(test.deps), moveDue({ ...test.deps, db: second.db })]);
    await moveDue(test.deps);
    const due = (await up.told()).toSorted();
    expect(due).toEqual(['application.due_for_review', 'application.submitted']);
    const [renewal] = await test.deps.sql`select id from applications where renewal_of = ${up.applicationId}`;
    await freezeAndApprove(Number(renewal!.id));
    expect(await up.told()).toEqual(['snapshot.frozen', 'application.renewed', 'decision.made']);
    test.clock.set(month(22));
    await moveDue(test.deps);
    await moveDue(test.deps);
    expect(await other.told()).toEqual([
      ...['application.submitted', 'application.due_for_review'],
      'application.lapsed',
    ]);
    expect(await up.told()).toEqual([]);
  });
});
