import type { Snapshot } from '../evidence/packet-queries.ts';
import type { PublishedPolicy } from '../evidence/policy-queries.ts';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import type { Packet } from '../evidence/rules/packet.ts';
import { describePolicy, type Policy, questionKeys } from '../evidence/rules/policy.ts';
import type { PacketVerdict } from '../evidence/rules/verify-packet.ts';
import type { Requirement } from '../evidence/types.ts';
import { EXCLUSION_WORDS, STATUS_WORDS } from '../evidence/words.ts';
import { reviewPaths } from '../respond/review-paths.ts';
import { approvalPaths } from './paths.ts';
import type { ApplicationRow } from './queries.ts';
import { figureRows, standing } from './standing.ts';
import {
  APPLICANT_KINDS,
  APPLICATION_STATES,
  type ApplicationState,
  LIST_KINDS,
  type ListKind,
  REVIEW_CYCLES,
  type ReviewCycle,
} from './types.ts';
import { APPLICANT_WORDS, KIND_WORDS, REVIEW_WORDS, STATE_WORDS, stateTag } from './words.ts';

const NOTICES = {
  submitted: 'The application is submitted. Its evidence is counted from now on.',
  requested: 'Asked to freeze the evidence. Another person of your agency has to confirm it.',
  withdrawn: 'The request to freeze the evidence is taken back.',
  frozen: 'The evidence is frozen.',
  started: 'The review has begun.',
  proposed: 'The decision is proposed. Another person of your agency has to confirm it.',
  taken_back: 'The proposed decision is taken back.',
  decided: 'The decision stands.',
  appealed: 'The appeal is on record. A second decision upholds or overturns the first.',
  appeal_ended: 'The appeal is taken back. The decision stands as it was.',
  listed: 'The list is made.',
  cycle: 'The cycle is added.',
} as const;

export function noticeFor(done: unknown): { kind: 'success'; text: string } | null {
  return typeof done === 'string' && Object.hasOwn(NOTICES, done)
    ? { kind: 'success', text: NOTICES[done as keyof typeof NOTICES] }
    : null;
}

export const PER_PAGE = 50;

export function applicationsPage(facts: {
  applications: { row: ApplicationRow; requirement: Requirement }[];
  lists: { id: number; name: string }[];
  counts: { state: ApplicationState; n: number }[];
  filter: { state?: ApplicationState; list?: number; page: number };
  hasMore: boolean;
  mayEdit: boolean;
  done: unknown;
}) {
  const { filter } = facts;
  const link = (page: number) => {
    const query = new URLSearchParams();
    if (filter.state) query.set('state', filter.state);
    if (filter.list) query.set('list', String(filter.list));
    if (page > 1) query.set('page', String(page));
    return `${approvalPaths.applications}${query.size > 0 ? `?${query}` : ''}`;
  };
  const countOf = new Map(facts.counts.map(({ state, n }) => [state, n]));
  return {
    title: 'Applications',
    notice: noticeFor(facts.done),
    newHref: facts.mayEdit && facts.lists.length > 0 ? approvalPaths.newApplication : null,
    newListHref: facts.mayEdit ? approvalPaths.newList : null,
    reportHref: approvalPaths.report,
    hasLists: facts.lists.length > 0,
    states: APPLICATION_STATES.map((state) => ({
      value: state,
      text: `${STATE_WORDS[state]} (${countOf.get(state) ?? 0})`,
    })),
    lists: facts.lists.map(({ id, name }) => ({ value: id, text: name })),
    filter: { state: filter.state ?? '', list: filter.list ?? '' },
    isFiltered: filter.state !== undefined || filter.list !== undefined,
    applications: facts.applications.map(({ row, requirement }) => ({
      href: approvalPaths.application(row.id),
      credential: row.credentialName,
      issuer: row.issuer,
      list: row.listName,
      cycle: row.cycleName,
      state: stateTag(row).text,
      standing: standing(requirement, row.timeZone),
    })),
    pagination: {
      previous: filter.page > 1 ? link(filter.page - 1) : null,
      next: facts.hasMore ? link(filter.page + 1) : null,
      text: `Page ${filter.page}`,
    },
  };
}

