import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { type ColumnMapping, missingFields } from '../imports/columns.ts';
import type { ImportSample, ImportSamples } from '../imports/import-store.ts';
import { printableHeader } from '../imports/inspect-table.ts';
import type { CsvFacts } from '../lib/csv-inspect.ts';
import { CsvFault, type CsvRecord, readCsvRecords } from '../lib/csv-read.ts';
import { IMPORT_FIELD_SPECS } from './columns.ts';
import {
  addAliases,
  addDomains,
  findKnownContacts,
  findKnownEmployers,
  findReferencedEmployers,
  insertContacts,
  insertEmployers,
  joinGroups,
  placeContacts,
  reserveEmployerIds,
  saveSites,
  siteKey,
  updateContacts,
  updateEmployers,
} from './import-queries.ts';
import { type ImportIssue, issueAt } from './issues.ts';
import { employerNameKey } from './rules/employer-name.ts';
import { scopedId, unscopedId } from './rules/external-id.ts';
import {
  type ContactRow,
  createCityCheck,
  type EmployerReference,
  type EmployerRow,
  openRow,
  readContact,
  readEmployer,
  readEmployerReference,
} from './rules/normalise-row.ts';
import {
  COMPARED_FIELDS,
  type ComparedField,
  createEmployerPlanner,
  type EmployerRef,
  type FieldChange,
  type KnownContact,
  planContact,
} from './rules/plan-rows.ts';

/** Rows read, decided and written together. */
const BATCH = 500;
const SAMPLES = 8;

export type ImportCounts = {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  /** Rows about an employer that stands further up in the same file. */
  repeated: number;
  /** Rows left out, each with an error that says why. */
  skipped: number;
  contactsCreated: number;
  contactsUpdated: number;
  contactsUnchanged: number;
  contactsSkipped: number;
  errors: number;
  warnings: number;
};

export type ImportOutcome = {
  counts: ImportCounts;
  /** How often each code occurred. */
  issueCounts: Record<string, number>;
  samples: ImportSamples;
  /** Employers that were created, renamed or got a name or domain: whom to compare for duplicates. */
  touched: number[];
  /** The file cannot be imported: broken quoting, a missing column, no rows. Nothing was written. */
  fatal: ImportIssue | null;
};

export type ImportInput = {
  kind: 'employers' | 'contacts';
  path: string;
  facts: Pick<CsvFacts, 'encoding' | 'delimiter'>;
  mapping: ColumnMapping;
  /** Ids of an agency's own system are kept apart from those of other agencies. */
  agencyId: number;
  now: Date;
  /** False decides everything and writes nothing: that is the preview. */
  write: boolean;
  onIssues(issues: ImportIssue[]): Promise<void>;
  /** Told after each batch how many rows are done; may throw to end it. */
  onRows?(done: number): void;
};

/**
 * Streams a file through the rules in batches, and in write mode into the register. The caller holds the transaction
 * and the register's lock; a preview needs the transaction only.
 */
export async function importRows(db: Db | Tx, input: ImportInput): Promise<ImportOutcome> {
  const run = createRun(db, input);
  // A plan that was made while the tables were empty reads them from end to end for each batch that fills them.
  await db.execute(sql`set local plan_cache_mode = force_custom_plan`);
  const missing = missingFields(input.mapping, IMPORT_FIELD_SPECS[input.kind]);
  if (missing[0]) return run.fail(issueAt(0, null, 'column_missing', { field: missing[0].label }));
  try {
    let headers: string[] | null = null;
    let batch: CsvRecord[] = [];
    for await (const record of readCsvRecords(input.path, input.facts)) {
      if (!headers) {
        headers = record.cells.map(printableHeader);
        await run.start(headers);
        continue;
      }
      batch.push(record);
      if (batch.length === BATCH) {
        await run.batch(headers, batch);
        batch = [];
      }
    }
    if (headers && batch.length > 0) await run.batch(headers, batch);
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    return run.fail(issueAt(error.line, null, error.code, { where: run.columnName(error.column) }));
  }
  return run.finish();
}

