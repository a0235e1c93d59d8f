/** Numbers that look random and are the same for the same seed: for sample data, never for secrets. */
export type SeededRandom = {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer from 0 up to, not including, `below`. */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
};

/** The mulberry32 generator, seeded by any text. */
export function seededRandom(seed: string): SeededRandom {
  let state = 0x811c9dc5;
  for (const octet of Buffer.from(seed)) state = Math.imul(state ^ octet, 0x01000193);

  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number) => Math.floor(next() * bound);

  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)]!,
  };
}
