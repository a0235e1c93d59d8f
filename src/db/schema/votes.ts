import { sql } from 'drizzle-orm';
import { boolean, check, date, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { BALLOT_KINDS, BOARD_LETTER_KINDS, VOTE_CHOICES } from '../../committees/types.ts';
import { RELATIONS } from '../../surveys/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { committeeSeats, committees, meetings } from './committees.ts';
import { credentials } from './credentials.ts';
import { documents } from './documents.ts';
import { contacts, employers } from './employers.ts';
import { at, id, oneOf, ref } from './types.ts';

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
  },
  (t) => [
    check('ballot_votes_choice', oneOf(t.choice, VOTE_CHOICES)),
    check('ballot_votes_relation', oneOf(t.relation, RELATIONS)),
    uniqueIndex('ballot_votes_once').on(t.ballotId, t.contactId).where(sql`${t.contactId} is not null`),
    index().on(t.ballotId),
    index().on(t.employerId),
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
