import type { Deps } from '../deps.ts';
import { checkImport } from '../imports/check-import.ts';
import type { ColumnMapping } from '../imports/columns.ts';
import { employerReader } from './confirm-import.ts';
import type { ImportOutcome } from './import-rows.ts';

/** Says what importing a file of employers or contacts would do; see checkImport. */
export async function previewImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers'>,
  input: { importId: number; agencyId: number; mapping?: ColumnMapping },
): Promise<ImportOutcome> {
  return checkImport(deps, input, employerReader(deps));
}
