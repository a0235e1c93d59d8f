import type { UnitLink } from '../employers/rules/counting-units.ts';
import type { AnswerEnd, Provenance, Relation } from '../surveys/types.ts';

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
  'declared_relation',
  'relation_declared_by_colleague',
  'relation_set_by_staff',
  'domain_of_issuer',
  'provenance_not_accepted',
  'no_hiring_authority',
  'question_not_asked',
  'not_in_state',
  'unrelated_sector',
  'older_than_evidence_age',
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
  'possible_duplicates_count_once',
  'merged_records_count_once',
  'declared_relation',
  'relation_set_by_staff',
  'domain_of_issuer',
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
  'needs_unrecorded_facts',
] as const;
export type RequirementReason = (typeof REQUIREMENT_REASONS)[number];

/** One version of one answer, as it came. Times are half-open: in force from answeredAt until before endedAt. */
export type AnswerFact = {
  answerId: number;
  askId: number;
  contactId: number;
  employerId: number;
  answeredAt: Date;
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

/** A relation to the credential's issuer or applicant that staff set on an employer. */
export type ConflictMarkFact = { employerId: number; relation: Relation; from: Date; until: Date | null };

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
};

/** The facts of one counting unit (one distinct employer, perhaps several records) about one credential. */
export type UnitFacts = {
  unitId: number;
  employerIds: readonly number[];
  joinedBy: readonly UnitLink['because'][];
  answers: readonly AnswerFact[];
  asks: readonly Pick<AskFact, 'sentAt' | 'bouncedAt'>[];
  conflictMarks: readonly ConflictMarkFact[];
  employerDomains: readonly EmployerDomainFact[];
  issuerDomains: readonly string[];
  profiles: readonly EmployerProfile[];
  credentialNaics: readonly string[];
};

export type AnswerExclusion = {
  unitId: number;
  employerId: number;
  answerId: number;
  reason: ExclusionReason;
};

export type UnitPosition = {
  unitId: number;
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
};

export type EvaluatedRequirement = Requirement & {
  exclusions: readonly AnswerExclusion[];
  positions: readonly UnitPosition[];
};
