import type { PageData } from '../http/views.ts';
import { NAICS_SECTORS, naicsSector, naicsTitle } from '../lib/naics.ts';
import { SIZE_BANDS } from './audience.ts';
import type { DecisionAgainst, IdentityRequest } from './identity-queries.ts';
import { employerPaths, importPaths, withQuery } from './paths.ts';
import type {
  ContactRecord,
  EmployerFilter,
  EmployerListRow,
  EmployerRecord,
  ProposalRow,
  Relative,
  SiteRecord,
} from './queries.ts';
import { type DuplicateReason, strengthOf } from './rules/duplicates.ts';
import { unscopedId } from './rules/external-id.ts';
import type { ContactState, CountChanges, DuplicateState, EmployerTouches } from './types.ts';

export const PAGE_SIZE = 50;

/** Addresses of the neighbouring pages, and where one is. */
export function pagesOf(total: number, page: number, href: (page: number) => string, size = PAGE_SIZE) {
  const from = (page - 1) * size;
  return {
    previous: page > 1 && total > 0 ? href(page - 1) : null,
    next: from + size < total ? href(page + 1) : null,
    text:
      total === 0
        ? ''
        : `${number(Math.min(from + 1, total))} to ${number(Math.min(from + size, total))} of ${number(total)}`,
  };
}

const number = (value: number) => value.toLocaleString('en-US');
const jobsText = (jobs: number | null) => (jobs ? number(jobs) : 'Not known');
const placeOf = (row: { city: string; state: string; zip: string }) =>
  [[row.city, row.state].filter(Boolean).join(', '), row.zip].filter(Boolean).join(' ') || 'Not known';

export function industryText(code: string | null): string {
  if (!code) return 'Not known';
  return `${naicsTitle(code) ?? naicsSector(code) ?? 'Industry'} (${code})`;
}

export function employersPage(facts: {
  filter: EmployerFilter & { page: number };
  rows: readonly EmployerListRow[];
  total: number;
  openProposals: number;
  mayImport: boolean;
}): PageData {
  const { filter, rows, total } = facts;
  const { page, ...kept } = filter;
  return {
    title: 'Employers',
    filter,
    // Beyond the last page there is nothing either, but not for want of employers.
    isFiltered: total > 0 || Object.values(kept).some((value) => value !== null),
    sectors: NAICS_SECTORS.map(({ prefixes, title }) => ({ value: prefixes[0], text: title })),
    sizes: Object.entries(SIZE_BANDS).map(([value, { text }]) => ({ value, text })),
    rows: rows.map((row) => ({
      href: employerPaths.employer(row.id),
      name: row.legalName,
      dba: row.dba,
      place: placeOf(row),
      industry: industryText(row.naicsCode),
      jobs: jobsText(row.jobs),
      contacts: number(row.contacts),
      hasOpenProposal: row.hasOpenProposal,
    })),
    total,
    listHref: employerPaths.list,
    duplicatesHref: employerPaths.duplicates,
    openProposals: facts.openProposals,
    importHref: facts.mayImport ? importPaths.create : null,
    pages: pagesOf(total, page, (to) => withQuery(employerPaths.list, { ...kept, page: to })),
  };
}

const CONTACT_STATE_WORDS: Record<ContactState, string> = {
  active: 'Active',
  left: 'Left the employer',
  wrong_role: 'Not the right person',
};
const LANGUAGE_WORDS = { en: 'English', es: 'Spanish' };

