import type { Deps } from '../src/deps.ts';
import type { JobName, JobPayload } from '../src/queue/contracts.ts';

/** How a job ended: its work is done, has become pointless, or is to be taken up again later. A throw means retry. */
export type JobOutcome =
  | { outcome: 'done' }
  | { outcome: 'cancel'; reason: string }
  | { outcome: 'snooze'; until: Date };

/** `deps.log` is the job's own child. The signal aborts when the worker closes, for loops that can stop early. */
export type Handler<Name extends JobName> = (
  deps: Deps,
  payload: JobPayload<Name>,
  signal: AbortSignal,
) => Promise<JobOutcome>;

export type Handlers = { [Name in JobName]: Handler<Name> };
