import type { Language } from '../employers/types.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { formatDate, formatDateTime, formatTime, wallTime } from '../lib/zoned-time.ts';
import {
  committeePath,
  committeesPath,
  meetingPath,
  newCommitteePath,
  newMeetingPath,
  rsvpPath,
  seatsPath,
} from './paths.ts';
import type {
  Committee,
  InvitedPerson,
  listCommittees,
  Meeting,
  MeetingOffer,
  MeetingWithCounts,
  SeatWithHolder,
} from './queries.ts';
import type { MeetingVote } from './record-queries.ts';
import { canRespond, seatFigures, seatsOpenTo } from './rules.ts';
import { type Day, SEAT_ROLES, type SeatFacts } from './types.ts';
import { RSVP_TEXT, type RsvpFault, type RsvpText, seatRoleName } from './words.ts';

type Refused = { errors: FieldError[]; values: FormValues };

const COMMITTEES_CRUMB = { href: committeesPath, text: 'Committees' };

const seatFields = {
  roles: SEAT_ROLES.map((role) => ({ value: role, text: seatRoleName(role) })),
  sectors: NAICS_SECTORS.flatMap((sector) =>
    sector.prefixes.map((prefix) => ({
      value: prefix,
      text: sector.prefixes.length > 1 ? `${sector.title} (${prefix})` : sector.title,
    })),
  ),
};

/** Zones of the United States, then the agency's own where it is another. */
function timeZoneItems(own: string) {
  const common = [
    'America/New_York',
    'America/Chicago',
    'America/Denver',
    'America/Phoenix',
    'America/Los_Angeles',
    'America/Anchorage',
    'Pacific/Honolulu',
  ];
  return [...new Set([...common, own])].map((zone) => ({
    value: zone,
    text: `${zoneName(zone)} (${zone.replace(/^.*\//, '').replaceAll('_', ' ')})`,
  }));
}

/** `Mountain Time`, whichever half of the year it is. */
function zoneName(zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    timeZoneName: 'longGeneric',
  }).formatToParts(0);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

export function committeesPage(
  committees: Awaited<ReturnType<typeof listCommittees>>,
  facts: { timeZone: string; mayEdit: boolean },
) {
  return {
    title: 'Committees',
    newPath: facts.mayEdit ? newCommitteePath : null,
    committees: committees.map((committee) => ({
      href: committeePath(committee.id),
      name: committee.name,
      visibility: committee.isPublic ? 'Public' : 'Internal',
      seats: `${committee.filled} of ${committee.seats}`,
      nextMeeting: committee.nextMeetingAt ? formatDate(committee.nextMeetingAt, facts.timeZone) : 'None set',
    })),
  };
}

export function newCommitteePage(refused?: Refused) {
  return {
    title: 'New committee',
    breadcrumbs: [COMMITTEES_CRUMB],
    ...seatFields,
    errors: refused?.errors ?? [],
    values: refused?.values ?? { isPublic: 'yes', role: 'employer', seats: '8' },
  };
}

