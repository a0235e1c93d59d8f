import type { ColumnMapping } from '../../imports/columns.ts';
import type { IssueFacts } from '../../imports/issues.ts';
import { type County, countyOfFips, findCounty, retiredCounty } from '../../lib/counties.ts';
import type { CsvRecord } from '../../lib/csv-read.ts';
import { isFormulaLike } from '../../lib/csv-write.ts';
import { isFreeMailDomain, parseMailAddress, websiteDomain } from '../../lib/mail-address.ts';
import { isNaicsPrefix, naicsTitle, retiredNaics } from '../../lib/naics.ts';
import { textKey, tidySpaces } from '../../lib/text-key.ts';
import { stateCode, stateOfZip, US_STATES } from '../../lib/us-postal.ts';
import type { ContactField, ImportField } from '../columns.ts';
import { type ImportIssue, type IssueCode, issueAt } from '../issues.ts';
import type { Language } from '../types.ts';
import { addressKey, employerNameKey, splitEmployerName } from './employer-name.ts';
import {
  cityKey,
  decodeEntities,
  isTimeZone,
  parseFein,
  parseJobs,
  parseLanguage,
  parseLegalForm,
  parsePhone,
  parseYesNo,
  parseZip,
} from './employer-values.ts';

/** An employer as a row states it. Blank or unusable values are null, and null never overwrites what is known. */
export type EmployerRow = {
  legalName: string;
  nameKey: string;
  dba: string | null;
  /** Other names the row gives: trade and former names. */
  aliases: { name: string; nameKey: string }[];
  fein: string | null;
  externalId: string | null;
  address: string | null;
  addressKey: string;
  city: string | null;
  state: string | null;
  zip: string | null;
  county: string | null;
  countyFips: string | null;
  region: string | null;
  phone: string | null;
  naicsCode: string | null;
  legalForm: string | null;
  jobs: number | null;
  timeZone: string | null;
  /** Domains of its own that the row names: of its website and its mail. */
  domains: string[];
  parent: { name: string; nameKey: string } | null;
  site: SiteRow | null;
};

export type SiteRow = {
  name: string;
  nameKey: string;
  address: string | null;
  city: string | null;
  state: string | null;
  zip: string | null;
  county: string | null;
  countyFips: string | null;
};

export type ContactRow = {
  name: string | null;
  email: string;
  emailKey: string;
  emailDomain: string;
  /** The address's domain when it tells something about the employer, else null. */
  ownDomain: string | null;
  title: string | null;
  phone: string | null;
  language: Language | null;
  hiringAuthority: boolean | null;
};

/** What of a row says whose contact it is. */
export type EmployerReference = {
  externalId: string | null;
  fein: string | null;
  name: string | null;
  nameKey: string | null;
  zip: string | null;
};

type RowReader = {
  has(field: ImportField): boolean;
  /** The tidy value, null when blank or not mapped. */
  text(field: ImportField): string | null;
  warn(field: ImportField | null, code: IssueCode, facts?: IssueFacts): void;
  issues: ImportIssue[];
};

/** How long a value may be; longer ones are no names or addresses but a broken file. */
const LONGEST_VALUE = 500;

/** Control characters but for tab and line breaks; those of Latin-1 are left to the check for double encoding. */
const CONTROL_CHARACTER = /[^\P{Cc}\t\r\n\u0080-\u009f]/u;

const FREE_TEXT: readonly ImportField[] = [
  'legal_name',
  'dba',
  'address',
  'city',
  'county',
  'region',
  'aliases',
  'parent',
  'site_name',
  'site_address',
  'site_city',
  'site_county',
  'legal_form',
  'contact_name',
  'contact_first_name',
  'contact_last_name',
  'contact_title',
];

/**
 * Opens a row: checks its shape and cells, and reads cells by field. Returns null for `reader` when the row cannot be
 * used at all; the issues say why.
 */
