import type { ColumnGuess, FieldSpec } from '../lib/csv-columns.ts';

/** Column index (as text, since it is stored as JSON) to field; null or absent is "not imported". */
export type ColumnMapping<Field extends string = string> = Record<string, Field | null>;

export function mappingOf<Field extends string>(
  guesses: readonly ColumnGuess<Field>[],
): ColumnMapping<Field> {
  return Object.fromEntries(guesses.map((guess) => [String(guess.index), guess.field]));
}

/** Required fields that no column is chosen for. */
export function missingFields<Field extends string>(
  mapping: ColumnMapping,
  specs: readonly FieldSpec<Field>[],
): FieldSpec<Field>[] {
  const chosen = new Set(Object.values(mapping));
  return specs.filter((field) => field.required && !chosen.has(field.field));
}
