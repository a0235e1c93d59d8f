import { VOTE_GRADE_WORDS } from '../committees/ballot-words.ts';
import type { MailedBallot } from '../committees/mailed-ballot-queries.ts';
import type { BodyRecords, VotingMember } from '../committees/record-queries.ts';
import { type VendorFinding, VOTE_CHOICES, type VoteChoice } from '../committees/types.ts';
import { type BallotFault, usualQuorum } from '../committees/voting-rules.ts';
import type { BodyRecordKind } from '../committees/withdraw-record.ts';
import { documentPath } from '../documents/paths.ts';
import type { DocumentFacts } from '../documents/types.ts';
import { DOCUMENT_HINT, documentText } from '../documents/words.ts';
import type { Policy } from '../evidence/rules/policy.ts';
import { bodyDemandsOf } from '../evidence/rules/terms.ts';
import type { BodyExclusion, BodyOutcome } from '../evidence/types.ts';
import { BODY_DEMAND_WORDS, BODY_EXCLUSION_WORDS, MEASURE_WORDS, RELATION_WORDS } from '../evidence/words.ts';
import { type FieldError, fieldError } from '../http/forms.ts';
import { assertNever } from '../lib/errors.ts';
import { formatDate } from '../lib/zoned-time.ts';
import { RELATIONS } from '../surveys/types.ts';
import { applicationTabs } from './application-page.ts';
import { mailedBallotRow } from './ballot-pages.ts';
import { BALLOT_ROWS } from './body-forms.ts';
import type { CriterionRow } from './criteria-rules.ts';
import { approvalPaths } from './paths.ts';
import type { ApplicationRow } from './queries.ts';
import { stateTag } from './words.ts';

const CHOICE_WORDS: Record<VoteChoice, string> = {
  approve: 'For it',
  reject: 'Against it',
  abstain: 'Abstained',
  recused: 'Recused',
};

const NOTICES: Record<string, string> = {
  voted: 'The vote is on record.',
  letter: 'It is on record.',
  reviewed: 'The review is on record.',
  found: 'It is on record whether the credential is generic.',
  withdrawn: 'It is taken back and counts no more. It stays on record, with your reason.',
};

type Facts = {
  row: ApplicationRow;
  policy: Policy;
  criteria: readonly CriterionRow<unknown, unknown>[];
  bodies: BodyRecords;
  bodyRecords: number;
  outcomes: readonly BodyOutcome[];
  mailed: readonly MailedBallot[];
  /** Of the records, as far as they are the agency's own. */
  documents: readonly DocumentFacts[];
  now: Date;
  viewer: { agencyId: number; mayEdit: boolean };
  zone: string;
  done: unknown;
};

const dayText = (day: string) => formatDate(new Date(`${day}T12:00:00Z`), 'UTC');

/** What bodies said of an application's credential, what of it counts, and what the policy asks. */
export function bodiesPage(facts: Facts) {
  const { row, policy, outcomes, viewer, bodies } = facts;
  const demands = new Set(bodyDemandsOf(policy).map(({ kind }) => kind));
  const notice = typeof facts.done === 'string' ? NOTICES[facts.done] : undefined;
  const records = [
    ...bodies.ballots.map((ballot) => ballotRow(ballot, facts)),
    ...bodies.letters.map(({ record, ...about }) => ({
      ...common(
        'board_letter',
        record,
        about,
        facts,
        record.kind === 'letter' ? 'board_letters' : 'boards_asked',
      ),
      title: record.board,
      what:
        record.kind === 'forwarded'
          ? 'The credential was forwarded to it'
          : record.supports
            ? 'Supports it'
            : 'Does not support it',
      votes: [],
    })),
    ...bodies.reviews.map(({ record, ...about }) => ({
      ...common('rubric_review', record, about, facts, 'rubric'),
      title: record.team,
      what: `${record.isSettling ? 'Settles it' : 'Review'}: ${record.tier ?? 'no tier'}`,
      votes: [],
    })),
    ...bodies.findings.map(({ record, ...about }) => ({
      ...common('vendor_finding', record, about, facts, 'generic'),
      title: FINDING_WORDS[record.finding],
      what: `It says so in: ${record.source}`,
      votes: [],
    })),
  ];
  const mayRecord = viewer.mayEdit;
  return {
    title: row.credentialName,
    zone: facts.zone,
    breadcrumbs: [{ href: approvalPaths.applications, text: 'Applications' }],
    notice: notice ? { kind: 'success' as const, text: notice } : null,
    caption: `${row.listName}, ${row.cycleName}`,
    state: stateTag(row),
    tabs: applicationTabs(facts, 'bodies'),
    asks: demands.size > 0,
    outcomes: outcomes.map(({ kind, isMet, measures, counted, expiresAt }) => ({
      text: BODY_DEMAND_WORDS[kind],
      isMet,
      measures: measures.map((measure) => ({
        text: MEASURE_WORDS[measure.kind],
        has: measure.has,
        needs: measure.needs,
      })),
      counted,
      until: expiresAt,
    })),
    mailed: facts.mailed.map((ballot) => mailedBallotRow(row.id, ballot, facts)),
    records,
    actions: mayRecord
      ? [
          { href: approvalPaths.mailBallot(row.id), text: 'Mail a ballot to employers' },
          { href: approvalPaths.recordPanelVote(row.id), text: 'Record a vote of a panel' },
          { href: approvalPaths.recordEmployerBallot(row.id), text: 'Record a ballot of employers' },
          { href: approvalPaths.recordBoardLetter(row.id), text: 'Record a workforce board' },
          { href: approvalPaths.recordGeneric(row.id), text: 'Record whether it is generic' },
          ...(demands.has('rubric')
            ? [{ href: approvalPaths.recordReview(row.id), text: 'Record a review with the rubric' }]
            : []),
        ]
      : [],
  };
}