export function openRow(
  record: CsvRecord,
  headers: readonly string[],
  mapping: ColumnMapping,
): { reader: RowReader | null; issues: ImportIssue[] } {
  const issues: ImportIssue[] = [];
  const { line, cells } = record;
  const extra = cells.slice(headers.length).filter((cell) => cell.trim() !== '');
  if (extra.length > 0) {
    issues.push(issueAt(line, null, 'cells_extra', { cells: cells.length, columns: headers.length }));
    return { reader: null, issues };
  }
  if (cells.length < headers.length) {
    issues.push(issueAt(line, null, 'cells_missing', { cells: cells.length, columns: headers.length }));
  }
  const columnOf = new Map<ImportField, number>();
  for (const [index, field] of Object.entries(mapping)) {
    if (field) columnOf.set(field as ImportField, Number(index));
  }

  const values = new Map<ImportField, string>();
  let usable = true;
  for (const [field, index] of columnOf) {
    const header = headers[index] ?? null;
    const raw = cells[index] ?? '';
    const report = (code: IssueCode, facts: IssueFacts = {}) =>
      issues.push(issueAt(line, header, code, { value: raw, ...facts }));
    if (CONTROL_CHARACTER.test(raw)) {
      report('control_character');
      usable = false;
      continue;
    }
    if (raw.length > LONGEST_VALUE) {
      report('value_too_long', { length: raw.length, limit: LONGEST_VALUE });
      usable = false;
      continue;
    }
    values.set(field, tidyCell(raw, field, report));
  }
  if (!usable) return { reader: null, issues };
  const reader: RowReader = {
    issues,
    has: (field) => columnOf.has(field),
    text: (field) => values.get(field) || null,
    warn: (field, code, facts = {}) => {
      const header = field === null ? null : (headers[columnOf.get(field) ?? -1] ?? null);
      issues.push(issueAt(line, header, code, facts));
    },
  };
  return { reader, issues };
}

function tidyCell(
  raw: string,
  field: ImportField,
  report: (code: IssueCode, facts?: IssueFacts) => void,
): string {
  const trimmed = raw.trim();
  if (trimmed.includes('\uFFFD')) report('broken_character');
  if (/Ã[\u0080-\u00BF]|â€|Â[\u00A0-\u00BF]/.test(trimmed)) report('double_encoded');
  if (!FREE_TEXT.includes(field)) {
    if (/^[=@\t＝＠]/.test(trimmed)) report('formula_cell');
    return trimmed;
  }
  if (isFormulaLike(trimmed)) report('formula_cell');
  const decoded = decodeEntities(trimmed);
  if (decoded !== trimmed) report('html_entity', { read: tidySpaces(decoded) });
  if (/[^\S\r\n]{2,}/u.test(trimmed)) {
    report('extra_spaces', { value: trimmed.replace(/[^\S\r\n]{2,}/gu, (run) => '␣'.repeat(run.length)) });
  }
  return tidySpaces(decoded);
}

