import type { BallotKind, BoardLetterKind, VendorFinding, VoteChoice } from '../committees/types.ts';
import type { UnitLink } from '../employers/rules/counting-units.ts';
import type { AnswerEnd, HoldKind, Provenance, Relation } from '../surveys/types.ts';

/** What one counting unit says of one credential under one policy. 'asked' means no countable answer yet. */
export const POSITION_STATUSES = [
  'asked',
  'both_yes',
  'no',
  'not_sure',
  'not_familiar',
  'conflicting',
  'excluded',
  'aged_out',
] as const;
export type PositionStatus = (typeof POSITION_STATUSES)[number];

/** How a connection to those behind a credential was found, the most telling first. */
export const CONNECTION_FINDS = ['same_employer', 'domain', 'shared_parent'] as const;
export type ConnectionFind = (typeof CONNECTION_FINDS)[number];

/** Who stands behind a credential, in the words in which an employer declares it. */
export const PARTY_RELATIONS = [
  'issuer',
  'reseller',
  'training_provider',
  'applicant',
] as const satisfies readonly Relation[];

/** proposed -> in_force (a second person) -> ended (two people again); proposed -> withdrawn. */
export const ADJUDICATION_STATES = ['proposed', 'in_force', 'withdrawn', 'ended'] as const;
export type AdjudicationState = (typeof ADJUDICATION_STATES)[number];

/** Derived, never stored as a state of its own. 'unsupported': the policy asks for facts that are not recorded. */
export const REQUIREMENT_STATUSES = [
  'not_asked',
  'short',
  'met',
  'met_but_expiring',
  'conflicting',
  'unsupported',
] as const;
export type RequirementStatus = (typeof REQUIREMENT_STATUSES)[number];
export const MET_REQUIREMENT_STATUSES = [
  'met',
  'met_but_expiring',
] as const satisfies readonly RequirementStatus[];

/** Why an answer is kept and shown but not counted. */
export const EXCLUSION_REASONS = [
  'quarantined',
  'awaits_second_look',
  'awaits_verification',
  'declared_relation',
  'relation_declared_by_colleague',
  'relation_set_by_staff',
  'relation_found',
  'domain_of_issuer',
  'provenance_not_accepted',
  'no_hiring_authority',
  'question_not_asked',
  'not_in_state',
  'unrelated_sector',
  'older_than_evidence_age',
  'hiring_authority_speaks',
  'adjudicated_for_another',
  'adjudicated_not_counted',
  'contacts_disagree',
  'replaced_by_later_answer',
  'another_answer_decides',
  'possible_duplicate',
  'superseded',
  'withdrawn',
] as const;
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number];

/** Why a counting unit stands where it stands. */
export const POSITION_REASONS = [
  'all_questions_yes',
  'a_question_no',
  'not_sure',
  'not_familiar',
  'no_answer',
  'contacts_disagree',
  'latest_answer_decides',
  'any_no_decides',
  'hiring_authority_decides',
  'adjudicated',
  'adjudicated_not_counted',
  'possible_duplicates_count_once',
  'merged_records_count_once',
  'group_counts_once',
  'declared_relation',
  'relation_set_by_staff',
  'relation_found',
  'domain_of_issuer',
  'quarantined',
  'awaits_second_look',
  'awaits_verification',
  'provenance_not_accepted',
  'no_hiring_authority',
  'question_not_asked',
  'not_in_state',
  'unrelated_sector',
  'wage_below_floor',
  'wage_not_stated',
  'older_than_evidence_age',
  'withdrawn',
] as const;
export type PositionReason = (typeof POSITION_REASONS)[number];

/** Why a requirement stands where it stands. */
export const REQUIREMENT_REASONS = [
  'nobody_asked',
  'below_minimum',
  'conflicts_would_decide',
  'minimum_reached',
  'lapses_within_warning',
  'too_few_points',
  'too_few_regions',
  'too_few_sectors',
  'too_few_sizes',
  'too_much_of_one_group',
  'wage_too_low',
  'too_few_voters',
  'not_voted_for',
  'too_few_boards',
  'reviews_missing',
  'tier_too_low',
  'not_shown_generic',
  'needs_unrecorded_facts',
] as const;
export type RequirementReason = (typeof REQUIREMENT_REASONS)[number];

/** One version of one answer, as it came. Times are half-open: in force from answeredAt until before endedAt. */
export type AnswerFact = {
  answerId: number;
  /** Null, like the contact, for what came by no invitation. */
  askId: number | null;
  contactId: number | null;
  employerId: number;
  /** When it became known here. */
  answeredAt: Date;
  /** When it was said, where that is another time: the date on a letter. Age and order count from it. */
  saidAt?: Date | undefined;
  /** While it waits for a person it neither counts nor replaces an earlier answer. */
  holds?: readonly AnswerHold[] | undefined;
  endedAt: Date | null;
  endKind: AnswerEnd | null;
  /** Question key -> 'yes' | 'no' | 'not_sure' and whatever else the instrument asks. */
  values: Readonly<Record<string, string>>;
  familiar: boolean;
  relation: Relation;
  provenance: Provenance;
  hiringAuthority: boolean;
  instrumentVersionId: number;
  noticeVersionId: number;
};

