import type { ColumnMapping } from '../imports/columns.ts';
import type { CsvRecord } from '../lib/csv-read.ts';
import { isFormulaLike } from '../lib/csv-write.ts';
import { websiteDomain } from '../lib/mail-address.ts';
import { textKey, tidySpaces } from '../lib/text-key.ts';
import { stateCode } from '../lib/us-postal.ts';
import { CREDENTIAL_FIELD_SPECS, type CredentialField } from './columns.ts';
import { type CredentialIssue, type CredentialIssueCode, issueAt } from './issues.ts';
import { type CredentialRow, parseCluster, parseCtid, parseNaicsPrefixes, parseWebAddress } from './rules.ts';

/** Names are indexed, and an index takes no long ones; what is longer is no name but a broken file. */
const LONGEST: Partial<Record<CredentialField, number>> = {
  name: 300,
  issuer: 300,
  version: 100,
  description: 20_000,
};
const LONGEST_VALUE = 2_000;
/** Control characters but for tab and line breaks, and halves of characters, which JSON can write. */
const UNPRINTABLE = /[^\P{Cc}\t\r\n\u0080-\u009f]|\p{Cs}/u;

/** What a file says of one credential, before it is checked; the two readers (CSV and JSON-LD) fill it. */
export type RawCredential = { line: number } & Partial<Record<CredentialField, string>>;

type Reported = { row: CredentialRow | null; issues: CredentialIssue[] };

/** Checks what a file says of a credential. `columnOf` names the place of a field for the person who mends it. */
export function readCredential(
  raw: RawCredential,
  columnOf: (field: CredentialField) => string | null,
): Reported {
  const issues: CredentialIssue[] = [];
  const report = (
    field: CredentialField | null,
    code: CredentialIssueCode,
    facts: Record<string, string | number> = {},
  ) => issues.push(issueAt(raw.line, field && columnOf(field), code, facts));
  const text = (field: CredentialField) => tidySpaces(raw[field] ?? '');
  const parsed = <T>(
    field: CredentialField,
    parse: (value: string) => T | null,
    code: CredentialIssueCode,
  ): T | null => {
    const value = text(field);
    if (value === '') return null;
    const result = parse(value);
    if (result === null) report(field, code, { value });
    return result;
  };

  for (const [field, limit] of CREDENTIAL_FIELD_SPECS.map(
    (spec) => [spec.field, LONGEST[spec.field] ?? LONGEST_VALUE] as const,
  )) {
    const value = raw[field] ?? '';
    if (UNPRINTABLE.test(value)) report(field, 'control_character', { value });
    else if (value.length > limit) report(field, 'value_too_long', { length: value.length, limit });
  }
  if (issues.length > 0) return { row: null, issues };
  const [name, issuer] = [text('name'), text('issuer')];
  // Punctuation alone names nothing: all such names would be one.
  if (textKey(name) === '') report('name', 'credential_name_missing');
  else if (textKey(issuer) === '') report('issuer', 'issuer_missing');
  if (issues.length > 0) return { row: null, issues };
  if (isFormulaLike(name)) report('name', 'formula_cell', { value: name });

  const sectors = parseNaicsPrefixes(text('naics_prefixes'));
  for (const value of sectors.unknown) report('naics_prefixes', 'sector_unknown', { value });
  if (sectors.prefixes.length === 0 && columnOf('naics_prefixes') !== null)
    report('naics_prefixes', 'sectors_missing');
  const website = text('issuer_website');
  const issuerDomain = parsed('issuer_website', websiteDomain, 'web_address_invalid');
  const row: CredentialRow = {
    line: raw.line,
    name,
    nameKey: textKey(name),
    version: text('version'),
    issuer,
    issuerKey: textKey(issuer),
    issuerWebsite:
      issuerDomain === null ? null : /^https?:\/\//i.test(website) ? website : `https://${website}`,
    issuerDomain,
    ctid: parsed('ctid', parseCtid, 'ctid_invalid'),
    credentialType: text('type') || null,
    cluster: parsed('cluster', parseCluster, 'cluster_unknown'),
    naicsPrefixes: sectors.prefixes.length > 0 ? sectors.prefixes : null,
    vendorSpecific: parsed('vendor', parseYesNo, 'vendor_unclear'),
    stateCode: parsed('state', stateCode, 'state_not_known'),
    url: parsed('url', parseWebAddress, 'web_address_invalid'),
    description: text('description') || null,
  };
  return { row, issues };
}

function parseYesNo(text: string): boolean | null {
  const key = textKey(text);
  if (['yes', 'y', 'true', '1', 'x'].includes(key)) return true;
  return ['no', 'n', 'false', '0'].includes(key) ? false : null;
}

/** One row of a CSV list of credentials. */
export function readCredentialCells(
  record: CsvRecord,
  headers: readonly string[],
  mapping: ColumnMapping,
): Reported {
  const { line, cells } = record;
  if (cells.slice(headers.length).some((cell) => cell.trim() !== '')) {
    return {
      row: null,
      issues: [issueAt(line, null, 'cells_extra', { cells: cells.length, columns: headers.length })],
    };
  }
  const issues: CredentialIssue[] = [];
  if (cells.length < headers.length) {
    issues.push(issueAt(line, null, 'cells_missing', { cells: cells.length, columns: headers.length }));
  }
  const raw: RawCredential = { line };
  const header = new Map<CredentialField, string>();
  for (const [index, field] of Object.entries(mapping) as [string, CredentialField | null][]) {
    if (!field) continue;
    const value = cells[Number(index)] ?? '';
    const column = headers[Number(index)] ?? '';
    header.set(field, column);
    if (value.includes('\uFFFD')) issues.push(issueAt(line, column, 'broken_character', { value }));
    raw[field] = value;
  }
  const read = readCredential(raw, (field) => header.get(field) ?? null);
  return { row: read.row, issues: [...issues, ...read.issues] };
}
