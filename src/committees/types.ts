export const MEETING_STATES = ['scheduled', 'cancelled', 'held'] as const;
export type MeetingState = (typeof MEETING_STATES)[number];

/** Suggesting a colleague is a decline whose reason says so; the colleague gets an invitation of their own. */
export const RSVP_RESPONSES = ['accepted', 'declined'] as const;

/** Whom a seat is for, in the terms that Perkins advisory committees use. */
export const SEAT_ROLES = [
  'employer',
  'labor',
  'apprenticeship_sponsor',
  'educator',
  'workforce_board',
  'parent',
  'student',
  'community',
] as const;
export type SeatRole = (typeof SEAT_ROLES)[number];

/** Seats of these roles count as industry when asking whether industry holds the majority. */
export const INDUSTRY_SEAT_ROLES = [
  'employer',
  'apprenticeship_sponsor',
] as const satisfies readonly SeatRole[];

/** A day without a time, as `2026-11-21`. */
export type Day = string;

export type SeatFacts = {
  id: number;
  number: number;
  role: string;
  /** The NAICS sector that the seat is kept for, or null when any will do. */
  naicsPrefix: string | null;
  isIndustry: boolean;
  holderContactId: number | null;
  termFrom: Day | null;
  /** The last day of the term. */
  termUntil: Day | null;
};

export type MeetingFacts = { state: MeetingState; startsAt: Date; endsAt: Date; sequence: number };

/** Why an answer to a meeting invitation is no longer taken. */
export const RSVP_REFUSALS = ['meeting_cancelled', 'meeting_started'] as const;
export type RsvpRefusal = (typeof RSVP_REFUSALS)[number];

/** Who says that a member takes no part: the member, or staff who know of a connection. */
export const RECUSAL_SOURCES = ['member', 'staff'] as const;
export type RecusalSource = (typeof RECUSAL_SOURCES)[number];

export const BALLOT_KINDS = ['panel_vote', 'employer_ballot'] as const;
export type BallotKind = (typeof BALLOT_KINDS)[number];
export const VOTE_CHOICES = ['approve', 'reject', 'abstain', 'recused'] as const;
export type VoteChoice = (typeof VOTE_CHOICES)[number];
/** What a workforce board wrote, or that a credential was forwarded to it. */
export const BOARD_LETTER_KINDS = ['letter', 'forwarded'] as const;
export type BoardLetterKind = (typeof BOARD_LETTER_KINDS)[number];

/** proposed -> open (a second person) -> closed, which is a matter of time alone; proposed | open -> cancelled. */
export const MAILED_BALLOT_STATES = ['proposed', 'open', 'cancelled'] as const;
export type MailedBallotState = (typeof MAILED_BALLOT_STATES)[number];
/** What somebody may choose who votes by a mailed link. */
export const LINK_CHOICES = ['approve', 'reject', 'abstain'] as const satisfies readonly VoteChoice[];
export type LinkChoice = (typeof LINK_CHOICES)[number];

/** Whether a credential is tied to one vendor's product; a body may except one that is. */
export const VENDOR_FINDINGS = ['generic', 'vendor_specific', 'excepted'] as const;
export type VendorFinding = (typeof VENDOR_FINDINGS)[number];
