import { and, eq } from 'drizzle-orm';
import { isLockTimeout } from '../db/client.ts';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { finishImports } from './finish-imports.ts';

/** A file of so few rows is imported before its person sees the next page. */
export const AT_ONCE_ROWS = 500;
/** Unless another import is under way for longer than this. */
const AT_ONCE_WAIT_MS = 2_000;

/**
 * Somebody says to import a checked file. A small one is imported at once, a large one by a worker; both by the same
 * way, and the row says how it stands. Said twice, the second is refused as `already_done`.
 */
export async function startImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers' | 'queue' | 'log'>,
  input: { importId: number; agencyId: number; staffId: number },
): Promise<void> {
  const { importId, agencyId } = input;
  const [started] = await deps.db
    .update(imports)
    .set({
      state: 'importing',
      confirmedAt: deps.clock.now(),
      confirmedBy: input.staffId,
      tries: 0,
      rowsDone: 0,
      failure: null,
    })
    .where(and(eq(imports.id, importId), eq(imports.agencyId, agencyId), eq(imports.state, 'previewed')))
    .returning({ counts: imports.counts });
  if (!started) throw new DomainError('already_done');
  if ((started.counts?.rows ?? 0) <= AT_ONCE_ROWS) {
    try {
      return await finishImports(deps, { importId, waitMs: AT_ONCE_WAIT_MS });
    } catch (error) {
      // It is confirmed whatever happens here, so a worker tries again, and gives up where that does not help.
      if (!isLockTimeout(error)) deps.log.error({ err: error, importId }, 'import failed, tried again later');
    }
  }
  await deps.queue.enqueue('imports.finish-confirmed', { importId });
}
