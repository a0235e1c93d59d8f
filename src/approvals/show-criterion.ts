import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { criterionEvidence, criterionReviews } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { storeDocument } from '../documents/store-document.ts';
import type { DocumentRefusal, UploadedFile } from '../documents/types.ts';
import type { Criterion } from '../evidence/types.ts';
import { DomainError } from '../lib/errors.ts';
import { takeApplication } from './queries.ts';
import { isUndecided } from './rules.ts';
import type { CriterionVerdict } from './types.ts';

type Input = { agencyId: number; staffId: number; applicationId: number; criterion: Criterion };

export type AttachedEvidence =
  | { kind: 'note'; text: string }
  | { kind: 'link'; url: string; text: string }
  | { kind: 'document'; file: UploadedFile; text: string };

/** Attaches a note, a link or a document to a criterion, until the application is decided. */
export async function attachEvidence(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Input & { evidence: AttachedEvidence },
): Promise<{ ok: true; evidenceId: number } | { ok: false; reason: DocumentRefusal }> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId, criterion, evidence } = input;
  return deps.db.transaction(async (tx) => {
    await takeUndecided(tx, input);
    let documentId: number | null = null;
    if (evidence.kind === 'document') {
      const stored = await storeDocument(tx, { agencyId, staffId, file: evidence.file, now });
      if (!stored.ok) return stored;
      documentId = stored.document.id;
    }
    const [made] = await tx
      .insert(criterionEvidence)
      .values({
        applicationId,
        criterion,
        kind: evidence.kind,
        text: evidence.text,
        url: evidence.kind === 'link' ? evidence.url : null,
        documentId,
        addedBy: staffId,
        addedAt: now,
      })
      .returning({ id: criterionEvidence.id });
    await audit(tx, input, 'criterion.evidence_added', now, { evidenceId: made!.id, kind: evidence.kind });
    return { ok: true, evidenceId: made!.id };
  });
}

/** Takes something away again; it stays on record that it was there. */
export async function detachEvidence(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Omit<Input, 'criterion'> & { evidenceId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await takeUndecided(tx, input);
    const [removed] = await tx
      .update(criterionEvidence)
      .set({ removedBy: input.staffId, removedAt: now })
      .where(
        and(
          eq(criterionEvidence.id, input.evidenceId),
          eq(criterionEvidence.applicationId, input.applicationId),
          isNull(criterionEvidence.removedAt),
        ),
      )
      .returning({ criterion: criterionEvidence.criterion });
    if (!removed) throw new DomainError('already_done');
    await audit(tx, { ...input, ...removed }, 'criterion.evidence_removed', now, {
      evidenceId: input.evidenceId,
    });
  });
}

/** A person says whether what is attached shows the criterion. Employer need is not for a person: the count shows it. */
export async function reviewCriterion(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Input & { verdict: CriterionVerdict; note: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await takeUndecided(tx, input);
    const { staffId, applicationId, criterion, verdict, note } = input;
    await tx
      .insert(criterionReviews)
      .values({ applicationId, criterion, verdict, note, reviewedBy: staffId, reviewedAt: now });
    await audit(tx, input, 'criterion.reviewed', now, { verdict });
  });
}

async function takeUndecided(tx: Tx, input: { agencyId: number; applicationId: number }): Promise<void> {
  const application = await takeApplication(tx, input.agencyId, input.applicationId);
  if (!isUndecided(application)) throw new DomainError('already_done');
}

async function audit(
  tx: Tx,
  { agencyId, staffId, applicationId, criterion }: Input,
  action: 'criterion.evidence_added' | 'criterion.evidence_removed' | 'criterion.reviewed',
  now: Date,
  details: Record<string, unknown>,
): Promise<void> {
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action,
    subjectType: 'application',
    subjectId: applicationId,
    details: { criterion, ...details },
  });
}
