import type { InvitationState, WaveState } from '../../src/outreach/types.ts';
import type { Access } from '../../src/respond/types.ts';

const CLOSE = new Date('2026-03-16T17:00:00Z');
const GRACE = new Date('2026-03-23T17:00:00Z');
const BEFORE = new Date('2026-03-10T17:00:00Z');
const IN_GRACE = new Date('2026-03-18T17:00:00Z');
const AFTER = new Date('2026-03-23T17:00:00Z');

const at = (name: string, state: InvitationState, waveState: WaveState, now: Date, access: Access) => ({
  name,
  facts: { state, waveState, closeAt: CLOSE, graceUntil: GRACE, expiresAt: GRACE },
  now,
  access,
});

/** Both `accessOf` and the statement that saves a page must decide these alike. */
export const ACCESS_CASES = [
  at('not begun, before the close', 'open', 'running', BEFORE, 'open'),
  at('begun, before the close', 'started', 'running', BEFORE, 'open'),
  at('answered, before the close', 'answered', 'running', BEFORE, 'open'),
  at('declined, before the close', 'declined', 'running', BEFORE, 'open'),
  at('a paused wave still takes answers', 'open', 'paused', BEFORE, 'open'),
  at('not begun, at the close', 'open', 'running', CLOSE, 'closed'),
  at('not begun, in the grace', 'open', 'closed', IN_GRACE, 'closed'),
  at('declined, in the grace', 'declined', 'closed', IN_GRACE, 'closed'),
  at('not begun, wave closed early', 'open', 'closed', BEFORE, 'closed'),
  at('begun, wave closed early', 'started', 'closed', BEFORE, 'open'),
  at('begun, in the grace', 'started', 'closed', IN_GRACE, 'open'),
  at('answered, in the grace', 'answered', 'closed', IN_GRACE, 'open'),
  at('answered, after the grace', 'answered', 'closed', AFTER, 'closed'),
  at('begun, after the grace', 'started', 'closed', AFTER, 'closed'),
  at('passed on', 'referred', 'running', BEFORE, 'referred'),
  at('expired', 'expired', 'closed', IN_GRACE, 'closed'),
  at('wave cancelled', 'started', 'cancelled', BEFORE, 'cancelled'),
];
