import type { Handler } from '../outcome.ts';
import { isSending, sendInSlices } from '../sending.ts';

/** Until another process looks whether it is free; while all of them send, the call goes round. */
const PASS_ON_MS = 1_000;

export const handle: Handler<'outreach.join-sending'> = async (deps, { senderId }, signal) => {
  if (isSending(deps)) {
    return { outcome: 'snooze', until: new Date(deps.clock.now().getTime() + PASS_ON_MS) };
  }
  return sendInSlices(deps, { senderId }, signal);
};
