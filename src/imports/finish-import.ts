import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import {
  auditImport,
  clearIssues,
  createIssueWriter,
  findImport,
  type ImportRecord,
  type ImportSummary,
  lockImport,
  outcomeColumns,
} from './import-store.ts';
import type { ImportIssue } from './issues.ts';
import type { ImportKind } from './types.ts';
import { forgetUpload, openUpload, removeUpload } from './uploads.ts';

/** How files of some kinds are read into their register. */
export type ImportReader<Outcome extends ImportSummary> = {
  kinds: readonly ImportKind[];
  /** Imports into one register wait for one another. */
  lock(tx: Tx): Promise<void>;
  read(tx: Tx, run: ImportRun): Promise<Outcome>;
};

export type ImportRun = {
  record: ImportRecord;
  path: string;
  now: Date;
  /** False decides everything and writes nothing: that is the preview. */
  write: boolean;
  onIssues(issues: readonly ImportIssue[]): Promise<void>;
  /** Told after each batch how many rows are done. Throws when the process is to end. */
  onRows(done: number): void;
};

export type FinishInput = { importId: number; agencyId: number } & (
  | { from: 'previewed'; staffId: number | null }
  | {
      from: 'importing';
      signal?: AbortSignal | undefined;
      /** How long to wait for other imports; without it as long as they take. */
      waitMs?: number | undefined;
    }
);

/**
 * Imports a file in one transaction, so that one which dies on the way has written nothing and can begin anew: a file
 * that somebody confirmed, or (from `previewed`) one that is confirmed herewith.
 */
export async function finishImport<Outcome extends ImportSummary>(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: FinishInput,
  reader: ImportReader<Outcome>,
): Promise<Outcome> {
  const now = deps.clock.now();
  const progress = input.from === 'importing' ? tellProgress(deps.db, input.importId) : null;
  const { outcome, storedAs } = await deps.db.transaction(async (tx) => {
    if (input.from === 'importing' && input.waitMs !== undefined) {
      await tx.execute(sql`select set_config('lock_timeout', ${`${input.waitMs}ms`}, true)`);
    }
    // Held before the wait for others, so that nobody takes an import that waits for one that was left behind.
    const record = await holdImport(tx, input);
    if (!record || !reader.kinds.includes(record.kind)) throw new DomainError('not_found');
    if (record.state !== input.from) throw new DomainError('already_done');
    await reader.lock(tx);
    const path = await openUpload(tx, deps.config.dataDir, record);
    await clearIssues(tx, record.id);
    const outcome = await reader.read(tx, {
      record,
      path,
      now,
      write: true,
      onIssues: createIssueWriter(tx, record.id),
      onRows: (done) => {
        if (input.from === 'importing') input.signal?.throwIfAborted();
        progress?.tell(done);
      },
    });
    // The file was read to its end before, and nobody but us writes to it.
    invariant(!outcome.fatal, 'a previewed file can be read');
    const confirmed =
      input.from === 'previewed'
        ? { confirmedAt: now, confirmedBy: input.staffId }
        : { rowsDone: outcome.counts.rows };
    const [written] = await tx
      .update(imports)
      .set({ ...outcomeColumns(outcome), ...confirmed, state: 'imported', finishedAt: deps.clock.now() })
      .where(and(eq(imports.id, record.id), eq(imports.state, input.from)))
      .returning({ confirmedBy: imports.confirmedBy });
    if (!written) throw new DomainError('already_done');
    await forgetUpload(tx, record.id);
    await auditImport(tx, record, {
      at: now,
      staffId: written.confirmedBy,
      action: 'import.imported',
      details: outcome.counts,
    });
    return { outcome, storedAs: record.storedAs };
  });
  await progress?.told();
  await removeUpload(deps.config.dataDir, storedAs);
  return outcome;
}

/** The import, which nobody else may finish meanwhile. The row of a running one stays free, for its progress is told there. */
async function holdImport(tx: Tx, input: FinishInput): Promise<ImportRecord | null> {
  if (input.from === 'previewed') return lockImport(tx, input.agencyId, input.importId);
  if (!(await tryToHold(tx, input.importId))) throw new DomainError('already_done');
  return findImport(tx, input.agencyId, input.importId);
}

/** True when nobody else is at this import. PostgreSQL lets it go with the transaction, also that of a process that died. */
export async function tryToHold(tx: Tx, importId: number): Promise<boolean> {
  const [row] = await tx.execute<{ held: boolean }>(sql`
    select pg_try_advisory_xact_lock(hashtextextended('countersign.import', ${importId}::bigint)) as held`);
  return row?.held === true;
}

/**
 * Writes down beside the transaction how far it is, for the page. Never waited for on the way: with a pool of one
 * connection it comes too late and changes nothing.
 */
function tellProgress(db: Db, importId: number) {
  let telling: Promise<unknown> | null = null;
  return {
    tell(rowsDone: number): void {
      telling ??= db
        .update(imports)
        .set({ rowsDone })
        .where(and(eq(imports.id, importId), eq(imports.state, 'importing')))
        // Nothing depends on it; what keeps it from being written will meet the import itself.
        .catch(() => undefined)
        .finally(() => {
          telling = null;
        });
    },
    told: async () => {
      await telling;
    },
  };
}