export function committeePage(facts: {
  committee: Committee;
  seats: readonly SeatWithHolder[];
  meetings: readonly MeetingWithCounts[];
  today: Day;
  now: Date;
  mayEdit: boolean;
}) {
  const { committee, seats, meetings, today, now, mayEdit } = facts;
  const figures = seatFigures(seats, today);
  return {
    title: committee.name,
    breadcrumbs: [COMMITTEES_CRUMB],
    purpose: committee.purpose,
    visibility: committee.isPublic ? 'Shown on the public site' : 'Not shown on the public site',
    cards: [
      {
        heading: 'Seats filled',
        figure: `${figures.filled} of ${figures.seats}`,
        text:
          figures.filled === figures.seats ? 'Every seat is held' : `${figures.seats - figures.filled} free`,
      },
      {
        heading: 'Industry',
        figure: `${figures.industryFilled} of ${figures.filled}`,
        text: industryText(figures),
      },
      {
        heading: 'Terms ending within 90 days',
        figure: figures.endingSoon.length,
        text: figures.ended.length > 0 ? `${figures.ended.length} already ended` : 'None has ended',
      },
    ],
    seats: seats.map((seat) => ({
      number: seat.number,
      role: seatRoleName(seat.role),
      sector: seat.naicsPrefix ? sectorTitle(seat.naicsPrefix) : 'Any',
      holder: seat.holderContactId === null ? null : seat.holderName || 'Name not known',
      employer: seat.employerName ?? '',
      title: seat.holderTitle ?? '',
      recusedFrom: seat.recusedFrom.join(', '),
      term: termText(seat),
      termTag: termTag(seat, figures),
      releasePath:
        mayEdit && seat.holderContactId !== null ? `${seatsPath(committee.id)}/${seat.id}/release` : null,
      holderContactId: seat.holderContactId,
    })),
    // A page of the evidence feature, which committees know nothing else of.
    recusalsHref: `/staff/committees/${committee.id}/recusals`,
    addSeatsPath: mayEdit ? seatsPath(committee.id) : null,
    newMeetingPath: mayEdit ? newMeetingPath(committee.id) : null,
    meetings: meetings.map((meeting) => ({
      href: meetingPath(meeting.id),
      title: meeting.title,
      when: formatDateTime(meeting.startsAt, meeting.timeZone),
      state: meetingStateText(meeting, now),
      invited: meeting.invited,
      accepted: meeting.accepted,
      declined: meeting.declined,
      open: meeting.invited - meeting.accepted - meeting.declined,
    })),
  };
}

function industryText(figures: ReturnType<typeof seatFigures>): string {
  const design = figures.majorityIndustryByDesign
    ? 'when all seats are filled, industry has the majority'
    : 'when all seats are filled, industry does not have the majority';
  if (figures.majorityIndustryNow === null) return `Nobody sits yet; ${design}`;
  return figures.majorityIndustryNow
    ? `Industry has the majority now; ${design}`
    : `Industry does not have the majority now; ${design}`;
}

function sectorTitle(prefix: string): string {
  return NAICS_SECTORS.find((sector) => sector.prefixes.includes(prefix))?.title ?? `NAICS ${prefix}`;
}

function termText(seat: SeatWithHolder): string {
  const day = (iso: string) => formatDate(new Date(`${iso}T00:00:00Z`), 'UTC');
  if (seat.termFrom && seat.termUntil) return `${day(seat.termFrom)} to ${day(seat.termUntil)}`;
  if (seat.termUntil) return `Until ${day(seat.termUntil)}`;
  return seat.termFrom ? `From ${day(seat.termFrom)}` : 'Not limited';
}

function termTag(seat: SeatWithHolder, figures: ReturnType<typeof seatFigures>) {
  if (figures.ended.some((one) => one.id === seat.id)) return { kind: 'bad', text: 'Term ended' };
  if (figures.endingSoon.some((one) => one.id === seat.id)) return { kind: 'short', text: 'Ends soon' };
  return null;
}

function meetingStateText(meeting: Meeting, now: Date): string {
  if (meeting.state === 'cancelled') return 'Cancelled';
  if (meeting.state === 'held' || meeting.endsAt <= now) return 'Past';
  return meeting.startsAt <= now ? 'Under way' : 'Coming';
}

export function seatsPage(committee: Committee, refused?: Refused) {
  return {
    title: 'Add seats',
    breadcrumbs: [COMMITTEES_CRUMB, { href: committeePath(committee.id), text: committee.name }],
    action: seatsPath(committee.id),
    ...seatFields,
    errors: refused?.errors ?? [],
    values: refused?.values ?? { role: 'employer', seats: '1' },
  };
}

export function newMeetingPage(committee: Committee, timeZone: string, refused?: Refused) {
  return {
    title: 'New meeting',
    breadcrumbs: [COMMITTEES_CRUMB, { href: committeePath(committee.id), text: committee.name }],
    timeZones: timeZoneItems(timeZone),
    errors: refused?.errors ?? [],
    values: refused?.values ?? { timeZone },
  };
}

