import type { PageData } from '../http/views.ts';
import { naicsSector, naicsTitle } from '../lib/naics.ts';
import { CAREER_CLUSTERS } from './career-clusters.ts';
import { credentialPaths } from './paths.ts';
import type { CredentialWithIssuer } from './queries.ts';

export const PAGE_SIZE = 50;

const number = (value: number) => value.toLocaleString('en-US');

function pathWith(query: Record<string, string | number | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) search.set(name, String(value));
  const text = search.toString();
  return text ? `${credentialPaths.list}?${text}` : credentialPaths.list;
}

export function credentialsPage(facts: {
  filter: { text: string | null; cluster: string | null; page: number };
  rows: readonly CredentialWithIssuer[];
  total: number;
  importHref: string | null;
}): PageData {
  const { filter, rows, total } = facts;
  const { text, cluster, page } = filter;
  const from = (page - 1) * PAGE_SIZE;
  return {
    title: 'Credentials',
    filter,
    // Beyond the last page there is nothing either, but not for want of credentials.
    isFiltered: total > 0 || text !== null || cluster !== null,
    clusters: CAREER_CLUSTERS.map((name) => ({ value: name, text: name })),
    listHref: credentialPaths.list,
    importHref: facts.importHref,
    total,
    rows: rows.map((row) => ({
      href: credentialPaths.one(row.slug),
      name: row.version ? `${row.name} ${row.version}` : row.name,
      issuer: row.issuer.name,
      cluster: row.cluster || 'Not known',
      industries: row.naicsPrefixes.map(industryText).join('; ') || 'Any',
      isRetired: row.state === 'retired',
    })),
    pages: {
      previous: page > 1 ? pathWith({ text, cluster, page: page - 1 }) : null,
      next: from + PAGE_SIZE < total ? pathWith({ text, cluster, page: page + 1 }) : null,
      text: `${number(Math.min(from + 1, total))} to ${number(Math.min(from + PAGE_SIZE, total))} of ${number(total)}`,
    },
  };
}

/** "Construction (23)", "Offices of Dentists (621210)", "Health Care and Social Assistance (6212)". */
function industryText(prefix: string): string {
  return `${naicsTitle(prefix) ?? naicsSector(prefix) ?? 'Industry'} (${prefix})`;
}

export function credentialPage(credential: CredentialWithIssuer): PageData {
  const { issuer } = credential;
  const rows: [string, string][] = [
    ['Issuer', issuer.name],
    ['Issuer’s internet domain', issuer.domain ?? ''],
    ['Kind', credential.credentialType],
    ['Version', credential.version],
    ['Career Cluster (2024)', credential.cluster],
    [
      'Industries that hire for it (NAICS 2017)',
      credential.naicsPrefixes.map(industryText).join('; ') || 'Any',
    ],
    ['Tied to one vendor’s product', credential.vendorSpecific ? 'Yes' : 'No'],
    ['State', credential.stateCode ?? ''],
    ['CTID', credential.ctid ?? ''],
    ['Description', credential.description],
  ];
  return {
    title: credential.name,
    breadcrumbs: [{ href: credentialPaths.list, text: 'Credentials' }],
    rows: rows.filter(([, value]) => value !== '').map(([key, value]) => ({ key, value })),
    url: credential.url,
    storyHref: credentialPaths.story(credential.slug),
    isRetired: credential.state === 'retired',
  };
}
