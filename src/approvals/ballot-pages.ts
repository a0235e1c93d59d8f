import type { countCast, MailedBallot, Voter } from '../committees/mailed-ballot-queries.ts';
import { whyNoVote } from '../committees/voting-rules.ts';
import { formatDate, formatDateTime } from '../lib/zoned-time.ts';
import type { MessageState } from '../outreach/types.ts';
import { recordFrame } from './body-pages.ts';
import { approvalPaths } from './paths.ts';
import type { ApplicationRow } from './queries.ts';

/** The form by which somebody proposes that a ballot is mailed. */
export function mailBallotPage(
  row: ApplicationRow,
  facts: { committees: readonly { id: number; name: string }[]; isSecret: boolean },
) {
  return {
    ...recordFrame(row, 'Mail a ballot to employers'),
    action: approvalPaths.mailBallot(row.id),
    committees: facts.committees.map(({ id, name }) => ({ value: id, text: `Members of ${name}` })),
    answered: [{ value: 'yes', text: 'Everybody who answered about this credential' }],
    isSecret: facts.isSecret,
  };
}

type Standing = { kind: 'quiet' | 'active' | 'good' | 'bad'; text: string };

function stateOf(ballot: MailedBallot['record'], now: Date): Standing {
  if (ballot.state === 'cancelled') return { kind: 'bad', text: 'Called off' };
  if (ballot.state === 'proposed') return { kind: 'quiet', text: 'Waits for a second person' };
  return whyNoVote(ballot, now) === null
    ? { kind: 'active', text: 'Open' }
    : { kind: 'good', text: 'Closed' };
}

/** A mailed ballot as a row among what bodies said. */
export function mailedBallotRow(
  applicationId: number,
  { record, entitled, voted }: MailedBallot,
  { now, zone }: { now: Date; zone: string },
) {
  return {
    href: approvalPaths.mailedBallot(applicationId, record.id),
    body: record.body,
    state: stateOf(record, now),
    closesAt: formatDate(record.closesAt, zone),
    turnout: record.openedAt ? `${voted} of ${entitled} have voted` : `${entitled} may vote`,
  };
}

const MAIL_WORDS: Record<MessageState, string> = {
  planned: 'Waits to be sent',
  claimed: 'Is being sent',
  sent: 'Sent',
  delivered: 'Arrived',
  bounced: 'Came back',
  complained: 'Called spam',
  suppressed: 'Not sent: asked not to be written to',
  expired: 'Not sent: there was no room for it in time',
  cancelled: 'Not sent',
  uncertain: 'May have been sent',
  failed: 'Refused by the mail server',
};

/** One mailed ballot: who may vote and whether they have. How it stands is there once it may be seen. */
export function mailedBallotPage(facts: {
  row: ApplicationRow;
  ballot: MailedBallot;
  voters: readonly Voter[];
  /** Null while nobody may see how it stands. */
  standing: Awaited<ReturnType<typeof countCast>> | null;
  viewer: { staffId: number; mayEdit: boolean; mayApprove: boolean };
  now: Date;
  zone: string;
  done: unknown;
}) {
  const { row, ballot, voters, standing, viewer, now, zone } = facts;
  const { record } = ballot;
  const isOwn = record.proposedBy === viewer.staffId;
  const isOpen = record.state === 'open' && whyNoVote(record, now) === null;
  const employers = new Set(voters.map(({ employerId }) => employerId));
  const heard = new Set(voters.filter(({ castAt }) => castAt !== null).map(({ employerId }) => employerId));
  const notice =
    facts.done === 'proposed'
      ? 'The ballot is proposed. Nothing is mailed before a second person opens it.'
      : facts.done === 'opened'
        ? 'The ballot is open, and the links are on their way.'
        : facts.done === 'cancelled'
          ? 'The ballot is called off.'
          : null;
  return {
    ...recordFrame(row, `Ballot of ${record.body}`),
    zone,
    notice: notice === null ? null : { kind: 'success' as const, text: notice },
    state: stateOf(record, now),
    facts: [
      { key: 'Closes', value: formatDateTime(record.closesAt, zone), action: null },
      { key: 'Proposed by', value: ballot.proposer, action: null },
      ...(ballot.opener ? [{ key: 'Opened by', value: ballot.opener, action: null }] : []),
      ...(record.note ? [{ key: 'What voters read besides', value: record.note, action: null }] : []),
      ...(record.cancelReason
        ? [{ key: 'Called off because', value: record.cancelReason, action: null }]
        : []),
    ],
    turnout: { voted: ballot.voted, entitled: ballot.entitled, heard: heard.size, employers: employers.size },
    wasOpened: record.openedAt !== null,
    secret: isOpen && record.isSecret,
    standing,
    recordHref: record.state === 'open' && !isOpen ? approvalPaths.bodies(row.id) : null,
    voters: voters.map((voter) => ({
      employer: voter.employer,
      href: approvalPaths.employer(voter.employerId),
      name: voter.isNamed ? voter.name : 'Somebody who answered another agency',
      email: voter.isNamed ? voter.email : 'Named once the ballot is open',
      mail:
        voter.messageState === null
          ? 'Not mailed yet'
          : voter.messageState === 'planned' && voter.sendAfter && voter.sendAfter > now
            ? `Waits until ${formatDate(voter.sendAfter, zone)}${voter.messageReason ? ': they were written to lately' : ''}`
            : MAIL_WORDS[voter.messageState as MessageState],
      castAt: voter.castAt,
      changes: voter.versions > 1 ? voter.versions - 1 : 0,
    })),
    openAction:
      record.state === 'proposed' && !isOwn && viewer.mayApprove
        ? `${approvalPaths.mailedBallot(row.id, record.id)}/open`
        : null,
    waits: record.state === 'proposed' && (isOwn || !viewer.mayApprove),
    cancelAction:
      (record.state === 'proposed' || isOpen) && viewer.mayEdit
        ? `${approvalPaths.mailedBallot(row.id, record.id)}/cancel`
        : null,
  };
}

/** Why a choice of voters makes no ballot. */
export function votersFault(unknown: readonly string[]): string {
  if (unknown.length === 0) {
    return 'Choose who may vote: tick the box, choose a committee or enter addresses';
  }
  const shown = unknown.slice(0, 5).join(', ');
  return `Enter addresses of people on record: ${shown}${unknown.length > 5 ? ' and others' : ''} belong to nobody`;
}
