import { quotedValue } from '../lib/text-key.ts';

export type IssueSeverity = 'error' | 'warning';

/** Something the person who imports should know, placed where it is in the file. Line 0 is the file as a whole. */
export type ImportIssue<Code extends string = string> = {
  line: number;
  /** The column's header as it stands in the file; null when the row or the file is meant. */
  column: string | null;
  code: Code;
  severity: IssueSeverity;
  message: string;
};

/** Texts that a sentence may name; one that it lacks shows as "?". */
export type IssueFacts = Record<string, string | number | null | undefined>;

type Facts = { text(name: string): string; quoted(name: string): string };
export type IssueSpec = { severity: IssueSeverity; title: string; message(facts: Facts): string };

/** An error keeps something out (the file, the row or the contact, as the sentence says). */
export const error = (title: string, message: IssueSpec['message']): IssueSpec => ({
  severity: 'error',
  title,
  message,
});

/** A warning lets it in and says how it was read. */
export const warning = (title: string, message: IssueSpec['message']): IssueSpec => ({
  severity: 'warning',
  title,
  message,
});

/**
 * A closed set of issues and the function that makes one with its sentence. Values are quoted short and printable, so
 * that a cell cannot fake a message.
 */
export function defineIssues<Code extends string>(specs: Record<Code, IssueSpec>) {
  const issueAt = (
    line: number,
    column: string | null,
    code: Code,
    facts: IssueFacts = {},
  ): ImportIssue<Code> => {
    const text = (name: string) => String(facts[name] ?? '?');
    const { severity, message } = specs[code];
    return {
      line,
      column,
      code,
      severity,
      message: message({ text, quoted: (name) => quotedValue(text(name)) }),
    };
  };
  return { issueAt, codes: Object.keys(specs) as Code[], titles: titlesOf(specs) };
}

function titlesOf<Code extends string>(specs: Record<Code, IssueSpec>): Record<Code, string> {
  return Object.fromEntries(
    Object.entries<IssueSpec>(specs).map(([code, spec]) => [code, spec.title]),
  ) as Record<Code, string>;
}

/** The sentence with its place in front, where it stands alone. */
export function placedMessage(issue: ImportIssue): string {
  return issue.line > 0 ? `Line ${issue.line}: ${issue.message}` : issue.message;
}

/** What can be wrong with a table as such, whatever it holds. */
export const TABLE_ISSUES = {
  // The file
  file_too_large: error(
    'File too large',
    (f) =>
      `The file has ${f.text('megabytes')} MB; at most ${f.text('limit')} MB can be imported. Split it into smaller files, or check that it is the right one.`,
  ),
  file_empty: error(
    'Empty file',
    () => 'The file holds no text. Export the table again and check that it has rows.',
  ),
  file_not_text: error(
    'Not a CSV file',
    (f) =>
      `This looks like ${f.text('kind')}, not a CSV file. Open it in its program and save it as “CSV UTF-8”.`,
  ),
  quote_not_closed: error(
    'Quotation mark not closed',
    (f) =>
      `A quotation mark opens in ${f.text('where')} and is never closed, so the rest of the file cannot be told apart. Close it, or write "" for a quotation mark inside a value, and upload the file again. Nothing was imported.`,
  ),
  quote_inside_field: error(
    'Stray quotation mark',
    (f) =>
      `A quotation mark stands in the middle of ${f.text('where')}. Put the whole value in quotation marks and write "" for the one inside, then upload the file again. Nothing was imported.`,
  ),
  text_after_quote: error(
    'Text after a quotation mark',
    (f) =>
      `Text follows the closing quotation mark of ${f.text('where')}. Write "" for a quotation mark inside a value, then upload the file again. Nothing was imported.`,
  ),
  record_too_long: error(
    'Row without end',
    (f) =>
      `The row that begins here, in ${f.text('where')}, is longer than any real one: most likely a quotation mark is not closed. Nothing was imported.`,
  ),
  too_many_columns: error(
    'Too many columns',
    (f) =>
      `The file has ${f.text('columns')} columns; at most ${f.text('limit')} can be shown to choose from. Delete those that are not needed, and check that the first row is the header.`,
  ),
  rows_missing: error(
    'No rows',
    () => 'The file has a header and no rows below it. Export the table again and check that it has rows.',
  ),
  column_missing: error(
    'Column missing',
    (f) =>
      `No column is chosen for ${f.text('field')}, and nothing can be imported without it. Choose the column on the mapping page.`,
  ),
  column_ignored: warning(
    'Column not imported',
    (f) =>
      `The column ${f.quoted('header')} is not imported. Choose a field for it on the mapping page if it should be.`,
  ),
  read_as_windows: warning(
    'Read as Windows-1252',
    () =>
      'The file is not UTF-8 and was read as Windows-1252, as older Excel writes it. Check a name with an accent; if it looks wrong, save the file as “CSV UTF-8”.',
  ),

  // The row
  cells_extra: error(
    'Too many values',
    (f) =>
      `The row has ${f.text('cells')} values and the header names ${f.text('columns')} columns, so values may stand under the wrong header. Put a value that holds the separator in quotation marks. The row was left out.`,
  ),
  cells_missing: warning(
    'Too few values',
    (f) =>
      `The row has ${f.text('cells')} of ${f.text('columns')} values; the missing ones were read as blank. Check that no line break cuts the row in two.`,
  ),
  control_character: error(
    'Unprintable character',
    (f) =>
      `${f.quoted('value')} holds a character that is no text (such as NUL). Remove it. The row was left out.`,
  ),
  broken_character: warning(
    'Broken character',
    (f) =>
      `${f.quoted('value')} holds a character that could not be read (shown as �). Correct it in the source and import again.`,
  ),
  double_encoded: warning(
    'Doubly encoded text',
    (f) =>
      `${f.quoted('value')} looks as if its accents were encoded twice. Correct it in the source; it was imported as it stands.`,
  ),
  formula_cell: warning(
    'Looks like a formula',
    (f) =>
      `${f.quoted('value')} begins like a spreadsheet formula. It was kept as plain text and is never run; check that it is meant.`,
  ),
  html_entity: warning(
    'HTML code in text',
    (f) => `${f.quoted('value')} holds an HTML code and was read as ${f.quoted('read')}.`,
  ),
  extra_spaces: warning(
    'Repeated spaces',
    (f) => `${f.quoted('value')} holds repeated spaces, which were made single.`,
  ),
  value_too_long: error(
    'Value too long',
    (f) =>
      `The value has ${f.text('length')} characters and at most ${f.text('limit')} fit. Shorten it. The row was left out.`,
  ),
} satisfies Record<string, IssueSpec>;

export const tableIssues = defineIssues(TABLE_ISSUES);
