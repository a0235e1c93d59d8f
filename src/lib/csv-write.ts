/**
 * Characters at which a spreadsheet may take a cell for a formula or a command: = + - @, tab, line breaks, NUL, and
 * the full-width forms that Excel reads as the first four (S11).
 */
const FORMULA_START = /^'*[=+\-@\t\r\n\0＝＋－＠]/;
const ESCAPED_FORMULA = /^'+[=+\-@\t\r\n\0＝＋－＠]/;
const NEEDS_QUOTES = /[",;|\t\r\n\0]|^\s|\s$/;

/** True when a spreadsheet might run the text instead of showing it. */
export function isFormulaLike(text: string): boolean {
  return /^[=+\-@\t\r\n\0＝＋－＠]/.test(text);
}

/** Puts an apostrophe before what a spreadsheet might run; `unescapeFormula` takes exactly one off again. */
export function escapeFormula(text: string): string {
  return FORMULA_START.test(text) ? `'${text}` : text;
}

export function unescapeFormula(text: string): string {
  return ESCAPED_FORMULA.test(text) ? text.slice(1) : text;
}

/** One cell as RFC 4180 writes it, safe to open in a spreadsheet. */
export function csvCell(value: string | number | Date | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = escapeFormula(value instanceof Date ? value.toISOString() : value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One record with its line end. A record of one empty cell is quoted, or readers would skip it as an empty line. */
export function csvLine(cells: readonly (string | number | Date | null | undefined)[]): string {
  const line = cells.map(csvCell).join(',');
  return `${line === '' ? '""' : line}\r\n`;
}

/** A whole table in UTF-8 with the byte-order mark that Excel needs to read it as such. Headers are escaped too. */
export async function* csvTable<Row>(
  headers: readonly string[],
  rows: AsyncIterable<Row> | Iterable<Row>,
  cells: (row: Row) => readonly (string | number | Date | null | undefined)[],
): AsyncGenerator<string> {
  yield `\uFEFF${csvLine(headers)}`;
  for await (const row of rows) yield csvLine(cells(row));
}
