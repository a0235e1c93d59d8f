import type { Deps } from '../deps.ts';
import { listOpenEvents } from './queries.ts';
import { applyMailEvent } from './record-mail-event.ts';

const LIMIT = 2_000;

/** Tries again to apply receipts that came before the note that their message had left (E19). */
export async function applyOpenEvents(
  deps: Pick<Deps, 'db' | 'clock' | 'log' | 'secrets' | 'askObservers'>,
): Promise<{ applied: number; waiting: number }> {
  const ids = await listOpenEvents(deps.db, LIMIT);
  let applied = 0;
  for (const id of ids) if ((await applyMailEvent(deps, id)) !== null) applied += 1;
  return { applied, waiting: ids.length - applied };
}
