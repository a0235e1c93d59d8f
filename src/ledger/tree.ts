import { and, asc, desc, eq, gte, lt } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { logEntries, logTiles } from '../db/schema/ledger.ts';
import { invariant } from '../lib/errors.ts';
import { type Hash, type NodeSource, rootOf } from '../lib/merkle.ts';

/** Hashes of one level are kept in tiles of so many; the roots of full tiles are the hashes of the next. */
export const TILE = 256;
const TILE_LEVELS = 8;
const HASH = 32;

/** Reads the log's tree from its tiles, and from the rows where no tile is full yet. A hash is asked for once. */
export function storedTree(db: Db): NodeSource {
  const known = new Map<string, Promise<Hash[]>>();
  const tileOf = (level: number, tile: number) => {
    const key = `${level}/${tile}`;
    const hashes = known.get(key) ?? readTile(db, level, tile);
    known.set(key, hashes);
    return hashes;
  };
  return async (level, index) => {
    const tileLevel = Math.floor(level / TILE_LEVELS);
    const span = 2 ** (level % TILE_LEVELS);
    const first = index * span;
    const hashes = await tileOf(tileLevel, Math.floor(first / TILE));
    const under = hashes.slice(first % TILE, (first % TILE) + span);
    invariant(under.length === span, `the log has the subtree ${index} of level ${level}`);
    return rootOf(under);
  };
}

async function readTile(db: Db, level: number, tile: number): Promise<Hash[]> {
  const [full] = await db
    .select({ hashes: logTiles.hashes })
    .from(logTiles)
    .where(and(eq(logTiles.level, level), eq(logTiles.tile, tile)));
  return full ? splitHashes(full.hashes) : readHashes(db, level, tile);
}

/** The hashes that belong into a tile, from where they come from: leaves, or the roots of the tiles below. */
async function readHashes(db: Db, level: number, tile: number): Promise<Hash[]> {
  const [from, to] = [tile * TILE, (tile + 1) * TILE];
  if (level === 0) {
    const rows = await db
      .select({ hash: logEntries.leafHash })
      .from(logEntries)
      .where(and(gte(logEntries.leafIndex, from), lt(logEntries.leafIndex, to)))
      .orderBy(asc(logEntries.leafIndex));
    return rows.map(({ hash }) => hash);
  }
  const rows = await db
    .select({ hash: logTiles.root })
    .from(logTiles)
    .where(and(eq(logTiles.level, level - 1), gte(logTiles.tile, from), lt(logTiles.tile, to)))
    .orderBy(asc(logTiles.tile));
  return rows.map(({ hash }) => hash);
}

export function splitHashes(bytes: Buffer): Hash[] {
  return Array.from({ length: bytes.length / HASH }, (_, at) => bytes.subarray(at * HASH, (at + 1) * HASH));
}

/** Writes the tiles that are full once the log has grown from one size to another. */
export async function fillTiles(tx: Db, before: number, after: number): Promise<void> {
  let [from, to] = [Math.floor(before / TILE), Math.floor(after / TILE)];
  for (let level = 0; from < to; level += 1) {
    for (let tile = from; tile < to; tile += 1) {
      const hashes = await readHashes(tx, level, tile);
      invariant(hashes.length === TILE, `tile ${tile} of level ${level} is full`);
      await tx.insert(logTiles).values({ level, tile, hashes: Buffer.concat(hashes), root: rootOf(hashes) });
    }
    [from, to] = [Math.floor(from / TILE), Math.floor(to / TILE)];
  }
}

/** The last entry; null while the log is empty. */
export async function findLastEntry(db: Db): Promise<{ index: number; leafHash: Hash } | null> {
  const [row] = await db
    .select({ index: logEntries.leafIndex, leafHash: logEntries.leafHash })
    .from(logEntries)
    .orderBy(desc(logEntries.leafIndex))
    .limit(1);
  return row ?? null;
}

export async function countEntries(db: Db): Promise<number> {
  return ((await findLastEntry(db))?.index ?? -1) + 1;
}
