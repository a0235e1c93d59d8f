import type { Db } from '../db/client.ts';
import {
  getPolicyVersion,
  listStoredTallies,
  listUnitsToRefresh,
  loadFacts,
  type PolicyVersion,
  type StoredTally,
} from './queries.ts';
import {
  addFigures,
  evaluateRequirement,
  figuresOfOne,
  lapseOf,
  requirementFrom,
} from './rules/requirement.ts';
import { termsOf } from './rules/terms.ts';
import { takePositions } from './take-positions.ts';
import type { Requirement } from './types.ts';

export type TallyKey = { credentialId: number; policyVersionId: number };

/**
 * The live, provisional count of a credential under a policy version. It reads counters, so it takes as long at ten
 * million answers as at ten. A pair that is not tracked, and a policy that looks at more than figures (points, where
 * employers are, what they pay), is counted from the answers. Equal to evaluateRequirement over all facts of now.
 */
export async function readTally(
  db: Db,
  credentialId: number,
  policyVersionId: number,
  now: Date,
): Promise<Requirement> {
  const [tally] = await readTallies(db, [{ credentialId, policyVersionId }], now);
  return tally!;
}

/** Several counts at once, in the order asked for. */
export async function readTallies(db: Db, keys: readonly TallyKey[], now: Date): Promise<Requirement[]> {
  const versions = new Map<number, PolicyVersion>();
  for (const { policyVersionId } of keys) {
    if (!versions.has(policyVersionId))
      versions.set(policyVersionId, await getPolicyVersion(db, policyVersionId));
  }
  const stored = await listStoredTallies(
    db,
    keys.map((key) => ({
      ...key,
      required: termsOf(versions.get(key.policyVersionId)!.body).minEmployers,
    })),
    now,
  );
  const byKey = new Map(stored.map((tally) => [keyOf(tally), tally]));
  const tallies: Requirement[] = [];
  for (const key of keys) {
    const { body } = versions.get(key.policyVersionId)!;
    const kept = byKey.get(keyOf(key));
    if (kept && termsOf(body).isByFigures) {
      tallies.push(await requirementOf(db, body, kept, now));
    } else {
      const { exclusions, positions, ...requirement } = evaluateRequirement(
        body,
        await loadFacts(db, key.credentialId, now),
        now,
      );
      tallies.push(requirement);
    }
  }
  return tallies;
}

async function requirementOf(
  db: Db,
  policy: PolicyVersion['body'],
  tally: StoredTally,
  now: Date,
): Promise<Requirement> {
  let { figures } = tally;
  const expiries = [...tally.expiries];
  if (tally.due.length > 0) {
    // The sweep that takes aged positions again runs every few minutes; what it has not reached yet is taken here.
    const units = await listUnitsToRefresh(
      db,
      tally.due.map(({ unitId }) => ({ credentialId: tally.credentialId, unitId })),
      { onlyTallyId: tally.tallyId },
    );
    const storedOf = new Map(tally.due.map((due) => [due.unitId, due]));
    const policies = new Map(
      units.flatMap(({ tallies }) => tallies).map((one) => [one.policySha256, policy]),
    );
    for (const { unit, positions } of await takePositions(db, units, policies, () => now)) {
      const position = positions[0] ?? null;
      figures = addFigures(figures, figuresOfOne(storedOf.get(unit.unitId) ?? null), -1);
      figures = addFigures(figures, figuresOfOne(position));
      if (position?.status === 'both_yes') expiries.push(position.expiresAt);
    }
  }
  return requirementFrom(policy, figures, lapseOf(policy, expiries), now);
}

function keyOf({ credentialId, policyVersionId }: TallyKey): string {
  return `${credentialId}/${policyVersionId}`;
}
