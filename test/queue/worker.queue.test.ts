import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Handlers, JobOutcome } from '../../jobs/outcome.ts';
import { startWorker, type Worker, type WorkerOptions } from '../../jobs/worker.ts';
import type { Deps } from '../../src/deps.ts';
import { DomainError } from '../../src/lib/errors.ts';
import { openQueue, type StoredJobs } from '../../src/queue/engine.ts';
import { createQueue, type Queue } from '../../src/queue/enqueue.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { idleHandlers } from '../support/idle-handlers.ts';
import { emptyTestRedis } from '../support/redis.ts';

const silent = pino({ level: 'silent' });

let database: TestDatabase;
let redisUrl: string | null;
let queue: Queue;
let workers: Worker[] = [];
/** Emits `ran` with the payload's wave whenever the handler below is called. */
let ran: EventEmitter;
let outcomes: (() => Promise<JobOutcome>)[];

const handlers: Handlers = {
  ...idleHandlers,
  'outreach.send-due': async (_, { waveId }) => {
    const next = outcomes.shift();
    ran.emit('ran', waveId);
    return next ? next() : { outcome: 'done' };
  },
};

const work = async (options: Partial<WorkerOptions> = {}): Promise<Worker> => {
  const deps = { config: { redisUrl, workerConcurrency: 2, stopSeconds: 15 }, log: silent } as Deps;
  const given = { databaseUrl: database.url, handlers, schedules: {}, ...options };
  const worker = await startWorker(deps, given);
  workers.push(worker);
  return worker;
};

const nextRun = async () => (await once(ran, 'ran'))[0] as number | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  redisUrl = await emptyTestRedis();
});
afterAll(() => database.drop());

beforeEach(async () => {
  ran = new EventEmitter();
  outcomes = [];
  workers = [];
  queue = await createQueue({ databaseUrl: database.url, redisUrl, log: silent });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await queue.close();
});

test('a job reaches a worker with the payload of its contract', async () => {
  await work();
  const run = nextRun();
  expect(await queue.enqueue('outreach.send-due', { waveId: 7 })).toBe(true);
  expect(await run).toBe(7);
  await expect.poll(() => queue.count()).toMatchObject({ waiting: 0, active: 0, failed: 0 });
});

test('a payload that breaks its contract is refused at once', () => {
  expect(() => queue.enqueue('outreach.send-due', { waveId: -1 })).toThrow();
  expect(() => queue.enqueue('outreach.send-due', { email: 'ann@employer.example' } as never)).toThrow();
});

test('hints about the same subject are one while they wait, and one more while it runs', async () => {
  for (let i = 0; i < 5; i += 1) await queue.enqueue('outreach.send-due', { waveId: 1 });
  await queue.enqueue('outreach.send-due', { waveId: 2 });
  expect(await queue.count()).toMatchObject({ waiting: 2 });

  let release = () => {};
  outcomes.push(
    () =>
      new Promise((resolve) => {
        release = () => resolve({ outcome: 'done' });
      }),
  );
  const seen: (number | undefined)[] = [];
  ran.on('ran', (waveId) => seen.push(waveId));
  const first = nextRun();
  await work({ concurrency: 1 });
  expect(await first).toBe(1);
  for (let i = 0; i < 3; i += 1) await queue.enqueue('outreach.send-due', { waveId: 1 });
  release();
  await expect.poll(() => queue.count()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
  expect(seen.sort()).toEqual([1, 1, 2]);
});

test('a throw is tried again, and a refusal cancels', async () => {
  outcomes.push(
    () => Promise.reject(new Error('broken once')),
    () => Promise.reject(new DomainError('already_done')),
  );
  const runs: (number | undefined)[] = [];
  ran.on('ran', (waveId) => runs.push(waveId));
  await work();
  await queue.enqueue('outreach.send-due', { waveId: 3 });
  await expect.poll(() => queue.count()).toMatchObject({ delayed: 1, failed: 0 });
  await queue.enqueue('outreach.send-due', { waveId: 4 });
  await expect.poll(() => runs).toEqual([3, 4]);
  await expect.poll(() => queue.count()).toMatchObject({ waiting: 0, active: 0, delayed: 1, failed: 0 });
  await drop();
});

test('a cancelled job is over; a snoozed one comes back when it said', async () => {
  outcomes.push(
    async () => ({ outcome: 'cancel', reason: 'wave_closed' }),
    async () => ({ outcome: 'snooze', until: new Date(Date.now() + 300) }),
  );
  await work();
  let run = nextRun();
  await queue.enqueue('outreach.send-due', { waveId: 5 });
  await run;
  await expect.poll(() => queue.count()).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 });

  run = nextRun();
  await queue.enqueue('outreach.send-due', { waveId: 6 });
  expect(await run).toBe(6);
  expect(await nextRun()).toBe(6);
  await expect.poll(() => queue.count()).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 });
});

test('closing waits for the job that runs, and takes no other', async () => {
  let release = () => {};
  outcomes.push(
    () =>
      new Promise((resolve) => {
        release = () => resolve({ outcome: 'done' });
      }),
  );
  const run = nextRun();
  const worker = await work({ concurrency: 1 });
  await queue.enqueue('outreach.send-due', { waveId: 8 });
  await run;
  let closed = false;
  const closing = worker.close().then(() => {
    closed = true;
  });
  await queue.enqueue('outreach.send-due', { waveId: 9 });
  expect(closed).toBe(false);
  release();
  await closing;
  expect(await queue.count()).toMatchObject({ waiting: 1, active: 0 });
  const next = nextRun();
  await work();
  expect(await next).toBe(9);
});

test('a schedule runs its job without a hint, and once for all workers', async () => {
  const schedules = { 'outreach.send-due': { every: 1_000 } };
  const run = nextRun();
  await Promise.all([work({ schedules }), work({ schedules })]);
  expect(await run).toBeUndefined();
  expect(await nextRun()).toBeUndefined();
  await inStore(async (jobs) => {
    const [schedule, ...others] = await jobs.getJobSchedulers();
    expect(schedule).toMatchObject({ key: 'outreach.send-due', name: 'outreach.send-due' });
    expect(Number(schedule?.every)).toBe(1_000);
    expect(others).toEqual([]);
  });
  await drop();
});

/** Leaves nothing for the next test. */
async function drop(): Promise<void> {
  await Promise.all(workers.map((worker) => worker.close()));
  await inStore(async (jobs) => {
    for (const schedule of await jobs.getJobSchedulers()) await jobs.removeJobScheduler(schedule.key);
    await jobs.obliterate({ force: true });
  });
}

async function inStore(look: (jobs: StoredJobs) => Promise<void>): Promise<void> {
  const jobs = await openQueue(
    { databaseUrl: database.url, redisUrl },
    { outage: () => {}, recovered: () => {} },
  );
  await look(jobs).finally(() => jobs.close());
}

test('a schedule that a worker whose clock was ahead has put off is brought back', async () => {
  const inTwoHours = new Date(Date.now() + 2 * 3_600_000);
  const jobs = await openQueue({ databaseUrl: database.url, redisUrl }, { outage() {}, recovered() {} });
  await jobs.upsertJobScheduler(
    'outreach.send-due',
    { every: 500, startDate: inTwoHours },
    { name: 'outreach.send-due', data: {} },
  );
  expect(await queue.count()).toMatchObject({ delayed: 1 });
  const run = nextRun();
  await work({ schedules: { 'outreach.send-due': { every: 500 } } });
  expect(await run).toBeUndefined();
  await jobs.removeJobScheduler('outreach.send-due');
  await jobs.close();
  await drop();
});
