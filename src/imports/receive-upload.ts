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
import { storeUpload } from './uploads.ts';

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
  },
): Promise<ReceivedUpload> {
  const { storedAs, path } = await storeUpload(deps.config.dataDir, input.stream);
  const inspected = await inspectTable(path);
  if (!inspected.ok) {
    await rm(path, { force: true });
    return inspected;
  }
  const { facts, headers, samples } = inspected;
  const saved = await findSavedMapping(deps, input.agencyId, input.kind, headers);
  const mapping = saved ?? mappingOf(guessColumns(headers, samples, input.fields));
  const [row] = await deps.db
    .insert(imports)
    .values({
      kind: input.kind,
      agencyId: input.agencyId,
      filename: safeFilename(input.filename),
      storedAs,
      bytes: facts.bytes,
      sha256: facts.sha256,
      encoding: facts.encoding,
      delimiter: facts.delimiter,
      headers,
      mapping,
      state: 'uploaded',
      createdBy: input.staffId,
      createdAt: deps.clock.now(),
    })
    .returning({ id: imports.id });
  invariant(row, 'an import was inserted');
  return { ok: true, importId: row.id, mapping, mappingFrom: saved ? 'saved' : 'guessed' };
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
