import { randomUUID } from 'node:crypto';
import { recordAudit } from '../agencies/record-audit.ts';
import { meetings } from '../db/schema/committees.ts';
import type { Deps } from '../deps.ts';
import type { StaffActor } from './create-committee.ts';
import { getCommittee } from './queries.ts';

export type MeetingInput = {
  title: string;
  startsAt: Date;
  endsAt: Date;
  /** IANA zone in which people are told the time. */
  timeZone: string;
  place: string;
  onlineUrl: string | null;
  agenda: string;
};

/** Sets a meeting; a wave can invite to it from then on. */
export async function scheduleMeeting(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: StaffActor; committeeId: number; meeting: MeetingInput },
): Promise<{ id: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    await getCommittee(tx, input.staff.agencyId, input.committeeId);
    const [meeting] = await tx
      .insert(meetings)
      .values({
        ...input.meeting,
        committeeId: input.committeeId,
        uid: randomUUID(),
        createdBy: input.staff.id,
        createdAt: now,
        updatedAt: now,
      })
      .returning({ id: meetings.id });
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'meeting.scheduled',
      subjectType: 'meeting',
      subjectId: meeting!.id,
      details: { committeeId: input.committeeId },
    });
    return meeting!;
  });
}
