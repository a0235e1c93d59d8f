import { eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { logCursors } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { listAllCheckpoints, listEntries, listErasedBetween, listTileHashes } from './queries.ts';
import { readOpened } from './read-opened.ts';
import {
  type Content,
  checkLog,
  type GivenCheckpoint,
  KIND_WORDS,
  type LogCheck,
  type LogVerdict,
} from './rules/check-log.ts';
import type { SigningKey } from './rules/keys.ts';
import { listSigningKeys } from './signing-keys.ts';
import { countUnloggedUpTo, SCANNED_KINDS } from './sources.ts';
import { countEntries } from './tree.ts';
import type { LogEntry } from './types.ts';

const PAGE = 4_096;

/**
 * Checks the log in the database: its chain, its tree, every checkpoint, and each row that it logged against what was
 * logged of it. `elsewhere` are checkpoints that others kept, such as a witness; `keys` those by which all must be signed
 * (the database's own, when null: then a witness's word is what shows that they are the right ones).
 */
export async function verifyStoredLog(
  deps: Pick<Deps, 'db'>,
  input: { elsewhere?: readonly GivenCheckpoint[]; keys?: readonly SigningKey[] | null } = {},
): Promise<LogVerdict> {
  // One moment of the database, however long it takes.
  return deps.db.transaction((db) => verify(db, input.elsewhere ?? [], input.keys ?? null), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
}

async function verify(
  db: Db,
  elsewhere: readonly GivenCheckpoint[],
  given: readonly SigningKey[] | null,
): Promise<LogVerdict> {
  const keys = given ?? (await listSigningKeys(db));
  const stored = (await listAllCheckpoints(db)).map(({ note }) => ({ note, from: 'the database' }));
  const log = checkLog(
    [...stored, ...elsewhere],
    keys.map(({ publicKey }) => publicKey),
  );
  const size = await countEntries(db);
  for (let from = 0; from < size; from += PAGE) {
    const to = from + PAGE;
    const entries = await listEntries(db, from, to);
    const contents = await readContents(db, entries, from, to);
    const tiles = await listTileHashes(db, from, to);
    for (const entry of entries) {
      log.push({ ...entry, content: contents(entry.index), tileHash: tiles.get(entry.index) });
    }
  }
  return log.finish(await findUnlogged(db));
}

async function readContents(
  db: Db,
  entries: readonly LogEntry[],
  from: number,
  to: number,
): Promise<(index: number) => Content> {
  const opened = await readOpened(db, from, to);
  const missing = entries.some(({ index }) => !opened.has(index));
  const erased = missing ? await listErasedBetween(db, from, to) : new Set<number>();
  return (index): Content => {
    const found = opened.get(index);
    if (!found) return { state: erased.has(index) ? 'erased' : 'lost' };
    const { kind, sourceId, salt, value } = found;
    return value === undefined
      ? { state: 'gone', kind, sourceId }
      : { state: 'open', kind, sourceId, salt, value };
  };
}

/** Rows that slipped past the log: put in behind its back, with a number that it had already passed. */
async function findUnlogged(db: Db): Promise<LogCheck[]> {
  const checks: LogCheck[] = [];
  for (const kind of SCANNED_KINDS) {
    const [cursor] = await db.select().from(logCursors).where(eq(logCursors.kind, kind));
    const { rows, first } = await countUnloggedUpTo(db, kind, cursor?.settled ?? 0);
    if (rows > 0) {
      const what =
        rows === 1 ? `One ${KIND_WORDS[kind]} is` : `${rows} rows of the kind ${KIND_WORDS[kind]} are`;
      checks.push({
        ok: false,
        says: `${what} not in the log and should be, the first with id ${first}: put in behind its back.`,
      });
    }
  }
  return checks;
}
