import { and, asc, desc, eq, gte, lt, lte } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import {
  logCheckpoints,
  logEntries,
  logErasures,
  logOpenings,
  logOrigins,
  logTiles,
} from '../db/schema/ledger.ts';
import type { StoredCheckpoint } from './make-checkpoint.ts';
import { splitHashes, TILE } from './tree.ts';
import type { EntryKind, LogEntry, Opening } from './types.ts';

export async function listEntries(db: Db, from: number, to: number): Promise<LogEntry[]> {
  return db
    .select({
      index: logEntries.leafIndex,
      commitment: logEntries.commitment,
      leafHash: logEntries.leafHash,
    })
    .from(logEntries)
    .where(and(gte(logEntries.leafIndex, from), lt(logEntries.leafIndex, to)))
    .orderBy(asc(logEntries.leafIndex));
}

export async function findEntry(db: Db, index: number): Promise<LogEntry | null> {
  return (await listEntries(db, index, index + 1))[0] ?? null;
}

export async function listOpenings(db: Db, from: number, to: number): Promise<Map<number, Opening>> {
  const rows = await db
    .select()
    .from(logOpenings)
    .where(and(gte(logOpenings.leafIndex, from), lt(logOpenings.leafIndex, to)));
  return new Map(rows.map(({ leafIndex, ...opening }) => [leafIndex, opening]));
}

export async function findOpening(
  db: Db,
  kind: EntryKind,
  sourceId: number,
): Promise<(Opening & { index: number }) | null> {
  const [row] = await db
    .select()
    .from(logOpenings)
    .where(and(eq(logOpenings.kind, kind), eq(logOpenings.sourceId, sourceId)));
  if (!row) return null;
  const { leafIndex: index, ...opening } = row;
  return { index, ...opening };
}

export async function listErasedBetween(db: Db, from: number, to: number): Promise<Set<number>> {
  const rows = await db
    .select({ index: logErasures.leafIndex })
    .from(logErasures)
    .where(and(gte(logErasures.leafIndex, from), lt(logErasures.leafIndex, to)));
  return new Set(rows.map(({ index }) => index));
}

/** The hashes that full tiles have of the leaves from `from` to before `to`, by index. */
export async function listTileHashes(db: Db, from: number, to: number): Promise<Map<number, Buffer>> {
  const rows = await db
    .select({ tile: logTiles.tile, hashes: logTiles.hashes })
    .from(logTiles)
    .where(
      and(
        eq(logTiles.level, 0),
        gte(logTiles.tile, Math.floor(from / TILE)),
        lte(logTiles.tile, Math.floor((to - 1) / TILE)),
      ),
    );
  return new Map(
    rows.flatMap(({ tile, hashes }) =>
      splitHashes(hashes).map((hash, at) => [tile * TILE + at, hash] as [number, Buffer]),
    ),
  );
}

/** Every checkpoint, oldest first. */
export async function listAllCheckpoints(db: Db): Promise<StoredCheckpoint[]> {
  return db.select().from(logCheckpoints).orderBy(asc(logCheckpoints.id));
}

/** The names under which the log was signed, oldest first. */
export async function listOrigins(db: Db) {
  return db
    .select({ origin: logOrigins.origin, openedAt: logOrigins.openedAt, because: logOrigins.because })
    .from(logOrigins)
    .orderBy(asc(logOrigins.id));
}

/** Newest first, from before an id. */
export async function listCheckpoints(
  db: Db,
  options: { before?: number | undefined; limit: number },
): Promise<StoredCheckpoint[]> {
  return db
    .select()
    .from(logCheckpoints)
    .where(options.before === undefined ? undefined : lt(logCheckpoints.id, options.before))
    .orderBy(desc(logCheckpoints.id))
    .limit(options.limit);
}

export async function findCheckpointOfSize(db: Db, size: number): Promise<StoredCheckpoint | null> {
  const [row] = await db
    .select()
    .from(logCheckpoints)
    .where(eq(logCheckpoints.size, size))
    .orderBy(desc(logCheckpoints.id))
    .limit(1);
  return row ?? null;
}
