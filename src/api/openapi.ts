import { z } from 'zod';
import { API_SCOPES, type ApiScope } from '../agencies/types.ts';
import { apiPaths } from './paths.ts';
import { SCOPE_WORDS } from './rules.ts';
import {
  approvalRecordPageSchema,
  approvalRecordSchema,
  approvalRecordsQuery,
  credentialPageSchema,
  credentialSchema,
  credentialsQuery,
  evidenceSchema,
  problemSchema,
  validationQuery,
  validationSchema,
} from './schemas.ts';

type Json = Record<string, unknown>;

const COMPONENTS = {
  Credential: credentialSchema,
  CredentialPage: credentialPageSchema,
  Validation: validationSchema,
  ApprovalRecord: approvalRecordSchema,
  ApprovalRecordPage: approvalRecordPageSchema,
  Evidence: evidenceSchema,
  Problem: problemSchema,
};

const REF = '#/components/schemas/';

/** JSON Schema (2020-12) of every shape, each referring to the others by name. */
function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(COMPONENTS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `${REF}${id}`, io: 'output' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

const QUERY_WORDS: Record<string, string> = {
  cursor: 'The `nextCursor` of the page before',
  limit: 'Items a page',
  list: 'Slug of a list: of your agency, or a public one',
  asOf: 'Replays the answers as they were then: a day (its first moment in UTC) or a time with its zone, not in the future. Without it: now',
  superseded: 'Also records that a later one has taken the place of',
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

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: `${REF}Problem` } } },
});

const PROBLEMS = {
  401: problem('No key, or one that is unknown, revoked or expired'),
  403: problem('The key lacks the scope'),
  429: problem('Too many requests'),
};

type Operation = {
  id: string;
  summary: string;
  description?: string;
  scope: ApiScope;
  schema: keyof typeof COMPONENTS;
  path?: { name: string; description: string; schema: Json };
  query?: z.ZodType;
  etag: string;
};

function operation({ id, summary, description, scope, schema, path, query, etag }: Operation): Json {
  return {
    get: {
      operationId: id,
      summary,
      ...(description && { description }),
      tags: [scope.split(':')[0]],
      security: [{ apiKey: [] }],
      'x-required-scope': scope,
      parameters: [
        ...(path
          ? [
              {
                name: path.name,
                in: 'path',
                required: true,
                description: path.description,
                schema: path.schema,
              },
            ]
          : []),
        ...(query ? queryParameters(query) : []),
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
          content: { 'application/json': { schema: { $ref: `${REF}${schema}` } } },
        },
        304: { description: 'You have it' },
        ...PROBLEMS,
        ...(path && { 404: problem("Unknown, or another agency's") }),
        422: problem('A parameter makes no sense; `parameter` names it'),
      },
    },
  };
}

const idOrSlug = {
  name: 'credential',
  description: 'Slug or id of the credential',
  schema: { type: 'string' },
};
const numericId = (description: string) => ({
  name: 'id',
  description,
  schema: { type: 'integer', minimum: 1 },
});

let document: Json | undefined;

/** The OpenAPI 3.1 document, made from the schemas that answers are checked against. */
export function openApiDocument(publicUrl: string, version: string): Json {
  document ??= {
    openapi: '3.1.0',
    info: {
      title: 'Countersign pull API',
      version,
      description:
        'What employers say of credentials, for approval processes. Live counts are provisional; only frozen evidence is final. Reading changes nothing.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: API_SCOPES.map((scope) => ({ name: scope.split(':')[0], description: SCOPE_WORDS[scope] })),
    paths: {
      [apiPaths.credentials]: operation({
        id: 'listCredentials',
        summary: 'All credentials',
        scope: 'credentials:read',
        schema: 'CredentialPage',
        query: credentialsQuery,
        etag: 'Strong, over the bytes',
      }),
      [apiPaths.credential('{credential}')]: operation({
        id: 'getCredential',
        summary: 'One credential',
        scope: 'credentials:read',
        schema: 'Credential',
        path: idOrSlug,
        etag: 'Strong, over the bytes',
      }),
      [apiPaths.validation('{credential}')]: operation({
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
      [apiPaths.approvalRecords]: operation({
        id: 'listApprovalRecords',
        summary: "Your agency's approval records",
        scope: 'evidence:read',
        schema: 'ApprovalRecordPage',
        query: approvalRecordsQuery,
        etag: 'Strong, over the bytes',
      }),
      [`${apiPaths.approvalRecords}/{id}`]: operation({
        id: 'getApprovalRecord',
        summary: 'One approval record',
        scope: 'evidence:read',
        schema: 'ApprovalRecord',
        path: numericId('Id of the approval record'),
        etag: 'Strong, over the bytes',
      }),
      '/api/v1/evidence/{id}': operation({
        id: 'getEvidence',
        summary: 'A frozen packet',
        description: 'These bytes never change. Keep them, and check them with `countersign verify`.',
        scope: 'evidence:read',
        schema: 'Evidence',
        path: numericId('Id of the snapshot'),
        etag: "Strong: the packet's SHA-256",
      }),
    },
    components: {
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key that an administrator of your agency made',
        },
      },
      schemas: componentSchemas(),
    },
  };
  return document;
}
