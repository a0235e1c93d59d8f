import { and, eq, ne } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { webhookDeliveries, webhookEndpoints } from '../db/schema/webhooks.ts';
import type { Deps } from '../deps.ts';
import type { WebhookEventType } from '../events/types.ts';
import { DomainError } from '../lib/errors.ts';
import { switchOff } from './deliver-due.ts';
import { MAX_ENDPOINTS, ROTATION_HOURS } from './rules.ts';
import { endpointKeys } from './secrets.ts';
import type { EndpointState } from './types.ts';

/** Who does it: a member of staff, or a key, for which the member of staff who made it answers. */
type Who = { agencyId: number; staffId: number; apiKeyId?: number };
type Which = Who & { endpointId: number };
type WithKeys = Pick<Deps, 'db' | 'clock' | 'secrets'>;

/**
 * An endpoint from now on: what happened before it is not told. Its secret is returned this once. Refuses
 * `too_many_endpoints` where the agency has as many as it can have.
 */
export async function createEndpoint(
  deps: WithKeys,
  input: Who & { name: string; url: string; eventTypes: readonly WebhookEventType[] },
): Promise<{ endpointId: number; secret: string }> {
  const now = deps.clock.now();
  const { agencyId, staffId, name, url } = input;
  const eventTypes = [...new Set(input.eventTypes)];
  return deps.db.transaction(async (tx) => {
    // Two at once would each find room for one.
    await tx.select({ id: agencies.id }).from(agencies).where(eq(agencies.id, agencyId)).for('update');
    const kept = and(eq(webhookEndpoints.agencyId, agencyId), ne(webhookEndpoints.state, 'deleted'));
    if ((await tx.$count(webhookEndpoints, kept)) >= MAX_ENDPOINTS)
      throw new DomainError('too_many_endpoints');
    const [row] = await tx
      .insert(webhookEndpoints)
      .values({ agencyId, name, url, eventTypes, createdBy: staffId, createdAt: now })
      .returning({ id: webhookEndpoints.id });
    await audit(tx, { ...input, endpointId: row!.id }, now, 'created', { eventTypes });
    return { endpointId: row!.id, secret: endpointKeys(deps.secrets.linkKey, row!.id, 1).secret };
  });
}

/** New keys. What signed until now signs beside them for three days, so that the receiver can change over. */
export async function rotateSecret(
  deps: WithKeys,
  input: Which,
): Promise<{ secret: string; secretVersion: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, input);
    if (endpoint.state === 'disabled') throw new DomainError('already_done');
    const secretVersion = endpoint.secretVersion + 1;
    const previousUntil = new Date(now.getTime() + ROTATION_HOURS * 3600_000);
    await tx
      .update(webhookEndpoints)
      .set({ secretVersion, previousUntil })
      .where(eq(webhookEndpoints.id, endpoint.id));
    await audit(tx, input, now, 'rotated', { secretVersion });
    return { secret: endpointKeys(deps.secrets.linkKey, endpoint.id, secretVersion).secret, secretVersion };
  });
}

/** Sends it nothing for a while. What happens meanwhile waits in its log. */
export async function pauseEndpoint(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await lockEndpoint(tx, input);
    await move(tx, input.endpointId, 'active', { state: 'paused' });
    await audit(tx, input, now, 'paused', {});
  });
}

/** Sends what has waited while it was paused, and goes on. */
export async function resumeEndpoint(
  deps: Pick<Deps, 'db' | 'clock' | 'queue'>,
  input: Which,
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await lockEndpoint(tx, input);
    await move(tx, input.endpointId, 'paused', { state: 'active' });
    await audit(tx, input, now, 'resumed', {});
  });
  await deps.queue.enqueue('webhooks.deliver-due', {});
}

/** Tells it nothing more, and drops what waits for it. */
export async function switchEndpointOff(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await lockEndpoint(tx, input);
    if (!(await switchOff(tx, input.endpointId, 'by_staff', now))) throw new DomainError('already_done');
    await audit(tx, input, now, 'switched_off', {});
  });
}

/** Tells it again of what happens from now on; what it missed can be sent again by hand. */
export async function switchEndpointOn(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    await lockEndpoint(tx, input);
    const on = { state: 'active', disabledReason: null, disabledAt: null } as const;
    await move(tx, input.endpointId, 'disabled', on);
    await audit(tx, input, now, 'switched_on', {});
  });
}

/** Ends it for good: it is told nothing, and shown nowhere but in the audit log. */
export async function deleteEndpoint(deps: Pick<Deps, 'db' | 'clock'>, input: Which): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { state } = await lockEndpoint(tx, input);
    await switchOff(tx, input.endpointId, 'by_staff', now);
    await move(tx, input.endpointId, 'disabled', { state: 'deleted' });
    await audit(tx, input, now, 'deleted', { from: state });
  });
}

/** Sends a finished delivery once more, with its old `webhook-id`, by which the receiver knows whether it has it. */
export async function replayDelivery(
  deps: Pick<Deps, 'db' | 'clock' | 'queue'>,
  input: Which & { deliveryId: number },
): Promise<{ deliveryId: number }> {
  const now = deps.clock.now();
  const made = await deps.db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, input);
    const [delivery] = await tx
      .select()
      .from(webhookDeliveries)
      .where(
        and(eq(webhookDeliveries.id, input.deliveryId), eq(webhookDeliveries.endpointId, input.endpointId)),
      );
    if (!delivery) throw new DomainError('not_found');
    if (endpoint.state === 'disabled' || delivery.state === 'waiting') throw new DomainError('already_done');
    const [again] = await tx
      .insert(webhookDeliveries)
      .values({
        endpointId: endpoint.id,
        eventId: delivery.eventId,
        dueAt: now,
        replayedBy: input.staffId,
        createdAt: now,
      })
      .returning({ id: webhookDeliveries.id });
    await audit(tx, input, now, 'replayed', { deliveryId: delivery.id });
    return { deliveryId: again!.id };
  });
  await deps.queue.enqueue('webhooks.deliver-due', {});
  return made;
}

async function lockEndpoint(tx: Tx, { agencyId, endpointId }: Which) {
  const [endpoint] = await tx
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, endpointId), eq(webhookEndpoints.agencyId, agencyId)))
    .for('update');
  if (!endpoint || endpoint.state === 'deleted') throw new DomainError('not_found');
  return endpoint;
}

async function move(
  tx: Tx,
  endpointId: number,
  from: EndpointState,
  set: Partial<typeof webhookEndpoints.$inferInsert>,
): Promise<void> {
  const moved = await tx
    .update(webhookEndpoints)
    .set(set)
    .where(and(eq(webhookEndpoints.id, endpointId), eq(webhookEndpoints.state, from)))
    .returning({ id: webhookEndpoints.id });
  if (moved.length === 0) throw new DomainError('already_done');
}

type Act =
  | 'created'
  | 'rotated'
  | 'paused'
  | 'resumed'
  | 'switched_off'
  | 'switched_on'
  | 'deleted'
  | 'replayed';

function audit(
  tx: Tx,
  { agencyId, staffId, apiKeyId, endpointId }: Which,
  at: Date,
  what: Act,
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(tx, {
    at,
    agencyId,
    ...(apiKeyId === undefined
      ? { actorKind: 'staff', actorId: staffId }
      : { actorKind: 'api', actorId: apiKeyId }),
    action: `webhook_endpoint.${what}`,
    subjectType: 'webhook_endpoint',
    subjectId: endpointId,
    details,
  });
}
