import { createHash } from 'node:crypto';
import { dereference, validate } from '@readme/openapi-parser';
import { eq } from 'drizzle-orm';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiScope } from '../../src/agencies/types.ts';
import { createKeyUsage, USAGE_MS } from '../../src/api/key-usage.ts';
import { createApiKey, revokeApiKey } from '../../src/api/manage-keys.ts';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { apiKeys } from '../../src/db/schema/agencies.ts';
import { credentials } from '../../src/db/schema/credentials.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { sealedFileSchema } from '../../src/evidence/rules/packet.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { decideByTwo } from '../support/approvals.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';
import { signInAs } from '../support/sign-in.ts';

type Document = {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
};

let test: TestApp;
let world: World;
let key: string;
let strangerKey: string;
let document: Document;
let slug: string;
let credentialId: number;
let applicationId: number;
let frozen: { snapshotId: number; sha256: string; approvalRecordId: number };

const ALL: ApiScope[] = ['credentials:read', 'counts:read', 'evidence:read'];

async function makeKey(of: World, scopes: ApiScope[] = ALL, days = 90) {
  const made = await createApiKey(test.deps, {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name: 'Test',
    scopes,
    days,
  });
  return made;
}

async function makeList(of: World, name: string, isPublic = false) {
  const made = await createList(test.deps, {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name,
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    isPublic,
  });
  if (!made.ok) throw new Error(made.reason);
  return made;
}

const ada = () => ({ agencyId: world.agency.id, staffId: world.staff[0].id });
const ben = () => ({ agencyId: world.agency.id, staffId: world.staff[1].id });

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  const { db } = test.deps;
  world = await createWorld(db);
  const stranger = await createWorld(db);
  for (let index = 0; index < 5; index += 1) await createCredential(db);
  credentialId = await createCredential(db);
  const [row] = await db.select().from(credentials).where(eq(credentials.id, credentialId));
  slug = row!.slug;
  const list = await makeList(world, 'Ours');
  await makeList(stranger, 'Theirs');
  await makeList(stranger, 'Public one', true);
  const submitted = await submitApplication(test.deps, { ...ada(), ...list, credentialId });
  if (!submitted.ok) throw new Error(submitted.reason);
  applicationId = submitted.applicationId;
  await employersSay(db, world, credentialId, 10, month(0), { answeredAt: month(1) });
  await employersSay(db, world, credentialId, 3, month(0), null);
  const { freezeRequestId } = await requestFreeze(test.deps, { ...ada(), applicationId, note: '' });
  const confirmed = await confirmFreeze(test.deps, { ...ben(), applicationId, freezeRequestId });
  if (!confirmed.ok) throw new Error(confirmed.reason);
  frozen = confirmed;
  key = (await makeKey(world)).key;
  strangerKey = (await makeKey(stranger)).key;
  const served = await test.app.inject('/api/v1/openapi.json');
  document = (await dereference(served.json())) as unknown as Document;
});
afterAll(() => test.close());

function get(url: string, headers: Record<string, string> = {}, by = key): Promise<LightMyRequestResponse> {
  return test.app.inject({ url, headers: { authorization: `Bearer ${by}`, ...headers } });
}

/** The answer keeps what the document says of this path and status. */
async function conforming(url: string, path: string, by = key): Promise<LightMyRequestResponse> {
  const answer = await get(url, {}, by);
  const described = document.paths[path]?.get?.responses[String(answer.statusCode)];
  if (!described) throw new Error(`${path} does not describe ${answer.statusCode}: ${answer.body}`);
  const type = String(answer.headers['content-type']).split(';')[0]!;
  const schema = described.content?.[type]?.schema;
  if (!schema) throw new Error(`${path} does not describe ${type} for ${answer.statusCode}`);
  z.fromJSONSchema(schema as never).parse(answer.json());
  return answer;
}

