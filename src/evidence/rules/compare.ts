import type { EvaluatedRequirement, UnitPosition } from '../types.ts';

/** One employer that two policies see differently, on the same answers. */
export type Difference = {
  unitId: number;
  employerIds: readonly number[];
  one: UnitPosition;
  other: UnitPosition;
};

/**
 * The employers that stand differently under two policies as of the same time; first those that count under one and not
 * under the other.
 */
export function differencesBetween(
  one: Pick<EvaluatedRequirement, 'positions'>,
  other: Pick<EvaluatedRequirement, 'positions'>,
): Difference[] {
  const others = new Map(other.positions.map((position) => [position.unitId, position]));
  return one.positions
    .flatMap((position) => {
      const { unitId, employerIds } = position;
      const second = others.get(unitId);
      if (!second || second.status === position.status) return [];
      return [{ unitId, employerIds, one: position, other: second }];
    })
    .sort((a, b) => Number(changesTheCount(b)) - Number(changesTheCount(a)) || a.unitId - b.unitId);
}

/** Whether the employer counts under exactly one of the two. */
export function changesTheCount({ one, other }: Pick<Difference, 'one' | 'other'>): boolean {
  return (one.status === 'both_yes') !== (other.status === 'both_yes');
}
