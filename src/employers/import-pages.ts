import { CREDENTIAL_FIELD_SPECS } from '../credentials/columns.ts';
import { CREDENTIAL_ISSUE_TITLES } from '../credentials/issues.ts';
import { credentialPaths } from '../credentials/paths.ts';
import type { PageData } from '../http/views.ts';
import type { ColumnMapping } from '../imports/columns.ts';
import type { ImportRecord, ImportSample } from '../imports/import-store.ts';
import type { ImportIssue } from '../imports/issues.ts';
import { type ImportKind, type ImportState, isCheckable } from '../imports/types.ts';
import type { ColumnGuess, FieldSpec } from '../lib/csv-columns.ts';
import { IMPORT_FIELD_SPECS } from './columns.ts';
import { ISSUE_TITLES } from './issues.ts';
import { pagesOf } from './pages.ts';
import { employerPaths, importPaths, withQuery } from './paths.ts';

const KINDS: Record<ImportKind, { text: string; hint: string }> = {
  employers: { text: 'Employers', hint: 'CSV; each row may name one contact as well' },
  contacts: {
    text: 'Contacts',
    hint: 'CSV; each row names the employer by your id, by FEIN, or by name and ZIP',
  },
  credentials: { text: 'Credentials', hint: 'CSV or CTDL JSON-LD' },
};

const STATES: Record<ImportState, { text: string; kind?: string }> = {
  uploaded: { text: 'Choose columns', kind: 'active' },
  mapped: { text: 'Choose columns', kind: 'active' },
  previewed: { text: 'To confirm', kind: 'active' },
  importing: { text: 'Importing', kind: 'active' },
  imported: { text: 'Imported', kind: 'good' },
  failed: { text: 'Not imported', kind: 'bad' },
  cancelled: { text: 'Cancelled', kind: 'quiet' },
};

const LONG_WAIT_MS = 2 * 60_000;

const number = (value: number) => value.toLocaleString('en-US');

/** What the fields of a kind are, for the mapping. */
export function fieldsOf(kind: ImportKind): readonly FieldSpec[] {
  return kind === 'credentials' ? CREDENTIAL_FIELD_SPECS : IMPORT_FIELD_SPECS[kind];
}

export function importsPage(facts: {
  rows: readonly {
    id: number;
    kind: ImportKind;
    filename: string;
    state: ImportState;
    counts: Record<string, number> | null;
    createdAt: Date;
  }[];
  mayImport: boolean;
}): PageData {
  return {
    title: 'Imports',
    createHref: facts.mayImport ? importPaths.create : null,
    rows: facts.rows.map((row) => {
      // A preview has counts as well, of what has not been done.
      const done = row.state === 'imported' ? row.counts : null;
      const count = (name: string) => (done ? number(done[name] ?? 0) : '');
      return {
        href: importPaths.one(row.id),
        filename: row.filename,
        kind: KINDS[row.kind].text,
        state: STATES[row.state],
        rows: row.counts?.rows ? number(row.counts.rows) : '',
        created: count(row.kind === 'contacts' ? 'contactsCreated' : 'created'),
        updated: count(row.kind === 'contacts' ? 'contactsUpdated' : 'updated'),
        createdAt: row.createdAt,
      };
    }),
  };
}

export function newImportPage(kind: ImportKind | null, megabytes: number): PageData {
  return {
    title: 'Import a file',
    breadcrumbs: [{ href: importPaths.list, text: 'Imports' }],
    kinds: Object.entries(KINDS).map(([value, words]) => ({ value, ...words })),
    kind,
    action: importPaths.list,
    megabytes,
    cancelHref: importPaths.list,
  };
}

const BECAUSE: Record<ColumnGuess['because'], string> = {
  known_header: 'The header says so',
  similar_header: 'The header is spelled much like it',
  header_words: 'The header holds its words',
  values: 'The values look like it',
  taken: 'Another column fits better',
  unknown: 'Nothing was recognized',
};

