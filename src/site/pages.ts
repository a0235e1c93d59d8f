import { publicCalendarPath, publicCommitteePath } from '../committees/paths.ts';
import type { Meeting } from '../committees/queries.ts';
import { seatRoleName } from '../committees/words.ts';
import { describePolicy, type Policy } from '../evidence/rules/policy.ts';
import { MET_REQUIREMENT_STATUSES } from '../evidence/types.ts';
import { ledgerPaths } from '../ledger/paths.ts';
import { formatDate, formatDateTime, formatTime } from '../lib/zoned-time.ts';
import { openAnswerPath } from '../respond/review-paths.ts';
import { committeesPath, decisionPath, listPath } from './paths.ts';
import type {
  findPublicCredential,
  ListDecision,
  PublicCommittee,
  PublicList,
  PublishedResult,
} from './queries.ts';
import { type Band, safeFigures } from './rules.ts';

const HOME_CRUMB = { href: '/', text: 'Home' };

const REVIEWED: Record<PublicList['reviewCycle'], string> = {
  rolling: 'at any time',
  quarterly: 'every three months',
  twice_a_year: 'twice a year',
  annual: 'every year',
  every_2_years: 'every two years',
  every_5_years: 'every five years',
};

const DECIDED: Record<PublishedResult['decision'], { text: string; kind: string }> = {
  approved: { text: 'Approved', kind: 'good' },
  denied: { text: 'Not approved', kind: 'quiet' },
  deferred: { text: 'Decision put off', kind: 'quiet' },
};

export function homePage(facts: {
  lists: readonly PublicList[];
  approved: ReadonlyMap<number, number>;
  committees: readonly PublicCommittee[];
}) {
  const { lists, approved, committees } = facts;
  return {
    title: 'What employers say of credentials',
    lists: lists.map((list) => ({
      href: listPath(list.slug),
      name: list.name,
      agency: list.agencyName,
      rule: ruleOf(list)[0],
      approved: approved.get(list.id) ?? 0,
    })),
    committees: committees.map(committeeItem),
    committeesPath,
  };
}

function ruleOf(list: PublicList): string[] {
  return describePolicy(list.policyBody as unknown as Policy);
}

export function listPage(
  list: PublicList,
  decisions: readonly ListDecision[],
  /** Credentials under review that take answers by a public page now. */
  asked: readonly { slug: string; name: string; issuer: string }[] = [],
) {
  return {
    asked: asked.map(({ slug, name, issuer }) => ({ href: openAnswerPath(list.slug, slug), name, issuer })),
    title: list.name,
    breadcrumbs: [HOME_CRUMB],
    agency: null,
    agencyName: list.agencyName,
    reviewed: REVIEWED[list.reviewCycle],
    rule: ruleOf(list),
    policyVersion: `${list.policyName}, version ${list.policyVersion}`,
    decisions: decisions.map((decision) => ({
      href: decisionPath(list.slug, decision.credentialSlug),
      name: nameOf(decision),
      issuer: decision.issuerName,
      decision: standingOf(decision),
      decidedOn: formatDate(decision.decidedAt, decision.timeZone),
      evidence: evidenceText(decision.requirementStatus),
    })),
  };
}

/** How a decision stands now: an approval may have come up for review, lapsed or been revoked since. */
export function standingOf({ state, decision }: Pick<PublishedResult, 'state' | 'decision'>): {
  text: string;
  kind: string;
} {
  switch (state) {
    case 'due_for_review':
      return { text: 'Approved, review is due', kind: 'active' };
    case 'renewed':
      return { text: 'Renewed since', kind: 'quiet' };
    case 'lapsed':
      return { text: 'Lapsed', kind: 'quiet' };
    case 'revoked':
      return { text: 'Revoked', kind: 'quiet' };
    default:
      return DECIDED[decision];
  }
}

/** The result whose evidence was frozen last. */
export function newestOf(results: readonly PublishedResult[]): PublishedResult | undefined {
  return results
    .filter((result) => result.frozenAt !== null)
    .sort((a, b) => b.frozenAt!.getTime() - a.frozenAt!.getTime())[0];
}

export function evidenceText(requirementStatus: string | null): string {
  if (requirementStatus === null) return 'None was frozen';
  return MET_REQUIREMENT_STATUSES.some((met) => met === requirementStatus)
    ? 'Meets the rule'
    : 'Does not meet the rule';
}

