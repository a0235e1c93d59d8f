import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { ApiScope } from '../agencies/types.ts';
import type { Deps } from '../deps.ts';
import { readPacketFile } from '../evidence/packet-queries.ts';
import { getPolicyVersion, loadFacts } from '../evidence/queries.ts';
import { readTally } from '../evidence/read-tally.ts';
import { evaluateRequirement } from '../evidence/rules/requirement.ts';
import type { Requirement } from '../evidence/types.ts';
import { parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { etagOf } from '../lib/etag.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { hashToken } from '../lib/tokens.ts';
import { SOFTWARE_VERSION } from '../lib/version.ts';
import { registerFeeds } from './feed-routes.ts';
import { apiKeyForm } from './forms.ts';
import { createKeyUsage } from './key-usage.ts';
import { createApiKey, revokeApiKey } from './manage-keys.ts';
import { type ApiPart, openApiDocument } from './openapi.ts';
import { apiKeysPage } from './pages.ts';
import { apiPaths } from './paths.ts';
import { parameterProblem } from './problems.ts';
import {
  findApiKey,
  findApprovalRecord,
  findCredential,
  findFrozenPacket,
  findReadableList,
  findRecordInForce,
  listApiKeys,
  listApprovalRecords,
  listCredentials,
} from './queries.ts';
import { parseQuery, registerApiScope, requireScope, sendJson, sendResource } from './requests.ts';
import { approvalRecordResource, credentialResource, pageResource, validationResource } from './resources.ts';
import { isKeyAlive, readApiKey } from './rules.ts';
import { approvalRecordsQuery, credentialsQuery, noQuery, validationQuery } from './schemas.ts';
import { registerWriting } from './write-routes.ts';

type WithCredential = { Params: { credential: string } };
type WithId = { Params: { id: string } };

export async function registerApiRoutes(
  app: FastifyInstance,
  deps: Deps,
  parts: readonly ApiPart[],
): Promise<void> {
  const { db } = deps;
  const usage = createKeyUsage(deps);
  app.addHook('onClose', () => usage.flush());

  app.authenticateApi = async (request) => {
    const key = readApiKey(request.headers.authorization);
    const row = key === null ? null : await findApiKey(db, hashToken(key));
    const now = deps.clock.now();
    if (!row || !isKeyAlive(row, now)) return null;
    usage.note(row.id, now);
    return {
      keyId: row.id,
      agencyId: row.agencyId,
      scopes: row.scopes as ApiScope[],
      madeBy: row.createdBy,
    };
  };

  await registerApiScope(app, (api) => {
    registerReading(api, deps);
    registerFeeds(api, deps);
    registerWriting(api, deps);
    for (const part of parts) part.register(api, deps);
  });

  app.get(apiPaths.openapi, { config: { access: 'public' } }, (request, reply) => {
    const text = JSON.stringify(openApiDocument(deps.config.publicUrl, SOFTWARE_VERSION, parts));
    return sendJson(request, reply, text, {
      etag: etagOf(text, 'strong'),
      cacheControl: 'public, max-age=300',
    });
  });

  registerKeyPages(app, deps);
}

function registerReading(api: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const asApi = { config: { access: 'api' } } as const;

  api.get(apiPaths.credentials, asApi, async (request, reply) => {
    requireScope(request, 'credentials:read');
    const { cursor, limit } = parseQuery(credentialsQuery, request);
    const rows = await listCredentials(db, { after: cursor ?? 0, limit: limit + 1 });
    return sendResource(request, reply, pageResource(rows, limit, credentialResource));
  });

  api.get<WithCredential>(apiPaths.credential(':credential'), asApi, async (request, reply) => {
    requireScope(request, 'credentials:read');
    parseQuery(noQuery, request);
    return sendResource(request, reply, credentialResource(await getCredential(deps, request.params)));
  });

  api.get<WithCredential>(apiPaths.validation(':credential'), asApi, async (request, reply) => {
    requireScope(request, 'counts:read');
    const { agencyId } = request.apiClient;
    const credential = await getCredential(deps, request.params);
    const query = parseQuery(validationQuery, request);
    const now = deps.clock.now();
    if (query.asOf && query.asOf > now) throw parameterProblem('asOf', 'Give a time that has passed');
    const list = await findReadableList(db, agencyId, query.list);
    if (!list) throw parameterProblem('list', 'There is no such list, or it is not yours to see');
    const policy = await getPolicyVersion(db, list.policyVersionId);
    const requirement: Requirement = query.asOf
      ? evaluateRequirement(policy.body, await loadFacts(db, credential.id, query.asOf), query.asOf)
      : await readTally(db, credential.id, policy.id, now);
    const record = await findRecordInForce(db, agencyId, credential.id, list.id);
    const facts = { credential, list, policy, requirement, record };
    const body = validationResource({ ...facts, asOf: query.asOf ?? now });
    if (query.asOf) return sendResource(request, reply, body);
    // The moment of asking differs with every answer and says nothing new.
    const { asOf, ...lasting } = body;
    return sendJson(request, reply, JSON.stringify(body), {
      etag: etagOf(JSON.stringify(lasting), 'weak'),
      cacheControl: 'private, no-cache',
    });
  });

  api.get(apiPaths.approvalRecords, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    const { agencyId } = request.apiClient;
    const query = parseQuery(approvalRecordsQuery, request);
    const list = query.list === undefined ? null : await findReadableList(db, agencyId, query.list);
    if (query.list !== undefined && !list) {
      throw parameterProblem('list', 'There is no such list, or it is not yours to see');
    }
    const rows = await listApprovalRecords(db, agencyId, {
      after: query.cursor ?? 0,
      limit: query.limit + 1,
      listId: list?.id ?? null,
      withSuperseded: query.superseded,
    });
    return sendResource(request, reply, pageResource(rows, query.limit, approvalRecordResource));
  });

  api.get<WithId>(`${apiPaths.approvalRecords}/:id`, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    parseQuery(noQuery, request);
    const row = await findApprovalRecord(db, request.apiClient.agencyId, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    return sendResource(request, reply, approvalRecordResource(row));
  });

  api.get<WithId>('/api/v1/evidence/:id', asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    parseQuery(noQuery, request);
    const found = await findFrozenPacket(db, request.apiClient.agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    const file = await readPacketFile(db, found);
    if (file === null) throw new DomainError('seal_waits');
    // RFC 9530: the digest of these bytes, beside the tag, which is the digest of the packet inside.
    reply.header('repr-digest', `sha-256=:${Buffer.from(sha256Hex(file), 'hex').toString('base64')}:`);
    return sendJson(request, reply, file, {
      etag: `"${found.sha256}"`,
      cacheControl: 'private, max-age=31536000, immutable',
    });
  });
}

