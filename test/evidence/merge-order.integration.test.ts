import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { markDistinct, mergeDuplicate } from '../../src/employers/decide-duplicate.ts';
import { planLinks } from '../../src/employers/identity-queries.ts';
import { proposePair } from '../../src/employers/propose-pair.ts';
import { confirmIdentityChange, requestIdentityChange } from '../../src/employers/request-identity-change.ts';
import { employerObservers } from '../../src/evidence/observers.ts';
import { previewCounts } from '../../src/evidence/preview-counts.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { month, said, wyoming } from '../support/evidence/facts.ts';
import { employersSay, giveAnswer, sendAsk } from '../support/evidence/history.ts';
import {
  createAsk,
  createCredential,
  createEmployer,
  createPerson,
  createPolicy,
  createWorld,
  type World,
} from '../support/evidence/world.ts';

let database: TestDatabase;
let world: World;
beforeAll(async () => {
  database = await createTestDatabase({ max: 6 });
  world = await createWorld(database.db);
});
afterAll(() => database.drop());

const depsAt = (now: Date) => ({ db: database.db, clock: { now: () => now }, employerObservers });
const by = (index: 0 | 1) => ({ agencyId: world.agency.id, staffId: world.staff[index].id });

/** Two FEINs are two legal entities and never merged, so these have none. */
async function unnumbered(): Promise<number> {
  const employerId = await createEmployer(database.db);
  await database.sql`update employers set fein = null where id = ${employerId}`;
  return employerId;
}

async function counted(answers: { incentive: string }[]) {
  const { db } = database;
  const credentialId = await createCredential(db);
  const policyVersionId = await createPolicy(db);
  await trackTally(depsAt(month(0)), { credentialId, policyVersionId });
  const employerIds: number[] = [];
  for (const { incentive } of answers) {
    const person = await createPerson(db, world, await unnumbered());
    const askId = await createAsk(db, world, person, credentialId);
    await sendAsk(db, person, credentialId, askId, month(0));
    const values = said(incentive, 'yes');
    await giveAnswer(db, world, person, { askId, credentialId }, { answeredAt: month(1), values });
    employerIds.push(person.employerId);
  }
  const kept = async (at: Date) => (await readTally(db, credentialId, policyVersionId, at)).figures;
  return { credentialId, policyVersionId, employerIds, kept };
}

const propose = (a: number, b: number, at: Date) =>
  proposePair(depsAt(at), { ...by(0), employerIds: [a, b] }).then(({ proposalId }) => proposalId);

type Step = { pair: number; to: 'merge' | 'distinct' | 'reopen' };

describe('merges and splits', () => {
  it('come to the same counts in any order, and every past day is replayed exactly', async () => {
    const PAIRS = [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const;
    const step = fc.record({
      pair: fc.nat({ max: PAIRS.length - 1 }),
      to: fc.constantFrom('merge' as const, 'distinct' as const, 'reopen' as const),
    });
    const says = fc.array(fc.record({ incentive: fc.constantFrom('yes', 'yes', 'no', 'not_sure') }), {
      minLength: 4,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(says, fc.array(step, { maxLength: 6 }), fc.nat(), async (answers, steps, turn) => {
        const one = await replay(answers, steps, PAIRS);
        // The last decision about each pair, in another order, with nothing before it.
        const last = new Map(steps.map((each) => [each.pair, each]));
        const left = [...last.values()].filter(({ to }) => to !== 'reopen');
        const turned =
          left.length > 0 ? [...left.slice(turn % left.length), ...left.slice(0, turn % left.length)] : [];
        const other = await replay(answers, turned, PAIRS);
        expect(other.figures).toEqual(one.figures);
      }),
      { numRuns: 12 },
    );
  }, 180_000);

  /** Proposes all pairs, decides step by step, and checks each day against the rule over all facts. */
  async function replay(
    answers: { incentive: string }[],
    steps: readonly Step[],
    pairs: readonly (readonly [number, number])[],
  ) {
    const { credentialId, employerIds, kept } = await counted(answers);
    const proposals: number[] = [];
    let day = 2;
    for (const [a, b] of pairs) proposals.push(await propose(employerIds[a]!, employerIds[b]!, month(day)));
    const past: { at: Date; figures: object }[] = [{ at: month(day), figures: await kept(month(day)) }];
    const stateOf = new Map<number, 'open' | 'decided'>();
    for (const { pair, to } of steps) {
      day += 1;
      const proposalId = proposals[pair]!;
      const deps = depsAt(month(day));
      const again = async () => {
        if (stateOf.get(pair) !== 'decided') return;
        await requestIdentityChange(deps, { ...by(0), proposalId, kind: 'reopen', reason: 'look again' });
        await confirmIdentityChange(deps, { ...by(1), proposalId });
        stateOf.set(pair, 'open');
      };
      await again();
      if (to === 'merge') await mergeDuplicate(deps, { ...by(0), proposalId });
      if (to === 'distinct') await markDistinct(deps, { ...by(0), proposalId });
      stateOf.set(pair, to === 'reopen' ? 'open' : 'decided');
      past.push({ at: month(day), figures: await kept(month(day)) });
    }
    const facts = await loadFacts(database.db, credentialId, month(day));
    for (const { at, figures } of past) {
      expect(evaluateRequirement(wyoming(), facts, at).figures).toEqual(figures);
      const known = await loadFacts(database.db, credentialId, at);
      expect(evaluateRequirement(wyoming(), known, at).figures).toEqual(figures);
    }
    return { figures: await kept(month(day)) };
  }
});

describe('the preview of a decision', () => {
  it('says for each credential what the count would be, and is right', async () => {
    const { credentialId, employerIds, kept } = await counted([
      { incentive: 'yes' },
      { incentive: 'no' },
      { incentive: 'yes' },
    ]);
    await employersSay(database.db, world, credentialId, 8, month(0), { answeredAt: month(1) });
    const [a, b] = employerIds as [number, number];
    const proposalId = await propose(a, b, month(2));
    expect(await kept(month(2))).toMatchObject({ bothYes: 9, conflicting: 1, no: 0 });
    const pair = { id: proposalId, employerAId: a, employerBId: b };
    const preview = async (decision: 'merge' | 'distinct') =>
      previewCounts(
        database.db,
        await planLinks(database.db, pair, decision, month(2)),
        world.agency.id,
        month(2),
      );
    const before = await database.sql`select count(*)::int as n from positions`;
    expect((await preview('merge')).changes).toEqual([]);
    expect((await preview('distinct')).changes).toMatchObject([
      {
        from: { count: 9, status: 'Hangs on conflicting answers' },
        to: { count: 10, status: 'Met' },
        required: 10,
        note: 'Apart, their people do not disagree.',
      },
    ]);
    expect(await database.sql`select count(*)::int as n from positions`).toEqual(before);
    await markDistinct(depsAt(month(2)), { ...by(0), proposalId });
    expect(await kept(month(2))).toMatchObject({ bothYes: 10, conflicting: 0, no: 1 });
  });
});
