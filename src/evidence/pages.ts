import { RELATIONS, type Relation } from '../surveys/types.ts';
import { evidencePaths } from './paths.ts';
import { type ConnectionFind, PARTY_RELATIONS } from './types.ts';
import { RELATION_WORDS } from './words.ts';

const FIND_WORDS: Record<ConnectionFind, string> = {
  same_employer: 'Found: it is',
  domain: 'Found: shares an internet domain with',
  shared_parent: 'Found: has the same parent company as',
};

const CONFLICT_NOTICES: Record<string, string> = {
  marked: 'The connection is recorded, and the counts are taken again.',
  asked: 'Asked. The connection holds until another person confirms.',
  kept: 'The connection holds.',
  cleared: 'The connection is taken back, and the counts are taken again.',
};

export function conflictsPage(facts: {
  employer: { id: number; name: string } | null;
  marks: {
    id: number;
    employerId: number;
    employer: string;
    issuer: string;
    credential: string | null;
    relation: Relation;
    note: string;
    found: ConnectionFind | null;
    party: string | null;
    setAt: Date;
    setBy: number | null;
    setterName: string | null;
    clearRequestedBy: number | null;
    clearRequesterName: string | null;
    clearReason: string | null;
  }[];
  issuers: { id: number; name: string }[];
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  done: unknown;
}) {
  const { employer, viewer } = facts;
  const notice = typeof facts.done === 'string' ? CONFLICT_NOTICES[facts.done] : undefined;
  return {
    title: employer ? `${employer.name}: connections to issuers` : 'Connections to issuers',
    zone: facts.zone,
    notice: notice ? { kind: 'success' as const, text: notice } : null,
    breadcrumbs: employer
      ? [
          { href: '/staff/employers', text: 'Employers' },
          { href: `/staff/employers/${employer.id}`, text: employer.name },
        ]
      : [{ href: '/staff/employers', text: 'Employers' }],
    employer,
    partiesHref: evidencePaths.parties,
    marks: facts.marks.map((mark) => {
      const isAsked = mark.clearRequestedBy !== null;
      return {
        id: mark.id,
        employer: mark.employer,
        href: `/staff/employers/${mark.employerId}`,
        issuer: mark.credential ? `${mark.issuer}: ${mark.credential}` : mark.issuer,
        relation: RELATION_WORDS[mark.relation],
        note: mark.found ? `${FIND_WORDS[mark.found]} ${mark.party ?? ''}`.trim() : mark.note,
        setAt: mark.setAt,
        setBy: mark.setterName ?? 'Found by itself',
        clearRequester: mark.clearRequesterName,
        clearReason: mark.clearReason,
        isOwnRequest: mark.clearRequestedBy === viewer.staffId,
        askAction: viewer.mayEdit && !isAsked ? evidencePaths.askToClear(mark.id) : null,
        keepAction: viewer.mayEdit && isAsked ? evidencePaths.keepConflict(mark.id) : null,
        clearAction:
          viewer.mayApprove && isAsked && mark.clearRequestedBy !== viewer.staffId
            ? evidencePaths.clearConflict(mark.id)
            : null,
      };
    }),
    action: viewer.mayEdit && employer ? evidencePaths.conflicts : null,
    issuers: facts.issuers.map(({ id, name }) => ({ value: id, text: name })),
    relations: RELATIONS.filter((relation) => relation !== 'none').map((relation) => ({
      value: relation,
      text: RELATION_WORDS[relation],
    })),
  };
}

const PARTY_WORDS: Record<(typeof PARTY_RELATIONS)[number], string> = {
  issuer: 'The issuer as a company',
  reseller: 'A reseller',
  training_provider: 'A school or training provider',
  applicant: 'An applicant',
};

const PARTY_NOTICES: Record<string, string> = {
  set: 'Recorded. Employers that are connected to it were looked for, and will be from now on.',
  ended: 'It is taken off. What was found through it ends, and the counts are taken again.',
};

/** Who stands behind credentials, so that employers connected to them are found. */
export function partiesPage(facts: {
  parties: {
    id: number;
    issuer: string;
    credential: string | null;
    relation: (typeof PARTY_RELATIONS)[number];
    name: string;
    domain: string | null;
    employerId: number | null;
    employer: string | null;
    setAt: Date;
    setterName: string;
    found: number;
  }[];
  issuers: { id: number; name: string }[];
  mayEdit: boolean;
  zone: string;
  done: unknown;
}) {
  const notice = typeof facts.done === 'string' ? PARTY_NOTICES[facts.done] : undefined;
  return {
    title: 'Who stands behind credentials',
    zone: facts.zone,
    notice: notice ? { kind: 'success' as const, text: notice } : null,
    breadcrumbs: [
      { href: '/staff/employers', text: 'Employers' },
      { href: evidencePaths.conflicts, text: 'Connections to issuers' },
    ],
    parties: facts.parties.map((party) => ({
      name: party.name,
      relation: PARTY_WORDS[party.relation],
      issuer: party.credential ? `${party.issuer}: ${party.credential}` : party.issuer,
      domain: party.domain,
      employer: party.employer && { name: party.employer, href: `/staff/employers/${party.employerId}` },
      found: party.found,
      setAt: party.setAt,
      setBy: party.setterName,
      endAction: facts.mayEdit ? evidencePaths.endParty(party.id) : null,
    })),
    action: facts.mayEdit ? evidencePaths.parties : null,
    issuers: facts.issuers.map(({ id, name }) => ({ value: id, text: name })),
    relations: PARTY_RELATIONS.map((relation) => ({ value: relation, text: PARTY_WORDS[relation] })),
  };
}
