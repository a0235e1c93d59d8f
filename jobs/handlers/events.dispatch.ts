import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'events.dispatch'> = async (deps) => {
  await dispatchEvents(deps);
  return { outcome: 'done' };
};
