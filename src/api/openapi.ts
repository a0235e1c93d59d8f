import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { API_SCOPES, type ApiScope } from '../agencies/types.ts';
import type { Deps } from '../deps.ts';
import type { HttpStatus } from '../http/http-error.ts';
import { apiPaths } from './paths.ts';
import { codesOf } from './problems.ts';
import { SCOPE_WORDS } from './rules.ts';
import {
  applicationBody,
  applicationPageSchema,
  applicationSchema,
  applicationsQuery,
  approvalRecordPageSchema,
  approvalRecordSchema,
  approvalRecordsQuery,
  changesQuery,
  changesSchema,
  credentialPageSchema,
  credentialSchema,
  credentialsQuery,
  decisionBody,
  decisionProposalSchema,
  evidenceSchema,
  feedQuery,
  linkedDataSchema,
  listSchema,
  listsSchema,
  problemSchema,
  validationQuery,
  validationSchema,
  validationsBody,
  validationsSchema,
} from './schemas.ts';

export type Json = Record<string, unknown>;

/** What a later feature adds to the API: its routes, and what the document says of them. */
export type ApiPart = {
  register(api: FastifyInstance, deps: Deps): void;
  components: Record<string, z.ZodType>;
  bodies: Record<string, z.ZodType>;
  paths: Json;
  /** Requests that we send, by name. */
  webhooks: Json;
};

const COMPONENTS = {
  Credential: credentialSchema,
  CredentialPage: credentialPageSchema,
  List: listSchema,
  Lists: listsSchema,
  Validation: validationSchema,
  Validations: validationsSchema,
  Application: applicationSchema,
  ApplicationPage: applicationPageSchema,
  DecisionProposal: decisionProposalSchema,
  ApprovalRecord: approvalRecordSchema,
  ApprovalRecordPage: approvalRecordPageSchema,
  Evidence: evidenceSchema,
  LinkedData: linkedDataSchema,
  Changes: changesSchema,
  Problem: problemSchema,
};

const BODIES = {
  NewApplication: applicationBody,
  NewDecisionProposal: decisionBody,
  ValidationsQuestion: validationsBody,
};

const REF = '#/components/schemas/';

/** JSON Schema (2020-12) of every shape, each referring to the others by name. */
function componentSchemas(parts: readonly ApiPart[]): Json {
  const outputs = Object.assign({ ...COMPONENTS }, ...parts.map(({ components }) => components));
  const inputs = Object.assign({ ...BODIES }, ...parts.map(({ bodies }) => bodies));
  return { ...namedSchemas(outputs, 'output'), ...namedSchemas(inputs, 'input') };
}

export const refTo = (schema: string): Json => ({ $ref: `${REF}${schema}` });

function namedSchemas(named: Record<string, z.ZodType>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `${REF}${id}`, io });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

const QUERY_WORDS: Record<string, string> = {
  cursor: 'The `nextCursor` of the page before',
  limit: 'Items a page',
  list: 'Slug of a list: of your agency, or a public one',
  asOf: 'Replays the answers as they were then: a day (its first moment in UTC) or a time with its zone, not in the future. Without it: now',
  superseded: 'Also records that a later one has taken the place of',
  type: 'Only changes of this type',
  state: 'Only those in this state',
};

function queryParameters(query: z.ZodType): Json[] {
  const schema = z.toJSONSchema(query, { io: 'input' }) as { properties?: Json; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, each]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    description: QUERY_WORDS[name] ?? '',
    schema: each,
  }));
}

const PROBLEM_WORDS: Partial<Record<HttpStatus, string>> = {
  400: 'The request cannot be read',
  401: 'No key, or one that is unknown, revoked or expired',
  403: 'The key lacks the scope',
  404: "Unknown, or another agency's",
  409: 'What is there already does not allow it',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'A parameter or a member of the body makes no sense; `parameter` names it',
  429: 'Too many requests; wait as long as Retry-After says',
  503: 'A part is away; wait as long as Retry-After says',
};

function problems(statuses: readonly HttpStatus[]): Json {
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = codesOf(status);
      return [
        status,
        {
          description: PROBLEM_WORDS[status] ?? '',
          ...(codes.length > 0 && { 'x-codes': codes }),
          content: { 'application/problem+json': { schema: { $ref: `${REF}Problem` } } },
        },
      ];
    }),
  );
}

type PathParameter = { name: string; description: string; schema: Json };

export type Operation = {
  id: string;
  summary: string;
  description?: string;
  scope: ApiScope;
  path?: PathParameter | PathParameter[];
  query?: z.ZodType;
};

function frameOf({ id, summary, description, scope }: Operation): Json {
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    tags: [scope.split(':')[0]],
    security: [{ apiKey: [] }],
    'x-required-scope': scope,
  };
}

