import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { webhookDeliveries, webhookEndpoints } from '../../src/db/schema/webhooks.ts';
import { publishEvent } from '../../src/events/publish-event.ts';
import type { EventType } from '../../src/events/types.ts';
import { deliverDue } from '../../src/webhooks/deliver-due.ts';
import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import { createEndpoint, deleteEndpoint } from '../../src/webhooks/manage-endpoints.ts';
import { MAX_ATTEMPTS, MAX_ENDPOINTS, MAX_PAYLOAD_BYTES } from '../../src/webhooks/rules.ts';
import { deliveryPageSchema, endpointWithSecretSchema, messageSchema } from '../../src/webhooks/schemas.ts';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

type Received = { path: string; headers: IncomingHttpHeaders; body: string };

const HOUR = 3600_000;

let test: TestApp;
let receiver: Server;
let base: string;
let received: Received[] = [];
/** What the receiver answers, by path. */
let answers: Record<string, { status: number; headers?: Record<string, string> }> = {};
let agencyId: number;
let staffId: number;
let admin: StaffBrowser;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url!, headers: request.headers, body });
      const { status, headers } = answers[request.url!] ?? { status: 204 };
      response.writeHead(status, headers).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  // The reference library compares with the real time.
  test = await createTestApp({
    clock: createTestClock(new Date()),
    settings: { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1', PUBLIC_URL: 'https://countersign.example' },
  });
  agencyId = (await makeAgency(test)).id;
  staffId = (await makeStaff(test, agencyId)).id;
  admin = await signInAs(test, staffId);
});
afterAll(async () => {
  receiver.close();
  await test.close();
});
afterEach(async () => {
  received = [];
  answers = {};
  test.clock.set(new Date());
  await test.deps.db.update(webhookDeliveries).set({
    state: 'cancelled',
    finishedAt: test.clock.now(),
    claimedBy: null,
    leaseUntil: null,
  });
  await test.deps.db
    .update(webhookEndpoints)
    .set({ state: 'deleted', disabledReason: 'by_staff', disabledAt: test.clock.now() });
});

const endpoint = (
  path: string,
  eventTypes: readonly ('decision.made' | 'snapshot.frozen')[] = ['decision.made'],
) => createEndpoint(test.deps, { agencyId, staffId, name: `For ${path}`, url: `${base}${path}`, eventTypes });

async function happen(n = 1, type: EventType = 'decision.made', of = agencyId): Promise<void> {
  await publishEvent(test.deps.db, {
    agencyId: of,
    type,
    at: test.clock.now(),
    data: { applicationId: n, credential: 'cna', list: 'unified', decision: 'approved' },
  });
  await dispatchEvents(test.deps);
}

const stateOf = async (endpointId: number) => {
  const rows = await test.deps.db
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.endpointId, endpointId))
    .orderBy(webhookDeliveries.id);
  return rows.map(({ state, attempts }) => `${state} ${attempts}`);
};

