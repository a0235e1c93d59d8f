import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerWrite } from '../api/answer-write.ts';
import { type ApiPart, type Json, numericId, OVER_BYTES, posting, reading, refTo } from '../api/openapi.ts';
import { ApiProblem } from '../api/problems.ts';
import { parseBody, parseQuery, requireScope, sendResource } from '../api/requests.ts';
import { writeCursor } from '../api/rules.ts';
import { credentialsQuery, noQuery } from '../api/schemas.ts';
import type { Deps } from '../deps.ts';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../events/types.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { faultOfUrl } from './forms.ts';
import {
  createEndpoint,
  deleteEndpoint,
  pauseEndpoint,
  replayDelivery,
  resumeEndpoint,
  rotateSecret,
  switchEndpointOn,
} from './manage-endpoints.ts';
import { webhookApiPaths } from './paths.ts';
import { type DeliveryRow, findDelivery, findEndpoint, listDeliveries, listEndpoints } from './queries.ts';
import { messageIdOf } from './rules.ts';
import {
  deliveryPageSchema,
  deliverySchema,
  endpointBody,
  endpointSchema,
  endpointsSchema,
  endpointWithSecretSchema,
  messageSchema,
} from './schemas.ts';
import { endpointKeys } from './secrets.ts';
import { DELIVERY_STATES } from './types.ts';
import { EVENT_WORDS } from './words.ts';

type WithId = { Params: { id: string } };
type WithDelivery = { Params: { id: string; delivery: string } };

const SCOPE = 'webhooks:manage';
const { endpoints: ROOT } = webhookApiPaths;

const deliveriesQuery = credentialsQuery.extend({
  state: z.enum(DELIVERY_STATES, 'There is no such state').optional(),
});

/** Webhook endpoints for programs: what administrators do in the console, by the same use cases. */
function register(api: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const asApi = { config: { access: 'api' } } as const;
  const keysOf = (endpointId: number, version: number) =>
    endpointKeys(deps.secrets.linkKey, endpointId, version);

  const whoOf = ({ apiClient }: FastifyRequest) => ({
    agencyId: apiClient.agencyId,
    staffId: apiClient.madeBy,
    apiKeyId: apiClient.keyId,
  });
  const read = async (within: Pick<Deps, 'db'>, request: FastifyRequest, id: number) => {
    const rows = await listEndpoints(within.db, request.apiClient.agencyId);
    const row = rows.find((one) => one.id === id);
    if (!row) throw new DomainError('not_found');
    return endpointResource(row, keysOf(row.id, row.secretVersion).publicKey);
  };
  /** Answers are kept for a while; a secret is not, and is made again from the number of its version. */
  const reveal = (kept: Record<string, unknown>) => ({
    ...kept,
    secret: keysOf(Number(kept.id), Number(kept.secretVersion)).secret,
  });

  api.get(ROOT, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    parseQuery(noQuery, request);
    const rows = await listEndpoints(db, request.apiClient.agencyId);
    const items = rows.map((row) => endpointResource(row, keysOf(row.id, row.secretVersion).publicKey));
    return sendResource(request, reply, { items });
  });

  api.post(ROOT, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    parseQuery(noQuery, request);
    const body = parseBody(endpointBody, request);
    const fault = faultOfUrl(body.url, deps.config.webhookPrivateHosts);
    if (fault) throw new ApiProblem('bad_body', `url: ${fault}.`, 'url');
    const work = async (within: Deps) => {
      const { endpointId } = await createEndpoint(within, {
        ...whoOf(request),
        ...body,
        url: new URL(body.url).href,
      });
      const resource = await read(within, request, endpointId);
      return { status: 201 as const, resource, location: webhookApiPaths.endpoint(endpointId) };
    };
    return answerWrite(deps, request, reply, work, reveal);
  });

  api.get<WithId>(`${ROOT}/:id`, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    parseQuery(noQuery, request);
    return sendResource(request, reply, await read(deps, request, parseId(request.params.id)));
  });

  api.delete<WithId>(`${ROOT}/:id`, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    parseQuery(noQuery, request);
    const which = { ...whoOf(request), endpointId: parseId(request.params.id) };
    return answerWrite(deps, request, reply, async (within) => {
      await deleteEndpoint(within, which);
      return { status: 204, resource: null, location: null };
    });
  });

  const acts = [
    ['rotate-secret', rotateSecret, reveal],
    ['pause', pauseEndpoint, undefined],
    // Whoever goes on after a pause and whoever switches on again want the same: to be told from now on.
    ['resume', resumeAny, undefined],
  ] as const;
  for (const [step, act, shown] of acts) {
    api.post<WithId>(`${ROOT}/:id/${step}`, asApi, async (request, reply) => {
      requireScope(request, SCOPE);
      parseQuery(noQuery, request);
      const which = { ...whoOf(request), endpointId: parseId(request.params.id) };
      const work = async (within: Deps) => {
        await act(within, which);
        const resource = await read(within, request, which.endpointId);
        return { status: 200 as const, resource, location: webhookApiPaths.endpoint(which.endpointId) };
      };
      return answerWrite(deps, request, reply, work, shown);
    });
  }

  api.get<WithId>(`${ROOT}/:id/deliveries`, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    const { cursor, limit, state } = parseQuery(deliveriesQuery, request);
    const endpoint = await findEndpoint(db, request.apiClient.agencyId, parseId(request.params.id));
    if (!endpoint) throw new DomainError('not_found');
    const rows = await listDeliveries(db, endpoint.id, {
      before: cursor || null,
      limit: limit + 1,
      state: state ?? null,
    });
    const shown = rows.slice(0, limit);
    return sendResource(request, reply, {
      items: shown.map((row) => deliveryResource(row, endpoint.id)),
      nextCursor: rows.length > limit ? writeCursor(shown.at(-1)!.id) : null,
    });
  });

  api.post<WithDelivery>(`${ROOT}/:id/deliveries/:delivery/replay`, asApi, async (request, reply) => {
    requireScope(request, SCOPE);
    parseQuery(noQuery, request);
    const which = { ...whoOf(request), endpointId: parseId(request.params.id) };
    const again = parseId(request.params.delivery);
    return answerWrite(deps, request, reply, async (within) => {
      const { deliveryId } = await replayDelivery(within, { ...which, deliveryId: again });
      const row = await findDelivery(within.db, which.endpointId, deliveryId);
      return {
        status: 202,
        resource: deliveryResource(row!, which.endpointId),
        location: webhookApiPaths.deliveries(which.endpointId),
      };
    });
  });
}

