import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { appeals, applications, decisions } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { keepDocument } from '../documents/keep-document.ts';
import type { UploadedFile } from '../documents/types.ts';
import { DomainError } from '../lib/errors.ts';
import { loadDecisionGrounds } from './decision-facts.ts';
import { takeApplication } from './queries.ts';
import { type DecisionRefusal, decideDecision } from './rules.ts';
import type { DecisionKind, DecisionOutcome } from './types.ts';

export type NewDecision = {
  outcome: DecisionOutcome;
  /** Kept with the decision; it may quote employers. */
  reason: string;
  /** What the public page says; empty says nothing. */
  publicReason?: string;
  conditions?: string;
  /** Which body decided, where the policy leaves it to one. */
  decidedByBody?: string;
  /** What the body that decided wrote: minutes, a resolution. */
  file?: UploadedFile | null;
};

export type ProposedDecision =
  | { ok: true; decisionId: number }
  | { ok: false; reason: Exclude<DecisionRefusal, 'already_done'> | 'already_proposed' };

/**
 * The first of two people says how an application is decided, and why: the first decision, the one after an appeal, or
 * that an approval is revoked. It binds nobody until another person confirms it; one waits at a time.
 */
export async function proposeDecision(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: NewDecision & {
    agencyId: number;
    staffId: number;
    /** Present when it came through the API, by a key that the staff member made. */
    apiKeyId?: number;
    applicationId: number;
  },
): Promise<ProposedDecision> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId, outcome, decidedByBody = '' } = input;
  return deps.db.transaction(async (tx) => {
    const application = await takeApplication(tx, agencyId, applicationId);
    const kind: DecisionKind =
      outcome === 'revoked' ? 'revocation' : application.hasOpenAppeal ? 'appeal' : 'first';
    const grounds = await loadDecisionGrounds(tx, application);
    const allowed = decideDecision({ application, kind, outcome, decidedByBody, ...grounds }, now);
    if (!allowed.ok) {
      if (allowed.reason === 'already_done') throw new DomainError('already_done');
      return { ok: false, reason: allowed.reason };
    }
    const [appeal] =
      kind === 'appeal'
        ? await tx
            .select({ id: appeals.id })
            .from(appeals)
            .where(and(eq(appeals.applicationId, applicationId), eq(appeals.state, 'open')))
        : [];
    const [proposed] = await tx
      .insert(decisions)
      .values({
        applicationId,
        kind,
        outcome,
        reason: input.reason,
        publicReason: input.publicReason ?? '',
        conditions: input.conditions ?? '',
        decidedByBody,
        proposedBy: staffId,
        proposedAt: now,
        appealId: appeal?.id ?? null,
      })
      .onConflictDoNothing()
      .returning({ id: decisions.id });
    if (!proposed) return { ok: false, reason: 'already_proposed' };
    const documentId = await keepDocument(tx, { agencyId, staffId, file: input.file ?? null, now });
    if (documentId !== null) {
      await tx.update(decisions).set({ documentId }).where(eq(decisions.id, proposed.id));
    }
    await tx
      .update(applications)
      .set({ state: 'in_review', updatedAt: now })
      .where(and(eq(applications.id, applicationId), eq(applications.state, 'submitted')));
    await recordAudit(tx, {
      at: now,
      agencyId,
      ...(input.apiKeyId === undefined
        ? { actorKind: 'staff', actorId: staffId }
        : { actorKind: 'api', actorId: input.apiKeyId }),
      action: 'decision.proposed',
      subjectType: 'application',
      subjectId: applicationId,
      details: { decisionId: proposed.id, kind, outcome },
    });
    return { ok: true, decisionId: proposed.id };
  });
}

/** Takes a proposed decision back: whoever proposed it, or whoever would have confirmed it. */
export async function withdrawDecision(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; applicationId: number; decisionId: number },
): Promise<void> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId, decisionId } = input;
  await deps.db.transaction(async (tx) => {
    await takeApplication(tx, agencyId, applicationId);
    const withdrawn = await tx
      .update(decisions)
      .set({ state: 'withdrawn', endedBy: staffId, endedAt: now })
      .where(
        and(
          eq(decisions.id, decisionId),
          eq(decisions.applicationId, applicationId),
          eq(decisions.state, 'proposed'),
        ),
      )
      .returning({ id: decisions.id });
    if (withdrawn.length === 0) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'decision.withdrawn',
      subjectType: 'application',
      subjectId: applicationId,
      details: { decisionId },
    });
  });
}
