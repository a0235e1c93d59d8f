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
/** Begun, and nothing imported yet: somebody is to go on with it. */
export const OPEN_IMPORT_STATES = [
  'uploaded',
  'mapped',
  'previewed',
] as const satisfies readonly ImportState[];
