import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiScope } from '../../src/agencies/types.ts';
import { pruneIdempotencyKeys } from '../../src/api/answer-once.ts';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { confirmDecision } from '../../src/approvals/confirm-decision.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { auditEvents } from '../../src/db/schema/agencies.ts';
import { applications } from '../../src/db/schema/approvals.ts';
import { employers } from '../../src/db/schema/employers.ts';
import { idempotencyKeys } from '../../src/db/schema/events.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { createCredential, createEmployer, createWorld, type World } from '../support/evidence/world.ts';

let test: TestApp;
let world: World;
let keyId: number;
let key: string;
let strangerKey: string;
let list: { listId: number; cycleId: number };

const ALL: ApiScope[] = [
  'credentials:read',
  'counts:read',
  'evidence:read',
  'applications:write',
  'decisions:propose',
];

const makeKey = (of: World, scopes = ALL) =>
  createApiKey(test.deps, {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name: 'Workflow',
    scopes,
    days: 90,
  });

async function makeList(of: World, name: string) {
  const made = await createList(test.deps, {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name,
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  return made;
}

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  const stranger = await createWorld(test.deps.db);
  list = await makeList(world, 'Ours');
  await makeList(stranger, 'Theirs');
  ({ key, keyId } = await makeKey(world));
  strangerKey = (await makeKey(stranger)).key;
});
afterAll(() => test.close());

type Send = { idempotencyKey?: string | null; by?: string; type?: string; headers?: Record<string, string> };

function post(
  url: string,
  body: unknown,
  { idempotencyKey = randomUUID(), by = key, type, headers }: Send = {},
) {
  return test.app.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${by}`,
      'content-type': type ?? 'application/json',
      ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
      ...headers,
    },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const submit = (body: unknown, send?: Send) => post('/api/v1/applications', body, send);
const countOf = async (credentialId: number) =>
  (await test.deps.db.select().from(applications).where(eq(applications.credentialId, credentialId))).length;

describe('submitting an application', () => {
  it('makes it once, tells where it is, and says in the log that a key did it', async () => {
    const credentialId = await createCredential(test.deps.db);
    const made = await submit({ credential: credentialId, list: 'ours' });
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      state: 'submitted',
      list: { slug: 'ours' },
      cycle: { name: '2026' },
    });
    const read = await test.app.inject({
      url: String(made.headers.location),
      headers: { authorization: `Bearer ${key}` },
    });
    expect(read.json()).toEqual(made.json());
    const [logged] = await test.deps.db
      .select()
      .from(auditEvents)
      .where(
        sql`${auditEvents.action} = 'application.submitted' and ${auditEvents.subjectId} = ${made.json().id}`,
      );
    expect(logged).toMatchObject({ actorKind: 'api', actorId: keyId });
    const listed = await test.app.inject({
      url: '/api/v1/applications?list=ours&state=submitted',
      headers: { authorization: `Bearer ${key}` },
    });
    expect(listed.json().items).toContainEqual(made.json());
  });

  it('takes an employer on record as the applicant, and no other', async () => {
    const { db } = test.deps;
    const employerId = await createEmployer(db);
    const [{ legalName }] = (await db
      .select({ legalName: employers.legalName })
      .from(employers)
      .where(eq(employers.id, employerId))) as [{ legalName: string }];
    const applied = async (name: string) => {
      const credential = await createCredential(db);
      const made = await submit({ credential, list: 'ours', applicant: { kind: 'employers', name } });
      const [row] = await db.select().from(applications).where(eq(applications.credentialId, credential));
      return [made.statusCode, row?.applicantEmployerId ?? null, row?.applicantName ?? null];
    };
    expect(await applied(legalName.toLowerCase())).toEqual([201, employerId, legalName]);
    expect(await applied(`#${employerId}`)).toEqual([201, employerId, legalName]);
    expect(await applied('Nobody of that name')).toEqual([409, null, null]);
    expect(await applied('#999999')).toEqual([409, null, null]);
  });

  it.each([
    ['no body', {}, 'credential'],
    ['an unknown credential', { credential: 'nothing', list: 'ours' }, 'credential'],
    ['an unknown list', { credential: 1, list: 'nothing' }, 'list'],
    ["another agency's list", { credential: 1, list: 'theirs' }, 'list'],
    ['an unknown cycle', { credential: 1, list: 'ours', cycle: '1999' }, 'cycle'],
    ['a member too many', { credential: 1, list: 'ours', state: 'decided' }, 'state'],
    ['a list for a credential', { credential: ['a'], list: 'ours' }, 'credential'],
    ['a number without end', { credential: 1e300, list: 'ours' }, 'credential'],
    ['a negative id', { credential: -1, list: 'ours' }, 'credential'],
    [
      'an applicant of no kind',
      { credential: 1, list: 'ours', applicant: { kind: 'vendor', name: 'V' } },
      'applicant.kind',
    ],
  ])('refuses %s', async (_name, body, parameter) => {
    const credentialId = await createCredential(test.deps.db);
    const given =
      'credential' in body && body.credential === 1 ? { ...body, credential: credentialId } : body;
    const refused = await submit(given);
    expect(refused.statusCode).toBe(422);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect(refused.json()).toMatchObject({ code: 'bad_body', parameter });
    expect(await countOf(credentialId)).toBe(0);
  });

  it('refuses other kinds of body, and bodies without end', async () => {
    const form = await submit('credential=1&list=ours', { type: 'application/x-www-form-urlencoded' });
    expect([form.statusCode, form.json().title]).toEqual([415, 'Send JSON']);
    expect((await submit('<a/>', { type: 'application/xml' })).statusCode).toBe(415);
    expect((await submit('{"credential":1', {})).statusCode).toBe(400);
    expect((await submit('{"credential":"\\u0000","list":"ours"}')).statusCode).toBe(400);
    const huge = await submit({ credential: 'x'.repeat(70_000), list: 'ours' });
    expect([huge.statusCode, huge.json().code]).toEqual([413, 'payload_too_large']);
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect([400, 422]).toContain((await submit(`{"credential":${deep},"list":"ours"}`)).statusCode);
    expect((await submit('{"__proto__":{"list":"ours"},"credential":1}')).statusCode).toBe(422);
  });

  it('speaks to programs, in English, whatever the browser says', async () => {
    const headers = { 'accept-language': 'es' };
    const nobody = await test.app.inject({ url: '/api/v1/applications', headers });
    expect(nobody.json()).toMatchObject({ status: 401, title: 'A working API key is needed' });
    const nothing = await test.app.inject({
      url: '/api/v1/applications/999999',
      headers: { ...headers, authorization: `Bearer ${key}` },
    });
    expect(nothing.json()).toMatchObject({ status: 404, title: 'Nothing here', code: 'not_found' });
    expect(nobody.body + nothing.body).not.toMatch(/sign in|page|email|window/i);
  });

  it('needs the scope', async () => {
    const reader = (await makeKey(world, ['evidence:read'])).key;
    const refused = await submit({ credential: 1, list: 'ours' }, { by: reader });
    expect(refused.json()).toMatchObject({ status: 403, code: 'scope_missing' });
  });
});

