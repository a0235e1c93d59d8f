import { findMachineBursts } from '../../src/respond/quarantine-answers.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'respond.find-machines'> = async (deps) => {
  await findMachineBursts(deps);
  return { outcome: 'done' };
};
