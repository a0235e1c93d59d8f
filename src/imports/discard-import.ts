import { eq } from 'drizzle-orm';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { auditImport, lockImport } from './import-store.ts';
import { isCheckable } from './types.ts';
import { forgetUpload, removeUpload } from './uploads.ts';

/** Ends an import that was not confirmed, or came to nothing, and removes its file. */
export async function discardImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { importId: number; agencyId: number; staffId?: number },
): Promise<void> {
  const now = deps.clock.now();
  const storedAs = await deps.db.transaction(async (tx) => {
    const record = await lockImport(tx, input.agencyId, input.importId);
    if (!record) throw new DomainError('not_found');
    if (!isCheckable(record.state)) throw new DomainError('already_done');
    await tx.update(imports).set({ state: 'cancelled', finishedAt: now }).where(eq(imports.id, record.id));
    await forgetUpload(tx, record.id);
    await auditImport(tx, record, { at: now, staffId: input.staffId ?? null, action: 'import.cancelled' });
    return record.storedAs;
  });
  await removeUpload(deps.config.dataDir, storedAs);
}
