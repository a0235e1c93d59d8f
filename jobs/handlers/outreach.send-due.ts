import type { Handler } from '../outcome.ts';

// The use case is on its way; until then there is nothing to do.
export const handle: Handler<'outreach.send-due'> = async () => ({ outcome: 'done' });
