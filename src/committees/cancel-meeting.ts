import { and, eq, gt, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { meetings } from '../db/schema/committees.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { StaffActor } from './create-committee.ts';
import { getMeeting } from './queries.ts';
import { queueMeetingMails } from './queue-meeting-mails.ts';

/** Cancels a meeting that has not begun and takes it out of the calendars of everybody who accepted. Seats stay filled. */
export async function cancelMeeting(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets'>,
  input: { staff: StaffActor; meetingId: number },
): Promise<{ told: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const { meeting } = await getMeeting(tx, input.staff.agencyId, input.meetingId);
    const [cancelled] = await tx
      .update(meetings)
      .set({ state: 'cancelled', sequence: sql`${meetings.sequence} + 1`, updatedAt: now })
      .where(and(eq(meetings.id, meeting.id), eq(meetings.state, 'scheduled'), gt(meetings.startsAt, now)))
      .returning();
    if (!cancelled) throw new DomainError('already_done');
    const told = await queueMeetingMails(tx, deps, {
      kind: 'meeting_cancelled',
      agencyId: input.staff.agencyId,
      meeting: cancelled,
      now,
    });
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'meeting.cancelled',
      subjectType: 'meeting',
      subjectId: meeting.id,
      details: { told },
    });
    return { told };
  });
}
