/**
 * The smallest member of each item's group, when items joined by a pair are in one group. Items that no pair
 * mentions stand alone and are not in the map. The order of the pairs does not matter.
 */
export function connectedComponents(pairs: Iterable<readonly [number, number]>): Map<number, number> {
  const parent = new Map<number, number>();
  const root = (item: number): number => {
    let top = item;
    for (let above = parent.get(top); above !== undefined && above !== top; above = parent.get(top))
      top = above;
    for (let at = item; at !== top; ) {
      const above = parent.get(at) ?? top;
      parent.set(at, top);
      at = above;
    }
    return top;
  };
  for (const [a, b] of pairs) {
    const rootA = root(a);
    const rootB = root(b);
    const smaller = Math.min(rootA, rootB);
    parent.set(rootA, smaller);
    parent.set(rootB, smaller);
  }
  return new Map([...parent.keys()].map((item) => [item, root(item)]));
}
