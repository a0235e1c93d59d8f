import { and, asc, desc, eq, inArray, lt, ne, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { events } from '../db/schema/events.ts';
import { webhookAttempts, webhookDeliveries, webhookEndpoints } from '../db/schema/webhooks.ts';
import type { DeliveryState } from './types.ts';

export function listEndpoints(db: Db, agencyId: number) {
  return db
    .select({
      id: webhookEndpoints.id,
      name: webhookEndpoints.name,
      url: webhookEndpoints.url,
      eventTypes: webhookEndpoints.eventTypes,
      state: webhookEndpoints.state,
      secretVersion: webhookEndpoints.secretVersion,
      previousUntil: webhookEndpoints.previousUntil,
      createdAt: webhookEndpoints.createdAt,
      disabledReason: webhookEndpoints.disabledReason,
      waiting: sql<number>`(select count(*)::int from webhook_deliveries d where d.endpoint_id = webhook_endpoints.id and d.state = 'waiting')`,
      failed: sql<number>`(select count(*)::int from webhook_deliveries d where d.endpoint_id = webhook_endpoints.id and d.state = 'failed')`,
    })
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.agencyId, agencyId), ne(webhookEndpoints.state, 'deleted')))
    .orderBy(asc(webhookEndpoints.name), asc(webhookEndpoints.id));
}

export async function findEndpoint(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({ endpoint: webhookEndpoints, createdBy: staffMembers.name })
    .from(webhookEndpoints)
    .innerJoin(staffMembers, eq(staffMembers.id, webhookEndpoints.createdBy))
    .where(
      and(
        eq(webhookEndpoints.id, id),
        eq(webhookEndpoints.agencyId, agencyId),
        ne(webhookEndpoints.state, 'deleted'),
      ),
    );
  return row ? { ...row.endpoint, createdByName: row.createdBy } : null;
}

/** Deliveries of an endpoint, the newest first, each with its tries. */
export async function listDeliveries(
  db: Db,
  endpointId: number,
  page: { before: number | null; limit: number; state?: DeliveryState | null; id?: number },
) {
  const rows = await db
    .select({
      id: webhookDeliveries.id,
      state: webhookDeliveries.state,
      attempts: webhookDeliveries.attempts,
      dueAt: webhookDeliveries.dueAt,
      createdAt: webhookDeliveries.createdAt,
      replayedBy: staffMembers.name,
      eventId: events.id,
      sequence: events.sequence,
      happenedAt: events.at,
      type: events.type,
      data: events.data,
    })
    .from(webhookDeliveries)
    .innerJoin(events, eq(events.id, webhookDeliveries.eventId))
    .leftJoin(staffMembers, eq(staffMembers.id, webhookDeliveries.replayedBy))
    .where(
      and(
        eq(webhookDeliveries.endpointId, endpointId),
        page.before === null ? undefined : lt(webhookDeliveries.id, page.before),
        page.state ? eq(webhookDeliveries.state, page.state) : undefined,
        page.id === undefined ? undefined : eq(webhookDeliveries.id, page.id),
      ),
    )
    .orderBy(desc(webhookDeliveries.id))
    .limit(page.limit);
  const tries =
    rows.length === 0
      ? []
      : await db
          .select()
          .from(webhookAttempts)
          .where(
            inArray(
              webhookAttempts.deliveryId,
              rows.map(({ id }) => id),
            ),
          )
          .orderBy(asc(webhookAttempts.id));
  return rows.map((row) => ({ ...row, tries: tries.filter(({ deliveryId }) => deliveryId === row.id) }));
}

export type DeliveryRow = Awaited<ReturnType<typeof listDeliveries>>[0];

export async function findDelivery(db: Db, endpointId: number, id: number): Promise<DeliveryRow | null> {
  const [row] = await listDeliveries(db, endpointId, { before: null, limit: 1, id });
  return row ?? null;
}
