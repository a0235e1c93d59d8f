import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { ballots, boardLetters, rubricReviews, vendorFindings } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';

const TABLES = {
  ballot: ballots,
  board_letter: boardLetters,
  rubric_review: rubricReviews,
  vendor_finding: vendorFindings,
} as const;
export type BodyRecordKind = keyof typeof TABLES;

/** Takes a vote, letter, review or finding back that was recorded by mistake; it stays on record, with the reason, and counts no more. */
export async function withdrawRecord(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; kind: BodyRecordKind; recordId: number; reason: string },
): Promise<void> {
  const now = deps.clock.now();
  const table = TABLES[input.kind];
  await deps.db.transaction(async (tx) => {
    const own = and(eq(table.id, input.recordId), eq(table.agencyId, input.agencyId));
    const [known] = await tx.select({ id: table.id }).from(table).where(own);
    if (!known) throw new DomainError('not_found');
    const withdrawn = await tx
      .update(table)
      .set({ withdrawnAt: now, withdrawnBy: input.staffId, withdrawReason: input.reason })
      .where(and(own, isNull(table.withdrawnAt)))
      .returning({ id: table.id });
    if (withdrawn.length === 0) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: `${input.kind}.withdrawn`,
      subjectType: input.kind,
      subjectId: input.recordId,
      details: {},
    });
  });
}
