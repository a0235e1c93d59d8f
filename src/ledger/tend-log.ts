import type { Deps } from '../deps.ts';
import { findLastCheckpoint, makeCheckpoint } from './make-checkpoint.ts';
import { sequenceLog } from './sequence-log.ts';
import { tellWitness } from './tell-witness.ts';
import { countEntries } from './tree.ts';

/** A log that grows is signed at least so often. */
export const SIGN_EVERY_MS = 60 * 60 * 1000;

/** What the schedule does for the log: brings in what was committed, signs it now and then, tells the witness. */
export async function tendLog(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'mailer' | 'log'>,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  await sequenceLog(deps, options);
  const last = await findLastCheckpoint(deps.db);
  const size = await countEntries(deps.db);
  const isDue = !last || deps.clock.now().getTime() - last.madeAt.getTime() >= SIGN_EVERY_MS;
  if (size > 0 && isDue && last?.size !== size) await makeCheckpoint(deps);
  await tellWitness(deps);
}