export function meetingPage(facts: {
  meeting: Meeting;
  committee: Committee;
  people: readonly InvitedPerson[];
  votes: readonly MeetingVote[];
  now: Date;
  mayEdit: boolean;
}) {
  const { meeting, committee, people, now, mayEdit } = facts;
  const asked = people.filter((person) => person.askedAt !== null);
  const count = (response: InvitedPerson['response']) =>
    asked.filter((person) => person.response === response).length;
  const isOpen = canRespond(meeting, now).ok;
  return {
    title: meeting.title,
    breadcrumbs: [COMMITTEES_CRUMB, { href: committeePath(committee.id), text: committee.name }],
    rows: [
      { key: 'When', value: meetingTimeText(meeting) },
      { key: 'Where', value: meeting.place || 'Online only' },
      { key: 'Online', value: meeting.onlineUrl ?? 'No' },
      { key: 'Agenda', value: meeting.agenda || 'Not written yet' },
      { key: 'State', value: meetingStateText(meeting, now) },
    ],
    cards: [
      { heading: 'Invited', figure: asked.length, text: waitingText(people.length - asked.length) },
      { heading: 'Accepted', figure: count('accepted'), text: `${guests(asked)} as guests` },
      { heading: 'Declined', figure: count('declined'), text: '' },
      { heading: 'No answer yet', figure: count(null), text: 'Silence is never read as no' },
    ],
    people: people.map((person) => ({
      name: person.contactName || 'Name not known',
      title: person.contactTitle,
      employer: person.employerName,
      role: seatRoleName(person.role ?? 'employer'),
      answer: answerText(person),
      answerKind: person.response === 'accepted' ? 'good' : person.response === 'declined' ? 'quiet' : null,
      reason: person.reason ?? '',
      answeredOn: person.respondedAt ? formatDate(person.respondedAt, meeting.timeZone) : '',
    })),
    votes: facts.votes.map((vote) => ({ ...vote, voters: vote.approve + vote.reject + vote.abstain })),
    hasBegun: meeting.startsAt <= now,
    movePath: mayEdit && isOpen ? meetingPath(meeting.id, 'move') : null,
    cancelPath: mayEdit && isOpen ? meetingPath(meeting.id, 'cancel') : null,
  };
}

function waitingText(planned: number): string {
  return planned > 0 ? `${planned} more are planned` : '';
}

function guests(people: readonly InvitedPerson[]): number {
  return people.filter((person) => person.response === 'accepted' && person.seatNumber === null).length;
}

function answerText(person: InvitedPerson): string {
  if (person.askedAt === null) return 'Not invited yet';
  if (person.response === null) return 'No answer yet';
  if (person.response === 'declined') return 'Declined';
  return person.seatNumber === null ? 'Accepted, as a guest' : `Accepted, seat ${person.seatNumber}`;
}

/** Both ends in the meeting's zone, which is named once. */
export function meetingTimeText(
  meeting: Pick<Meeting, 'startsAt' | 'endsAt' | 'timeZone'>,
  language: Language = 'en',
): string {
  const end = formatTime(meeting.endsAt, meeting.timeZone, language);
  const until = language === 'es' ? 'hasta las' : 'until';
  return `${formatDateTime(meeting.startsAt, meeting.timeZone, language)}, ${until} ${end}`;
}

