import type { Snapshot } from '../evidence/packet-queries.ts';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import type { Packet, PacketRefusal } from '../evidence/rules/packet.ts';
import { describePolicy, type Policy, questionKeys } from '../evidence/rules/policy.ts';
import type { PacketVerdict } from '../evidence/rules/verify-packet.ts';
import {
  type AnswerExclusion,
  type EvaluatedRequirement,
  type Figures,
  MET_REQUIREMENT_STATUSES,
  type Requirement,
} from '../evidence/types.ts';
import {
  EXCLUSION_WORDS,
  PACKET_REFUSAL_WORDS,
  REQUIREMENT_REASON_WORDS,
  REQUIREMENT_TAGS,
  REQUIREMENT_WORDS,
  STATUS_WORDS,
} from '../evidence/words.ts';
import { approvalPaths } from './paths.ts';
import type { ApplicationRow } from './queries.ts';
import { type DecisionRefusal, isOpen } from './rules.ts';
import {
  APPLICATION_STATES,
  type ApplicationState,
  DECISIONS,
  type Decision,
  LIST_KINDS,
  type ListKind,
  REVIEW_CYCLES,
  type ReviewCycle,
} from './types.ts';

export const STATE_WORDS: Record<ApplicationState, string> = {
  submitted: 'Submitted',
  in_review: 'In review',
  decided: 'Decided',
  due_for_review: 'Due for review',
  renewed: 'Renewed',
  lapsed: 'Lapsed',
  revoked: 'Revoked',
};

const DECISION_WORDS: Record<Decision, { text: string; hint: string; tag: 'good' | 'bad' | 'quiet' }> = {
  approved: {
    text: 'Approved',
    hint: 'Needs frozen evidence that met the requirement and still holds',
    tag: 'good',
  },
  denied: { text: 'Denied', hint: 'The credential does not go on the list in this cycle', tag: 'bad' },
  deferred: { text: 'Deferred', hint: 'No decision in this cycle', tag: 'quiet' },
};

const KIND_WORDS: Record<ListKind, { text: string; hint: string }> = {
  informational: { text: 'For information', hint: 'Tells learners and schools what employers value' },
  use_case: { text: 'For one use', hint: 'For funding, accountability or another single purpose' },
  unified: { text: 'For all uses', hint: 'One list that several programs and agencies rely on' },
};

const REVIEW_WORDS: Record<ReviewCycle, string> = {
  rolling: 'All year',
  quarterly: 'Every quarter',
  twice_a_year: 'Twice a year',
  annual: 'Every year',
  every_2_years: 'Every two years',
  every_5_years: 'Every five years',
};

const DECISION_REFUSALS: Record<Exclude<DecisionRefusal, 'already_done'>, string> = {
  evidence_missing:
    'It cannot be approved: no evidence is frozen under the policy of this list. Freeze the evidence first.',
  evidence_not_met: 'It cannot be approved: the frozen evidence does not meet the requirement.',
  evidence_expired: 'It cannot be approved: the frozen evidence has lapsed. Freeze it again.',
};

const NOTICES = {
  submitted: 'The application is submitted. Its evidence is counted from now on.',
  requested: 'Asked to freeze the evidence. Another person of your agency has to confirm it.',
  withdrawn: 'The request to freeze the evidence is taken back.',
  frozen: 'The evidence is frozen.',
  decided: 'The decision is recorded.',
  listed: 'The list is made.',
  cycle: 'The cycle is added.',
} as const;

export function noticeFor(done: unknown): { kind: 'success'; text: string } | null {
  return typeof done === 'string' && Object.hasOwn(NOTICES, done)
    ? { kind: 'success', text: NOTICES[done as keyof typeof NOTICES] }
    : null;
}

export const PER_PAGE = 50;
/** Beyond this many the page says how many more there are; the packet holds all. */
const MOST_EXCLUSIONS = 300;

const FIGURE_ROWS: { key: keyof Figures; text: string; indent: boolean }[] = [
  { key: 'asked', text: 'Asked', indent: false },
  { key: 'delivered', text: 'Delivered (nothing came back)', indent: false },
  { key: 'answered', text: 'Answered', indent: false },
  { key: 'bothYes', text: STATUS_WORDS.both_yes, indent: true },
  { key: 'no', text: STATUS_WORDS.no, indent: true },
  { key: 'notSure', text: STATUS_WORDS.not_sure, indent: true },
  { key: 'notFamiliar', text: STATUS_WORDS.not_familiar, indent: true },
  { key: 'conflicting', text: STATUS_WORDS.conflicting, indent: true },
  { key: 'excluded', text: STATUS_WORDS.excluded, indent: true },
  { key: 'agedOut', text: STATUS_WORDS.aged_out, indent: true },
];

function figureRows(figures: Figures) {
  return FIGURE_ROWS.map(({ key, text, indent }) => ({ text, value: figures[key], indent }));
}

function standing(requirement: Requirement) {
  const { status, required, figures, shortfall, expiring, reasons } = requirement;
  return {
    tag: { kind: REQUIREMENT_TAGS[status], text: REQUIREMENT_WORDS[status] },
    count: figures.bothYes,
    required,
    text: status === 'unsupported' ? 'Not counted' : `${figures.bothYes} of ${required}`,
    isMet: MET_REQUIREMENT_STATUSES.some((met) => met === status),
    shortfall,
    /** Beside the tag that says "Short". */
    shortBy: status === 'short' ? shortfall : null,
    expiring: expiring && { on: expiring.on, fallsTo: expiring.fallsTo },
    reasons: reasons.map((reason) => REQUIREMENT_REASON_WORDS[reason]),
  };
}

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
      state: row.decision ? DECISION_WORDS[row.decision].text : STATE_WORDS[row.state],
      standing: standing(requirement),
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
  };
}