/** Reads an employer from a row, or null when the row names none. Every oddity is reported, none guessed away. */
export function readEmployer(row: RowReader): EmployerRow | null {
  const written = row.text('legal_name');
  if (!written) {
    row.warn('legal_name', 'name_missing');
    return null;
  }
  const { legal, dba: dbaInName, former } = splitEmployerName(written);
  if (dbaInName) row.warn('legal_name', 'name_has_dba', { value: written, legal, dba: dbaInName });
  if (former) row.warn('legal_name', 'name_has_former', { value: written, legal, former });
  const odd = /[@?;<>\\^~|\uFFFD]/.exec(legal)?.[0];
  if (odd && odd !== '\uFFFD') row.warn('legal_name', 'name_odd_character', { value: legal, character: odd });

  const nameKey = employerNameKey(legal);
  if (nameKey === '') {
    row.warn('legal_name', 'name_without_letters', { value: written });
    return null;
  }
  const dba = row.text('dba') ?? dbaInName;
  const aliases = [dba, former, ...listed(row.text('aliases'))]
    .filter((name): name is string => name !== null)
    .map((name) => ({ name, nameKey: employerNameKey(name) }))
    .filter(
      (alias, at, all) =>
        alias.nameKey !== nameKey && all.findIndex((other) => other.nameKey === alias.nameKey) === at,
    );

  const address = row.text('address');
  if (row.has('address')) {
    if (!address) row.warn('address', 'address_missing');
    else if (/\([^()]*\)/.test(address)) row.warn('address', 'address_note', { value: address });
  }
  const city = row.text('city');
  if (row.has('city') && !city) row.warn('city', 'city_missing');
  const state = readState(row);
  const zip = readZip(row, state);
  const zipState = zip && stateOfZip(zip);
  if (zip && state && zipState && zipState !== state) {
    row.warn('zip', 'zip_not_in_state', { zip, zipState: US_STATES[zipState], state: US_STATES[state] });
  }
  return {
    legalName: legal,
    nameKey,
    dba,
    aliases,
    fein: readWith(row, 'fein', parseFein, 'fein_invalid'),
    externalId: row.text('external_id'),
    address,
    addressKey: address ? addressKey(address) : '',
    city,
    state,
    zip,
    ...readCounty(row, state),
    region: row.text('region'),
    phone: readWith(row, 'phone', parsePhone, 'phone_invalid'),
    naicsCode: readNaics(row),
    legalForm: readLegalForm(row),
    jobs: readJobs(row),
    timeZone: readWith(row, 'time_zone', (text) => (isTimeZone(text) ? text : null), 'time_zone_invalid'),
    domains: readDomains(row),
    parent: readParent(row, nameKey),
    site: readSite(row, state),
  };
}

/** What stands in one cell, parted by semicolons. */
function listed(text: string | null): string[] {
  return (text ?? '').split(';').map(tidySpaces).filter(Boolean);
}

/** A county by its code, else by its name; the name as the code's list writes it, so that two writings are one county. */
function readCounty(
  row: RowReader,
  state: string | null,
): { county: string | null; countyFips: string | null } {
  const written = row.text('county');
  const code = readCountyFips(row, state);
  if (code) return { county: code.name, countyFips: code.fips };
  return countyNamed(row, 'county', state, written);
}

function countyNamed(row: RowReader, field: ImportField, state: string | null, written: string | null) {
  const found = written && state ? findCounty(state, written) : null;
  if (written && state && !found) row.warn(field, 'county_unknown', { value: written, state });
  return found ? { county: found.name, countyFips: found.fips } : { county: written, countyFips: null };
}

function readCountyFips(row: RowReader, state: string | null): County | null {
  const text = row.text('county_fips');
  if (!text) return null;
  // Spreadsheets drop leading zeros here as well.
  const code = text.replace(/\.0+$/, '').padStart(5, '0');
  const county = countyOfFips(code);
  if (county && (!state || county.state === state)) return county;
  const retired = retiredCounty(code);
  if (county) {
    row.warn('county_fips', 'county_fips_elsewhere', {
      value: text,
      county: `${county.name}, ${county.state}`,
      state: state ?? '',
    });
  } else if (retired) {
    const advice = retired.now
      ? `Its successor is ${retired.now} (${countyOfFips(retired.now)?.name}): write that.`
      : 'It was split since: choose the code of 2022 that fits.';
    row.warn('county_fips', 'county_fips_retired', { value: text, meant: retired.name, advice });
  } else row.warn('county_fips', 'county_fips_invalid', { value: text });
  return null;
}

function readDomains(row: RowReader): string[] {
  const website = ownDomain(readWith(row, 'website', websiteDomain, 'website_invalid'));
  const named = listed(row.text('email_domains')).flatMap((text) => {
    const domain = websiteDomain(text.replace(/^@/, ''));
    if (domain === null) row.warn('email_domains', 'website_invalid', { value: text });
    else if (isFreeMailDomain(domain)) row.warn('email_domains', 'domain_of_free_mail', { value: domain });
    else return [domain];
    return [];
  });
  return [...new Set([...(website === null ? [] : [website]), ...named])];
}

