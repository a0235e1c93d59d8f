import { isUniqueViolation } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import type { StaffMember } from './queries.ts';
import { recordAudit } from './record-audit.ts';
import type { StaffRole } from './types.ts';

/** Adds a staff member to an agency. An address that already belongs to somebody is refused, not moved. */
export async function addStaff(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; name: string; email: string; role: StaffRole; addedBy: number | null },
): Promise<{ ok: true; staff: StaffMember } | { ok: false; reason: 'address_in_use' }> {
  const now = deps.clock.now();
  try {
    return await deps.db.transaction(async (tx) => {
      const [staff] = await tx
        .insert(staffMembers)
        .values({
          agencyId: input.agencyId,
          name: input.name,
          email: input.email,
          emailKey: input.email.trim().toLowerCase(),
          role: input.role,
          createdAt: now,
        })
        .returning();
      await recordAudit(tx, {
        at: now,
        agencyId: input.agencyId,
        actorKind: input.addedBy === null ? 'system' : 'staff',
        actorId: input.addedBy,
        action: 'staff_member.added',
        subjectType: 'staff_member',
        subjectId: staff?.id ?? null,
        details: { role: input.role },
      });
      return { ok: true as const, staff: staff as StaffMember };
    });
  } catch (error) {
    if (isUniqueViolation(error)) return { ok: false, reason: 'address_in_use' };
    throw error;
  }
}
