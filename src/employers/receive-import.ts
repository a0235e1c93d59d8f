import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import { and, eq } from 'drizzle-orm';
import { columnMappings, imports } from '../db/schema/employers.ts';
import type { Deps } from '../deps.ts';
import { guessColumns, headerFingerprint } from '../lib/csv-columns.ts';
import { type CsvFacts, type CsvRefusal, inspectCsvFile } from '../lib/csv-inspect.ts';
import { CsvFault, readCsvRecords } from '../lib/csv-read.ts';
import { invariant } from '../lib/errors.ts';
import { type ColumnMapping, IMPORT_FIELD_SPECS, mappingOf } from './columns.ts';
import { type ImportIssue, issueAt } from './issues.ts';
import { storeUpload } from './uploads.ts';

export type ReceivedImport =
  | { ok: true; importId: number; mapping: ColumnMapping; mappingFrom: 'guessed' | 'saved' }
  | { ok: false; issue: ImportIssue };

/**
 * Takes an uploaded file in: stores it, looks at how it is written, and chooses fields for its columns, as saved for
 * these headers before or else guessed. Nothing is imported yet.
 */
export async function receiveImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: {
    kind: 'employers' | 'contacts';
    agencyId: number;
    staffId: number | null;
    filename: string;
    stream: Readable;
  },
): Promise<ReceivedImport> {
  const { storedAs, path } = await storeUpload(deps.config.dataDir, input.stream);
  const inspected = await inspectTable(path);
  if (!inspected.ok) {
    await rm(path, { force: true });
    return inspected;
  }
  const { facts, headers, samples } = inspected;
  const saved = await findSavedMapping(deps, input.agencyId, input.kind, headers);
  const mapping = saved ?? mappingOf(guessColumns(headers, samples, IMPORT_FIELD_SPECS[input.kind]));
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

export type InspectedTable =
  | { ok: true; facts: CsvFacts; headers: string[]; samples: string[][] }
  | { ok: false; issue: ImportIssue };

/** The facts of a CSV file with its header and first rows, or the reason why it cannot be imported. */
export async function inspectTable(path: string): Promise<InspectedTable> {
  const inspected = await inspectCsvFile(path);
  if (!inspected.ok) return { ok: false, issue: refusalIssue(inspected.refusal) };
  const { facts } = inspected;
  const rows: string[][] = [];
  try {
    for await (const record of readCsvRecords(path, facts)) {
      rows.push(record.cells);
      if (rows.length > 50) break;
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    // A fault further down is for the preview to place; here it matters only when not even the header can be read.
    if (rows.length === 0) {
      const where = error.column > 0 ? `column ${error.column}` : 'this row';
      return { ok: false, issue: issueAt(error.line, null, error.code, { where }) };
    }
  }
  const [headers, ...samples] = rows;
  if (!headers) return { ok: false, issue: issueAt(0, null, 'file_empty') };
  return {
    ok: true,
    facts,
    headers: headers.map((header) => header.trim().slice(0, 200).replaceAll('\0', '')),
    samples,
  };
}

export function refusalIssue(refusal: CsvRefusal): ImportIssue {
  switch (refusal.code) {
    case 'file_too_large':
      return tooLarge(refusal.bytes, refusal.limit);
    case 'file_empty':
      return issueAt(0, null, 'file_empty');
    case 'file_not_text':
      return issueAt(0, null, 'file_not_text', { kind: refusal.looksLike });
  }
}

function tooLarge(bytes: number, limit: number): ImportIssue {
  const megabytes = (count: number) => Math.ceil(count / 1024 / 1024);
  return issueAt(0, null, 'file_too_large', { megabytes: megabytes(bytes), limit: megabytes(limit) });
}

/** The name is shown and written into CSV exports, never used as a path. */
function safeFilename(name: string): string {
  return basename(name.replaceAll('\\', '/')).replace(/\p{C}/gu, '').slice(0, 200) || 'upload.csv';
}

async function findSavedMapping(
  deps: Pick<Deps, 'db'>,
  agencyId: number,
  kind: 'employers' | 'contacts',
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
  return (saved?.mapping as ColumnMapping | undefined) ?? null;
}
