export const CONTACT_STATES = ['active', 'left', 'wrong_role'] as const;
export type ContactState = (typeof CONTACT_STATES)[number];

/** A proposal that two records are one employer. While it is open both count once. */
export const DUPLICATE_STATES = ['open', 'merged', 'distinct'] as const;
export type DuplicateState = (typeof DUPLICATE_STATES)[number];

export const IMPORT_KINDS = ['employers', 'contacts', 'credentials'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/** uploaded -> mapped -> previewed -> importing -> imported; failed and cancelled end it. */
export const IMPORT_STATES = [
  'uploaded',
  'mapped',
  'previewed',
  'importing',
  'imported',
  'failed',
  'cancelled',
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
