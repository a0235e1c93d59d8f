import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import type { Staff } from './create-wave.ts';
import { lockWave } from './queries.ts';
import { refuseUnless } from './refuse.ts';

/** proposed -> draft: to be changed, by whoever proposed it or by whoever would have approved it. */
export async function returnWave(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: Staff; waveId: number },
): Promise<void> {
  const { staff, waveId } = input;
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await lockWave(tx, staff.agencyId, waveId);
    if (row.state === 'draft') return;
    refuseUnless('return', row, staff);
    await tx
      .update(waves)
      .set({ state: 'draft', proposedBy: null, proposedAt: null, proposedPreview: null, updatedAt: now })
      .where(and(eq(waves.id, waveId), eq(waves.state, 'proposed')));
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'wave.returned',
      subjectType: 'wave',
      subjectId: waveId,
    });
  });
}
