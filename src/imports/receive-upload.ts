import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { and, eq } from 'drizzle-orm';
import { columnMappings, imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { type FieldSpec, guessColumns, headerFingerprint } from '../lib/csv-columns.ts';
import { invariant } from '../lib/errors.ts';
import { type ColumnMapping, mappingOf } from './columns.ts';
import { inspectTable } from './inspect-table.ts';
import type { ImportIssue } from './issues.ts';
import type { ImportKind } from './types.ts';
import { shareUpload, storeUpload } from './uploads.ts';

export type ReceivedUpload =
  | { ok: true; importId: number; mapping: ColumnMapping; mappingFrom: 'guessed' | 'saved' }
  | { ok: false; issue: ImportIssue };

/**
 * Takes an uploaded table in: stores it, looks at how it is written, and chooses fields for its columns, as saved for
 * these headers before or else guessed. Nothing is imported yet.
 */
export async function receiveUpload<Field extends string>(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: {
    kind: ImportKind;
    fields: readonly FieldSpec<Field>[];
    agencyId: number;
    staffId: number | null;
    filename: string;
    stream: Readable;
    /** JSON is taken in too, without columns. */
    alsoJson?: boolean;
  },
): Promise<ReceivedUpload> {
  const { storedAs, path } = await storeUpload(deps.config.dataDir, input.stream);
  const record = {
    kind: input.kind,
    agencyId: input.agencyId,
    filename: safeFilename(input.filename),
    storedAs,
    state: 'uploaded' as const,
    createdBy: input.staffId,
    createdAt: deps.clock.now(),
  };
  if (input.alsoJson && (await looksLikeJson(path))) {
    const { bytes, sha256 } = await fingerprint(path);
    const importId = await insertImport(deps, path, { ...record, bytes, sha256, encoding: 'utf-8' });
    return { ok: true, importId, mapping: {}, mappingFrom: 'guessed' };
  }
  const inspected = await inspectTable(path);
  if (!inspected.ok) {
    await rm(path, { force: true });
    return inspected;
  }
  const { facts, headers, samples } = inspected;
  const saved = await findSavedMapping(deps, input.agencyId, input.kind, headers);
  const mapping = saved ?? mappingOf(guessColumns(headers, samples, input.fields));
  const { bytes, sha256, encoding, delimiter } = facts;
  const columns = { bytes, sha256, encoding, delimiter, headers, mapping };
  const importId = await insertImport(deps, path, { ...record, ...columns });
  return { ok: true, importId, mapping, mappingFrom: saved ? 'saved' : 'guessed' };
}

async function insertImport(
  deps: Pick<Deps, 'db'>,
  path: string,
  values: typeof imports.$inferInsert,
): Promise<number> {
  return deps.db.transaction(async (tx) => {
    const [row] = await tx.insert(imports).values(values).returning({ id: imports.id });
    invariant(row, 'an import was inserted');
    await shareUpload(tx, row.id, path);
    return row.id;
  });
}

async function looksLikeJson(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { start: 0, end: 1023 })) {
    return /^\uFEFF?\s*[{[]/.test((chunk as Buffer).toString('utf8'));
  }
  return false;
}

async function fingerprint(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    bytes += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The name is shown and written into CSV exports, never used as a path. */
function safeFilename(name: string): string {
  const shown = basename(name.replaceAll('\\', '/')).replace(/\p{C}/gu, '').slice(0, 200);
  return shown || 'upload.csv';
}

async function findSavedMapping(
  deps: Pick<Deps, 'db'>,
  agencyId: number,
  kind: ImportKind,
  headers: readonly string[],
): Promise<ColumnMapping | null> {
  const [saved] = await deps.db
    .select({ mapping: columnMappings.mapping })
    .from(columnMappings)
    .where(
      and(
        eq(columnMappings.agencyId, agencyId),
        eq(columnMappings.kind, kind),
        eq(columnMappings.headerFingerprint, headerFingerprint(headers)),
      ),
    );
  return saved?.mapping ?? null;
}
