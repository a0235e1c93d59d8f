import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { carryOnWithout, endLeftBehind } from '../outreach/shared-touches.ts';
import type { Staff } from './create-wave.ts';
import { lockWave } from './queries.ts';
import { refuseUnless } from './refuse.ts';

type Input = { staff: Staff; waveId: number };

/** running -> paused: nothing more leaves until it is resumed; answers still come in. Mails keep their last instants,
 * and those that ask for other waves too leave without its asks. */
export async function pauseWave(deps: Pick<Deps, 'db' | 'clock'>, input: Input): Promise<void> {
  await move(deps, input, 'pause');
}

/** paused -> running. What missed its time meanwhile is not sent late. */
export async function resumeWave(deps: Pick<Deps, 'db' | 'clock' | 'queue'>, input: Input): Promise<void> {
  await move(deps, input, 'resume');
  await deps.queue.enqueue('outreach.send-due', { waveId: input.waveId });
}

const MOVES = {
  pause: { from: 'running', to: 'paused', action: 'wave.paused' },
  resume: { from: 'paused', to: 'running', action: 'wave.resumed' },
} as const;

async function move(
  deps: Pick<Deps, 'db' | 'clock'>,
  { staff, waveId }: Input,
  name: keyof typeof MOVES,
): Promise<void> {
  const { from, to, action } = MOVES[name];
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const row = await lockWave(tx, staff.agencyId, waveId);
    // The same form sent twice.
    if (row.state === to) return;
    refuseUnless(name, row, staff);
    const moved = await tx
      .update(waves)
      .set({
        state: to,
        updatedAt: now,
        ...(to === 'paused' ? { pausedAt: now } : { pausedAt: null, pauseReason: null, safetySince: now }),
      })
      .where(and(eq(waves.id, waveId), eq(waves.state, from)))
      .returning({ id: waves.id });
    if (moved.length === 0) throw new DomainError('already_done');
    if (to === 'paused') await carryOnWithout(tx, waveId, now);
    else await endLeftBehind(tx, waveId);
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action,
      subjectType: 'wave',
      subjectId: waveId,
    });
  });
}
