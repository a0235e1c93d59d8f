import { z } from 'zod';
import { SIZE_BAND_NAMES } from '../employers/audience.ts';
import { manyOf } from '../http/forms.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { dayFromIso, instantAt, isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import { EXCLUSION_REASONS } from '../outreach/planner/reasons.ts';
import { holidaysIn } from './protocol.ts';
import { PROTOCOL_DEFAULTS, type WaveAudience, type WaveProtocol } from './types.ts';

/** The last instant that a Date can hold. */
const LATEST_INSTANT_MS = 8.64e15;
/** What the form was opened over (see saveDraftStep). */
const version = z.coerce.number().int().nonnegative().max(LATEST_INSTANT_MS);

export const nameForm = z.object({
  name: z.string().trim().min(1, 'Enter a name').max(120, 'Use 120 characters or fewer'),
});

/** A sector as one choice: its prefixes joined, as manufacturing has three. */
export const SECTOR_CHOICES = NAICS_SECTORS.map(({ prefixes, title }) => ({
  value: prefixes.join('-'),
  text: title,
}));

const words = (maximum: number) =>
  z
    .string()
    .max(maximum, `Use ${maximum.toLocaleString('en-US')} characters or fewer`)
    .default('')
    .transform((text) => [
      ...new Set(
        text
          .split(/[,;\n]/)
          .map((word) => word.trim().replace(/\s+/g, ' '))
          .filter((word) => word !== ''),
      ),
    ]);

export const audienceForm = z
  .object({
    version,
    sectors: manyOf(z.enum(SECTOR_CHOICES.map(({ value }) => value) as [string, ...string[]])),
    cities: words(2_000),
    zips: words(2_000).refine((zips) => zips.every((zip) => /^\d{3,5}$/.test(zip)), {
      error: 'Enter ZIP codes of five digits, or their first three or four, separated by commas',
    }),
    counties: words(2_000),
    sizes: manyOf(z.enum(SIZE_BAND_NAMES)),
    answered: z.enum(['any', 'before', 'never'], 'Select whether they have answered before'),
  })
  .transform(({ version, sectors, cities, zips, counties, sizes, answered }) => ({
    version,
    audience: {
      naicsPrefixes: sectors.flatMap((sector) => sector.split('-')),
      cities,
      zipPrefixes: zips,
      counties,
      states: [],
      sizeBands: sizes,
      hiringAuthorityOnly: false,
      answered,
    } satisfies WaveAudience,
  }));

const rowId = z.coerce.number().int().positive();

export const topicsForm = z
  .object({ version, needed: manyOf(rowId), others: manyOf(rowId), meetings: manyOf(rowId) })
  .refine(({ needed, others, meetings }) => needed.length + others.length + meetings.length > 0, {
    error: 'Select at least one credential or meeting',
    path: ['needed'],
  })
  .transform(({ version, needed, others, meetings }) => ({
    version,
    topics: {
      credentialIds: [...new Set([...needed, ...others])].sort((a, b) => a - b),
      meetingIds: [...new Set(meetings)].sort((a, b) => a - b),
    },
  }));

const aDate = (what: string) => z.iso.date(`Enter ${what}, like 2026-03-31`);
const aDateOrNone = (what: string) =>
  z
    .union([z.literal(''), aDate(what)])
    .optional()
    .transform((date) => date || null);
const aNumber = (what: string, minimum: number, maximum: number) => {
  const message = `Enter ${what} from ${minimum} to ${maximum.toLocaleString('en-US')}`;
  return z
    .string(message)
    .trim()
    .regex(/^\d{1,7}$/, message)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, message);
};

const LONGEST_OPEN_DAYS = 366;
const daysBetween = (from: string, to: string) => dayFromIso(to) - dayFromIso(from);

const protocolFields = z.object({
  version,
  sendFrom: aDate('the first day of invitations'),
  sendUntil: aDate('the last day of invitations'),
  remindOn: aDateOrNone('the day of the reminder'),
  remindAgainOn: aDateOrNone('the day of the second reminder'),
  closeOn: aDate('the last day for answers'),
  graceDays: aNumber('a number of days', 0, 60),
  maxAsks: aNumber('a number', 1, 10),
  dailyCapacity: aNumber('a number of mails', 1, 1_000_000),
  stopRule: z.enum(['ask_all', 'enough'], 'Select whom to ask'),
  unknownSector: z.enum(['ask', 'leave_out'], 'Select what to do where the sector is not known'),
  hiringAuthority: z.enum(['all', 'only'], 'Select who at an employer is asked'),
  invitePerMeeting: aNumber('a number of people', 0, 500).optional(),
});
export const protocolForm = protocolFields.refine(
  ({ sendUntil, closeOn }) => daysBetween(sendUntil, closeOn) <= LONGEST_OPEN_DAYS,
  {
    path: ['closeOn'],
    message: 'Choose a last day for answers within a year after the last day of invitations',
  },
);
export type ProtocolForm = z.output<typeof protocolForm>;

