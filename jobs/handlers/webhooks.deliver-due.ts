import { deliverDue } from '../../src/webhooks/deliver-due.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'webhooks.deliver-due'> = async (deps, _payload, signal) => {
  await deliverDue(deps, { signal });
  return { outcome: 'done' };
};
