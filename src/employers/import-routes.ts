import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import { previewCredentials, receiveCredentials } from '../credentials/import-credentials.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, fieldError } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { registerUploads } from '../http/uploads.ts';
import { type ColumnMapping, missingFields } from '../imports/columns.ts';
import { discardImport } from '../imports/discard-import.ts';
import { findImport, type ImportRecord, listImportIssues, listImports } from '../imports/import-store.ts';
import { inspectTable, refusalIssue } from '../imports/inspect-table.ts';
import { placedMessage, tableIssues } from '../imports/issues.ts';
import { IMPORT_KINDS, type ImportKind, isCheckable } from '../imports/types.ts';
import { openUpload, UploadTooLarge } from '../imports/uploads.ts';
import { guessColumns } from '../lib/csv-columns.ts';
import { CSV_MAX_BYTES } from '../lib/csv-inspect.ts';
import { csvTable } from '../lib/csv-write.ts';
import { DomainError } from '../lib/errors.ts';
import { issuesQuery } from './forms.ts';
import {
  columnsPage,
  fieldsOf,
  ISSUES_PAGE_SIZE,
  importPage,
  importsPage,
  issuesPage,
  newImportPage,
} from './import-pages.ts';
import { importPaths } from './paths.ts';
import { previewImport } from './preview-import.ts';
import { receiveImport } from './receive-import.ts';
import { startImport } from './start-import.ts';

type WithId = { Params: { id: string } };

const staff = { config: { access: 'staff' } } as const;
const MEGABYTES = CSV_MAX_BYTES / 1024 / 1024;
/** What the form around the file may take at most, and about what it takes. */
const FORM_OVERHEAD = 64 * 1024;
const FORM_FRAME = 1024;
const EXAMPLES = 3;

