import { setTimeout as wait } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { Deps } from '../src/deps.ts';
import { DomainError, type DomainErrorCode } from '../src/lib/errors.ts';
import { logError } from '../src/lib/log-error.ts';
import { isJobName, type JobName, parsePayload } from '../src/queue/contracts.ts';
import {
  createQueueLog,
  type JobResult,
  type JobRunner,
  openQueue,
  openRunner,
  type StoredJobs,
} from '../src/queue/engine.ts';
import { handlers as allHandlers } from './handlers/registry.ts';
import type { Handler, Handlers, JobOutcome } from './outcome.ts';
import { writeSchedules } from './schedules.ts';

/** What a refusal means to a job: its work has become pointless, or may be possible later. */
const REFUSED_JOBS: Record<DomainErrorCode, 'cancel' | 'retry'> = {
  not_found: 'cancel',
  forbidden: 'cancel',
  already_done: 'cancel',
  wave_too_early: 'cancel',
  wave_not_draft: 'cancel',
  needs_second_person: 'cancel',
  scope_missing: 'cancel',
  stale_form: 'cancel',
  meeting_cancelled: 'cancel',
  meeting_started: 'cancel',
  upload_gone: 'cancel',
  document_removed: 'cancel',
  different_feins: 'cancel',
  wave_not_ready: 'cancel',
  wave_dates_passed: 'cancel',
  wave_asks_nobody: 'cancel',
  sender_not_trusted: 'cancel',
  too_many_endpoints: 'cancel',
  seal_waits: 'retry',
};

export type Worker = {
  /**
   * Takes no further job, waits for those that run, and lets go; within a bounded time, also when the queue's store is
   * away. Names the jobs that did not end well since: another worker takes them up.
   */
  close(): Promise<{ unfinished: string[] }>;
};

export type WorkerOptions = {
  databaseUrl: string;
  /** All of them, unless a test brings its own. */
  handlers?: Handlers;
  concurrency?: number;
  schedules?: Parameters<typeof writeSchedules>[1];
};

/** Of the time to stop, jobs have this share to end; parting from the store comes after. */
const SHARE_FOR_JOBS = 2 / 3;
const PART_FROM_STORE_MS = 2_000;
const RETRY_MS = 2_000;
const SCHEDULE_CHECK_MS = 15_000;

/**
 * Runs jobs until closed. Any number of workers, in this process and on other machines, share the queue. Returns when
 * jobs are taken. An outage of the queue's store is logged and outlived; one of the database makes jobs throw, and
 * they are tried again.
 */