export function newApplicationPage(facts: {
  q: string;
  credentials: { id: number; name: string; issuer: string }[];
  cycles: { listId: number; listName: string; cycleId: number; cycleName: string }[];
}) {
  return {
    title: 'New application',
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    action: approvalPaths.newApplication,
    q: facts.q,
    credentials: facts.credentials.map(({ id, name, issuer }) => ({ value: id, text: name, hint: issuer })),
    cycles: facts.cycles.map(({ listId, listName, cycleId, cycleName }) => ({
      value: `${listId}/${cycleId}`,
      text: `${listName}, ${cycleName}`,
    })),
    applicants: APPLICANT_KINDS.map((kind) => ({ value: kind, text: APPLICANT_WORDS[kind] })),
  };
}

export function listsPage(facts: {
  lists: {
    slug: string;
    id: number;
    name: string;
    kind: ListKind;
    reviewCycle: ReviewCycle;
    policy: string;
    applications: number;
    approved: number;
  }[];
  cycles: { listId: number; name: string }[];
  mayEdit: boolean;
  done: unknown;
}) {
  return {
    title: 'Lists',
    notice: noticeFor(facts.done),
    policiesHref: approvalPaths.policies,
    newHref: facts.mayEdit ? approvalPaths.newList : null,
    lists: facts.lists.map((list) => ({
      href: approvalPaths.list(list.slug),
      name: list.name,
      kind: KIND_WORDS[list.kind].text,
      review: REVIEW_WORDS[list.reviewCycle],
      policy: list.policy,
      cycles: facts.cycles
        .filter(({ listId }) => listId === list.id)
        .map(({ name }) => name)
        .join(', '),
      applications: list.applications,
      approved: list.approved,
    })),
  };
}

/** How a policy that is published here is named in the form of a new list. */
export const PUBLISHED = 'published:';

export function newListPage(
  published: readonly Pick<PublishedPolicy, 'slug' | 'name' | 'body' | 'isLatest'>[],
) {
  const own = published.filter(
    ({ slug, isLatest }) => isLatest && !POLICY_PRESETS.some((preset) => preset.slug === slug),
  );
  const byLetters = POLICY_PRESETS.filter(({ slug }) => slug.startsWith('letters-'));
  const ofStates = POLICY_PRESETS.filter((preset) => !byLetters.includes(preset));
  const group = (text: string, items: { value: string; text: string }[]) =>
    items.length > 0 ? [{ text, items }] : [];
  const choice = ({ slug, name }: { slug: string; name: string }) => ({ value: slug, text: name });
  return {
    title: 'New list',
    breadcrumbs: [{ href: approvalPaths.lists, text: 'Lists' }],
    action: approvalPaths.lists,
    policiesHref: approvalPaths.policies,
    kinds: LIST_KINDS.map((kind) => ({ value: kind, ...KIND_WORDS[kind] })),
    reviews: REVIEW_CYCLES.map((cycle) => ({ value: cycle, text: REVIEW_WORDS[cycle] })),
    policyGroups: [
      ...group(
        'Published here',
        own.map(({ slug, name }) => ({ value: `${PUBLISHED}${slug}`, text: name })),
      ),
      ...group("A state's way", ofStates.map(choice)),
      ...group('A number of letters', byLetters.map(choice)),
    ],
    rules: [...own, ...ofStates].map(({ name, body }) => ({
      name,
      rule: describePolicy(body).slice(0, 2).join(' '),
    })),
  };
}

export function listPage(facts: {
  list: {
    slug: string;
    name: string;
    kind: ListKind;
    reviewCycle: ReviewCycle;
    isPublic: boolean;
    id: number;
  };
  policyName: string;
  policy: Policy;
  cycles: { name: string; startsOn: string; endsOn: string }[];
  mayEdit: boolean;
  done: unknown;
}) {
  const { list } = facts;
  return {
    title: list.name,
    notice: noticeFor(facts.done),
    breadcrumbs: [{ href: approvalPaths.lists, text: 'Lists' }],
    kind: KIND_WORDS[list.kind].text,
    review: REVIEW_WORDS[list.reviewCycle],
    isPublic: list.isPublic,
    policyName: facts.policyName,
    rule: describePolicy(facts.policy),
    cycles: facts.cycles,
    applicationsHref: `${approvalPaths.applications}?list=${list.id}`,
    openLinkHref: reviewPaths.openList(list.slug),
    cycleAction: facts.mayEdit ? approvalPaths.cycles(list.slug) : null,
  };
}

