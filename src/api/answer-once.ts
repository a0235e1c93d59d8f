import { createHash } from 'node:crypto';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { idempotencyKeys } from '../db/schema/events.ts';
import type { Deps } from '../deps.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { ApiProblem } from './problems.ts';

export type WriteAnswer = { status: number; body: string; location: string | null };

/** A key is free again after this; callers who retry for longer would get their write done twice. */
const KEEP_MS = 48 * 3600_000;

/**
 * Does a write once per Idempotency-Key of an API key, and gives every repetition the first answer's status and body
 * (STANDARDS S12). The change and its answer are kept by one transaction: after a crash either both are there, or
 * neither and the repetition does the work. A refusal is an answer too; a fault of ours (5xx) is not kept.
 *
 * While the first request runs, the key's advisory lock is held, so a second one is told so at once, and a process that
 * is killed lets go with its connection.
 */
export async function answerOnce<D extends Pick<Deps, 'db' | 'clock'>>(
  deps: D,
  request: { apiKeyId: number; key: string; method: string; path: string; body: unknown },
  run: (deps: D) => Promise<WriteAnswer>,
): Promise<WriteAnswer & { isRepeated: boolean }> {
  const { apiKeyId, key } = request;
  const requestSha256 = sha256Hex(`${request.method} ${request.path}\n${canonicalJson(request.body)}`);
  return deps.db.transaction(async (tx) => {
    const [lock] = await tx.execute<{ held: boolean }>(
      sql`select pg_try_advisory_xact_lock(${lockNumber(apiKeyId, key)}::bigint) as held`,
    );
    if (!lock?.held) {
      throw new ApiProblem('idempotency_in_flight', 'Wait a moment and send the same request again.');
    }
    const [kept] = await tx
      .select()
      .from(idempotencyKeys)
      .where(and(eq(idempotencyKeys.apiKeyId, apiKeyId), eq(idempotencyKeys.key, key)));
    if (kept) {
      if (kept.requestSha256 !== requestSha256) {
        throw new ApiProblem(
          'idempotency_key_reused',
          'It came before with another method, address or body. Use a new key for a new request.',
        );
      }
      return { status: kept.status, body: kept.body, location: kept.location, isRepeated: true };
    }
    const answer = await run({ ...deps, db: tx });
    await tx
      .insert(idempotencyKeys)
      .values({ apiKeyId, key, requestSha256, ...answer, createdAt: deps.clock.now() });
    return { ...answer, isRepeated: false };
  });
}

function lockNumber(apiKeyId: number, key: string): string {
  return createHash('sha256').update(`idempotency ${apiKeyId} ${key}`).digest().readBigInt64BE().toString();
}

/** Forgets keys that are older than two days. */
export async function pruneIdempotencyKeys(db: Db, now: Date): Promise<number> {
  const gone = await db
    .delete(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, new Date(now.getTime() - KEEP_MS)))
    .returning({ key: idempotencyKeys.key });
  return gone.length;
}
