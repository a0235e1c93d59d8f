import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { logEntries, logOpenings } from '../db/schema/ledger.ts';
import { BEFORE_FIRST, commitmentOf, leafHashOf } from './rules/entry.ts';
import { fillTiles, findLastEntry } from './tree.ts';
import { type EntryKind, SALT_BYTES } from './types.ts';

/** Whoever holds it may append; the log has one end. */
const LOG_LOCK = 7_245_010;
const ROWS_A_STATEMENT = 1_000;

/** Waits for the end of the log and keeps it until the transaction ends. */
export async function lockLog(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${LOG_LOCK})`);
}

/** Appends what was read from the sources, in this order. Hold the log (lockLog). Returns the index of the first. */
export async function appendEntries(
  tx: Tx,
  sources: readonly { kind: EntryKind; id: number; value: unknown }[],
): Promise<number> {
  const last = await findLastEntry(tx);
  const first = last ? last.index + 1 : 0;
  let previous = last?.leafHash ?? BEFORE_FIRST;
  const salts = randomBytes(SALT_BYTES * sources.length);
  const rows = sources.map(({ kind, id, value }, at) => {
    const leafIndex = first + at;
    const salt = salts.subarray(at * SALT_BYTES, (at + 1) * SALT_BYTES);
    const commitment = commitmentOf(value, salt);
    const leafHash = leafHashOf(leafIndex, commitment, previous);
    previous = leafHash;
    return { leafIndex, commitment, leafHash, kind, sourceId: id, salt };
  });
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    const some = rows.slice(at, at + ROWS_A_STATEMENT);
    await tx
      .insert(logEntries)
      .values(some.map(({ leafIndex, commitment, leafHash }) => ({ leafIndex, commitment, leafHash })));
    await tx
      .insert(logOpenings)
      .values(some.map(({ leafIndex, kind, sourceId, salt }) => ({ leafIndex, kind, sourceId, salt })));
  }
  await fillTiles(tx, first, first + rows.length);
  return first;
}
