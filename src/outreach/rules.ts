import type { ContactState } from '../employers/types.ts';
import { type DayReason, spreadIn } from './day-room.ts';
import { type SendCalendar, type SendWindow, sendWindows } from './planner/calendar.ts';
import {
  type InvitationState,
  type MessageKind,
  type MessageStream,
  PREFERENCE_REASONS,
  type PreferenceKind,
  type PreferenceReason,
  type SuppressionReason,
  type WavePauseReason,
} from './types.ts';

const MINUTE_MS = 60_000;

/** Why a due message is not sent. Kept on the message as its reason. */
export const REFUSAL_REASONS = [
  'too_late',
  'suppressed',
  'left_employer',
  'wrong_role',
  'not_invited',
  'answered',
  'declined',
  'referred',
  'invitation_expired',
  'contact_budget_person',
  'contact_budget_employer',
  'domain_full',
  'warm_up',
  'capacity',
  'day_off',
  ...PREFERENCE_REASONS,
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What is known of a due message in the transaction that claims it. */
export type ClaimFacts = {
  /** Spreads what is put off together. */
  id: number;
  kind: MessageKind;
  stream: MessageStream;
  /** Not sent at or after this instant. */
  notAfter: Date;
  contactState: ContactState;
  suppressedFor: SuppressionReason | null;
  /** What the person, or a colleague for the whole employer, asked for short of a stop. */
  preference: PreferenceReason | null;
  /** Absent for mails that belong to no invitation. */
  invitationState: InvitationState | null;
  /** The invitation's first message has left. */
  invited: boolean;
  /** Whether one more touch now fits the budgets of all agencies together, and if not, when it will. */
  budget: BudgetFact;
  /** Whether one more mail may leave today, and if not, the stretch of a later day that keeps a place for it. */
  day: DayFact;
  /** It was handed over before, and nobody knows what became of it. */
  mayHaveLeft?: boolean;
};

export type BudgetFact =
  | { fits: true }
  | { fits: false; reason: 'contact_budget_person' | 'contact_budget_employer'; fitsAt: Date | null };

export type DayFact = { fits: true } | { fits: false; reason: DayReason; window: SendWindow | null };

export type ClaimDecision =
  | { claim: true }
  | { claim: false; state: 'suppressed' | 'expired' | 'cancelled' | 'uncertain'; reason: RefusalReason }
  /** Put off until it fits; still planned. */
  | { claim: false; state: 'planned'; reason: RefusalReason; sendAfter: Date; moved?: never }
  /** Put off to a later day, with new times as if it had been planned anew. */
  | {
      claim: false;
      state: 'planned';
      reason: DayReason;
      sendAfter: Date;
      moved: { day: number; notAfter: Date };
    };

const refuse = (state: 'suppressed' | 'expired' | 'cancelled', reason: RefusalReason): ClaimDecision => ({
  claim: false,
  state,
  reason,
});

/**
 * Whether a due message may go out now. One that may have left already is never called unsent: who keeps it from
 * going again leaves it uncertain.
 */
export function decideClaim(facts: ClaimFacts, now: Date): ClaimDecision {
  const decision = decideNewClaim(facts, now);
  if (decision.claim || decision.state === 'planned' || !facts.mayHaveLeft) return decision;
  return { ...decision, state: 'uncertain' };
}

/**
 * Whether a due message may go out now. Who said stop is asked nothing more by any agency; what answers a person's
 * own act still reaches them, unless their address is dead or they complained.
 */
function decideNewClaim(facts: ClaimFacts, now: Date): ClaimDecision {
  if (now >= facts.notAfter) return refuse('expired', 'too_late');
  if (facts.suppressedFor && (facts.stream === 'outreach' || !isPolite(facts.suppressedFor))) {
    return refuse('suppressed', 'suppressed');
  }
  if (facts.stream === 'transactional') return { claim: true };
  if (facts.preference) return refuse('suppressed', facts.preference);
  if (facts.contactState === 'left') return refuse('cancelled', 'left_employer');
  if (facts.contactState === 'wrong_role') return refuse('cancelled', 'wrong_role');
  if (facts.kind === 'reminder' && !facts.invited) return refuse('cancelled', 'not_invited');
  switch (facts.invitationState) {
    case 'answered':
    case 'declined':
    case 'referred':
      return refuse('cancelled', facts.invitationState);
    case 'expired':
      return refuse('cancelled', 'invitation_expired');
    default:
      break;
  }
  if (!facts.budget.fits) {
    const { reason, fitsAt } = facts.budget;
    if (fitsAt && fitsAt < facts.notAfter)
      return { claim: false, state: 'planned', reason, sendAfter: fitsAt };
    return refuse('expired', reason);
  }
  if (facts.day.fits) return { claim: true };
  const { reason, window } = facts.day;
  if (window === null) return refuse('expired', reason);
  return {
    claim: false,
    state: 'planned',
    reason,
    sendAfter: spreadIn(window, facts.id),
    moved: { day: window.day, notAfter: new Date(window.end) },
  };
}

function isPolite(reason: SuppressionReason): boolean {
  return reason === 'unsubscribed' || reason === 'staff';
}

/** Hand-overs of one message that ended without an answer before a person looks at it. */
export const MAX_UNANSWERED_HANDOVERS = 3;
/** Tries of one message that the receiving server put off. */
export const MAX_ATTEMPTS = 8;

const WAITS_MINUTES = [1, 5, 15, 30, 60, 120, 240];

/**
 * When a message that was put off is tried again: later each time, and spread by a fifth so that a batch refused at
 * once does not come back at once. `id` does the spreading, so the same facts give the same time.
 */
export function nextAttemptAt(now: Date, attempts: number, id: number): Date {
  const minutes = WAITS_MINUTES[Math.min(attempts, WAITS_MINUTES.length) - 1] ?? WAITS_MINUTES[0]!;
  const spread = 0.9 + ((id * 2_654_435_761) % 1000) / 5000;
  return new Date(now.getTime() + minutes * MINUTE_MS * spread);
}

/** Whether a reply speaks of the receiving side as a whole, not of one mailbox: 421, or a temporary 4.7.x (E22). */
export function isDomainDeferral(code: string): boolean {
  return /^421\b| 4\.7\.\d+$/.test(code);
}

/** A domain that has not put us off for that long is met as if it never had. */
export const HOLD_FORGOTTEN_MS = 60 * MINUTE_MS;

/** Until when a domain that put us off, that many times in a row, gets nothing. */
export function nextHoldAt(now: Date, holds: number, domain: string): Date {
  const seed = [...domain].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 100_003, 7);
  return nextAttemptAt(now, holds, seed);
}

