import { pino } from 'pino';
import { startWorker } from '../../jobs/worker.ts';
import type { Deps } from '../../src/deps.ts';
import { idleHandlers } from './idle-handlers.ts';

// A worker in a process of its own that takes a job and never ends it, for test/queue/killed-worker.queue.test.ts.
const [databaseUrl = '', redisUrl = ''] = process.argv.slice(2);

await startWorker(
  {
    config: { redisUrl: redisUrl || null, workerConcurrency: 1, stopSeconds: 15 },
    log: pino({ level: 'silent' }),
  } as Deps,
  {
    databaseUrl,
    schedules: {},
    handlers: {
      ...idleHandlers,
      'outreach.send-due': () => {
        process.stdout.write('taken\n');
        return new Promise(() => undefined);
      },
    },
  },
);
