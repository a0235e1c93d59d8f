import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/db/client.ts';
import { credentials } from '../../src/db/schema/credentials.ts';
import { duplicateProposals, employerMerges, employers } from '../../src/db/schema/employers.ts';
import {
  conflictMarks,
  policyVersions,
  positions,
  tallies,
  tallyCounts,
} from '../../src/db/schema/evidence.ts';
import { asks } from '../../src/db/schema/outreach.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { askObservers, employerObservers } from '../../src/evidence/observers.ts';
import { lettersPreset } from '../../src/evidence/presets.ts';
import { loadFacts, lockUnitsOf } from '../../src/evidence/queries.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { refreshAged } from '../../src/evidence/refresh-aged.ts';
import { refreshPositions } from '../../src/evidence/refresh-positions.ts';
import type { Policy, PolicyV2 } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import type { Requirement } from '../../src/evidence/types.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { INCENTIVE, month, PREFERENCE, said, wyoming } from '../support/evidence/facts.ts';
import { sendAsk } from '../support/evidence/history.ts';
import {
  createAnswer,
  createAsk,
  createCredential,
  createEmployer,
  createPerson,
  createPolicy,
  createWorld,
  type NewAnswer,
  type Person,
  type World,
} from '../support/evidence/world.ts';

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase({ max: 12 });
  world = await createWorld(database.db);
});
afterAll(() => database.drop());

const clockAt = (now: Date) => ({ now: () => now });

/** The rule over all answers, without the positions: what the kept counters must say. */
async function evaluated(credentialId: number, policy: Policy, asOf: Date): Promise<Requirement> {
  const facts = await loadFacts(database.db, credentialId, asOf);
  const { exclusions, positions: _, ...requirement } = evaluateRequirement(policy, facts, asOf);
  return requirement;
}

/** What the respond feature does when an employer sends answers. */
async function submit(
  person: Person,
  credentialId: number,
  askId: number,
  changes: NewAnswer,
): Promise<void> {
  await database.db.transaction(async (tx) => {
    const units = await lockUnitsOf(tx, [person.employerId]);
    await endCurrent(tx, askId, changes.answeredAt, 'superseded');
    const [last] = await tx
      .select({ version: sql<number>`coalesce(max(${answers.version}), 0)::int` })
      .from(answers)
      .where(eq(answers.askId, askId));
    await createAnswer(
      tx,
      world,
      person,
      { askId, credentialId },
      { version: last!.version + 1, ...changes },
    );
    await refreshPositions(tx, [{ credentialId, unitId: units.get(person.employerId)! }], changes.answeredAt);
  });
}

async function withdraw(person: Person, credentialId: number, askId: number, at: Date): Promise<void> {
  await database.db.transaction(async (tx) => {
    const units = await lockUnitsOf(tx, [person.employerId]);
    await endCurrent(tx, askId, at, 'withdrawn');
    await refreshPositions(tx, [{ credentialId, unitId: units.get(person.employerId)! }], at);
  });
}

async function endCurrent(
  tx: Tx,
  askId: number,
  at: Date,
  endKind: 'superseded' | 'withdrawn',
): Promise<void> {
  await tx
    .update(answers)
    .set({ endedAt: at, endKind })
    .where(sql`${answers.askId} = ${askId} and ${answers.endedAt} is null`);
}

