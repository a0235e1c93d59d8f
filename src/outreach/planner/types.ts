import type { PreferenceReason } from '../types.ts';
import type { BudgetRules } from './budget.ts';
import type { SendCalendar } from './calendar.ts';
import { type AdjustmentReason, type ExclusionReason, PLACING_REASONS, UNMADE_REASONS } from './reasons.ts';

/**
 * What a plan does about an ask or a reminder other than put it on its first day, as it is kept when a wave is launched;
 * and every reason for it.
 */
export const PLAN_DEEDS = ['merge', 'defer', 'not_ask', 'defer_reminder', 'not_remind'] as const;
export const PLAN_REASONS = ['merged', ...PLACING_REASONS, ...UNMADE_REASONS] as const;

/** What the planner knows of one person of the audience. */
export type Candidate = {
  contactId: number;
  employerId: number;
  /** The counting unit: records of one employer share it, and so share the employer's budget. */
  unitId: number;
  naics: string | null;
  /** The state it is in, as two letters. */
  region?: string | null;
  state: 'active' | 'left' | 'wrong_role';
  suppressed: boolean;
  /** What the person, or a colleague for the whole employer, asked for short of a stop. */
  preference?: PreferenceReason | null;
  hiringAuthority: boolean;
  /** IANA name; null falls back to the agency's zone. */
  zone: string | null;
  /** The chance that its employer answers when this person is asked, as learnt of such employers; else the overall rate. */
  response?: number;
  /** The domain that receives the mail. */
  domain?: string | null;
};

export type CredentialTopic = {
  kind: 'credential';
  credentialId: number;
  /** Sectors it concerns, as NAICS prefixes; none means every sector. */
  naicsPrefixes: string[];
  /** States whose employers alone count for it; none means wherever they are. */
  regions?: string[];
  /** Distinct employers that the policy requires, and how many of them are still missing. */
  required: number;
  shortfall: number;
  /** How many more it will be short of once evidence ages out that does so soon. */
  lapsing?: number;
  /** An employer whose answer ages out before then is asked again. */
  renewBefore?: Date | null;
  /** Answers to it so far, and those that are yes to both; without them what all credentials have is expected. */
  answers?: { answered: number; bothYes: number };
  /** Lower is asked first; equal priorities go by deadline, then by shortfall. */
  priority: number;
  deadline: Date | null;
};

export type MeetingTopic = {
  kind: 'meeting';
  meetingId: number;
  naicsPrefixes: string[];
  /** How many people to invite at most, one per employer. */
  invite: number;
  /** An invitation that could go out only after this is not made. */
  answerBy: Date;
};

export type Topic = CredentialTopic | MeetingTopic;

export type TopicRef = { kind: 'credential'; credentialId: number } | { kind: 'meeting'; meetingId: number };

/** Which contacts a credential concerns. */
export type RelevanceRule = {
  /** Ask only where the employer's sector begins with one of the credential's prefixes. */
  sectorFit: boolean;
  /** What to do with employers whose sector is not known. */
  unknownSector: 'ask' | 'leave_out';
  hiringAuthorityOnly: boolean;
};

/** What is fixed when a wave is launched. */
export type Protocol = {
  sendFrom: Date;
  sendUntil: Date;
  /** One moment per reminder, in order; reminders go to those who have not answered by then. */
  remindAt: Date[];
  /** Reminders stop here; answers are taken until `graceDays` later. */
  closeAt: Date;
  graceDays: number;
  /** The most asks that one touch carries, credentials and meetings together. */
  maxAsksPerTouch: number;
  /**
   * `ask_all`: everybody in the audience whom a topic concerns is asked. `enough`: a credential is asked of as many
   * as it is expected to need, and of nobody once it has its number.
   */
  stopRule: 'ask_all' | 'enough';
  relevance: RelevanceRule;
  calendar: SendCalendar;
  /** `even` spreads a day's mail over its sending hours; `at_once` releases it when the hours begin. */
  pace: 'even' | 'at_once';
  /** Messages a day, reminders included. */
  dailyCapacity: number;
  budget: BudgetRules;
};

/** A touch that some agency has sent (`from` = `to`) or planned (from its send-after to its not-after). */
export type LedgerTouch = {
  contactId: number;
  unitId: number;
  from: Date;
  to: Date;
  newInvitation: boolean;
};

/**
 * An invitation of another wave that has not left yet: what this wave asks of the same person at that time joins it,
 * so that they get one mail. It is in the ledger too.
 */