export function movePage(meeting: Meeting, committee: Committee, accepted: number, refused?: Refused) {
  const start = wallTime(meeting.startsAt, meeting.timeZone);
  const end = wallTime(meeting.endsAt, meeting.timeZone);
  const two = (value: number) => String(value).padStart(2, '0');
  return {
    title: 'Change time or place',
    breadcrumbs: [
      COMMITTEES_CRUMB,
      { href: committeePath(committee.id), text: committee.name },
      { href: meetingPath(meeting.id), text: meeting.title },
    ],
    accepted,
    timeZones: timeZoneItems(meeting.timeZone),
    errors: refused?.errors ?? [],
    values: refused?.values ?? {
      sequence: String(meeting.sequence),
      date: `${start.year}-${two(start.month)}-${two(start.day)}`,
      start: `${two(start.hour)}:${two(start.minute)}`,
      end: `${two(end.hour)}:${two(end.minute)}`,
      timeZone: meeting.timeZone,
      place: meeting.place,
      onlineUrl: meeting.onlineUrl ?? '',
    },
  };
}

export function cancelPage(meeting: Meeting, committee: Committee, accepted: number) {
  return {
    title: 'Cancel this meeting',
    breadcrumbs: [
      COMMITTEES_CRUMB,
      { href: committeePath(committee.id), text: committee.name },
      { href: meetingPath(meeting.id), text: meeting.title },
    ],
    meetingTitle: meeting.title,
    when: meetingTimeText(meeting),
    accepted,
    keepPath: meetingPath(meeting.id),
  };
}

/** The invited person's page: what is offered, what they said, and the form while answers are taken. */
export function rsvpPage(
  facts: { offer: MeetingOffer; seats: readonly SeatFacts[]; today: Day; now: Date },
  token: string,
  language: Language,
  refused?: Refused,
) {
  const { offer, now } = facts;
  const text = RSVP_TEXT[language];
  const { meeting, rsvp } = offer;
  const role = seatRoleName(offer.role, language);
  const access = canRespond(meeting, now);
  const other = language === 'en' ? 'es' : 'en';
  return {
    title: text.title(offer.committee.name),
    lang: language,
    languages: [
      {
        href: `${rsvpPath(token)}?lang=${other}`,
        text: other === 'es' ? 'Español' : 'English',
        lang: other as Language,
      },
    ],
    agency: {
      name: offer.agency.name,
      contactEmail: offer.agency.replyTo,
      address: null,
      contactPhone: null,
    },
    text,
    meetingTitle: meeting.title,
    purpose: offer.committee.purpose,
    refusal: access.ok ? null : text.refusals[access.reason],
    rows: [
      { key: text.when, value: meetingTimeText(meeting, language) },
      ...(meeting.place ? [{ key: text.where, value: meeting.place }] : []),
      ...(meeting.agenda ? [{ key: text.agenda, value: meeting.agenda }] : []),
      { key: text.yourAnswer, value: rsvp ? text[rsvp.response] : text.none },
      ...standingRow(facts, role, text),
    ],
    onlineUrl: meeting.state === 'cancelled' ? null : meeting.onlineUrl,
    calendarPath: meeting.state === 'cancelled' ? null : rsvpPath(token, 'meeting.ics'),
    action: `${rsvpPath(token, 'answer')}?lang=${language}`,
    answers: [
      { value: 'accepted', text: text.accept },
      { value: 'declined', text: text.decline },
    ],
    suggestOpen: Boolean(refused?.values.colleagueName || refused?.values.colleagueEmail),
    errors: (refused?.errors ?? []).map((error) => ({
      ...error,
      message: text.faults[error.message as RsvpFault] ?? text.faults.missing,
    })),
    values: refused?.values ?? (rsvp ? { answer: rsvp.response, reason: rsvp.reason } : {}),
  };
}

function standingRow(
  facts: { offer: MeetingOffer; seats: readonly SeatFacts[]; today: Day },
  role: string,
  text: RsvpText,
) {
  const { offer, seats, today } = facts;
  const held = offer.seatNumber === null ? null : text.seat(role, offer.seatNumber);
  if (held !== null) return [{ key: text.yourSeat, value: held }];
  if (offer.rsvp?.response === 'accepted') return [{ key: text.yourSeat, value: text.guest(role) }];
  const person = { role: offer.role, naicsCode: offer.person.naicsCode };
  return [{ key: text.yourSeat, value: text.noSeatYet(seatsOpenTo(seats, person, today).length) }];
}
