import { and, arrayContains, eq, inArray } from 'drizzle-orm';
import { webhookDeliveries, webhookEndpoints } from '../db/schema/webhooks.ts';
import type { Deps } from '../deps.ts';
import { sequenceEvents } from '../events/sequence-events.ts';
import { WEBHOOK_EVENT_TYPES } from '../events/types.ts';
import { LISTENING_STATES } from './types.ts';

/**
 * Gives new events their places in the feeds and, in the same transaction, makes a delivery of each for every endpoint
 * that asked for its kind. Running it twice or side by side changes nothing.
 */
export async function dispatchEvents(
  deps: Pick<Deps, 'db' | 'clock' | 'queue'>,
): Promise<{ sequenced: number; deliveries: number }> {
  const done = { sequenced: 0, deliveries: 0 };
  for (let hasMore = true; hasMore; ) {
    await deps.db.transaction(async (tx) => {
      const batch = await sequenceEvents(tx);
      hasMore = batch.hasMore;
      done.sequenced += batch.events.length;
      for (const event of batch.events) {
        if (!WEBHOOK_EVENT_TYPES.some((type) => type === event.type)) continue;
        const endpoints = await tx
          .select({ id: webhookEndpoints.id })
          .from(webhookEndpoints)
          .where(
            and(
              eq(webhookEndpoints.agencyId, event.feed),
              inArray(webhookEndpoints.state, [...LISTENING_STATES]),
              arrayContains(webhookEndpoints.eventTypes, [event.type]),
            ),
          );
        if (endpoints.length === 0) continue;
        const now = deps.clock.now();
        await tx
          .insert(webhookDeliveries)
          .values(
            endpoints.map(({ id }) => ({ endpointId: id, eventId: event.id, dueAt: now, createdAt: now })),
          )
          .onConflictDoNothing();
        done.deliveries += endpoints.length;
      }
    });
  }
  if (done.deliveries > 0) await deps.queue.enqueue('webhooks.deliver-due', {});
  return done;
}