function ballotRow({ record, votes, ...about }: BodyRecords['ballots'][0], facts: Facts) {
  const isOwn = record.agencyId === facts.viewer.agencyId;
  const excluded = exclusionsOf(facts.outcomes, record.kind, record.id);
  const count = (choice: VoteChoice) => votes.filter(({ vote }) => vote.choice === choice).length;
  return {
    ...common('ballot', record, about, facts, record.kind),
    title: record.body,
    what: `${count('approve')} for, ${count('reject')} against, ${count('abstain')} abstained, ${count('recused')} recused; ${record.eligible} could vote${record.quorum > 0 ? `, quorum ${record.quorum}` : ''}`,
    votes: votes.map(({ vote, employer }) => {
      const reason = excluded.find(({ voteId }) => voteId === vote.id)?.reason;
      return {
        // Another agency's members are its own affair.
        voter: isOwn ? vote.voter : '',
        employer: employer ?? '',
        choice: CHOICE_WORDS[vote.choice],
        relation: vote.relation === 'none' ? '' : RELATION_WORDS[vote.relation],
        grade: vote.provenance ? (VOTE_GRADE_WORDS[vote.provenance] ?? '') : '',
        reason: vote.reason,
        uncounted: reason && reason !== 'recused' ? BODY_EXCLUSION_WORDS[reason] : '',
      };
    }),
  };
}

function common(
  kind: BodyRecordKind,
  record: {
    id: number;
    agencyId: number;
    heldOn: string;
    note: string;
    recordedAt: Date;
    documentId: number | null;
    withdrawnAt: Date | null;
    withdrawReason: string | null;
  },
  about: { agency: string; recorder: string },
  { outcomes, viewer, row, documents }: Facts,
  demand: BodyOutcome['kind'],
) {
  const outcome = outcomes.find((each) => each.kind === demand);
  const why = exclusionsOf(outcomes, demand, record.id).find(({ voteId }) => voteId === null)?.reason;
  const counts = outcome?.recordIds.includes(record.id) ?? false;
  const standing = record.withdrawnAt
    ? { tag: 'bad' as const, text: 'Taken back' }
    : counts
      ? { tag: 'good' as const, text: 'Counts' }
      : outcome
        ? { tag: 'quiet' as const, text: 'Not counted' }
        : { tag: 'quiet' as const, text: 'Not asked for' };
  const isOwn = record.agencyId === viewer.agencyId;
  const file = documents.find(({ id }) => id === record.documentId);
  return {
    recordId: record.id,
    kind,
    kindText: BODY_DEMAND_WORDS[demand],
    heldOn: dayText(record.heldOn),
    note: record.note,
    document: file
      ? {
          text: file.removedAt ? 'A file whose content was deleted' : documentText(file),
          href: file.removedAt ? null : documentPath(file.id),
        }
      : record.documentId === null
        ? null
        : { text: `A document that ${about.agency} holds`, href: null },
    by: isOwn ? `${about.recorder}, ${about.agency}` : about.agency,
    at: record.recordedAt,
    standing,
    why: record.withdrawReason ?? (why ? BODY_EXCLUSION_WORDS[why] : ''),
    withdrawAction:
      isOwn && viewer.mayEdit && !record.withdrawnAt ? approvalPaths.withdrawRecord(row.id) : null,
  };
}

function exclusionsOf(
  outcomes: readonly BodyOutcome[],
  kind: BodyOutcome['kind'],
  recordId: number,
): BodyExclusion[] {
  return outcomes
    .filter((outcome) => outcome.kind === kind)
    .flatMap(({ exclusions }) => exclusions.filter((exclusion) => exclusion.recordId === recordId));
}

const relations = RELATIONS.map((relation) => ({ value: relation, text: RELATION_WORDS[relation] }));
const choices = VOTE_CHOICES.map((choice) => ({ value: choice, text: CHOICE_WORDS[choice] }));

/** The fields of one row of votes; readVote reads them by the same names. */
function fieldNames(key: number) {
  return {
    voteName: `vote${key}`,
    relationName: `relation${key}`,
    reasonName: `reason${key}`,
    employerName: `employer${key}`,
    voterName: `voter${key}`,
  };
}

