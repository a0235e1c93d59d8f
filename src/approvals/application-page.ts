import { documentPath } from '../documents/paths.ts';
import { DOCUMENT_HINT } from '../documents/words.ts';
import { CRITERION_WORDS } from '../evidence/rules/describe-requirement.ts';
import type { PacketRefusal } from '../evidence/rules/packet.ts';
import { describePolicy, type Policy } from '../evidence/rules/policy.ts';
import { bodyDemandsOf } from '../evidence/rules/terms.ts';
import type { AnswerExclusion, EvaluatedRequirement, RequirementStatus } from '../evidence/types.ts';
import { EXCLUSION_WORDS, PACKET_REFUSAL_WORDS, REQUIREMENT_WORDS } from '../evidence/words.ts';
import { joinWords } from '../lib/join-words.ts';
import { formatDate } from '../lib/zoned-time.ts';
import { type CriterionRow, missingCriteria } from './criteria-rules.ts';
import { noticeFor } from './pages.ts';
import { approvalPaths } from './paths.ts';
import type { AppealRow, ApplicationRow, DecisionRow } from './queries.ts';
import {
  type AppealRefusal,
  appealDaysOf,
  type DecisionRefusal,
  daysAfter,
  isOpen,
  isUndecided,
  needsBody,
} from './rules.ts';
import { figureRows, standing } from './standing.ts';
import { DECISIONS } from './types.ts';
import {
  APPEAL_REFUSALS,
  APPEAL_WORDS,
  APPLICANT_WORDS,
  DECISION_REFUSALS,
  DECISION_WORDS,
  OUTCOME_WORDS,
  stateTag,
} from './words.ts';

/** Beyond this many the page says how many more there are; the packet holds all. */
const MOST_EXCLUSIONS = 300;
/** More than this are folded away, so that the decision is not out of sight. */
const FEW_EXCLUSIONS = 8;

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

export type ApplicationRefusal =
  | { kind: 'freeze'; reason: PacketRefusal }
  | { kind: 'decide'; reason: Exclude<DecisionRefusal, 'already_done'> | 'already_proposed' }
  | { kind: 'appeal'; reason: AppealRefusal }
  /** Somebody else decided, confirmed or took back first. */
  | { kind: 'raced' };

export type ApplicationFacts = {
  row: ApplicationRow;
  policy: Policy;
  policyName: string;
  evaluated: EvaluatedRequirement;
  details: StaffDetails;
  request: OpenRequest | null;
  records: RecordRow[];
  criteria: readonly CriterionRow<unknown, unknown>[];
  bodyRecords: number;
  decisions: readonly DecisionRow[];
  appeals: readonly AppealRow[];
  renewedBy: number | null;
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  zone: string;
  today: string;
  now: Date;
  done: unknown;
  refusal?: ApplicationRefusal;
};