/** The parent's name alone. A record that names itself has no parent. */
function readParent(row: RowReader, nameKey: string): EmployerRow['parent'] {
  const name = row.text('parent');
  if (!name) return null;
  const parent = { name, nameKey: employerNameKey(name) };
  return parent.nameKey === '' || parent.nameKey === nameKey ? null : parent;
}

function readSite(row: RowReader, employerState: string | null): SiteRow | null {
  const name = row.text('site_name');
  const place = ['site_address', 'site_city', 'site_state', 'site_zip', 'site_county'] as const;
  if (!name) {
    if (place.some((field) => row.text(field))) row.warn('site_name', 'site_unnamed');
    return null;
  }
  const state = readWith(row, 'site_state', stateCode, 'state_unknown');
  return {
    name,
    nameKey: textKey(name),
    address: row.text('site_address'),
    city: row.text('site_city'),
    state,
    zip: readWith(row, 'site_zip', (text) => parseZip(text)?.zip ?? null, 'zip_invalid'),
    ...countyNamed(row, 'site_county', state ?? employerState, row.text('site_county')),
  };
}

function readWith<T>(
  row: RowReader,
  field: ImportField,
  parse: (text: string) => T | null,
  code: IssueCode,
): T | null {
  const text = row.text(field);
  if (!text) return null;
  const value = parse(text);
  if (value === null) row.warn(field, code, { value: text });
  return value;
}

function readState(row: RowReader): string | null {
  const state = readWith(row, 'state', stateCode, 'state_unknown');
  if (row.has('state') && !row.text('state')) row.warn('state', 'state_missing');
  return state;
}

function readZip(row: RowReader, state: string | null): string | null {
  const text = row.text('zip');
  if (!text) {
    if (row.has('zip')) row.warn('zip', 'zip_missing');
    return null;
  }
  const parsed = parseZip(text);
  // A digit may be missing at the front or at the end: the state says which.
  const misses = parsed?.restored && state !== null && stateOfZip(parsed.zip) !== state;
  if (!parsed || misses) {
    row.warn('zip', 'zip_invalid', { value: text });
    return null;
  }
  if (parsed.restored) row.warn('zip', 'zip_zero_restored', { value: text, read: parsed.zip });
  return parsed.zip;
}

function readNaics(row: RowReader): string | null {
  const text = row.text('naics_code');
  if (!text) {
    if (row.has('naics_code')) row.warn('naics_code', 'naics_missing');
    return null;
  }
  const code = text.replace(/\.0+$/, '').replace(/\s/g, '');
  if (isNaicsPrefix(code)) {
    if (code.length < 6) row.warn('naics_code', 'naics_short', { value: text });
    return code;
  }
  if (/^99\d{0,4}$/.test(code)) {
    row.warn('naics_code', 'naics_unclassified', { value: text });
    return null;
  }
  const retired = retiredNaics(code);
  if (!retired) {
    row.warn('naics_code', 'naics_unknown', { value: text });
    return null;
  }
  const advice = retired.now
    ? `Its successor is ${retired.now} (${naicsTitle(retired.now)}): write that if it fits.`
    : 'It was split since: choose the code of 2017 that fits.';
  row.warn('naics_code', 'naics_retired', { value: text, meant: retired.meant, advice });
  return null;
}

function readLegalForm(row: RowReader): string | null {
  const text = row.text('legal_form');
  if (!text) {
    if (row.has('legal_form')) row.warn('legal_form', 'legal_form_missing');
    return null;
  }
  const form = parseLegalForm(text);
  if (!form) row.warn('legal_form', 'legal_form_unknown', { value: text });
  return form ?? text;
}

function readJobs(row: RowReader): number | null {
  if (row.has('jobs') && !row.text('jobs')) row.warn('jobs', 'jobs_missing');
  const jobs = readWith(row, 'jobs', parseJobs, 'jobs_invalid');
  if (jobs === 0) row.warn('jobs', 'jobs_zero');
  return jobs;
}

