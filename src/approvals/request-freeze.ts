import { and, eq, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { applications, freezeRequests } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { readTally } from '../evidence/read-tally.ts';
import { DomainError } from '../lib/errors.ts';
import { findApplication, lockApplication } from './queries.ts';
import { isUndecided } from './rules.ts';

type Input = { agencyId: number; staffId: number; applicationId: number };

/** The first of two people asks that the evidence be frozen; what they saw is kept for the second. */
export async function requestFreeze(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Input & { note: string },
): Promise<{ freezeRequestId: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    if (!(await lockApplication(tx, input.agencyId, input.applicationId))) throw new DomainError('not_found');
    const application = await findApplication(tx, input.agencyId, input.applicationId);
    if (!application) throw new DomainError('not_found');
    if (!isUndecided(application)) throw new DomainError('already_done');
    const tally = await readTally(tx, application.credentialId, application.policyVersionId, now);
    const [request] = await tx
      .insert(freezeRequests)
      .values({
        applicationId: application.id,
        requestedBy: input.staffId,
        requestedAt: now,
        note: input.note,
        figures: { status: tally.status, required: tally.required, ...tally.figures },
      })
      .onConflictDoNothing()
      .returning({ id: freezeRequests.id });
    if (!request) throw new DomainError('already_done');
    await tx
      .update(applications)
      .set({ state: 'in_review', updatedAt: now })
      .where(and(eq(applications.id, application.id), eq(applications.state, 'submitted')));
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'freeze.requested',
      subjectType: 'application',
      subjectId: application.id,
      details: { freezeRequestId: request.id, bothYes: tally.figures.bothYes, status: tally.status },
    });
    return { freezeRequestId: request.id };
  });
}

/** Takes an open request back: whoever made it, or whoever would have confirmed it. */
export async function withdrawFreeze(deps: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    if (!(await lockApplication(tx, input.agencyId, input.applicationId))) throw new DomainError('not_found');
    const [withdrawn] = await tx
      .update(freezeRequests)
      .set({ state: 'withdrawn', endedAt: now })
      .where(
        and(
          eq(freezeRequests.applicationId, input.applicationId),
          eq(freezeRequests.state, 'requested'),
          isNull(freezeRequests.endedAt),
        ),
      )
      .returning({ id: freezeRequests.id });
    if (!withdrawn) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'freeze.withdrawn',
      subjectType: 'application',
      subjectId: input.applicationId,
      details: { freezeRequestId: withdrawn.id },
    });
  });
}
