import { connectedComponents } from '../../lib/connected-components.ts';

/** Two records that count as one employer from a moment on, until another or for good. */
export type UnitLink = {
  a: number;
  b: number;
  because: 'merged' | 'open_proposal';
  from: Date;
  until: Date | null;
};

/**
 * The counting unit of each linked employer as of a moment: records joined by a merge or by an undecided duplicate
 * proposal count once, under the lowest id among them. Employers in no link are their own unit and not in the map.
 */
export function deriveCountingUnits(
  links: Iterable<Omit<UnitLink, 'because'>>,
  asOf: Date,
): Map<number, number> {
  const pairs: [number, number][] = [];
  for (const link of links) {
    if (link.from <= asOf && (link.until === null || link.until > asOf)) pairs.push([link.a, link.b]);
  }
  return connectedComponents(pairs);
}
