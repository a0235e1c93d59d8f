import type { Handler } from '../outcome.ts';
import { sendInSlices } from '../sending.ts';

export const handle: Handler<'outreach.send-due'> = (deps, { waveId }, signal) =>
  sendInSlices(deps, { waveId, senderId: 1 }, signal);