/** Half-open, like answers. */
export type AnswerHold = { kind: HoldKind; from: Date; until: Date | null };

/** One ask that was mailed. It counts as delivered from `sentAt` until a bounce comes back. */
export type AskFact = {
  askId: number;
  waveId: number;
  contactId: number;
  employerId: number;
  sentAt: Date;
  bouncedAt: Date | null;
  declinedAt: Date | null;
};

/** A relation to those behind the credential that staff set on an employer, or that was found by domain or parent. */
export type ConflictMarkFact = {
  employerId: number;
  relation: Relation;
  from: Date;
  until: Date | null;
  /** How it was found; absent when staff set it. */
  found?: ConnectionFind | undefined;
};

/** Two people of staff said whose answer speaks, of exactly these that disagree; null says that none of them counts. */
export type AdjudicationFact = {
  adjudicationId: number;
  answerIds: readonly number[];
  speaksAnswerId: number | null;
  from: Date;
  until: Date | null;
};

/** Which group an employer belongs to; looked at only by policies that count groups. */
export type GroupMemberFact = { employerId: number; groupId: number; from: Date; until: Date | null };

/** Where a person works, when that is known. Like an address it holds for all times. Looked at only by policies that count sites. */
export type ContactSiteFact = { contactId: number; siteId: number; state: string; county: string };

/** What counts once. */
export const COUNTING_UNITS = ['legal_entity', 'group', 'site'] as const;
export type CountingUnit = (typeof COUNTING_UNITS)[number];

/** A domain says whose the records are, not since when: it holds for all times. */
export type EmployerDomainFact = { employerId: number; domain: string };

/**
 * Where an employer record is, what it does and how large it is. Like a domain it holds for all times: records say what
 * is so, not since when. Blank and null mean unknown, and what is unknown never counts as different.
 */
export type EmployerProfile = {
  employerId: number;
  state: string;
  county: string;
  naicsCode: string | null;
  size: SizeBand | null;
};

export const SIZE_BANDS = ['under_10', '10_to_49', '50_to_249', '250_or_more'] as const;
export type SizeBand = (typeof SIZE_BANDS)[number];

/** All that is known of one credential: enough to replay what any policy says as of any time. */
export type EvidenceFacts = {
  credentialId: number;
  answers: readonly AnswerFact[];
  asks: readonly AskFact[];
  links: readonly UnitLink[];
  conflictMarks: readonly ConflictMarkFact[];
  employerDomains: readonly EmployerDomainFact[];
  issuerDomains: readonly string[];
  /** Of every employer record above; needed only by policies that look at them. */
  profiles?: readonly EmployerProfile[] | undefined;
  /** NAICS codes or prefixes of the industries that the credential names. */
  credentialNaics?: readonly string[] | undefined;
  /** Absent means none. */
  adjudications?: readonly AdjudicationFact[] | undefined;
  groups?: readonly GroupMemberFact[] | undefined;
  contactSites?: readonly ContactSiteFact[] | undefined;
  /** What bodies said of the credential; needed only by policies that look at it. */
  bodies?: BodyFacts | undefined;
};

/** One person's vote; persons are not named, employers are. */
export type VoteFact = {
  voteId: number;
  employerId: number | null;
  choice: VoteChoice;
  /** How the voter's employer stands to the issuer, as declared at the vote. */
  relation: Relation;
  /** How a vote by a mailed link came; absent where staff wrote the vote down. */
  provenance?: Provenance | undefined;
};

/** A record of what a body said on a day. It is in force from when it was recorded until it was withdrawn. */
type BodyRecord = { agencyId: number; on: Date; recordedAt: Date; withdrawnAt: Date | null };

export type BallotFact = BodyRecord & {
  ballotId: number;
  kind: BallotKind;
  body: string;
  /** Who could have voted, and how many of them must have for the vote to hold. */
  eligible: number;
  quorum: number;
  votes: readonly VoteFact[];
};

/** What a workforce board wrote, or that the credential was forwarded to it. */
export type BoardLetterFact = BodyRecord & {
  letterId: number;
  kind: BoardLetterKind;
  board: string;
  supports: boolean;
};

/** One team's reading of a rubric; a settling team speaks where the others differ. */
export type ReviewFact = BodyRecord & {
  reviewId: number;
  team: string;
  isSettling: boolean;
  /** Null when it reached none. */
  tier: string | null;
};

/** Whether the credential is tied to one vendor's product, as staff found it; a body may except one that is. */
export type VendorFact = BodyRecord & { findingId: number; finding: VendorFinding };

export type BodyFacts = {
  ballots: readonly BallotFact[];
  letters: readonly BoardLetterFact[];
  reviews: readonly ReviewFact[];
  /** Absent means none. */
  findings?: readonly VendorFact[] | undefined;
};

