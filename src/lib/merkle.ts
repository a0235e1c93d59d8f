import { hash } from 'node:crypto';

/** The Merkle tree of RFC 6962, section 2.1, over SHA-256. Indexes and sizes are whole numbers below 2^53. */
export type Hash = Buffer;

/** The hash of the perfect subtree over the leaves [index * 2^level, (index + 1) * 2^level). */
export type NodeSource = (level: number, index: number) => Promise<Hash>;

export const EMPTY_ROOT: Hash = sha256(Buffer.alloc(0));

const LEAF = Buffer.from([0]);

export function hashLeaf(data: Uint8Array | string): Hash {
  return sha256(typeof data === 'string' ? `\0${data}` : Buffer.concat([LEAF, data]));
}

export function hashNode(left: Hash, right: Hash): Hash {
  left.copy(node, 1);
  right.copy(node, 33);
  return sha256(node);
}

/** Written over by each pair: nothing waits between filling and hashing it. */
const node = Buffer.alloc(65, 1);

/** In one call: a hash object for each of a hundred thousand nodes keeps the garbage collector busy. */
function sha256(data: Buffer | string): Hash {
  return hash('sha256', data, 'buffer') as Hash;
}

/** The root over hashes that stand side by side at one level; their number is a power of two or they end the tree. */
export function rootOf(hashes: readonly Hash[]): Hash {
  const tree = growTree();
  for (const hash of hashes) tree.push(hash);
  return tree.root();
}

/** MTH(D[from:to]); `from` is a multiple of the largest power of two within. */
export async function treeRoot(from: number, to: number, node: NodeSource): Promise<Hash> {
  const size = to - from;
  if (size === 0) return EMPTY_ROOT;
  const split = largestPowerBelow(size);
  if (size === 1 || split * 2 === size) return node(Math.log2(size), from / size);
  return hashNode(await node(Math.log2(split), from / split), await treeRoot(from + split, to, node));
}

/** From the leaf's sibling up to the root's child. */
export async function inclusionProof(index: number, size: number, node: NodeSource): Promise<Hash[]> {
  const path = async (index: number, from: number, to: number): Promise<Hash[]> => {
    if (to - from <= 1) return [];
    const split = from + largestPowerBelow(to - from);
    return index < split
      ? [...(await path(index, from, split)), await treeRoot(split, to, node)]
      : [...(await path(index, split, to)), await treeRoot(from, split, node)];
  };
  return path(index, 0, size);
}

/** That the tree of the first `older` leaves is the beginning of the tree of `newer`. */
export async function consistencyProof(older: number, newer: number, node: NodeSource): Promise<Hash[]> {
  const sub = async (from: number, older: number, to: number, whole: boolean): Promise<Hash[]> => {
    if (older === to) return whole ? [] : [await treeRoot(from, to, node)];
    const split = from + largestPowerBelow(to - from);
    return older <= split
      ? [...(await sub(from, older, split, whole)), await treeRoot(split, to, node)]
      : [...(await sub(split, older, to, false)), await treeRoot(from, split, node)];
  };
  return older === 0 || older === newer ? [] : sub(0, older, newer, true);
}

/** The root that a leaf and its proof lead to; null when the proof has not the length that it must have. */
export function rootFromInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
): Hash | null {
  if (!isWhole(index) || !isWhole(size) || index >= size) return null;
  const left = [...proof];
  const climb = (index: number, size: number): Hash | null => {
    if (size === 1) return leaf;
    const split = largestPowerBelow(size);
    const sibling = left.pop();
    if (!sibling) return null;
    const below = index < split ? climb(index, split) : climb(index - split, size - split);
    return below && (index < split ? hashNode(below, sibling) : hashNode(sibling, below));
  };
  const root = climb(index, size);
  return left.length === 0 ? root : null;
}

/** Whether a tree of `newer` leaves begins with the tree of `older` leaves, by its proof alone. */
export function isConsistent(
  older: { size: number; root: Hash },
  newer: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  if (!isWhole(older.size) || !isWhole(newer.size) || older.size > newer.size) return false;
  if (older.size === newer.size) return proof.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return proof.length === 0 && older.root.equals(EMPTY_ROOT);
  const left = [...proof];
  const climb = (small: number, size: number, whole: boolean): [Hash, Hash] | null => {
    if (small === size) {
      const both = whole ? older.root : left.pop();
      return both ? [both, both] : null;
    }
    const split = largestPowerBelow(size);
    const sibling = left.pop();
    if (!sibling) return null;
    const below = small <= split ? climb(small, split, whole) : climb(small - split, size - split, false);
    if (!below) return null;
    return small <= split
      ? [below[0], hashNode(below[1], sibling)]
      : [hashNode(sibling, below[0]), hashNode(sibling, below[1])];
  };
  const roots = climb(older.size, newer.size, true);
  return left.length === 0 && roots !== null && roots[0].equals(older.root) && roots[1].equals(newer.root);
}

/** A tree that grows leaf by leaf and knows its root at every size, in the space of its height. */
export function growTree() {
  /** Perfect subtrees from left to right, each larger than the next. */
  const peaks: { level: number; hash: Hash }[] = [];
  let size = 0;
  return {
    get size() {
      return size;
    },
    push(leaf: Hash): void {
      let peak = { level: 0, hash: leaf };
      while (peaks.at(-1)?.level === peak.level) {
        peak = { level: peak.level + 1, hash: hashNode(peaks.pop()!.hash, peak.hash) };
      }
      peaks.push(peak);
      size += 1;
    },
    root(): Hash {
      if (peaks.length === 0) return EMPTY_ROOT;
      return peaks.map(({ hash }) => hash).reduceRight((right, left) => hashNode(left, right));
    },
    /** The root that one more leaf would give. */
    rootWith(leaf: Hash): Hash {
      return peaks.map(({ hash }) => hash).reduceRight((right, left) => hashNode(left, right), leaf);
    },
  };
}

/** The largest power of two that is smaller than `size`; 1 for 1 and 2. */
function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
