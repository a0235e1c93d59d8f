import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { apiWords } from '../http/api-words.ts';
import { DOMAIN_REFUSALS } from '../http/refusals.ts';
import { DomainError } from '../lib/errors.ts';
import { answerOnce } from './answer-once.ts';
import { ApiProblem } from './problems.ts';
import { isIdempotencyKey } from './rules.ts';

/** What a write made, and where that can be read; null where nothing is left to read. */
export type Made =
  | { status: 200 | 201 | 202; resource: object; location: string | null }
  | { status: 204; resource: null; location: null };

/**
 * Does a write once per Idempotency-Key, and makes of refusals the answer that repetitions get too. What must not be kept
 * with the answer, a secret, is left out of the resource and put in by `reveal` each time the answer is given.
 */
export async function answerWrite(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (within: Deps) => Promise<Made>,
  reveal?: (kept: Record<string, unknown>) => object,
): Promise<FastifyReply> {
  const key = request.headers['idempotency-key'];
  if (!isIdempotencyKey(key)) {
    throw new ApiProblem(
      'idempotency_key_missing',
      'Send a header Idempotency-Key of 1 to 255 printable characters, such as a UUID, and the same one when you repeat the request.',
    );
  }
  // What the work hints at is there only after the commit.
  const hints: (() => Promise<boolean>)[] = [];
  const queue: Deps['queue'] = {
    ...deps.queue,
    enqueue: async (...hint) => {
      hints.push(() => deps.queue.enqueue(...hint));
      return true;
    },
  };
  const answer = await answerOnce(
    deps,
    {
      apiKeyId: request.apiClient.keyId,
      key,
      method: request.method,
      path: request.url,
      body: request.body ?? null,
    },
    async (within) => {
      try {
        // A savepoint: what a refusal had begun is undone, and the refusal itself can still be kept.
        const made = await within.db.transaction((tx) => work({ ...within, db: tx, queue }));
        const body = made.resource === null ? '' : JSON.stringify(made.resource);
        return { status: made.status, body, location: made.location };
      } catch (error) {
        const refused = refusalOf(error, request);
        if (!refused) throw error;
        return { status: refused.status, body: JSON.stringify(refused), location: null };
      }
    },
  );
  const isDone = answer.status < 300;
  if (!answer.isRepeated && isDone) {
    for (const hint of hints) await hint();
    await deps.queue.enqueue('events.dispatch', {});
  }
  if (answer.isRepeated) reply.header('idempotent-replayed', 'true');
  if (answer.location) reply.header('location', answer.location);
  reply.code(answer.status).header('cache-control', 'no-store');
  if (answer.status === 204) return reply.send();
  const body = isDone && reveal ? JSON.stringify(reveal(JSON.parse(answer.body))) : answer.body;
  return reply.type(isDone ? 'application/json; charset=utf-8' : 'application/problem+json').send(body);
}

function refusalOf(error: unknown, request: FastifyRequest) {
  if (error instanceof ApiProblem) return error.document(request.id);
  if (!(error instanceof DomainError)) return null;
  const { status, title, sentence } = DOMAIN_REFUSALS[error.code];
  const words = apiWords({ status, code: error.code }) ?? { title, sentence };
  return {
    type: 'about:blank',
    title: words.title,
    status,
    detail: words.sentence,
    code: error.code,
    requestId: request.id,
  };
}