async function resumeAny(deps: Deps, which: Parameters<typeof resumeEndpoint>[1]): Promise<void> {
  const endpoint = await findEndpoint(deps.db, which.agencyId, which.endpointId);
  if (endpoint?.state === 'disabled') await switchEndpointOn(deps, which);
  else await resumeEndpoint(deps, which);
}

type EndpointRow = Awaited<ReturnType<typeof listEndpoints>>[number];

function endpointResource(row: EndpointRow, publicKey: string): z.output<typeof endpointSchema> {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    eventTypes: row.eventTypes as WebhookEventType[],
    state: row.state as 'active' | 'paused' | 'disabled',
    disabledReason: row.disabledReason,
    publicKey,
    secretVersion: row.secretVersion,
    oldKeysSignUntil: row.previousUntil?.toISOString() ?? null,
    waiting: row.waiting,
    failed: row.failed,
    createdAt: row.createdAt.toISOString(),
    links: { self: webhookApiPaths.endpoint(row.id), deliveries: webhookApiPaths.deliveries(row.id) },
  };
}

function deliveryResource(row: DeliveryRow, endpointId: number): z.output<typeof deliverySchema> {
  return {
    id: row.id,
    messageId: messageIdOf(row.eventId),
    event: { sequence: row.sequence!, type: row.type, at: row.happenedAt.toISOString() },
    state: row.state,
    isReplay: row.replayedBy !== null,
    createdAt: row.createdAt.toISOString(),
    nextTryAt: row.state === 'waiting' ? row.dueAt.toISOString() : null,
    tries: row.tries.map(({ at, durationMs, status, error }) => ({
      at: at.toISOString(),
      durationMs,
      status,
      error,
    })),
    links: { endpoint: webhookApiPaths.endpoint(endpointId) },
  };
}

