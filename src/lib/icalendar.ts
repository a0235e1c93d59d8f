/**
 * Calendar objects as RFC 5545 writes them and RFC 5546 (iTIP) sends them: one event, UTC times.
 * Written by hand because the packages tried put double quotes into CN parameters, which no escape makes legal,
 * or leave out the last line break. Text in, text out; the caller holds UID, SEQUENCE and the time of writing.
 */

const MAX_LINE_OCTETS = 75;

export type CalendarPerson = { name: string; email: string };

export type CalendarEvent = {
  /** Stable over every message about this event to this person. */
  uid: string;
  /** Raised with each change of time or place and with a cancellation; calendars keep the highest. */
  sequence: number;
  startsAt: Date;
  endsAt: Date;
  summary: string;
  description?: string;
  location?: string;
  url?: string;
  organizer: CalendarPerson;
};

/**
 * REQUEST and CANCEL name exactly one attendee, so that no message shows one employer who else was invited.
 * PUBLISH, the plain download, names none (RFC 5546, 3.2.1).
 */
export type CalendarMessage =
  | { method: 'REQUEST' | 'CANCEL'; event: CalendarEvent; attendee: CalendarPerson }
  | { method: 'PUBLISH'; event: CalendarEvent };

/**
 * The calendar object as it goes on the wire: CRLF line ends, no line above 75 octets, no UTF-8 sequence split,
 * ends with CRLF. `writtenAt` is DTSTAMP and must be fresh for each message.
 */
export function writeCalendar(message: CalendarMessage, writtenAt: Date): string {
  const { event, method } = message;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Countersign//Countersign//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    'BEGIN:VEVENT',
    `UID:${escapeText(event.uid)}`,
    `SEQUENCE:${event.sequence}`,
    `DTSTAMP:${utcTime(writtenAt)}`,
    `DTSTART:${utcTime(event.startsAt)}`,
    `DTEND:${utcTime(event.endsAt)}`,
    `SUMMARY:${escapeText(event.summary)}`,
    ...(event.description ? [`DESCRIPTION:${escapeText(event.description)}`] : []),
    ...(event.location ? [`LOCATION:${escapeText(event.location)}`] : []),
    ...(event.url ? [`URL:${uri(event.url)}`] : []),
    `ORGANIZER;CN=${quotedParameter(event.organizer.name)}:${mailto(event.organizer.email)}`,
    ...(message.method === 'PUBLISH' ? [] : [attendeeLine(message.attendee, message.method)]),
    `STATUS:${method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(foldLine).join('\r\n')}\r\n`;
}

/**
 * A REQUEST goes only to somebody who has accepted on the web page, so the calendar is told so and asked for
 * no reply: replies by mail are dropped by strict DMARC policies and silence must never read as "no".
 */
function attendeeLine(attendee: CalendarPerson, method: 'REQUEST' | 'CANCEL'): string {
  const status = method === 'REQUEST' ? 'PARTSTAT=ACCEPTED;' : '';
  const name = quotedParameter(attendee.name);
  return `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;${status}RSVP=FALSE;CN=${name}:${mailto(attendee.email)}`;
}

/** `20261121T182000Z`. Fractions of a second are dropped; an invalid date throws rather than becoming today. */
function utcTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

function escapeText(text: string): string {
  return wellFormed(text)
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(/[\\;,]/g, '\\$&')
    .replaceAll('\n', '\\n');
}

/**
 * A parameter value between double quotes. Neither a double quote nor a control character may stand in one
 * (RFC 5545, 3.2), and a caret begins an RFC 6868 escape, so all three go.
 */
function quotedParameter(text: string): string {
  const clean = wellFormed(text)
    .replace(/["“”]/g, "'")
    .replace(/[\p{Cc}\s^]+/gu, ' ')
    .trim();
  return `"${clean}"`;
}

/** Everything that an address may not hold bare in a URI is percent-encoded, line breaks and quotes first of all. */
function mailto(email: string): string {
  return `mailto:${percentEncode(email, /[^A-Za-z0-9.!#$&'*+/=?^_`{|}~@-]/gu)}`;
}

function uri(url: string): string {
  return percentEncode(url, /[^\x21-\x7e]|["<>\\^`{|}]/gu);
}

function percentEncode(text: string, forbidden: RegExp): string {
  return wellFormed(text).replace(forbidden, (character) =>
    [...Buffer.from(character, 'utf8')]
      .map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** Half a surrogate pair has no UTF-8 form; it becomes U+FFFD here rather than on the wire. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Breaks a content line after at most 75 octets, never inside a character; a continuation begins with a space. */
function foldLine(line: string): string {
  if (Buffer.byteLength(line) <= MAX_LINE_OCTETS) return line;
  const pieces: string[] = [];
  let piece = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > MAX_LINE_OCTETS) {
      pieces.push(piece);
      piece = ' ';
      octets = 1;
    }
    piece += character;
    octets += size;
  }
  return [...pieces, piece].join('\r\n');
}