describe('a webhook', () => {
  it('tells once who asked for its kind, signed, thin, with where to read on', async () => {
    const { endpointId, secret } = await endpoint('/a');
    const other = await endpoint('/b', ['snapshot.frozen']);
    await happen(41);
    await happen(42, 'counts.changed');
    await dispatchEvents(test.deps);
    await Promise.all([deliverDue(test.deps), deliverDue(test.deps)]);
    await deliverDue(test.deps);
    expect(received.map(({ path }) => path)).toEqual(['/a']);
    const [{ body, headers }] = received as [Received];
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(verified).toMatchObject({
      type: 'decision.made',
      data: {
        applicationId: 41,
        decision: 'approved',
        links: { application: 'https://countersign.example/api/v1/applications/41' },
      },
    });
    expect(headers['content-type']).toBe('application/json');
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_PAYLOAD_BYTES / 10);
    expect(await stateOf(endpointId)).toEqual(['delivered 1']);
    expect(await stateOf(other.endpointId)).toEqual([]);
  });

  it('has at most nineteen others beside it, in the console and by the API', async () => {
    for (let n = 1; n < MAX_ENDPOINTS; n++) await endpoint(`/${n}`);
    const fields = { name: 'One more', url: `${base}/more`, eventTypes: ['decision.made'] };
    const both = await Promise.all([
      admin.post('/staff/webhooks', fields),
      admin.post('/staff/webhooks', fields),
    ]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    const refused = await admin.post('/staff/webhooks', fields);
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('Delete one that is no longer used');
    const { key } = await createApiKey(test.deps, {
      agencyId,
      staffId,
      name: 'For endpoints',
      scopes: ['webhooks:manage'],
      days: 30,
    });
    const byKey = await test.app.inject({
      method: 'POST',
      url: '/api/v1/webhook-endpoints',
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() },
      payload: fields,
    });
    expect(byKey.statusCode).toBe(409);
    expect(byKey.json()).toMatchObject({ code: 'too_many_endpoints' });
    const [first] = await test.deps.db
      .select({ id: webhookEndpoints.id })
      .from(webhookEndpoints)
      .where(eq(webhookEndpoints.state, 'active'));
    await deleteEndpoint(test.deps, { agencyId, staffId, endpointId: first!.id });
    expect((await admin.post('/staff/webhooks', fields)).statusCode).toBe(200);
  });

  it('is not told to another agency', async () => {
    await endpoint('/ours');
    const theirs = await makeAgency(test);
    await happen(1, 'decision.made', theirs.id);
    await deliverDue(test.deps);
    expect(received).toEqual([]);
  });

  it('is tried ten times over three days with one id and one body, then given up', async () => {
    const { endpointId } = await endpoint('/broken');
    answers['/broken'] = { status: 500 };
    await happen();
    const start = test.clock.now().getTime();
    let last = start;
    for (let hours = 0; hours < 120; hours += 0.25) {
      test.clock.set(new Date(start + hours * HOUR));
      const before = received.length;
      await deliverDue(test.deps);
      if (received.length > before) last = test.clock.now().getTime();
    }
    expect(received).toHaveLength(MAX_ATTEMPTS);
    expect((last - start) / HOUR).toBeGreaterThan(60);
    expect((last - start) / HOUR).toBeLessThan(92);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(await stateOf(endpointId)).toEqual([`failed ${MAX_ATTEMPTS}`]);
    const page = await admin.get(`/staff/webhooks/${endpointId}`);
    // The clock ran on, and the session with it.
    expect(page.statusCode).toBe(303);
  });

  it('a redirect is a failure and is not followed', async () => {
    const { endpointId } = await endpoint('/moved');
    answers['/moved'] = { status: 307, headers: { location: `${base}/elsewhere` } };
    await happen();
    await deliverDue(test.deps);
    expect(received.map(({ path }) => path)).toEqual(['/moved']);
    expect(await stateOf(endpointId)).toEqual(['waiting 1']);
  });

  it('waits as long as the receiver asks, and its other messages with it', async () => {
    await endpoint('/busy');
    answers['/busy'] = { status: 429, headers: { 'retry-after': '7200' } };
    await happen(1);
    await deliverDue(test.deps);
    await happen(2);
    await deliverDue(test.deps);
    answers = {};
    const so_far = received.length;
    test.clock.advance(1.9 * HOUR);
    await deliverDue(test.deps);
    expect(received).toHaveLength(so_far);
    test.clock.advance(0.2 * HOUR);
    await deliverDue(test.deps);
    expect(received).toHaveLength(so_far + 2);
  });

  it('410 switches the endpoint off with all that waits', async () => {
    const { endpointId } = await endpoint('/gone');
    answers['/gone'] = { status: 410 };
    await happen(1);
    await happen(2);
    await deliverDue(test.deps);
    await happen(3);
    await deliverDue(test.deps);
    const states = await stateOf(endpointId);
    expect(states).toHaveLength(2);
    expect(states.every((state) => state.startsWith('cancelled'))).toBe(true);
    const [row] = await test.deps.db
      .select()
      .from(webhookEndpoints)
      .where(eq(webhookEndpoints.id, endpointId));
    expect(row).toMatchObject({ state: 'disabled', disabledReason: 'gone' });
  });

  it('a slow or broken receiver does not hold up another', async () => {
    await endpoint('/stuck');
    await endpoint('/fine');
    answers['/stuck'] = { status: 503, headers: { 'retry-after': '60' } };
    for (let n = 0; n < 12; n += 1) await happen(n);
    await deliverDue(test.deps);
    expect(received.filter(({ path }) => path === '/fine')).toHaveLength(12);
  });

  it('what a killed worker had taken is sent again by the next, once its time is over', async () => {
    const { endpointId } = await endpoint('/again');
    await happen();
    await test.deps.db.execute(
      sql`update webhook_deliveries set claimed_by = gen_random_uuid(), lease_until = ${new Date(test.clock.now().getTime() + 60_000)}, attempts = 1 where endpoint_id = ${endpointId}`,
    );
    await deliverDue(test.deps);
    expect(received).toHaveLength(0);
    test.clock.advance(61_000);
    await deliverDue(test.deps);
    expect(received).toHaveLength(1);
    expect(await stateOf(endpointId)).toEqual(['delivered 2']);
  });

  it('never reaches this machine or network where the installation does not name it', async () => {
    const { endpointId } = await endpoint('/inside');
    await happen();
    await deliverDue({ ...test.deps, config: { ...test.deps.config, webhookPrivateHosts: [] } });
    expect(received).toEqual([]);
    expect(await stateOf(endpointId)).toEqual(['waiting 1']);
  });
});