describe('readTally', () => {
  it('counts ten employers who answer yes to both', async () => {
    const credentialId = await createCredential(database.db);
    const policyVersionId = await createPolicy(database.db);
    await trackTally({ db: database.db, clock: clockAt(month(0)) }, { credentialId, policyVersionId });
    expect(await readTally(database.db, credentialId, policyVersionId, month(0))).toMatchObject({
      status: 'not_asked',
      shortfall: 10,
    });
    for (let index = 0; index < 10; index += 1) {
      const person = await createPerson(database.db, world, await createEmployer(database.db));
      const askId = await createAsk(database.db, world, person, credentialId);
      await sendAsk(database.db, person, credentialId, askId, month(0));
      await submit(person, credentialId, askId, { answeredAt: month(1) });
    }
    expect(await readTally(database.db, credentialId, policyVersionId, month(2))).toEqual({
      status: 'met',
      required: 10,
      shortfall: 0,
      expiring: { on: month(25), fallsTo: 0 },
      figures: {
        asked: 10,
        delivered: 10,
        answered: 10,
        bothYes: 10,
        no: 0,
        notSure: 0,
        notFamiliar: 0,
        conflicting: 0,
        excluded: 0,
        agedOut: 0,
      },
      reasons: ['minimum_reached'],
    });
    // The sweep has not run, and still the count is that of the day.
    const aged = await readTally(database.db, credentialId, policyVersionId, month(25));
    expect(aged).toMatchObject({ status: 'short', figures: { bothYes: 0, agedOut: 10, answered: 10 } });
    expect(await refreshAged({ db: database.db, clock: clockAt(month(25)) })).toEqual({ refreshed: 10 });
    expect(await readTally(database.db, credentialId, policyVersionId, month(25))).toEqual(aged);
    expect(await refreshAged({ db: database.db, clock: clockAt(month(25)) })).toEqual({ refreshed: 0 });
  });

  it('counts a pair that nobody tracks from its answers', async () => {
    const credentialId = await createCredential(database.db);
    const policyVersionId = await createPolicy(database.db);
    const person = await createPerson(database.db, world, await createEmployer(database.db));
    const askId = await createAsk(database.db, world, person, credentialId, { askedAt: month(0) });
    await submit(person, credentialId, askId, { answeredAt: month(1) });
    const untracked = await readTally(database.db, credentialId, policyVersionId, month(2));
    expect(untracked.figures).toMatchObject({ asked: 1, bothYes: 1 });
    await trackTally({ db: database.db, clock: clockAt(month(2)) }, { credentialId, policyVersionId });
    await trackTally({ db: database.db, clock: clockAt(month(2)) }, { credentialId, policyVersionId });
    expect(await readTally(database.db, credentialId, policyVersionId, month(2))).toEqual(untracked);
  });

  it('fixes a policy version once it is tracked', async () => {
    const credentialId = await createCredential(database.db);
    const policyVersionId = await createPolicy(database.db);
    const change = (minDistinctEmployers: number) =>
      database.db
        .update(policyVersions)
        .set({ body: wyoming({ minDistinctEmployers }) })
        .where(eq(policyVersions.id, policyVersionId));
    await change(2);
    await trackTally({ db: database.db, clock: clockAt(month(0)) }, { credentialId, policyVersionId });
    await expect(change(3)).rejects.toThrow(/Failed query/);
    await expect(
      database.db.delete(policyVersions).where(eq(policyVersions.id, policyVersionId)),
    ).rejects.toThrow(/Failed query/);
  });

  it('does not pass over an answer that a server with a faster clock recorded', async () => {
    const credentialId = await createCredential(database.db);
    const policyVersionId = await createPolicy(database.db);
    await trackTally({ db: database.db, clock: clockAt(month(0)) }, { credentialId, policyVersionId });
    const employerId = await createEmployer(database.db);
    const [one, two] = [
      await createPerson(database.db, world, employerId),
      await createPerson(database.db, world, employerId),
    ];
    const asked = { askedAt: month(0) };
    const ahead = await createAsk(database.db, world, one, credentialId, asked);
    const behind = await createAsk(database.db, world, two, credentialId, asked);
    const now = month(1);
    await submit(one, credentialId, ahead, {
      answeredAt: new Date(now.getTime() + 5),
      values: said('no', 'no'),
    });
    await submit(two, credentialId, behind, { answeredAt: now });
    expect(await readTally(database.db, credentialId, policyVersionId, month(2))).toMatchObject({
      figures: { conflicting: 1, bothYes: 0 },
    });
  });
});

type Step =
  | { kind: 'send' | 'bounce' | 'withdraw'; who: number }
  | { kind: 'answer'; who: number; answer: Omit<NewAnswer, 'answeredAt'> }
  | { kind: 'mark'; employer: number; clear: boolean }
  | { kind: 'propose' | 'distinct' | 'merge' | 'split'; a: number; b: number }
  | { kind: 'sweep' };

