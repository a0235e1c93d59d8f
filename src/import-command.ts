import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Agency, findAgencyBySlug, listAgencies } from './agencies/queries.ts';
import {
  confirmCredentials,
  previewCredentials,
  receiveCredentials,
} from './credentials/import-credentials.ts';
import { CREDENTIAL_ISSUE_TITLES } from './credentials/issues.ts';
import type { Deps } from './deps.ts';
import { confirmImport } from './employers/confirm-import.ts';
import { ISSUE_TITLES } from './employers/issues.ts';
import { previewImport } from './employers/preview-import.ts';
import { receiveImport } from './employers/receive-import.ts';
import { discardImport } from './imports/discard-import.ts';
import { type ImportSummary, listImportIssues } from './imports/import-store.ts';
import { placedMessage } from './imports/issues.ts';
import type { ImportKind } from './imports/types.ts';
import { CSV_MAX_BYTES } from './lib/csv-inspect.ts';
import { CommandError } from './lib/told-errors.ts';
import { withDeps } from './server.ts';

type ImportDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'employerObservers'>;
type Output = { write(text: string): unknown };

/** `countersign import employers|credentials FILE`: exit code 0 when everything was taken, 1 when something was not. */
export async function runImportCommand(argv: string[], out: Output = process.stdout): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      agency: { type: 'string' },
      contacts: { type: 'string' },
      yes: { type: 'boolean', default: false },
    },
  });
  const [kind, file, ...rest] = positionals;
  if ((kind !== 'employers' && kind !== 'credentials') || !file || rest.length > 0) {
    throw new CommandError(
      'say what to import and from which file: countersign import employers|credentials FILE',
    );
  }
  if (values.contacts && kind !== 'employers') throw new CommandError('--contacts goes with employers only');
  const files: [ImportKind, string][] = [[kind, file]];
  if (values.contacts) files.push(['contacts', values.contacts]);
  for (const [, path] of files) await requireReadable(path);

  return withDeps(async (deps) => {
    const agency = await chooseAgency(deps, values.agency);
    return importFiles(deps, { files, agencyId: agency.id, write: values.yes }, out);
  });
}

async function requireReadable(path: string): Promise<void> {
  const facts = await stat(path).catch(() => null);
  if (!facts?.isFile()) throw new CommandError(`there is no file ${resolve(path)}`);
  if (facts.size > CSV_MAX_BYTES) {
    const megabytes = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
    throw new CommandError(
      `${basename(path)} has ${megabytes(facts.size)} MB; at most ${megabytes(CSV_MAX_BYTES)} MB can be imported. Split it into smaller files.`,
    );
  }
}

async function chooseAgency(deps: Pick<Deps, 'db'>, slug: string | undefined): Promise<Agency> {
  const agency =
    slug === undefined ? (await listAgencies(deps.db))[0] : await findAgencyBySlug(deps.db, slug);
  if (agency) return agency;
  if (slug === undefined)
    throw new CommandError('there is no agency yet: run `countersign serve` and set one up first');
  const known = (await listAgencies(deps.db)).map((one) => one.slug).join(', ');
  throw new CommandError(`there is no agency "${slug}"${known ? `; there is ${known}` : ''}`);
}

/** Previews the files in order and, when asked to write, imports them. Contacts need their employers imported first. */
export async function importFiles(
  deps: ImportDeps,
  input: { files: readonly (readonly [ImportKind, string])[]; agencyId: number; write: boolean },
  out: Output,
): Promise<number> {
  let complete = true;
  for (const [kind, path] of input.files) {
    if (kind === 'contacts' && !input.write) {
      out.write(`\n${basename(path)}: contacts are matched once the employers are imported; add --yes\n`);
      continue;
    }
    const summary = await importFile(deps, { kind, path, agencyId: input.agencyId, write: input.write }, out);
    complete &&= !summary?.fatal && (summary?.counts.errors ?? 0) === 0;
    if (!summary || summary.fatal) return 1;
  }
  return complete ? 0 : 1;
}

