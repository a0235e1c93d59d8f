import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ApiScope } from '../agencies/types.ts';
import { HttpError } from '../http/http-error.ts';
import { DomainError } from '../lib/errors.ts';
import { etagOf, matchesEtag } from '../lib/etag.ts';
import { ApiProblem, parameterProblem } from './problems.ts';

/** Bodies are small: a few ids and a sentence. */
export const API_BODY_LIMIT = 64 * 1024;

/** PostgreSQL stores no NUL, and half a character is none: such a body is refused whole. */
function storable(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && /\p{Surrogate}|\0/u.test(value)) throw new HttpError(400);
  return value;
}

/** Inside: JSON bodies only, and refusals of the API's own kind told as problems. */
export async function registerApiScope(
  app: FastifyInstance,
  routes: (api: FastifyInstance) => void,
): Promise<void> {
  await app.register(async (api) => {
    api.removeAllContentTypeParsers();
    api.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: API_BODY_LIMIT },
      (_request, body, done) => {
        try {
          done(null, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer), storable));
        } catch {
          done(new HttpError(400));
        }
      },
    );
    const handleElsewhere = api.errorHandler;
    api.setErrorHandler((error: Error, request, reply) =>
      error instanceof ApiProblem
        ? sendProblem(error, request, reply)
        : handleElsewhere(error as never, request, reply),
    );
    routes(api);
  });
}

function sendProblem(error: ApiProblem, request: FastifyRequest, reply: FastifyReply) {
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(error.document(request.id)));
}

export function requireScope(request: FastifyRequest, scope: ApiScope): void {
  if (!request.apiClient.scopes.includes(scope)) throw new DomainError('scope_missing', { scope });
}

/** Unknown parameters are refused too: a misspelt filter would otherwise silently give everything. */
export function parseQuery<T extends z.ZodType>(schema: T, request: FastifyRequest): z.output<T> {
  const parsed = schema.safeParse(request.query);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') {
    throw parameterProblem(issue.keys[0] ?? '', 'There is no such parameter here');
  }
  const given = String(issue.path[0] ?? '');
  const isMissing = (request.query as Record<string, unknown>)[given] === undefined;
  throw parameterProblem(given, isMissing ? 'This parameter is needed' : issue.message);
}

/** The body as its schema has it; the problem names the first member at fault. */
export function parseBody<T extends z.ZodType>(schema: T, request: FastifyRequest): z.output<T> {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiProblem('bad_body', 'Send a JSON object.');
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const member =
    issue.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : issue.path.map(String).join('.');
  const isMissing = issue.path.length > 0 && (body as Record<string, unknown>)[member] === undefined;
  const detail =
    issue.code === 'unrecognized_keys'
      ? 'There is no such member here'
      : isMissing
        ? 'This member is needed'
        : issue.message;
  throw new ApiProblem('bad_body', `${member}: ${detail}.`, member);
}

export function sendResource(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const text = JSON.stringify(body);
  return sendJson(request, reply, text, { etag: etagOf(text, 'strong'), cacheControl: 'private, no-cache' });
}

export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  { etag, cacheControl, type }: { etag: string; cacheControl: string; type?: string },
): FastifyReply {
  reply.header('etag', etag).header('cache-control', cacheControl).header('vary', 'authorization');
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type(type ?? 'application/json; charset=utf-8').send(text);
}
