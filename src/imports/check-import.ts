import { eq } from 'drizzle-orm';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import type { ColumnMapping } from './columns.ts';
import type { ImportReader } from './finish-import.ts';
import {
  clearIssues,
  createIssueWriter,
  type ImportSummary,
  lockImport,
  outcomeColumns,
  saveMapping,
} from './import-store.ts';
import { isCheckable } from './types.ts';
import { openUpload } from './uploads.ts';

/**
 * Goes through the whole file with the chosen columns and says what importing it would do. Writes nothing but that, its
 * issues, and the mapping for the next file with these headers.
 */
export async function checkImport<Outcome extends ImportSummary>(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { importId: number; agencyId: number; mapping?: ColumnMapping },
  reader: ImportReader<Outcome>,
): Promise<Outcome> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const found = await lockImport(tx, input.agencyId, input.importId);
    if (!found || !reader.kinds.includes(found.kind)) throw new DomainError('not_found');
    if (!isCheckable(found.state)) throw new DomainError('already_done');
    const mapping = input.mapping ?? found.mapping;
    const record = { ...found, mapping };
    await clearIssues(tx, record.id);
    const outcome = await reader.read(tx, {
      record,
      path: await openUpload(tx, deps.config.dataDir, record),
      now,
      write: false,
      onIssues: createIssueWriter(tx, record.id),
      onRows: () => undefined,
    });
    await tx
      .update(imports)
      .set({
        ...outcomeColumns(outcome),
        mapping,
        state: outcome.fatal ? 'failed' : 'previewed',
        // It may have been confirmed before, and failed.
        confirmedAt: null,
        confirmedBy: null,
        finishedAt: null,
      })
      .where(eq(imports.id, record.id));
    const { agencyId, kind, headers } = record;
    if (!outcome.fatal && headers) await saveMapping(tx, { agencyId, kind, headers, mapping, now });
    return outcome;
  });
}