export function columnsPage(facts: {
  record: ImportRecord;
  guesses: readonly ColumnGuess[];
  mapping: ColumnMapping;
}): PageData {
  const { record, guesses, mapping } = facts;
  const specs = fieldsOf(record.kind);
  const items = specs.map((spec) => ({ value: spec.field, text: spec.label }));
  return {
    title: 'Choose columns',
    breadcrumbs: [{ href: importPaths.list, text: 'Imports' }],
    filename: record.filename,
    readAs: readAs(record),
    action: importPaths.columns(record.id),
    cancelAction: importPaths.cancel(record.id),
    needed: specs.filter((spec) => spec.required).map((spec) => spec.label),
    columns: guesses.map((guess) => {
      const field = mapping[String(guess.index)] ?? null;
      const changed = field !== guess.field;
      return {
        name: `column-${guess.index}`,
        header: guess.header || `Column ${guess.index + 1} (no header)`,
        samples: guess.samples.map((sample) => (sample.length > 60 ? `${sample.slice(0, 59)}…` : sample)),
        value: field,
        because: changed ? 'As chosen for this kind of file before' : BECAUSE[guess.because],
        items,
      };
    }),
  };
}

function readAs(record: ImportRecord): string {
  const delimiters: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
  const encoding = record.encoding === 'windows-1252' ? 'Windows-1252' : record.encoding.toUpperCase();
  return `${encoding}, values parted by ${delimiters[record.delimiter ?? ','] ?? 'commas'}`;
}

export type IssueGroup = { code: string; count: number; examples: readonly ImportIssue[] };

function titlesOf(kind: ImportKind): Record<string, string> {
  return kind === 'credentials' ? CREDENTIAL_ISSUE_TITLES : ISSUE_TITLES;
}

function placeOf(issue: ImportIssue, isTable: boolean): string {
  if (issue.line === 0) return 'Whole file';
  const line = `${isTable ? 'Line' : 'Resource'} ${number(issue.line)}`;
  return issue.column ? `${line}, ${issue.column}` : line;
}

/** One import at whatever state it is in: to confirm, done, or refused. */
export function importPage(facts: {
  record: ImportRecord;
  groups: readonly IssueGroup[];
  mayChange: boolean;
  now: Date;
}): PageData {
  const { record, groups, mayChange } = facts;
  const counts = record.counts ?? {};
  const isTable = record.headers !== null;
  const done = record.state === 'imported';
  const isOpen = record.state === 'previewed';
  const titles = titlesOf(record.kind);
  const lacksColumn = record.state === 'failed' && record.preview?.issueCounts.column_missing !== undefined;
  // It could be read when it was checked, so it may be tried again as it is.
  const cameToNothing = record.state === 'failed' && record.confirmedAt !== null;
  return {
    title: done ? 'Imported' : isOpen ? 'Check before importing' : STATES[record.state].text,
    breadcrumbs: [{ href: importPaths.list, text: 'Imports' }],
    filename: record.filename,
    kindText: KINDS[record.kind].text,
    isDone: done,
    isOpen,
    isFailed: record.state === 'failed',
    failure: record.failure,
    progress: record.state === 'importing' ? progressOf(record, facts.now) : null,
    figures: figuresOf(record.kind, counts, done),
    nothingToDo:
      (isOpen || done) &&
      ['created', 'updated', 'contactsCreated', 'contactsUpdated'].every((name) => !counts[name])
        ? nothingText(
            done,
            ['skipped', 'contactsSkipped'].some((name) => counts[name]),
          )
        : null,
    duplicatesHref: done && (counts.duplicatesProposed ?? 0) > 0 ? employerPaths.duplicates : null,
    duplicates: counts.duplicatesProposed ?? 0,
    listHref: record.kind === 'credentials' ? credentialPaths.list : employerPaths.list,
    listText: record.kind === 'credentials' ? 'See the credentials' : 'See the employers',
    created: samplesOf(record.preview?.samples.created, isTable),
    updated: samplesOf(record.preview?.samples.updated, isTable),
    createdMore: Math.max(0, (counts.created ?? 0) - (record.preview?.samples.created.length ?? 0)),
    updatedMore: Math.max(0, (counts.updated ?? 0) - (record.preview?.samples.updated.length ?? 0)),
    groups: groups.map(({ code, count, examples }) => ({
      title: titles[code] ?? code,
      count: number(count),
      isError: examples[0]?.severity === 'error',
      examples: examples.map((issue) => ({
        place: placeOf(issue, isTable),
        message: issue.message,
      })),
      more:
        count > examples.length
          ? { href: withQuery(importPaths.issues(record.id), { code }), text: `All ${number(count)}` }
          : null,
    })),
    issuesFile: groups.length > 0 ? importPaths.issuesFile(record.id) : null,
    confirmAction: isOpen && mayChange ? importPaths.confirm(record.id) : null,
    columnsHref:
      mayChange && (((isOpen || lacksColumn) && isTable) || cameToNothing)
        ? importPaths.columns(record.id)
        : null,
    columnsText: cameToNothing ? 'Check the file again' : 'Change columns',
    cancelAction: isCheckable(record.state) && mayChange ? importPaths.cancel(record.id) : null,
    againHref: importPaths.create,
  };
}