export type JoinableTouch = {
  contactId: number;
  invitationId: number;
  from: Date;
  /** Exclusive: its not-after. */
  to: Date;
  /** Asks that it carries already. */
  carries: number;
  /** The most that it may carry, by the wave that carries it. */
  most: number;
  /** It invites to a meeting; others are rather invited to another. */
  carriesMeeting: boolean;
};

/** A From domain that receivers do not know yet: so many mails on its first, second, ... business day. */
export type WarmUp = {
  /** Local date of the first day. */
  from: string;
  daily: number[];
  /** What all agencies that share the domain send on these days already. */
  load: DayLoad[];
};

/** How much one domain is sent in a minute, and what it is to get on these days already. */
export type ReceivingLimits = {
  perMinute: number;
  load: (DayLoad & { domain: string })[];
};

/** Response so far, for the forecast; zeros leave the prior. */
export type ResponseHistory = {
  /** Employers asked in a wave, and those that answered. */
  asked: number;
  answered: number;
  /** Of the answers about single credentials those that are yes to both; the answers are `answered` unless said. */
  bothYes: number;
  answers?: number;
};

export type PlanInput = {
  now: Date;
  /** Breaks ties: same seed, same order. */
  seed: string;
  agencyZone: string;
  protocol: Protocol;
  candidates: Candidate[];
  topics: Topic[];
  ledger: LedgerTouch[];
  /** Employers that have answered for a credential within its evidence age, or declined it, and until when that holds. */
  answered: { unitId: number; credentialId: number; agesOutAt?: Date | null }[];
  /** People with an open ask (any wave) for the same thing, or who were invited to the meeting before. */
  open: { contactId: number; topic: TopicRef }[];
  history: ResponseHistory;
  /** Messages that already lie on these days under the same daily capacity; none when absent. */
  load?: DayLoad[];
  /** Invitations of other waves that asks may join; the earliest that suits a person is taken. */
  joinable?: JoinableTouch[];
  /** Absent where the From domain needs no warming up. */
  warmUp?: WarmUp | null;
  /** Absent where no domain is limited. */
  receiving?: ReceivingLimits | null;
};

/** `invite` is step 0; reminders follow as 1, 2. */
export type PlannedStep = {
  step: number;
  kind: 'invite' | 'remind';
  sendAfter: Date;
  /** Not sent at or after this instant: a missed window is planned anew, never sent late. */
  notAfter: Date;
};

export type PlannedTouch = {
  contactId: number;
  employerId: number;
  unitId: number;
  /** Credentials in order of need, then meetings. */
  asks: TopicRef[];
  /** Of a touch that joins another wave's only its invitation; reminders are those of the wave that carries it. */
  steps: PlannedStep[];
  /** The invitation of another wave that carries these asks, how many others it carries, and the most it may. */
  joins: { invitationId: number; carries: number; most: number } | null;
};

export type Exclusion = {
  contactId: number;
  employerId: number;
  reason: ExclusionReason;
  /** For the two contact budgets: when a new invitation would fit again. */
  freeAgainOn: Date | null;
};

export type Adjustment = {
  contactId: number;
  step: number;
  kind: 'deferred' | 'dropped' | 'merged';
  reason: AdjustmentReason;
};

export type CredentialForecast = {
  credentialId: number;
  required: number;
  shortfall: number;
  lapsing: number;
  deadline: Date | null;
  /** Distinct employers to ask, at the expected rates, for a chance of 8 in 10. */
  asksToNeed: number;
  contactsAsked: number;
  employersAsked: number;
  /** At the expected response; one decimal. */
  expectedAnswers: number;
  expectedBothYes: number;
  /** `expected`: more likely than not. */
  outlook: 'already_met' | 'expected' | 'short';
  /** That the number is reached by the last day of answers. */
  chance: number;
  /** The first day by which the chance is 8 in 10, else the last day of answers; and the chance on it. */
  expectedBy: Date | null;
  chanceBy: number;
  /** About how many further employers in its sectors would have to be asked for a chance of 8 in 10. */
  moreEmployersNeeded: number;
};

export type MeetingForecast = { meetingId: number; wanted: number; invited: number };

export type DayLoad = { date: string; messages: number };

export type Plan = {
  touches: PlannedTouch[];
  exclusions: Exclusion[];
  adjustments: Adjustment[];
  credentials: CredentialForecast[];
  meetings: MeetingForecast[];
  /** Messages a local day, invitations and reminders. */
  load: DayLoad[];
  rates: { response: number; bothYes: number };
};
