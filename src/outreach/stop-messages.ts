import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { endedAs } from './ended-as.ts';

/**
 * Ends what a wave has not sent yet, because it was closed or cancelled; call it after the wave's state changed, in
 * the same transaction. Asks that reached nobody end with their message. What is just being sent still arrives.
 */
export async function stopWaveMessages(
  tx: Tx,
  input: { waveId: number; reason: 'wave_closed' | 'wave_cancelled'; now: Date },
): Promise<{ stopped: number }> {
  const stopped = await tx.execute<{ id: number }>(sql`
    update messages set state = ${endedAs('cancelled')}, reason = ${input.reason},
      finished_at = ${input.now.toISOString()}::timestamptz
    where wave_id = ${input.waveId} and state = 'planned'
    returning id`);
  await tx.execute(sql`
    update asks a set state = 'cancelled'
    where a.wave_id = ${input.waveId} and a.state = 'planned' and not exists (
      select 1 from messages m where m.invitation_id = a.invitation_id and m.state = 'claimed')`);
  return { stopped: stopped.length };
}

/** Ends the reminders of one invitation: it was answered, declined or handed on. */
export async function stopReminders(
  tx: Tx,
  input: { invitationId: number; reason: 'answered' | 'declined' | 'referred'; now: Date },
): Promise<void> {
  await tx.execute(sql`
    update messages set state = ${endedAs('cancelled')}, reason = ${input.reason},
      finished_at = ${input.now.toISOString()}::timestamptz
    where invitation_id = ${input.invitationId} and state = 'planned' and stream = 'outreach'`);
}
