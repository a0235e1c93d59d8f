import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import {
  LIFT_STATES,
  MAIL_EVENT_KINDS,
  MAIL_EVENT_OUTCOMES,
  MAIL_EVENT_SOURCES,
} from '../../delivery/types.ts';
import { BOUNCE_CLASSES } from '../../mail/inbound/classify-bounce.ts';
import { agencies, staffMembers } from './agencies.ts';
import { messages, suppressions } from './outreach.ts';
import { at, bytea, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** What came back about mails that left, as it came. A trigger lets nothing change but how it was applied. */
export const mailEvents = pgTable(
  'mail_events',
  {
    id: id(),
    source: text('source', { enum: MAIL_EVENT_SOURCES }).notNull(),
    /** The provider's id of the event, or one made from the report: the same event is kept once. */
    providerEventId: text('provider_event_id').notNull(),
    kind: text('kind', { enum: MAIL_EVENT_KINDS }).notNull(),
    /** Present exactly on bounces. */
    classification: text('classification', { enum: BOUNCE_CLASSES }),
    messageId: ref('message_id').references(() => messages.id),
    /** What else may name the message: the provider's id of it, and its Message-ID header. */
    providerMessageId: text('provider_message_id'),
    headerMessageId: text('header_message_id'),
    /** Keyed hash of the address that the event names, so that an address corrected since is left alone. */
    recipientHash: bytea('recipient_hash'),
    occurredAt: at('occurred_at'),
    receivedAt: at('received_at').notNull(),
    appliedAt: at('applied_at'),
    outcome: text('outcome', { enum: MAIL_EVENT_OUTCOMES }),
    /** The suppression that it led to. */
    suppressionId: ref('suppression_id').references(() => suppressions.id),
    /** Status codes and the provider's words for types; never addresses or free text. */
    facts: jsonb('facts').$type<Record<string, string>>().notNull().default({}),
  },
  (t) => [
    check('mail_events_source', oneOf(t.source, MAIL_EVENT_SOURCES)),
    check('mail_events_kind', oneOf(t.kind, MAIL_EVENT_KINDS)),
    check('mail_events_classification', oneOf(t.classification, BOUNCE_CLASSES)),
    check('mail_events_classified', presentExactlyIn(t.classification, t.kind, ['bounce'])),
    check('mail_events_outcome', oneOf(t.outcome, MAIL_EVENT_OUTCOMES)),
    check('mail_events_applied', sql`(${t.appliedAt} is not null) = (${t.outcome} is not null)`),
    uniqueIndex('mail_events_once').on(t.source, t.providerEventId),
    index().on(t.messageId),
    index('mail_events_open').on(t.receivedAt).where(sql`${t.appliedAt} is null`),
    index('mail_events_for_staff').on(t.receivedAt).where(sql`${t.outcome} in ('needs_staff', 'unmatched')`),
  ],
);

/** Taking an address off the do-not-contact list by staff: a reason, and two people. */
export const suppressionLifts = pgTable(
  'suppression_lifts',
  {
    id: id(),
    suppressionId: ref('suppression_id')
      .notNull()
      .references(() => suppressions.id),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    state: text('state', { enum: LIFT_STATES }).notNull().default('requested'),
    reason: text('reason').notNull(),
    requestedBy: ref('requested_by')
      .notNull()
      .references(() => staffMembers.id),
    requestedAt: at('requested_at').notNull(),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
  },
  (t) => [
    check('suppression_lifts_state', oneOf(t.state, LIFT_STATES)),
    check('suppression_lifts_decided', presentExactlyIn(t.decidedAt, t.state, ['confirmed', 'withdrawn'])),
    check('suppression_lifts_decided_by', sql`(${t.decidedBy} is not null) = (${t.decidedAt} is not null)`),
    check(
      'suppression_lifts_two_people',
      sql`${t.state} <> 'confirmed' or ${t.decidedBy} <> ${t.requestedBy}`,
    ),
    uniqueIndex('suppression_lifts_one_open').on(t.suppressionId).where(sql`${t.state} = 'requested'`),
  ],
);

/** Domains that asked us to slow down, and how much each took in the current minute; shared by all workers. */
export const receivingDomains = pgTable('receiving_domains', {
  domain: text('domain').primaryKey(),
  /** Nothing is claimed for this domain before then. */
  heldUntil: at('held_until'),
  /** How often in a row it put us off; the wait grows with it. */
  holds: integer('holds').notNull().default(0),
  /** Its last reply: `421 4.7.0`. */
  code: text('code'),
  minute: at('minute'),
  takenInMinute: integer('taken_in_minute').notNull().default(0),
  updatedAt: at('updated_at').notNull(),
});
