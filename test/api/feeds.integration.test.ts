import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/api/manage-keys.ts';
import { watchRequirements } from '../../src/api/watch-requirements.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { createDatabase, type Database } from '../../src/db/client.ts';
import { publishEvent, publishEvents } from '../../src/events/publish-event.ts';
import { sequenceEvents } from '../../src/events/sequence-events.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';

type Page = {
  items: { sequence: number; type: string; data: Record<string, unknown> }[];
  nextCursor: string;
  hasMore: boolean;
};

let test: TestApp;
let second: Database;
let world: World;
let stranger: World;
let key: string;
let strangerKey: string;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  second = createDatabase(test.databaseUrl, { max: 2 });
  world = await createWorld(test.deps.db);
  stranger = await createWorld(test.deps.db);
  key = await keyOf(world);
  strangerKey = await keyOf(stranger);
});
afterAll(async () => {
  await second.close();
  await test.close();
});

async function keyOf(of: World): Promise<string> {
  const made = await createApiKey(test.deps, {
    agencyId: of.agency.id,
    staffId: of.staff[0].id,
    name: 'Test',
    scopes: ['credentials:read', 'counts:read', 'evidence:read'],
    days: 3_650,
  });
  return made.key;
}

const get = (url: string, by = key, headers: Record<string, string> = {}) =>
  test.app.inject({ url, headers: { authorization: `Bearer ${by}`, ...headers } });

