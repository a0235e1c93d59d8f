import { applyRetention } from '../../src/records/apply-retention.ts';
import { expireMailbox } from '../../src/records/expire-mailbox.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'records.apply-retention'> = async (deps, _payload, signal) => {
  await applyRetention(deps, { signal });
  await expireMailbox(deps, { signal });
  return { outcome: 'done' };
};
