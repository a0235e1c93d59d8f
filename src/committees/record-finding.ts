import { eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { credentials } from '../db/schema/credentials.ts';
import { vendorFindings } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { keepDocument } from '../documents/keep-document.ts';
import type { UploadedFile } from '../documents/types.ts';
import { DomainError } from '../lib/errors.ts';
import type { Day, VendorFinding } from './types.ts';

/** Whether a credential is tied to one vendor's product, with where it says so. The record of the credential follows. */
export async function recordFinding(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    credentialId: number;
    finding: VendorFinding;
    source: string;
    heldOn: Day;
    note: string;
    file: UploadedFile | null;
  },
): Promise<{ findingId: number }> {
  const now = deps.clock.now();
  const { staffId, file, ...finding } = input;
  return deps.db.transaction(async (tx) => {
    const known = await tx
      .update(credentials)
      .set({ vendorSpecific: input.finding !== 'generic', updatedAt: now })
      .where(eq(credentials.id, input.credentialId))
      .returning({ id: credentials.id });
    if (known.length === 0) throw new DomainError('not_found');
    const documentId = await keepDocument(tx, { ...input, now });
    const [made] = await tx
      .insert(vendorFindings)
      .values({ ...finding, documentId, recordedBy: staffId, recordedAt: now })
      .returning({ id: vendorFindings.id });
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'vendor_finding.recorded',
      subjectType: 'vendor_finding',
      subjectId: made!.id,
      details: { credentialId: input.credentialId, finding: input.finding },
    });
    return { findingId: made!.id };
  });
}
