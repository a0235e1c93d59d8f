import { systemClock } from '../src/lib/clock.ts';
import type { JobName } from '../src/queue/contracts.ts';
import type { StoredJobs } from '../src/queue/engine.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * Jobs that come by themselves, so that a hint which got lost costs no more than this. Their payload is empty: they
 * look at everything.
 */
export const SCHEDULES: Partial<Record<JobName, { every: number }>> = {
  'outreach.send-due': { every: 15 * SECOND },
  'outreach.sweep-claims': { every: 30 * SECOND },
  'delivery.apply-events': { every: MINUTE },
  'respond.find-machines': { every: MINUTE },
  'ledger.tend': { every: MINUTE },
  'evidence.refresh-aged': { every: 60 * MINUTE },
  'imports.finish-confirmed': { every: 30 * SECOND },
  'imports.sweep-uploads': { every: 6 * 60 * MINUTE },
  'approvals.move-due': { every: 60 * MINUTE },
  'waves.close-due': { every: MINUTE },
  'waves.propose-by-cycle': { every: 60 * MINUTE },
  'events.dispatch': { every: 15 * SECOND },
  'webhooks.deliver-due': { every: 15 * SECOND },
  'api.watch-requirements': { every: 5 * MINUTE },
  'api.prune-keys': { every: 6 * 60 * MINUTE },
  'records.apply-retention': { every: 6 * 60 * MINUTE },
};

/** A worker whose clock was ahead has put the next turn off until its own time comes. */
function isStill(next: number | undefined, every: number): boolean {
  return next !== undefined && next > systemClock.now().getTime() + 2 * every;
}

/** Makes the store's schedules be these and no others. Safe to repeat, and repeated, since a store can be emptied. */
export async function writeSchedules(jobs: StoredJobs, schedules = SCHEDULES): Promise<void> {
  const wanted = Object.entries(schedules) as [JobName, { every: number }][];
  const present = new Map((await jobs.getJobSchedulers()).map((found) => [found.key, found]));
  for (const [name, { every }] of wanted) {
    const found = present.get(name);
    const isPutOff = isStill(found?.next, every);
    if (Number(found?.every) === every && !isPutOff) continue;
    // A schedule that is only written over keeps its next turn.
    if (isPutOff) await jobs.removeJobScheduler(name);
    await jobs.upsertJobScheduler(
      name,
      { every },
      { name, data: {}, opts: { removeOnComplete: true, removeOnFail: { count: 100 } } },
    );
  }
  for (const key of present.keys()) {
    if (!(key in schedules)) await jobs.removeJobScheduler(key);
  }
}
