import { connectedComponents } from '../../lib/connected-components.ts';
import type { EvaluatedRequirement, UnitPosition } from '../types.ts';

/**
 * Employers that two policies see differently, on the same answers. One position on each side where both count the same
 * thing once; several on one side where they do not, such as the companies that the other counts as one group.
 */
export type Difference = {
  unitId: number;
  employerIds: readonly number[];
  one: readonly UnitPosition[];
  other: readonly UnitPosition[];
};

/**
 * The employers that stand differently under two policies as of the same time; first those that count under one and not
 * under the other.
 */
export function differencesBetween(
  one: Pick<EvaluatedRequirement, 'positions'>,
  other: Pick<EvaluatedRequirement, 'positions'>,
): Difference[] {
  const all = [...one.positions, ...other.positions];
  const joined = connectedComponents(
    all.flatMap(({ employerIds }) => employerIds.map((id) => [employerIds[0]!, id] as const)),
  );
  const clusters = new Map<number, Difference>();
  for (const [side, positions] of [
    ['one', one.positions],
    ['other', other.positions],
  ] as const) {
    for (const position of positions) {
      const unitId = joined.get(position.employerIds[0]!)!;
      const known = clusters.get(unitId) ?? { unitId, employerIds: [], one: [], other: [] };
      clusters.set(unitId, {
        ...known,
        employerIds: [...new Set([...known.employerIds, ...position.employerIds])].sort((a, b) => a - b),
        [side]: [...known[side], position],
      });
    }
  }
  return [...clusters.values()]
    .filter((cluster) => statuses(cluster.one) !== statuses(cluster.other))
    .sort((a, b) => Number(changesTheCount(b)) - Number(changesTheCount(a)) || a.unitId - b.unitId);
}

/** Whether the two count another number of employers. */
export function changesTheCount({ one, other }: Pick<Difference, 'one' | 'other'>): boolean {
  return countOf(one) !== countOf(other);
}

export function countOf(positions: readonly UnitPosition[]): number {
  return positions.filter(({ status }) => status === 'both_yes').length;
}

function statuses(positions: readonly UnitPosition[]): string {
  return positions
    .map(({ status }) => status)
    .sort()
    .join();
}
