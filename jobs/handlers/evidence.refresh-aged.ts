import { refreshAged } from '../../src/evidence/refresh-aged.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'evidence.refresh-aged'> = async (deps) => {
  await refreshAged(deps);
  return { outcome: 'done' };
};
