import { and, eq, inArray, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { stopWaveMessages } from '../outreach/stop-messages.ts';
import type { Staff } from './create-wave.ts';
import { draftOf, lockWave, type WaveRow } from './queries.ts';
import { refuseUnless } from './refuse.ts';
import { LEAVES } from './rules.ts';

type Input = { staff: Staff; waveId: number };

/** running or paused -> closed: reminders stop now, answers are taken for the days of grace. */
export async function closeWave(deps: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<void> {
  const { staff, waveId } = input;
  await deps.db.transaction(async (tx) => {
    const row = await lockWave(tx, staff.agencyId, waveId);
    if (row.state === 'closed') return;
    refuseUnless('close', row, staff);
    await close(tx, row, deps.clock.now(), staff.id);
  });
}

/** Closes a locked wave; by the schedule when there is no staff member. False when somebody else got there. */
export async function close(tx: Tx, row: WaveRow, now: Date, staffId: number | null): Promise<boolean> {
  const closeAt = row.closeAt !== null && row.closeAt < now ? row.closeAt : now;
  const graceDays = draftOf(row).protocol?.graceDays ?? 0;
  const graceUntil = new Date(closeAt.getTime() + graceDays * 86_400_000);
  const closed = await tx
    .update(waves)
    .set({ state: 'closed', closedAt: now, pausedAt: null, closeAt, graceUntil, updatedAt: now })
    .where(and(eq(waves.id, row.id), inArray(waves.state, LEAVES.close)))
    .returning({ id: waves.id });
  if (closed.length === 0) return false;
  const { stopped } = await stopWaveMessages(tx, { waveId: row.id, reason: 'wave_closed', now });
  await tx.execute(sql`
    update invitations set expires_at = ${graceUntil.toISOString()}::timestamptz
    where wave_id = ${row.id} and expires_at > ${graceUntil.toISOString()}::timestamptz`);
  await recordAudit(tx, {
    at: now,
    agencyId: row.agencyId,
    actorKind: staffId === null ? 'system' : 'staff',
    actorId: staffId,
    action: 'wave.closed',
    subjectType: 'wave',
    subjectId: row.id,
    details: { stopped },
  });
  return true;
}

/**
 * Any of draft, proposed, approved, running -> cancelled. What has not left is not sent and the links end at once;
 * answers that came stay and count.
 */
export async function cancelWave(deps: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<void> {
  const { staff, waveId } = input;
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await lockWave(tx, staff.agencyId, waveId);
    if (row.state === 'cancelled') return;
    refuseUnless('cancel', row, staff);
    const cancelled = await tx
      .update(waves)
      .set({ state: 'cancelled', cancelledAt: now, updatedAt: now })
      .where(and(eq(waves.id, waveId), inArray(waves.state, LEAVES.cancel)))
      .returning({ id: waves.id });
    if (cancelled.length === 0) throw new DomainError('already_done');
    const { stopped } = await stopWaveMessages(tx, { waveId, reason: 'wave_cancelled', now });
    await tx.execute(sql`
      update invitations set expires_at = least(expires_at, ${now.toISOString()}::timestamptz),
        state = case when state in ('open', 'started') then 'expired' else state end
      where wave_id = ${waveId}`);
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'wave.cancelled',
      subjectType: 'wave',
      subjectId: waveId,
      details: { from: row.state, stopped },
    });
  });
}
