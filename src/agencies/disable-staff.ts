import { and, eq, isNull } from 'drizzle-orm';
import { staffMembers, staffSessions } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { recordAudit } from './record-audit.ts';

/** Closes a person's access and every session of theirs at once. Nobody can close their own. */
export async function disableStaff(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; disabledBy: number },
): Promise<void> {
  if (input.staffId === input.disabledBy) throw new DomainError('forbidden');
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [staff] = await tx
      .update(staffMembers)
      .set({ disabledAt: now })
      .where(
        and(
          eq(staffMembers.id, input.staffId),
          eq(staffMembers.agencyId, input.agencyId),
          isNull(staffMembers.disabledAt),
        ),
      )
      .returning({ id: staffMembers.id });
    if (!staff) throw new DomainError('not_found');
    await tx
      .update(staffSessions)
      .set({ revokedAt: now })
      .where(and(eq(staffSessions.staffId, input.staffId), isNull(staffSessions.revokedAt)));
    await recordAudit(tx, {
      at: now,
      agencyId: input.agencyId,
      actorKind: 'staff',
      actorId: input.disabledBy,
      action: 'staff_member.disabled',
      subjectType: 'staff_member',
      subjectId: input.staffId,
    });
  });
}
