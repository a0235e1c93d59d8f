import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { and, inArray, lte, sql } from 'drizzle-orm';
import { imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { discardImport } from './discard-import.ts';
import { OPEN_IMPORT_STATES } from './types.ts';
import { removeUpload, uploadFolder } from './uploads.ts';

const ABANDONED_AFTER_MS = 7 * 86_400_000;

/**
 * Cancels imports that were begun and not confirmed for a week, with their files, and removes files that no open import
 * names: those of a process that died on the way. Files hold people's addresses, so they do not stay for nothing.
 */
export async function sweepUploads(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
): Promise<{ cancelled: number; removed: number }> {
  const before = new Date(deps.clock.now().getTime() - ABANDONED_AFTER_MS);
  const abandoned = await deps.db
    .select({ id: imports.id, agencyId: imports.agencyId })
    .from(imports)
    .where(and(inArray(imports.state, [...OPEN_IMPORT_STATES]), lte(imports.createdAt, before)));
  let cancelled = 0;
  for (const { id, agencyId } of abandoned) {
    try {
      await discardImport(deps, { importId: id, agencyId });
      cancelled += 1;
    } catch (error) {
      // Somebody confirmed or cancelled it just now.
      if (!(error instanceof DomainError && error.code === 'already_done')) throw error;
    }
  }
  // What failed stays on its page with the reason; only the file goes.
  await deps.db.execute(sql`
    delete from import_parts p using imports m
    where m.id = p.import_id and m.state = 'failed' and m.created_at <= ${before.toISOString()}::timestamptz`);
  return { cancelled, removed: await removeStrays(deps, before) };
}

async function removeStrays(deps: Pick<Deps, 'db' | 'config'>, before: Date): Promise<number> {
  const { dataDir } = deps.config;
  const names = await readdir(uploadFolder(dataDir)).catch(() => []);
  if (names.length === 0) return 0;
  const open = await deps.db
    .select({ storedAs: imports.storedAs })
    .from(imports)
    .where(inArray(imports.state, [...OPEN_IMPORT_STATES, 'importing']));
  const wanted = new Set(open.map(({ storedAs }) => storedAs));
  let removed = 0;
  for (const name of names) {
    if (wanted.has(name)) continue;
    const file = await stat(join(uploadFolder(dataDir), name)).catch(() => null);
    if (!file?.isFile() || file.mtime > before) continue;
    await removeUpload(dataDir, name);
    removed += 1;
  }
  return removed;
}
