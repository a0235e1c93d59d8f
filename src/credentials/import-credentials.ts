import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { credentials } from '../db/schema/credentials.ts';
import type { Deps } from '../deps.ts';
import { publishEvents } from '../events/publish-event.ts';
import { checkImport } from '../imports/check-import.ts';
import { type ColumnMapping, missingFields } from '../imports/columns.ts';
import { finishImport, type ImportReader } from '../imports/finish-import.ts';
import type { ImportRecord, ImportSamples, ImportSummary } from '../imports/import-store.ts';
import { type ReceivedUpload, receiveUpload } from '../imports/receive-upload.ts';
import { CsvFault, readCsvRecords } from '../lib/csv-read.ts';
import { slugify } from '../lib/slugify.ts';
import { CREDENTIAL_FIELD_SPECS } from './columns.ts';
import { type CredentialIssue, issueAt } from './issues.ts';
import { type CredentialWithIssuer, findCredentialsLike, listSlugsLike, upsertIssuer } from './queries.ts';
import { readCredentialCells } from './read-credential-row.ts';
import { readCtdl } from './read-ctdl.ts';
import type { CredentialRow } from './rules.ts';

export type CredentialImportOutcome = ImportSummary & { fatal: CredentialIssue | null };

/** Takes an uploaded list of credentials in, as CSV or CTDL JSON-LD. Nothing is imported yet. */
export async function receiveCredentials(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { agencyId: number; staffId: number | null; filename: string; stream: Readable },
): Promise<ReceivedUpload> {
  return receiveUpload(deps, {
    ...input,
    kind: 'credentials',
    fields: CREDENTIAL_FIELD_SPECS,
    alsoJson: true,
  });
}

/** What is known already and stated again changes nothing. */
export const credentialReader: ImportReader<CredentialImportOutcome> = {
  kinds: ['credentials'],
  async lock(tx) {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.credentials'))`);
  },
  async read(tx, { record, path, now, write, onIssues, onRows }) {
    const { rows, issues, fatal, total } = await readFileOf(record, path);
    const outcome = fatal
      ? emptyOutcome(fatal)
      : await importCredentialRows(tx, rows, { now, write, issues });
    outcome.counts.rows = total;
    outcome.counts.skipped = total - rows.length + (outcome.counts.skipped ?? 0);
    await onIssues(issues);
    onRows(total);
    return outcome;
  },
};

/** Says what importing the file would do and keeps that, with the mapping, for the person to confirm. */
export async function previewCredentials(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { importId: number; agencyId: number; mapping?: ColumnMapping },
): Promise<CredentialImportOutcome> {
  return checkImport(deps, input, credentialReader);
}

/** Imports a previewed list and returns when that is done. After a crash it has not begun and can be confirmed again. */
export async function confirmCredentials(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: { importId: number; agencyId: number; staffId: number | null },
): Promise<CredentialImportOutcome> {
  return finishImport(deps, { ...input, from: 'previewed' }, credentialReader);
}