describe('an Idempotency-Key', () => {
  it.each([[null], ['two words'], ['ü'.normalize('NFD')], ['x'.repeat(256)], ['']])(
    'has to be there: %s',
    async (idempotencyKey) => {
      const refused = await submit({ credential: 1, list: 'ours' }, { idempotencyKey });
      expect(refused.json()).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
    },
  );

  it('gives a repetition the first answer, byte for byte', async () => {
    const credentialId = await createCredential(test.deps.db);
    const idempotencyKey = randomUUID();
    const first = await submit({ credential: credentialId, list: 'ours' }, { idempotencyKey });
    await test.deps.db.execute(
      sql`update applications set state = 'in_review' where id = ${first.json().id}`,
    );
    // The same body, written differently.
    const again = await submit(`{ "list": "ours", "credential": ${credentialId} }`, { idempotencyKey });
    expect([again.statusCode, again.body, again.headers.location]).toEqual([
      201,
      first.body,
      first.headers.location,
    ]);
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await countOf(credentialId)).toBe(1);
  });

  it('keeps refusals too', async () => {
    const credentialId = await createCredential(test.deps.db);
    const idempotencyKey = randomUUID();
    await submit({ credential: credentialId, list: 'ours' });
    const refused = await submit({ credential: credentialId, list: 'ours' }, { idempotencyKey });
    expect(refused.json()).toMatchObject({ status: 409, code: 'already_submitted' });
    await test.deps.db.execute(sql`delete from applications where credential_id = ${credentialId}`);
    const again = await submit({ credential: credentialId, list: 'ours' }, { idempotencyKey });
    expect([again.statusCode, again.body]).toEqual([409, refused.body]);
    expect(await countOf(credentialId)).toBe(0);
  });

  it('belongs to one request, and to one API key', async () => {
    const [one, other] = [await createCredential(test.deps.db), await createCredential(test.deps.db)];
    const idempotencyKey = randomUUID();
    await submit({ credential: one, list: 'ours' }, { idempotencyKey });
    const reused = await submit({ credential: other, list: 'ours' }, { idempotencyKey });
    expect(reused.json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(await countOf(other)).toBe(0);
    const theirs = await submit({ credential: one, list: 'theirs' }, { idempotencyKey, by: strangerKey });
    expect(theirs.statusCode).toBe(201);
  });

  it('of many requests at once lets one do the work', async () => {
    const credentialId = await createCredential(test.deps.db);
    const idempotencyKey = randomUUID();
    const send = () => submit({ credential: credentialId, list: 'ours' }, { idempotencyKey });
    const answers = await Promise.all(Array.from({ length: 12 }, send));
    const codes = answers.map(({ statusCode }) => statusCode);
    expect(codes).toContain(201);
    expect(codes.every((code) => code === 201 || code === 409)).toBe(true);
    const waiting = answers.filter(({ statusCode }) => statusCode === 409);
    expect(waiting.every((answer) => answer.json().code === 'idempotency_in_flight')).toBe(true);
    expect(new Set(answers.filter(({ statusCode }) => statusCode === 201).map(({ body }) => body)).size).toBe(
      1,
    );
    expect(await countOf(credentialId)).toBe(1);
  });

  it('is told to be running, and is free again when its process is killed, with nothing done', async () => {
    const credentialId = await createCredential(test.deps.db);
    const idempotencyKey = randomUUID();
    const application = {
      agencyId: world.agency.id,
      staffId: world.staff[0].id,
      credentialId,
      ...pick(list),
    };
    const request = {
      apiKeyId: keyId,
      key: idempotencyKey,
      method: 'POST',
      path: '/api/v1/applications',
      body: {},
    };
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        'test/support/write-child.ts',
        test.databaseUrl,
        JSON.stringify({ request, application }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    const send = () => submit({ credential: credentialId, list: 'ours' }, { idempotencyKey });
    expect((await send()).json()).toMatchObject({ status: 409, code: 'idempotency_in_flight' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    // PostgreSQL lets go once it sees the connection end.
    await expect.poll(async () => (await send()).statusCode, { timeout: 10_000 }).toBe(201);
    expect(await countOf(credentialId)).toBe(1);
    expect((await send()).headers['idempotent-replayed']).toBe('true');
  }, 30_000);

  it('is forgotten after two days, not before one', async () => {
    const { db } = test.deps;
    const kept = async () => (await db.select().from(idempotencyKeys)).length;
    const before = await kept();
    await pruneIdempotencyKeys(db, new Date(test.clock.now().getTime() + 24 * 3600_000));
    expect(await kept()).toBe(before);
    await pruneIdempotencyKeys(db, new Date(test.clock.now().getTime() + 49 * 3600_000));
    expect(await kept()).toBe(0);
  });
});

describe('proposing a decision', () => {
  const propose = (id: number, body: unknown, send?: Send) =>
    post(`/api/v1/applications/${id}/decision-proposals`, body, send);
  const application = async () =>
    (await submit({ credential: await createCredential(test.deps.db), list: 'ours' })).json().id as number;

  it('waits for a second person, who is not who made the key', async () => {
    const id = await application();
    const proposed = await propose(id, { outcome: 'denied', reason: 'No demand in the region' });
    expect(proposed.statusCode).toBe(202);
    expect(proposed.json()).toMatchObject({ applicationId: id, outcome: 'denied', state: 'proposed' });
    const read = async () =>
      (
        await test.app.inject({
          url: `/api/v1/applications/${id}`,
          headers: { authorization: `Bearer ${key}` },
        })
      ).json();
    expect(await read()).toMatchObject({
      state: 'in_review',
      decision: null,
      proposal: { outcome: 'denied' },
    });
    const which = { agencyId: world.agency.id, applicationId: id, decisionId: proposed.json().id };
    await expect(confirmDecision(test.deps, { ...which, staffId: world.staff[0].id })).rejects.toMatchObject({
      code: 'needs_second_person',
    });
    await confirmDecision(test.deps, { ...which, staffId: world.staff[1].id });
    expect(await read()).toMatchObject({
      state: 'decided',
      decision: { decision: 'denied', reason: 'No demand in the region' },
      proposal: null,
    });
  });

  it('is refused where a person would be, with a code', async () => {
    const id = await application();
    expect((await propose(id, { outcome: 'approved', reason: 'x' })).json()).toMatchObject({
      status: 409,
      code: 'evidence_missing',
    });
    expect((await propose(id, { outcome: 'denied', reason: 'x' })).statusCode).toBe(202);
    expect((await propose(id, { outcome: 'deferred', reason: 'x' })).json()).toMatchObject({
      status: 409,
      code: 'already_proposed',
    });
  });

  it.each([
    ['nothing', {}, 'outcome'],
    ['no reason', { outcome: 'denied', reason: '  ' }, 'reason'],
    ['an unknown outcome', { outcome: 'maybe', reason: 'x' }, 'outcome'],
    ['a confirmation', { outcome: 'denied', reason: 'x', state: 'confirmed' }, 'state'],
    ['a book', { outcome: 'denied', reason: 'x'.repeat(4_001) }, 'reason'],
  ])('takes no %s', async (_name, body, parameter) => {
    expect((await propose(await application(), body)).json()).toMatchObject({ code: 'bad_body', parameter });
  });

  it("does not know another agency's application", async () => {
    const id = await application();
    const refused = await propose(id, { outcome: 'denied', reason: 'x' }, { by: strangerKey });
    expect(refused.json()).toMatchObject({ status: 404, code: 'not_found' });
    expect((await propose(999_999, { outcome: 'denied', reason: 'x' })).statusCode).toBe(404);
  });
});

function pick({ listId, cycleId }: { listId: number; cycleId: number }) {
  return { listId, cycleId };
}
