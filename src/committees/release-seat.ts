import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { committeeSeats } from '../db/schema/committees.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { StaffActor } from './create-committee.ts';
import { getCommittee } from './queries.ts';

/** Frees a seat whose holder's term has ended or who has left; the person's answers to meetings stay as they are. */
export async function releaseSeat(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { staff: StaffActor; committeeId: number; seatId: number; holderContactId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await getCommittee(tx, input.staff.agencyId, input.committeeId);
    const released = await tx
      .update(committeeSeats)
      .set({ holderContactId: null, filledAt: null })
      .where(
        and(
          eq(committeeSeats.id, input.seatId),
          eq(committeeSeats.committeeId, input.committeeId),
          // The holder whom the page showed: not somebody who took the seat since.
          eq(committeeSeats.holderContactId, input.holderContactId),
        ),
      )
      .returning({ id: committeeSeats.id });
    if (released.length === 0) throw new DomainError('already_done');
    await recordAudit(tx, {
      at: now,
      agencyId: input.staff.agencyId,
      actorKind: 'staff',
      actorId: input.staff.id,
      action: 'committee.seat_released',
      subjectType: 'committee_seat',
      subjectId: input.seatId,
      details: { contactId: input.holderContactId },
    });
  });
}