export function applicationPage(facts: ApplicationFacts) {
  const { row, evaluated, request, viewer, policy } = facts;
  const open = isOpen(row.state);
  const mayFreeze = isUndecided(row);
  const [rule, ...moreRules] = describePolicy(policy);
  const isOwnRequest = request?.requestedBy === viewer.staffId;
  const seenBothYes = typeof request?.figures.bothYes === 'number' ? request.figures.bothYes : null;
  return {
    title: row.credentialName,
    zone: facts.zone,
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    notice: facts.refusal
      ? { kind: 'error' as const, text: refusalText(facts.refusal) }
      : noticeFor(facts.done),
    tabs: applicationTabs(facts, 'evidence'),
    caption: `${row.listName}, ${row.cycleName}`,
    issuer: row.issuer,
    state: stateTag(row),
    applicant: `${row.applicantName || row.agencyName} (${APPLICANT_WORDS[row.applicantKind].toLowerCase()})`,
    storyHref: approvalPaths.credential(row.credentialSlug),
    asOf: facts.now,
    policyName: facts.policyName,
    rule: rule!,
    moreRules,
    standing: standing(evaluated, facts.zone),
    figures: figureRows(evaluated.figures),
    exclusions: exclusionRows(evaluated.exclusions, facts.details),
    areManyExclusions: evaluated.exclusions.length > FEW_EXCLUSIONS,
    moreExclusions: Math.max(0, evaluated.exclusions.length - MOST_EXCLUSIONS),
    submitted: { at: row.submittedAt, by: row.submittedBy },
    review: reviewFacts(facts),
    startAction: row.state === 'submitted' && viewer.mayEdit ? approvalPaths.startReview(row.id) : null,
    records: facts.records.map((record) => ({
      id: record.id,
      href: approvalPaths.snapshot(record.snapshotId),
      snapshotId: record.snapshotId,
      sha256: record.sha256,
      shortHash: record.sha256.slice(0, 12),
      status: REQUIREMENT_WORDS[record.requirementStatus as RequirementStatus],
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
    freezeAction: mayFreeze && !request && viewer.mayEdit ? approvalPaths.freeze(row.id) : null,
    confirmAction:
      mayFreeze && request && !isOwnRequest && viewer.mayApprove ? approvalPaths.confirmFreeze(row.id) : null,
    withdrawAction:
      mayFreeze && request && (isOwnRequest ? viewer.mayEdit : viewer.mayApprove)
        ? approvalPaths.withdrawFreeze(row.id)
        : null,
    missingText: mayFreeze ? missingText(facts.criteria) : null,
    criteriaHref: approvalPaths.criteria(row.id),
    ...decisionFacts(facts, open),
  };
}

function missingText(criteria: ApplicationFacts['criteria']): string | null {
  const missing = missingCriteria(criteria).map((criterion) => CRITERION_WORDS[criterion]);
  return missing.length > 0 ? `Mandatory and not shown: ${joinWords(missing, 'and')}.` : null;
}

/** Pages of one application; the others say what there is of them. */
export function applicationTabs(
  facts: Pick<ApplicationFacts, 'row' | 'policy' | 'criteria' | 'bodyRecords'>,
  current: 'evidence' | 'criteria' | 'bodies',
) {
  const shown = facts.criteria.filter(({ state }) => state === 'shown').length;
  const { id } = facts.row;
  return [
    { text: 'Evidence and decision', href: approvalPaths.application(id), isCurrent: current === 'evidence' },
    {
      text: `Criteria (${shown} of ${facts.criteria.length} shown)`,
      href: approvalPaths.criteria(id),
      isCurrent: current === 'criteria',
    },
    ...(bodyDemandsOf(facts.policy).length > 0 || facts.bodyRecords > 0 || current === 'bodies'
      ? [
          {
            text: `Votes, letters and reviews (${facts.bodyRecords})`,
            href: approvalPaths.bodies(id),
            isCurrent: current === 'bodies',
          },
        ]
      : []),
  ];
}

function refusalText(refusal: ApplicationRefusal): string {
  switch (refusal.kind) {
    case 'freeze':
      return `The evidence cannot be frozen. ${PACKET_REFUSAL_WORDS[refusal.reason]}`;
    case 'decide':
      return DECISION_REFUSALS[refusal.reason];
    case 'appeal':
      return APPEAL_REFUSALS[refusal.reason];
    case 'raced':
      return 'Somebody was first: what you sent changed nothing. This page shows how it stands now.';
  }
}

/** When an approval comes up for review, and what becomes of it. */
function reviewFacts({ row, renewedBy, zone }: ApplicationFacts) {
  const day = (text: string) => formatDate(new Date(`${text}T12:00:00Z`), 'UTC');
  const text =
    row.state === 'decided' && row.decision === 'approved'
      ? row.reviewDueOn
        ? `Comes up for review on ${day(row.reviewDueOn)}.`
        : 'Comes up for review when its evidence ages out.'
      : row.state === 'due_for_review' && row.lapsesOn
        ? `Its review is due. If it is not renewed by then, it lapses on ${day(row.lapsesOn)}.`
        : row.endedAt
          ? `${stateTag(row).text} on ${formatDate(row.endedAt, zone)}.${row.endReason ? ` ${row.endReason}` : ''}`
          : '';
  return {
    text,
    renewedByHref: renewedBy === null ? null : approvalPaths.application(renewedBy),
    renewsHref: row.renewalOf === null ? null : approvalPaths.application(row.renewalOf),
  };
}

function decisionFacts(facts: ApplicationFacts, open: boolean) {
  const { row, viewer, policy, appeals, today } = facts;
  const waiting = facts.decisions.find(({ decision }) => decision.state === 'proposed');
  const isOwn = waiting?.decision.proposedBy === viewer.staffId;
  const openAppeal = appeals.find(({ appeal }) => appeal.state === 'open')?.appeal ?? null;
  const last = facts.decisions.find(
    ({ decision }) => decision.state === 'confirmed' && decision.kind !== 'revocation',
  );
  const isAppealed = appeals.some(({ appeal }) => appeal.decisionId === last?.decision.id);
  const days = appealDaysOf(policy);
  const decidedOn = row.decidedAt?.toISOString().slice(0, 10) ?? null;
  const appealUntil = days === null || decidedOn === null ? null : daysAfter(decidedOn, days);
  const isRevocable =
    row.decision === 'approved' && (row.state === 'decided' || row.state === 'due_for_review');
  return {
    decision: row.decision && {
      ...DECISION_WORDS[row.decision],
      reason: row.decisionReason,
      publicReason: row.publicReason,
      conditions: row.conditions,
      body: row.decidedByBody,
      at: row.decidedAt,
      by: row.decidedBy,
      document: last ? attachedTo(last) : null,
      proposer: last && last.ender === row.decidedBy ? last.proposer : null,
    },
    publicHref: row.decision ? approvalPaths.publicDecision(row.listSlug, row.credentialSlug) : null,
    history: facts.decisions
      .filter(({ decision }) => decision.state !== 'proposed')
      .map(({ decision, proposer, ender, document }) => ({
        document: attachedTo({ decision, document }),
        outcome: OUTCOME_WORDS[decision.outcome],
        isWithdrawn: decision.state === 'withdrawn',
        kind: decision.kind === 'appeal' ? 'after an appeal' : '',
        proposer,
        ender: ender ?? '',
        at: decision.endedAt!,
        reason: decision.reason,
      })),
    waiting: waiting && {
      outcome: OUTCOME_WORDS[waiting.decision.outcome],
      by: isOwn ? 'You' : waiting.proposer,
      at: waiting.decision.proposedAt,
      reason: waiting.decision.reason,
      publicReason: waiting.decision.publicReason,
      conditions: waiting.decision.conditions,
      body: waiting.decision.decidedByBody,
      document: attachedTo(waiting),
      id: waiting.decision.id,
      isOwn,
      confirmAction: !isOwn && viewer.mayApprove ? approvalPaths.confirmDecision(row.id) : null,
      withdrawAction: (isOwn ? viewer.mayEdit : viewer.mayApprove)
        ? approvalPaths.withdrawDecision(row.id)
        : null,
    },
    appeals: appeals.map(({ appeal, recorder }) => ({
      ...appeal,
      filedOnText: formatDate(new Date(`${appeal.filedOn}T12:00:00Z`), 'UTC'),
      dueOnText: formatDate(new Date(`${appeal.dueOn}T12:00:00Z`), 'UTC'),
      tag: APPEAL_WORDS[appeal.state],
      recorder,
      isOverdue: appeal.state === 'open' && appeal.dueOn < today,
      withdrawAction: appeal.state === 'open' && viewer.mayEdit ? approvalPaths.withdrawAppeal(row.id) : null,
    })),
    appealAction:
      row.state === 'decided' && last && !isAppealed && days !== null && viewer.mayEdit
        ? approvalPaths.appeal(row.id)
        : null,
    appealUntil: appealUntil && formatDate(new Date(`${appealUntil}T12:00:00Z`), 'UTC'),
    decideAction: (open || openAppeal) && !waiting && viewer.mayEdit ? approvalPaths.decide(row.id) : null,
    decideHeading: openAppeal ? 'Decide the appeal' : 'Propose a decision',
    needsBody: needsBody(policy),
    documentHint: DOCUMENT_HINT,
    decisions: DECISIONS.map((decision) => ({
      value: decision,
      text: DECISION_WORDS[decision].text,
      hint: DECISION_WORDS[decision].hint,
    })),
    revokeAction:
      isRevocable && !openAppeal && !waiting && viewer.mayEdit ? approvalPaths.revoke(row.id) : null,
  };
}

/** The document beside a decision, as a link while its content is kept. */
function attachedTo({ decision, document }: Pick<DecisionRow, 'decision' | 'document'>) {
  if (decision.documentId === null || !document) return null;
  return document.removedAt
    ? { text: 'A file whose content was deleted', href: null }
    : { text: document.name, href: documentPath(decision.documentId) };
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