export function recordFrame(row: ApplicationRow, title: string) {
  return {
    title,
    documentHint: DOCUMENT_HINT,
    caption: `${row.credentialName}. ${row.listName}, ${row.cycleName}`,
    breadcrumbs: [
      { href: approvalPaths.applications, text: 'Applications' },
      { href: approvalPaths.application(row.id), text: row.credentialName },
      { href: approvalPaths.bodies(row.id), text: 'Votes, letters and reviews' },
    ],
  };
}

export function panelVotePage(facts: {
  row: ApplicationRow;
  committees: readonly { id: number; name: string }[];
  committee: { id: number; name: string } | null;
  members: readonly VotingMember[];
  meetings: readonly { id: number; title: string; startsAt: Date; timeZone: string }[];
}) {
  const { row, committee, members } = facts;
  return {
    ...recordFrame(row, 'Record a vote of a panel'),
    chooseAction: approvalPaths.recordPanelVote(row.id),
    committees: facts.committees.map(({ id, name }) => ({ value: id, text: name })),
    committee,
    action: committee && approvalPaths.recordPanelVote(row.id),
    meetings: facts.meetings.map(({ id, title, startsAt, timeZone }) => ({
      value: id,
      text: `${title}, ${formatDate(startsAt, timeZone)}`,
    })),
    quorum: usualQuorum(members.length),
    members: members.map((member) => ({
      ...fieldNames(member.seatId),
      legend: `Seat ${member.number}: ${member.name}, ${member.employer}`,
      recusal: member.recusal,
      vote: member.recusal === null ? '' : 'recused',
    })),
    choices,
    relations,
  };
}

export function employerBallotPage(row: ApplicationRow) {
  return {
    ...recordFrame(row, 'Record a ballot of employers'),
    action: approvalPaths.recordEmployerBallot(row.id),
    rows: Array.from({ length: BALLOT_ROWS }, (_, index) => ({
      ...fieldNames(index + 1),
      legend: `Employer ${index + 1}`,
    })),
    choices: choices.filter(({ value }) => value !== 'recused'),
    relations,
  };
}

export function boardLetterPage(row: ApplicationRow) {
  return {
    ...recordFrame(row, 'Record a workforce board'),
    action: approvalPaths.recordBoardLetter(row.id),
    kinds: [
      { value: 'supports', text: 'It wrote that it supports the credential' },
      { value: 'does_not_support', text: 'It wrote that it does not support it' },
      {
        value: 'forwarded',
        text: 'The credential was forwarded to it',
        hint: 'For it to ask the employers of its region',
      },
    ],
  };
}

export function rubricPage(row: ApplicationRow, tiers: readonly string[]) {
  return {
    ...recordFrame(row, 'Record a review with the rubric'),
    action: tiers.length > 0 ? approvalPaths.recordReview(row.id) : null,
    roles: [
      { value: 'review', text: 'It reviews' },
      { value: 'settling', text: 'It settles what the other teams differ about' },
    ],
    tiers: [
      ...tiers.toReversed().map((tier) => ({ value: tier, text: tier })),
      { value: 'none', text: 'It reaches none of them' },
    ],
  };
}

const FINDING_WORDS: Record<VendorFinding, string> = {
  generic: 'It is generic',
  vendor_specific: 'It is tied to one vendor’s product',
  excepted: 'It is tied to a vendor, and excepted',
};

export function genericPage(row: ApplicationRow) {
  return {
    ...recordFrame(row, 'Record whether it is generic'),
    action: approvalPaths.recordGeneric(row.id),
    findings: [
      {
        value: 'generic',
        text: 'It is generic',
        hint: 'It shows skills that hold whoever made the tools or software',
      },
      { value: 'vendor_specific', text: 'It is tied to one vendor’s product' },
      {
        value: 'excepted',
        text: 'It is tied to a vendor, and the body that decides has excepted it',
        hint: 'Name the resolution, and attach it where there is one',
      },
    ],
  };
}

/** Faults of a ballot at the fields of its form; `keys` are the rows' names, in the order of the votes. */
export function ballotErrors(
  faults: readonly BallotFault[],
  keys: readonly (string | number)[],
): FieldError[] {
  return faults.map((fault) => {
    switch (fault.kind) {
      case 'held_in_future':
        return fieldError('heldOn', 'Enter a day that is not in the future');
      case 'nobody_voted':
        return fieldError(`vote${keys[0] ?? ''}`, 'Choose how at least one of them voted');
      case 'more_votes_than_eligible':
        return fieldError('eligible', 'More voted than could vote: enter how many could');
      case 'quorum_above_eligible':
        return fieldError('quorum', 'The quorum cannot be more than could vote');
      case 'recused_member_voted':
        return fieldError(
          `vote${keys[fault.index]}`,
          'This member is recused from the credential: choose Recused or leave it blank',
        );
      case 'recused_without_reason':
        return fieldError(`reason${keys[fault.index]}`, 'Enter why the member is recused');
      default:
        return assertNever(fault);
    }
  });
}
