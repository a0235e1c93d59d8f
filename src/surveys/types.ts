/** How an employer stands to a credential's issuer, in the answer's own words. */
export const RELATIONS = [
  'none',
  'customer',
  'board',
  'sells_or_paid',
  'issuer',
  'reseller',
  'training_provider',
  'applicant',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** How an answer came: the grade of its provenance. */
export const PROVENANCES = [
  'mailed_link_own_domain',
  'mailed_link_other_domain',
  'mailed_link_free_mail',
  'forwarded_mailed',
  'staff_entered',
] as const;
export type Provenance = (typeof PROVENANCES)[number];

/** Why an answer version stopped being the current one. */
export const ANSWER_ENDS = ['superseded', 'withdrawn'] as const;
export type AnswerEnd = (typeof ANSWER_ENDS)[number];
