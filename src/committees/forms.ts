import { z } from 'zod';
import { optionalText } from '../http/forms.ts';
import { parseMailAddress } from '../lib/mail-address.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { instantOf, isTimeZone } from '../lib/zoned-time.ts';
import { RSVP_RESPONSES, SEAT_ROLES } from './types.ts';
import type { RsvpFault } from './words.ts';

const line = (message: string, most: number) =>
  z.string(message).trim().min(1, message).max(most, `Use ${most} characters or fewer`);

const paragraph = (most: number) => optionalText(most).transform((text) => text ?? '');

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const isDay = (text: string) => {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
const day = (message: string) => z.string(message).trim().refine(isDay, message);
const optionalDay = z
  .string()
  .trim()
  .refine((text) => text === '' || isDay(text), 'Enter a date, such as 2026-12-03')
  .optional()
  .transform((text) => text || null);

const sectorPrefixes = NAICS_SECTORS.flatMap((sector) => sector.prefixes);

const seatFields = {
  role: z.enum(SEAT_ROLES, 'Choose whom the seats are for'),
  sector: z
    .string()
    .refine((text) => text === '' || sectorPrefixes.includes(text), 'Choose an industry from the list')
    .optional()
    .transform((text) => text || null),
  seats: z.coerce
    .number('Enter how many seats')
    .int('Enter a whole number of seats')
    .min(1, 'Enter at least 1 seat')
    .max(60, 'Enter at most 60 seats'),
  termFrom: optionalDay,
  termUntil: optionalDay,
};

type Terms = { termFrom: string | null; termUntil: string | null };
const termsInOrder = (form: Terms) => !form.termFrom || !form.termUntil || form.termFrom <= form.termUntil;
const TERMS_OUT_OF_ORDER = { path: ['termUntil'], message: 'The term must end after it begins' };

export const seatsForm = z.object(seatFields).refine(termsInOrder, TERMS_OUT_OF_ORDER);

export const committeeForm = z
  .object({
    name: line('Enter the name of the committee', 120),
    purpose: paragraph(1000),
    isPublic: z
      .literal('yes')
      .optional()
      .transform((value) => value === 'yes'),
    ...seatFields,
  })
  .refine(termsInOrder, TERMS_OUT_OF_ORDER);

const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)$/;
const clock = (message: string) => z.string(message).trim().regex(CLOCK, message);

const meetingFields = {
  date: day('Enter the date, such as 2026-12-03'),
  start: clock('Enter when it starts, such as 09:00'),
  end: clock('Enter when it ends, such as 10:30'),
  timeZone: z.string('Choose the time zone').refine(isTimeZone, 'Choose the time zone'),
  place: paragraph(200),
  onlineUrl: optionalText(500).refine(
    (url) => url === null || (URL.canParse(url) && /^https:\/\//.test(url)),
    'Enter a link that begins with https://',
  ),
};

type MeetingTime = { date: string; start: string; end: string; timeZone: string };

/** The instants of a meeting on one day; a meeting that ends past midnight is not taken. */
function addTimes<T extends MeetingTime & { place: string; onlineUrl: string | null }>(
  form: T,
  context: z.core.$RefinementCtx,
) {
  const startsAt = instantIn(form, form.start);
  const endsAt = instantIn(form, form.end);
  if (!startsAt) context.issues.push(issue('start', 'The clocks skip this time on that day. Enter another'));
  if (!endsAt) context.issues.push(issue('end', 'The clocks skip this time on that day. Enter another'));
  if (startsAt && endsAt && endsAt <= startsAt) {
    context.issues.push(issue('end', 'The meeting must end after it starts'));
  }
  if (form.place === '' && form.onlineUrl === null) {
    context.issues.push(issue('place', 'Enter a place, or a link if the meeting is online'));
  }
  return { ...form, startsAt: startsAt ?? new Date(0), endsAt: endsAt ?? new Date(0) };
}

function issue(field: string, message: string) {
  return { code: 'custom' as const, path: [field], message, input: undefined };
}

function instantIn(form: MeetingTime, time: string): Date | null {
  const [year, month, dayOfMonth] = form.date.split('-').map(Number);
  const [hour, minute] = time.split(':').map(Number);
  const wall = { year: year!, month: month!, day: dayOfMonth!, hour: hour!, minute: minute! };
  return instantOf(wall, form.timeZone);
}

export const meetingForm = z
  .object({ title: line('Enter what the meeting is called', 120), ...meetingFields, agenda: paragraph(2000) })
  .transform(addTimes);

export const moveForm = z
  .object({ sequence: z.coerce.number().int().min(0), ...meetingFields })
  .transform(addTimes);

export const releaseForm = z.object({ holder: z.coerce.number().int().positive() });

export const REASON_MAX = 500;

const short = (max: number, fault: RsvpFault) =>
  z
    .string(fault)
    .trim()
    .max(max, fault)
    .optional()
    .transform((text) => text ?? '');

/** Faults are keys of the page's own words, since the page comes in two languages. */
export const rsvpForm = z
  .object({
    answer: z.enum(RSVP_RESPONSES, 'missing' satisfies RsvpFault),
    reason: short(REASON_MAX, 'tooLong'),
    colleagueName: short(120, 'tooLong'),
    colleagueEmail: short(254, 'colleagueEmail'),
  })
  .superRefine((form, context) => {
    const fault = (path: string, message: RsvpFault) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (form.colleagueName === '' && form.colleagueEmail === '') return;
    if (form.colleagueName === '') fault('colleagueName', 'colleagueName');
    if (!parseMailAddress(form.colleagueEmail)) fault('colleagueEmail', 'colleagueEmail');
    if (form.answer === 'accepted') fault('answer', 'colleagueNeedsNo');
  });
