import { applyOpenEvents } from '../../src/delivery/apply-open-events.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'delivery.apply-events'> = async (deps, _payload, signal) => {
  const outcome = await applyOpenEvents(deps, signal);
  if (outcome.applied > 0) deps.log.info(outcome, 'applied receipts that had waited');
  return { outcome: 'done' };
};
