import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import {
  BALLOT_KINDS,
  BOARD_LETTER_KINDS,
  MAILED_BALLOT_STATES,
  VENDOR_FINDINGS,
  VOTE_CHOICES,
} from '../../committees/types.ts';
import { PROVENANCES, RELATIONS } from '../../surveys/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { committeeSeats, committees, meetings } from './committees.ts';
import { credentials } from './credentials.ts';
import { documents } from './documents.ts';
import { contacts, employers } from './employers.ts';
import { at, bytea, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** What a body said of a credential, as staff recorded it: never edited, only taken back with a reason. */
const bodyRecord = {
  id: id(),
  agencyId: ref('agency_id')
    .notNull()
    .references(() => agencies.id),
  credentialId: ref('credential_id')
    .notNull()
    .references(() => credentials.id),
  /** The day of the vote, letter or review itself. */
  heldOn: date('held_on').notNull(),
  note: text('note').notNull().default(''),
  documentId: ref('document_id').references(() => documents.id),
  recordedBy: ref('recorded_by')
    .notNull()
    .references(() => staffMembers.id),
  recordedAt: at('recorded_at').notNull(),
  withdrawnAt: at('withdrawn_at'),
  withdrawnBy: ref('withdrawn_by').references(() => staffMembers.id),
  withdrawReason: text('withdraw_reason'),
} as const;

const withdrawnWhole = (t: { withdrawnAt: unknown; withdrawnBy: unknown; withdrawReason: unknown }) =>
  sql`(${t.withdrawnAt} is null) = (${t.withdrawnBy} is null) and (${t.withdrawnAt} is null) = (${t.withdrawReason} is null)`;

/** A vote of a panel at a meeting, or a ballot of employers. */
export const ballots = pgTable(
  'ballots',
  {
    ...bodyRecord,
    kind: text('kind', { enum: BALLOT_KINDS }).notNull(),
    /** Who voted, in the words of the record. */
    body: text('body').notNull(),
    committeeId: ref('committee_id').references(() => committees.id),
    meetingId: ref('meeting_id').references(() => meetings.id),
    /** Who could have voted, and how many of them must have for the vote to hold. */
    eligible: integer('eligible').notNull(),
    quorum: integer('quorum').notNull(),
  },
  (t) => [
    check('ballots_kind', oneOf(t.kind, BALLOT_KINDS)),
    check('ballots_quorum', sql`${t.eligible} > 0 and ${t.quorum} between 0 and ${t.eligible}`),
    check('ballots_withdrawn', withdrawnWhole(t)),
    index().on(t.credentialId),
    index().on(t.meetingId),
  ],
);

export const ballotVotes = pgTable(
  'ballot_votes',
  {
    id: id(),
    ballotId: ref('ballot_id')
      .notNull()
      .references(() => ballots.id),
    seatId: ref('seat_id').references(() => committeeSeats.id),
    contactId: ref('contact_id').references(() => contacts.id),
    employerId: ref('employer_id').references(() => employers.id),
    /** As staff know the voter; never in evidence. */
    voter: text('voter').notNull(),
    choice: text('choice', { enum: VOTE_CHOICES }).notNull(),
    /** How the voter's employer stands to the issuer, as declared at the vote. */
    relation: text('relation', { enum: RELATIONS }).notNull().default('none'),
    reason: text('reason').notNull().default(''),
    /** Of a vote by a mailed link, which can be changed until the ballot closes: the latest version counts. */
    voterId: ref('voter_id').references((): AnyPgColumn => ballotVoters.id),
    version: integer('version'),
    castAt: at('cast_at'),
    provenance: text('provenance', { enum: PROVENANCES }),
  },
  (t) => [
    check('ballot_votes_choice', oneOf(t.choice, VOTE_CHOICES)),
    check('ballot_votes_relation', oneOf(t.relation, RELATIONS)),
    check('ballot_votes_provenance', oneOf(t.provenance, PROVENANCES)),
    check(
      'ballot_votes_by_link',
      sql`num_nulls(${t.voterId}, ${t.version}, ${t.castAt}, ${t.provenance}) in (0, 4)`,
    ),
    uniqueIndex('ballot_votes_once')
      .on(t.ballotId, t.contactId)
      .where(sql`${t.contactId} is not null and ${t.voterId} is null`),
    uniqueIndex('ballot_votes_version').on(t.voterId, t.version).where(sql`${t.voterId} is not null`),
    index().on(t.ballotId),
    index().on(t.employerId),
  ],
);

/**
 * A ballot that goes to employers by mail: one person proposes it, another opens it. It closes by itself, and the record
 * of it speaks from then on.
 */
export const mailedBallots = pgTable(
  'mailed_ballots',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    state: text('state', { enum: MAILED_BALLOT_STATES }).notNull().default('proposed'),
    /** Who is asked to vote, in the words of the record. */
    body: text('body').notNull(),
    /** What voters read besides. */
    note: text('note').notNull().default(''),
    /** Nobody sees how it stands before it closes. */
    isSecret: boolean('is_secret').notNull(),
    closesAt: at('closes_at').notNull(),
    proposedBy: ref('proposed_by')
      .notNull()
      .references(() => staffMembers.id),
    proposedAt: at('proposed_at').notNull(),
    openedBy: ref('opened_by').references(() => staffMembers.id),
    openedAt: at('opened_at'),
    ballotId: ref('ballot_id')
      .unique()
      .references(() => ballots.id),
    cancelledBy: ref('cancelled_by').references(() => staffMembers.id),
    cancelledAt: at('cancelled_at'),
    cancelReason: text('cancel_reason'),
  },
  (t) => [
    check('mailed_ballots_state', oneOf(t.state, MAILED_BALLOT_STATES)),
    check('mailed_ballots_two_people', sql`${t.openedBy} <> ${t.proposedBy}`),
    check('mailed_ballots_opened', sql`num_nulls(${t.openedBy}, ${t.openedAt}, ${t.ballotId}) in (0, 3)`),
    check(
      'mailed_ballots_open',
      sql`case ${t.state} when 'open' then ${t.openedAt} is not null when 'proposed' then ${t.openedAt} is null else true end`,
    ),
    check('mailed_ballots_cancelled', presentExactlyIn(t.cancelledAt, t.state, ['cancelled'])),
    check(
      'mailed_ballots_cancel_reason',
      sql`num_nulls(${t.cancelledBy}, ${t.cancelledAt}, ${t.cancelReason}) in (0, 3)`,
    ),
    index().on(t.credentialId),
  ],
);