type OpenRow = { line: number; contact: ContactRow | null };

function createRun(db: Db | Tx, input: ImportInput) {
  const counts: ImportCounts = {
    rows: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    repeated: 0,
    skipped: 0,
    contactsCreated: 0,
    contactsUpdated: 0,
    contactsUnchanged: 0,
    contactsSkipped: 0,
    errors: 0,
    warnings: 0,
  };
  const issueCounts: Record<string, number> = {};
  const samples: ImportSamples = { created: [], updated: [] };
  const touched = new Set<number>();
  const planner = createEmployerPlanner();
  const cities = createCityCheck();
  const idOfSlot: number[] = [];
  const lineOfEmail = new Map<string, number>();
  let headerNames: string[] = [];
  const tx = db as Tx;

  const report = async (issues: ImportIssue[]) => {
    for (const issue of issues) {
      counts[issue.severity === 'error' ? 'errors' : 'warnings'] += 1;
      issueCounts[issue.code] = (issueCounts[issue.code] ?? 0) + 1;
    }
    if (issues.length > 0) await input.onIssues(issues);
  };
  const outcome = (fatal: ImportIssue | null): ImportOutcome => ({
    counts,
    issueCounts,
    samples,
    touched: [...touched].sort((a, b) => a - b),
    fatal,
  });

  async function employersBatch(headers: string[], records: readonly CsvRecord[], issues: ImportIssue[]) {
    const rows: (OpenRow & { employer: EmployerRow })[] = [];
    for (const record of records) {
      const opened = openRow(record, headers, input.mapping);
      const employer = opened.reader && readEmployer(opened.reader);
      const contact = employer && opened.reader && readContact(opened.reader);
      issues.push(...opened.issues);
      if (!employer) {
        counts.skipped += 1;
        continue;
      }
      if (employer.externalId) employer.externalId = scopedId(input.agencyId, employer.externalId);
      cities.add(record.line, employer.city, employer.zip);
      rows.push({ line: record.line, employer, contact });
    }
    planner.learn(
      await findKnownEmployers(
        db,
        rows.map((row) => row.employer),
      ),
    );

    const creates: { slot: number; row: EmployerRow }[] = [];
    const updates: { id: number; row: EmployerRow; changed: ComparedField[] }[] = [];
    const formerNames: { employerId: number; name: string; nameKey: string }[] = [];
    const people: (OpenRow & { employer: EmployerRef; row: EmployerRow; fresh: boolean })[] = [];
    for (const { line, employer, contact } of rows) {
      const { plan, issues: found } = planner.plan(employer, line);
      // Several contacts of one employer, each in a row of its own, are no oddity.
      issues.push(...found.filter((issue) => !(contact && issue.code === 'row_repeated')));
      if (plan.action === 'skip') {
        issues.push(plan.issue);
        counts.skipped += 1;
        continue;
      }
      if (plan.action === 'create') {
        counts.created += 1;
        creates.push({ slot: plan.slot, row: employer });
        if (samples.created.length < SAMPLES) samples.created.push(sampleOf(line, employer));
      } else if (plan.action === 'update') {
        counts.updated += 1;
        const changed = plan.changes.map((change) => change.field);
        updates.push({ id: plan.employerId, row: employer, changed });
        const renamed = plan.changes.find((change) => change.field === 'legalName');
        if (renamed) {
          const nameKey = employerNameKey(renamed.from);
          formerNames.push({ employerId: plan.employerId, name: renamed.from, nameKey });
        }
        if (samples.updated.length < SAMPLES) samples.updated.push(sampleOf(line, employer, plan.changes));
      } else counts[plan.action === 'repeat' ? 'repeated' : 'unchanged'] += 1;
      const ref =
        plan.action === 'repeat'
          ? plan.employer
          : plan.action === 'create'
            ? { slot: plan.slot }
            : { employerId: plan.employerId };
      people.push({ line, contact, employer: ref, row: employer, fresh: plan.action !== 'repeat' });
    }
    if (input.write) {
      const ids = await reserveEmployerIds(tx, creates.length);
      for (const [at, { slot }] of creates.entries()) idOfSlot[slot] = ids[at] as number;
      await insertEmployers(
        tx,
        creates.map(({ slot, row }) => ({ id: idOfSlot[slot] as number, row })),
        input.now,
      );
      await updateEmployers(tx, updates, input.now);
      for (const id of [...ids, ...updates.map((update) => update.id)]) touched.add(id);
      const named = people.flatMap(({ employer, row, fresh }) =>
        fresh ? row.aliases.map((alias) => ({ employerId: idOf(employer), ...alias })) : [],
      );
      const domains = people.flatMap(({ employer, row, contact }) =>
        [...new Set([...row.domains, contact?.ownDomain ?? null])]
          .filter((domain) => domain !== null)
          .map((domain) => ({ employerId: idOf(employer), domain })),
      );
      for (const id of await addAliases(tx, [...formerNames, ...named])) touched.add(id);
      for (const id of await addDomains(tx, domains)) touched.add(id);
      const parents = people.flatMap(({ employer, row, fresh }) =>
        fresh && row.parent ? [{ employerId: idOf(employer), ...row.parent }] : [],
      );
      await joinGroups(tx, parents, { now: input.now, staffId: null });
    }
    const withContact = people.filter(
      (row): row is typeof row & { contact: ContactRow } => row.contact !== null,
    );
    await contactsOf(withContact, issues);
    if (input.write) await sitesOf(people);
  }

  async function sitesOf(
    people: readonly { employer: EmployerRef; row: EmployerRow; contact: ContactRow | null }[],
  ) {
    const atSites = people.flatMap(({ employer, row: { site }, contact }) =>
      site ? [{ employerId: idOf(employer), site, contact }] : [],
    );
    const ids = await saveSites(tx, atSites, input.now);
    await placeContacts(
      tx,
      atSites.flatMap(({ employerId, site, contact }) => {
        const siteId = ids.get(siteKey(employerId, site));
        return contact && siteId !== undefined ? [{ emailKey: contact.emailKey, siteId }] : [];
      }),
    );
  }

  function idOf(ref: EmployerRef): number {
    return 'employerId' in ref ? ref.employerId : (idOfSlot[ref.slot] as number);
  }

  async function contactsOf(
    rows: readonly { line: number; contact: ContactRow; employer: EmployerRef; rootId?: number }[],
    issues: ImportIssue[],
  ) {
    const known = new Map<string, KnownContact>();
    for (const contact of await findKnownContacts(
      db,
      rows.map((row) => row.contact.emailKey),
    )) {
      known.set(contact.emailKey, contact);
    }
    const creates: { employerId: number; contact: ContactRow }[] = [];
    const updates: { contactId: number; contact: ContactRow }[] = [];
    for (const { line, contact, employer, rootId } of rows) {
      const otherLine = lineOfEmail.get(contact.emailKey);
      if (otherLine !== undefined) {
        issues.push(issueAt(line, null, 'contact_repeated', { otherLine }));
        counts.contactsSkipped += 1;
        continue;
      }
      lineOfEmail.set(contact.emailKey, line);
      const root = 'employerId' in employer ? { rootId: rootId ?? rootOf(employer.employerId) } : null;
      const { plan, issues: found } = planContact(contact, line, known.get(contact.emailKey), root);
      issues.push(...found);
      if (plan.action === 'skip') {
        issues.push(plan.issue);
        counts.contactsSkipped += 1;
      } else if (plan.action === 'create') {
        counts.contactsCreated += 1;
        if (input.write) creates.push({ employerId: idOf(employer), contact });
      } else if (plan.action === 'update') {
        counts.contactsUpdated += 1;
        updates.push({ contactId: plan.contactId, contact });
      } else counts.contactsUnchanged += 1;
    }
    if (!input.write) return;
    await insertContacts(tx, creates, input.now);
    await updateContacts(tx, updates, input.now);
  }

  function rootOf(employerId: number): number {
    return planner.mergedInto(employerId) ?? employerId;
  }

  async function contactsBatch(headers: string[], records: readonly CsvRecord[], issues: ImportIssue[]) {
    const rows: { line: number; contact: ContactRow; reference: EmployerReference }[] = [];
    for (const record of records) {
      const opened = openRow(record, headers, input.mapping);
      const contact = opened.reader && readContact(opened.reader);
      const reference = contact && opened.reader && readEmployerReference(opened.reader);
      issues.push(...opened.issues);
      if (!contact || !reference) {
        counts.skipped += 1;
        continue;
      }
      if (reference.externalId) reference.externalId = scopedId(input.agencyId, reference.externalId);
      rows.push({ line: record.line, contact, reference });
    }
    const matches = await findReferencedEmployers(
      db,
      rows.map((row) => row.reference),
    );
    const idsAt = new Map(matches.map((match) => [match.at, match.ids.map(Number)]));
    const matched: { line: number; contact: ContactRow; employer: EmployerRef; rootId: number }[] = [];
    for (const [at, { line, contact, reference }] of rows.entries()) {
      const ids = idsAt.get(at) ?? [];
      const [employerId] = ids;
      if (employerId === undefined || ids.length > 1) {
        const code = ids.length > 1 ? 'contact_employer_ambiguous' : 'contact_employer_unmatched';
        issues.push(issueAt(line, null, code, { by: describeReference(reference), count: ids.length }));
        counts.skipped += 1;
      } else matched.push({ line, contact, employer: { employerId }, rootId: employerId });
    }
    if (input.write) {
      const domains = matched.flatMap(({ contact, rootId }) =>
        contact.ownDomain ? [{ employerId: rootId, domain: contact.ownDomain }] : [],
      );
      for (const id of await addDomains(tx, domains)) touched.add(id);
    }
    await contactsOf(matched, issues);
  }

  return {
    async start(headers: string[]) {
      headerNames = headers;
      const ignored = headers.flatMap((header, index) =>
        input.mapping[String(index)] ? [] : [issueAt(0, header, 'column_ignored', { header })],
      );
      const encoding = input.facts.encoding === 'windows-1252' ? [issueAt(0, null, 'read_as_windows')] : [];
      await report([...encoding, ...ignored]);
    },
    async batch(headers: string[], records: readonly CsvRecord[]) {
      counts.rows += records.length;
      const issues: ImportIssue[] = [];
      if (input.kind === 'employers') await employersBatch(headers, records, issues);
      else await contactsBatch(headers, records, issues);
      await report(issues);
      input.onRows?.(counts.rows);
    },
    async finish(): Promise<ImportOutcome> {
      if (counts.rows === 0) return this.fail(issueAt(0, null, 'rows_missing'));
      const cityColumn = Object.entries(input.mapping).find(([, field]) => field === 'city')?.[0];
      await report(
        cities.finish(cityColumn === undefined ? null : (headerNames[Number(cityColumn)] ?? null)),
      );
      return outcome(null);
    },
    async fail(issue: ImportIssue): Promise<ImportOutcome> {
      await report([issue]);
      return outcome(issue);
    },
    columnName(column: number): string {
      const header = headerNames[column - 1];
      return header ? `column ${column} (“${header}”)` : column > 0 ? `column ${column}` : 'this row';
    },
  };
}

function describeReference(reference: EmployerReference): string {
  const parts = [
    reference.externalId && `id “${unscopedId(reference.externalId)}”`,
    reference.fein && `FEIN ${reference.fein}`,
    reference.name && `name “${reference.name}”${reference.zip ? ` in ZIP ${reference.zip}` : ''}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function sampleOf(line: number, row: EmployerRow, changes?: readonly FieldChange[]): ImportSample {
  const place = [row.city, row.state].filter(Boolean).join(', ');
  const sample = { line, name: row.legalName, place: row.zip ? `${place} ${row.zip}`.trim() : place };
  if (!changes) return sample;
  return {
    ...sample,
    changes: changes.map(({ field, from, to }) => {
      const shown = field === 'externalId' ? [from, to].map(unscopedId) : [from, to];
      return `${COMPARED_FIELDS[field]}: ${shown[0] || 'blank'} → ${shown[1]}`;
    }),
  };
}
