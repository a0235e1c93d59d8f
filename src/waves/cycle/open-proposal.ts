import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../../agencies/record-audit.ts';
import { hasRole } from '../../agencies/rules.ts';
import { lists } from '../../db/schema/approvals.ts';
import { cycleProposals } from '../../db/schema/cycle-proposals.ts';
import { waves } from '../../db/schema/outreach.ts';
import type { Deps } from '../../deps.ts';
import { DomainError, invariant } from '../../lib/errors.ts';
import type { Staff } from '../create-wave.ts';
import { lockCycleProposal } from './queries.ts';
import { nameProposedWave } from './words.ts';

/**
 * Makes the draft that the calendar proposes, for a staff member to change, propose or cancel like any other. The same
 * form sent twice leads to the same draft.
 */
export async function openCycleProposal(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: Staff; proposalId: number },
): Promise<{ waveId: number }> {
  const { staff, proposalId } = input;
  if (!hasRole(staff.role, 'editor')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const row = await lockCycleProposal(tx, staff.agencyId, proposalId);
    if (row.waveId !== null) return { waveId: row.waveId };
    if (row.state !== 'open') throw new DomainError('already_done');
    const [list] = await tx.select({ name: lists.name }).from(lists).where(eq(lists.id, row.listId));
    invariant(list, 'a proposal has its list');
    const [wave] = await tx
      .insert(waves)
      .values({
        agencyId: staff.agencyId,
        name: nameProposedWave({ list: list.name, need: row.need, cycleName: row.cycleName }),
        audience: row.audience,
        topics: { credentialIds: row.credentials.map(({ credentialId }) => credentialId), meetingIds: [] },
        protocol: row.protocol,
        createdBy: staff.id,
        createdAt: now,
        updatedAt: now,
      })
      .returning({ id: waves.id });
    invariant(wave, 'an inserted wave comes back');
    await tx
      .update(cycleProposals)
      .set({ state: 'taken', waveId: wave.id, endedAt: now, endedBy: staff.id, updatedAt: now })
      .where(and(eq(cycleProposals.id, proposalId), eq(cycleProposals.state, 'open')));
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'cycle_proposal.opened',
      subjectType: 'cycle_proposal',
      subjectId: proposalId,
      details: { waveId: wave.id },
    });
    return { waveId: wave.id };
  });
}