/** Who may vote on a mailed ballot, each by a link of their own. Never changed. */
export const ballotVoters = pgTable(
  'ballot_voters',
  {
    id: id(),
    mailedBallotId: ref('mailed_ballot_id')
      .notNull()
      .references(() => mailedBallots.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    /** SHA-256 of the link's token. */
    tokenHash: bytea('token_hash').notNull().unique(),
  },
  (t) => [uniqueIndex('ballot_voters_once').on(t.mailedBallotId, t.contactId), index().on(t.contactId)],
);

/** Whether a credential is tied to one vendor's product, as staff found it, and where it says so. */
export const vendorFindings = pgTable(
  'vendor_findings',
  {
    ...bodyRecord,
    finding: text('finding', { enum: VENDOR_FINDINGS }).notNull(),
    source: text('source').notNull(),
  },
  (t) => [
    check('vendor_findings_finding', oneOf(t.finding, VENDOR_FINDINGS)),
    check('vendor_findings_withdrawn', withdrawnWhole(t)),
    index().on(t.credentialId),
  ],
);

/** A letter of a workforce board, or that the credential was forwarded to it. */
export const boardLetters = pgTable(
  'board_letters',
  {
    ...bodyRecord,
    kind: text('kind', { enum: BOARD_LETTER_KINDS }).notNull(),
    board: text('board').notNull(),
    supports: boolean('supports').notNull(),
  },
  (t) => [
    check('board_letters_kind', oneOf(t.kind, BOARD_LETTER_KINDS)),
    check('board_letters_withdrawn', withdrawnWhole(t)),
    index().on(t.credentialId),
  ],
);

/** One team's reading of a rubric. */
export const rubricReviews = pgTable(
  'rubric_reviews',
  {
    ...bodyRecord,
    team: text('team').notNull(),
    /** Settles what the other teams differ about. */
    isSettling: boolean('is_settling').notNull(),
    /** Null when it reached none. */
    tier: text('tier'),
  },
  (t) => [check('rubric_reviews_withdrawn', withdrawnWhole(t)), index().on(t.credentialId)],
);
