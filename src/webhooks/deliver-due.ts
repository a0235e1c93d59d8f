import { randomInt, randomUUID } from 'node:crypto';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from '../db/schema/webhooks.ts';
import type { Deps } from '../deps.ts';
import type { EventData } from '../events/types.ts';
import { type Lookup, type PostOutcome, postSafely, systemLookup } from './post-safely.ts';
import {
  isThrottling,
  messageIdOf,
  nextAttemptAt,
  payloadOf,
  readRetryAfter,
  signingVersions,
} from './rules.ts';
import { signedHeaders } from './secrets.ts';
import { LISTENING_STATES } from './types.ts';

const AT_ONCE = 8;
const OF_ONE_ENDPOINT = 4;
const LEASE_MS = 60_000;
/** What a receiver that says "too much" without saying how long gets. */
const THROTTLE_MS = 60_000;

type Claimed = {
  id: number;
  attempts: number;
  eventId: number;
  type: string;
  at: Date;
  sequence: number;
  data: EventData;
  endpointId: number;
  url: string;
  secretVersion: number;
  previousUntil: Date | null;
};

/**
 * Sends what is due, several receivers side by side and none of them more than a few at once, until nothing is. At
 * least once: whoever is killed between the answer and its note leaves a delivery that is sent again, with the same
 * `webhook-id`.
 */
export async function deliverDue(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'secrets' | 'log'>,
  options: { signal?: AbortSignal; lookup?: Lookup } = {},
): Promise<{ tried: number }> {
  const { lookup = systemLookup, signal } = options;
  const worker = randomUUID();
  let tried = 0;
  while (!signal?.aborted) {
    const claimed = await claim(deps.db, worker, deps.clock.now());
    if (claimed.length === 0) break;
    await Promise.all(
      claimed.map(async (delivery) => {
        const startedAt = deps.clock.now();
        const body = payloadOf(delivery, deps.config.publicUrl);
        const headers = signedHeaders(deps.secrets.linkKey, {
          endpointId: delivery.endpointId,
          versions: signingVersions(delivery, startedAt),
          id: messageIdOf(delivery.eventId),
          at: startedAt,
          body,
        });
        const from = performance.now();
        const { webhookPrivateHosts: privateHosts } = deps.config;
        const outcome = await postSafely({ url: delivery.url, headers, body, privateHosts }, lookup);
        await record(deps, worker, delivery, outcome, startedAt, Math.round(performance.now() - from));
      }),
    );
    tried += claimed.length;
  }
  return { tried };
}

async function claim(db: Db, worker: string, now: Date): Promise<Claimed[]> {
  return db.transaction(async (tx) => {
    const lost = await tx.execute<{ id: number; claimedAt: Date }>(sql`
      update webhook_deliveries set claimed_by = null, lease_until = null
      where id in (select id from webhook_deliveries where state = 'waiting' and lease_until < ${now}
        order by id limit ${AT_ONCE} for update skip locked)
      returning id`);
    if (lost.length > 0) {
      await tx
        .insert(webhookAttempts)
        .values(
          lost.map(({ id }) => ({ deliveryId: id, at: now, durationMs: 0, error: 'worker_lost' as const })),
        );
    }
    const rows = await tx.execute<Claimed>(sql`
      update webhook_deliveries d
      set claimed_by = ${worker}, lease_until = ${new Date(now.getTime() + LEASE_MS)}, attempts = d.attempts + 1
      from webhook_endpoints e, events v
      where e.id = d.endpoint_id and v.id = d.event_id and d.id in (
        select due.id from webhook_endpoints w cross join lateral (
          select id from webhook_deliveries
          where endpoint_id = w.id and state = 'waiting' and claimed_by is null and due_at <= ${now}
          order by due_at, id limit ${OF_ONE_ENDPOINT} for update skip locked
        ) due
        where w.state = 'active' limit ${AT_ONCE})
      returning d.id, d.attempts, d.event_id as "eventId", v.type, v.at, v.sequence, v.data,
        e.id as "endpointId", e.url, e.secret_version as "secretVersion", e.previous_until as "previousUntil"`);
    return [...rows];
  });
}

async function record(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  worker: string,
  delivery: Claimed,
  outcome: PostOutcome,
  startedAt: Date,
  durationMs: number,
): Promise<void> {
  const now = deps.clock.now();
  const status = 'status' in outcome ? outcome.status : null;
  const retryAfter = 'status' in outcome ? outcome.retryAfter : null;
  const isTaken = status !== null && status >= 200 && status < 300;
  const dueAt = isTaken ? null : nextAttemptAt(delivery.attempts, now, randomInt(1_000) / 1_000, retryAfter);
  const free = { claimedBy: null, leaseUntil: null };
  await deps.db.transaction(async (tx) => {
    await tx.insert(webhookAttempts).values({
      deliveryId: delivery.id,
      at: startedAt,
      durationMs,
      status,
      error: 'error' in outcome ? outcome.error : null,
    });
    const mine = and(
      eq(webhookDeliveries.id, delivery.id),
      eq(webhookDeliveries.claimedBy, worker),
      eq(webhookDeliveries.state, 'waiting'),
    );
    if (isTaken) {
      await tx
        .update(webhookDeliveries)
        .set({ ...free, state: 'delivered', finishedAt: now })
        .where(mine);
      return;
    }
    if (status === 410) {
      await switchOff(tx, delivery.endpointId, 'gone', now);
      return;
    }
    await tx
      .update(webhookDeliveries)
      .set(dueAt ? { ...free, dueAt } : { ...free, state: 'failed', finishedAt: now })
      .where(mine);
    if (status !== null && isThrottling(status)) {
      const until = new Date(now.getTime() + (readRetryAfter(retryAfter, now) ?? THROTTLE_MS));
      await tx.execute(sql`
        update webhook_deliveries set due_at = ${until}
        where endpoint_id = ${delivery.endpointId} and state = 'waiting' and claimed_by is null and due_at < ${until}`);
    }
  });
  if (!isTaken) deps.log.info({ deliveryId: delivery.id, status }, 'a webhook was not taken');
}

/** Ends an endpoint and what waits for it. False when it was off already. */
export async function switchOff(
  tx: Db,
  endpointId: number,
  reason: 'by_staff' | 'gone',
  now: Date,
): Promise<boolean> {
  const off = await tx
    .update(webhookEndpoints)
    .set({ state: 'disabled', disabledReason: reason, disabledAt: now })
    .where(and(eq(webhookEndpoints.id, endpointId), inArray(webhookEndpoints.state, [...LISTENING_STATES])))
    .returning({ id: webhookEndpoints.id });
  await tx
    .update(webhookDeliveries)
    .set({ state: 'cancelled', finishedAt: now, claimedBy: null, leaseUntil: null })
    .where(and(eq(webhookDeliveries.endpointId, endpointId), eq(webhookDeliveries.state, 'waiting')));
  return off.length > 0;
}
