import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Db, Tx } from '../db/client.ts';
import { columnMappings, importIssues, imports } from '../db/schema/employers.ts';
import { headerFingerprint } from '../lib/csv-columns.ts';
import type { CsvEncoding } from '../lib/csv-inspect.ts';
import { invariant } from '../lib/errors.ts';
import type { ColumnMapping } from './columns.ts';
import { type ImportIssue, placedMessage } from './issues.ts';
import type { ImportKind, ImportState } from './types.ts';

/** Issues kept for each import; further ones are counted only. */
export const STORED_ISSUES = 20_000;

export type ImportRecord = {
  id: number;
  kind: ImportKind;
  agencyId: number;
  filename: string;
  storedAs: string;
  bytes: number;
  sha256: string;
  encoding: CsvEncoding;
  /** Null, like the headers, when the file is JSON. */
  delimiter: string | null;
  headers: string[] | null;
  mapping: ColumnMapping;
  state: ImportState;
  counts: Record<string, number> | null;
  preview: ImportPreview | null;
  failure: string | null;
  createdBy: number | null;
  createdAt: Date;
  confirmedAt: Date | null;
  confirmedBy: number | null;
  /** How often a worker began to import it. */
  tries: number;
  rowsDone: number;
  finishedAt: Date | null;
};

/** One row as an example of what an import creates or changes. */
export type ImportSample = { line: number; name: string; place: string; changes?: string[] };
export type ImportSamples = { created: ImportSample[]; updated: ImportSample[] };

/** What every kind of import comes to. */
export type ImportSummary = {
  counts: Record<string, number>;
  /** How often each code occurred. */
  issueCounts: Record<string, number>;
  samples: ImportSamples;
  /** The file cannot be imported: broken quoting, a missing column, no rows. Nothing was written. */
  fatal: ImportIssue | null;
};

/** How the file of a table is read; files that are no tables have no business here. */
export function tableOf(record: Pick<ImportRecord, 'encoding' | 'delimiter' | 'headers'>) {
  const { encoding, delimiter, headers } = record;
  invariant(delimiter !== null && headers !== null, 'the import is of a table');
  return { encoding, delimiter, headers };
}

export type ImportPreview = { issueCounts: Record<string, number>; samples: ImportSamples };

export async function findImport(db: Db, agencyId: number, importId: number): Promise<ImportRecord | null> {
  const [row] = await db
    .select()
    .from(imports)
    .where(and(eq(imports.id, importId), eq(imports.agencyId, agencyId)));
  return (row as ImportRecord | undefined) ?? null;
}

/** Locks the row, so that of two people who confirm at once the second sees what the first did. */
export async function lockImport(tx: Tx, agencyId: number, importId: number): Promise<ImportRecord | null> {
  const [row] = await tx
    .select()
    .from(imports)
    .where(and(eq(imports.id, importId), eq(imports.agencyId, agencyId)))
    .for('no key update');
  return (row as ImportRecord | undefined) ?? null;
}

export function listImports(db: Db, agencyId: number, limit = 50) {
  return db
    .select({
      id: imports.id,
      kind: imports.kind,
      filename: imports.filename,
      state: imports.state,
      counts: imports.counts,
      createdAt: imports.createdAt,
      finishedAt: imports.finishedAt,
    })
    .from(imports)
    .where(eq(imports.agencyId, agencyId))
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(limit);
}

/** Writes issues as they come, up to the number that is kept. */
export function createIssueWriter(db: Db, importId: number) {
  let stored = 0;
  return async (issues: readonly ImportIssue[]): Promise<void> => {
    const kept = issues.slice(0, Math.max(0, STORED_ISSUES - stored));
    stored += kept.length;
    if (kept.length === 0) return;
    await db.execute(sql`
      insert into import_issues (import_id, line, column_name, code, severity, message)
      select ${importId}::bigint, line, "column", code, severity, message
      from jsonb_to_recordset(${JSON.stringify(kept)}::text::jsonb)
        as i(line int, "column" text, code text, severity text, message text)`);
  };
}

export async function clearIssues(db: Db, importId: number): Promise<void> {
  await db.delete(importIssues).where(eq(importIssues.importId, importId));
}

export function listImportIssues(
  db: Db,
  importId: number,
  page: { code?: string | undefined; limit: number; offset: number },
) {
  return db
    .select({
      line: importIssues.line,
      column: importIssues.columnName,
      code: importIssues.code,
      severity: importIssues.severity,
      message: importIssues.message,
    })
    .from(importIssues)
    .where(and(eq(importIssues.importId, importId), page.code ? eq(importIssues.code, page.code) : undefined))
    .orderBy(asc(importIssues.line), asc(importIssues.id))
    .limit(page.limit)
    .offset(page.offset);
}

/** How the outcome is kept: as the preview of what would happen, or as what did. */
export function outcomeColumns(outcome: ImportSummary) {
  return {
    counts: outcome.counts,
    preview: { issueCounts: outcome.issueCounts, samples: outcome.samples },
    failure: outcome.fatal ? placedMessage(outcome.fatal) : null,
  };
}

export async function saveMapping(
  db: Db,
  input: {
    agencyId: number;
    kind: ImportKind;
    headers: readonly string[];
    mapping: ColumnMapping;
    now: Date;
  },
): Promise<void> {
  const values = {
    agencyId: input.agencyId,
    kind: input.kind,
    headerFingerprint: headerFingerprint(input.headers),
    mapping: input.mapping,
    savedAt: input.now,
  };
  await db
    .insert(columnMappings)
    .values(values)
    .onConflictDoUpdate({
      target: [columnMappings.agencyId, columnMappings.kind, columnMappings.headerFingerprint],
      set: { mapping: values.mapping, savedAt: values.savedAt },
    });
}

export async function auditImport(
  tx: Db,
  record: Pick<ImportRecord, 'id' | 'agencyId' | 'kind'>,
  entry: { at: Date; staffId: number | null; action: string; details?: Record<string, unknown> },
): Promise<void> {
  await recordAudit(tx, {
    at: entry.at,
    agencyId: record.agencyId,
    actorKind: entry.staffId === null ? 'system' : 'staff',
    actorId: entry.staffId,
    action: entry.action,
    subjectType: 'import',
    subjectId: record.id,
    details: { kind: record.kind, ...entry.details },
  });
}
