import type { Db } from '../db/client.ts';
import { consistencyProof, inclusionProof, treeRoot } from '../lib/merkle.ts';
import { findLastCheckpoint } from './make-checkpoint.ts';
import { findEntry, listEntries } from './queries.ts';
import { storedTree } from './tree.ts';

/** How many entries one page of them holds. */
export const ENTRIES_A_PAGE = 1_000;

/** Entries that a checkpoint covers, as anybody may see them: commitments that say nothing by themselves. */
export async function publicEntries(db: Db, from: number, count: number) {
  const size = (await findLastCheckpoint(db))?.size ?? 0;
  const to = Math.min(size, from + Math.min(count, ENTRIES_A_PAGE));
  const entries = from < to ? await listEntries(db, from, to) : [];
  return {
    size,
    entries: entries.map(({ index, commitment, leafHash }) => ({
      index,
      commitment: commitment.toString('hex'),
      leafHash: leafHash.toString('hex'),
    })),
    next: to < size && entries.length > 0 ? to : null,
  };
}

/** That entry `index` is among the first `size`; null beyond what was signed. */
export async function publicInclusion(db: Db, index: number, size: number) {
  if (!(await isSigned(db, size)) || index >= size) return null;
  const tree = storedTree(db);
  const entry = await findEntry(db, index);
  return {
    index,
    size,
    leafHash: entry!.leafHash.toString('base64'),
    root: (await treeRoot(0, size, tree)).toString('base64'),
    path: (await inclusionProof(index, size, tree)).map((hash) => hash.toString('base64')),
  };
}

/** That the log of `from` entries is the beginning of that of `to`; null beyond what was signed. */
export async function publicConsistency(db: Db, from: number, to: number) {
  if (!(await isSigned(db, to)) || from > to) return null;
  const tree = storedTree(db);
  return {
    from: { size: from, root: (await treeRoot(0, from, tree)).toString('base64') },
    to: { size: to, root: (await treeRoot(0, to, tree)).toString('base64') },
    path: (await consistencyProof(from, to, tree)).map((hash) => hash.toString('base64')),
  };
}

async function isSigned(db: Db, size: number): Promise<boolean> {
  return size > 0 && size <= ((await findLastCheckpoint(db))?.size ?? 0);
}