async function getCredential(deps: Pick<Deps, 'db'>, params: { credential: string }) {
  const row = await findCredential(deps.db, params.credential);
  if (!row) throw new DomainError('not_found');
  return row;
}

function registerKeyPages(app: FastifyInstance, deps: Deps): void {
  const staffOnly = { config: { access: 'staff' } } as const;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    options: {
      created?: { key: string; name: string; expiresAt: Date };
      refused?: Partial<ReturnType<typeof parseForm>>;
    } = {},
  ) => {
    const { agencyId, role, timeZone } = request.staff;
    const page = apiKeysPage({
      keys: await listApiKeys(deps.db, agencyId),
      created: options.created ?? null,
      mayManage: hasRole(role, 'admin'),
      zone: timeZone,
      now: deps.clock.now(),
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('api/keys', { ...page, ...options.refused }, { status: options.refused ? 422 : 200 });
  };

  app.get(apiPaths.keys, staffOnly, (request, reply) => show(request, reply));

  // No redirect: the key is in this answer and nowhere else.
  app.post(apiPaths.keys, staffOnly, async (request, reply) => {
    requireRole(request, 'admin');
    const form = parseForm(apiKeyForm, request.body);
    if (!form.ok) return show(request, reply, { refused: form });
    const { agencyId, id: staffId } = request.staff;
    const { key, expiresAt } = await createApiKey(deps, { agencyId, staffId, ...form.data });
    return show(request, reply, { created: { key, name: form.data.name, expiresAt } });
  });

  app.post<WithId>('/staff/api-keys/:id/revoke', staffOnly, async (request, reply) => {
    requireRole(request, 'admin');
    const { agencyId, id: staffId } = request.staff;
    await revokeApiKey(deps, { agencyId, staffId, keyId: parseId(request.params.id) });
    return reply.redirect(`${apiPaths.keys}?done=revoked`, 303);
  });
}
