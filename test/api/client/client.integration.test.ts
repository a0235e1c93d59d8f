import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import createClient from 'openapi-fetch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiKey } from '../../../src/api/manage-keys.ts';
import { createList } from '../../../src/approvals/create-list.ts';
import { WYOMING } from '../../../src/evidence/presets.ts';
import { dispatchEvents } from '../../../src/webhooks/dispatch-events.ts';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { month } from '../../support/evidence/facts.ts';
import { employersSay } from '../../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../../support/evidence/world.ts';
import type { paths } from './openapi.d.ts';
import { writeTypes } from './write-types.ts';

let test: TestApp;
let world: World;
let credentialId: number;
let client: ReturnType<typeof createClient<paths>>;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  credentialId = await createCredential(test.deps.db);
  const staffId = world.staff[0].id;
  const made = await createList(test.deps, {
    agencyId: world.agency.id,
    staffId,
    name: 'Ours',
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  await employersSay(test.deps.db, world, credentialId, 3, month(0), { answeredAt: month(1) });
  const { key } = await createApiKey(test.deps, {
    agencyId: world.agency.id,
    staffId,
    name: 'Client',
    scopes: [
      'credentials:read',
      'counts:read',
      'evidence:read',
      'applications:write',
      'decisions:propose',
      'ballots:propose',
      'webhooks:manage',
    ],
    days: 90,
  });
  const baseUrl = await test.app.listen({ port: 0, host: '127.0.0.1' });
  client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
});
afterAll(() => test.close());

it('the types are those of the document that is served', async () => {
  const served = await test.app.inject('/api/v1/openapi.json');
  const kept = readFileSync(join(import.meta.dirname, 'openapi.d.ts'), 'utf8');
  // Biome keeps the file in its own form.
  const bare = (text: string) => text.replace(/[\s;,|'"()]/g, '');
  expect(bare(kept)).toBe(bare(writeTypes(served.json())));
});

it('a program goes the whole way: what there is, how far it is, apply, propose, follow', async () => {
  const lists = await client.GET('/api/v1/lists');
  const list = lists.data!.items[0]!;
  expect(list.cycles[0]!.name).toBe('2026');

  const credentials = await client.GET('/api/v1/credentials', { params: { query: { limit: 10 } } });
  const { slug } = credentials.data!.items.find(({ id }) => id === credentialId)!;

  const counted = await client.GET('/api/v1/credentials/{credential}/validation', {
    params: { path: { credential: slug }, query: { list: list.slug } },
  });
  expect(counted.data!.requirement.figures.bothYes).toBe(3);
  const many = await client.POST('/api/v1/validations', { body: { list: list.slug, credentials: [slug] } });
  expect(many.data!.items[0]!.requirement).toEqual(counted.data!.requirement);

  const submitted = await client.POST('/api/v1/applications', {
    params: { header: { 'Idempotency-Key': 'first' } },
    body: { credential: slug, list: list.slug },
  });
  expect(submitted.response.status).toBe(201);
  const { id } = submitted.data!;
  const proposed = await client.POST('/api/v1/applications/{id}/decision-proposals', {
    params: { path: { id }, header: { 'Idempotency-Key': 'second' } },
    body: { outcome: 'deferred', reason: 'Seven employers are missing' },
  });
  expect(proposed.data!.state).toBe('proposed');

  const [voter] = await test.deps.sql<{ email: string }[]>`select email from contacts order by id limit 1`;
  const ballot = await client.POST('/api/v1/applications/{id}/ballot-proposals', {
    params: { path: { id }, header: { 'Idempotency-Key': 'third' } },
    body: {
      body: 'Employers of the trade',
      closesOn: '2026-12-31',
      voters: { answered: false, addresses: [voter!.email] },
    },
  });
  expect(ballot.data).toMatchObject({ state: 'proposed', turnout: { voters: 1 }, counts: null });
  const ballots = await client.GET('/api/v1/ballots', { params: { query: { credential: slug } } });
  expect(ballots.data!.items).toEqual([ballot.data]);

  await dispatchEvents(test.deps);
  const changes = await client.GET('/api/v1/changes', {
    params: { query: { type: 'application.submitted' } },
  });
  expect(changes.data!.items.map(({ data }) => data.links.application)).toEqual([
    `/api/v1/applications/${id}`,
  ]);
});

it('a program has itself told, and looks after it', async () => {
  const header = (name: string) => ({ 'Idempotency-Key': name });
  const made = await client.POST('/api/v1/webhook-endpoints', {
    params: { header: header('hook') },
    body: { name: 'Workflow', url: 'https://workflow.example/hooks', eventTypes: ['requirement.met'] },
  });
  expect(made.data!.secret).toMatch(/^whsec_/);
  const { id } = made.data!;
  const path = { id };
  const paused = await client.POST('/api/v1/webhook-endpoints/{id}/pause', {
    params: { path, header: header('pause') },
  });
  expect(paused.data!.state).toBe('paused');
  const log = await client.GET('/api/v1/webhook-endpoints/{id}/deliveries', { params: { path } });
  expect(log.data!.items).toEqual([]);
  const gone = await client.DELETE('/api/v1/webhook-endpoints/{id}', {
    params: { path, header: header('delete') },
  });
  expect(gone.response.status).toBe(204);
  expect((await client.GET('/api/v1/webhook-endpoints')).data!.items).toEqual([]);
});

it('a refusal comes typed', async () => {
  const refused = await client.GET('/api/v1/applications/{id}', { params: { path: { id: 999_999 } } });
  expect(refused.data).toBeUndefined();
  expect(refused.error?.code).toBe('not_found');
});
