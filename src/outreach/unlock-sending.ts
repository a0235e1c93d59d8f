import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';

/**
 * Lets a restored database send again. What missed its time meanwhile is expired by the claim and planned anew by its
 * wave, as after any outage; the rest leaves.
 */
export async function unlockSending(
  deps: Pick<Deps, 'db' | 'clock' | 'queue'>,
  staff: { id: number; agencyId: number; role: StaffRole },
): Promise<void> {
  if (!hasRole(staff.role, 'admin')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    // It continues as the installation that the workers' files know, from beyond the last epoch that any of them saw.
    const [unlocked] = await tx.execute<{ epoch: number }>(sql`
      update installation set sending_unlocked_at = ${now.toISOString()}::timestamptz,
        installation_id = coalesce(locked_id, installation_id),
        send_epoch = greatest(send_epoch, coalesce(locked_epoch, 0)) + 1, locked_id = null, locked_epoch = null
      where sending_unlocked_at is null
      returning send_epoch as epoch`);
    if (!unlocked) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'sending.unlocked',
      subjectType: 'installation',
      subjectId: null,
      details: { epoch: unlocked.epoch },
    });
  });
  await deps.queue.enqueue('outreach.send-due', {});
}