export async function startWorker(deps: Deps, options: WorkerOptions): Promise<Worker> {
  const store = { databaseUrl: options.databaseUrl, redisUrl: deps.config.redisUrl };
  const handlers = options.handlers ?? allHandlers;
  const concurrency = options.concurrency ?? deps.config.workerConcurrency;
  const log = createQueueLog(deps.log, 'worker');
  const closing = new AbortController();
  let runner: JobRunner | null = null;
  let schedules: StoredJobs | null = null;
  /** Handlers at work. What BullMQ does about a job afterwards is no work: lost, the job merely runs again. */
  const inHand = new Map<Promise<unknown>, JobName>();
  const unfinished: string[] = [];

  const work = (job: Job<unknown, JobResult, JobName>, token?: string) =>
    runJob(deps, job, token, (log) => {
      const handling = handle({ ...deps, log }, handlers, job, closing.signal);
      inHand.set(handling, job.name);
      handling
        .catch(() => closing.signal.aborted && unfinished.push(job.name))
        .finally(() => inHand.delete(handling));
      return handling;
    });

  /** Keeps a runner running: one that could not start, or that ended by itself, is replaced. */
  async function keepRunning(started: () => void): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        runner = await openRunner(store, work, { concurrency }, log);
        const run = runner.run();
        started();
        await run;
      } catch (error) {
        log.outage(error as Error);
      }
      if (!closing.signal.aborted) {
        await runner?.close(true).catch(() => undefined);
        await pause(RETRY_MS);
      }
    }
  }

  /** Keeps the schedules in the store, also when it was emptied meanwhile. */
  async function keepSchedules(): Promise<void> {
    while (!closing.signal.aborted) {
      let next = SCHEDULE_CHECK_MS;
      try {
        schedules ??= await openQueue(store, log);
        await writeSchedules(schedules, options.schedules);
      } catch (error) {
        log.outage(error as Error);
        await schedules?.close().catch(() => undefined);
        schedules = null;
        next = RETRY_MS;
      }
      await pause(next);
    }
    await schedules?.close().catch(() => undefined);
  }

  const pause = (ms: number) =>
    wait(ms, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);

  let running: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    running = Promise.all([keepRunning(resolve), keepSchedules()]).finally(resolve);
  });

  async function close(): Promise<{ unfinished: string[] }> {
    closing.abort();
    const until = performance.now() + deps.config.stopSeconds * 1000 * SHARE_FOR_JOBS;
    const parted = Promise.allSettled([runner?.close(), running]);
    // One that was being fetched just now still begins.
    do {
      await inTime(until - performance.now(), Promise.allSettled(inHand.keys()));
    } while (!(await inTime(PART_FROM_STORE_MS, parted)) && inHand.size > 0 && performance.now() < until);
    // A store that is away is waited for without end by close(), and by close(true) too, once close() was called.
    for (const connected of [runner, schedules]) void connected?.disconnect().catch(() => undefined);
    return { unfinished: [...unfinished, ...inHand.values()] };
  }

  let closed: ReturnType<typeof close> | null = null;
  return {
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** Whether the promise settles within so many milliseconds. */
function inTime(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const ended = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, wait(Math.max(0, ms), false, { ref: false })]);
}

/** Runs a job and turns its outcome into what BullMQ understands. */
async function runJob(
  deps: Pick<Deps, 'log'>,
  job: Job<unknown, JobResult, JobName>,
  token: string | undefined,
  handling: (log: Deps['log']) => Promise<JobOutcome>,
): Promise<JobResult> {
  const log = deps.log.child({ job: job.name, jobId: job.id });
  const outcome = await handling(log);
  switch (outcome.outcome) {
    case 'done':
      log.debug('job done');
      return null;
    case 'cancel':
      log.info({ reason: outcome.reason }, 'job cancelled');
      return { cancelled: outcome.reason };
    case 'snooze':
      log.debug({ until: outcome.until }, 'job snoozed');
      await job.moveToDelayed(outcome.until.getTime(), token);
      throw new DelayedError();
  }
}

/** Checks a stored job against its contract and runs its handler. */
async function handle(
  deps: Deps,
  handlers: Handlers,
  job: Job<unknown, JobResult, JobName>,
  signal: AbortSignal,
): Promise<JobOutcome> {
  // Jobs of a newer or an older version may lie in the store.
  if (!isJobName(job.name)) return { outcome: 'cancel', reason: 'unknown_job' };
  try {
    const payload = parsePayload(job.name, job.data);
    return await (handlers[job.name] as Handler<JobName>)(deps, payload, signal);
  } catch (error) {
    if (error instanceof DomainError && REFUSED_JOBS[error.code] === 'cancel') {
      return { outcome: 'cancel', reason: error.code };
    }
    const attempt = job.attemptsMade + 1;
    const last = attempt >= (job.opts.attempts ?? 1);
    deps.log[last ? 'error' : 'warn'](
      { err: error, attempt },
      last ? 'job failed' : 'job failed, tried again later',
    );
    // What BullMQ stores must hold no more than the log may.
    throw error instanceof Error && error.name === 'ZodError'
      ? new UnrecoverableError('bad payload')
      : new Error(logError(error).message);
  }
}
