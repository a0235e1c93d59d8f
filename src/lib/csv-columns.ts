import { createHash } from 'node:crypto';
import { distance } from 'fastest-levenshtein';

/** A field that a column of an uploaded table can hold. */
export type FieldSpec<Field extends string = string> = {
  field: Field;
  label: string;
  required?: boolean;
  /** Wordings seen in real exports, in any case and punctuation. */
  names: readonly string[];
  /** Wordings that mean this field unless another column says it better. */
  looseNames?: readonly string[];
  /** Says whether a value looks like this field, to back or doubt what the header says. */
  looksLike?: (value: string) => boolean;
  /** Values of this look are seldom anything else, so that they decide even under a header that says nothing. */
  telling?: boolean;
};

export type ColumnGuess<Field extends string = string> = {
  index: number;
  header: string;
  field: Field | null;
  /** 0 to 1; 1 is a header known word for word. */
  score: number;
  /** Why, for the person who checks the mapping. */
  because: 'known_header' | 'similar_header' | 'header_words' | 'values' | 'taken' | 'unknown';
  samples: string[];
};

const ACCEPT_FROM = 0.6;
/** Below a header known word for word, above one that only resembles it. */
const LOOSE_SCORE = 0.95;

/**
 * Guesses which column holds which field: by the header's wording first, by how the values look where the header
 * leaves room. Each field is given to one column at most, the best scored, the leftmost at a tie.
 */
export function guessColumns<Field extends string>(
  headers: readonly string[],
  sampleRows: readonly (readonly string[])[],
  fields: readonly FieldSpec<Field>[],
): ColumnGuess<Field>[] {
  const samplesOf = (index: number) =>
    sampleRows.map((row) => (row[index] ?? '').trim()).filter((value) => value !== '');
  const options = headers.flatMap((header, index) =>
    fields.map((spec) => ({ index, spec, ...scoreColumn(header, samplesOf(index), spec) })),
  );
  options.sort((a, b) => b.score - a.score || a.index - b.index);
  const chosen = new Map<number, (typeof options)[number]>();
  const taken = new Set<Field>();
  for (const option of options) {
    if (option.score < ACCEPT_FROM || chosen.has(option.index) || taken.has(option.spec.field)) continue;
    chosen.set(option.index, option);
    taken.add(option.spec.field);
  }
  return headers.map((header, index) => {
    const choice = chosen.get(index);
    const base = { index, header, samples: [...new Set(samplesOf(index))].slice(0, 3) };
    if (choice) return { ...base, field: choice.spec.field, score: choice.score, because: choice.because };
    const best = options.find((option) => option.index === index);
    const lost = best !== undefined && best.score >= ACCEPT_FROM;
    return { ...base, field: null, score: best?.score ?? 0, because: lost ? 'taken' : 'unknown' };
  });
}

function scoreColumn<Field extends string>(
  header: string,
  samples: readonly string[],
  spec: FieldSpec<Field>,
): { score: number; because: 'known_header' | 'similar_header' | 'header_words' | 'values' } {
  const key = headerKey(header);
  const looks = spec.looksLike;
  const fit = looks && samples.length > 0 ? samples.filter(looks).length / samples.length : null;
  // Values that never look like the field speak against even a known header, such as "Zip" over notes.
  const doubt = fit !== null && fit < 0.2 ? 0.5 : 0;
  const names = spec.names.map(headerKey);
  if (key !== '' && names.includes(key)) return { score: 1 - doubt, because: 'known_header' };
  const isLoose = key !== '' && (spec.looseNames ?? []).some((name) => headerKey(name) === key);
  if (isLoose) return { score: LOOSE_SCORE - doubt, because: 'known_header' };
  if (key !== '') {
    const near = Math.max(...names.map((name) => similarity(key, name)));
    if (near >= 0.85) return { score: 0.6 + near * 0.3 - doubt, because: 'similar_header' };
    const words = Math.max(...names.map((name) => wordShare(header, name, spec.names)));
    if (words > 0) return { score: 0.6 + words * 0.25 - doubt, because: 'header_words' };
  }
  // Without a telling header only values that are unmistakable decide.
  if (spec.telling && fit !== null && fit >= 0.9 && samples.length >= 3)
    return { score: 0.6, because: 'values' };
  return { score: 0, because: 'values' };
}

/** The header with nothing but its letters and digits. */
export function headerKey(header: string): string {
  return header
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9#]/g, '');
}

function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest < 4 ? 0 : 1 - distance(a, b) / longest;
}

/** The share of the header's words that a known name of two or more words, all present in it, covers. */
function wordShare(header: string, nameKey: string, names: readonly string[]): number {
  const name = names.find((candidate) => headerKey(candidate) === nameKey);
  const wanted = wordsOf(name ?? '');
  if (wanted.length < 2) return 0;
  const words = wordsOf(header);
  return wanted.every((word) => words.includes(word)) ? wanted.length / words.length : 0;
}

function wordsOf(text: string): string[] {
  return text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Same headers in the same order have the same fingerprint, so that a mapping once corrected is found again. */
export function headerFingerprint(headers: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(headers.map(headerKey)))
    .digest('hex');
}