type OpenRequest = {
  id: number;
  requestedBy: number;
  requesterName: string;
  requestedAt: Date;
  note: string;
  figures: Record<string, unknown>;
};

type RecordRow = {
  id: number;
  snapshotId: number;
  requirementStatus: string;
  createdAt: Date;
  supersededAt: Date | null;
  sha256: string;
  validUntil: Date | null;
};

export type StaffDetails = {
  employers: ReadonlyMap<number, { name: string; city: string }>;
  answers: ReadonlyMap<number, { answeredAt: Date; who: string }>;
};

export function applicationPage(facts: {
  row: ApplicationRow;
  policy: Policy;
  policyName: string;
  evaluated: EvaluatedRequirement;
  details: StaffDetails;
  request: OpenRequest | null;
  records: RecordRow[];
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  now: Date;
  done: unknown;
  refusal?:
    | { kind: 'freeze'; reason: PacketRefusal }
    | { kind: 'decide'; reason: Exclude<DecisionRefusal, 'already_done'> };
}) {
  const { row, evaluated, request, viewer, refusal } = facts;
  const open = isOpen(row.state);
  const [rule, ...moreRules] = describePolicy(facts.policy);
  const isOwnRequest = request?.requestedBy === viewer.staffId;
  const seenBothYes = typeof request?.figures.bothYes === 'number' ? request.figures.bothYes : null;
  return {
    title: row.credentialName,
    zone: facts.zone,
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    notice: refusal
      ? {
          kind: 'error' as const,
          text:
            refusal.kind === 'freeze'
              ? `The evidence cannot be frozen. ${PACKET_REFUSAL_WORDS[refusal.reason]}`
              : DECISION_REFUSALS[refusal.reason],
        }
      : noticeFor(facts.done),
    caption: `${row.listName}, ${row.cycleName}`,
    issuer: row.issuer,
    state: row.decision
      ? { kind: DECISION_WORDS[row.decision].tag, text: DECISION_WORDS[row.decision].text }
      : { kind: 'active' as const, text: STATE_WORDS[row.state] },
    storyHref: approvalPaths.credential(row.credentialSlug),
    asOf: facts.now,
    policyName: facts.policyName,
    rule: rule!,
    moreRules,
    standing: standing(evaluated),
    figures: figureRows(evaluated.figures),
    exclusions: exclusionRows(evaluated.exclusions, facts.details),
    moreExclusions: Math.max(0, evaluated.exclusions.length - MOST_EXCLUSIONS),
    decision: row.decision && {
      ...DECISION_WORDS[row.decision],
      reason: row.decisionReason,
      at: row.decidedAt,
      by: row.decidedBy,
    },
    submitted: { at: row.submittedAt, by: row.submittedBy },
    records: facts.records.map((record) => ({
      id: record.id,
      href: approvalPaths.snapshot(record.snapshotId),
      snapshotId: record.snapshotId,
      sha256: record.sha256,
      shortHash: record.sha256.slice(0, 12),
      status: REQUIREMENT_WORDS[record.requirementStatus as Requirement['status']],
      createdAt: record.createdAt,
      validUntil: record.validUntil,
      isLapsed: record.validUntil !== null && record.validUntil <= facts.now,
      isCurrent: record.supersededAt === null,
    })),
    request: request && {
      id: request.id,
      by: isOwnRequest ? 'You' : request.requesterName,
      at: request.requestedAt,
      note: request.note,
      seen: seenBothYes,
      hasChanged: seenBothYes !== null && seenBothYes !== evaluated.figures.bothYes,
      isOwn: isOwnRequest,
    },
    freezeAction: open && !request && viewer.mayEdit ? approvalPaths.freeze(row.id) : null,
    confirmAction:
      open && request && !isOwnRequest && viewer.mayApprove ? approvalPaths.confirmFreeze(row.id) : null,
    withdrawAction:
      open && request && (isOwnRequest ? viewer.mayEdit : viewer.mayApprove)
        ? approvalPaths.withdrawFreeze(row.id)
        : null,
    decideAction: open && viewer.mayApprove ? approvalPaths.decide(row.id) : null,
    decisions: DECISIONS.map((decision) => ({
      value: decision,
      text: DECISION_WORDS[decision].text,
      hint: DECISION_WORDS[decision].hint,
    })),
  };
}

function exclusionRows(exclusions: readonly AnswerExclusion[], details: StaffDetails) {
  return exclusions.slice(0, MOST_EXCLUSIONS).map(({ employerId, answerId, reason }) => {
    const answer = details.answers.get(answerId);
    return {
      employer: details.employers.get(employerId)?.name ?? `Employer ${employerId}`,
      city: details.employers.get(employerId)?.city ?? '',
      href: approvalPaths.employer(employerId),
      reason: EXCLUSION_WORDS[reason],
      at: answer?.answeredAt ?? null,
      who: answer?.who ?? '',
    };
  });
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

export function newListPage() {
  return {
    title: 'New list',
    breadcrumbs: [{ href: approvalPaths.lists, text: 'Lists' }],
    action: approvalPaths.lists,
    kinds: LIST_KINDS.map((kind) => ({ value: kind, ...KIND_WORDS[kind] })),
    reviews: REVIEW_CYCLES.map((cycle) => ({ value: cycle, text: REVIEW_WORDS[cycle] })),
    policies: POLICY_PRESETS.map(({ slug, name, body }) => ({
      value: slug,
      text: name,
      hint: describePolicy(body)[0]!,
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
    standing: standing(packet.result),
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
