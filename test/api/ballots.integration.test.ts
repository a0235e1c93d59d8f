import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiScope } from '../../src/agencies/types.ts';
import { ballotSchema } from '../../src/api/ballots.ts';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { ballotToken } from '../../src/committees/propose-ballot.ts';
import { auditEvents } from '../../src/db/schema/agencies.ts';
import { contacts } from '../../src/db/schema/employers.ts';
import { messages } from '../../src/db/schema/outreach.ts';
import { ballotVoters, mailedBallots } from '../../src/db/schema/votes.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { applyFor, presetOf } from '../support/approvals.ts';
import { createEmployer, createPerson, createWorld, type World } from '../support/evidence/world.ts';
import { encodeForm, type StaffBrowser, signInAs } from '../support/sign-in.ts';

const NOW = new Date('2026-03-02T17:00:00Z');
const DAY_MS = 86_400_000;

let test: TestApp;
let world: World;
let stranger: World;
let ada: StaffBrowser;
let ben: StaffBrowser;
let key: string;

const keyOf = (of: World, scopes: ApiScope[]) =>
  createApiKey(test.deps, { agencyId: of.agency.id, staffId: of.staff[0].id, name: 'Key', scopes, days: 90 });

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(NOW);
  world = await createWorld(test.deps.db);
  stranger = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  ({ key } = await keyOf(world, ['evidence:read', 'ballots:propose']));
});
afterAll(() => test.close());

