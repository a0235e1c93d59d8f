import { quotedValue } from '../lib/text-key.ts';

export type IssueSeverity = 'error' | 'warning';

/** Something the person who imports should know, placed where it is in the file. Line 0 is the file as a whole. */
export type ImportIssue = {
  line: number;
  /** The column's header as it stands in the file; null when the row or the file is meant. */
  column: string | null;
  code: IssueCode;
  severity: IssueSeverity;
  message: string;
};

/** Texts that the sentences below may name; a sentence that lacks one says so with "?". */
export type IssueFacts = Record<string, string | number | null | undefined>;

type IssueSpec = { severity: IssueSeverity; title: string; message(facts: Facts): string };
type Facts = { text(name: string): string; quoted(name: string): string };

const error = (title: string, message: IssueSpec['message']): IssueSpec => ({
  severity: 'error',
  title,
  message,
});
const warning = (title: string, message: IssueSpec['message']): IssueSpec => ({
  severity: 'warning',
  title,
  message,
});

/**
 * Every oddity an import can meet, with what it means and what to do. An error keeps something out (the file, the
 * row or the contact, as the sentence says); a warning lets it in and says how it was read.
 */
const ISSUES = {
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
  file_not_json: error(
    'Not JSON-LD',
    (f) =>
      `The file cannot be read as JSON: ${f.text('problem')}. Download it again from where it was published.`,
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

  // The employer
  name_missing: error('No name', () => 'The row names no employer. Fill in the name. The row was left out.'),
  name_has_dba: warning(
    'Trade name inside the name',
    (f) =>
      `${f.quoted('value')} was read as the legal name ${f.quoted('legal')} trading as ${f.quoted('dba')}.`,
  ),
  name_has_former: warning(
    'Former name inside the name',
    (f) => `${f.quoted('value')} was read as ${f.quoted('legal')}, formerly ${f.quoted('former')}.`,
  ),
  name_odd_character: warning(
    'Odd character in a name',
    (f) =>
      `The name ${f.quoted('value')} holds ${f.quoted('character')}. It was kept; correct it in the source if it is a slip.`,
  ),
  fein_invalid: warning(
    'FEIN not usable',
    (f) =>
      `${f.quoted('value')} is not a federal employer number (nine digits). The employer was read without it.`,
  ),
  address_note: warning(
    'Note inside the address',
    (f) =>
      `${f.quoted('value')} holds a note in brackets. The address was kept whole and is matched without the note.`,
  ),
  address_missing: warning(
    'No street address',
    () => 'The street address is blank. Two employers of one name cannot be told apart by place.',
  ),
  city_missing: warning('No city', () => 'The city is blank, so the employer is not found by city.'),
  city_unlike_zip: warning(
    'City differs from the rest of its ZIP',
    (f) =>
      `${f.quoted('value')} stands for ZIP ${f.text('zip')}, where this file mostly has ${f.quoted('usual')}. It was kept; if it is a misspelling, correct it, or the employer is missed when choosing by city.`,
  ),
  city_disputed: warning(
    'ZIP with several cities',
    (f) =>
      `ZIP ${f.text('zip')} stands with ${f.quoted('value')} here and with ${f.quoted('other')} on line ${f.text('otherLine')}. One of the two may be wrong.`,
  ),
  state_missing: warning('No state', () => 'The state is blank.'),
  state_unknown: warning(
    'State not known',
    (f) => `${f.quoted('value')} is no USPS state code or state name. The employer was read without a state.`,
  ),
  zip_missing: warning('No ZIP code', () => 'The ZIP code is blank.'),
  zip_invalid: warning(
    'ZIP code not usable',
    (f) => `${f.quoted('value')} is no ZIP code (five digits, or nine). The employer was read without it.`,
  ),
  zip_zero_restored: warning(
    'ZIP code lost its leading zero',
    (f) =>
      `${f.quoted('value')} was read as ${f.text('read')}: spreadsheets drop leading zeros. Format the column as text before exporting.`,
  ),
  zip_not_in_state: warning(
    'ZIP code outside the state',
    (f) =>
      `ZIP ${f.text('zip')} belongs to ${f.text('zipState')}, the row says ${f.text('state')}. Both were kept; check which is right.`,
  ),
  naics_missing: warning(
    'No industry code',
    () =>
      'The NAICS code is blank. The employer was imported, and cannot be chosen by sector until it has one.',
  ),
  naics_unknown: warning(
    'Industry code not known',
    (f) =>
      `${f.quoted('value')} is not a code of the NAICS 2017 edition. The employer was imported without it, and cannot be chosen by sector until it has one.`,
  ),
  naics_unclassified: warning(
    'Industry “unclassified”',
    (f) =>
      `${f.quoted('value')} stands for “not classified” and names no industry. The employer was imported without a code, and cannot be chosen by sector until it has one.`,
  ),
  naics_retired: warning(
    'Industry code of an earlier edition',
    (f) =>
      `${f.quoted('value')} (${f.text('meant')}) is of an earlier NAICS edition. The employer was imported without it. ${f.text('advice')}`,
  ),
  naics_short: warning(
    'Industry code of few digits',
    (f) =>
      `${f.quoted('value')} names a group of industries, not one of six digits. It was kept and is found by sector.`,
  ),
  jobs_missing: warning(
    'No number of jobs',
    () => 'The number of jobs is blank. The employer is found under “size not known”.',
  ),
  jobs_zero: warning(
    'No jobs reported',
    () =>
      'The row says 0 jobs. That was kept; such employers are found under “size not known”, since 0 mostly means “not reported”.',
  ),
  jobs_invalid: warning(
    'Number of jobs not usable',
    (f) => `${f.quoted('value')} is not a whole number of jobs. The employer was read without a size.`,
  ),
  legal_form_missing: warning('No legal form', () => 'The legal form is blank.'),
  legal_form_unknown: warning(
    'Legal form not known',
    (f) => `${f.quoted('value')} is no legal form that is known here. It was kept as it stands.`,
  ),
  phone_invalid: warning(
    'Telephone number not usable',
    (f) => `${f.quoted('value')} is no North American telephone number. It was left out.`,
  ),
  website_invalid: warning(
    'Website not usable',
    (f) => `${f.quoted('value')} is no web address. It was left out.`,
  ),
  time_zone_invalid: warning(
    'Time zone not known',
    (f) => `${f.quoted('value')} is no IANA time zone (such as America/Denver). The agency’s zone is used.`,
  ),

  // The contact
  email_missing: error(
    'Contact without e-mail',
    () => 'The contact has no e-mail address and was left out. Without one nobody can be asked.',
  ),
  email_invalid: error(
    'E-mail address not usable',
    (f) =>
      `${f.quoted('value')} is no plain e-mail address. The contact was left out; correct the address and import again.`,
  ),
  language_unknown: warning(
    'Language not offered',
    (f) => `${f.quoted('value')} is no language that is offered (English, Spanish). English is used.`,
  ),
  hiring_unknown: warning(
    'Hiring authority not clear',
    (f) => `${f.quoted('value')} is neither yes nor no. It was left open.`,
  ),
  contact_employer_missing: error(
    'Contact without employer',
    () =>
      'The row does not say whose contact this is. Fill in the employer’s id, FEIN, or name and ZIP. The contact was left out.',
  ),
  contact_employer_unmatched: error(
    'Employer of the contact not found',
    (f) =>
      `No employer matches ${f.text('by')}. Import the employer first, or correct the row. The contact was left out.`,
  ),
  contact_employer_ambiguous: error(
    'Several employers match the contact',
    (f) =>
      `${f.text('count')} employers match ${f.text('by')}. Add the employer’s id or FEIN to the row. The contact was left out.`,
  ),
  contact_at_other_employer: warning(
    'Contact known at another employer',
    (f) =>
      `This address already belongs to a contact of employer number ${f.text('employerId')} and stays there. If the person moved, change it on that employer’s page.`,
  ),
  contact_not_active: warning(
    'Contact no longer active',
    (f) =>
      `This contact is marked ${f.quoted('state')} and stays so. Make the contact active on the employer’s page if that has changed.`,
  ),
  contact_repeated: warning(
    'Contact repeated',
    (f) => `The same address stands on line ${f.text('otherLine')} already; this row changes nothing more.`,
  ),

  // Against what is there
  row_repeated: warning(
    'Row repeated',
    (f) => `The same employer stands on line ${f.text('otherLine')} already; this row changes nothing more.`,
  ),
  row_contradicts: warning(
    'Rows contradict each other',
    (f) =>
      `The same employer stands on line ${f.text('otherLine')} with a different ${f.text('fields')}. The earlier line was used.`,
  ),
  identity_conflict: error(
    'Two employers match',
    (f) =>
      `The ${f.text('first')} belongs to the employer ${f.text('firstId')}, the ${f.text('second')} to the employer ${f.text('secondId')}. Correct the row, or merge the two employers first. The row was left out.`,
  ),
  fein_differs: error(
    'Same id, other FEIN',
    (f) =>
      `The id belongs to the employer ${f.text('employerId')}, which has another FEIN. Correct the id or the FEIN. The row was left out.`,
  ),
  many_alike: warning(
    'Too many alike to compare',
    (f) =>
      `${f.text('count')} employers share the ${f.text('what')} ${f.quoted('value')} and were not proposed as duplicates of one another. Add FEINs to tell them apart.`,
  ),
} satisfies Record<string, IssueSpec>;

export type IssueCode = keyof typeof ISSUES;
export const ISSUE_CODES = Object.keys(ISSUES) as IssueCode[];

/** Makes the issue with its sentence. Values are quoted short and printable, so that a cell cannot fake a message. */
export function issueAt(
  line: number,
  column: string | null,
  code: IssueCode,
  facts: IssueFacts = {},
): ImportIssue {
  const text = (name: string) => String(facts[name] ?? '?');
  const { severity, message } = ISSUES[code];
  return {
    line,
    column,
    code,
    severity,
    message: message({ text, quoted: (name) => quotedValue(text(name)) }),
  };
}

export function issueTitle(code: string): string {
  return (ISSUES as Record<string, IssueSpec>)[code]?.title ?? code;
}

export function isIssueCode(code: string): code is IssueCode {
  return code in ISSUES;
}
