import { and, eq, inArray } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { appeals, applications, decisions, freezeRequests } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { publishEvent } from '../events/publish-event.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { loadDecisionGrounds } from './decision-facts.ts';
import { type ApplicationRow, findOpenDecision, takeApplication } from './queries.ts';
import { type DecisionRefusal, daysAfter, decideDecision, reviewDueOn } from './rules.ts';
import type { ApplicationState, Decision } from './types.ts';

/**
 * The second person's word makes a proposed decision stand. It is judged again by what is known now: an approval whose
 * evidence lapsed meanwhile is refused. Of two people who confirm at once the first one's word stands, and the other is
 * told that it was done already.
 */
export async function confirmDecision(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; applicationId: number; decisionId: number },
): Promise<{ ok: true } | { ok: false; reason: Exclude<DecisionRefusal, 'already_done'> }> {
  const now = deps.clock.now();
  const { agencyId, staffId, applicationId } = input;
  return deps.db.transaction(async (tx) => {
    const application = await takeApplication(tx, agencyId, applicationId);
    const proposed = await findOpenDecision(tx, applicationId);
    if (!proposed || proposed.id !== input.decisionId) throw new DomainError('already_done');
    if (proposed.proposedBy === staffId) throw new DomainError('needs_second_person');
    const grounds = await loadDecisionGrounds(tx, application);
    const allowed = decideDecision({ application, ...proposed, ...grounds }, now);
    if (!allowed.ok) {
      if (allowed.reason === 'already_done') throw new DomainError('already_done');
      return { ok: false, reason: allowed.reason };
    }
    const { current } = grounds;
    const confirmed = await tx
      .update(decisions)
      .set({
        state: 'confirmed',
        endedBy: staffId,
        endedAt: now,
        approvalRecordId: current?.record.id ?? null,
      })
      .where(and(eq(decisions.id, proposed.id), eq(decisions.state, 'proposed')))
      .returning({ id: decisions.id });
    if (confirmed.length === 0) throw new DomainError('already_done');

    const today = dayIn(application.timeZone, now);
    if (proposed.outcome === 'revoked') {
      await moveOn(tx, application, ['decided', 'due_for_review'], {
        state: 'revoked',
        endedAt: now,
        endReason: proposed.reason,
        publicReason: proposed.publicReason,
        updatedAt: now,
      });
      await endAppeals(tx, applicationId, staffId, now);
    } else {
      const until = current?.snapshot.validUntil ?? null;
      const from: ApplicationState[] = proposed.kind === 'appeal' ? ['decided'] : ['submitted', 'in_review'];
      await moveOn(tx, application, from, {
        state: 'decided',
        decision: proposed.outcome,
        decisionReason: proposed.reason,
        publicReason: proposed.publicReason,
        conditions: proposed.conditions,
        decidedByBody: proposed.decidedByBody,
        decidedBy: staffId,
        decidedAt: now,
        reviewDueOn:
          proposed.outcome === 'approved'
            ? reviewDueOn(application.reviewCycle, today, until && dayIn(application.timeZone, until))
            : null,
        updatedAt: now,
      });
      if (proposed.appealId !== null) {
        const isOverturned = proposed.outcome !== application.decision;
        await tx
          .update(appeals)
          .set({ state: isOverturned ? 'overturned' : 'upheld', endedBy: staffId, endedAt: now })
          .where(and(eq(appeals.id, proposed.appealId), eq(appeals.state, 'open')));
      }
      if (application.renewalOf !== null) {
        await endRenewed(tx, application, proposed.outcome, { staffId, now, today });
      }
    }
    await tx
      .update(freezeRequests)
      .set({ state: 'withdrawn', endedAt: now })
      .where(and(eq(freezeRequests.applicationId, applicationId), eq(freezeRequests.state, 'requested')));
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: proposed.outcome === 'revoked' ? 'application.revoked' : 'application.decided',
      subjectType: 'application',
      subjectId: applicationId,
      details: {
        decisionId: proposed.id,
        kind: proposed.kind,
        decision: proposed.outcome,
        proposedBy: proposed.proposedBy,
        approvalRecordId: current?.record.id ?? null,
        sha256: current?.snapshot.sha256 ?? null,
      },
    });
    await publishEvent(tx, {
      agencyId,
      type: 'decision.made',
      at: now,
      data: {
        applicationId,
        decision: proposed.outcome,
        approvalRecordId: current?.record.id ?? null,
        sha256: current?.snapshot.sha256 ?? null,
        credential: application.credentialSlug,
        list: application.listSlug,
      },
    });
    return { ok: true };
  });
}

async function moveOn(
  tx: Tx,
  application: ApplicationRow,
  from: ApplicationState[],
  set: Partial<typeof applications.$inferInsert>,
): Promise<void> {
  const moved = await tx
    .update(applications)
    .set(set)
    .where(and(eq(applications.id, application.id), inArray(applications.state, from)))
    .returning({ id: applications.id });
  if (moved.length === 0) throw new DomainError('already_done');
}

/** An approval taken back leaves nothing to appeal. */
async function endAppeals(tx: Tx, applicationId: number, staffId: number, now: Date): Promise<void> {
  await tx
    .update(appeals)
    .set({ state: 'withdrawn', endedBy: staffId, endedAt: now, endReason: 'The approval was revoked' })
    .where(and(eq(appeals.applicationId, applicationId), eq(appeals.state, 'open')));
}

/** A renewal that is approved renews the approval before it; one that is denied ends it. One put off leaves it due. */
async function endRenewed(
  tx: Tx,
  renewal: ApplicationRow,
  outcome: Decision,
  { staffId, now, today }: { staffId: number; now: Date; today: string },
): Promise<void> {
  if (outcome === 'deferred' || renewal.renewalOf === null) return;
  const [before] = await tx
    .select()
    .from(applications)
    .where(eq(applications.id, renewal.renewalOf))
    .for('update');
  if (before?.decision !== 'approved') return;
  const mayEnd = before.state === 'due_for_review' || (before.state === 'decided' && outcome === 'approved');
  if (!mayEnd) return;
  const state = outcome === 'approved' ? 'renewed' : 'lapsed';
  await tx
    .update(applications)
    .set({
      state,
      dueAt: before.dueAt ?? now,
      lapsesOn: before.lapsesOn ?? daysAfter(today, renewal.lapseAfterDays),
      endedAt: now,
      endReason: outcome === 'approved' ? null : 'The renewal was denied',
      updatedAt: now,
    })
    .where(eq(applications.id, before.id));
  await recordAudit(tx, {
    at: now,
    agencyId: renewal.agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: `application.${state}`,
    subjectType: 'application',
    subjectId: before.id,
    details: { renewalId: renewal.id },
  });
  await publishEvent(tx, {
    agencyId: renewal.agencyId,
    type: `application.${state}`,
    at: now,
    data: {
      applicationId: before.id,
      credential: renewal.credentialSlug,
      list: renewal.listSlug,
      renewalId: renewal.id,
    },
  });
}
