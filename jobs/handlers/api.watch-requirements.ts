import { watchRequirements } from '../../src/api/watch-requirements.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'api.watch-requirements'> = async (deps) => {
  const { told } = await watchRequirements(deps);
  if (told > 0) await deps.queue.enqueue('events.dispatch', {});
  return { outcome: 'done' };
};
