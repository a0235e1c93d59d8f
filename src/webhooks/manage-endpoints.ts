import { and, eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { webhookDeliveries, webhookEndpoints } from '../db/schema/webhooks.ts';
import type { Deps } from '../deps.ts';
import type { WebhookEventType } from '../events/types.ts';
import { DomainError } from '../lib/errors.ts';
import { switchOff } from './deliver-due.ts';
import { ROTATION_HOURS } from './rules.ts';
import { endpointKeys } from './secrets.ts';

type Who = { agencyId: number; staffId: number };
type Which = Who & { endpointId: number };
type WithKeys = Pick<Deps, 'db' | 'clock' | 'secrets'>;

/** An endpoint from now on: what happened before it is not told. Its secret is returned this once. */
export async function createEndpoint(
  deps: WithKeys,
  input: Who & { name: string; url: string; eventTypes: readonly WebhookEventType[] },
): Promise<{ endpointId: number; secret: string }> {
  const now = deps.clock.now();
  const { agencyId, staffId, name, url } = input;
  const eventTypes = [...new Set(input.eventTypes)];
  return deps.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(webhookEndpoints)
      .values({ agencyId, name, url, eventTypes, createdBy: staffId, createdAt: now })
      .returning({ id: webhookEndpoints.id });
    await audit(tx, { ...input, endpointId: row!.id }, now, 'created', { eventTypes });
    return { endpointId: row!.id, secret: endpointKeys(deps.secrets.linkKey, row!.id, 1).secret };
  });
}

/** New keys. What signed until now signs beside them for three days, so that the receiver can change over. */
export async function rotateSecret(deps: WithKeys, input: Which): Promise<{ secret: string }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, input);
    if (endpoint.state !== 'active') throw new DomainError('already_done');
    const secretVersion = endpoint.secretVersion + 1;
    const previousUntil = new Date(now.getTime() + ROTATION_HOURS * 3600_000);
    await tx
      .update(webhookEndpoints)
      .set({ secretVersion, previousUntil })
      .where(eq(webhookEndpoints.id, endpoint.id));
    await audit(tx, input, now, 'rotated', { secretVersion });
    return { secret: endpointKeys(deps.secrets.linkKey, endpoint.id, secretVersion).secret };
  });
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
    const endpoint = await lockEndpoint(tx, input);
    if (endpoint.state !== 'disabled') throw new DomainError('already_done');
    await tx
      .update(webhookEndpoints)
      .set({ state: 'active', disabledReason: null, disabledAt: null })
      .where(eq(webhookEndpoints.id, endpoint.id));
    await audit(tx, input, now, 'switched_on', {});
  });
}

/** Sends a finished delivery once more, with its old `webhook-id`, by which the receiver knows whether it has it. */
export async function replayDelivery(
  deps: Pick<Deps, 'db' | 'clock' | 'queue'>,
  input: Which & { deliveryId: number },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const endpoint = await lockEndpoint(tx, input);
    const [delivery] = await tx
      .select()
      .from(webhookDeliveries)
      .where(
        and(eq(webhookDeliveries.id, input.deliveryId), eq(webhookDeliveries.endpointId, input.endpointId)),
      );
    if (!delivery) throw new DomainError('not_found');
    if (endpoint.state !== 'active' || delivery.state === 'waiting') throw new DomainError('already_done');
    await tx.insert(webhookDeliveries).values({
      endpointId: endpoint.id,
      eventId: delivery.eventId,
      dueAt: now,
      replayedBy: input.staffId,
      createdAt: now,
    });
    await audit(tx, input, now, 'replayed', { deliveryId: delivery.id });
  });
  await deps.queue.enqueue('webhooks.deliver-due', {});
}

async function lockEndpoint(tx: Tx, { agencyId, endpointId }: Which) {
  const [endpoint] = await tx
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, endpointId), eq(webhookEndpoints.agencyId, agencyId)))
    .for('update');
  if (!endpoint) throw new DomainError('not_found');
  return endpoint;
}

function audit(
  tx: Tx,
  { agencyId, staffId, endpointId }: Which,
  at: Date,
  what: 'created' | 'rotated' | 'switched_off' | 'switched_on' | 'replayed',
  details: Record<string, unknown>,
): Promise<void> {
  return recordAudit(tx, {
    at,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action: `webhook_endpoint.${what}`,
    subjectType: 'webhook_endpoint',
    subjectId: endpointId,
    details,
  });
}