/** The protocol that the form means, its dates read in the agency's zone: first to last day, both whole. */
export function protocolFromForm(
  form: ProtocolForm,
  zone: string,
  before: WaveProtocol | null,
): WaveProtocol {
  const base = before ?? { ...PROTOCOL_DEFAULTS };
  const startOf = (date: string) => new Date(instantAt(zone, dayFromIso(date), 0));
  const endOf = (date: string) => new Date(instantAt(zone, dayFromIso(date) + 1, 0));
  const dates = { sendFrom: startOf(form.sendFrom), closeAt: endOf(form.closeOn) };
  return {
    ...PROTOCOL_DEFAULTS,
    ...dates,
    sendUntil: endOf(form.sendUntil),
    remindAt: [form.remindOn, form.remindAgainOn].flatMap((date) => (date === null ? [] : startOf(date))),
    graceDays: form.graceDays,
    maxAsksPerTouch: form.maxAsks,
    stopRule: form.stopRule,
    relevance: {
      sectorFit: true,
      unknownSector: form.unknownSector,
      hiringAuthorityOnly: form.hiringAuthority === 'only',
    },
    calendar: { ...base.calendar, closedDates: holidaysIn(dates, zone) },
    pace: base.pace,
    dailyCapacity: form.dailyCapacity,
    budget: base.budget,
    invitePerMeeting: form.invitePerMeeting ?? base.invitePerMeeting,
  };
}

/** The form's fields for a stored protocol. */
export function protocolValues(protocol: WaveProtocol, zone: string): Record<string, string> {
  const dayOf = (instant: Date) => isoFromDay(localDay(zone, instant.getTime()));
  // Ends are exclusive: the last day is the one before.
  const lastDayOf = (instant: Date) => isoFromDay(localDay(zone, instant.getTime() - 1));
  const [remindAt, remindAgainAt] = protocol.remindAt;
  return {
    sendFrom: dayOf(protocol.sendFrom),
    sendUntil: lastDayOf(protocol.sendUntil),
    remindOn: remindAt === undefined ? '' : dayOf(remindAt),
    remindAgainOn: remindAgainAt === undefined ? '' : dayOf(remindAgainAt),
    closeOn: lastDayOf(protocol.closeAt),
    graceDays: String(protocol.graceDays),
    maxAsks: String(protocol.maxAsksPerTouch),
    dailyCapacity: String(protocol.dailyCapacity),
    stopRule: protocol.stopRule,
    unknownSector: protocol.relevance.unknownSector,
    hiringAuthority: protocol.relevance.hiringAuthorityOnly ? 'only' : 'all',
    invitePerMeeting: String(protocol.invitePerMeeting),
  };
}

/** Two weeks of invitations from tomorrow, a reminder, and a close, for a wave that has no dates yet. */
export function suggestedProtocol(now: Date, zone: string): WaveProtocol {
  const tomorrow = localDay(zone, now.getTime()) + 1;
  const at = (days: number) => new Date(instantAt(zone, tomorrow + days, 0));
  const dates = { sendFrom: at(0), closeAt: at(29) };
  return {
    ...PROTOCOL_DEFAULTS,
    ...dates,
    sendUntil: at(14),
    remindAt: [at(18)],
    calendar: { ...PROTOCOL_DEFAULTS.calendar, closedDates: holidaysIn(dates, zone) },
  };
}

/** Why a proposal of the calendar is not wanted. */
export const dismissForm = z.object({
  reason: z
    .string('Enter the reason')
    .trim()
    .min(1, 'Enter the reason')
    .max(1000, 'Use 1,000 characters or fewer'),
});

export const approveForm = z.object({ seen: z.string().regex(/^[0-9a-f]{16}$/) });

const pageNumber = z.coerce.number().int().min(1).max(100_000).catch(1);

/** Query strings never fail: what makes no sense is the first page of everything. */
export const peopleQuery = z.object({
  page: pageNumber,
  /** One of the reasons that the wave has, as `reasonKey` writes it. */
  why: z.string().max(60).nullable().catch(null),
});
export const leftOutQuery = z.object({
  page: pageNumber,
  reason: z.enum(EXCLUSION_REASONS).nullable().catch(null),
});

export const calendarQuery = z.object({
  month: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
    .nullable()
    .catch(null),
});
