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
import { MEETING_STATES, RECUSAL_SOURCES, RSVP_RESPONSES } from '../../committees/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials, issuers } from './credentials.ts';
import { contacts } from './employers.ts';
import { asks } from './outreach.ts';
import { at, bytea, id, oneOf, ref } from './types.ts';

export const committees = pgTable(
  'committees',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    purpose: text('purpose').notNull().default(''),
    isPublic: boolean('is_public').notNull().default(false),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index().on(t.agencyId)],
);

export const committeeSeats = pgTable(
  'committee_seats',
  {
    id: id(),
    committeeId: ref('committee_id')
      .notNull()
      .references(() => committees.id),
    /** Order on the page, from 1. */
    number: integer('number').notNull(),
    role: text('role').notNull(),
    /** NAICS sector prefix where the seat is for one. */
    naicsPrefix: text('naics_prefix'),
    isIndustry: boolean('is_industry').notNull().default(true),
    holderContactId: ref('holder_contact_id').references(() => contacts.id),
    filledAt: at('filled_at'),
    termFrom: date('term_from'),
    termUntil: date('term_until'),
  },
  (t) => [
    uniqueIndex('committee_seats_number').on(t.committeeId, t.number),
    uniqueIndex('committee_seats_one_each')
      .on(t.committeeId, t.holderContactId)
      .where(sql`${t.holderContactId} is not null`),
    check('committee_seats_filled', sql`(${t.filledAt} is null) = (${t.holderContactId} is null)`),
  ],
);

export const meetings = pgTable(
  'meetings',
  {
    id: id(),
    committeeId: ref('committee_id')
      .notNull()
      .references(() => committees.id),
    title: text('title').notNull(),
    startsAt: at('starts_at').notNull(),
    endsAt: at('ends_at').notNull(),
    timeZone: text('time_zone').notNull(),
    place: text('place').notNull().default(''),
    onlineUrl: text('online_url'),
    agenda: text('agenda').notNull().default(''),
    /** iCalendar UID; stable for the meeting's life. */
    uid: text('uid').notNull().unique(),
    /** iCalendar SEQUENCE; rises with time, place or cancellation. */
    sequence: integer('sequence').notNull().default(0),
    state: text('state', { enum: MEETING_STATES }).notNull().default('scheduled'),
    createdBy: ref('created_by')
      .notNull()
      .references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    check('meetings_state', oneOf(t.state, MEETING_STATES)),
    check('meetings_times', sql`${t.startsAt} < ${t.endsAt}`),
    index().on(t.committeeId),
  ],
);

/** Versioned answers to a meeting invitation; the current one has no ended_at. */
export const rsvps = pgTable(
  'rsvps',
  {
    id: id(),
    askId: ref('ask_id')
      .notNull()
      .references((): AnyPgColumn => asks.id),
    meetingId: ref('meeting_id')
      .notNull()
      .references(() => meetings.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    version: integer('version').notNull(),
    response: text('response', { enum: RSVP_RESPONSES }).notNull(),
    reason: text('reason').notNull().default(''),
    seatId: ref('seat_id').references(() => committeeSeats.id),
    respondedAt: at('responded_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    check('rsvps_response', oneOf(t.response, RSVP_RESPONSES)),
    uniqueIndex('rsvps_version').on(t.askId, t.version),
    uniqueIndex('rsvps_current').on(t.askId).where(sql`${t.endedAt} is null`),
    index().on(t.meetingId),
    index().on(t.contactId),
  ],
);

/** The RSVP link's token per ask, SHA-256 only. */
export const rsvpLinks = pgTable('rsvp_links', {
  tokenHash: bytea('token_hash').primaryKey(),
  askId: ref('ask_id')
    .notNull()
    .unique()
    .references((): AnyPgColumn => asks.id),
  createdAt: at('created_at').notNull(),
});

/** A member takes no part where there is a connection. Kept when it ends, and shown with the seat. */
export const recusals = pgTable(
  'recusals',
  {
    id: id(),
    seatId: ref('seat_id')
      .notNull()
      .references(() => committeeSeats.id),
    /** Who held the seat: a recusal is the person's, not the chair's. */
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    issuerId: ref('issuer_id')
      .notNull()
      .references(() => issuers.id),
    /** Null: from everything that the issuer awards. */
    credentialId: ref('credential_id').references(() => credentials.id),
    source: text('source', { enum: RECUSAL_SOURCES }).notNull(),
    reason: text('reason').notNull(),
    recordedAt: at('recorded_at').notNull(),
    recordedBy: ref('recorded_by')
      .notNull()
      .references(() => staffMembers.id),
    endedAt: at('ended_at'),
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endReason: text('end_reason'),
  },
  (t) => [
    check('recusals_source', oneOf(t.source, RECUSAL_SOURCES)),
    check('recusals_ended', sql`(${t.endedAt} is null) = (${t.endedBy} is null)`),
    check('recusals_ended_by_another', sql`${t.endedBy} <> ${t.recordedBy}`),
    uniqueIndex('recusals_current')
      .on(t.seatId, t.contactId, t.issuerId, sql`coalesce(${t.credentialId}, 0)`)
      .where(sql`${t.endedAt} is null`),
  ],
);
