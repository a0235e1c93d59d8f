import { proposeByCycle } from '../../src/waves/cycle/propose-waves.ts';
import type { Handler } from '../outcome.ts';

/** Proposes the waves that review cycles and evidence about to age out call for; staff decide about each. */
export const handle: Handler<'waves.propose-by-cycle'> = async (deps) => {
  const proposed = await proposeByCycle(deps);
  if (proposed.made + proposed.updated + proposed.passed > 0) {
    deps.log.info(proposed, 'the calendar proposed waves');
  }
  return { outcome: 'done' };
};
