import { isUniqueViolation, type Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { finishImport, type ImportReader, type ImportRun } from '../imports/finish-import.ts';
import { tableOf } from '../imports/import-store.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { lockEmployerRegister } from './import-queries.ts';
import { type ImportOutcome, importRows } from './import-rows.ts';
import { issueAt } from './issues.ts';
import { proposeDuplicates } from './propose-duplicates.ts';
import { refreshCountingUnits } from './refresh-counting-units.ts';

export type ImportResult = ImportOutcome & { duplicatesProposed: number };

/**
 * Employers and contacts. Imports wait for one another. At the end, records that look alike are proposed to people as
 * duplicates; nothing is merged.
 */
export function employerReader(deps: Pick<Deps, 'employerObservers'>): ImportReader<ImportResult> {
  return {
    kinds: ['employers', 'contacts'],
    lock: lockEmployerRegister,
    async read(tx, { record, ...run }) {
      invariant(record.kind !== 'credentials', 'the file holds employers or contacts');
      const { agencyId, kind, mapping } = record;
      const outcome = await importRows(tx, { ...run, kind, facts: tableOf(record), mapping, agencyId });
      if (outcome.fatal || !run.write) return { ...outcome, duplicatesProposed: 0 };
      const { proposed, crowdedIssues } = await lookForDuplicates(tx, deps, outcome, run);
      await run.onIssues(crowdedIssues);
      const counts = { ...outcome.counts, duplicatesProposed: proposed };
      counts.warnings += crowdedIssues.length;
      if (crowdedIssues.length > 0) outcome.issueCounts.many_alike = crowdedIssues.length;
      return { ...outcome, counts, duplicatesProposed: proposed };
    },
  };
}

/** Imports a previewed file and returns when that is done. After a crash it has not begun and can be confirmed again. */
export async function confirmImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers'>,
  input: { importId: number; agencyId: number; staffId: number | null },
): Promise<ImportResult> {
  return finishImport(deps, { ...input, from: 'previewed' }, employerReader(deps)).catch((error: unknown) => {
    // Somebody changed a FEIN, an id or an address between the reading and the writing of a batch.
    throw isUniqueViolation(error) ? new DomainError('stale_form') : error;
  });
}

async function lookForDuplicates(
  tx: Tx,
  deps: Pick<Deps, 'employerObservers'>,
  { touched, counts }: ImportOutcome,
  { now, onRows }: Pick<ImportRun, 'now' | 'onRows'>,
) {
  const { proposals, crowded } = await proposeDuplicates(tx, touched, now, () => onRows(counts.rows));
  await refreshCountingUnits(
    tx,
    deps,
    proposals.flatMap(({ a, b }) => [a, b]),
    now,
  );
  const crowdedIssues = crowded.map(({ what, value, count }) =>
    issueAt(0, null, 'many_alike', { what, value, count }),
  );
  return { proposed: proposals.length, crowdedIssues };
}