/** The start of the next minute, spread over its first half, so that what had no room does not come back at once. */
export function nextRoomAt(now: Date, id: number): Date {
  const next = (Math.floor(now.getTime() / MINUTE_MS) + 1) * MINUTE_MS;
  return new Date(next + ((id * 2_654_435_761) % 30_000));
}

export type HandoverFailure = {
  failure: 'refused' | 'deferred' | 'unavailable';
  code: string;
  inDoubt: boolean;
};

export type AfterFailure =
  | { state: 'failed'; reason: string }
  | { state: 'uncertain'; reason: string }
  | { state: 'planned'; reason: string; sendAfter: Date | null; countAttempt: boolean };

/** What becomes of a message that was handed over and not accepted. `attempts` includes this one. */
export function decideAfterFailure(
  { failure, code, inDoubt }: HandoverFailure,
  message: { id: number; attempts: number },
  now: Date,
): AfterFailure {
  if (failure === 'refused') return { state: 'failed', reason: code };
  if (failure === 'deferred') {
    if (message.attempts >= MAX_ATTEMPTS) return { state: 'failed', reason: code };
    return {
      state: 'planned',
      reason: code,
      sendAfter: nextAttemptAt(now, message.attempts, message.id),
      countAttempt: true,
    };
  }
  if (!inDoubt) return { state: 'planned', reason: code, sendAfter: null, countAttempt: false };
  if (message.attempts >= MAX_UNANSWERED_HANDOVERS) return { state: 'uncertain', reason: code };
  return {
    state: 'planned',
    reason: code,
    sendAfter: nextAttemptAt(now, message.attempts, message.id),
    countAttempt: true,
  };
}

/** What becomes of a claimed message whose worker was not heard of again. */
export function decideAfterLostClaim(message: {
  handed: boolean;
  attempts: number;
}): 'planned' | 'uncertain' {
  return message.handed && message.attempts >= MAX_UNANSWERED_HANDOVERS ? 'uncertain' : 'planned';
}

/** Minutes that a mail promises: what a person who reads every word needs, rounded up. */
export function minutesToAnswer(credentials: number, meetings: number): number {
  return Math.max(1, Math.ceil(0.5 + credentials * 0.75 + meetings * 0.5));
}

/** The first moment from `from` on at which the recipient's calendar allows mail, or null when none is left. */
export function nextSendTime(calendar: SendCalendar, zone: string, from: Date, until: Date): Date | null {
  const [window] = sendWindows(calendar, zone, from.getTime(), until.getTime());
  return window ? new Date(Math.max(window.start, from.getTime())) : null;
}

/** A nominated colleague may not nominate further, and one invitation not the whole firm. */
export const MAX_REFERRALS = 3;

export type ReferralDecision =
  | { ok: true }
  | { ok: false; reason: 'referral_of_referral' | 'referral_limit' | 'invitation_closed' };

