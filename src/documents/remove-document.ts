import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { documents } from '../db/schema/documents.ts';

/**
 * Deletes a file's content and name, as a retention rule asks. The row with its times, hash and commitment stays, so that what
 * it was attached to and the log stay whole, and a copy that somebody has can be told to be this file. Returns false when
 * there was nothing left to delete.
 */
export async function removeDocument(
  tx: Tx,
  input: { agencyId: number; documentId: number; staffId: number | null; now: Date },
): Promise<boolean> {
  const removed = await tx
    .update(documents)
    .set({ content: null, name: '', removedAt: input.now })
    .where(
      and(
        eq(documents.id, input.documentId),
        eq(documents.agencyId, input.agencyId),
        isNull(documents.removedAt),
      ),
    )
    .returning({ id: documents.id });
  if (removed.length === 0) return false;
  await recordAudit(tx, {
    at: input.now,
    agencyId: input.agencyId,
    actorKind: input.staffId === null ? 'system' : 'staff',
    actorId: input.staffId,
    action: 'document.removed',
    subjectType: 'document',
    subjectId: input.documentId,
  });
  return true;
}
