import { moveDue } from '../../src/approvals/move-due.ts';
import { isClockOff } from '../../src/db/clock-check.ts';
import type { Handler } from '../outcome.ts';

/** Approvals come up for review, and lapse, by the day; a clock that is wrong would end them too early. */
export const handle: Handler<'approvals.move-due'> = async (deps) => {
  if (await isClockOff(deps)) return { outcome: 'cancel', reason: 'clock_off' };
  const moved = await moveDue(deps);
  if (moved.due + moved.lapsed > 0) deps.log.info(moved, 'moved approvals on');
  return { outcome: 'done' };
};
