import fastifyFactory from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentPath } from '../../src/documents/paths.ts';
import { DOCUMENT_UPLOAD, readDocumentForm } from '../../src/documents/read-form.ts';
import { removeDocument } from '../../src/documents/remove-document.ts';
import { checkDocument } from '../../src/documents/rules.ts';
import { commitmentOf, storeDocument } from '../../src/documents/store-document.ts';
import type { UploadedFile } from '../../src/documents/types.ts';
import { registerUploads } from '../../src/http/uploads.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';
import { pdf } from './files.ts';
import { multipart } from './multipart.ts';

let test: TestApp;
let agencyId: number;
let staffId: number;
let own: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  agencyId = (await makeAgency(test)).id;
  staffId = (await makeStaff(test, agencyId, 'viewer')).id;
  own = await signInAs(test, staffId);
  stranger = await signInAs(test, (await makeStaff(test, (await makeAgency(test)).id)).id);
});
afterAll(() => test.close());

async function store(file: UploadedFile) {
  const { db, clock } = test.deps;
  const stored = await db.transaction((tx) =>
    storeDocument(tx, { agencyId, staffId, file, now: clock.now() }),
  );
  if (!stored.ok) throw new Error(stored.reason);
  return stored.document;
}

describe('a stored document', () => {
  it('is downloaded by its agency only, as an attachment that no browser runs', async () => {
    const { id, sha256 } = await store({ name: 'Brief "Müller" 100%.pdf', content: pdf() });
    const reply = await own.get(documentPath(id));
    expect(reply.statusCode).toBe(200);
    expect(reply.rawPayload.equals(pdf())).toBe(true);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/pdf',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'content-disposition': `attachment; filename="Brief _M_ller_ 100_.pdf"; filename*=UTF-8''Brief%20_M%C3%BCller_%20100_.pdf`,
      etag: `"${sha256}"`,
    });
    expect((await stranger.get(documentPath(id))).statusCode).toBe(404);
    const nobody = await test.app.inject({ url: documentPath(id) });
    expect([nobody.statusCode, nobody.headers.location]).toEqual([
      303,
      `/staff/sign-in?next=${encodeURIComponent(documentPath(id))}`,
    ]);
    expect((await own.get('/staff/documents/0')).statusCode).toBe(404);
    expect((await own.get('/staff/documents/987654321')).statusCode).toBe(404);
  });

  it('is in the log by a commitment that only its salt ties to it', async () => {
    const document = await store({ name: 'letter.pdf', content: pdf('logged') });
    const [row] = await test.deps
      .sql`select salt, sha256, commitment from documents where id = ${document.id}`;
    expect(row!.commitment).toBe(commitmentOf(row!.salt, row!.sha256));
    const [event] = await test.deps.sql`select actor_id, details from audit_events
      where action = 'document.added' and subject_id = ${document.id}`;
    expect(event).toEqual({
      actor_id: staffId,
      details: { commitment: document.commitment, mediaType: 'application/pdf', bytes: document.bytes },
    });
    const again = await store({ name: 'letter.pdf', content: pdf('logged') });
    expect([again.sha256, again.commitment === document.commitment]).toEqual([document.sha256, false]);
  });

  it('is never changed; its content can be taken away once and the rest stays', async () => {
    const { id, commitment, sha256 } = await store({ name: 'letter.pdf', content: pdf() });
    const { db, sql, clock } = test.deps;
    await expect(sql`update documents set name = 'x' where id = ${id}`).rejects.toThrow('never changed');
    await expect(sql`delete from documents where id = ${id}`).rejects.toThrow('never changed');
    const remove = () =>
      db.transaction((tx) => removeDocument(tx, { agencyId, documentId: id, staffId, now: clock.now() }));
    expect(await remove()).toBe(true);
    expect(await remove()).toBe(false);
    expect((await own.get(documentPath(id))).statusCode).toBe(410);
    const [row] = await sql`select name, sha256, content, salt, commitment from documents where id = ${id}`;
    expect(row).toEqual({ name: '', sha256, content: null, salt: row!.salt, commitment });
    expect(commitmentOf(row!.salt, row!.sha256)).toBe(commitment);
  });
});

describe('a form with a file', () => {
  it('gives fields and file, however large, empty or hostile the file is', async () => {
    const app = fastifyFactory();
    registerUploads(app, DOCUMENT_UPLOAD, (scope) => {
      scope.post('/', async (request) => {
        const { body, file } = await readDocumentForm(request);
        const checked = checkDocument(file);
        return { body, outcome: checked.ok ? checked.name : checked.reason };
      });
    });
    const send = async (fields: [string, string][], file: UploadedFile | null) =>
      (await app.inject({ method: 'POST', url: '/', ...multipart(fields, file) })).json();
    expect(
      await send(
        [
          ['a', '1'],
          ['b', 'x'],
          ['b', 'y'],
        ],
        { name: 'l.pdf', content: pdf() },
      ),
    ).toEqual({
      body: { a: '1', b: ['x', 'y'] },
      outcome: 'l.pdf',
    });
    const after = { name: 'l.pdf', content: Buffer.concat([pdf(), Buffer.alloc(11 * 1024 * 1024)]) };
    expect(await send([['a', 'kept']], after)).toEqual({ body: { a: 'kept' }, outcome: 'too_large' });
    expect(await send([], { name: '', content: Buffer.alloc(0) })).toEqual({ body: {}, outcome: 'missing' });
    expect(await send([], null)).toEqual({ body: {}, outcome: 'missing' });
    await app.close();
  });
});