/** Why a vote, letter or review is kept and shown but not counted. */
export const BODY_EXCLUSION_REASONS = [
  'recused',
  'declared_relation',
  'relation_set_by_staff',
  'domain_of_issuer',
  'provenance_not_accepted',
  'same_employer_voted',
  'people_of_one_employer_differ',
  'replaced_by_later_one',
  'does_not_support',
  'not_needed_to_settle',
  'tied_to_a_vendor',
  'older_than_evidence_age',
  'withdrawn',
] as const;
export type BodyExclusionReason = (typeof BODY_EXCLUSION_REASONS)[number];
export type BodyExclusion = { recordId: number; voteId: number | null; reason: BodyExclusionReason };

/** The nine rows by which states judge a credential, as the table in Advance CTE's brief has them. */
export const CRITERIA = [
  'employer_need',
  'high_skill_wage_demand',
  'wage_gain',
  'advancement',
  'portability',
  'stackability',
  'alignment',
  'competencies',
  'assessment_integrity',
] as const;
export type Criterion = (typeof CRITERIA)[number];

export const BODY_DEMAND_KINDS = [
  'panel_vote',
  'employer_ballot',
  'board_letters',
  'boards_asked',
  'rubric',
  'generic',
] as const;

/** How one thing that a policy asks of bodies stands. */
export type BodyOutcome = {
  kind: (typeof BODY_DEMAND_KINDS)[number];
  isMet: boolean;
  measures: readonly Measure[];
  /** The votes of the vote that decides; null where nothing was voted on, or the demand is no vote. */
  counted: { eligible: number; approve: number; reject: number; abstain: number; recused: number } | null;
  /** The records that it rests on. */
  recordIds: readonly number[];
  exclusions: readonly BodyExclusion[];
  /** From here on it is met no longer, by the passage of time alone. */
  expiresAt: Date | null;
};

/** The facts of one counting unit (one distinct employer, perhaps several records) about one credential. */
export type UnitFacts = {
  unitId: number;
  /** Present under policies that count sites; null where it is not known. */
  siteId?: number | null | undefined;
  employerIds: readonly number[];
  joinedBy: readonly (UnitLink['because'] | 'same_group')[];
  answers: readonly AnswerFact[];
  asks: readonly Pick<AskFact, 'sentAt' | 'bouncedAt'>[];
  conflictMarks: readonly ConflictMarkFact[];
  employerDomains: readonly EmployerDomainFact[];
  issuerDomains: readonly string[];
  profiles: readonly EmployerProfile[];
  credentialNaics: readonly string[];
  adjudications?: readonly AdjudicationFact[] | undefined;
};

export type AnswerExclusion = {
  unitId: number;
  employerId: number;
  answerId: number;
  reason: ExclusionReason;
};

export type UnitPosition = {
  unitId: number;
  /** Present under policies that count sites; null where it is not known. */
  siteId?: number | null | undefined;
  employerIds: readonly number[];
  status: PositionStatus;
  reasons: readonly PositionReason[];
  /** The answer that speaks for the unit; null when none does (asked, conflicting, excluded, aged out). */
  decidingAnswerId: number | null;
  /** From here on the position no longer holds, by the passage of time alone. */
  expiresAt: Date | null;
  asked: boolean;
  delivered: boolean;
  /** Every other answer of the unit, with why it does not count. */
  exclusions: readonly AnswerExclusion[];
};

/** Distinct employers. `answered` is the sum of the seven figures after it. */
export type Figures = {
  asked: number;
  delivered: number;
  answered: number;
  bothYes: number;
  no: number;
  notSure: number;
  notFamiliar: number;
  conflicting: number;
  excluded: number;
  agedOut: number;
};

/** Without new answers the count falls to `fallsTo`, below the minimum, on `on`. */
export type Lapse = { on: Date; fallsTo: number };

/** One of the things that a policy of the second format measures. It is met when every one has what it needs. */
export type Measure = { kind: MeasureKind; needs: number; has: number };
export const MEASURE_KINDS = [
  'employers',
  'employers_within_share',
  'points',
  'regions',
  'sectors',
  'sizes',
  'median_wage',
  'panel_voters',
  'panel_approvals',
  'ballot_voters',
  'ballot_approvals',
  'board_letters',
  'boards_asked',
  'review_teams',
  'review_tier',
  'generic',
] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

export type Requirement = {
  status: RequirementStatus;
  /** Distinct employers that must count. */
  required: number;
  figures: Figures;
  /** Distinct employers that are missing, at the least. */
  shortfall: number;
  expiring: Lapse | null;
  reasons: readonly RequirementReason[];
  /** Absent under policies of the first format, which measure employers alone. */
  measures?: readonly Measure[] | undefined;
  /** What bodies say, one outcome for each thing that the policy asks of them; absent where it asks nothing. */
  bodies?: readonly BodyOutcome[] | undefined;
};

export type EvaluatedRequirement = Requirement & {
  exclusions: readonly AnswerExclusion[];
  positions: readonly UnitPosition[];
};