async function page(cursor: string | null, rest = '', by = key): Promise<Page> {
  const answer = await get(`/api/v1/changes?limit=3${cursor ? `&cursor=${cursor}` : ''}${rest}`, by);
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

async function readAll(from: string | null, by = key): Promise<{ items: Page['items']; cursor: string }> {
  const items: Page['items'] = [];
  for (let cursor = from; ; ) {
    const { items: some, nextCursor, hasMore } = await page(cursor, '', by);
    items.push(...some);
    cursor = nextCursor;
    if (!hasMore) return { items, cursor };
  }
}

const told = (agencyId: number, n: number) => ({
  agencyId,
  type: 'decision.made' as const,
  at: month(2),
  data: { applicationId: n },
});

describe('the feed of changes', () => {
  it('misses nothing when a transaction that began first commits last', async () => {
    const { id: agencyId } = world.agency;
    const start = (await readAll(null)).cursor;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let written = () => {};
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const slow = second.db.transaction(async (tx) => {
      await publishEvent(tx, told(agencyId, 1));
      written();
      await held;
    });
    await isWritten;
    await publishEvent(test.deps.db, told(agencyId, 2));
    await dispatchEvents(test.deps);
    const early = await readAll(start);
    expect(early.items.map(({ data }) => data.applicationId)).toEqual([2]);
    letGo();
    await slow;
    // Committed, but without a place yet: not there for anybody.
    expect((await readAll(early.cursor)).items).toEqual([]);
    await dispatchEvents(test.deps);
    const late = await readAll(early.cursor);
    expect(late.items.map(({ data }) => data.applicationId)).toEqual([1]);
    expect(late.items[0]!.sequence).toBe(early.items[0]!.sequence + 1);
  });

  it('a reader who polls while many write, and some roll back, sees each change once and in order', async () => {
    const { id: agencyId } = world.agency;
    let { cursor } = await readAll(null);
    const seen: Page['items'] = [];
    let isWriting = true;
    const write = async (db: TestApp['deps']['db'], from: number) => {
      for (let n = from; n < from + 40; n += 1) {
        await db
          .transaction(async (tx) => {
            await publishEvents(tx, [told(agencyId, n), told(stranger.agency.id, n)]);
            if (n % 5 === 0) throw new Error('changed its mind');
          })
          .catch(() => undefined);
      }
    };
    const dispatch = async () => {
      while (isWriting) await dispatchEvents(test.deps);
    };
    const read = async () => {
      while (isWriting) {
        const some = await readAll(cursor);
        seen.push(...some.items);
        cursor = some.cursor;
      }
    };
    const others = Promise.all([dispatch(), dispatch(), read()]);
    await Promise.all([write(test.deps.db, 1_000), write(second.db, 2_000), write(second.db, 3_000)]);
    isWriting = false;
    await others;
    await dispatchEvents(test.deps);
    seen.push(...(await readAll(cursor)).items);
    const wanted = [1_000, 2_000, 3_000].flatMap((from) =>
      Array.from({ length: 40 }, (_, index) => from + index).filter((n) => n % 5 !== 0),
    );
    expect(seen.map(({ data }) => data.applicationId as number).sort((a, b) => a - b)).toEqual(wanted);
    const places = seen.map(({ sequence }) => sequence);
    expect(places).toEqual(places.map((_, index) => places[0]! + index));
    // The other agency's feed has places of its own, also without gaps.
    const theirs = (await readAll(null, strangerKey)).items.map(({ sequence }) => sequence);
    expect(theirs).toEqual(Array.from({ length: wanted.length }, (_, index) => index + 1));
  });

  it('two processes at once give each event one place', async () => {
    await publishEvents(
      test.deps.db,
      Array.from({ length: 50 }, (_, n) => told(world.agency.id, 9_000 + n)),
    );
    const both = await Promise.all([
      test.deps.db.transaction((tx) => sequenceEvents(tx)),
      second.db.transaction((tx) => sequenceEvents(tx)),
    ]);
    expect(both.map(({ events }) => events.length).sort()).toEqual([0, 50]);
    const { items } = await readAll(null);
    expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_, index) => index + 1));
  });

  it('pages alike each time, answers 304 to who has the page, and forgets nothing', async () => {
    const first = await get('/api/v1/changes?limit=3');
    const etag = String(first.headers.etag);
    expect((await get('/api/v1/changes?limit=3', key, { 'if-none-match': etag })).statusCode).toBe(304);
    const { cursor } = await readAll(null);
    const url = `/api/v1/changes?cursor=${cursor}`;
    const end = await get(url);
    expect(end.json()).toEqual({ items: [], nextCursor: cursor, hasMore: false });
    const endTag = String(end.headers.etag);
    expect((await get(url, key, { 'if-none-match': endTag })).statusCode).toBe(304);
    await publishEvent(test.deps.db, told(world.agency.id, 77));
    await dispatchEvents(test.deps);
    expect((await get(url, key, { 'if-none-match': endTag })).json().items).toHaveLength(1);
    expect((await get('/api/v1/changes?limit=3')).body).toBe(first.body);
  });

  it('events cannot be changed, nor taken back, nor given another place', async () => {
    const fails = (statement: ReturnType<typeof sql>) =>
      expect(test.deps.db.execute(statement)).rejects.toThrow();
    await fails(sql`update events set data = '{}' where sequence = 1`);
    await fails(sql`update events set sequence = 999999 where sequence = 1`);
    await fails(sql`delete from events`);
  });

  it.each([
    'cursor=zzz',
    'cursor=',
    `cursor=${Buffer.from('c1:5').toString('base64url')}`,
    'limit=0',
    'type=secret',
    'since=1',
  ])('refuses %s', async (query) => {
    const answer = await get(`/api/v1/changes?${query}`);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'bad_parameter', parameter: query.split('=')[0] });
  });
});

