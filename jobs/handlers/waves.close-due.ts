import { isClockOff } from '../../src/db/clock-check.ts';
import { closeDueWaves } from '../../src/waves/close-due-waves.ts';
import { tendWaves } from '../../src/waves/tend-waves.ts';
import type { Handler } from '../outcome.ts';

/** Closes waves whose time has come, and the links of those whose grace is over; looks after those under way. */
export const handle: Handler<'waves.close-due'> = async (deps) => {
  if (await isClockOff(deps)) return { outcome: 'cancel', reason: 'clock_off' };
  const outcome = await closeDueWaves(deps);
  if (outcome.closed + outcome.expired > 0) deps.log.info(outcome, 'closed what was due');
  const tended = await tendWaves(deps);
  if (tended.plannedAnew + tended.leftOut + tended.stopped > 0) deps.log.info(tended, 'looked after waves');
  return { outcome: 'done' };
};
