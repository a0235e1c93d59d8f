import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { EVENT_TYPES, type EventData } from '../../events/types.ts';
import { REQUIREMENT_STATUSES } from '../../evidence/types.ts';
import { apiKeys } from './agencies.ts';
import { lists } from './approvals.ts';
import { credentials } from './credentials.ts';
import { policyVersions } from './evidence.ts';
import { at, id, oneOf, ref } from './types.ts';

/** What other systems are told of. Written in the transaction of the change; a trigger lets only the sequence be set. */
export const events = pgTable(
  'events',
  {
    id: id(),
    /** The agency's id, or 0 for what all agencies share. */
    feed: ref('feed').notNull(),
    type: text('type', { enum: EVENT_TYPES }).notNull(),
    at: at('at').notNull(),
    data: jsonb('data').$type<EventData>().notNull(),
    /**
     * Place in the feed, from 1 and without gaps. Given after the commit by one process at a time, so that nothing ever
     * turns up behind a place that a reader has passed.
     */
    sequence: ref('sequence'),
  },
  (t) => [
    check('events_type', oneOf(t.type, EVENT_TYPES)),
    uniqueIndex('events_feed').on(t.feed, t.sequence),
    index('events_waiting').on(t.id).where(sql`${t.sequence} is null`),
  ],
);

/** The last place given in each feed. */
export const eventCounters = pgTable('event_counters', {
  feed: ref('feed').primaryKey(),
  lastSequence: ref('last_sequence').notNull(),
});

/** What was last told of a requirement, so that each change of it is told exactly once. */
export const requirementStates = pgTable(
  'requirement_states',
  {
    listId: ref('list_id')
      .notNull()
      .references(() => lists.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    policyVersionId: ref('policy_version_id')
      .notNull()
      .references(() => policyVersions.id),
    status: text('status', { enum: REQUIREMENT_STATUSES }).notNull(),
    /** Hash of the figures. */
    figuresHash: text('figures_hash').notNull(),
    /** Rises with each change. */
    version: integer('version').notNull().default(1),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.listId, t.credentialId] }),
    check('requirement_states_status', oneOf(t.status, REQUIREMENT_STATUSES)),
  ],
);

/** First answers to writes, so that a repeated request gets the same one and does nothing twice. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    apiKeyId: ref('api_key_id')
      .notNull()
      .references(() => apiKeys.id),
    key: text('key').notNull(),
    /** SHA-256 of method, path and body. */
    requestSha256: text('request_sha256').notNull(),
    status: integer('status').notNull(),
    body: text('body').notNull(),
    location: text('location'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.apiKeyId, t.key] }), index().on(t.createdAt)],
);
