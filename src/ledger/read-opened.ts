import type { Db } from '../db/client.ts';
import { listOpenings } from './queries.ts';
import { readSources } from './sources.ts';
import { ENTRY_KINDS, type Opening } from './types.ts';

/** What opens the entries from `from` to before `to`, with what their rows say now; no value where the row is gone. */
export async function readOpened(
  db: Db,
  from: number,
  to: number,
): Promise<Map<number, Opening & { value: unknown }>> {
  const openings = await listOpenings(db, from, to);
  const values = new Map<string, unknown>();
  for (const kind of ENTRY_KINDS) {
    const ids = [...openings.values()].flatMap((one) => (one.kind === kind ? [one.sourceId] : []));
    for (const { id, value } of await readSources(db, kind, ids)) values.set(`${kind} ${id}`, value);
  }
  return new Map(
    [...openings].map(([index, one]) => [
      index,
      { ...one, value: values.get(`${one.kind} ${one.sourceId}`) },
    ]),
  );
}