function pathParameters({ path, query }: Operation): Json[] {
  return [
    ...[path ?? []]
      .flat()
      .map(({ name, description, schema }) => ({ name, in: 'path', required: true, description, schema })),
    ...(query ? queryParameters(query) : []),
  ];
}

export function reading(
  operation: Operation & {
    schema: string;
    etag: string;
    type?: string;
    alsoRefuses?: HttpStatus[];
  },
): Json {
  const { schema, etag, type, path, alsoRefuses = [] } = operation;
  return {
    get: {
      ...frameOf(operation),
      parameters: [
        ...pathParameters(operation),
        {
          name: 'If-None-Match',
          in: 'header',
          required: false,
          description: 'The ETag that you have',
          schema: { type: 'string' },
        },
      ],
      responses: {
        200: {
          description: 'Found',
          headers: { ETag: { description: etag, schema: { type: 'string' } } },
          content: { [type ?? 'application/json']: { schema: { $ref: `${REF}${schema}` } } },
        },
        304: { description: 'You have it' },
        ...problems([400, 401, 403, ...(path ? [404 as const] : []), ...alsoRefuses, 422, 429, 503]),
      },
    },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description:
    'Your own name for this request, such as a UUID. Repeated with the same key, address and body it gets the first answer, status and body, for two days, and does nothing again; such answers carry `Idempotent-Replayed: true`.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
};

export function posting(
  operation: Operation & {
    method?: 'post' | 'delete';
    body?: string;
    success:
      | { status: 200 | 201 | 202; description: string; schema: string }
      | { status: 204; description: string };
    isWrite: boolean;
  },
): Json {
  const { method = 'post', body, success, isWrite, path } = operation;
  return {
    [method]: {
      ...frameOf(operation),
      parameters: [...pathParameters(operation), ...(isWrite ? [IDEMPOTENCY_KEY] : [])],
      ...(body !== undefined && {
        requestBody: { required: true, content: { 'application/json': { schema: refTo(body) } } },
      }),
      responses: {
        [success.status]: {
          description: success.description,
          ...(isWrite && {
            headers: {
              ...(success.status !== 204 && {
                Location: { description: 'Where it can be read', schema: { type: 'string' } },
              }),
              'Idempotent-Replayed': {
                description: '`true` when this is the answer to an earlier request with this key',
                schema: { type: 'string' },
              },
            },
          }),
          ...(success.status !== 204 && {
            content: { 'application/json': { schema: refTo(success.schema) } },
          }),
        },
        ...problems([
          400,
          401,
          403,
          ...(path ? [404 as const] : []),
          ...(isWrite ? [409 as const] : []),
          413,
          415,
          422,
          429,
          503,
        ]),
      },
    },
  };
}

const idOrSlug = {
  name: 'credential',
  description: 'Slug or id of the credential',
  schema: { type: 'string' },
};
export const numericId = (description: string, name = 'id') => ({
  name,
  description,
  schema: { type: 'integer', minimum: 1 },
});

export const OVER_BYTES = 'Strong, over the bytes';

let document: Json | undefined;

/** The OpenAPI 3.1 document, made from the schemas that answers are checked against. */
export function openApiDocument(publicUrl: string, version: string, parts: readonly ApiPart[]): Json {
  document ??= {
    openapi: '3.1.0',
    info: {
      title: 'Countersign API',
      version,
      description:
        'What employers say of credentials, for approval processes. Live counts are provisional; only frozen evidence is final. Reading changes nothing; writing takes an Idempotency-Key.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(API_SCOPES.map((scope) => scope.split(':')[0]!))].map((name) => ({
      name,
      description: API_SCOPES.filter((scope) => scope.startsWith(`${name}:`))
        .map((scope) => SCOPE_WORDS[scope])
        .join('. '),
    })),
    paths: {
      [apiPaths.credentials]: reading({
        id: 'listCredentials',
        summary: 'All credentials',
        scope: 'credentials:read',
        schema: 'CredentialPage',
        query: credentialsQuery,
        etag: OVER_BYTES,
      }),
      [apiPaths.credentialChanges]: reading({
        id: 'listCredentialChanges',
        summary: 'Which credentials changed, in order',
        description: 'A feed of its own, as all agencies share the credentials.',
        scope: 'credentials:read',
        schema: 'Changes',
        query: feedQuery,
        etag: 'Strong: where the page begins and how far the feed goes',
      }),
      [apiPaths.credential('{credential}')]: reading({
        id: 'getCredential',
        summary: 'One credential',
        scope: 'credentials:read',
        schema: 'Credential',
        path: idOrSlug,
        etag: OVER_BYTES,
      }),
      [apiPaths.validation('{credential}')]: reading({
        id: 'getValidation',
        summary: "The count of one credential under a list's policy",
        description:
          'Counts distinct employers, with whom they were taken from. Provisional: the day it is frozen, the count may be another.',
        scope: 'counts:read',
        schema: 'Validation',
        path: idOrSlug,
        query: validationQuery,
        etag: 'Strong with asOf; weak without, as the time of asking is left out of it',
      }),
      [apiPaths.lists]: reading({
        id: 'listLists',
        summary: 'Lists with their policies and cycles',
        scope: 'counts:read',
        schema: 'Lists',
        etag: OVER_BYTES,
      }),
      [apiPaths.validations]: posting({
        id: 'askValidations',
        summary: "The counts of several credentials under a list's policy",
        description:
          'Up to 100 credentials in one call. It changes nothing; the question is only too long for an address.',
        scope: 'counts:read',
        body: 'ValidationsQuestion',
        success: { status: 200, description: 'Counted', schema: 'Validations' },
        isWrite: false,
      }),
      [apiPaths.changes]: reading({
        id: 'listChanges',
        summary: 'What changed for your agency, in order',
        description:
          'Begin without a cursor, keep the `nextCursor` of each page, and ask with it again: every change comes once, none is passed over, whatever else is written meanwhile. An unchanged page is 304. Counts are told in batches, a few minutes after they moved.',
        scope: 'evidence:read',
        schema: 'Changes',
        query: changesQuery,
        etag: 'Strong: where the page begins and how far the feed goes',
      }),
      [apiPaths.applications]: {
        ...reading({
          id: 'listApplications',
          summary: "Your agency's applications",
          scope: 'evidence:read',
          schema: 'ApplicationPage',
          query: applicationsQuery,
          etag: OVER_BYTES,
        }),
        ...posting({
          id: 'submitApplication',
          summary: 'Put a credential up for a list of your agency',
          scope: 'applications:write',
          body: 'NewApplication',
          success: { status: 201, description: 'Submitted', schema: 'Application' },
          isWrite: true,
        }),
      },
      [`${apiPaths.applications}/{id}`]: reading({
        id: 'getApplication',
        summary: 'One application',
        scope: 'evidence:read',
        schema: 'Application',
        path: numericId('Id of the application'),
        etag: OVER_BYTES,
      }),
      [`${apiPaths.applications}/{id}/decision-proposals`]: posting({
        id: 'proposeDecision',
        summary: 'Propose how an application is decided',
        description:
          'A decision takes two people. A key acts for its agency, so what it proposes waits until a staff member, other than the one who made the key, confirms it in the console.',
        scope: 'decisions:propose',
        path: numericId('Id of the application'),
        body: 'NewDecisionProposal',
        success: { status: 202, description: 'Proposed', schema: 'DecisionProposal' },
        isWrite: true,
      }),
      [apiPaths.approvalRecords]: reading({
        id: 'listApprovalRecords',
        summary: "Your agency's approval records",
        scope: 'evidence:read',
        schema: 'ApprovalRecordPage',
        query: approvalRecordsQuery,
        etag: OVER_BYTES,
      }),
      [`${apiPaths.approvalRecords}/{id}`]: reading({
        id: 'getApprovalRecord',
        summary: 'One approval record',
        scope: 'evidence:read',
        schema: 'ApprovalRecord',
        path: numericId('Id of the approval record'),
        etag: OVER_BYTES,
      }),
      [`${apiPaths.approvalRecords}/{id}/ctdl`]: reading({
        id: 'getCtdlDrafts',
        summary: 'Drafts of CTDL actions for an approval',
        description:
          'For your agency to look at and publish to the Registry itself: an action is its agent’s to make. Drafts have no CTID and name no employer; their evidence is the packet.',
        scope: 'evidence:read',
        schema: 'LinkedData',
        path: numericId('Id of the approval record'),
        type: 'application/ld+json',
        alsoRefuses: [409],
        etag: OVER_BYTES,
      }),
      '/api/v1/evidence/{id}': reading({
        id: 'getEvidence',
        summary: 'A frozen packet',
        description: 'These bytes never change. Keep them, and check them with `countersign verify`.',
        scope: 'evidence:read',
        schema: 'Evidence',
        path: numericId('Id of the snapshot'),
        etag: "Strong: the packet's SHA-256",
      }),
      ...Object.assign({}, ...parts.map(({ paths }) => paths)),
    },
    webhooks: Object.assign({}, ...parts.map(({ webhooks }) => webhooks)),
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key that an administrator of your agency made',
        },
      },
      schemas: componentSchemas(parts),
    },
  };
  return document;
}
