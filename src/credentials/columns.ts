import type { FieldSpec } from '../lib/csv-columns.ts';
import { parseCtid } from './rules.ts';

export const CREDENTIAL_FIELDS = [
  'name',
  'issuer',
  'issuer_website',
  'version',
  'ctid',
  'type',
  'cluster',
  'naics_prefixes',
  'vendor',
  'state',
  'url',
  'description',
] as const;
export type CredentialField = (typeof CREDENTIAL_FIELDS)[number];

/** What the columns of a list of credentials can hold. */
export const CREDENTIAL_FIELD_SPECS: readonly FieldSpec<CredentialField>[] = [
  {
    field: 'name',
    label: 'Name of the credential',
    required: true,
    names: [
      'name',
      'credential',
      'credential name',
      'certification',
      'certification name',
      'title',
      'industry recognized credential',
      'irc',
      'credential title',
    ],
  },
  {
    field: 'issuer',
    label: 'Issuer',
    required: true,
    names: [
      'issuer',
      'issuing organization',
      'issued by',
      'provider',
      'credential provider',
      'certifying body',
      'organization',
      'vendor name',
      'awarding body',
      'owner',
      'owned by',
      'issuing entity',
      'certifying organization',
    ],
  },
  {
    field: 'issuer_website',
    label: 'Website of the issuer',
    names: ['issuer website', 'issuer url', 'issuer domain', 'organization website', 'provider website'],
  },
  { field: 'version', label: 'Version', names: ['version', 'edition', 'level'] },
  {
    field: 'ctid',
    label: 'CTID',
    names: ['ctid', 'ce ctid', 'credential engine id', 'registry id'],
    looksLike: (value) => parseCtid(value) !== null,
    telling: true,
  },
  { field: 'type', label: 'Kind', names: ['type', 'credential type', 'kind'] },
  {
    field: 'cluster',
    label: 'Career Cluster',
    names: ['cluster', 'career cluster', 'career field', 'pathway', 'program area'],
  },
  {
    field: 'naics_prefixes',
    label: 'Industries (NAICS codes or prefixes)',
    names: [
      'naics',
      'naics prefixes',
      'naics codes',
      'naics code',
      'industries',
      'sectors',
      'sector',
      'industry',
    ],
  },
  {
    field: 'vendor',
    label: 'Tied to one vendor’s product',
    names: ['vendor', 'vendor specific', 'vendor credential', 'is vendor'],
  },
  { field: 'state', label: 'State that it is for', names: ['state', 'state code', 'jurisdiction'] },
  {
    field: 'url',
    label: 'Web page',
    names: ['url', 'link', 'web page', 'webpage', 'credential url', 'subject webpage', 'website'],
  },
  { field: 'description', label: 'Description', names: ['description', 'summary', 'about'] },
];
