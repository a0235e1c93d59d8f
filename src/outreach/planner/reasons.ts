/**
 * Why a contact of the audience is not asked in this wave. Exactly one applies to each contact left out: the first
 * that holds, in this order.
 */
export const EXCLUSION_REASONS = [
  'left_employer',
  'wrong_role',
  'suppressed',
  'employer_said_never',
  'not_this_agency',
  'paused_by_person',
  'asked_for_less',
  'no_hiring_authority',
  'no_relevant_topic',
  'already_answered',
  'open_invitation',
  'no_send_window',
  'contact_budget_person',
  'contact_budget_employer',
  'employer_limit',
  'receiving_domain',
  'warm_up',
  'capacity',
  'not_needed',
] as const;
export type ExclusionReason = (typeof EXCLUSION_REASONS)[number];

/** Why an ask that concerns a contact is not made of them although they are asked something else. */
export const UNMADE_REASONS = [
  'already_answered',
  'open_invitation',
  'touch_full',
  'answer_too_late',
  'not_needed',
] as const;
export type UnmadeReason = (typeof UNMADE_REASONS)[number];
/** Why one ask is not made of one contact, whether or not the contact is asked something else. */
export type AskReason = UnmadeReason | 'not_relevant' | 'contact_not_asked';

/** Why a step was moved or left out although the contact is asked. */
export const PLACING_REASONS = [
  'contact_budget_person',
  'contact_budget_employer',
  'employer_limit',
  'receiving_domain',
  'warm_up',
  'capacity',
  'no_send_window',
] as const;
export type PlacingReason = (typeof PLACING_REASONS)[number];
/** The same, and that what is asked joined another wave's mail. */
export type AdjustmentReason = PlacingReason | 'merged';
