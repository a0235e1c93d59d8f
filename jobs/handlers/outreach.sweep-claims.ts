import { sweepClaims } from '../../src/outreach/sweep-claims.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'outreach.sweep-claims'> = async (deps) => {
  const { released } = await sweepClaims(deps);
  if (released > 0) await deps.queue.enqueue('outreach.send-due', {});
  return { outcome: 'done' };
};
