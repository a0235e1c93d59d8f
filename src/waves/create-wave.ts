import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { hasRole } from '../agencies/rules.ts';
import type { StaffRole } from '../agencies/types.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { findRecentDraft } from './queries.ts';

export type Staff = { id: number; agencyId: number; role: StaffRole };

const SAME_FORM_MS = 2 * 60_000;
/** Namespace of the advisory lock by which one person's new waves take turns. */
const CREATE_LOCK = 7_303;

/** Starts a draft. The same form sent twice makes one. */
export async function createWave(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: Staff; name: string },
): Promise<{ id: number }> {
  const { staff, name } = input;
  if (!hasRole(staff.role, 'editor')) throw new DomainError('forbidden');
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${CREATE_LOCK}::int, ${staff.id}::int)`);
    const since = new Date(now.getTime() - SAME_FORM_MS);
    const made = await findRecentDraft(tx, { agencyId: staff.agencyId, staffId: staff.id, name, since });
    if (made !== null) return { id: made };
    const [wave] = await tx
      .insert(waves)
      .values({ agencyId: staff.agencyId, name, createdBy: staff.id, createdAt: now, updatedAt: now })
      .returning({ id: waves.id });
    invariant(wave, 'an inserted wave comes back');
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'wave.created',
      subjectType: 'wave',
      subjectId: wave.id,
    });
    return wave;
  });
}
