import { sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';

const READY_WITHIN_MS = 2_000;

/** /healthz: the process answers. /readyz: it can also reach the database and the queue. */
export function registerHealth(app: FastifyInstance, deps: Pick<Deps, 'db' | 'queue'>): void {
  const config = { access: 'public' } as const;
  app.get('/healthz', { config }, async (_request, reply) => {
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });
  app.get('/readyz', { config }, async (_request, reply) => {
    const [database, queue] = await Promise.all([
      answers(deps.db.execute(sql`select 1`)),
      answers(deps.queue.count()),
    ]);
    return reply
      .code(database && queue ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ database: database ? 'ok' : 'unreachable', queue: queue ? 'ok' : 'unreachable' });
  });
}

async function answers(attempt: PromiseLike<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), READY_WITHIN_MS);
  });
  try {
    return await Promise.race([Promise.resolve(attempt).then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
