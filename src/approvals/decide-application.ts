import { and, eq, inArray } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { applications, freezeRequests } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { publishEvent } from '../events/publish-event.ts';
import type { RequirementStatus } from '../evidence/types.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { findApplication, findCurrentRecord, lockApplication } from './queries.ts';
import { type DecisionRefusal, decideDecision, OPEN_APPLICATION_STATES } from './rules.ts';
import type { Decision } from './types.ts';

/**
 * Decides an application for good. Approving is refused unless the approval record in force names frozen evidence that
 * met the list's requirement and still holds. Two people who decide at once: the first one's word stands.
 */
export async function decideApplication(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: {
    agencyId: number;
    staffId: number;
    applicationId: number;
    decision: Decision;
    reason: string;
  },
): Promise<{ ok: true } | { ok: false; reason: Exclude<DecisionRefusal, 'already_done'> }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    if (!(await lockApplication(tx, input.agencyId, input.applicationId))) throw new DomainError('not_found');
    const application = await findApplication(tx, input.agencyId, input.applicationId);
    if (!application) throw new DomainError('not_found');
    const current = await findCurrentRecord(tx, application.id);
    if (current) {
      const { packet, sha256 } = current.snapshot;
      invariant(sha256Hex(packet) === sha256, `snapshot ${current.snapshot.id} still has its hash`);
    }
    const allowed = decideDecision(
      application,
      input.decision,
      current && {
        status: current.snapshot.requirementStatus as RequirementStatus,
        policyVersionId: current.snapshot.policyVersionId,
        validUntil: current.snapshot.validUntil,
      },
      now,
    );
    if (!allowed.ok) {
      if (allowed.reason === 'already_done') throw new DomainError('already_done');
      return { ok: false, reason: allowed.reason };
    }
    const decided = await tx
      .update(applications)
      .set({
        state: 'decided',
        decision: input.decision,
        decisionReason: input.reason,
        decidedBy: input.staffId,
        decidedAt: now,
        updatedAt: now,
      })
      .where(
        and(eq(applications.id, application.id), inArray(applications.state, [...OPEN_APPLICATION_STATES])),
      )
      .returning({ id: applications.id });
    if (decided.length === 0) throw new DomainError('already_done');
    await tx
      .update(freezeRequests)
      .set({ state: 'withdrawn', endedAt: now })
      .where(and(eq(freezeRequests.applicationId, application.id), eq(freezeRequests.state, 'requested')));
    await recordAudit(tx, {
      at: now,
      agencyId: application.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'application.decided',
      subjectType: 'application',
      subjectId: application.id,
      details: {
        decision: input.decision,
        approvalRecordId: current?.record.id ?? null,
        sha256: current?.snapshot.sha256 ?? null,
      },
    });
    await publishEvent(tx, {
      agencyId: application.agencyId,
      type: 'decision.made',
      at: now,
      data: {
        applicationId: application.id,
        decision: input.decision,
        approvalRecordId: current?.record.id ?? null,
        sha256: current?.snapshot.sha256 ?? null,
        credential: application.credentialSlug,
        list: application.listSlug,
      },
    });
    return { ok: true };
  });
}
