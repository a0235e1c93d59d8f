import type { Logger } from 'pino';
import { explainConnection } from '../lib/connection-error.ts';
import { JOBS, type JobName, type JobPayload, jobSubject, parsePayload } from './contracts.ts';
import { createQueueLog, openQueue, type QueueStore, type StoredJobs, within } from './engine.ts';

export type EnqueueOptions = {
  /** Milliseconds to wait before the job may start. A delayed job stands beside one that is not. */
  delay?: number;
  /** Instead of the contract's subject. */
  jobId?: string;
};

export type JobCounts = { waiting: number; active: number; delayed: number; failed: number };

export type Queue = {
  /**
   * Hints that there is work. Call it after the commit. False when the queue is away: the caller goes on, since the
   * schedule finds the work anyway. Throws only when the payload breaks its contract.
   */
  enqueue<Name extends JobName>(
    name: Name,
    payload: JobPayload<Name>,
    options?: EnqueueOptions,
  ): Promise<boolean>;
  /** Asks the queue's store; throws when it is away. */
  count(): Promise<JobCounts>;
  close(): Promise<void>;
};

const ANSWER_MS = 3_000;
const KEEP_FAILED = { age: 7 * 24 * 3600, count: 1_000 };

/** Opens the only producer. Throws when the store is away at the start; later outages are logged and outlived. */
export async function createQueue(options: QueueStore & { log: Logger }): Promise<Queue> {
  const log = createQueueLog(options.log, 'producer');
  const jobs: StoredJobs = await openQueue(options, log).catch((error) => {
    throw options.redisUrl
      ? explainConnection(error, 'REDIS_URL', options.redisUrl)
      : explainConnection(error, 'DATABASE_URL', options.databaseUrl);
  });

  async function add<Name extends JobName>(
    name: Name,
    payload: JobPayload<Name>,
    { delay, jobId }: EnqueueOptions,
  ): Promise<boolean> {
    const contract = JOBS[name];
    const subject = jobId === undefined ? jobSubject(name, payload) : `${name} ${jobId}`;
    try {
      await within(
        ANSWER_MS,
        jobs.add(name, payload, {
          attempts: contract.attempts,
          backoff: { type: 'exponential', delay: contract.backoffMs },
          removeOnComplete: true,
          removeOnFail: KEEP_FAILED,
          ...(delay ? { delay } : { deduplication: { id: subject, keepLastIfActive: true } }),
        }),
      );
      log.recovered();
      return true;
    } catch (error) {
      log.outage(error as Error);
      return false;
    }
  }

  return {
    enqueue: (name, payload, given = {}) => add(name, parsePayload(name, payload), given),
    count: async () => {
      const counts = await within(ANSWER_MS, jobs.getJobCounts('waiting', 'active', 'delayed', 'failed'));
      return { waiting: 0, active: 0, delayed: 0, failed: 0, ...counts };
    },
    close: () => within(ANSWER_MS, jobs.close()).catch(() => undefined),
  };
}
