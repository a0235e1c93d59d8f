export const LIST_KINDS = ['informational', 'use_case', 'unified'] as const;
export type ListKind = (typeof LIST_KINDS)[number];

export const REVIEW_CYCLES = [
  'rolling',
  'quarterly',
  'twice_a_year',
  'annual',
  'every_2_years',
  'every_5_years',
] as const;
export type ReviewCycle = (typeof REVIEW_CYCLES)[number];

/** submitted -> in_review -> decided -> due_for_review -> renewed | lapsed | revoked. */
export const APPLICATION_STATES = [
  'submitted',
  'in_review',
  'decided',
  'due_for_review',
  'renewed',
  'lapsed',
  'revoked',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];
export const DECIDED_APPLICATION_STATES = [
  'decided',
  'due_for_review',
  'renewed',
  'lapsed',
  'revoked',
] as const satisfies readonly ApplicationState[];

/** An approval in these states is on its list. */
export const LISTED_APPLICATION_STATES = [
  'decided',
  'due_for_review',
] as const satisfies readonly ApplicationState[];

export const DECISIONS = ['approved', 'denied', 'deferred'] as const;
export type Decision = (typeof DECISIONS)[number];

export const FREEZE_STATES = ['requested', 'frozen', 'withdrawn'] as const;

/** A new version of a policy that a list counts under: one person proposes it, another confirms it. */
export const PROPOSAL_STATES = ['proposed', 'published', 'withdrawn'] as const;

/** Who put a credential up, in the words of policies ("anyone" aside). */
export const APPLICANT_KINDS = [
  'employers',
  'schools',
  'colleges',
  'workforce_boards',
  'agencies',
  'issuers',
] as const;
export type ApplicantKind = (typeof APPLICANT_KINDS)[number];

/** States that an application does not leave. */
export const ENDED_APPLICATION_STATES = [
  'renewed',
  'lapsed',
  'revoked',
] as const satisfies readonly ApplicationState[];
/** States that an application reaches only after it was due for review. */
export const DUE_APPLICATION_STATES = [
  'due_for_review',
  'renewed',
  'lapsed',
] as const satisfies readonly ApplicationState[];

/** The first decision, the second one after an appeal, and taking an approval back. */
export const DECISION_KINDS = ['first', 'appeal', 'revocation'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];
export const DECISION_OUTCOMES = [...DECISIONS, 'revoked'] as const;
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];
/** One person proposes a decision, another confirms it; either may take it back. */
export const DECISION_STATES = ['proposed', 'confirmed', 'withdrawn'] as const;

export const APPEAL_STATES = ['open', 'upheld', 'overturned', 'withdrawn'] as const;
export type AppealState = (typeof APPEAL_STATES)[number];

export const CRITERION_EVIDENCE_KINDS = ['note', 'link', 'document'] as const;
export const CRITERION_VERDICTS = ['shown', 'not_shown'] as const;
export type CriterionVerdict = (typeof CRITERION_VERDICTS)[number];
