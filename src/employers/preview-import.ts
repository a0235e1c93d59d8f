import { eq } from 'drizzle-orm';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import type { ColumnMapping } from '../imports/columns.ts';
import {
  clearIssues,
  createIssueWriter,
  lockImport,
  outcomeColumns,
  saveMapping,
  tableOf,
} from '../imports/import-store.ts';
import { openUpload } from '../imports/uploads.ts';
import { DomainError } from '../lib/errors.ts';
import { type ImportOutcome, importRows } from './import-rows.ts';

/** States from which an import may be looked at again with another mapping. */
const OPEN_STATES = ['uploaded', 'mapped', 'previewed', 'failed'];

/**
 * Goes through the whole file with the chosen columns and says what importing it would do. Writes nothing but the
 * preview itself, its issues, and the mapping for the next file with these headers.
 */
export async function previewImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { importId: number; agencyId: number; mapping?: ColumnMapping },
): Promise<ImportOutcome> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const record = await lockImport(tx, input.agencyId, input.importId);
    if (!record || record.kind === 'credentials') throw new DomainError('not_found');
    if (!OPEN_STATES.includes(record.state)) throw new DomainError('already_done');
    const mapping = input.mapping ?? record.mapping;
    await clearIssues(tx, record.id);
    const outcome = await importRows(tx, {
      kind: record.kind,
      path: await openUpload(tx, deps.config.dataDir, record),
      facts: tableOf(record),
      mapping,
      agencyId: record.agencyId,
      now,
      write: false,
      onIssues: createIssueWriter(tx, record.id),
    });
    await tx
      .update(imports)
      .set({ ...outcomeColumns(outcome), mapping, state: outcome.fatal ? 'failed' : 'previewed' })
      .where(eq(imports.id, record.id));
    if (!outcome.fatal) {
      const { agencyId, kind } = record;
      await saveMapping(tx, { agencyId, kind, headers: tableOf(record).headers, mapping, now });
    }
    return outcome;
  });
}
