import { isClockOff } from '../../src/db/clock-check.ts';
import { sweepClaims } from '../../src/outreach/sweep-claims.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'outreach.sweep-claims'> = async (deps) => {
  if (await isClockOff(deps)) return { outcome: 'cancel', reason: 'clock_off' };
  const { released } = await sweepClaims(deps);
  if (released > 0) await deps.queue.enqueue('outreach.send-due', {});
  return { outcome: 'done' };
};
