import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eq, sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { webhookDeliveries, webhookEndpoints } from '../../src/db/schema/webhooks.ts';
import { publishEvent } from '../../src/events/publish-event.ts';
import type { EventType } from '../../src/events/types.ts';
import { deliverDue } from '../../src/webhooks/deliver-due.ts';
import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import { createEndpoint } from '../../src/webhooks/manage-endpoints.ts';
import { MAX_ATTEMPTS, MAX_PAYLOAD_BYTES } from '../../src/webhooks/rules.ts';
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
    .set({ state: 'disabled', disabledReason: 'by_staff', disabledAt: test.clock.now() });
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
