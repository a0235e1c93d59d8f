import { sealWaiting } from '../../src/evidence/seal-snapshot.ts';
import { tendLog } from '../../src/ledger/tend-log.ts';
import type { Handler } from '../outcome.ts';

export const handle: Handler<'ledger.tend'> = async (deps, _payload, signal) => {
  await sealWaiting(deps);
  await tendLog(deps, { signal });
  return { outcome: 'done' };
};
