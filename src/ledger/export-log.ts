import type { Deps } from '../deps.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { listAllCheckpoints, listEntries } from './queries.ts';
import { readOpened } from './read-opened.ts';
import { EXPORT_FORMAT } from './rules/read-export.ts';
import { countEntries } from './tree.ts';

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
    const opened = options.withOpenings ? await readOpened(db, from, to) : null;
    for (const { index, commitment, leafHash } of await listEntries(db, from, to)) {
      yield line({
        index,
        commitment: commitment.toString('hex'),
        leafHash: leafHash.toString('hex'),
        ...openingOf(opened?.get(index)),
      });
    }
  }
  yield line({ end: size });
}

function openingOf(opened: { salt: Buffer; value: unknown } | undefined) {
  return opened && opened.value !== undefined
    ? { salt: opened.salt.toString('hex'), value: opened.value }
    : {};
}

function line(value: object): string {
  return `${canonicalJson(value)}\n`;
}