const read = (url: string, by = key) => test.app.inject({ url, headers: { authorization: `Bearer ${by}` } });
const propose = (applicationId: number, body: unknown, by = key, idempotencyKey: string = randomUUID()) =>
  test.app.inject({
    method: 'POST',
    url: `/api/v1/applications/${applicationId}/ballot-proposals`,
    headers: {
      authorization: `Bearer ${by}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    payload: JSON.stringify(body),
  });

async function voters(count: number): Promise<string[]> {
  const emails: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { contactId } = await createPerson(test.deps.db, world, await createEmployer(test.deps.db));
    const [contact] = await test.deps.db.select().from(contacts).where(eq(contacts.id, contactId));
    emails.push(contact!.email);
  }
  return emails;
}

const ballotOf = (addresses: readonly string[], more: object = {}) => ({
  body: 'Employers of the trade',
  closesOn: '2026-03-16',
  voters: { addresses },
  ...more,
});

const vote = (token: string, choice: string) =>
  test.app.inject({
    method: 'POST',
    url: `/b/${token}`,
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    payload: encodeForm({ choice, relation: 'none', reason: '', step: 'send' }),
  });

async function tokensOf(mailedBallotId: number) {
  const rows = await test.deps.db
    .select()
    .from(ballotVoters)
    .where(eq(ballotVoters.mailedBallotId, mailedBallotId));
  return rows.map(({ id }) => ballotToken(test.deps, id));
}

describe('a ballot by mail in the API', () => {
  it('is proposed once by a key, mails nobody, and is opened by somebody who did not make the key', async () => {
    const { applicationId, path } = await applyFor(test.deps, world, presetOf('arkansas'));
    const emails = await voters(2);
    const made = await propose(applicationId, ballotOf(emails), key, 'once');
    expect(made.statusCode).toBe(202);
    const ballot = ballotSchema.parse(made.json());
    expect(ballot).toMatchObject({
      state: 'proposed',
      isSecret: true,
      options: ['approve', 'reject', 'abstain'],
      turnout: { voters: 2, voted: 0, employers: 2, employersVoted: 0 },
      counts: null,
      closesAt: '2026-03-16T23:00:00.000Z',
    });
    const again = await propose(applicationId, ballotOf(emails), key, 'once');
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json()).toEqual(made.json());
    expect((await propose(applicationId, ballotOf([emails[0]!]), key, 'once')).statusCode).toBe(422);
    const rows = await test.deps.db.select().from(mailedBallots);
    expect(rows.map(({ id }) => id)).toEqual([ballot.id]);
    expect(await test.deps.db.select().from(messages).where(eq(messages.kind, 'ballot'))).toEqual([]);
    const [logged] = await test.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, 'mailed_ballot.proposed'));
    expect(logged).toMatchObject({ actorKind: 'api', subjectId: ballot.id });

    expect((await read(String(made.headers.location))).json()).toEqual(ballot);
    const page = `${path}/bodies/mail/${ballot.id}`;
    // Ada made the key, so what it proposed counts as hers.
    expect((await ada.post(`${page}/open`)).statusCode).toBe(403);
    expect((await ben.post(`${page}/open`)).statusCode).toBe(303);
    expect((await read(`/api/v1/ballots/${ballot.id}`)).json()).toMatchObject({ state: 'open' });
  });

  it('tells how a secret one stands only after it closed, and never who voted how', async () => {
    const { applicationId, path } = await applyFor(test.deps, world, presetOf('arkansas'));
    const { id } = (await propose(applicationId, ballotOf(await voters(3)))).json() as { id: number };
    await ben.post(`${path}/bodies/mail/${id}/open`);
    const [one, two] = await tokensOf(id);
    await vote(one!, 'reject');
    await vote(one!, 'approve');
    await vote(two!, 'reject');
    const open = await read(`/api/v1/ballots/${id}`);
    expect(open.json()).toMatchObject({
      state: 'open',
      turnout: { voters: 3, voted: 2, employers: 3, employersVoted: 2 },
      counts: null,
    });
    expect((await read(`/api/v1/ballots/${id}`)).headers.etag).toBe(open.headers.etag);
    test.clock.set(new Date(NOW.getTime() + 15 * DAY_MS));
    const closed = (await read(`/api/v1/ballots/${id}`)).json();
    expect(closed).toMatchObject({ state: 'closed', counts: { approve: 1, reject: 1, abstain: 0 } });
    expect(ballotSchema.parse(closed)).toEqual(closed);
    test.clock.set(NOW);
  });

  it('tells how one that is not secret stands, and never how a secret one stood that was called off', async () => {
    const arkansas = presetOf('arkansas');
    const { secretUntilClosed, ...requirement } = arkansas.body.requirement as {
      kind: 'employer_ballot';
      minVoters: number;
      approvePercent: null;
      secretUntilClosed?: boolean;
    };
    expect(secretUntilClosed).toBe(true);
    const openly = { ...arkansas, slug: 'openly', body: { ...arkansas.body, requirement } as never };
    for (const [policy, seen] of [
      [openly, { approve: 1, reject: 0, abstain: 0 }],
      [arkansas, null],
    ] as const) {
      const { applicationId, path } = await applyFor(test.deps, world, policy);
      const { id } = (await propose(applicationId, ballotOf(await voters(1)))).json() as { id: number };
      ben = await signInAs(test, world.staff[1].id);
      await ben.post(`${path}/bodies/mail/${id}/open`);
      await vote((await tokensOf(id))[0]!, 'approve');
      expect((await read(`/api/v1/ballots/${id}`)).json()).toMatchObject({ state: 'open', counts: seen });
      await ben.post(`${path}/bodies/mail/${id}/cancel`, { cancelReason: 'Mistake' });
      test.clock.set(new Date(NOW.getTime() + 15 * DAY_MS));
      const after = (await read(`/api/v1/ballots/${id}`)).json();
      expect(after).toMatchObject({ state: 'cancelled', counts: seen });
      test.clock.set(NOW);
    }
  });

  it('refuses what makes no ballot, and says what is at fault', async () => {
    const { applicationId } = await applyFor(test.deps, world, presetOf('arkansas'));
    const emails = await voters(1);
    const cases: [object, string][] = [
      [ballotOf([]), 'voters'],
      [ballotOf(['who@nowhere.example']), 'voters'],
      [ballotOf(emails, { closesOn: '2026-03-02' }), 'closesOn'],
      [ballotOf(emails, { closesOn: '2027-03-03' }), 'closesOn'],
      [ballotOf(emails, { body: ' ' }), 'body'],
      [ballotOf(emails, { isSecret: false }), 'isSecret'],
      [ballotOf(emails, { voters: { committeeId: 999 } }), 'voters'],
    ];
    for (const [body, parameter] of cases) {
      const refused = await propose(applicationId, body);
      expect(refused.statusCode, parameter).toBe(422);
      expect(refused.json()).toMatchObject({ code: 'bad_body', parameter });
    }
    expect((await propose(999_999, ballotOf(emails))).statusCode).toBe(404);
    const reader = (await keyOf(world, ['evidence:read'])).key;
    expect((await propose(applicationId, ballotOf(emails), reader)).json()).toMatchObject({
      code: 'scope_missing',
    });
  });

  it('is its agency’s alone, page by page', async () => {
    const theirs = (await keyOf(stranger, ['evidence:read', 'ballots:propose'])).key;
    const { applicationId, credentialId } = await applyFor(test.deps, world, presetOf('ohio'));
    const { id } = (await propose(applicationId, ballotOf(await voters(1)))).json() as { id: number };
    expect((await read(`/api/v1/ballots/${id}`, theirs)).statusCode).toBe(404);
    expect((await read('/api/v1/ballots', theirs)).json()).toEqual({ items: [], nextCursor: null });
    expect((await propose(applicationId, ballotOf(await voters(1)), theirs)).statusCode).toBe(404);
    const first = (await read('/api/v1/ballots?limit=1')).json();
    const next = (await read(`/api/v1/ballots?limit=500&cursor=${first.nextCursor}`)).json();
    const all = (await read('/api/v1/ballots')).json();
    expect([...first.items, ...next.items]).toEqual(all.items);
    const of = (await read(`/api/v1/ballots?credential=${credentialId}`)).json();
    expect(of.items.map((ballot: { id: number }) => ballot.id)).toEqual([id]);
    expect((await read('/api/v1/ballots?credential=none')).statusCode).toBe(422);
  });
});