describe('the OpenAPI document', () => {
  it('is valid, served to anybody, and cached by its tag', async () => {
    const served = await test.app.inject('/api/v1/openapi.json');
    expect(served.statusCode).toBe(200);
    expect(served.json().openapi).toBe('3.1.0');
    const result = await validate(served.json());
    expect(result).toMatchObject({ valid: true });
    const again = await test.app.inject({
      url: '/api/v1/openapi.json',
      headers: { 'if-none-match': String(served.headers.etag) },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('describes every route of the API and no other', () => {
    const routes = test.app.routeTable
      .filter(({ method, access }) => method !== 'HEAD' && access === 'api')
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toEqual(described.sort());
  });
});

describe('answers', () => {
  it('tell all credentials, page by page, each once', async () => {
    const seen: string[] = [];
    let url: string | null = '/api/v1/credentials?limit=2';
    while (url) {
      const page: { items: { slug: string }[]; nextCursor: string | null } = (
        await conforming(url, '/api/v1/credentials')
      ).json();
      seen.push(...page.items.map((item) => item.slug));
      url = page.nextCursor ? `/api/v1/credentials?limit=2&cursor=${page.nextCursor}` : null;
    }
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });

  it('tell one credential by slug and by id', async () => {
    const bySlug = await conforming(`/api/v1/credentials/${slug}`, '/api/v1/credentials/{credential}');
    const byId = await conforming(`/api/v1/credentials/${credentialId}`, '/api/v1/credentials/{credential}');
    expect(byId.json()).toEqual(bySlug.json());
    expect(bySlug.json().links.validation).toBe(`/api/v1/credentials/${slug}/validation`);
  });

  const validation = '/api/v1/credentials/{credential}/validation';

  it('tell the live count, provisional, with denominators and the frozen record', async () => {
    const answer = await conforming(`/api/v1/credentials/${slug}/validation?list=ours`, validation);
    expect(answer.json()).toMatchObject({
      status: 'provisional',
      asOf: month(2).toISOString(),
      requirement: {
        status: 'met',
        required: 10,
        shortfall: 0,
        figures: { asked: 13, delivered: 13, answered: 10, bothYes: 10, no: 0 },
        expiring: { on: month(25).toISOString(), fallsTo: 0 },
      },
      frozen: { approvalRecordId: frozen.approvalRecordId, sha256: frozen.sha256, requirementStatus: 'met' },
    });
  });

  it('replay the past', async () => {
    const before = await conforming(
      `/api/v1/credentials/${slug}/validation?list=ours&asOf=2026-01-15`,
      validation,
    );
    expect(before.json()).toMatchObject({
      asOf: '2026-01-15T00:00:00.000Z',
      requirement: { status: 'short', shortfall: 10, figures: { asked: 13, answered: 0 } },
    });
    const then = encodeURIComponent('2026-02-01T05:00:00-07:00');
    const at = await conforming(`/api/v1/credentials/${slug}/validation?list=ours&asOf=${then}`, validation);
    expect(at.json()).toMatchObject({ asOf: month(1).toISOString(), requirement: { status: 'met' } });
  });

  it("serve another agency under a public list, without this agency's records", async () => {
    const answer = await conforming(`/api/v1/credentials/${slug}/validation?list=public-one`, validation);
    expect(answer.json()).toMatchObject({ requirement: { status: 'met' }, frozen: null });
  });

  it('tell approval records, which name frozen evidence', async () => {
    const page = await conforming('/api/v1/approval-records?list=ours', '/api/v1/approval-records');
    expect(page.json()).toMatchObject({
      items: [{ id: frozen.approvalRecordId, decision: null }],
      nextCursor: null,
    });
    const one = await conforming(
      `/api/v1/approval-records/${frozen.approvalRecordId}`,
      '/api/v1/approval-records/{id}',
    );
    expect(one.json()).toEqual(page.json().items[0]);
    await decideByTwo(
      test.deps,
      { agencyId: ben().agencyId, staffIds: [ada().staffId, ben().staffId] },
      applicationId,
      { outcome: 'approved' },
    );
    const decided = await conforming(one.json().links.self, '/api/v1/approval-records/{id}');
    expect(decided.json()).toMatchObject({
      application: { state: 'decided' },
      decision: { decision: 'approved', reason: 'Met' },
    });
  });

  it('give the frozen packet byte for byte, and it verifies', async () => {
    const answer = await conforming(`/api/v1/evidence/${frozen.snapshotId}`, '/api/v1/evidence/{id}');
    expect(answer.headers.etag).toBe(`"${frozen.sha256}"`);
    expect(answer.headers['cache-control']).toContain('immutable');
    const digest = createHash('sha256').update(answer.rawPayload).digest('base64');
    expect(answer.headers['repr-digest']).toBe(`sha-256=:${digest}:`);
    expect(verifyPacket(answer.rawPayload, frozen.sha256).ok).toBe(true);
    expect(sealedFileSchema.parse(answer.json()).packet.credential.slug).toBe(slug);
  });
});

describe('conditions', () => {
  it.each([
    ['a page', () => '/api/v1/credentials'],
    ['a credential', () => `/api/v1/credentials/${slug}`],
    ['a count in the past', () => `/api/v1/credentials/${slug}/validation?list=ours&asOf=2026-02-02`],
    ['approval records', () => '/api/v1/approval-records'],
    ['a packet', () => `/api/v1/evidence/${frozen.snapshotId}`],
  ])('%s: 304 for a strong tag', async (_name, url) => {
    const first = await get(url());
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^"/);
    const second = await get(url(), { 'if-none-match': etag });
    expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, '', etag]);
    expect((await get(url(), { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('a live count keeps its weak tag while only time passes, and changes it with an answer', async () => {
    const url = `/api/v1/credentials/${slug}/validation?list=ours`;
    const etag = String((await get(url)).headers.etag);
    expect(etag).toMatch(/^W\//);
    test.clock.advance(60_000);
    expect((await get(url, { 'if-none-match': etag })).statusCode).toBe(304);
    await employersSay(test.deps.db, world, credentialId, 1, month(0), { answeredAt: month(1.9) });
    expect((await get(url, { 'if-none-match': etag })).statusCode).toBe(200);
  });
});

describe('refusals are problems', () => {
  const problem = async (url: string, headers: Record<string, string> = {}, by = key) => {
    const answer = await get(url, headers, by);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['cache-control']).toBe('no-store');
    return answer.json();
  };
  const counted = (query: string) => `/api/v1/credentials/${slug}/validation${query}`;

  it.each([
    ['?list=ours&asOf=yesterday', 'asOf'],
    ['?list=ours&asOf=2026-02-30', 'asOf'],
    ['?list=ours&asOf=2026-01-01T00:00:00', 'asOf'],
    ['?list=ours&asOf=2027-01-01', 'asOf'],
    ['?list=ours&asOf=', 'asOf'],
    ['?list=ours&list=ours', 'list'],
    ['', 'list'],
    ['?list=nothing', 'list'],
    ['?list=theirs', 'list'],
    ['?list=ours&asof=2026-01-01', 'asof'],
  ])('validation%s names %s', async (query, parameter) => {
    expect(await problem(counted(query))).toMatchObject({ status: 422, code: 'bad_parameter', parameter });
  });

  it.each([
    ['/api/v1/credentials?cursor=zzz', 'cursor'],
    ['/api/v1/credentials?limit=0', 'limit'],
    ['/api/v1/credentials?limit=501', 'limit'],
    ['/api/v1/credentials?limit=x', 'limit'],
    ['/api/v1/approval-records?superseded=maybe', 'superseded'],
    ['/api/v1/approval-records?list=theirs', 'list'],
  ])('%s names %s', async (url, parameter) => {
    expect(await problem(url)).toMatchObject({ status: 422, parameter });
  });

  it.each([
    ['/api/v1/credentials/none'],
    ['/api/v1/credentials/none/validation?list=ours'],
    ['/api/v1/approval-records/999999'],
    ['/api/v1/approval-records/abc'],
    ['/api/v1/evidence/0'],
    ['/api/v1/nothing'],
  ])('%s is 404', async (url) => {
    expect(await problem(url)).toMatchObject({ status: 404 });
  });

  it("another agency's records and packets are not found", async () => {
    expect(await problem(`/api/v1/evidence/${frozen.snapshotId}`, {}, strangerKey)).toMatchObject({
      status: 404,
    });
    expect(
      await problem(`/api/v1/approval-records/${frozen.approvalRecordId}`, {}, strangerKey),
    ).toMatchObject({
      status: 404,
    });
    expect((await get('/api/v1/approval-records', {}, strangerKey)).json().items).toEqual([]);
    expect(await problem(counted('?list=ours'), {}, strangerKey)).toMatchObject({
      status: 422,
      parameter: 'list',
    });
  });

  it('a key that is missing, mistyped, revoked or expired is 401', async () => {
    expect(await problem('/api/v1/credentials', { authorization: '' })).toMatchObject({ status: 401 });
    expect(await problem('/api/v1/credentials', {}, `${key}x`)).toMatchObject({ status: 401 });
    const revoked = await makeKey(world);
    expect((await get('/api/v1/credentials', {}, revoked.key)).statusCode).toBe(200);
    await revokeApiKey(test.deps, { ...ada(), keyId: revoked.keyId });
    const refused = await get('/api/v1/credentials', {}, revoked.key);
    expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([
      401,
      'Bearer realm="countersign"',
    ]);
    expect((await get('/api/v1/credentials', {}, (await makeKey(world, ALL, -1)).key)).statusCode).toBe(401);
  });

  it('a key without the scope is 403', async () => {
    const narrow = (await makeKey(world, ['credentials:read'])).key;
    expect((await get('/api/v1/credentials', {}, narrow)).statusCode).toBe(200);
    for (const url of [
      counted('?list=ours'),
      '/api/v1/approval-records',
      `/api/v1/evidence/${frozen.snapshotId}`,
    ]) {
      expect(await problem(url, {}, narrow)).toMatchObject({ status: 403, code: 'scope_missing' });
    }
  });

  it('nothing can be written', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const answer = await test.app.inject({
        method,
        url: '/api/v1/credentials',
        headers: { authorization: `Bearer ${key}` },
      });
      expect(answer.statusCode).toBe(404);
    }
  });
});

describe('keys', () => {
  it('are stored as a hash, and their last use is written apart, once a minute', async () => {
    const made = await makeKey(world);
    const stored = async () => {
      const [row] = await test.deps.db.select().from(apiKeys).where(eq(apiKeys.id, made.keyId));
      return row!;
    };
    expect(JSON.stringify(await stored())).not.toContain(made.key.slice(12));
    const usage = createKeyUsage(test.deps);
    const start = test.clock.now();
    usage.note(made.keyId, start);
    expect((await stored()).lastUsedAt).toBeNull();
    await usage.flush();
    expect((await stored()).lastUsedAt).toEqual(start);
    usage.note(made.keyId, new Date(start.getTime() + USAGE_MS - 1));
    await usage.flush();
    expect((await stored()).lastUsedAt).toEqual(start);
    const later = new Date(start.getTime() + USAGE_MS);
    usage.note(made.keyId, later);
    await usage.flush();
    expect((await stored()).lastUsedAt).toEqual(later);
  });

  it('are made and revoked by an administrator, shown once, and seen by their agency alone', async () => {
    const admin = await signInAs(test, world.staff[0].id);
    expect((await admin.post('/staff/api-keys', { name: '' })).body).toContain('Enter what the key is for');
    const made = await admin.post('/staff/api-keys', {
      name: 'Approval workflow',
      scopes: ['counts:read', 'evidence:read'],
      days: '365',
    });
    expect(made.statusCode).toBe(200);
    expect(made.headers['cache-control']).toBe('no-store');
    const shown = /csk_[A-Za-z0-9_-]{49}/.exec(made.body)![0];
    expect((await get('/api/v1/approval-records', {}, shown)).statusCode).toBe(200);
    expect((await get('/api/v1/credentials', {}, shown)).statusCode).toBe(403);
    const listed = await admin.get('/staff/api-keys');
    expect(listed.body).toContain('Approval workflow');
    expect(listed.body).not.toContain(shown);
    const revoke = /action="(\/staff\/api-keys\/\d+\/revoke)"/.exec(listed.body)![1]!;
    expect((await admin.post(revoke)).statusCode).toBe(303);
    expect((await admin.post(revoke)).statusCode).toBe(404);
    expect((await get('/api/v1/approval-records', {}, shown)).statusCode).toBe(401);
  });
});
