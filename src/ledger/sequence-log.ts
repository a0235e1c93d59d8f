import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { logCursors } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { appendEntries, lockLog } from './append-entries.ts';
import { highestId, listUnlogged, readSources, SCANNED_KINDS, type ScannedKind } from './sources.ts';

const BATCH = 2_000;
/** Longer than a transaction can hold an id without being seen as running. */
const SETTLE_AFTER_SECONDS = 60;

/**
 * Brings into the log what was committed since: a transaction that does something writes its own row and nothing else,
 * and here, one after another and in batches, the rows get their places. Safe to run anywhere at any time. Returns
 * how many entries it made.
 */
export async function sequenceLog(
  deps: Pick<Deps, 'db'>,
  options: { signal?: AbortSignal } = {},
): Promise<number> {
  let made = await inTurn(deps, takePending, options.signal);
  for (const kind of SCANNED_KINDS) {
    const cursor = await getCursor(deps.db, kind);
    const horizon = await readHorizon(deps.db, kind);
    // Within one pass nothing is looked at twice; ids that come late are the next one's.
    let after = cursor.settled;
    made += await inTurn(
      deps,
      async (tx) => {
        const rows = await listUnlogged(tx, kind, after, BATCH);
        await appendEntries(
          tx,
          rows.map((row) => ({ kind, ...row })),
        );
        after = rows.at(-1)?.id ?? after;
        return rows.length;
      },
      options.signal,
    );
    if (!options.signal?.aborted) await moveCursor(deps.db, kind, cursor, horizon);
  }
  return made;
}

/** Does a batch at a time, each in a transaction that holds the end of the log, until one is not full. */
async function inTurn(
  deps: Pick<Deps, 'db'>,
  takeSome: (tx: Tx) => Promise<number>,
  signal: AbortSignal | undefined,
): Promise<number> {
  for (let made = 0; ; ) {
    const some = await deps.db.transaction(async (tx) => {
      await lockLog(tx);
      return takeSome(tx);
    });
    made += some;
    if (some < BATCH || signal?.aborted) return made;
  }
}

async function takePending(tx: Tx): Promise<number> {
  const noted = (await tx.execute(sql`
    delete from log_pending where ctid in (select ctid from log_pending limit ${BATCH}) returning source_id as id`)) as unknown as {
    id: number;
  }[];
  const ids = noted.map(({ id }) => id).sort((a, b) => a - b);
  const rows = await readSources(tx, 'answer_end', ids);
  await appendEntries(
    tx,
    rows.map((row) => ({ kind: 'answer_end' as const, ...row })),
  );
  return noted.length;
}

type Cursor = typeof logCursors.$inferSelect;
type Horizon = { highest: number; xmin: string; xmax: string; at: Date };

async function getCursor(db: Db, kind: ScannedKind): Promise<Cursor> {
  await db.insert(logCursors).values({ kind }).onConflictDoNothing();
  const [found] = await db.select().from(logCursors).where(eq(logCursors.kind, kind));
  return found!;
}

/** Taken before the rows are read: what is not seen then may still come, and has a transaction before `xmax`. */
async function readHorizon(db: Db, kind: ScannedKind): Promise<Horizon> {
  const [row] = (await db.execute(sql`
    select pg_snapshot_xmin(pg_current_snapshot())::text as xmin, pg_snapshot_xmax(pg_current_snapshot())::text as xmax,
      clock_timestamp() as at`)) as unknown as Omit<Horizon, 'highest'>[];
  return { ...row!, highest: await highestId(db, kind) };
}

/**
 * Ids are given out in order and committed in any. An id that was not there may come as long as a transaction runs that
 * ran when higher ones were seen: only then is everything up to those settled, and never looked at again.
 */
async function moveCursor(db: Db, kind: ScannedKind, cursor: Cursor, horizon: Horizon): Promise<void> {
  const { candidate, candidateXmax, candidateAt } = cursor;
  if (candidate === null || candidateXmax === null || candidateAt === null) {
    if (horizon.highest <= cursor.settled) return;
    await db
      .update(logCursors)
      .set({ candidate: horizon.highest, candidateXmax: horizon.xmax, candidateAt: horizon.at })
      .where(and(eq(logCursors.kind, kind), isNull(logCursors.candidate)));
    return;
  }
  const hasPassed = horizon.at.getTime() - candidateAt.getTime() > SETTLE_AFTER_SECONDS * 1000;
  if (!hasPassed || BigInt(horizon.xmin) < BigInt(candidateXmax)) return;
  await db
    .update(logCursors)
    .set({ settled: candidate, candidate: null, candidateXmax: null, candidateAt: null })
    .where(and(eq(logCursors.kind, kind), eq(logCursors.candidate, candidate)));
}
