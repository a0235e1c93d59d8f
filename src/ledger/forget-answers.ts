import { and, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { logEntries, logOpenings } from '../db/schema/ledger.ts';
import { appendEntries, lockLog } from './append-entries.ts';
import { eraseOpenings } from './erase-openings.ts';
import { commitmentOf } from './rules/entry.ts';
import { readSources } from './sources.ts';

/**
 * Has the log forget who gave answers: what they say without a person is logged anew (`answer_kept`), and what opens the
 * entries before is erased. An answer that is no longer what was logged of it is refused, so that erasing never hides
 * that it was altered. Answers without an opening are passed over. Sequence the log first.
 */
export async function forgetAnswers(
  tx: Tx,
  input: { answerIds: readonly number[]; basis: string; now: Date },
): Promise<{ forgotten: number; refused: number[] }> {
  await lockLog(tx);
  const known = await tx
    .select({
      id: logOpenings.sourceId,
      salt: logOpenings.salt,
      commitment: logEntries.commitment,
    })
    .from(logOpenings)
    .innerJoin(logEntries, eq(logEntries.leafIndex, logOpenings.leafIndex))
    .where(and(eq(logOpenings.kind, 'answer'), inArray(logOpenings.sourceId, [...input.answerIds])));
  const ids = known.map(({ id }) => id);
  const now = new Map((await readSources(tx, 'answer', ids)).map(({ id, value }) => [id, value]));
  const isAsLogged = ({ id, salt, commitment }: (typeof known)[number]) =>
    now.has(id) && commitmentOf(now.get(id), salt).equals(commitment);
  const sourceIds = known.filter(isAsLogged).map(({ id }) => id);
  const kept = await readSources(tx, 'answer_kept', sourceIds);
  await appendEntries(
    tx,
    kept.map((row) => ({ kind: 'answer_kept' as const, ...row })),
  );
  const forgotten = await eraseOpenings(tx, {
    kind: 'answer',
    sourceIds,
    basis: input.basis,
    now: input.now,
  });
  const refused = known.filter((one) => !isAsLogged(one)).map(({ id }) => id);
  return { forgotten, refused };
}
