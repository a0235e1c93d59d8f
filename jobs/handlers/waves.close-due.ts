import { closeDueWaves } from '../../src/waves/close-due-waves.ts';
import type { Handler } from '../outcome.ts';

/** Closes waves whose time has come, and the links of those whose grace is over. */
export const handle: Handler<'waves.close-due'> = async (deps) => {
  const outcome = await closeDueWaves(deps);
  if (outcome.closed + outcome.expired > 0) deps.log.info(outcome, 'closed what was due');
  return { outcome: 'done' };
};