export function snapshotPage(facts: {
  snapshot: Snapshot;
  packet: Packet;
  verdict: PacketVerdict;
  requesterName: string;
  confirmerName: string;
  recordId: number | null;
  applicationId: number | null;
  supersededAt: Date | null;
  zone: string;
  now: Date;
}) {
  const { snapshot, packet } = facts;
  const nameOf = new Map(packet.employers.map(({ employerId, legalName }) => [employerId, legalName]));
  const named = (ids: readonly number[]) => ids.map((id) => nameOf.get(id) ?? `Employer ${id}`).join(' = ');
  const answerOf = new Map(packet.facts.answers.map((answer) => [answer.answerId, answer]));
  return {
    title: packet.credential.name,
    zone: facts.zone,
    breadcrumbs: [
      { href: approvalPaths.applications, text: 'Applications' },
      ...(facts.applicationId === null
        ? []
        : [{ href: approvalPaths.application(facts.applicationId), text: packet.credential.name }]),
    ],
    caption: `Frozen evidence ${snapshot.id}`,
    issuer: packet.credential.issuer.name,
    list: `${packet.list.name}, ${packet.list.cycle.name}`,
    agency: null,
    listAgency: packet.list.agency.name,
    asOf: snapshot.asOf,
    validUntil: snapshot.validUntil,
    isLapsed: snapshot.validUntil !== null && snapshot.validUntil <= facts.now,
    supersededAt: facts.supersededAt,
    supersedes: packet.supersedes && {
      id: packet.supersedes.snapshotId,
      href: approvalPaths.snapshot(packet.supersedes.snapshotId),
    },
    recordId: facts.recordId,
    sha256: snapshot.sha256,
    requesterName: facts.requesterName,
    confirmerName: facts.confirmerName,
    downloadHref: approvalPaths.snapshotFile(snapshot.id),
    holds: facts.verdict.ok,
    checks: facts.verdict.checks.map(({ ok, says }) => ({
      tag: ok ? 'good' : 'bad',
      word: ok ? 'Holds' : 'Fails',
      says,
    })),
    standing: standing(packet.result, facts.zone),
    figures: figureRows(packet.result.figures),
    policyName: `${packet.policy.name}, version ${packet.policy.version}`,
    rule: packet.policy.inWords,
    questions: questionsOf(packet),
    crossTable: crossRows(packet),
    waves: packet.waves.map((wave) => ({
      id: wave.waveId,
      agency: wave.agency.name,
      launchedAt: wave.launchedAt,
      ...wave.dispositions,
    })),
    positions: packet.result.positions
      .filter(({ status }) => status !== 'asked')
      .map((position) => ({
        employer: named(position.employerIds),
        status: STATUS_WORDS[position.status],
        at:
          position.decidingAnswerId === null
            ? null
            : (answerOf.get(position.decidingAnswerId)?.answeredAt ?? null),
        expiresAt: position.expiresAt,
      })),
    exclusions: packet.result.exclusions.map(({ employerId, answerId, reason }) => ({
      employer: nameOf.get(employerId) ?? `Employer ${employerId}`,
      answerId,
      at: answerOf.get(answerId)?.answeredAt ?? null,
      reason: EXCLUSION_WORDS[reason],
    })),
  };
}

const VALUE_WORDS: Record<string, string> = { yes: 'Yes', no: 'No', not_sure: 'Not sure' };

function crossRows(packet: Packet) {
  const keys = questionKeys(packet.policy.body);
  return packet.crossTable.map(({ values, employers }) => ({
    says: keys.map((key) => VALUE_WORDS[values[key] ?? ''] ?? values[key]),
    employers,
  }));
}

/** The wording of the counted questions, by the instruments that were used. */
function questionsOf(packet: Packet) {
  const keys = questionKeys(packet.policy.body);
  return packet.instruments.flatMap(({ body, slug, version }) => {
    const questions = Array.isArray(body.questions) ? body.questions : [];
    return keys.flatMap((key) =>
      questions
        .filter(isWorded)
        .filter((question) => question.key === key)
        .map(({ text }) => ({ key, instrument: `${slug}, version ${version}`, text: text.en.text })),
    );
  });
}

function isWorded(question: unknown): question is { key: string; text: { en: { text: string } } } {
  const { key, text } = (question ?? {}) as { key?: unknown; text?: { en?: { text?: unknown } } };
  return typeof key === 'string' && typeof text?.en?.text === 'string';
}
