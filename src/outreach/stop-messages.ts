import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { endedAs } from './ended-as.ts';
import { dropAsks, listSharedInvitations, settleInvitations } from './shared-touches.ts';

/**
 * Ends what a wave has not sent yet, because it was closed or cancelled; call it after the wave's state changed, in
 * the same transaction. Asks that reached nobody end with their message, and what other waves ask in the same mails goes
 * on without this one. What is just being sent still arrives.
 */
export async function stopWaveMessages(
  tx: Tx,
  input: { waveId: number; reason: 'wave_closed' | 'wave_cancelled'; now: Date },
): Promise<{ stopped: number }> {
  const { waveId, reason, now } = input;
  const shared = await listSharedInvitations(tx, waveId);
  // What is with the mail server just now still arrives.
  await dropAsks(
    tx,
    sql`a.wave_id = ${waveId} and (a.invitation_id = any(${sql.param(shared)}::bigint[]) or a.state = 'planned')
      and not exists (select 1 from messages m where m.invitation_id = a.invitation_id and m.state = 'claimed'
        and m.handed_at is not null)`,
    reason,
  );
  // Beside others' asks these end now, but for those who have begun to answer before a close: they have its grace.
  await tx.execute(sql`
    update asks a set state = 'cancelled' from invitations i
    where i.id = a.invitation_id and a.wave_id = ${waveId} and a.state = 'asked' and a.dropped_for = ${reason}
      and (${reason} = 'wave_cancelled' or i.state = 'open')`);
  await settleInvitations(tx, shared, { reason, now });
  const stopped = await tx.execute<{ id: number }>(sql`
    update messages set state = ${endedAs('cancelled')}, reason = ${reason}, finished_at = ${now.toISOString()}::timestamptz
    where wave_id = ${waveId} and state = 'planned'
    returning id`);
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
