/**
 * Lower-case words without diacritics, punctuation and repeated spaces: what two writings of one name share.
 * "&" and "+" are read as "and", apostrophes and full stops vanish (O'Haire = Ohaire, U.S. = US).
 */
export function textKey(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'o')
    .replace(/æ/g, 'ae')
    .replace(/ł/g, 'l')
    .replace(/['’‘`.]/g, '')
    .replace(/[&+]/g, ' and ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Text with its runs of white space made single spaces. */
export function tidySpaces(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** A value as a message may quote it: one line, printable, short. */
export function quotedValue(value: string, limit = 60): string {
  const printable = value.replace(/\p{C}/gu, '�').replace(/\s+/gu, ' ').trim();
  return `“${printable.length > limit ? `${printable.slice(0, limit - 1)}…` : printable}”`;
}
