import { and, eq, gt } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { meetings } from '../db/schema/committees.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { StaffActor } from './create-committee.ts';
import { getMeeting } from './queries.ts';
import { queueMeetingMails } from './queue-meeting-mails.ts';

/**
 * Changes time or place, raises SEQUENCE, and tells everybody who accepted. `sequence` is the one that the form showed:
 * of two people who move it at once, the second is told.
 */
export async function moveMeeting(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets'>,
  input: {
    staff: StaffActor;
    meetingId: number;
    sequence: number;
    startsAt: Date;
    endsAt: Date;
    timeZone: string;
    place: string;
    onlineUrl: string | null;
  },
): Promise<{ told: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const { meeting } = await getMeeting(tx, input.staff.agencyId, input.meetingId);
    const [moved] = await tx
      .update(meetings)
      .set({
        startsAt: input.startsAt,
        endsAt: input.endsAt,
        timeZone: input.timeZone,
        place: input.place,
        onlineUrl: input.onlineUrl,
        sequence: input.sequence + 1,
        updatedAt: now,
      })
      .where(
        and(
          eq(meetings.id, meeting.id),
          eq(meetings.sequence, input.sequence),
          eq(meetings.state, 'scheduled'),
          gt(meetings.startsAt, now),
        ),
      )
      .returning();
    if (!moved) throw new DomainError('stale_form');
    const told = await queueMeetingMails(tx, deps, {
      kind: 'meeting_moved',
      agencyId: input.staff.agencyId,
      meeting: moved,
      now,
    });
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'meeting.moved',
      subjectType: 'meeting',
      subjectId: meeting.id,
      details: { sequence: moved.sequence, told },
    });
    return { told };
  });
}
