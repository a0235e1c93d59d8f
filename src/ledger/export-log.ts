import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { listAllCheckpoints, listEntries, listOpenings } from './queries.ts';
import { EXPORT_FORMAT } from './rules/read-export.ts';
import { readSources } from './sources.ts';
import { countEntries } from './tree.ts';
import { ENTRY_KINDS } from './types.ts';

const PAGE = 4_096;

/**
 * The log as text, a JSON value a line: the head, the checkpoints, the entries, the end. Public without openings: then
 * it shows that entries stand where they were signed to stand, and nothing of what they say.
 */
export async function* exportLog(
  deps: Pick<Deps, 'db'>,
  options: { withOpenings: boolean },
): AsyncGenerator<string> {
  const { db } = deps;
  const size = await countEntries(db);
  const checkpoints = (await listAllCheckpoints(db)).filter((one) => one.size <= size);
  yield line({ format: EXPORT_FORMAT, size, checkpoints: checkpoints.length });
  for (const { note } of checkpoints) yield line({ checkpoint: note });
  for (let from = 0; from < size; from += PAGE) {
    const to = Math.min(from + PAGE, size);
    const opened = options.withOpenings ? await openEntries(db, from, to) : new Map<number, object>();
    for (const { index, commitment, leafHash } of await listEntries(db, from, to)) {
      yield line({
        index,
        commitment: commitment.toString('hex'),
        leafHash: leafHash.toString('hex'),
        ...opened.get(index),
      });
    }
  }
  yield line({ end: size });
}

async function openEntries(db: Db, from: number, to: number): Promise<Map<number, object>> {
  const openings = await listOpenings(db, from, to);
  const values = new Map<string, unknown>();
  for (const kind of ENTRY_KINDS) {
    const ids = [...openings.values()].flatMap((one) => (one.kind === kind ? [one.sourceId] : []));
    for (const { id, value } of await readSources(db, kind, ids)) values.set(`${kind} ${id}`, value);
  }
  const opened = new Map<number, object>();
  for (const [index, { kind, sourceId, salt }] of openings) {
    const value = values.get(`${kind} ${sourceId}`);
    if (value !== undefined) opened.set(index, { salt: salt.toString('hex'), value });
  }
  return opened;
}

function line(value: object): string {
  return `${canonicalJson(value)}\n`;
}
