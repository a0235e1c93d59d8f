import {
  defineIssues,
  error,
  type ImportIssue as Issue,
  type IssueSpec,
  TABLE_ISSUES,
  warning,
} from '../imports/issues.ts';

/** Every oddity that an import of employers or contacts can meet, with what it means and what to do. */
const ISSUES = {
  ...TABLE_ISSUES,

  // The employer
  name_missing: error('No name', () => 'The row names no employer. Fill in the name. The row was left out.'),
  name_without_letters: error(
    'No letters in the name',
    (f) =>
      `${f.quoted('value')} has no letter or digit that could tell one employer from another. Correct the name. The row was left out.`,
  ),
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
  county_unknown: warning(
    'County not known',
    (f) =>
      `${f.quoted('value')} is no county of ${f.text('state')}. It was kept as it stands and has no FIPS code; policies count it as a county of its own.`,
  ),
  county_fips_invalid: warning(
    'County code not usable',
    (f) =>
      `${f.quoted('value')} is no FIPS code of a county in the vintage of 2022. The employer was read without it.`,
  ),
  county_fips_retired: warning(
    'County code of an earlier vintage',
    (f) =>
      `${f.quoted('value')} (${f.text('meant')}) is of an earlier vintage than 2022. The employer was read without it. ${f.text('advice')}`,
  ),
  county_fips_elsewhere: warning(
    'County code of another state',
    (f) =>
      `${f.quoted('value')} is ${f.text('county')}, the row says ${f.text('state')}. The employer was read without it; check which is right.`,
  ),
  domain_of_free_mail: warning(
    'Domain of free mail',
    (f) =>
      `At ${f.quoted('value')} anybody can have an address, so it says nothing about an employer. It was left out.`,
  ),
  site_unnamed: warning(
    'Site without a name',
    () =>
      'The row says where a site is and not what it is called. Fill in a name for it. The site was left out.',
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
export type ImportIssue = Issue<IssueCode>;

export const { issueAt, codes: ISSUE_CODES, titles: ISSUE_TITLES } = defineIssues<IssueCode>(ISSUES);