/** Upload, choose columns, check, confirm, result. Each step is a page; only the last writes to the register. */
export async function registerImportRoutes(app: FastifyInstance, deps: Deps): Promise<void> {
  app.get(importPaths.list, staff, async (request, reply) => {
    const rows = await listImports(deps.db, request.staff.agencyId);
    const page = importsPage({ rows, mayImport: mayImport(request) });
    return reply.page('employers/imports', { ...page, zone: request.staff.timeZone });
  });

  app.get<{ Querystring: { kind?: string } }>(importPaths.create, staff, async (request, reply) => {
    requireRole(request, 'editor');
    return reply.page('employers/import-new', newImportPage(kindOf(request.query.kind), MEGABYTES));
  });

  const refuseUpload = (reply: FastifyReply, kind: ImportKind | null, errors: FieldError[], status = 422) =>
    reply.page('employers/import-new', { ...newImportPage(kind, MEGABYTES), errors }, { status });

  /** `announced` is the length of the whole form, or 0 when the browser did not say. */
  const tooLarge = (reply: FastifyReply, kind: ImportKind | null, announced: number) => {
    const bytes = announced - FORM_FRAME;
    const { message } =
      bytes > CSV_MAX_BYTES
        ? refusalIssue({ code: 'file_too_large', bytes, limit: CSV_MAX_BYTES })
        : tableIssues.issueAt(0, null, 'file_too_large', {
            megabytes: `more than ${MEGABYTES}`,
            limit: MEGABYTES,
          });
    return refuseUpload(reply, kind, [fieldError('file', message)], 413);
  };

  await registerUploads(app, { maxBytes: CSV_MAX_BYTES }, (scope) => {
    scope.post(importPaths.list, staff, async (request, reply) => {
      requireRole(request, 'editor');
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > CSV_MAX_BYTES + FORM_OVERHEAD) return tooLarge(reply, null, announced);
      const part = await request.file().catch((error: unknown) => {
        if (isTooLarge(error)) return undefined;
        throw error;
      });
      const given = part?.fields.kind;
      const kind = kindOf(given && 'value' in given ? given.value : undefined);
      const errors: FieldError[] = [];
      if (!kind) errors.push(fieldError('kind', 'Choose what the file holds'));
      if (!part?.filename) errors.push(fieldError('file', 'Choose a file'));
      if (!kind || !part || errors.length > 0) {
        part?.file.resume();
        return refuseUpload(reply, kind, errors);
      }
      const source = {
        agencyId: request.staff.agencyId,
        staffId: request.staff.id,
        filename: part.filename,
        stream: part.file,
      };
      try {
        const received =
          kind === 'credentials'
            ? await receiveCredentials(deps, source)
            : await receiveImport(deps, { ...source, kind });
        if (!received.ok)
          return await refuseUpload(reply, kind, [fieldError('file', placedMessage(received.issue))]);
        return await reply.redirect(importPaths.columns(received.importId), 303);
      } catch (error) {
        if (isTooLarge(error)) return tooLarge(reply, kind, announced);
        throw error;
      }
    });
  });

  app.get<WithId>('/staff/imports/:id/columns', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const record = await getImport(deps, request);
    requireOpen(record);
    return showColumns(reply, record, record.mapping);
  });

  const showColumns = async (
    reply: FastifyReply,
    record: ImportRecord,
    mapping: ColumnMapping,
    errors: FieldError[] = [],
  ) => {
    const guesses = record.headers ? await guessAgain(deps, record) : [];
    const page = columnsPage({ record, guesses, mapping });
    const view = record.headers ? 'employers/import-columns' : 'employers/import-json';
    return reply.page(view, { ...page, errors }, { status: errors.length > 0 ? 422 : 200 });
  };

  app.post<WithId>('/staff/imports/:id/columns', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const record = await getImport(deps, request);
    requireOpen(record);
    const { mapping, errors } = readMapping(record, request.body);
    if (errors.length > 0) return showColumns(reply, record, mapping, errors);
    const input = { importId: record.id, agencyId: record.agencyId, mapping };
    await (record.kind === 'credentials' ? previewCredentials : previewImport)(deps, input);
    return reply.redirect(importPaths.one(record.id), 303);
  });

  app.get<WithId>('/staff/imports/:id', staff, async (request, reply) => {
    const record = await getImport(deps, request);
    if (record.state === 'uploaded' && mayImport(request)) {
      return reply.redirect(importPaths.columns(record.id), 303);
    }
    const groups = await groupIssues(deps, record);
    const page = importPage({ record, groups, mayChange: mayImport(request), now: deps.clock.now() });
    return reply.page('employers/import-one', { ...page, zone: request.staff.timeZone });
  });

  app.post<WithId>('/staff/imports/:id/confirm', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const record = await getImport(deps, request);
    const input = { importId: record.id, agencyId: record.agencyId, staffId: request.staff.id };
    try {
      await startImport(deps, input);
      request.log.info({ importId: record.id }, 'import confirmed');
    } catch (error) {
      // Clicked twice, or before the file was checked: the page shows how the import stands and what is next.
      if (!(error instanceof DomainError) || error.code !== 'already_done') throw error;
    }
    return reply.redirect(importPaths.one(record.id), 303);
  });

  app.post<WithId>('/staff/imports/:id/cancel', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const { id, agencyId } = await getImport(deps, request);
    await discardImport(deps, { importId: id, agencyId, staffId: request.staff.id });
    return reply.redirect(importPaths.list, 303);
  });

  app.get<WithId>('/staff/imports/:id/issues', staff, async (request, reply) => {
    const record = await getImport(deps, request);
    const { code, page } = issuesQuery.parse(request.query);
    const issues = await listImportIssues(deps.db, record.id, {
      code: code ?? undefined,
      limit: ISSUES_PAGE_SIZE,
      offset: (page - 1) * ISSUES_PAGE_SIZE,
    });
    return reply.page('employers/import-issues', issuesPage({ record, code, page, issues }));
  });

  app.get<WithId>('/staff/imports/:id/issues.csv', staff, async (request, reply) => {
    const record = await getImport(deps, request);
    let text = '';
    const issues = await listImportIssues(deps.db, record.id, { limit: 100_000, offset: 0 });
    const headers = ['line', 'column', 'severity', 'code', 'message'];
    for await (const line of csvTable(headers, issues, (issue) => [
      issue.line,
      issue.column,
      issue.severity,
      issue.code,
      issue.message,
    ])) {
      text += line;
    }
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="import-${record.id}-issues.csv"`)
      .send(text);
  });
}

async function getImport(deps: Pick<Deps, 'db'>, request: FastifyRequest<WithId>): Promise<ImportRecord> {
  const record = await findImport(deps.db, request.staff.agencyId, parseId(request.params.id));
  if (!record) throw new DomainError('not_found');
  return record;
}

function requireOpen(record: ImportRecord): void {
  if (!isCheckable(record.state)) throw new DomainError('already_done');
}

function mayImport(request: FastifyRequest): boolean {
  return hasRole(request.staff.role, 'editor');
}

function kindOf(text: unknown): ImportKind | null {
  return IMPORT_KINDS.find((kind) => kind === text) ?? null;
}

function isTooLarge(error: unknown): boolean {
  if (error instanceof UploadTooLarge) return true;
  return error instanceof Error && 'code' in error && error.code === 'FST_REQ_FILE_TOO_LARGE';
}

async function guessAgain(deps: Pick<Deps, 'db' | 'config'>, record: ImportRecord) {
  const table = await inspectTable(await openUpload(deps.db, deps.config.dataDir, record));
  const samples = table.ok ? table.samples : [];
  return guessColumns(record.headers ?? [], samples, fieldsOf(record.kind));
}

/** The mapping that a form states: each field once, each needed field chosen. */
function readMapping(record: ImportRecord, body: unknown): { mapping: ColumnMapping; errors: FieldError[] } {
  const form = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const specs = fieldsOf(record.kind);
  const mapping: ColumnMapping = {};
  const columnOf = new Map<string, string>();
  const errors: FieldError[] = [];
  for (const [index, header] of (record.headers ?? []).entries()) {
    const name = `column-${index}`;
    const field = specs.find((spec) => spec.field === form[name]);
    mapping[String(index)] = field?.field ?? null;
    if (!field) continue;
    const other = columnOf.get(field.field);
    if (other !== undefined) {
      errors.push(
        fieldError(name, `“${field.label}” is chosen for “${other}” already: choose it for one column`),
      );
    }
    columnOf.set(field.field, header);
  }
  const missing = record.headers ? missingFields(mapping, specs) : [];
  for (const spec of missing) errors.push(fieldError('column-0', `Choose the column for “${spec.label}”`));
  return { mapping, errors };
}

async function groupIssues(deps: Pick<Deps, 'db'>, record: ImportRecord) {
  const counts = Object.entries(record.preview?.issueCounts ?? {});
  const groups = await Promise.all(
    counts.map(async ([code, count]) => ({
      code,
      count,
      examples: await listImportIssues(deps.db, record.id, { code, limit: EXAMPLES, offset: 0 }),
    })),
  );
  const isError = (group: (typeof groups)[number]) => group.examples[0]?.severity === 'error';
  return groups.sort((a, b) => Number(isError(b)) - Number(isError(a)) || b.count - a.count);
}