const ENDPOINT = numericId('Id of the endpoint');
const one = `${ROOT}/{id}`;

const writing = (
  id: string,
  summary: string,
  description: string,
  schema: 'WebhookEndpoint' | 'WebhookEndpointWithSecret',
): Json =>
  posting({
    id,
    summary,
    description,
    scope: SCOPE,
    path: ENDPOINT,
    success: { status: 200, description: 'Done', schema },
    isWrite: true,
  });

export const webhooksApi: ApiPart = {
  register,
  components: {
    WebhookEndpoint: endpointSchema,
    WebhookEndpoints: endpointsSchema,
    WebhookEndpointWithSecret: endpointWithSecretSchema,
    WebhookDelivery: deliverySchema,
    WebhookDeliveryPage: deliveryPageSchema,
    WebhookMessage: messageSchema,
  },
  bodies: { NewWebhookEndpoint: endpointBody },
  paths: {
    [ROOT]: {
      ...reading({
        id: 'listWebhookEndpoints',
        summary: "Your agency's webhook endpoints",
        scope: SCOPE,
        schema: 'WebhookEndpoints',
        etag: OVER_BYTES,
      }),
      ...posting({
        id: 'createWebhookEndpoint',
        summary: 'Have another system told',
        description:
          'Of what happens from now on. The secret is in this answer, and in its repetitions by the same Idempotency-Key for two days.',
        scope: SCOPE,
        body: 'NewWebhookEndpoint',
        success: { status: 201, description: 'Made', schema: 'WebhookEndpointWithSecret' },
        isWrite: true,
      }),
    },
    [one]: {
      ...reading({
        id: 'getWebhookEndpoint',
        summary: 'One webhook endpoint',
        scope: SCOPE,
        schema: 'WebhookEndpoint',
        path: ENDPOINT,
        etag: OVER_BYTES,
      }),
      ...posting({
        id: 'deleteWebhookEndpoint',
        summary: 'Tell it nothing more, for good',
        description: 'What waits for it is dropped. It cannot be undone.',
        method: 'delete',
        scope: SCOPE,
        path: ENDPOINT,
        success: { status: 204, description: 'Deleted' },
        isWrite: true,
      }),
    },
    [`${one}/rotate-secret`]: writing(
      'rotateWebhookSecret',
      'Make a new secret',
      'Old and new keys both sign for three days.',
      'WebhookEndpointWithSecret',
    ),
    [`${one}/pause`]: writing(
      'pauseWebhookEndpoint',
      'Send it nothing for a while',
      'What happens meanwhile waits and is sent when it is resumed.',
      'WebhookEndpoint',
    ),
    [`${one}/resume`]: writing(
      'resumeWebhookEndpoint',
      'Go on after a pause, or switch it on again',
      'One that was disabled, also by a 410 of its own, is told of what happens from now on.',
      'WebhookEndpoint',
    ),
    [`${one}/deliveries`]: reading({
      id: 'listWebhookDeliveries',
      summary: 'What an endpoint was sent, with every try',
      scope: SCOPE,
      schema: 'WebhookDeliveryPage',
      path: ENDPOINT,
      query: deliveriesQuery,
      etag: OVER_BYTES,
    }),
    [`${one}/deliveries/{delivery}/replay`]: posting({
      id: 'replayWebhookDelivery',
      summary: 'Send a finished delivery once more',
      description: 'With the same `webhook-id` and the same body, newly signed.',
      scope: SCOPE,
      path: [ENDPOINT, numericId('Id of the delivery', 'delivery')],
      success: { status: 202, description: 'It waits to be sent', schema: 'WebhookDelivery' },
      isWrite: true,
    }),
  },
  webhooks: Object.fromEntries(
    WEBHOOK_EVENT_TYPES.map((type) => [
      type,
      {
        post: {
          operationId: `on.${type}`,
          summary: EVENT_WORDS[type],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: refTo('WebhookMessage') } },
          },
          responses: {
            '2XX': { description: 'Taken' },
            410: { description: 'The endpoint is gone: it is switched off' },
            default: { description: 'Tried again, ten times over a little more than three days' },
          },
        },
      },
    ]),
  ),
};
