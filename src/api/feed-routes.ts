import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { listCyclesOf } from '../approvals/queries.ts';
import type { Deps } from '../deps.ts';
import { listEventsAfter } from '../events/queries.ts';
import { CATALOGUE_FEED, type EventType } from '../events/types.ts';
import { getPolicyVersion, loadFacts } from '../evidence/queries.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { describePolicy } from '../evidence/rules/policy.ts';
import { evaluateRequirement } from '../evidence/rules/requirement.ts';
import type { Requirement } from '../evidence/types.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { etagOf } from '../lib/etag.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { ctdlDrafts } from './ctdl.ts';
import { apiPaths } from './paths.ts';
import { ApiProblem, parameterProblem } from './problems.ts';
import {
  findApplicationOf,
  findCredentials,
  findReadableList,
  findRecordForCtdl,
  listApplications,
  listReadableLists,
} from './queries.ts';
import { parseBody, parseQuery, requireScope, sendJson, sendResource } from './requests.ts';
import {
  applicationResource,
  changesText,
  listResource,
  pageResource,
  validationsResource,
} from './resources.ts';
import { applicationsQuery, changesQuery, feedQuery, noQuery, validationsBody } from './schemas.ts';

type WithId = { Params: { id: string } };

/** What changed, what is under way, and many counts at once. */
export function registerFeeds(api: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const asApi = { config: { access: 'api' } } as const;

  api.get(apiPaths.changes, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    const { type, ...page } = parseQuery(changesQuery, request);
    return sendFeed(request, reply, request.apiClient.agencyId, type ?? null, page);
  });

  api.get(apiPaths.credentialChanges, asApi, async (request, reply) => {
    requireScope(request, 'credentials:read');
    return sendFeed(request, reply, CATALOGUE_FEED, null, parseQuery(feedQuery, request));
  });

  async function sendFeed(
    request: FastifyRequest,
    reply: FastifyReply,
    feed: number,
    type: EventType | null,
    { cursor, limit }: { cursor: number | null; limit: number },
  ) {
    const after = cursor ?? 0;
    const rows = await listEventsAfter(deps.sql, { feed, after, limit: limit + 1, type });
    // Events never change, so where a page begins and how far the feed goes beyond it name its bytes.
    const etag = `"${feed}.${type ?? 'all'}.${after}.${limit}.${rows.at(-1)?.sequence ?? 0}"`;
    const text = changesText(rows, { after, limit });
    return sendJson(request, reply, text, { etag, cacheControl: 'private, no-cache' });
  }

  api.get(apiPaths.lists, asApi, async (request, reply) => {
    requireScope(request, 'counts:read');
    parseQuery(noQuery, request);
    const { agencyId } = request.apiClient;
    const rows = await listReadableLists(db, agencyId);
    const cycles = await listCyclesOf(
      db,
      rows.map(({ id }) => id),
    );
    return sendResource(request, reply, { items: rows.map((row) => listResource(row, cycles, agencyId)) });
  });

  api.get<WithId>(`${apiPaths.approvalRecords}/:id/ctdl`, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    parseQuery(noQuery, request);
    const id = parseId(request.params.id);
    const record = await findRecordForCtdl(db, request.apiClient.agencyId, id);
    if (!record) throw new DomainError('not_found');
    if (record.supersededAt || record.decision !== 'approved' || !record.decidedAt) {
      throw new ApiProblem('not_approved', 'There are drafts once the agency has approved on this record.');
    }
    const day = (at: Date) => dayIn(record.timeZone, at);
    const drafts = ctdlDrafts({
      publicUrl: deps.config.publicUrl,
      agency: { name: record.agencyName },
      list: { name: record.listName, kind: record.listKind },
      credential: {
        slug: record.credentialSlug,
        name: record.credentialName,
        ctid: record.ctid,
        url: record.credentialUrl,
        issuer: record.issuerName,
      },
      evidence: `${deps.config.publicUrl}${apiPaths.evidence(record.snapshotId)}`,
      requirementStatus: record.requirementStatus,
      policyInWords: describePolicy((await getPolicyVersion(db, record.policyVersionId)).body),
      decidedOn: day(record.decidedAt),
      validUntil: record.validUntil && day(record.validUntil),
    });
    const text = JSON.stringify(drafts);
    const etag = etagOf(text, 'strong');
    return sendJson(request, reply, text, {
      etag,
      cacheControl: 'private, no-cache',
      type: 'application/ld+json',
    });
  });

  api.get(apiPaths.applications, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    const { agencyId } = request.apiClient;
    const query = parseQuery(applicationsQuery, request);
    const list = query.list === undefined ? null : await findReadableList(db, agencyId, query.list);
    if (query.list !== undefined && !list) {
      throw parameterProblem('list', 'There is no such list, or it is not yours to see');
    }
    const rows = await listApplications(db, agencyId, {
      after: query.cursor ?? 0,
      limit: query.limit + 1,
      listId: list?.id ?? null,
      state: query.state ?? null,
    });
    return sendResource(request, reply, pageResource(rows, query.limit, applicationResource));
  });

  api.get<WithId>(`${apiPaths.applications}/:id`, asApi, async (request, reply) => {
    requireScope(request, 'evidence:read');
    parseQuery(noQuery, request);
    const row = await findApplicationOf(db, request.apiClient.agencyId, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    return sendResource(request, reply, applicationResource(row));
  });

  // A question too long for an address. It changes nothing and needs no Idempotency-Key.
  api.post(apiPaths.validations, asApi, async (request, reply) => {
    requireScope(request, 'counts:read');
    parseQuery(noQuery, request);
    const body = parseBody(validationsBody, request);
    const now = deps.clock.now();
    if (body.asOf && body.asOf > now) {
      throw new ApiProblem('bad_body', 'asOf: Give a time that has passed.', 'asOf');
    }
    const list = await findReadableList(db, request.apiClient.agencyId, body.list);
    if (!list) {
      throw new ApiProblem('bad_body', 'list: There is no such list, or it is not yours to see.', 'list');
    }
    const policy = await getPolicyVersion(db, list.policyVersionId);
    const asked = [...new Set(body.credentials)];
    const rows = await findCredentials(db, asked);
    const bySlug = new Map(rows.map((row) => [row.slug, row]));
    const byId = new Map(rows.map((row) => [String(row.id), row]));
    const found = asked.map((one) => byId.get(one) ?? bySlug.get(one));
    const wanted = [...new Set(found.filter((row) => row !== undefined))];
    const requirements: Requirement[] = [];
    if (body.asOf) {
      for (const { id } of wanted) {
        const facts = await loadFacts(db, id, body.asOf);
        requirements.push(evaluateRequirement(policy.body, facts, body.asOf));
      }
    } else {
      const keys = wanted.map(({ id }) => ({ credentialId: id, policyVersionId: policy.id }));
      requirements.push(...(await readTallies(db, keys, now)));
    }
    reply.header('cache-control', 'no-store');
    return reply.type('application/json; charset=utf-8').send(
      JSON.stringify(
        validationsResource({
          list,
          policy,
          asOf: body.asOf ?? now,
          counted: wanted.map((credential, index) => ({ credential, requirement: requirements[index]! })),
          unknown: asked.filter((_, index) => found[index] === undefined),
        }),
      ),
    );
  });
}