export function employerPage(facts: {
  employer: EmployerRecord;
  survivor: { id: number; legalName: string } | null;
  members: readonly { id: number; legalName: string; city: string; mergedIntoId: number | null }[];
  contacts: readonly ContactRecord[];
  proposals: readonly ProposalRow[];
  touches: EmployerTouches;
  sites: readonly SiteRecord[];
  groupMembers: readonly Relative[];
  relatives: readonly Relative[];
  mayChange: boolean;
}): PageData {
  const { employer, sites } = facts;
  const siteItems = sites
    .filter(({ closedAt }) => closedAt === null)
    .map(({ id, name }) => ({ value: id, text: name }));
  const others = facts.members.filter((member) => member.id !== employer.id);
  return {
    title: employer.legalName,
    breadcrumbs: [{ href: employerPaths.list, text: 'Employers' }],
    rows: summaryOf(employer),
    // A page of the evidence feature, which employers know nothing else of.
    conflictsHref: `/staff/conflicts?employer=${employer.id}`,
    enterHref: `/staff/submissions/new?employer=${employer.id}`,
    survivor: facts.survivor && {
      href: employerPaths.employer(facts.survivor.id),
      name: facts.survivor.legalName,
    },
    others: others.map((member) => ({
      href: employerPaths.employer(member.id),
      name: member.legalName,
      city: member.city,
      because: member.mergedIntoId === null ? 'Possible duplicate, not decided' : 'Merged',
    })),
    editHref: facts.mayChange ? employerPaths.edit(employer.id) : null,
    group: employer.group,
    groupMembers: facts.groupMembers.map((one) => ({
      href: employerPaths.employer(one.id),
      name: one.legalName,
      city: one.city,
    })),
    relatives: facts.relatives.map((one) => ({
      href: employerPaths.employer(one.id),
      name: one.legalName,
      city: one.city,
      domain: one.domain,
    })),
    sites: sites.map((site) => ({
      name: site.name,
      where: [site.address, placeOf(site)].filter((part) => part && part !== 'Not known').join(', '),
      county: site.county,
      contacts: number(site.contacts),
      isClosed: site.closedAt !== null,
      href: facts.mayChange ? employerPaths.site(employer.id, site.id) : null,
    })),
    newSiteHref: facts.mayChange ? employerPaths.newSite(employer.id) : null,
    hasSites: siteItems.length > 0,
    duplicateOfAction: facts.mayChange && !facts.survivor ? employerPaths.duplicateOf(employer.id) : null,
    contacts: facts.contacts.map((contact) => ({
      id: contact.id,
      site: sites.find(({ id }) => id === contact.siteId)?.name ?? '',
      siteAction:
        facts.mayChange && siteItems.length > 0 ? employerPaths.placeContact(employer.id, contact.id) : null,
      siteField: `site-${contact.id}`,
      siteItems: siteItems.map((item) => ({ ...item, selected: item.value === contact.siteId })),
      name: contact.name || contact.email,
      email: contact.email,
      title: contact.title,
      language: LANGUAGE_WORDS[contact.language],
      hiring: contact.hiringAuthority === null ? 'Not known' : contact.hiringAuthority ? 'Yes' : 'No',
      state: CONTACT_STATE_WORDS[contact.state],
      isActive: contact.state === 'active',
      action: facts.mayChange ? employerPaths.contact(employer.id, contact.id) : null,
    })),
    touches: facts.touches,
    proposals: facts.proposals.map((row) => proposalSummary(row, employer.id)),
    addContactsHref: facts.mayChange ? importPaths.create : null,
  };
}

function summaryOf(employer: EmployerRecord) {
  const rows: [string, string][] = [
    ['Trade name', employer.dba ?? ''],
    ['Also known as', employer.aliases.filter((alias) => alias !== employer.dba).join('; ')],
    ['Address', [employer.address, placeOf(employer)].filter(Boolean).join(', ')],
    [
      'County',
      [employer.county, employer.countyFips && `FIPS ${employer.countyFips}`].filter(Boolean).join(', '),
    ],
    ['Region', employer.region],
    ['Parent company', employer.group?.name ?? ''],
    ['Industry', industryText(employer.naicsCode)],
    ['Jobs', jobsText(employer.jobs)],
    ['Legal form', employer.legalForm],
    [
      'Federal employer number',
      employer.fein ? `${employer.fein.slice(0, 2)}-${employer.fein.slice(2)}` : '',
    ],
    ['Id in the agency’s system', employer.externalId ? unscopedId(employer.externalId) : ''],
    ['Telephone', employer.phone],
    ['Internet domains', employer.domains.join(', ')],
    ['Time zone', employer.timeZone ?? ''],
    ['Record number', String(employer.id)],
  ];
  return rows.filter(([, value]) => value !== '').map(([key, value]) => ({ key, value }));
}

