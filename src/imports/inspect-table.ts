import { type CsvFacts, type CsvRefusal, inspectCsvFile } from '../lib/csv-inspect.ts';
import { CsvFault, readCsvRecords } from '../lib/csv-read.ts';
import { type ImportIssue, tableIssues } from './issues.ts';

const { issueAt } = tableIssues;

export type InspectedTable =
  | { ok: true; facts: CsvFacts; headers: string[]; samples: string[][] }
  | { ok: false; issue: ImportIssue };

/** The form that asks what each holds has a field for each, and forms have an end. */
const MOST_COLUMNS = 500;

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
  if (headers.length > MOST_COLUMNS) {
    const limits = { columns: headers.length, limit: MOST_COLUMNS };
    return { ok: false, issue: issueAt(1, null, 'too_many_columns', limits) };
  }
  return {
    ok: true,
    facts,
    headers: headers.map(printableHeader),
    samples,
  };
}

/** A header as it is shown and stored: PostgreSQL takes no NUL. */
export function printableHeader(header: string): string {
  return header.trim().slice(0, 200).replaceAll('\0', '');
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