describe('requirements', () => {
  it('are told once for each change: met, lapsing, lapsed', async () => {
    const credentialId = await createCredential(test.deps.db);
    const { id: agencyId } = world.agency;
    const made = await createList(test.deps, {
      agencyId,
      staffId: world.staff[0].id,
      name: 'Watched',
      kind: 'unified',
      reviewCycle: 'annual',
      policy: WYOMING,
      cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    });
    if (!made.ok) throw new Error(made.reason);
    const { listId, cycleId } = made;
    await submitApplication(test.deps, {
      agencyId,
      staffId: world.staff[0].id,
      credentialId,
      listId,
      cycleId,
    });
    await dispatchEvents(test.deps);
    let { cursor } = await readAll(null);
    const news = async () => {
      await Promise.all([watchRequirements(test.deps), watchRequirements({ ...test.deps, db: second.db })]);
      await watchRequirements(test.deps);
      await dispatchEvents(test.deps);
      const { items, cursor: next } = await readAll(cursor);
      cursor = next;
      return items.map(({ type, data }) => `${type} ${data.status}`);
    };
    expect(await news()).toEqual(['counts.changed not_asked']);
    await employersSay(test.deps.db, world, credentialId, 9, month(0), { answeredAt: month(1) });
    expect(await news()).toEqual(['counts.changed short']);
    expect(await news()).toEqual([]);
    await employersSay(test.deps.db, world, credentialId, 1, month(0), { answeredAt: month(1) });
    expect(await news()).toEqual(['counts.changed met', 'requirement.met met']);
    expect(await news()).toEqual([]);
    test.clock.set(month(24.5));
    expect(await news()).toEqual(['counts.changed met_but_expiring', 'requirement.lapsing met_but_expiring']);
    test.clock.set(month(26));
    expect(await news()).toEqual(['counts.changed short', 'requirement.lapsed short']);
    expect(await news()).toEqual([]);
    test.clock.set(month(2));
  });

  it('link to what they speak of', async () => {
    const answer = await get('/api/v1/changes?type=requirement.met');
    const [{ data }] = answer.json().items;
    const { links } = data;
    expect(links.validation).toBe(`/api/v1/credentials/${data.credential}/validation?list=watched`);
    const counted = await get(links.validation);
    expect(counted.statusCode).toBe(200);
  });
});

describe('many counts in one call', () => {
  const ask = (body: object | string, by = key) =>
    test.app.inject({
      method: 'POST',
      url: '/api/v1/validations',
      headers: { authorization: `Bearer ${by}`, 'content-type': 'application/json' },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('agree with the single ones, now and then, in the order asked for', async () => {
    const all = (await get('/api/v1/credentials?limit=500')).json().items as { id: number; slug: string }[];
    const names = [...all.map(({ slug }) => slug).reverse(), all[0]!.id, 'no-such-thing', '00000'];
    for (const asOf of [undefined, month(0.5).toISOString()]) {
      const answer = await ask({ list: 'watched', credentials: names, asOf });
      expect(answer.statusCode).toBe(200);
      const { items, unknown } = answer.json();
      expect(unknown).toEqual(['no-such-thing', '00000']);
      expect(items.map((item: { credential: { slug: string } }) => item.credential.slug)).toEqual(
        all.map(({ slug }) => slug).reverse(),
      );
      for (const item of items) {
        const one = await get(`${item.links.validation}${asOf ? `&asOf=${encodeURIComponent(asOf)}` : ''}`);
        expect(one.json().requirement).toEqual(item.requirement);
      }
    }
  });

  it.each([
    ['nothing', {}, 'list'],
    ['no credentials', { list: 'watched', credentials: [] }, 'credentials'],
    ['too many', { list: 'watched', credentials: Array.from({ length: 101 }, String) }, 'credentials'],
    ['a future time', { list: 'watched', credentials: ['a'], asOf: '2099-01-01' }, 'asOf'],
    ['no time', { list: 'watched', credentials: ['a'], asOf: 'soon' }, 'asOf'],
    ['an unknown list', { list: 'nothing', credentials: ['a'] }, 'list'],
    ['an unknown member', { list: 'watched', credentials: ['a'], asof: '2026-01-01' }, 'asof'],
    ['a wrong type', { list: 7, credentials: ['a'] }, 'list'],
    ['an object for a credential', { list: 'watched', credentials: [{ $ne: null }] }, 'credentials.0'],
  ])('refuse %s', async (_name, body, parameter) => {
    const answer = await ask(body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'bad_body', parameter });
  });

  it.each(['[]', '"text"', 'null', '12'])('refuse %s for a body', async (text) => {
    expect((await ask(text)).json()).toMatchObject({ status: 422, code: 'bad_body' });
  });

  it.each(['{', '', '{"list":"\\u0000","credentials":["a"]}', '{"list":"\\ud800","credentials":["a"]}'])(
    'cannot read %s',
    async (text) => {
      const answer = await ask(text);
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    },
  );
});