/** How far an import is that a worker is at, or will be. */
function progressOf(record: ImportRecord, now: Date) {
  const rows = record.counts?.rows ?? 0;
  const { tries, rowsDone, confirmedAt } = record;
  const waits = tries === 0 && confirmedAt !== null && now.getTime() - confirmedAt.getTime() > LONG_WAIT_MS;
  const stage =
    tries === 0
      ? 'Waits for its turn.'
      : rowsDone >= rows
        ? 'All rows are read. Next, records that look alike are found.'
        : rowsDone === 0
          ? 'Begins as soon as no other import is under way.'
          : null;
  return {
    rows,
    rowsDone,
    text: `${number(rowsDone)} of ${number(rows)}`,
    stage,
    again: tries > 1 ? 'It was interrupted and began anew. Nothing is imported twice.' : null,
    waits: waits
      ? 'Nothing has begun it for two minutes. If it stays so, tell whoever runs this server that no worker is running.'
      : null,
    refreshHref: importPaths.one(record.id),
  };
}

function nothingText(done: boolean, leftOut: boolean): string {
  if (leftOut) {
    return done
      ? 'Nothing was changed. What the file adds was left out; the errors below say why.'
      : 'Importing it would change nothing. What the file adds is left out; the errors below say why.';
  }
  return done
    ? 'Everything in the file was known already, so nothing was changed.'
    : 'Everything in the file is known already. Importing it would change nothing.';
}

function figuresOf(kind: ImportKind, counts: Readonly<Record<string, number>>, done: boolean) {
  const has = (name: string) => (counts[name] ?? 0) > 0;
  const figure = (name: string, key: string) => ({ key, value: number(counts[name] ?? 0) });
  const word = (past: string, future: string) => (done ? past : future);
  const people = ['contactsCreated', 'contactsUpdated', 'contactsUnchanged', 'contactsSkipped'].some(has);
  return [
    figure('rows', 'Rows in the file'),
    ...(kind === 'contacts'
      ? []
      : [
          figure('created', word('Created', 'To create')),
          figure('updated', word('Updated', 'To update')),
          figure('unchanged', 'Unchanged'),
        ]),
    ...(has('repeated') ? [figure('repeated', 'Repeated in the file')] : []),
    ...(people || kind === 'contacts'
      ? [
          figure('contactsCreated', word('Contacts created', 'Contacts to create')),
          figure('contactsUpdated', word('Contacts updated', 'Contacts to update')),
          figure('contactsUnchanged', 'Contacts unchanged'),
        ]
      : []),
    figure('skipped', word('Rows left out', 'Rows to leave out')),
    ...(has('contactsSkipped') ? [figure('contactsSkipped', 'Contacts left out')] : []),
  ];
}

function samplesOf(samples: readonly ImportSample[] | undefined, isTable: boolean) {
  return (samples ?? []).map((sample) => ({
    line: `${isTable ? 'Line' : 'Resource'} ${number(sample.line)}`,
    name: sample.name,
    place: sample.place,
    changes: sample.changes ?? [],
  }));
}

export const ISSUES_PAGE_SIZE = 100;

export function issuesPage(facts: {
  record: ImportRecord;
  code: string | null;
  page: number;
  issues: readonly ImportIssue[];
}): PageData {
  const { record, code, page } = facts;
  const counts = record.preview?.issueCounts ?? {};
  const total = code ? (counts[code] ?? 0) : Object.values(counts).reduce((sum, count) => sum + count, 0);
  const titles = titlesOf(record.kind);
  return {
    title: code ? (titles[code] ?? 'Issues') : 'Issues',
    breadcrumbs: [
      { href: importPaths.list, text: 'Imports' },
      { href: importPaths.one(record.id), text: record.filename },
    ],
    rows: facts.issues.map((issue) => ({
      place: placeOf(issue, record.headers !== null),
      isError: issue.severity === 'error',
      message: issue.message,
    })),
    issuesFile: importPaths.issuesFile(record.id),
    pages: pagesOf(
      total,
      page,
      (to) => withQuery(importPaths.issues(record.id), { code, page: to }),
      ISSUES_PAGE_SIZE,
    ),
  };
}
