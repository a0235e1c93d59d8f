import { z } from 'zod';
import { WEBHOOK_EVENT_TYPES } from '../events/types.ts';
import { ATTEMPT_ERRORS, DELIVERY_STATES, DISABLED_REASONS } from './types.ts';

/** The shapes of webhooks in the API: what is asked, answered and sent. */

const id = z.int().positive();
const count = z.int().nonnegative();
const instant = z.iso.datetime();
const href = z.string().describe('Path on this server');
const eventType = z.enum(WEBHOOK_EVENT_TYPES);

export const endpointSchema = z
  .strictObject({
    id,
    name: z.string(),
    url: z.string(),
    eventTypes: z.array(eventType),
    state: z
      .enum(['active', 'paused', 'disabled'])
      .describe('paused: what happens waits. disabled: it is told nothing'),
    disabledReason: z.enum(DISABLED_REASONS).nullable().describe('gone: it answered 410'),
    publicKey: z.string().describe('Ed25519, for `v1a` signatures of Standard Webhooks'),
    secretVersion: z.int().positive(),
    oldKeysSignUntil: instant.nullable().describe('After a rotation both sign until then'),
    waiting: count,
    failed: count.describe('Given up after ten tries'),
    createdAt: instant,
    links: z.strictObject({ self: href, deliveries: href }),
  })
  .describe('Where another system of your agency is told');

export const endpointsSchema = z
  .strictObject({ items: z.array(endpointSchema) })
  .describe('All endpoints of your agency');

export const endpointWithSecretSchema = endpointSchema
  .extend({
    secret: z
      .string()
      .describe('For `v1` signatures. Told here and nowhere else; keep it where messages arrive'),
  })
  .describe('An endpoint with its new secret');

export const deliverySchema = z
  .strictObject({
    id,
    messageId: z.string().describe('The `webhook-id`: the same when it is tried or sent again'),
    event: z.strictObject({
      sequence: z.int().positive().describe('Place in the feed of changes'),
      type: z.string(),
      at: instant,
    }),
    state: z.enum(DELIVERY_STATES),
    isReplay: z.boolean(),
    createdAt: instant,
    nextTryAt: instant.nullable(),
    tries: z.array(
      z.strictObject({
        at: instant,
        durationMs: count,
        status: z.int().nullable().describe('What the receiver answered'),
        error: z.enum(ATTEMPT_ERRORS).nullable().describe('Why there was no answer'),
      }),
    ),
    links: z.strictObject({ endpoint: href }),
  })
  .describe('One event for one endpoint');

export const deliveryPageSchema = z
  .strictObject({
    items: z.array(deliverySchema),
    nextCursor: z.string().nullable().describe('Pass it as `cursor` for the next page; null on the last'),
  })
  .describe('A page of deliveries, the newest first');

export const messageSchema = z
  .strictObject({
    type: eventType,
    timestamp: instant.describe('When it happened'),
    data: z
      .looseObject({
        sequence: z.int().positive(),
        links: z.record(z.string(), z.string()).describe('Whole addresses of the things that it names'),
      })
      .describe('Ids, slugs, states and hashes. Read the thing itself at its address.'),
  })
  .describe('What an endpoint is sent, signed by Standard Webhooks 1.0 (`v1` and `v1a`)');

const words = (maximum: number) =>
  z.string().trim().min(1, 'Do not leave it blank').max(maximum, `Use ${maximum} characters or fewer`);

export const endpointBody = z.strictObject({
  name: words(80).describe('What it is for'),
  url: words(500).describe('Begins with https:// and leads to the public internet; takes POST'),
  eventTypes: z.array(eventType).min(1, 'Name at least one type').max(WEBHOOK_EVENT_TYPES.length),
});
