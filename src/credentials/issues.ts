import {
  defineIssues,
  error,
  type ImportIssue as Issue,
  type IssueSpec,
  TABLE_ISSUES,
  warning,
} from '../imports/issues.ts';

/** Every oddity that an import of credentials can meet, with what it means and what to do. */
const ISSUES = {
  ...TABLE_ISSUES,
  file_not_json: error(
    'Not JSON-LD',
    (f) =>
      `The file cannot be read as JSON: ${f.text('problem')}. Download it again from where it was published.`,
  ),
  no_credentials: error(
    'No credentials',
    () =>
      'The file holds no credential with a name. Check that it is CTDL JSON-LD (ceterms:) and about credentials.',
  ),
  credential_name_missing: error('No name', () => 'The credential has no name. Fill it in. It was left out.'),
  issuer_missing: error(
    'No issuer',
    () =>
      'Nobody is named as the issuer. Without one, conflicts of interest cannot be found. Fill it in. The credential was left out.',
  ),
  ctid_invalid: warning(
    'CTID not valid',
    (f) =>
      `${f.quoted('value')} is no CTID (“ce-” and a version 4 UUID). The credential was read without it.`,
  ),
  ctid_conflict: error(
    'CTID of another credential',
    (f) =>
      `The CTID belongs to ${f.quoted('other')} already. Correct one of the two. The credential was left out.`,
  ),
  name_taken: error(
    'Name of another credential',
    (f) =>
      `By its CTID this is a known credential, and its new name, ${f.quoted('other')}, belongs to another one of the same issuer. Correct one of the two. The credential was left out.`,
  ),
  credential_repeated: warning(
    'Credential repeated',
    (f) => `The same credential stands on line ${f.text('otherLine')} already; this one was left out.`,
  ),
  cluster_unknown: warning(
    'Career Cluster not known',
    (f) =>
      `${f.quoted('value')} is not one of the 14 Career Clusters of 2024. The credential was read without a cluster.`,
  ),
  sector_unknown: warning(
    'Industry code not known',
    (f) => `${f.quoted('value')} is no NAICS 2017 code or prefix. It was left out.`,
  ),
  sectors_missing: warning(
    'No industries',
    () => 'No industry is named, so employers of every sector may be asked.',
  ),
  state_not_known: warning(
    'State not known',
    (f) => `${f.quoted('value')} is no USPS state code or state name. It was left out.`,
  ),
  web_address_invalid: warning(
    'Web address not usable',
    (f) => `${f.quoted('value')} is no web address. It was left out.`,
  ),
  vendor_unclear: warning(
    'Vendor not clear',
    (f) => `${f.quoted('value')} is neither yes nor no. The credential was read as not tied to a vendor.`,
  ),
  name_in_other_language: warning(
    'No English name',
    (f) => `The name is given in ${f.text('language')} only and was read from there.`,
  ),
} satisfies Record<string, IssueSpec>;

export type CredentialIssueCode = keyof typeof ISSUES;
export type CredentialIssue = Issue<CredentialIssueCode>;

export const {
  issueAt,
  codes: CREDENTIAL_ISSUE_CODES,
  titles: CREDENTIAL_ISSUE_TITLES,
} = defineIssues<CredentialIssueCode>(ISSUES);
