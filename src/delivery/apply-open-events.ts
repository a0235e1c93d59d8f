import type { Deps } from '../deps.ts';
import { listOpenEvents } from './queries.ts';
import { applyMailEvent } from './record-mail-event.ts';

const BATCH = 500;
/** Receipts applied at the same time; each has a transaction of its own. */
const ABREAST = 4;

/**
 * Applies what is kept and not applied: receipts that came before the note that their message had left (E19), and
 * those of a batch that was too large to apply at once. Goes once through all of them, or until the signal aborts.
 */
export async function applyOpenEvents(
  deps: Pick<Deps, 'db' | 'clock' | 'log' | 'secrets' | 'askObservers'>,
  signal?: AbortSignal,
): Promise<{ applied: number; waiting: number }> {
  let applied = 0;
  let waiting = 0;
  for (let after = 0; !signal?.aborted; ) {
    const ids = await listOpenEvents(deps.db, { after, limit: BATCH });
    if (ids.length === 0) break;
    after = ids.at(-1)!;
    const left = [...ids].reverse();
    const work = async () => {
      for (let id = left.pop(); id !== undefined && !signal?.aborted; id = left.pop()) {
        const outcome = await applyMailEvent(deps, id).catch((error: unknown) => {
          // One that cannot be applied keeps no other from it.
          deps.log.error({ err: error, mailEvent: id }, 'a receipt could not be applied');
          return null;
        });
        if (outcome === null) waiting += 1;
        else applied += 1;
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, work));
  }
  return { applied, waiting };
}