describe('the console', () => {
  beforeAll(async () => {
    admin = await signInAs(test, staffId);
  });

  it('adds an endpoint, shows its secret once, sends again and switches off', async () => {
    const made = await admin.post('/staff/webhooks', {
      name: 'Approvals',
      url: `${base}/console`,
      eventTypes: ['decision.made', 'requirement.lapsing'],
    });
    expect(made.statusCode).toBe(200);
    const secret = /whsec_[A-Za-z0-9+/=]+/.exec(made.body.replaceAll('&#x3D;', '='))![0];
    const path = /action="(\/staff\/webhooks\/\d+)\/rotate"/.exec(made.body)![1]!;
    expect((await admin.get(path)).body).not.toContain('whsec_');
    await happen(5);
    await deliverDue(test.deps);
    const log = await admin.get(path);
    expect(log.body).toContain('Answered 204');
    const replay = new RegExp(`action="(${path}/deliveries/\\d+/replay)"`).exec(log.body)![1]!;
    expect((await admin.post(replay)).statusCode).toBe(303);
    await deliverDue(test.deps);
    expect(received).toHaveLength(2);
    expect(received[1]!.headers['webhook-id']).toBe(received[0]!.headers['webhook-id']);
    expect(received[1]!.body).toBe(received[0]!.body);
    expect((await admin.get(path)).body).toContain('Sent again by');

    const rotated = await admin.post(`${path}/rotate`);
    const fresh = /whsec_[A-Za-z0-9+/=]+/.exec(rotated.body.replaceAll('&#x3D;', '='))![0];
    expect(fresh).not.toBe(secret);
    await happen(6);
    await deliverDue(test.deps);
    const last = received.at(-1)!;
    for (const one of [secret, fresh]) {
      expect(() => new Webhook(one).verify(last.body, last.headers as Record<string, string>)).not.toThrow();
    }
    test.clock.advance(73 * HOUR);
    await happen(7);
    await deliverDue(test.deps);
    const after = received.at(-1)!.headers['webhook-signature'] as string;
    expect(after.split(' ')).toHaveLength(2);
    test.clock.set(new Date());

    expect((await admin.post(`${path}/switch-off`)).statusCode).toBe(303);
    expect((await admin.post(`${path}/switch-off`)).statusCode).toBe(409);
    await happen(8);
    await deliverDue(test.deps);
    expect(received.filter(({ body }) => JSON.parse(body).data.applicationId === 8)).toEqual([]);
    expect((await admin.post(`${path}/switch-on`)).statusCode).toBe(303);
  });

  it('takes what was typed back with the fault beside it', async () => {
    const refused = await admin.post('/staff/webhooks', {
      name: '',
      url: 'https://10.0.0.1/',
      eventTypes: [],
    });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('not of the public internet');
    expect(refused.body).toContain('Choose what to tell it of');
    expect(refused.body).toContain('value="https://10.0.0.1/"');
  });

  it('is read by everybody of the agency, managed by administrators, and not there for others', async () => {
    const { endpointId } = await endpoint('/mine');
    const path = `/staff/webhooks/${endpointId}`;
    const viewer = await signInAs(test, (await makeStaff(test, agencyId, 'viewer')).id);
    const seen = await viewer.get(path);
    expect(seen.statusCode).toBe(200);
    expect(seen.body).not.toContain('Switch off');
    expect((await viewer.post(`${path}/rotate`)).statusCode).toBe(403);
    expect((await viewer.post('/staff/webhooks', { name: 'x' })).statusCode).toBe(403);
    const elsewhere = await makeStaff(test, (await makeAgency(test)).id);
    const stranger = await signInAs(test, elsewhere.id);
    expect((await stranger.get(path)).statusCode).toBe(404);
    for (const action of ['rotate', 'switch-off', 'switch-on', 'deliveries/1/replay']) {
      expect((await stranger.post(`${path}/${action}`)).statusCode).toBe(404);
    }
    expect((await stranger.get('/staff/webhooks')).body).not.toContain('/mine');
  });
});

