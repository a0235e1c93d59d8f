import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker } from '../../jobs/worker.ts';
import type { Deps } from '../../src/deps.ts';
import { createQueue } from '../../src/queue/enqueue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { idleHandlers } from '../support/idle-handlers.ts';
import { emptyTestRedis } from '../support/redis.ts';

const CHILD = fileURLToPath(new URL('../support/worker-child.ts', import.meta.url));
const log = pino({ level: 'silent' });

let database: TestDatabase;
let redisUrl: string | null;
beforeAll(async () => {
  database = await createTestDatabase();
  redisUrl = await emptyTestRedis();
});
afterAll(() => database.drop());

test('the job of a killed worker is run by another', { timeout: 60_000 }, async () => {
  const queue = await createQueue({ databaseUrl: database.url, redisUrl, log });
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, database.url, redisUrl ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const taken = once(createInterface(child.stdout), 'line');
  await queue.enqueue('outreach.send-due', { waveId: 42 });
  await taken;
  child.kill('SIGKILL');
  await once(child, 'exit');

  const ran = new EventEmitter();
  const again = once(ran, 'ran');
  const worker = await startWorker(
    { config: { redisUrl, workerConcurrency: 1, stopSeconds: 15 }, log } as Deps,
    {
      databaseUrl: database.url,
      schedules: {},
      handlers: {
        ...idleHandlers,
        'outreach.send-due': async (_, payload) => {
          ran.emit('ran', payload);
          return { outcome: 'done' };
        },
      },
    },
  );
  expect((await again)[0]).toEqual({ waveId: 42 });
  await expect.poll(() => queue.count()).toMatchObject({ active: 0, waiting: 0, failed: 0 });
  await worker.close();
  await queue.close();
});
