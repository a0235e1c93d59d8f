import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../../agencies/record-audit.ts';
import { hasRole } from '../../agencies/rules.ts';
import { cycleProposals } from '../../db/schema/cycle-proposals.ts';
import type { Deps } from '../../deps.ts';
import { DomainError } from '../../lib/errors.ts';
import type { Staff } from '../create-wave.ts';
import { lockCycleProposal } from './queries.ts';

/** Sets a proposal of the calendar aside with a reason: it does not come again for this cycle and need. */
export async function dismissCycleProposal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: Staff; proposalId: number; reason: string },
): Promise<void> {
  const { staff, proposalId, reason } = input;
  if (!hasRole(staff.role, 'editor')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await lockCycleProposal(tx, staff.agencyId, proposalId);
    // The same form sent twice.
    if (row.state === 'dismissed' && row.endedBy === staff.id && row.endReason === reason) return;
    if (row.state !== 'open') throw new DomainError('already_done');
    await tx
      .update(cycleProposals)
      .set({ state: 'dismissed', endedAt: now, endedBy: staff.id, endReason: reason, updatedAt: now })
      .where(and(eq(cycleProposals.id, proposalId), eq(cycleProposals.state, 'open')));
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'cycle_proposal.dismissed',
      subjectType: 'cycle_proposal',
      subjectId: proposalId,
      details: { listId: row.listId, need: row.need },
    });
  });
}
