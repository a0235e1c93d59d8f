import ICAL from 'ical.js';

/** What RFC 5545 forbids and mail programs stumble over, as sentences; an empty list is a clean calendar object. */
export function lintCalendar(text: string): string[] {
  const faults: string[] = [];
  if (!text.endsWith('\r\n')) faults.push('does not end with CRLF');
  if (/(^|[^\r])\n|\r(?!\n)/.test(text)) faults.push('has a bare CR or LF');
  for (const line of text.split('\r\n').slice(0, -1)) {
    const octets = Buffer.from(line, 'utf8');
    if (octets.length > 75) faults.push(`has a line of ${octets.length} octets`);
    if (octets.toString('utf8') !== line) faults.push('has a line that is not well-formed UTF-8 on its own');
    if (/[^\P{Cc}\t]/u.test(line)) faults.push('has a control character');
    if (line.trim() === '') faults.push('has an empty line');
  }
  const unfolded = text.replaceAll('\r\n ', '');
  for (const line of unfolded.split('\r\n').slice(0, -1)) {
    if (!/^[A-Z-]+(;[A-Z-]+=("[^"]*"|[^";:,]*))*:/.test(line)) faults.push(`is no content line: ${line}`);
  }
  for (const name of [
    'UID',
    'SEQUENCE',
    'DTSTAMP',
    'DTSTART',
    'DTEND',
    'SUMMARY',
    'ORGANIZER',
    'STATUS',
    'METHOD',
  ]) {
    const count = unfolded.split('\r\n').filter((line) => new RegExp(`^${name}[;:]`).test(line)).length;
    if (count !== 1) faults.push(`has ${count} ${name}`);
  }
  for (const name of ['DTSTAMP', 'DTSTART', 'DTEND']) {
    if (!new RegExp(`\\r\\n${name}:\\d{8}T\\d{6}Z\\r\\n`).test(unfolded))
      faults.push(`${name} is not in UTC`);
  }
  return faults;
}

export type ReadCalendar = {
  method: string;
  uid: string;
  sequence: number;
  stamp: Date;
  startsAt: Date;
  endsAt: Date;
  status: string;
  summary: string;
  description: string | null;
  location: string | null;
  organizer: { name: string; email: string };
  attendees: { name: string; email: string; partstat: string | undefined }[];
};

/** Reads a calendar object with ical.js, as a calendar program would. */
export function readCalendar(text: string): ReadCalendar {
  const root = new ICAL.Component(ICAL.parse(text));
  const events = root.getAllSubcomponents('vevent');
  if (events.length !== 1) throw new Error(`${events.length} events`);
  const event = events[0]!;
  const string = (name: string) => event.getFirstPropertyValue(name) as string | null;
  const time = (name: string) => (event.getFirstPropertyValue(name) as ICAL.Time).toJSDate();
  const person = (property: ICAL.Property) => ({
    name: String(property.getParameter('cn')),
    email: decodeURIComponent(String(property.getFirstValue()).replace(/^mailto:/, '')),
    partstat: property.getParameter('partstat') as string | undefined,
  });
  return {
    method: String(root.getFirstPropertyValue('method')),
    uid: string('uid')!,
    sequence: Number(string('sequence')),
    stamp: time('dtstamp'),
    startsAt: time('dtstart'),
    endsAt: time('dtend'),
    status: string('status')!,
    summary: string('summary')!,
    description: string('description'),
    location: string('location'),
    organizer: person(event.getFirstProperty('organizer')!),
    attendees: event.getAllProperties('attendee').map(person),
  };
}

/** A model calendar: keeps, per UID, the message with the highest (SEQUENCE, DTSTAMP) it has seen. */
export function replayIntoCalendar(messages: readonly string[]): Map<string, ReadCalendar> {
  const calendar = new Map<string, ReadCalendar>();
  for (const message of messages.map(readCalendar)) {
    const kept = calendar.get(message.uid);
    const newer =
      !kept ||
      message.sequence > kept.sequence ||
      (message.sequence === kept.sequence && message.stamp.getTime() > kept.stamp.getTime());
    if (newer) calendar.set(message.uid, message);
  }
  return calendar;
}
