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

/** Derived, never stored as a state of its own. */
export const REQUIREMENT_STATUSES = ['not_asked', 'short', 'met', 'met_but_expiring', 'conflicting'] as const;
export type RequirementStatus = (typeof REQUIREMENT_STATUSES)[number];
