import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { ATTEMPT_ERRORS, DELIVERY_STATES, DISABLED_REASONS, ENDPOINT_STATES } from '../../webhooks/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { events } from './events.ts';
import { at, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** Where an agency's other systems are told. Its secrets are derived from the installation's key, not kept. */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text('name').notNull(),
    url: text('url').notNull(),
    eventTypes: text('event_types').array().notNull(),
    state: text('state', { enum: ENDPOINT_STATES }).notNull().default('active'),
    disabledReason: text('disabled_reason', { enum: DISABLED_REASONS }),
    disabledAt: at('disabled_at'),
    /** Raising it makes new secrets; the ones before sign too until previous_until. */
    secretVersion: integer('secret_version').notNull().default(1),
    previousUntil: at('previous_until'),
    createdBy: ref('created_by')
      .notNull()
      .references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('webhook_endpoints_state', oneOf(t.state, ENDPOINT_STATES)),
    check('webhook_endpoints_reason', oneOf(t.disabledReason, DISABLED_REASONS)),
    check('webhook_endpoints_disabled', presentExactlyIn(t.disabledAt, t.state, ['disabled', 'deleted'])),
    check('webhook_endpoints_why', sql`(${t.disabledReason} is null) = (${t.disabledAt} is null)`),
    index().on(t.agencyId),
  ],
);

/** One event for one endpoint. The row is the truth, the queue a hint. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: id(),
    endpointId: ref('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id),
    eventId: ref('event_id')
      .notNull()
      .references(() => events.id),
    state: text('state', { enum: DELIVERY_STATES }).notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    dueAt: at('due_at').notNull(),
    /** Present while a worker tries it. */
    claimedBy: uuid('claimed_by'),
    leaseUntil: at('lease_until'),
    finishedAt: at('finished_at'),
    /** Present when staff sent an earlier one again. */
    replayedBy: ref('replayed_by').references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('webhook_deliveries_state', oneOf(t.state, DELIVERY_STATES)),
    check('webhook_deliveries_finished', sql`(${t.finishedAt} is null) = (${t.state} = 'waiting')`),
    check('webhook_deliveries_lease', sql`(${t.claimedBy} is null) = (${t.leaseUntil} is null)`),
    uniqueIndex('webhook_deliveries_once').on(t.endpointId, t.eventId).where(sql`${t.replayedBy} is null`),
    index('webhook_deliveries_due').on(t.dueAt, t.id).where(sql`${t.state} = 'waiting'`),
    index().on(t.endpointId, t.id),
  ],
);

/** Every try of a delivery, for people to look at. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: id(),
    deliveryId: ref('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id),
    at: at('at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    status: integer('status'),
    error: text('error', { enum: ATTEMPT_ERRORS }),
  },
  (t) => [
    check('webhook_attempts_error', oneOf(t.error, ATTEMPT_ERRORS)),
    check('webhook_attempts_outcome', sql`num_nonnulls(${t.status}, ${t.error}) = 1`),
    index().on(t.deliveryId),
  ],
);
