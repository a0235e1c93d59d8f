import type { Deps } from '../deps.ts';
import { readSendingLock } from '../outreach/sending-lock.ts';
import { applyRetention } from './apply-retention.ts';
import { expireMailbox } from './expire-mailbox.ts';

/**
 * A database that was restored from an older copy has again what was deleted since. It is deleted once more before anybody
 * is served, by the rules that the copy holds. That it is such a copy is known where mail was sent from, until a person
 * lets mail leave again.
 */
export async function forgetAfterRestore(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'log'>,
): Promise<{ removed: number }> {
  if (!(await readSendingLock(deps)).locked) return { removed: 0 };
  const { removed } = await applyRetention(deps);
  const mails = await expireMailbox(deps);
  deps.log.warn(
    { removed: removed + mails.removed },
    'this database was restored from an older copy: what retention had deleted since is deleted again',
  );
  return { removed: removed + mails.removed };
}
