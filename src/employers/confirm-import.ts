import { eq } from 'drizzle-orm';
import { isUniqueViolation, type Tx } from '../db/client.ts';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import {
  auditImport,
  clearIssues,
  createIssueWriter,
  lockImport,
  outcomeColumns,
  tableOf,
} from '../imports/import-store.ts';
import { forgetUpload, openUpload, removeUpload } from '../imports/uploads.ts';
import { DomainError, invariant } from '../lib/errors.ts';
import { lockEmployerRegister } from './import-queries.ts';
import { type ImportOutcome, importRows } from './import-rows.ts';
import { issueAt } from './issues.ts';
import { proposeDuplicates } from './propose-duplicates.ts';
import { refreshCountingUnits } from './refresh-counting-units.ts';

export type ImportResult = ImportOutcome & { duplicatesProposed: number };

/**
 * Imports a previewed file in one transaction: after a crash it has not begun and can be confirmed again. Imports wait
 * for one another. At the end, records that look alike are proposed to people as duplicates; nothing is merged.
 */
export async function confirmImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers'>,
  input: { importId: number; agencyId: number; staffId: number | null },
): Promise<ImportResult> {
  const now = deps.clock.now();
  const { result, storedAs } = await deps.db
    .transaction(async (tx) => {
      await lockEmployerRegister(tx);
      const record = await lockImport(tx, input.agencyId, input.importId);
      if (!record || record.kind === 'credentials') throw new DomainError('not_found');
      if (record.state !== 'previewed') throw new DomainError('already_done');
      const path = await openUpload(tx, deps.config.dataDir, record);
      await clearIssues(tx, record.id);
      const onIssues = createIssueWriter(tx, record.id);
      const outcome = await importRows(tx, {
        kind: record.kind,
        path,
        facts: tableOf(record),
        mapping: record.mapping,
        agencyId: record.agencyId,
        now,
        write: true,
        onIssues,
      });
      // The file was read to its end before, and nobody but us writes to it.
      invariant(!outcome.fatal, 'a previewed file can be read');
      const { proposed, crowdedIssues } = await lookForDuplicates(tx, deps, outcome.touched, now);
      await onIssues(crowdedIssues);
      const counts = { ...outcome.counts, duplicatesProposed: proposed };
      counts.warnings += crowdedIssues.length;
      if (crowdedIssues.length > 0) outcome.issueCounts.many_alike = crowdedIssues.length;
      await tx
        .update(imports)
        .set({
          ...outcomeColumns(outcome),
          counts,
          state: 'imported',
          confirmedAt: now,
          confirmedBy: input.staffId,
          finishedAt: now,
        })
        .where(eq(imports.id, record.id));
      await forgetUpload(tx, record.id);
      await auditImport(tx, record, {
        at: now,
        staffId: input.staffId,
        action: 'import.imported',
        details: counts,
      });
      return { result: { ...outcome, counts, duplicatesProposed: proposed }, storedAs: record.storedAs };
    })
    .catch((error: unknown) => {
      // Somebody changed a FEIN, an id or an address between the reading and the writing of a batch.
      throw isUniqueViolation(error) ? new DomainError('stale_form') : error;
    });
  await removeUpload(deps.config.dataDir, storedAs);
  return result;
}

async function lookForDuplicates(
  tx: Tx,
  deps: Pick<Deps, 'employerObservers'>,
  employerIds: readonly number[],
  now: Date,
) {
  const { proposals, crowded } = await proposeDuplicates(tx, employerIds, now);
  const changes = await refreshCountingUnits(
    tx,
    proposals.flatMap(({ a, b }) => [a, b]),
    now,
  );
  if (changes.length > 0) {
    await deps.employerObservers.unitsChanged(tx, {
      employerIds: changes.map((change) => change.employerId),
      unitIds: [...new Set(changes.flatMap((change) => [change.before, change.after]))],
      now,
    });
  }
  const crowdedIssues = crowded.map(({ what, value, count }) =>
    issueAt(0, null, 'many_alike', { what, value, count }),
  );
  return { proposed: proposals.length, crowdedIssues };
}