async function readFileOf(
  record: Pick<ImportRecord, 'encoding' | 'delimiter' | 'headers' | 'mapping'>,
  path: string,
): Promise<{
  rows: CredentialRow[];
  issues: CredentialIssue[];
  fatal: CredentialIssue | null;
  total: number;
}> {
  const { encoding, delimiter, headers, mapping } = record;
  if (!headers || delimiter === null) {
    const read = readCtdl(await readFile(path, 'utf8'));
    if (read.fatal) read.issues.push(read.fatal);
    return read;
  }
  const rows: CredentialRow[] = [];
  const issues: CredentialIssue[] = [];
  let total = 0;
  const failed = (fatal: CredentialIssue) => ({ rows: [], issues: [...issues, fatal], fatal, total });
  const missing = missingFields(mapping, CREDENTIAL_FIELD_SPECS)[0];
  if (missing) return failed(issueAt(0, null, 'column_missing', { field: missing.label }));
  for (const [index, header] of headers.entries()) {
    if (!mapping[String(index)]) issues.push(issueAt(0, header, 'column_ignored', { header }));
  }
  try {
    let isHeader = true;
    for await (const cells of readCsvRecords(path, { encoding, delimiter })) {
      if (!isHeader) {
        total += 1;
        const read = readCredentialCells(cells, headers, mapping);
        issues.push(...read.issues);
        if (read.row) rows.push(read.row);
      }
      isHeader = false;
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    const where =
      error.column > 0 ? `column ${error.column} (“${headers[error.column - 1] ?? '?'}”)` : 'this row';
    return failed(issueAt(error.line, null, error.code, { where }));
  }
  return total === 0 ? failed(issueAt(0, null, 'rows_missing')) : { rows, issues, fatal: null, total };
}

function emptyOutcome(fatal: CredentialIssue | null): CredentialImportOutcome {
  const counts: Record<string, number> = {};
  for (const name of ['rows', 'created', 'updated', 'unchanged', 'skipped', 'errors', 'warnings'])
    counts[name] = 0;
  if (fatal) counts.errors = 1;
  return {
    counts,
    issueCounts: fatal ? { [fatal.code]: 1 } : {},
    samples: { created: [], updated: [] },
    fatal,
  };
}

/** Fields that a row may change, by what they are called for people. */
const COMPARED = {
  name: 'name',
  ctid: 'CTID',
  credentialType: 'kind',
  cluster: 'cluster',
  naicsPrefixes: 'industries',
  vendorSpecific: 'vendor',
  stateCode: 'state',
  url: 'web page',
  description: 'description',
} as const;

/**
 * Decides, and in write mode stores, what each row comes to. A credential is the same by its CTID, else by issuer, name
 * and version. A field that a row leaves blank stays as it is.
 */
export async function importCredentialRows(
  db: Db,
  rows: readonly CredentialRow[],
  options: { now: Date; write: boolean; issues: CredentialIssue[] },
): Promise<CredentialImportOutcome> {
  const outcome = emptyOutcome(null);
  const { counts, samples } = outcome;
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const known = await findCredentialsLike(db, rows);
  const slugs = await listSlugsLike(
    db,
    rows.map((row) => slugOf(row)),
  );
  const lineOf = new Map<string, number>();
  const changed: { id: number; slug: string }[] = [];
  for (const row of rows) {
    const identity = identityOf(row.issuerKey, row.nameKey, row.version);
    const otherLine = (row.ctid && lineOf.get(row.ctid)) ?? lineOf.get(identity);
    if (otherLine) {
      options.issues.push(issueAt(row.line, null, 'credential_repeated', { otherLine }));
      count('skipped');
      continue;
    }
    lineOf.set(identity, row.line);
    if (row.ctid) lineOf.set(row.ctid, row.line);
    const byCtid = known.find((one) => one.ctid !== null && one.ctid === row.ctid);
    const byName = known.find(
      (one) =>
        one.nameKey === row.nameKey && one.issuer.nameKey === row.issuerKey && one.version === row.version,
    );
    if (byCtid && byName && byCtid !== byName) {
      options.issues.push(issueAt(row.line, null, 'ctid_conflict', { other: byCtid.name }));
      count('skipped');
      continue;
    }
    // A CTID keeps its issuer and version, so with the new name it may be what another credential is.
    const renamed = byCtid && identityOf(byCtid.issuer.nameKey, row.nameKey, byCtid.version);
    const namesake = known.find(
      (one) => one !== byCtid && identityOf(one.issuer.nameKey, one.nameKey, one.version) === renamed,
    );
    const takenOn = renamed === identity ? undefined : renamed && lineOf.get(renamed);
    if (namesake || takenOn) {
      options.issues.push(issueAt(row.line, null, 'name_taken', { other: namesake?.name ?? row.name }));
      count('skipped');
      continue;
    }
    if (renamed) lineOf.set(renamed, row.line);
    const match = byCtid ?? byName;
    const changes = match ? changesOf(match, row) : {};
    const action = !match ? 'created' : Object.keys(changes).length > 0 ? 'updated' : 'unchanged';
    count(action);
    if (action !== 'unchanged') addSample(samples, action, row, match, changes);
    if (options.write && action !== 'unchanged')
      changed.push(await store(db as Tx, row, match, changes, slugs, options.now));
  }
  await publishEvents(
    db,
    changed.map(({ id, slug }) => ({
      agencyId: null,
      type: 'credential.changed',
      at: options.now,
      data: { credentialId: id, credential: slug },
    })),
  );
  for (const issue of options.issues) {
    count(issue.severity === 'error' ? 'errors' : 'warnings');
    outcome.issueCounts[issue.code] = (outcome.issueCounts[issue.code] ?? 0) + 1;
  }
  return outcome;
}

function identityOf(issuerKey: string, nameKey: string, version: string): string {
  return `${issuerKey}\0${nameKey}\0${version}`;
}

type Changes = Partial<Pick<CredentialRow, keyof typeof COMPARED | 'issuerDomain'>>;

function changesOf(known: CredentialWithIssuer, row: CredentialRow): Changes {
  const changes: Record<string, unknown> = {};
  for (const field of Object.keys(COMPARED) as (keyof typeof COMPARED)[]) {
    const to = row[field];
    if (to !== null && String(to) !== String(known[field] ?? '')) changes[field] = to;
  }
  if (row.issuerDomain !== null && row.issuerDomain !== known.issuer.domain)
    changes.issuerDomain = row.issuerDomain;
  return changes;
}

function addSample(
  samples: ImportSamples,
  action: 'created' | 'updated',
  row: CredentialRow,
  match: CredentialWithIssuer | undefined,
  changes: Changes,
): void {
  if (samples[action].length >= 8) return;
  const told = Object.entries(changes).map(([field, to]) => {
    if (field === 'issuerDomain') return `issuer’s website: ${match?.issuer.domain ?? 'blank'} → ${to}`;
    const name = field as keyof typeof COMPARED;
    const from = String(match?.[name] ?? '');
    return `${COMPARED[name]}: ${from === '' ? 'blank' : from} → ${String(to)}`;
  });
  samples[action].push({
    line: row.line,
    name: row.name,
    place: row.issuer,
    ...(told.length > 0 && { changes: told }),
  });
}

async function store(
  tx: Tx,
  row: CredentialRow,
  match: CredentialWithIssuer | undefined,
  changes: Changes,
  slugs: Set<string>,
  now: Date,
): Promise<{ id: number; slug: string }> {
  const issuer = {
    name: row.issuer,
    nameKey: row.issuerKey,
    website: row.issuerWebsite,
    domain: row.issuerDomain,
  };
  if (match) {
    // A CTID keeps its credential even where a list names the issuer differently.
    if (changes.issuerDomain)
      await upsertIssuer(tx, { ...issuer, name: match.issuer.name, nameKey: match.issuer.nameKey });
    const { issuerDomain: _, ...columns } = changes;
    const renamed = columns.name ? { nameKey: row.nameKey } : {};
    await tx
      .update(credentials)
      .set({ ...(columns as object), ...renamed, updatedAt: now })
      .where(eq(credentials.id, match.id));
    return { id: match.id, slug: match.slug };
  }
  const issuerId = await upsertIssuer(tx, issuer);
  const slug = freeSlug(slugOf(row), slugs);
  const made = {
    slug,
    name: row.name,
    nameKey: row.nameKey,
    version: row.version,
    issuerId,
    ctid: row.ctid,
    credentialType: row.credentialType ?? 'Certification',
    cluster: row.cluster ?? '',
    naicsPrefixes: row.naicsPrefixes ?? [],
    vendorSpecific: row.vendorSpecific ?? false,
    stateCode: row.stateCode,
    url: row.url,
    description: row.description ?? '',
    createdAt: now,
    updatedAt: now,
  };
  const [stored] = await tx.insert(credentials).values(made).returning({ id: credentials.id });
  return { id: stored!.id, slug };
}

function slugOf(row: CredentialRow): string {
  const name = row.version ? `${row.name} ${row.version}` : row.name;
  return slugify(name.replaceAll('+', ' plus ').replaceAll('&', ' and ')) || 'credential';
}

function freeSlug(base: string, taken: Set<string>): string {
  let slug = base;
  for (let number = 2; taken.has(slug); number += 1) slug = `${base}-${number}`;
  taken.add(slug);
  return slug;
}
