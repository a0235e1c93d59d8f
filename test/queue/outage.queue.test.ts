import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Handlers } from '../../jobs/outcome.ts';
import { startWorker } from '../../jobs/worker.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import type { Deps } from '../../src/deps.ts';
import { createQueue } from '../../src/queue/enqueue.ts';
import { idleHandlers } from '../support/idle-handlers.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

// Servers of its own, because it ends them.
const onRedis = inject('redisUrl') !== null;
const silent = pino({ level: 'silent' });

let folder: string;
let postgres: EmbeddedPostgres | null = null;
let redis: TestRedis | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-outage-'));
  await chmod(folder, 0o755);
  if (onRedis) redis = await startRedis();
  else postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silent, fast: true });
});
afterAll(async () => {
  await redis?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Ends the store without warning and brings it back at the same address: PostgreSQL by itself, Redis empty. */
async function crash(): Promise<() => Promise<void>> {
  if (postgres) {
    const [pid] = (await readFile(join(postgres.dataDir, 'postmaster.pid'), 'utf8')).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    return async () => undefined;
  }
  const port = Number(new URL(redis!.url).port);
  await redis!.stop();
  return async () => {
    redis = await startRedis(port);
  };
}

test('producer and worker outlive their store, and the schedule comes back', {
  timeout: 60_000,
}, async () => {
  const ran = new EventEmitter();
  const handlers: Handlers = {
    ...idleHandlers,
    'outreach.send-due': async (_, { waveId }) => {
      ran.emit(waveId === undefined ? 'by schedule' : 'by hint');
      return { outcome: 'done' };
    },
  };
  const store = { databaseUrl: postgres?.url ?? '', redisUrl: redis?.url ?? null };
  const queue = await createQueue({ ...store, log: silent });
  const deps = {
    config: { redisUrl: store.redisUrl, workerConcurrency: 2, stopSeconds: 15 },
    log: silent,
  } as Deps;
  const schedules = { 'outreach.send-due': { every: 500 } };
  const worker = await startWorker(deps, { databaseUrl: store.databaseUrl, handlers, schedules });
  await once(ran, 'by schedule');

  const back = await crash();
  // A hint in the outage is refused in time and without an exception, or kept; it never hangs a page.
  const asked = performance.now();
  await queue.enqueue('outreach.send-due', { waveId: 1 });
  expect(performance.now() - asked).toBeLessThan(5_000);
  await back();

  const hinted = once(ran, 'by hint');
  await expect.poll(() => queue.enqueue('outreach.send-due', { waveId: 2 }), { timeout: 30_000 }).toBe(true);
  await hinted;
  await once(ran, 'by schedule');
  await worker.close();
  await queue.close();
});
