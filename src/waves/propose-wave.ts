import { and, eq } from 'drizzle-orm';
import { getAgency } from '../agencies/queries.ts';
import { recordAudit } from '../agencies/record-audit.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { PlanSummary } from '../outreach/planner/summarise-plan.ts';
import type { Staff } from './create-wave.ts';
import { previewWave } from './preview-wave.ts';
import { draftOf, lockWave } from './queries.ts';
import { refuseUnless, requireReady } from './refuse.ts';

/** draft -> proposed: keeps the preview's figures, so that whoever approves sees what changed since. */
export async function proposeWave(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config'>,
  input: { staff: Staff; waveId: number },
): Promise<PlanSummary | null> {
  const { staff, waveId } = input;
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const row = await lockWave(tx, staff.agencyId, waveId);
    // The same form sent twice.
    if (row.state === 'proposed' && row.proposedBy === staff.id) return null;
    refuseUnless('propose', row, staff);
    const ready = requireReady(draftOf(row), now);
    const { timeZone } = await getAgency(tx, staff.agencyId);
    const wave = { id: row.id, agencyId: row.agencyId, ...ready };
    const { summary } = await previewWave(tx, deps, wave, { now, agencyZone: timeZone });
    if (summary.people === 0) throw new DomainError('wave_asks_nobody');
    await tx
      .update(waves)
      .set({
        state: 'proposed',
        proposedBy: staff.id,
        proposedAt: now,
        proposedPreview: summary,
        updatedAt: now,
      })
      .where(and(eq(waves.id, waveId), eq(waves.state, 'draft')));
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'wave.proposed',
      subjectType: 'wave',
      subjectId: waveId,
      details: { people: summary.people, asks: summary.asks },
    });
    return summary;
  });
}