/** Reads the contact of a row, or null when there is none or its address cannot be used. */
export function readContact(row: RowReader): ContactRow | null {
  const fields: readonly ContactField[] = [
    'contact_email',
    'contact_name',
    'contact_first_name',
    'contact_last_name',
  ];
  const text = row.text('contact_email');
  if (!text) {
    const named = fields.some((field) => row.text(field));
    // A list of employers may name people whose address is not known; a list of contacts must give it.
    if (named || !row.has('legal_name')) row.warn('contact_email', 'email_missing');
    return null;
  }
  const address = parseMailAddress(text);
  if (!address) {
    row.warn('contact_email', 'email_invalid', { value: text });
    return null;
  }
  const parts = [row.text('contact_first_name'), row.text('contact_last_name')].filter(
    (part) => part !== null,
  );
  const language = readWith(row, 'contact_language', parseLanguage, 'language_unknown');
  return {
    name: row.text('contact_name') ?? (parts.length > 0 ? parts.join(' ') : null),
    email: address.email,
    emailKey: address.key,
    emailDomain: address.domain,
    ownDomain: ownDomain(address.domain),
    title: row.text('contact_title'),
    phone: readWith(row, 'contact_phone', parsePhone, 'phone_invalid'),
    language,
    hiringAuthority: readWith(row, 'contact_hiring', parseYesNo, 'hiring_unknown'),
  };
}

/** A domain that says something about its employer: not one where anybody has an address. */
function ownDomain(domain: string | null): string | null {
  if (!domain) return null;
  const bare = domain.replace(/^www\./, '');
  return isFreeMailDomain(bare) ? null : bare;
}

/** Whose contact the row is, or null when it does not say. */
export function readEmployerReference(row: RowReader): EmployerReference | null {
  const written = row.text('legal_name');
  const name = written ? splitEmployerName(written).legal : null;
  const reference = {
    externalId: row.text('external_id'),
    fein: readWith(row, 'fein', parseFein, 'fein_invalid'),
    name,
    nameKey: name ? employerNameKey(name) : null,
    zip: readWith(row, 'zip', (text) => parseZip(text)?.zip ?? null, 'zip_invalid'),
  };
  if (!reference.externalId && !reference.fein && !(reference.nameKey && reference.zip)) {
    row.warn(null, 'contact_employer_missing');
    return null;
  }
  return reference;
}

type CityCount = { city: string; count: number; firstLine: number };

/**
 * Notices cities that stand out among the rows of their ZIP code: a rare writing beside a usual one, or two that
 * contradict each other. It keeps one count for each ZIP and city, not the rows.
 */
export function createCityCheck() {
  const byZip = new Map<string, Map<string, CityCount>>();
  return {
    add(line: number, city: string | null, zip: string | null): void {
      if (!city || !zip) return;
      let cities = byZip.get(zip);
      if (!cities) {
        cities = new Map();
        byZip.set(zip, cities);
      }
      const key = cityKey(city);
      const known = cities.get(key);
      if (known) known.count += 1;
      else cities.set(key, { city, count: 1, firstLine: line });
    },
    finish(column: string | null): ImportIssue[] {
      const issues: ImportIssue[] = [];
      for (const [zip, cities] of byZip) {
        if (cities.size < 2) continue;
        const [usual, ...others] = [...cities.values()].sort(
          (a, b) => b.count - a.count || a.firstLine - b.firstLine,
        );
        if (!usual) continue;
        for (const other of others) {
          if (other.count * 9 < usual.count) {
            const facts = { value: other.city, zip, usual: usual.city };
            issues.push(issueAt(other.firstLine, column, 'city_unlike_zip', facts));
          } else if (other.count === 1 && usual.count === 1) {
            const facts = { value: other.city, zip, other: usual.city, otherLine: usual.firstLine };
            issues.push(issueAt(other.firstLine, column, 'city_disputed', facts));
          }
        }
      }
      return issues.sort((a, b) => a.line - b.line);
    },
  };
}