describe('the API', () => {
  let key: string;
  const send = (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    { body, once = randomUUID(), by = key }: { body?: object; once?: string; by?: string } = {},
  ) =>
    test.app.inject({
      method,
      url: `/api/v1/webhook-endpoints${path}`,
      headers: {
        authorization: `Bearer ${by}`,
        ...(method !== 'GET' && { 'idempotency-key': once }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { payload: JSON.stringify(body) }),
    });
  const make = (path: string, once?: string) =>
    send('POST', '', {
      body: { name: `For ${path}`, url: `${base}${path}`, eventTypes: ['decision.made'] },
      ...(once && { once }),
    });

  beforeAll(async () => {
    const scopes = ['webhooks:manage'] as const;
    ({ key } = await createApiKey(test.deps, { agencyId, staffId, name: 'Key', scopes, days: 90 }));
  });

  it('makes an endpoint once, and gives its secret with each answer but keeps it nowhere', async () => {
    const made = await make('/api', 'make-it');
    expect(made.statusCode).toBe(201);
    const endpoint = endpointWithSecretSchema.parse(made.json());
    const again = await make('/api', 'make-it');
    expect(again.json()).toEqual(endpoint);
    expect(again.headers['idempotent-replayed']).toBe('true');
    const [kept] = await test.deps.sql`select body from idempotency_keys where key = 'make-it'`;
    expect(kept!.body).not.toContain('secret"');
    const { secret, ...told } = endpoint;
    expect((await send('GET', `/${endpoint.id}`)).json()).toEqual(told);
    expect((await send('GET', '')).json().items).toContainEqual(told);
    await happen(9);
    await deliverDue(test.deps);
    const [{ body, headers }] = received.filter(({ path }) => path === '/api') as [Received];
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject(
      messageSchema.parse(JSON.parse(body)),
    );
    const [logged] = await test.deps.sql`
      select actor_kind from audit_events where action = 'webhook_endpoint.created'
      and subject_id = ${endpoint.id}`;
    expect(logged!.actor_kind).toBe('api');
  });

  it('shows what was sent page by page, and sends one again with its old id', async () => {
    const { id } = (await make('/log')).json();
    for (const n of [1, 2, 3]) await happen(n);
    await deliverDue(test.deps);
    const first = deliveryPageSchema.parse((await send('GET', `/${id}/deliveries?limit=2`)).json());
    const rest = (await send('GET', `/${id}/deliveries?limit=2&cursor=${first.nextCursor}`)).json();
    const all = [...first.items, ...deliveryPageSchema.parse(rest).items];
    expect(all.map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(all.map(({ event }) => event.sequence)).toEqual(
      all.map(({ event }) => event.sequence).toSorted((a, b) => b - a),
    );
    expect(rest.nextCursor).toBeNull();
    expect(all[0]!.tries).toMatchObject([{ status: 204, error: null }]);
    const replay = `/${id}/deliveries/${all[1]!.id}/replay`;
    const replayed = await send('POST', replay, { once: 'again' });
    expect([replayed.statusCode, replayed.json().state, replayed.json().isReplay]).toEqual([
      202,
      'waiting',
      true,
    ]);
    await send('POST', replay, { once: 'again' });
    await deliverDue(test.deps);
    const ids = received.map(({ headers }) => headers['webhook-id']);
    expect(ids.filter((one) => one === all[1]!.messageId)).toHaveLength(2);
    const failed = await send('GET', `/${id}/deliveries?state=failed`);
    expect(failed.json()).toEqual({ items: [], nextCursor: null });
    expect((await send('GET', `/${id}/deliveries?state=lost`)).statusCode).toBe(422);
  });

  it('pauses: what happens waits, and comes when it goes on', async () => {
    const { id } = (await make('/pause')).json();
    expect((await send('POST', `/${id}/pause`)).json().state).toBe('paused');
    expect((await send('POST', `/${id}/pause`)).statusCode).toBe(409);
    await happen(1);
    await deliverDue(test.deps);
    expect(received.filter(({ path }) => path === '/pause')).toEqual([]);
    expect((await send('GET', `/${id}`)).json()).toMatchObject({ state: 'paused', waiting: 1 });
    expect((await send('POST', `/${id}/resume`)).json().state).toBe('active');
    await deliverDue(test.deps);
    expect(received.filter(({ path }) => path === '/pause')).toHaveLength(1);
    expect((await send('POST', `/${id}/resume`)).statusCode).toBe(409);
  });

  it('rotates the secret once for each key of the request', async () => {
    const { id, secret } = (await make('/rotate')).json();
    const rotated = (await send('POST', `/${id}/rotate-secret`, { once: 'turn' })).json();
    expect(rotated).toMatchObject({ secretVersion: 2 });
    expect(rotated.secret).not.toBe(secret);
    expect((await send('POST', `/${id}/rotate-secret`, { once: 'turn' })).json()).toEqual(rotated);
    await happen(1);
    await deliverDue(test.deps);
    const [{ body, headers }] = received.filter(({ path }) => path === '/rotate') as [Received];
    for (const one of [secret, rotated.secret])
      new Webhook(one).verify(body, headers as Record<string, string>);
  });

  it('deletes for good, and says so again to who repeats it', async () => {
    const { id } = (await make('/delete')).json();
    await happen(1);
    const gone = await send('DELETE', `/${id}`, { once: 'away' });
    expect([gone.statusCode, gone.body]).toEqual([204, '']);
    expect((await send('DELETE', `/${id}`, { once: 'away' })).statusCode).toBe(204);
    await deliverDue(test.deps);
    expect(received.filter(({ path }) => path === '/delete')).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/resume'],
      ['POST', '/rotate-secret'],
      ['GET', '/deliveries'],
    ] as const) {
      expect((await send(method, `/${id}${path}`)).statusCode).toBe(404);
    }
    expect((await admin.get(`/staff/webhooks/${id}`)).statusCode).toBe(404);
  });

  it.each([
    ['url', { url: 'https://10.0.0.1/' }],
    ['url', { url: 'http://example.org/' }],
    ['url', { url: 'nonsense' }],
    ['name', { name: ' ' }],
    ['eventTypes', { eventTypes: [] }],
    ['eventTypes.0', { eventTypes: ['counts.changed'] }],
    ['secret', { secret: 'whsec_mine' }],
  ])('refuses a wrong %s', async (parameter, wrong) => {
    const body = { name: 'x', url: `${base}/x`, eventTypes: ['decision.made'], ...wrong };
    const answer = await send('POST', '', { body });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'bad_body', parameter });
  });

  it('asks for the scope, for an Idempotency-Key, and for an agency’s own endpoints', async () => {
    const { id } = (await make('/own')).json();
    const reader = await createApiKey(test.deps, {
      agencyId,
      staffId,
      name: 'Reader',
      scopes: ['evidence:read'],
      days: 90,
    });
    expect((await send('GET', '', { by: reader.key })).statusCode).toBe(403);
    expect((await send('DELETE', `/${id}`, { by: reader.key })).statusCode).toBe(403);
    expect((await send('DELETE', `/${id}`, { once: '' })).json()).toMatchObject({
      code: 'idempotency_key_missing',
    });
    const theirs = await makeAgency(test);
    const other = await createApiKey(test.deps, {
      agencyId: theirs.id,
      staffId: (await makeStaff(test, theirs.id)).id,
      name: 'Other',
      scopes: ['webhooks:manage'],
      days: 90,
    });
    expect((await send('GET', '', { by: other.key })).json()).toEqual({ items: [] });
    expect((await send('GET', `/${id}`, { by: other.key })).statusCode).toBe(404);
  });
});

describe('in the console', () => {
  it('an endpoint is paused, goes on, is switched off and then deleted', async () => {
    admin = await signInAs(test, staffId);
    const { endpointId } = await endpoint('/turns');
    const path = `/staff/webhooks/${endpointId}`;
    expect((await admin.post(`${path}/pause`)).statusCode).toBe(303);
    expect((await admin.get(`${path}?done=paused`)).body).toContain('Paused: what happens waits');
    expect((await admin.post(`${path}/resume`)).statusCode).toBe(303);
    expect((await admin.get(path)).body).not.toContain('/delete"');
    expect((await admin.post(`${path}/switch-off`)).statusCode).toBe(303);
    expect((await admin.get(path)).body).toContain(`${path}/delete"`);
    const deleted = await admin.post(`${path}/delete`);
    expect(deleted.headers.location).toBe('/staff/webhooks?done=deleted');
    expect((await admin.get('/staff/webhooks?done=deleted')).body).toContain('The endpoint is deleted');
    expect((await admin.get(path)).statusCode).toBe(404);
  });
});
