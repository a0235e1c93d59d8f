import type { Handlers } from '../../jobs/outcome.ts';
import { JOB_NAMES } from '../../src/queue/contracts.ts';

/** Handlers of all jobs that do nothing, for tests that bring one or two of their own. */
export const idleHandlers = Object.fromEntries(
  JOB_NAMES.map((name) => [name, async () => ({ outcome: 'done' })]),
) as unknown as Handlers;
