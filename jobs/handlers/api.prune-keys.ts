import { pruneIdempotencyKeys } from '../../src/api/answer-once.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'api.prune-keys'> = async (deps) => {
  await pruneIdempotencyKeys(deps.db, deps.clock.now());
  return { outcome: 'done' };
};
