import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { deliveriesQuery, endpointForm } from './forms.ts';
import {
  createEndpoint,
  deleteEndpoint,
  pauseEndpoint,
  replayDelivery,
  resumeEndpoint,
  rotateSecret,
  switchEndpointOff,
  switchEndpointOn,
} from './manage-endpoints.ts';
import { DELIVERIES_SHOWN, endpointPage, endpointsPage } from './pages.ts';
import { webhookPaths } from './paths.ts';
import { findEndpoint, listDeliveries, listEndpoints } from './queries.ts';
import { endpointKeys } from './secrets.ts';

type WithId = { Params: { id: string } };
type WithDelivery = { Params: { id: string; delivery: string } };

/** Webhook endpoints: everybody of the agency sees them and their log, administrators manage them. */
export function registerWebhookRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const staffOnly = { config: { access: 'staff' } } as const;
  const form = endpointForm(deps.config.webhookPrivateHosts);

  const list = async (request: FastifyRequest) =>
    endpointsPage({
      endpoints: await listEndpoints(db, request.staff.agencyId),
      mayManage: hasRole(request.staff.role, 'admin'),
      done: deliveriesQuery.parse(request.query).done,
    });

  const one = async (request: FastifyRequest, endpointId: number, secret: string | null) => {
    const { agencyId, role, timeZone: zone } = request.staff;
    const endpoint = await findEndpoint(db, agencyId, endpointId);
    if (!endpoint) throw new DomainError('not_found');
    const { before, done } = deliveriesQuery.parse(request.query);
    return endpointPage({
      endpoint,
      publicKey: endpointKeys(deps.secrets.linkKey, endpoint.id, endpoint.secretVersion).publicKey,
      secret,
      deliveries: await listDeliveries(db, endpoint.id, { before, limit: DELIVERIES_SHOWN + 1 }),
      before,
      mayManage: hasRole(role, 'admin'),
      zone,
      now: deps.clock.now(),
      done,
    });
  };

  app.get(webhookPaths.endpoints, staffOnly, async (request, reply) =>
    reply.page('webhooks/list', await list(request)),
  );

  app.get<WithId>(`${webhookPaths.endpoints}/:id`, staffOnly, async (request, reply) =>
    reply.page('webhooks/endpoint', await one(request, parseId(request.params.id), null)),
  );

  // No redirect here and after a rotation: the secret is in this answer and nowhere else.
  app.post(webhookPaths.endpoints, staffOnly, async (request, reply) => {
    const who = administrator(request);
    const given = parseForm(form, request.body);
    if (!given.ok)
      return reply.page('webhooks/list', { ...(await list(request)), ...given }, { status: 422 });
    const { endpointId, secret } = await createEndpoint(deps, { ...who, ...given.data });
    return reply.page('webhooks/endpoint', await one(request, endpointId, secret));
  });

  app.post<WithId>(`${webhookPaths.endpoints}/:id/rotate`, staffOnly, async (request, reply) => {
    const which = { ...administrator(request), endpointId: parseId(request.params.id) };
    const { secret } = await rotateSecret(deps, which);
    return reply.page('webhooks/endpoint', await one(request, which.endpointId, secret));
  });

  const acts = [
    ['pause', pauseEndpoint, 'paused'],
    ['resume', resumeEndpoint, 'resumed'],
    ['switch-off', switchEndpointOff, 'off'],
    ['switch-on', switchEndpointOn, 'on'],
  ] as const;
  for (const [step, act, done] of acts) {
    app.post<WithId>(`${webhookPaths.endpoints}/:id/${step}`, staffOnly, async (request, reply) => {
      const which = { ...administrator(request), endpointId: parseId(request.params.id) };
      await act(deps, which);
      return back(reply, which.endpointId, done);
    });
  }

  app.post<WithId>(`${webhookPaths.endpoints}/:id/delete`, staffOnly, async (request, reply) => {
    await deleteEndpoint(deps, { ...administrator(request), endpointId: parseId(request.params.id) });
    return reply.redirect(`${webhookPaths.endpoints}?done=deleted`, 303);
  });

  app.post<WithDelivery>(
    `${webhookPaths.endpoints}/:id/deliveries/:delivery/replay`,
    staffOnly,
    async (request, reply) => {
      const which = { ...administrator(request), endpointId: parseId(request.params.id) };
      await replayDelivery(deps, { ...which, deliveryId: parseId(request.params.delivery) });
      return back(reply, which.endpointId, 'replayed');
    },
  );
}

function back(reply: FastifyReply, endpointId: number, done: string) {
  return reply.redirect(`${webhookPaths.endpoint(endpointId)}?done=${done}`, 303);
}

function administrator(request: FastifyRequest): { agencyId: number; staffId: number } {
  requireRole(request, 'admin');
  return { agencyId: request.staff.agencyId, staffId: request.staff.id };
}