async function importFile(
  deps: ImportDeps,
  input: { kind: ImportKind; path: string; agencyId: number; write: boolean },
  out: Output,
): Promise<ImportSummary | null> {
  const { kind, path, agencyId } = input;
  const isCredentials = kind === 'credentials';
  const source = { agencyId, staffId: null, filename: basename(path), stream: createReadStream(path) };
  out.write(`\n${basename(path)} (${kind})\n`);
  const received = isCredentials
    ? await receiveCredentials(deps, source)
    : await receiveImport(deps, { ...source, kind });
  if (!received.ok) {
    out.write(`  error    ${placedMessage(received.issue)}\n`);
    return null;
  }
  const { importId } = received;
  const preview = await (isCredentials ? previewCredentials : previewImport)(deps, { importId, agencyId });
  if (preview.fatal) {
    await printIssues(deps, importId, preview, isCredentials, out);
    await discardImport(deps, { importId, agencyId });
    out.write('  nothing was imported\n');
    return preview;
  }
  if (!input.write) {
    out.write(`  would do ${tellCounts(preview.counts)}\n`);
    await printIssues(deps, importId, preview, isCredentials, out);
    await discardImport(deps, { importId, agencyId });
    out.write('  nothing was written; add --yes to import\n');
    return preview;
  }
  const confirm = { importId, agencyId, staffId: null };
  const result: ImportSummary = isCredentials
    ? await confirmCredentials(deps, confirm)
    : await confirmImport(deps, confirm);
  out.write(`  done     ${tellCounts(result.counts)}\n`);
  await printIssues(deps, importId, result, isCredentials, out);
  return result;
}

const COUNTED: readonly [name: string, one: string, many: string][] = [
  ['created', 'created', 'created'],
  ['updated', 'updated', 'updated'],
  ['unchanged', 'unchanged', 'unchanged'],
  ['repeated', 'repeated in the file', 'repeated in the file'],
  ['skipped', 'left out', 'left out'],
  ['contactsCreated', 'contact created', 'contacts created'],
  ['contactsUpdated', 'contact updated', 'contacts updated'],
  ['contactsUnchanged', 'contact unchanged', 'contacts unchanged'],
  ['contactsSkipped', 'contact left out', 'contacts left out'],
  ['duplicatesProposed', 'possible duplicate to decide on', 'possible duplicates to decide on'],
];

/** "2,196 rows: 2,196 created, 4 possible duplicates to decide on". */
export function tellCounts(counts: Readonly<Record<string, number>>): string {
  const parts = COUNTED.flatMap(([name, one, many]) => {
    const count = counts[name] ?? 0;
    return count > 0 ? [`${count.toLocaleString('en-US')} ${count === 1 ? one : many}`] : [];
  });
  const rows = counts.rows ?? 0;
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}: ${parts.join(', ') || 'nothing to do'}`;
}

const EXAMPLES = 3;

/** Every kind of issue with its number and its first places, errors first. */
async function printIssues(
  deps: Pick<Deps, 'db'>,
  importId: number,
  summary: ImportSummary,
  isCredentials: boolean,
  out: Output,
): Promise<void> {
  const titles: Record<string, string> = isCredentials ? CREDENTIAL_ISSUE_TITLES : ISSUE_TITLES;
  const kinds = await Promise.all(
    Object.entries(summary.issueCounts).map(async ([code, count]) => {
      const examples = await listImportIssues(deps.db, importId, { code, limit: EXAMPLES, offset: 0 });
      return { code, count, examples, isError: examples[0]?.severity === 'error' };
    }),
  );
  kinds.sort((a, b) => Number(b.isError) - Number(a.isError) || b.count - a.count);
  for (const { code, count, examples, isError } of kinds) {
    out.write(
      `  ${isError ? 'error   ' : 'warning '} ${titles[code] ?? code}: ${count.toLocaleString('en-US')}\n`,
    );
    for (const { line, column, message } of examples) {
      const place = line === 0 ? '' : `line ${line}${column ? `, ${column}` : ''}: `;
      out.write(`             ${place}${message}\n`);
    }
    if (count > examples.length)
      out.write(`             and ${(count - examples.length).toLocaleString('en-US')} more\n`);
  }
}
