import { and, asc, eq, sql } from 'drizzle-orm';
import { credentialReader } from '../credentials/import-credentials.ts';
import { isTransactionConflict, isUniqueViolation } from '../db/client.ts';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { type FinishInput, finishImport, tryToHold } from '../imports/finish-import.ts';
import { auditImport } from '../imports/import-store.ts';
import type { ImportKind } from '../imports/types.ts';
import { DomainError } from '../lib/errors.ts';
import { employerReader } from './confirm-import.ts';

type FinishDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers'>;

/** A file whose import keeps dying or failing takes its worker along each time, so it is given up. */
export const MOST_TRIES = 5;

const FAILURES = {
  tries_used_up: `The import was begun ${MOST_TRIES} times and did not come to its end, so it was given up. Nothing was imported. Check the file and import it again; if that fails as well, tell whoever runs this server the number of the import.`,
  changed_meanwhile:
    'Somebody else kept changing the same employers while the file was imported, so it was given up. Nothing was imported. Check the file and import it again.',
  upload_gone:
    'The uploaded file is no longer here, so it could not be read. Nothing was imported. Upload it again.',
};

/**
 * Imports files that somebody confirmed: the one, or all in the order in which they were confirmed. What another worker
 * is at is left to it; what a worker left behind when it died begins anew. Stops when the signal aborts: what is not
 * imported then stays confirmed.
 */
export async function finishImports(
  deps: FinishDeps,
  options: { importId?: number | undefined; signal?: AbortSignal; waitMs?: number } = {},
): Promise<void> {
  const confirmed = await deps.db
    .select({ importId: imports.id, agencyId: imports.agencyId, kind: imports.kind })
    .from(imports)
    .where(
      and(
        eq(imports.state, 'importing'),
        options.importId === undefined ? undefined : eq(imports.id, options.importId),
      ),
    )
    .orderBy(asc(imports.confirmedAt), asc(imports.id));
  const { signal, waitMs } = options;
  const errors: unknown[] = [];
  for (const { kind, ...of } of confirmed) {
    if (signal?.aborted) return;
    await finishOne(deps, kind, { ...of, from: 'importing', signal, waitMs }).catch((error) =>
      errors.push(error),
    );
  }
  if (errors.length > 0) throw errors[0];
}

async function finishOne(
  deps: FinishDeps,
  kind: ImportKind,
  input: Extract<FinishInput, { from: 'importing' }>,
): Promise<void> {
  for (;;) {
    const tries = await countTry(deps, input.importId);
    if (tries === null) return;
    if (tries > MOST_TRIES) return giveUp(deps, input.importId, 'tries_used_up');
    try {
      await (kind === 'credentials'
        ? finishImport(deps, input, credentialReader)
        : finishImport(deps, input, employerReader(deps)));
      return;
    } catch (error) {
      if (input.signal?.aborted) return;
      if (error instanceof DomainError) {
        if (error.code === 'already_done') return;
        if (error.code === 'upload_gone') return giveUp(deps, input.importId, 'upload_gone');
      }
      // Somebody changed a FEIN, an id or an address between the reading and the writing of a batch: it is read anew.
      if (!isUniqueViolation(error) && !isTransactionConflict(error)) throw error;
      if (tries === MOST_TRIES) return giveUp(deps, input.importId, 'changed_meanwhile');
    }
  }
}

/** How often it was begun, this time included; null when it is over or another worker is at it. */
async function countTry(deps: Pick<Deps, 'db'>, importId: number): Promise<number | null> {
  return deps.db.transaction(async (tx) => {
    if (!(await tryToHold(tx, importId))) return null;
    const [row] = await tx
      .update(imports)
      .set({ tries: sql`${imports.tries} + 1`, rowsDone: 0 })
      .where(and(eq(imports.id, importId), eq(imports.state, 'importing')))
      .returning({ tries: imports.tries });
    return row?.tries ?? null;
  });
}

async function giveUp(
  deps: Pick<Deps, 'db' | 'clock'>,
  importId: number,
  reason: keyof typeof FAILURES,
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const [failed] = await tx
      .update(imports)
      .set({ state: 'failed', failure: FAILURES[reason], finishedAt: now })
      .where(and(eq(imports.id, importId), eq(imports.state, 'importing')))
      .returning({ id: imports.id, agencyId: imports.agencyId, kind: imports.kind });
    if (!failed) return;
    await auditImport(tx, failed, { at: now, staffId: null, action: 'import.failed', details: { reason } });
  });
}