export function credentialPage(
  credential: NonNullable<Awaited<ReturnType<typeof findPublicCredential>>>,
  results: readonly PublishedResult[],
  smallCell: number,
) {
  // Figures of two snapshots of one credential could be subtracted from each other: only the newest shows bands.
  const newest = newestOf(results);
  return {
    title: nameOf({ credentialName: credential.name, credentialVersion: credential.version }),
    breadcrumbs: [HOME_CRUMB],
    issuer: credential.issuerName,
    description: credential.description,
    // Whoever imported it may have written anything there.
    url: credential.url && /^https?:\/\//i.test(credential.url) ? credential.url : null,
    facts: [
      { key: 'Kind', value: credential.credentialType },
      ...(credential.cluster ? [{ key: 'Career cluster', value: credential.cluster }] : []),
    ],
    results: results.map((result) => ({
      listHref: listPath(result.listSlug),
      listName: result.listName,
      decision: standingOf(result),
      decisionHref: decisionPath(result.listSlug, credential.slug),
      rows: [
        { key: 'Decided by', value: result.agencyName },
        { key: 'Cycle', value: result.cycleName },
        { key: 'Decided on', value: formatDate(result.decidedAt, result.timeZone) },
        ...(result.rule?.[0] ? [{ key: 'What the rule asks for', value: result.rule[0] }] : []),
        ...evidenceRows(result, { withBands: result === newest, smallCell }),
      ],
    })),
  };
}

export type SummaryRow = {
  key: string;
  value: string;
  action?: { href: string; text: string; about: string };
};

export function evidenceRows(
  result: PublishedResult,
  { withBands, smallCell }: { withBands: boolean; smallCell: number },
): SummaryRow[] {
  const enough = enoughText(result);
  if (!enough || !result.figures || !result.required) return [];
  const safe = safeFigures(result.figures, result.required, smallCell);
  return [
    { key: 'Employers who said yes to every question', value: enough },
    ...(withBands
      ? [
          { key: 'Employers who were asked', value: bandText(safe.asked) },
          { key: 'Employers who answered', value: bandText(safe.answered) },
        ]
      : []),
    ...(result.frozenAt
      ? [{ key: 'Evidence frozen on', value: formatDate(result.frozenAt, result.timeZone) }]
      : []),
    ...(result.validUntil
      ? [{ key: 'Evidence holds until', value: formatDate(result.validUntil, result.timeZone) }]
      : []),
    ...(result.sha256 ? [{ key: 'Fingerprint (SHA-256) of the evidence', value: result.sha256 }] : []),
    ...(result.publicSha256
      ? [
          {
            key: 'Public version of the evidence',
            value: 'Signed and in the log, without who said what',
            action: {
              href: ledgerPaths.evidence(result.publicSha256),
              text: 'Download',
              about: 'the public version of the evidence',
            },
          },
        ]
      : []),
  ];
}

function enoughText(result: PublishedResult): string | null {
  // Rules that count nothing, such as a panel's vote, have no number to lie on one side of.
  if (!result.figures || !result.required) return null;
  const { figures, required } = result;
  return figures.bothYes >= required ? `${required} or more` : `Fewer than ${required}`;
}

function bandText(band: Band): string {
  return band.from === 0 ? `Fewer than ${band.to + 1}` : `${band.from} to ${band.to}`;
}

export function nameOf(credential: { credentialName: string; credentialVersion: string }): string {
  return [credential.credentialName, credential.credentialVersion].filter(Boolean).join(' ');
}

function committeeItem(committee: PublicCommittee) {
  return {
    href: publicCommitteePath(committee.slug),
    name: committee.name,
    purpose: committee.purpose,
    agency: committee.agencyName,
    seats: `${committee.filled} of ${committee.seats} seats are held`,
  };
}

export function committeesPage(committees: readonly PublicCommittee[], coming: readonly Meeting[]) {
  return {
    title: 'Advisory committees',
    breadcrumbs: [HOME_CRUMB],
    committees: committees.map((committee) => {
      const next = coming.find(
        (meeting) => meeting.committeeId === committee.id && meeting.state === 'scheduled',
      );
      return {
        ...committeeItem(committee),
        next: next ? formatDateTime(next.startsAt, next.timeZone) : 'No meeting is set',
      };
    }),
  };
}

export function committeePage(
  committee: PublicCommittee,
  roles: readonly { role: string; seats: number; filled: number }[],
  coming: readonly Meeting[],
) {
  return {
    title: committee.name,
    breadcrumbs: [HOME_CRUMB, { href: committeesPath, text: 'Advisory committees' }],
    purpose: committee.purpose,
    agencyName: committee.agencyName,
    contact: committee.replyTo,
    roles: roles.map((role) => ({ ...role, name: seatRoleName(role.role), free: role.seats - role.filled })),
    meetings: coming.map((meeting) => ({
      title: meeting.title,
      cancelled: meeting.state === 'cancelled',
      when: `${formatDateTime(meeting.startsAt, meeting.timeZone)}, until ${formatTime(meeting.endsAt, meeting.timeZone)}`,
      where: meeting.place || 'Online',
      agenda: meeting.agenda,
      calendarPath: meeting.state === 'scheduled' ? publicCalendarPath(committee.slug, meeting.id) : null,
    })),
  };
}
