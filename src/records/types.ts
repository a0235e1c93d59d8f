/** What personal data there are, by how long an agency keeps them. A class without a rule is kept. */
export const RETENTION_CLASSES = [
  'respondent_names',
  'contact_details',
  'unsent_drafts',
  'import_details',
  'disclosed_packets',
  'attached_files',
  'case_notes',
] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** Months by class; null keeps it. */
export type RetentionMonths = Record<RetentionClass, number | null>;

/** New times of retention: one person proposes them, another puts them in force. */
export const RETENTION_PROPOSAL_STATES = ['proposed', 'confirmed', 'withdrawn'] as const;

/** What is blacked out of a packet for a records request. A federal employer number never leaves, whatever the profile. */
export const REDACTION_PROFILES = [
  'people_withheld',
  'people_and_employers_withheld',
  'nothing_withheld',
] as const;
export type RedactionProfile = (typeof REDACTION_PROFILES)[number];