/** Whether the person invited may name a colleague. */
export function canRefer(
  facts: { isReferral: boolean; referrals: number; expiresAt: Date; waveOpen: boolean },
  now: Date,
): ReferralDecision {
  if (!facts.waveOpen || now >= facts.expiresAt) return { ok: false, reason: 'invitation_closed' };
  if (facts.isReferral) return { ok: false, reason: 'referral_of_referral' };
  if (facts.referrals >= MAX_REFERRALS) return { ok: false, reason: 'referral_limit' };
  return { ok: true };
}

/** Gmail and Yahoo ask for less than one complaint in a thousand and punish three (STANDARDS E10). */
export const COMPLAINTS_WARN = 0.001;
export const COMPLAINTS_PAUSE = 0.003;
/** Below both of these a rate of complaints says nothing yet. */
export const COMPLAINTS_MIN_DELIVERED = 500;
export const COMPLAINTS_MIN_COUNT = 2;
/** So many messages in a row refused at hand-over, and something is wrong with all of them. */
export const FAILURES_PAUSE = 10;
/** So many blocks by policy, and at least this share of what left, are no whim of one firm's filter. */
export const POLICY_BLOCKS_PAUSE = 5;
export const POLICY_BLOCKS_SHARE = 0.02;

/** What came of a wave's messages since it was launched or last resumed. */
export type WaveSafetyFacts = {
  sent: number;
  /** Sent and not come back. */
  delivered: number;
  complaints: number;
  policyBlocks: number;
  /** The latest messages, back to the last that was accepted. */
  failuresInARow: number;
};

export type WaveSafety = { verdict: 'fine' | 'warn' | 'pause'; reason: WavePauseReason | null };

/** Whether a wave may go on. What is worst is named first. */
export function decideWaveSafety(facts: WaveSafetyFacts): WaveSafety {
  const { sent, delivered, complaints, policyBlocks, failuresInARow } = facts;
  const enough = delivered >= COMPLAINTS_MIN_DELIVERED || complaints >= COMPLAINTS_MIN_COUNT;
  const rate = complaints / Math.max(1, delivered);
  if (enough && rate >= COMPLAINTS_PAUSE) return { verdict: 'pause', reason: 'complaints' };
  if (policyBlocks >= POLICY_BLOCKS_PAUSE && policyBlocks >= sent * POLICY_BLOCKS_SHARE) {
    return { verdict: 'pause', reason: 'policy_blocks' };
  }
  if (failuresInARow >= FAILURES_PAUSE) return { verdict: 'pause', reason: 'failures' };
  if (enough && rate >= COMPLAINTS_WARN) return { verdict: 'warn', reason: 'complaints' };
  if (policyBlocks > 0) return { verdict: 'warn', reason: 'policy_blocks' };
  return { verdict: 'fine', reason: null };
}

export type KnownEpoch = { installationId: string; epoch: number };
/** What the database says of itself. */
export type StoredEpoch = KnownEpoch & { locked: boolean };

export type SendingLock =
  | { locked: false }
  | { locked: true; reason: 'locked' | 'other_installation' | 'older_copy' };

/**
 * Whether mail may leave: `stored` is what the database says, `known` what this machine wrote down beside it. A
 * machine that knows nothing believes the database. A database that is ahead was served by other machines meanwhile;
 * one that is behind was restored from an older copy and has forgotten mail that left.
 */
export function decideSending(stored: StoredEpoch | null, known: KnownEpoch | null): SendingLock {
  if (stored?.locked) return { locked: true, reason: 'locked' };
  if (!known) return { locked: false };
  if (stored?.installationId !== known.installationId) return { locked: true, reason: 'other_installation' };
  if (stored.epoch < known.epoch) return { locked: true, reason: 'older_copy' };
  return { locked: false };
}

export const LESS_OFTEN_DAYS = 90;

export type Preference = {
  kind: PreferenceKind;
  agencyId: number | null;
  until: Date | null;
};

/**
 * Why this person is not asked by this agency now, by the preferences in force for them and, as `not_employer`, for
 * their employer. Who asked for less hears of an invitation that already reached them, but gets no second within 90
 * days; `invitedAt` is when the last one left or is to leave.
 */
export function decidePreference(
  preferences: readonly Preference[],
  ask: { agencyId: number; newInvitation: boolean; invitedAt: Date | null },
  now: Date,
): PreferenceReason | null {
  const has = (kind: PreferenceKind, holds: (preference: Preference) => boolean = () => true) =>
    preferences.some((preference) => preference.kind === kind && holds(preference));
  if (has('not_employer')) return 'employer_said_never';
  if (has('not_agency', ({ agencyId }) => agencyId === ask.agencyId)) return 'not_this_agency';
  if (has('paused', ({ until }) => until !== null && until > now)) return 'paused_by_person';
  const since = now.getTime() - LESS_OFTEN_DAYS * 24 * 60 * MINUTE_MS;
  if (has('less_often') && ask.newInvitation && ask.invitedAt !== null && ask.invitedAt.getTime() > since) {
    return 'asked_for_less';
  }
  return null;
}
