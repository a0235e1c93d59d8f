import type { PageData } from '../http/views.ts';
import { employerPaths } from './paths.ts';
import type { EmployerRecord, SiteRecord } from './queries.ts';

export function editEmployerPage(employer: EmployerRecord): PageData {
  return {
    title: `Change ${employer.legalName}`,
    breadcrumbs: [
      { href: employerPaths.list, text: 'Employers' },
      { href: employerPaths.employer(employer.id), text: employer.legalName },
    ],
    action: employerPaths.edit(employer.id),
    cancelHref: employerPaths.employer(employer.id),
    seenAt: employer.updatedAt.toISOString(),
    employer: {
      ...employer,
      fein: employer.fein ? `${employer.fein.slice(0, 2)}-${employer.fein.slice(2)}` : '',
      dba: employer.dba ?? '',
      aliases: employer.aliases.filter((alias) => alias !== employer.dba).join('\n'),
      domains: employer.domains.join('\n'),
      parent: employer.group?.name ?? '',
      jobs: employer.jobs ?? '',
      naicsCode: employer.naicsCode ?? '',
      timeZone: employer.timeZone ?? '',
    },
  };
}

export function sitePage(employer: EmployerRecord, site: SiteRecord | null): PageData {
  const blank = { name: '', address: '', city: '', state: employer.state, zip: '', county: '', region: '' };
  return {
    title: site ? `Change the site ${site.name}` : 'Add a site',
    breadcrumbs: [
      { href: employerPaths.list, text: 'Employers' },
      { href: employerPaths.employer(employer.id), text: employer.legalName },
    ],
    employerName: employer.legalName,
    action: site ? employerPaths.site(employer.id, site.id) : employerPaths.newSite(employer.id),
    closeAction: site && site.closedAt === null ? employerPaths.closeSite(employer.id, site.id) : null,
    isClosed: site !== null && site.closedAt !== null,
    cancelHref: employerPaths.employer(employer.id),
    site: site ?? blank,
  };
}
