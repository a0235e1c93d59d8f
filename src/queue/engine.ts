import {
  Queue as BullQueue,
  Worker as BullWorker,
  createPostgresBackend,
  type Processor,
  type QueueOptions,
  type WorkerOptions,
} from 'bullmq';
import type { Logger } from 'pino';
import type { JobName } from './contracts.ts';

/** Where jobs are kept: in Redis when there is one, else in the database. */
export type QueueStore = { databaseUrl: string; redisUrl: string | null };

export type JobResult = { cancelled: string } | null;
export type StoredJobs = BullQueue<unknown, JobResult, JobName>;
export type JobRunner = BullWorker<unknown, JobResult, JobName>;

const QUEUE = 'countersign';
/** BullMQ's tables have a schema and migrations of their own beside the application's. */
const SCHEMA = 'bullmq';

/** Opens the producer's side and returns when it can be used. A failed start leaves nothing open. */
export async function openQueue(store: QueueStore, log: QueueLog): Promise<StoredJobs> {
  const queue = store.redisUrl
    ? new BullQueue(QUEUE, redisOptions(store.redisUrl, 'producer'))
    : (new BullQueue(
        QUEUE,
        postgresOptions(store.databaseUrl, 2),
        createPostgresBackend,
      ) as unknown as StoredJobs);
  queue.on('error', log.outage);
  return whenReady(queue as StoredJobs, log);
}

/** Opens the consumer's side. The caller runs it; see jobs/worker.ts. */
export async function openRunner(
  store: QueueStore,
  process: Processor<unknown, JobResult, JobName>,
  options: Pick<WorkerOptions, 'concurrency'>,
  log: QueueLog,
): Promise<JobRunner> {
  const settings = {
    ...options,
    // run() is called, and called again after an outage, by the owner.
    autorun: false,
    lockDuration: 20_000,
    stalledInterval: 5_000,
    // A job whose worker was killed starts again elsewhere; what it does is safe to repeat.
    maxStalledCount: 10,
    // BullMQ waits 15 s after an outage, which is long for a page that says "sending".
    runRetryDelay: 2_000,
  };
  const runner = store.redisUrl
    ? new BullWorker(QUEUE, process, { ...redisOptions(store.redisUrl, 'consumer'), ...settings })
    : (new BullWorker(
        QUEUE,
        process,
        { ...postgresOptions(store.databaseUrl, (options.concurrency ?? 1) + 2), ...settings },
        createPostgresBackend,
      ) as unknown as JobRunner);
  runner.on('error', log.outage);
  return whenReady(runner as JobRunner, log);
}

/** BullMQ remembers a failed first connection for good, so an object that did not become ready is thrown away. */
async function whenReady<T extends { waitUntilReady(): Promise<unknown>; close(): Promise<void> }>(
  opened: T,
  log: QueueLog,
): Promise<T> {
  try {
    await within(START_MS, opened.waitUntilReady());
    log.recovered();
    return opened;
  } catch (error) {
    void opened.close().catch(() => undefined);
    throw error;
  }
}

const START_MS = 15_000;

function postgresOptions(url: string, connections: number) {
  return {
    connection: {
      connectionString: url,
      schema: SCHEMA,
      migrate: true,
      max: connections,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'countersign queue',
    },
  };
}

function redisOptions(url: string, side: 'producer' | 'consumer'): QueueOptions {
  return {
    // The braces keep all keys in one slot of a cluster.
    prefix: '{countersign}',
    connection: {
      url,
      retryStrategy: (attempt) => Math.min(100 * 2 ** attempt, 2_000),
      // A producer gives up at once, because somebody waits for the page; a worker waits for Redis to come back.
      ...(side === 'producer'
        ? { enableOfflineQueue: false, maxRetriesPerRequest: 1 }
        : { maxRetriesPerRequest: null }),
    },
    ...(side === 'producer' ? { skipWaitingForReady: false } : {}),
  };
}

/** Rejects when the promise has not settled in time. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer from the queue within ${ms} ms`)), ms);
  });
  promise.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export type QueueLog = { outage(error: Error): void; recovered(): void };

/** An outage raises an error with every attempt; the log has its first, and its end. */
export function createQueueLog(log: Logger, side: 'producer' | 'worker'): QueueLog {
  let out = false;
  return {
    outage: (err) => {
      log[out ? 'debug' : 'error']({ err, side }, 'queue not reachable; the schedule brings its work back');
      out = true;
    },
    recovered: () => {
      if (out) log.info({ side }, 'queue reachable again');
      out = false;
    },
  };
}
