import type { Db } from '../db/client.ts';
import { listAdjudications, type UnitToRefresh } from './queries.ts';
import type { Policy } from './rules/policy.ts';
import { positionOf } from './rules/position.ts';
import type { UnitPosition } from './types.ts';

export type TakenPositions = {
  unit: UnitToRefresh;
  /** In the order of the unit's tallies. */
  positions: (UnitPosition | null)[];
};

/**
 * The position of each unit under each of its tallies. What staff settled is read only for those whose people disagree,
 * since an employer waits and hardly any do.
 */
export async function takePositions(
  db: Db,
  units: readonly UnitToRefresh[],
  policies: ReadonlyMap<string, Policy>,
  asOfOf: (unit: UnitToRefresh) => Date,
): Promise<TakenPositions[]> {
  const take = (unit: UnitToRefresh, facts = unit.facts): TakenPositions => ({
    unit,
    positions: unit.tallies.map(({ policySha256 }) =>
      positionOf(policies.get(policySha256)!, facts, asOfOf(unit)),
    ),
  });
  const taken = units.map((unit) => take(unit));
  const disagrees = ({ positions }: TakenPositions) =>
    positions.some((position) => position?.status === 'conflicting');
  const disputed = taken.filter(disagrees).map(({ unit }) => unit);
  if (disputed.length === 0) return taken;
  const latest = new Date(Math.max(...disputed.map((unit) => asOfOf(unit).getTime())));
  const settled = await listAdjudications(
    db,
    [...new Set(disputed.map(({ credentialId }) => credentialId))],
    latest,
  );
  if (settled.length === 0) return taken;
  return taken.map((each) => {
    if (!disagrees(each)) return each;
    const adjudications = settled.filter(({ credentialId }) => credentialId === each.unit.credentialId);
    return take(each.unit, { ...each.unit.facts, adjudications });
  });
}
