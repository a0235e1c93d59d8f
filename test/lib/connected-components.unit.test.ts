import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectedComponents } from '../../src/lib/connected-components.ts';

const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })));

describe('connectedComponents', () => {
  it('names each group by its smallest member', () => {
    const groups = connectedComponents([
      [5, 9],
      [3, 5],
      [7, 8],
    ]);
    expect(Object.fromEntries(groups)).toEqual({ 3: 3, 5: 3, 9: 3, 7: 7, 8: 7 });
  });

  it('does not depend on the order of the pairs, nor on which way round they are', () => {
    fc.assert(
      fc.property(pairs, fc.infiniteStream(fc.nat()), (links, keys) => {
        const shuffled = links
          .map(([a, b]) => ({ key: keys.next().value as number, pair: [b, a] as const }))
          .sort((a, b) => a.key - b.key)
          .map(({ pair }) => pair);
        expect(new Map([...connectedComponents(shuffled)].sort())).toEqual(
          new Map([...connectedComponents(links)].sort()),
        );
      }),
    );
  });

  it('agrees with reachability', () => {
    fc.assert(
      fc.property(pairs, (links) => {
        const groups = connectedComponents(links);
        for (const start of groups.keys()) {
          const seen = new Set([start]);
          for (let grown = true; grown; ) {
            const before = seen.size;
            for (const [a, b] of links) if (seen.has(a) || seen.has(b)) seen.add(a).add(b);
            grown = seen.size > before;
          }
          expect(groups.get(start)).toBe(Math.min(...seen));
        }
      }),
    );
  });
});
