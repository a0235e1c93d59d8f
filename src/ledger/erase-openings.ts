import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { logErasures, logOpenings } from '../db/schema/ledger.ts';
import type { EntryKind } from './types.ts';

/**
 * Forgets what entries committed to, for retention: without its salt a commitment says nothing. The entries stay, so
 * the log and every proof hold as before, and the erasure is an entry of its own. Rows that are not in the log yet are
 * passed over: sequence the log first. Returns how many openings went.
 */
export async function eraseOpenings(
  tx: Tx,
  input: { kind: EntryKind; sourceIds: readonly number[]; basis: string; now: Date },
): Promise<number> {
  if (input.sourceIds.length === 0) return 0;
  const gone = await tx
    .delete(logOpenings)
    .where(and(eq(logOpenings.kind, input.kind), inArray(logOpenings.sourceId, [...input.sourceIds])))
    .returning({ leafIndex: logOpenings.leafIndex, sourceId: logOpenings.sourceId });
  if (gone.length === 0) return 0;
  await tx
    .insert(logErasures)
    .values(gone.map((row) => ({ ...row, kind: input.kind, basis: input.basis, at: input.now })));
  return gone.length;
}
