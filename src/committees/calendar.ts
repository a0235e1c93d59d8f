import { type CalendarEvent, type CalendarMessage, writeCalendar } from '../lib/icalendar.ts';
import type { Meeting, MeetingOffer } from './queries.ts';
import { calendarSequence } from './rules.ts';

type MeetingInCalendar = {
  meeting: Meeting;
  committee: { name: string };
  agency: { name: string; replyTo: string };
};

/**
 * The calendar object for one person's message: REQUEST while they have accepted and the meeting stands, CANCEL else.
 * `rsvp` is the answer that the message was queued for.
 */
export function calendarForPerson(
  offer: MeetingOffer,
  rsvp: { version: number; response: 'accepted' | 'declined' },
  url: string,
  writtenAt: Date,
): { method: 'REQUEST' | 'CANCEL'; content: string } {
  const method = rsvp.response === 'accepted' && offer.meeting.state !== 'cancelled' ? 'REQUEST' : 'CANCEL';
  const message: CalendarMessage = {
    method,
    event: calendarEvent(offer, calendarSequence(offer.meeting.sequence, rsvp.version), url),
    attendee: { name: offer.person.name || offer.person.email, email: offer.person.email },
  };
  return { method, content: writeCalendar(message, writtenAt) };
}

/** The plain download: no attendee, nothing to answer. */
export function calendarDownload(
  facts: MeetingInCalendar & { rsvp?: { version: number } | null },
  url: string,
  writtenAt: Date,
): string {
  const event = calendarEvent(facts, calendarSequence(facts.meeting.sequence, facts.rsvp?.version ?? 1), url);
  return writeCalendar({ method: 'PUBLISH', event }, writtenAt);
}

function calendarEvent(facts: MeetingInCalendar, sequence: number, url: string): CalendarEvent {
  const { meeting, committee, agency } = facts;
  return {
    uid: meeting.uid,
    sequence,
    startsAt: meeting.startsAt,
    endsAt: meeting.endsAt,
    summary: `${committee.name}: ${meeting.title}`,
    description: [
      meeting.agenda,
      meeting.onlineUrl ? `Join online: ${meeting.onlineUrl}` : '',
      `Details: ${url}`,
    ]
      .filter(Boolean)
      .join('\n\n'),
    location: meeting.place || meeting.onlineUrl || undefined,
    url,
    organizer: { name: agency.name, email: agency.replyTo },
  };
}