/** Reasons in words, for the person who decides. */
export function reasonText(reason: DuplicateReason): string {
  switch (reason.code) {
    case 'same_name':
      return 'Same name, legal form and punctuation aside';
    case 'same_other_name':
      return 'A trade or former name of one is a name of the other';
    case 'similar_name':
      return 'Names differ only by what may be slips of the pen';
    case 'name_contained':
      return 'One name holds every word of the other';
    case 'same_address':
      return 'Same address';
    case 'same_zip':
      return 'Same ZIP code';
    case 'same_city':
      return 'Same city';
    case 'same_domain':
      return `Same internet domain, ${reason.domain ?? ''}`;
    case 'same_phone':
      return 'Same telephone number';
    case 'named_by_staff':
      return 'Named by a member of staff';
  }
}

/** How much one sign says. */
function signText({ weight }: DuplicateReason): string {
  if (weight >= 0.5) return 'strong sign';
  return weight >= 0.25 ? 'some sign' : 'weak sign';
}

const STRENGTHS = {
  very_likely: { text: 'Very likely', kind: 'active' },
  likely: { text: 'Likely', kind: 'short' },
  possible: { text: 'Possible', kind: 'quiet' },
} as const;

const PROPOSAL_STATE_WORDS: Record<DuplicateState, string> = {
  open: 'To decide',
  merged: 'Same employer',
  distinct: 'Different employers',
};

function proposalSummary(row: ProposalRow, seenFrom: number | null = null) {
  const other = seenFrom === row.bId ? row.aName : row.bName;
  return {
    href: employerPaths.duplicate(row.id),
    a: row.aName,
    b: row.bName,
    other,
    cities: [...new Set([row.aCity, row.bCity].filter(Boolean))].join(' and '),
    reasons: row.reasons.map(reasonText),
    strength: STRENGTHS[strengthOf(row.score)],
    state: PROPOSAL_STATE_WORDS[row.state],
    isOpen: row.state === 'open',
    decidedAt: row.decidedAt,
    decidedBy: row.decidedByName,
  };
}

/** What could not be done, or was done before, is no success. */
const NO_SUCCESS: ReadonlySet<string> = new Set(['known']);

const NOTICES: Readonly<Record<string, string>> = {
  merged: 'The two records are one employer now and count once.',
  distinct: 'The two records are two employers and count as two.',
  reopened: 'The decision is taken back. Until it is decided anew, both count once.',
  requested: 'Asked. Nothing changes until another person confirms it.',
  withdrawn: 'The request is taken back. The decision stands.',
  known: 'These two records were compared before. This is what was decided.',
  named: 'From now on the two records count once, until it is decided whether they are the same.',
  edited: 'The employer is changed, and the counts that it touches are taken again.',
  site: 'The site is saved.',
  closed: 'The site is closed. Who worked there keeps it.',
  placed: 'The contact’s site is saved.',
  contact: 'The contact was changed.',
};

export function noticeOf(done: string | null): PageData['notice'] {
  const text = done === null ? undefined : NOTICES[done];
  if (done === null || text === undefined) return null;
  return { kind: NO_SUCCESS.has(done) ? 'info' : 'success', text };
}

export function duplicatesPage(facts: {
  show: 'open' | 'decided';
  page: number;
  rows: readonly ProposalRow[];
  counts: { open: number; decided: number };
}): PageData {
  const { show, page, counts } = facts;
  const href = (to: 'open' | 'decided') =>
    withQuery(employerPaths.duplicates, { show: to === 'open' ? null : to });
  return {
    title: 'Possible duplicates',
    breadcrumbs: [{ href: employerPaths.list, text: 'Employers' }],
    tabs: [
      { href: href('open'), text: `To decide (${number(counts.open)})`, current: show === 'open' },
      { href: href('decided'), text: `Decided (${number(counts.decided)})`, current: show === 'decided' },
    ],
    showsOpen: show === 'open',
    rows: facts.rows.map((row) => proposalSummary(row)),
    pages: pagesOf(counts[show], page, (to) =>
      withQuery(employerPaths.duplicates, { show: show === 'open' ? null : show, page: to }),
    ),
  };
}

