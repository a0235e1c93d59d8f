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

export const DECISIONS = ['approved', 'denied', 'deferred'] as const;
export type Decision = (typeof DECISIONS)[number];

export const FREEZE_STATES = ['requested', 'frozen', 'withdrawn'] as const;

/** A new version of a policy that a list counts under: one person proposes it, another confirms it. */
export const PROPOSAL_STATES = ['proposed', 'published', 'withdrawn'] as const;