/** Where the employers are: three in Wyoming's construction, one of another trade, one over the border. */
const PLACES = [
  { state: 'WY', county: 'Albany', naicsCode: '238220', jobs: 12 },
  { state: 'WY', county: 'Albany', naicsCode: '236115', jobs: 300 },
  { state: 'WY', county: 'Teton', naicsCode: '238210', jobs: null },
  { state: 'WY', county: 'Teton', naicsCode: '722511', jobs: 4 },
  { state: 'MT', county: 'Park', naicsCode: '238220', jobs: 60 },
];

const POINTS: PolicyV2 = {
  ...lettersPreset(2).body,
  acceptedProvenance: wyoming().acceptedProvenance,
  requirement: {
    kind: 'points',
    question: { key: INCENTIVE, meaning: 'say what it is worth' },
    levels: [
      { value: 'yes', points: 12 },
      { value: 'not_sure', points: 3 },
      { value: 'no', points: 0 },
    ],
    minPoints: 15,
    minDistinctEmployers: 2,
  },
};

const EMPLOYERS = 5;
const PEOPLE = 8;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      who: fc.nat(PEOPLE - 1),
      answer: fc.oneof(
        fc.record({
          values: fc
            .tuple(
              fc.constantFrom('yes', 'yes', 'no', 'not_sure'),
              fc.constantFrom('yes', 'yes', 'no', 'not_sure'),
            )
            .map(([incentive, preference]) => ({ [INCENTIVE]: incentive, [PREFERENCE]: preference })),
          relation: fc.constantFrom(
            'none' as const,
            'none' as const,
            'none' as const,
            'customer' as const,
            'board' as const,
          ),
          provenance: fc.constantFrom(
            'mailed_link_own_domain' as const,
            'mailed_link_own_domain' as const,
            'staff_entered' as const,
          ),
        }),
        fc.constant({ familiar: false, values: {} }),
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('send' as const, 'send' as const, 'bounce' as const, 'withdraw' as const),
      who: fc.nat(PEOPLE - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mark' as const),
      employer: fc.nat(EMPLOYERS - 1),
      clear: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'propose' as const,
          'propose' as const,
          'distinct' as const,
          'merge' as const,
          'split' as const,
        ),
        fc.uniqueArray(fc.nat(EMPLOYERS - 1), { minLength: 2, maxLength: 2 }),
      )
      .map(([kind, [a, b]]) => ({ kind, a: Math.min(a!, b!), b: Math.max(a!, b!) })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'sweep' as const }) },
);

/** As the employers feature does it: links change, then the units of all records, then evidence is told. */
async function relink(
  employerIds: readonly number[],
  now: Date,
  change: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  await database.db.transaction(async (tx) => {
    await tx
      .select()
      .from(employers)
      .where(sql`${employers.id} = any(${sql.raw(`'{${employerIds}}'`)})`)
      .orderBy(employers.id)
      .for('no key update');
    const before = await unitsOf(tx, employerIds);
    await change(tx);
    const links = await tx.execute<{ a: number; b: number }>(sql`
      select employer_a_id as a, employer_b_id as b from duplicate_proposals where state = 'open'
      union all select survivor_id, merged_id from employer_merges where undone_at is null`);
    const unitOf = new Map(employerIds.map((id) => [id, id]));
    for (let changed = true; changed; ) {
      changed = false;
      for (const { a, b } of links) {
        if (!unitOf.has(a)) continue;
        const low = Math.min(unitOf.get(a)!, unitOf.get(b)!);
        for (const id of [a, b]) {
          if (unitOf.get(id) !== low) changed = true;
          unitOf.set(id, low);
        }
      }
    }
    for (const [id, unitId] of unitOf) await tx.update(employers).set({ unitId }).where(eq(employers.id, id));
    const moved = employerIds.filter((id) => before.get(id) !== unitOf.get(id));
    if (moved.length === 0) return;
    const unitIds = [...new Set(moved.flatMap((id) => [before.get(id)!, unitOf.get(id)!]))];
    await employerObservers.unitsChanged(tx, { employerIds: moved, unitIds, now });
  });
}