export function duplicatePage(facts: {
  proposal: ProposalRow;
  a: EmployerRecord;
  b: EmployerRecord;
  contacts: { a: number; b: number };
  viewer: { id: number; mayDecide: boolean };
  request: IdentityRequest | null;
  against: readonly DecisionAgainst[];
  /** What each decision that can be made now would do to the counts. */
  counts: { merge?: CountChanges; distinct?: CountChanges; reopen?: CountChanges };
}): PageData {
  const { proposal, a, b, request, against, counts, viewer } = facts;
  const compared: [string, string, string][] = [
    ['Trade name', a.dba ?? '', b.dba ?? ''],
    ['Also known as', a.aliases.join('; '), b.aliases.join('; ')],
    ['Address', a.address, b.address],
    ['City, state, ZIP', placeOf(a), placeOf(b)],
    ['County', a.county, b.county],
    ['Parent company', a.group?.name ?? '', b.group?.name ?? ''],
    ['Industry', industryText(a.naicsCode), industryText(b.naicsCode)],
    ['Jobs', jobsText(a.jobs), jobsText(b.jobs)],
    ['Legal form', a.legalForm, b.legalForm],
    ['Federal employer number', a.fein ?? '', b.fein ?? ''],
    ['Telephone', a.phone, b.phone],
    ['Internet domains', a.domains.join(', '), b.domains.join(', ')],
    ['Contacts', number(facts.contacts.a), number(facts.contacts.b)],
  ];
  const open = proposal.state === 'open';
  return {
    title: 'Are these the same employer?',
    breadcrumbs: [
      { href: employerPaths.list, text: 'Employers' },
      { href: employerPaths.duplicates, text: 'Possible duplicates' },
    ],
    strength: STRENGTHS[strengthOf(proposal.score)],
    percent: Math.round(proposal.score * 100),
    reasons: proposal.reasons.map((reason) => `${reasonText(reason)} (${signText(reason)})`),
    sharedParent: a.group && a.group.id === b.group?.id ? a.group.name : null,
    against: against.map((decision) => ({
      href: employerPaths.duplicate(decision.proposalId),
      text: `${decision.aName} and ${decision.bName}`,
      by: decision.decidedBy,
      at: decision.decidedAt,
    })),
    counts: [
      counts.merge && { title: 'If they are the same employer', ...countChanges(counts.merge) },
      counts.distinct && { title: 'If they are different employers', ...countChanges(counts.distinct) },
      counts.reopen && {
        title: 'If the decision is taken back, until it is decided anew',
        ...countChanges(counts.reopen),
      },
    ].filter((part) => part !== undefined),
    request: request && {
      what:
        request.kind === 'reopen'
          ? 'to take the decision back'
          : 'to make them one employer, against an earlier decision',
      by: request.requesterName,
      at: request.requestedAt,
      reason: request.reason,
      isOwn: request.requestedBy === viewer.id,
      confirmAction:
        viewer.mayDecide && request.requestedBy !== viewer.id
          ? employerPaths.confirmChange(proposal.id)
          : null,
      withdrawAction: viewer.mayDecide ? employerPaths.withdrawChange(proposal.id) : null,
    },
    a: { name: a.legalName, href: employerPaths.employer(a.id) },
    b: { name: b.legalName, href: employerPaths.employer(b.id) },
    rows: compared
      .filter(([, left, right]) => left !== '' || right !== '')
      .map(([key, left, right]) => ({
        key,
        left: left || 'Not known',
        right: right || 'Not known',
        agrees: left === right,
      })),
    isOpen: open,
    mayDecide: viewer.mayDecide && !request,
    action: employerPaths.duplicate(proposal.id),
    survivors: [a, b].map((one) => ({
      value: one.id,
      text: one.legalName,
      hint: [one.address, placeOf(one)].filter(Boolean).join(', '),
    })),
    firstId: a.id,
    decision: open
      ? null
      : {
          text: PROPOSAL_STATE_WORDS[proposal.state],
          by: proposal.decidedByName,
          at: proposal.decidedAt,
          reason: proposal.decisionReason,
        },
    reopen:
      open || request || !viewer.mayDecide ? null : { action: employerPaths.reopenDuplicate(proposal.id) },
  };
}

function countChanges({ changes, unchanged, notShown }: CountChanges) {
  return {
    changes: changes.map((change) => ({ ...change, rises: change.to.count > change.from.count })),
    unchanged,
    notShown,
  };
}
