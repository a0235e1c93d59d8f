import type { Tx } from '../db/client.ts';
import {
  getPoliciesByHash,
  listUnitsToRefresh,
  type PositionChange,
  TALLY_SLOTS,
  type TallyDelta,
  type UnitOfCredential,
  writePositions,
} from './queries.ts';
import { addFigures, figuresOfOne, NO_FIGURES } from './rules/requirement.ts';
import { takePositions } from './take-positions.ts';
import type { Figures, UnitFacts, UnitPosition } from './types.ts';

/** Units whose facts are held in memory at once. */
const BATCH = 500;

/**
 * Takes the position of each unit again under every policy version that is tracked for its credential, and moves the
 * counters by the difference. Two statements for up to 500 pairs, whatever the number of answers.
 *
 * The caller holds lockUnitsOf for the units' employers, has written its answers, and calls this once, last in its
 * transaction: the counter rows are locked from here to the commit.
 */
export async function refreshPositions(
  tx: Tx,
  pairs: readonly UnitOfCredential[],
  now: Date,
  filter: { onlyTallyId?: number } = {},
): Promise<void> {
  const wanted = [...new Map(pairs.map((pair) => [`${pair.credentialId}/${pair.unitId}`, pair])).values()];
  const deltas = new Map<string, TallyDelta>();
  for (let start = 0; start < wanted.length; start += BATCH) {
    const isLast = start + BATCH >= wanted.length;
    const units = await listUnitsToRefresh(tx, wanted.slice(start, start + BATCH), filter);
    const policies = await getPoliciesByHash(
      tx,
      units.flatMap(({ tallies }) => tallies),
    );
    const changes: PositionChange[] = [];
    const taken = await takePositions(tx, units, policies, ({ facts }) => latestOf(facts, now));
    for (const { unit, positions } of taken) {
      const { unitId, facts, tallies } = unit;
      for (const [index, { tallyId, stored }] of tallies.entries()) {
        const position = positions[index] ?? null;
        if (!position && !stored) continue;
        changes.push({ tallyId, unitId, position: position && toRow(position, facts) });
        addDelta(deltas, tallyId, unitId, addFigures(figuresOfOne(position), figuresOfOne(stored), -1));
      }
    }
    await writePositions(tx, changes, isLast ? settled(deltas) : [], now);
  }
}

/**
 * Servers' clocks differ by milliseconds: what another one has just recorded is not in the future. Without this, an
 * answer could be passed over and never looked at again.
 */
function latestOf(facts: UnitFacts, now: Date): Date {
  const times = [
    ...facts.answers.flatMap(({ answeredAt, endedAt }) => [answeredAt, endedAt]),
    ...facts.asks.flatMap(({ sentAt, bouncedAt }) => [sentAt, bouncedAt]),
    ...facts.conflictMarks.flatMap(({ from, until }) => [from, until]),
  ];
  return new Date(Math.max(now.getTime(), ...times.map((time) => time?.getTime() ?? 0)));
}

function toRow(position: UnitPosition, facts: UnitFacts): NonNullable<PositionChange['position']> {
  const deciding = facts.answers.find(({ answerId }) => answerId === position.decidingAnswerId);
  return {
    status: position.status,
    reason: position.reasons[0] ?? null,
    asked: position.asked,
    delivered: position.delivered,
    answerId: position.decidingAnswerId,
    answeredAt: deciding?.answeredAt ?? null,
    expiresAt: position.expiresAt,
  };
}

function addDelta(deltas: Map<string, TallyDelta>, tallyId: number, unitId: number, figures: Figures): void {
  const slot = unitId % TALLY_SLOTS;
  const key = `${tallyId}/${slot}`;
  deltas.set(key, { tallyId, slot, figures: addFigures(deltas.get(key)?.figures ?? NO_FIGURES, figures) });
}

function settled(deltas: Map<string, TallyDelta>): TallyDelta[] {
  return [...deltas.values()].filter(({ figures }) => Object.values(figures).some((figure) => figure !== 0));
}