async function unitsOf(tx: Tx, employerIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.select({ id: employers.id, unitId: employers.unitId }).from(employers);
  return new Map(rows.filter(({ id }) => employerIds.includes(id)).map(({ id, unitId }) => [id, unitId]));
}

describe('kept counters', () => {
  it('say what the rule says of all answers, after any history, now and at any time in the past', async () => {
    const bodies: Policy[] = [
      ...(['adjudicate', 'latest', 'any_no_wins'] as const).map((disagreement, index) =>
        wyoming({ disagreement, minDistinctEmployers: index + 1, evidenceMaxAgeMonths: 4 }),
      ),
      // One that counters decide, and one that looks at points, places and industries.
      { ...lettersPreset(2).body, evidenceMaxAgeMonths: 4 },
      {
        ...POINTS,
        evidenceMaxAgeMonths: 4,
        inState: 'WY',
        relatedSectorsOnly: true,
        spread: { minRegions: 2, minSectors: null, minSizes: null },
      },
    ];
    const policies = await Promise.all(
      bodies.map(async (body) => ({ body, id: await createPolicy(database.db, body) })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), step), { minLength: 5, maxLength: 30 }),
        fc.nat(30),
        async (history, trackedFrom) => {
          const credentialId = await createCredential(database.db);
          const [row] = await database.db.select().from(credentials).where(eq(credentials.id, credentialId));
          const employerIds: number[] = [];
          for (let index = 0; index < EMPLOYERS; index += 1) {
            const employerId = await createEmployer(database.db);
            employerIds.push(employerId);
            await database.db.update(employers).set(PLACES[index]!).where(eq(employers.id, employerId));
          }
          const people: { person: Person; askId: number }[] = [];
          for (let index = 0; index < PEOPLE; index += 1) {
            const person = await createPerson(database.db, world, employerIds[index % EMPLOYERS]!);
            people.push({ person, askId: await createAsk(database.db, world, person, credentialId) });
          }
          const pair = (a: number, b: number) => ({
            employerAId: employerIds[a]!,
            employerBId: employerIds[b]!,
          });
          const seen: { asOf: Date; tallies: Requirement[] }[] = [];
          let now = month(0);
          for (const [index, [days, each]] of history.entries()) {
            now = new Date(now.getTime() + days * 86_400_000);
            if (index === trackedFrom % history.length) {
              for (const policy of policies) {
                await trackTally(
                  { db: database.db, clock: clockAt(now) },
                  { credentialId, policyVersionId: policy.id },
                );
              }
            }
            await play(each, { now, credentialId, issuerId: row!.issuerId, employerIds, people, pair });
            const kept = await Promise.all(
              policies.map(({ id }) => readTally(database.db, credentialId, id, now)),
            );
            seen.push({ asOf: now, tallies: kept });
          }
          for (const { asOf, tallies: kept } of seen) {
            const replayed = await Promise.all(
              policies.map(({ body }) => evaluated(credentialId, body, asOf)),
            );
            expect(kept).toEqual(replayed);
          }
          const later = new Date(now.getTime() + 60 * 86_400_000);
          for (const { id, body } of policies) {
            const want = await evaluated(credentialId, body, later);
            expect(await readTally(database.db, credentialId, id, later)).toEqual(want);
            await refreshAged({ db: database.db, clock: clockAt(later) });
            expect(await readTally(database.db, credentialId, id, later)).toEqual(want);
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  async function play(
    each: Step,
    at: {
      now: Date;
      credentialId: number;
      issuerId: number;
      employerIds: number[];
      people: { person: Person; askId: number }[];
      pair(a: number, b: number): { employerAId: number; employerBId: number };
    },
  ): Promise<void> {
    const { now, credentialId, employerIds } = at;
    switch (each.kind) {
      case 'send': {
        const { person, askId } = at.people[each.who]!;
        const [ask] = await database.db.select().from(asks).where(eq(asks.id, askId));
        if (ask!.askedAt === null) await sendAsk(database.db, person, credentialId, askId, now);
        return;
      }
      case 'bounce': {
        const { person, askId } = at.people[each.who]!;
        const [ask] = await database.db.select().from(asks).where(eq(asks.id, askId));
        if (ask!.askedAt === null || ask!.undeliveredAt !== null) return;
        await database.db.transaction(async (tx) => {
          await tx.update(asks).set({ undeliveredAt: now }).where(eq(asks.id, askId));
          await askObservers.asksUndelivered(tx, [
            { askId, ...person, credentialId, meetingId: null, askedAt: ask!.askedAt! },
          ]);
        });
        return;
      }
      case 'answer': {
        const { person, askId } = at.people[each.who]!;
        return submit(person, credentialId, askId, { ...each.answer, answeredAt: now });
      }
      case 'withdraw': {
        const { person, askId } = at.people[each.who]!;
        return withdraw(person, credentialId, askId, now);
      }
      case 'mark': {
        const employerId = employerIds[each.employer]!;
        await database.db.transaction(async (tx) => {
          const units = await lockUnitsOf(tx, [employerId]);
          const current = sql`${conflictMarks.employerId} = ${employerId} and ${conflictMarks.clearedAt} is null`;
          const [marked] = await tx.select().from(conflictMarks).where(current);
          if (each.clear && marked) {
            await tx.update(conflictMarks).set({ clearedAt: now }).where(current);
          } else if (!each.clear && !marked) {
            await tx.insert(conflictMarks).values({
              employerId,
              issuerId: at.issuerId,
              relation: 'reseller',
              setAt: now,
              setBy: world.staff[0].id,
            });
          }
          await refreshPositions(tx, [{ credentialId, unitId: units.get(employerId)! }], now);
        });
        return;
      }
      case 'propose':
        return relink(employerIds, now, (tx) =>
          tx
            .insert(duplicateProposals)
            .values({ ...at.pair(each.a, each.b), reasons: [], score: 1, openedAt: now })
            .onConflictDoNothing(),
        );
      case 'distinct':
        return relink(employerIds, now, (tx) =>
          tx
            .update(duplicateProposals)
            .set({ state: 'distinct', decidedAt: now })
            .where(
              sql`${duplicateProposals.employerAId} = ${employerIds[each.a]} and ${duplicateProposals.employerBId} = ${employerIds[each.b]} and ${duplicateProposals.state} = 'open'`,
            ),
        );
      case 'merge':
        return relink(employerIds, now, async (tx) => {
          const { employerAId, employerBId } = at.pair(each.a, each.b);
          const [proposal] = await tx
            .insert(duplicateProposals)
            .values({
              employerAId,
              employerBId,
              reasons: [],
              score: 1,
              openedAt: now,
              state: 'merged',
              decidedAt: now,
            })
            .onConflictDoUpdate({
              target: [duplicateProposals.employerAId, duplicateProposals.employerBId],
              set: {
                state: 'merged',
                decidedAt: sql`coalesce(${duplicateProposals.decidedAt}, ${now.toISOString()}::timestamptz)`,
              },
            })
            .returning({ id: duplicateProposals.id });
          await tx
            .insert(employerMerges)
            .values({
              survivorId: employerAId,
              mergedId: employerBId,
              proposalId: proposal!.id,
              mergedAt: now,
              mergedBy: world.staff[0].id,
            })
            .onConflictDoNothing();
        });
      case 'split':
        return relink(employerIds, now, (tx) =>
          tx
            .update(employerMerges)
            .set({ undoneAt: now, undoneBy: world.staff[0].id })
            .where(
              sql`${employerMerges.mergedId} = ${employerIds[each.b]} and ${employerMerges.undoneAt} is null`,
            ),
        );
      case 'sweep':
        await refreshAged({ db: database.db, clock: clockAt(now) });
    }
  }

  it('survive many employers answering several credentials at once', async () => {
    const policyVersionId = await createPolicy(database.db, wyoming({ minDistinctEmployers: 5 }));
    const credentialIds = [await createCredential(database.db), await createCredential(database.db)];
    const clock = clockAt(month(0));
    await trackTally({ db: database.db, clock }, { credentialId: credentialIds[0]!, policyVersionId });
    const people: { person: Person; askIds: number[] }[] = [];
    for (let index = 0; index < 12; index += 1) {
      const employerId = await createEmployer(database.db);
      // Two people of one employer, so that half of the transactions want the same unit.
      for (let colleague = 0; colleague < 2; colleague += 1) {
        const person = await createPerson(database.db, world, employerId);
        const askIds: number[] = [];
        for (const credentialId of credentialIds)
          askIds.push(await createAsk(database.db, world, person, credentialId, { askedAt: month(0) }));
        people.push({ person, askIds });
      }
    }
    const submitAll = ({ person, askIds }: (typeof people)[0], index: number) =>
      database.db.transaction(async (tx) => {
        const units = await lockUnitsOf(tx, [person.employerId]);
        for (const [at, askId] of askIds.entries()) {
          await createAnswer(
            tx,
            world,
            person,
            { askId, credentialId: credentialIds[at]! },
            { answeredAt: month(1), values: index % 3 === 0 ? said('yes', 'no') : said('yes', 'yes') },
          );
        }
        await refreshPositions(
          tx,
          // In whichever order: locks are taken in one.
          (index % 2 ? credentialIds : credentialIds.toReversed()).map((credentialId) => ({
            credentialId,
            unitId: units.get(person.employerId)!,
          })),
          month(1),
        );
      });
    // The second tally is set up in the midst of it and must miss nobody.
    await Promise.all([
      ...people.map(submitAll),
      trackTally({ db: database.db, clock }, { credentialId: credentialIds[1]!, policyVersionId }),
    ]);
    for (const credentialId of credentialIds) {
      const policy = wyoming({ minDistinctEmployers: 5 });
      const kept = await readTally(database.db, credentialId, policyVersionId, month(2));
      expect(kept.figures.answered).toBe(12);
      expect(kept).toEqual(await evaluated(credentialId, policy, month(2)));
    }
  });

  it('follow an employer that turns out to be in another state', async () => {
    const body: Policy = { ...POINTS, inState: 'WY' };
    const credentialId = await createCredential(database.db);
    const policyVersionId = await createPolicy(database.db, body);
    const employerId = await createEmployer(database.db);
    await database.db.update(employers).set({ state: 'WY' }).where(eq(employers.id, employerId));
    const person = await createPerson(database.db, world, employerId);
    const askId = await createAsk(database.db, world, person, credentialId, { askedAt: month(0) });
    await trackTally({ db: database.db, clock: clockAt(month(0)) }, { credentialId, policyVersionId });
    await submit(person, credentialId, askId, { answeredAt: month(1) });
    const count = () => readTally(database.db, credentialId, policyVersionId, month(2));
    expect(await count()).toMatchObject({ figures: { bothYes: 1 }, shortfall: 1 });
    await database.db
      .update(employers)
      .set({ state: 'MT', updatedAt: month(1.5) })
      .where(eq(employers.id, employerId));
    // The count is right at once; the position that is kept follows with the sweep.
    expect(await count()).toMatchObject({ figures: { bothYes: 0, excluded: 1 }, shortfall: 2 });
    await refreshAged({ db: database.db, clock: clockAt(month(2)) });
    const [kept] = await database.db
      .select({ status: positions.status, reason: positions.reason })
      .from(positions)
      .where(eq(positions.unitId, employerId));
    expect(kept).toEqual({ status: 'excluded', reason: 'not_in_state' });
    expect(await refreshAged({ db: database.db, clock: clockAt(month(2)) })).toEqual({ refreshed: 0 });
  });

  it('equal the positions, slot by slot', async () => {
    const wrong = await database.db.execute(sql`
      select tally_id, slot from ${tallyCounts} c
      left join lateral (
        select count(*) filter (where asked) as asked, count(*) filter (where status = 'both_yes') as both_yes,
          count(*) filter (where status <> 'asked') as answered
        from ${positions} p where p.tally_id = c.tally_id and p.unit_id % 16 = c.slot) as s on true
      where (c.asked, c.both_yes, c.answered) is distinct from (s.asked, s.both_yes, s.answered)`);
    expect([...wrong]).toEqual([]);
    const [kept] = await database.db.select({ n: sql<number>`count(*)::int` }).from(tallies);
    expect(kept!.n).toBeGreaterThan(50);
  });
});
