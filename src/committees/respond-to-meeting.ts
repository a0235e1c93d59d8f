import { and, eq, inArray, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { committeeSeats, meetings, rsvpLinks, rsvps } from '../db/schema/committees.ts';
import { asks } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { hashToken, linkToken } from '../lib/tokens.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { findHeldSeat, listMeetingOffers, listSeats, type MeetingOffer, type Rsvp } from './queries.ts';
import { queueRsvpMail } from './queue-meeting-mails.ts';
import { canRespond, seatsOpenTo } from './rules.ts';

export type MeetingResponse =
  | { response: 'accepted' }
  /** `reason` is the person's own words, or which colleague was suggested instead; it may be empty. */
  | { response: 'declined'; reason: string };

export type MeetingResponseOutcome = {
  rsvpId: number;
  version: number;
  /** False when the same answer was already in force: nothing was written and no mail goes out. */
  changed: boolean;
  /** 'guest': accepted, but all seats of the role are taken. */
  standing: 'seat' | 'guest' | 'declined';
};

/**
 * Records the answer to one meeting invitation as a new version, fills or frees a seat, and queues the calendar message,
 * all in the caller's transaction. Refuses once the meeting has begun or was cancelled.
 */
export async function respondToMeeting(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: { askId: number; answer: MeetingResponse; now: Date },
): Promise<MeetingResponseOutcome> {
  const { askId, answer, now } = input;
  // Answers of one person queue here, so versions follow one another.
  const [ask] = await tx
    .select({ meetingId: asks.meetingId })
    .from(asks)
    .where(eq(asks.id, askId))
    .for('no key update');
  if (!ask?.meetingId) throw new DomainError('not_found');
  // A meeting that is being moved or cancelled is waited for: its mails go to whoever accepted before.
  await tx.select({ id: meetings.id }).from(meetings).where(eq(meetings.id, ask.meetingId)).for('share');
  const [offer] = await listMeetingOffers(tx, [askId]);
  invariant(offer, 'an ask about a meeting has its meeting, contact and committee');
  const decision = canRespond(offer.meeting, now);
  if (!decision.ok) throw new DomainError(decision.reason);

  const before = offer.rsvp;
  const reason = answer.response === 'declined' ? answer.reason : '';
  if (before && before.response === answer.response && before.reason === reason) {
    return outcome(before, offer.seatNumber !== null, false);
  }
  const { seatId, seated } =
    answer.response === 'accepted' ? await takeSeat(tx, offer, now) : await freeSeat(tx, offer, before);

  if (before) await tx.update(rsvps).set({ endedAt: now }).where(eq(rsvps.id, before.id));
  const [rsvp] = await tx
    .insert(rsvps)
    .values({
      askId,
      meetingId: offer.meeting.id,
      contactId: offer.person.contactId,
      version: (before?.version ?? 0) + 1,
      response: answer.response,
      reason,
      seatId,
      respondedAt: now,
    })
    .returning();
  await tx
    .update(asks)
    .set({ state: answer.response === 'accepted' ? 'answered' : 'declined' })
    .where(and(eq(asks.id, askId), inArray(asks.state, ['planned', 'asked', 'answered', 'declined'])));
  await tx
    .insert(rsvpLinks)
    .values({ askId, tokenHash: hashToken(rsvpToken(deps, askId)), createdAt: now })
    .onConflictDoNothing({ target: rsvpLinks.askId });

  const agencyId = offer.agency.id;
  // A decline of what was never accepted has nothing to take out of a calendar.
  if (answer.response === 'accepted' || before?.response === 'accepted') {
    await queueRsvpMail(tx, deps, {
      rsvp: rsvp!,
      agencyId,
      invitationId: offer.invitationId,
      meeting: offer.meeting,
      now,
    });
  }
  await recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'employer',
    actorId: offer.person.contactId,
    action: `meeting.${answer.response}`,
    subjectType: 'meeting',
    subjectId: offer.meeting.id,
    details: { rsvpId: rsvp!.id, seatId },
  });
  return outcome(rsvp!, seated, true);
}

/** The token of the person's own page for one meeting invitation; its link lasts until the meeting starts. */
export function rsvpToken(deps: Pick<Deps, 'secrets'>, askId: number): string {
  return linkToken(deps.secrets.linkKey, 'rsvp', askId);
}

function outcome(rsvp: Rsvp, seated: boolean, changed: boolean): MeetingResponseOutcome {
  const standing = rsvp.response === 'declined' ? 'declined' : seated ? 'seat' : 'guest';
  return { rsvpId: rsvp.id, version: rsvp.version, changed, standing };
}

/** The seat that this answer fills, if any. Who already sits keeps that seat, and no later decline frees it. */
async function takeSeat(
  tx: Tx,
  offer: MeetingOffer,
  now: Date,
): Promise<{ seatId: number | null; seated: boolean }> {
  const committeeId = offer.meeting.committeeId;
  if (await findHeldSeat(tx, committeeId, offer.person.contactId)) return { seatId: null, seated: true };
  const today = dayIn(offer.meeting.timeZone, now);
  const seats = await listSeats(tx, committeeId);
  const person = { role: offer.role, naicsCode: offer.person.naicsCode };
  for (const seat of seatsOpenTo(seats, person, today)) {
    // Two people who accept at once see the same free seat; the one whose update finds it taken tries the next.
    const [taken] = await tx
      .update(committeeSeats)
      .set({ holderContactId: offer.person.contactId, filledAt: now })
      .where(and(eq(committeeSeats.id, seat.id), isNull(committeeSeats.holderContactId)))
      .returning({ id: committeeSeats.id });
    if (taken) return { seatId: taken.id, seated: true };
  }
  return { seatId: null, seated: false };
}

async function freeSeat(
  tx: Tx,
  offer: MeetingOffer,
  before: Rsvp | null,
): Promise<{ seatId: null; seated: boolean }> {
  if (before?.seatId) {
    await tx
      .update(committeeSeats)
      .set({ holderContactId: null, filledAt: null })
      .where(
        and(eq(committeeSeats.id, before.seatId), eq(committeeSeats.holderContactId, offer.person.contactId)),
      );
  }
  return { seatId: null, seated: false };
}
