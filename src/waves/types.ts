import { z } from 'zod';
import { audienceFilter } from '../employers/audience.ts';
import { DEFAULT_BUDGET } from '../outreach/planner/budget.ts';
import { BUSINESS_HOURS } from '../outreach/planner/calendar.ts';
import type { ExclusionReason, PlacingReason, UnmadeReason } from '../outreach/planner/reasons.ts';
import type { Protocol } from '../outreach/planner/types.ts';

/** Whom a wave may ask: the filter on employers, and whether they have answered anything before. */
export const waveAudience = audienceFilter.extend({
  answered: z.enum(['any', 'before', 'never']).default('any'),
});
export type WaveAudience = z.output<typeof waveAudience>;

export type WaveTopics = { credentialIds: number[]; meetingIds: number[] };

/** A decision of the plan without whom and what it is about, as it is also kept after the launch. */
export type Said =
  | { does: 'ask' }
  | { does: 'merge' }
  | { does: 'defer' | 'defer_reminder' | 'not_remind'; reason: PlacingReason }
  | { does: 'not_ask'; reason: UnmadeReason }
  | { does: 'leave_out'; reason: ExclusionReason };

const count = z.int().min(1);
const days = z.int().min(0).max(365);
const when = z.iso.datetime().transform((text) => new Date(text));

const budget = z.strictObject({
  person: z.strictObject({
    newInvitations: count,
    newInvitationsDays: days,
    touches: count,
    touchesDays: days,
    minBusinessDaysBetween: z.int().min(0).max(60),
  }),
  employer: z.strictObject({
    peopleNewlyInvited: count,
    peopleDays: days,
    touches: count,
    touchesDays: days,
  }),
});

/** A wave's protocol as the row keeps it: the planner's, with instants as text, and how many a meeting invites. */
export const storedProtocol = z.strictObject({
  sendFrom: when,
  sendUntil: when,
  remindAt: z.array(when).max(2),
  closeAt: when,
  graceDays: z.int().min(0).max(60),
  maxAsksPerTouch: z.int().min(1).max(10),
  stopRule: z.enum(['ask_all', 'enough']),
  relevance: z.strictObject({
    sectorFit: z.boolean(),
    unknownSector: z.enum(['ask', 'leave_out']),
    hiringAuthorityOnly: z.boolean(),
  }),
  calendar: z.strictObject({
    weekdays: z.array(z.int().min(1).max(7)).min(1),
    fromMinute: z.int().min(0).max(1439),
    untilMinute: z.int().min(1).max(1440),
    closedDates: z.array(z.iso.date()),
    closedIn: z.record(z.string(), z.array(z.iso.date())).optional(),
  }),
  pace: z.enum(['even', 'at_once']),
  dailyCapacity: z.int().min(1).max(1_000_000),
  budget,
  invitePerMeeting: z.int().min(0).max(500),
});

export type WaveProtocol = Protocol & { invitePerMeeting: number };

/** What a new wave starts from, whatever its dates. */
export const PROTOCOL_DEFAULTS = {
  graceDays: 7,
  maxAsksPerTouch: 4,
  stopRule: 'ask_all',
  relevance: { sectorFit: true, unknownSector: 'leave_out', hiringAuthorityOnly: false },
  calendar: BUSINESS_HOURS,
  pace: 'even',
  dailyCapacity: 500,
  budget: DEFAULT_BUDGET,
  invitePerMeeting: 12,
} as const satisfies Partial<WaveProtocol>;
