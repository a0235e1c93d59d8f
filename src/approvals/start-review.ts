import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { applications } from '../db/schema/approvals.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';

/** Somebody takes a submitted application up. Freezing evidence or proposing a decision does so too. */
export async function startReview(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; applicationId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const own = and(eq(applications.id, input.applicationId), eq(applications.agencyId, input.agencyId));
    const [known] = await tx.select({ id: applications.id }).from(applications).where(own);
    if (!known) throw new DomainError('not_found');
    const started = await tx
      .update(applications)
      .set({ state: 'in_review', updatedAt: now })
      .where(and(own, eq(applications.state, 'submitted')))
      .returning({ id: applications.id });
    if (started.length === 0) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.staffId,
      action: 'application.review_started',
      subjectType: 'application',
      subjectId: input.applicationId,
      details: {},
    });
  });
}
