export const IMPORT_KINDS = ['employers', 'contacts', 'credentials'] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

/**
 * uploaded -> previewed -> importing -> imported. A file that cannot be read, or whose import came to nothing, has
 * failed and may be checked again. Anything that is not importing or imported may be cancelled.
 */
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

/** May be looked at again, with other columns or as it is. */
export function isCheckable(state: ImportState): boolean {
  return state === 'failed' || (OPEN_IMPORT_STATES as readonly ImportState[]).includes(state);
}
