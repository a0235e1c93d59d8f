import type { Handler } from '../outcome.ts';

// The use case is on its way; until then there is nothing to do.
export const handle: Handler<'outreach.sweep-claims'> = async () => ({ outcome: 'done' });
