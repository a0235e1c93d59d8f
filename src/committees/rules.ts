import type { Day, MeetingFacts, RsvpRefusal, SeatFacts } from './types.ts';

/** Terms that end within so many days are shown as ending soon, in time to find a successor. */
export const TERM_NOTICE_DAYS = 90;

/** Whether an answer to the invitation is still taken: until the meeting starts, unless it was cancelled. */
export function canRespond(
  meeting: Pick<MeetingFacts, 'state' | 'startsAt'>,
  now: Date,
): { ok: true } | { ok: false; reason: RsvpRefusal } {
  if (meeting.state === 'cancelled') return { ok: false, reason: 'meeting_cancelled' };
  if (now >= meeting.startsAt) return { ok: false, reason: 'meeting_started' };
  return { ok: true };
}

/**
 * The free seats of a role that a person may take, best first: a seat kept for their industry before an open one,
 * then by number. A seat kept for another industry is not offered, nor one whose term has ended.
 */
export function seatsOpenTo(
  seats: readonly SeatFacts[],
  person: { role: string; naicsCode: string | null },
  today: Day,
): SeatFacts[] {
  const fits = (seat: SeatFacts) =>
    seat.naicsPrefix !== null && person.naicsCode?.startsWith(seat.naicsPrefix);
  return seats
    .filter((seat) => seat.role === person.role && seat.holderContactId === null)
    .filter((seat) => seat.naicsPrefix === null || fits(seat))
    .filter((seat) => seat.termUntil === null || seat.termUntil >= today)
    .sort((a, b) => Number(a.naicsPrefix === null) - Number(b.naicsPrefix === null) || a.number - b.number);
}

export type SeatFigures = {
  seats: number;
  filled: number;
  industrySeats: number;
  industryFilled: number;
  /** More than half of the seats are industry's. */
  majorityIndustryByDesign: boolean;
  /** More than half of the seats that somebody holds are industry's; null while nobody holds one. */
  majorityIndustryNow: boolean | null;
  endingSoon: SeatFacts[];
  ended: SeatFacts[];
};

/** What the console says of a committee's seats. Terms are judged by the calendar day given. */
export function seatFigures(seats: readonly SeatFacts[], today: Day): SeatFigures {
  const held = seats.filter((seat) => seat.holderContactId !== null);
  const industrySeats = seats.filter((seat) => seat.isIndustry).length;
  const industryFilled = held.filter((seat) => seat.isIndustry).length;
  const noticeUntil = addDays(today, TERM_NOTICE_DAYS);
  const ended = held.filter((seat) => seat.termUntil !== null && seat.termUntil < today);
  return {
    seats: seats.length,
    filled: held.length,
    industrySeats,
    industryFilled,
    majorityIndustryByDesign: industrySeats * 2 > seats.length,
    majorityIndustryNow: held.length === 0 ? null : industryFilled * 2 > held.length,
    endingSoon: held.filter(
      (seat) => seat.termUntil !== null && seat.termUntil >= today && seat.termUntil <= noticeUntil,
    ),
    ended,
  };
}

/**
 * SEQUENCE of the calendar message to one person. It rises with every change of the meeting and with every change of
 * that person's own answer, so whatever order the mails arrive in, the calendar ends with the latest (RFC 5546, 2.1.5).
 */
export function calendarSequence(meetingSequence: number, rsvpVersion: number): number {
  return meetingSequence + rsvpVersion - 1;
}

export function addDays(day: Day, days: number): Day {
  const time = Date.parse(`${day}T00:00:00Z`) + days * 86_400_000;
  return new Date(time).toISOString().slice(0, 10);
}
