import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSampleState, type SampleState } from '../../src/demo/load-sample-state.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { digestDatabase } from '../support/digest.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

let test: TestApp;
let state: SampleState;
let own: StaffBrowser;
let stranger: StaffBrowser;
/** Longest prefix first: the object that stands behind the first parameter of a route, owned by the K-12 agency. */
let objects: [prefix: string, value: string, isShared: boolean][];

beforeAll(async () => {
  test = await createTestApp();
  state = await loadSampleState(test.deps, { seed: 'routes', onStep() {} });
  own = await signInAs(test, state.k12.editor.id);
  stranger = await signInAs(test, state.workforce.editor.id);
  const { sql } = test.deps;
  const one = async (text: string) => {
    const [row] = await sql.unsafe<{ value: string }[]>(text);
    expect(row, text).toBeDefined();
    return String(row!.value);
  };
  const agencyId = state.k12.agencyId;
  await sql`insert into waves (agency_id, name, created_by, created_at, updated_at)
    values (${agencyId}, 'A draft that nobody else sees', ${state.k12.editor.id}, now(), now())`;
  const mine = (table: string, column = 'id') =>
    one(`select ${column} as value from ${table} where agency_id = ${agencyId} order by id limit 1`);
  const meeting = `select m.id as value from meetings m join committees c on c.id = m.committee_id
    where c.agency_id = ${agencyId} limit 1`;
  objects = [
    [
      '/staff/employers/duplicates/',
      await one('select id as value from duplicate_proposals order by id limit 1'),
      true,
    ],
    ['/staff/employers/', await one('select id as value from employers order by id limit 1'), true],
    ['/staff/credentials/', await one('select slug as value from credentials order by id limit 1'), true],
    ['/staff/imports/', await mine('imports'), false],
    ['/staff/committees/', await mine('committees'), false],
    ['/staff/meetings/', await one(meeting), false],
    ['/staff/applications/', await mine('applications'), false],
    ['/staff/lists/', await mine('lists', 'slug'), false],
    ['/staff/waves/', await mine('waves'), false],
    ['/staff/people/', String(state.k12.approver.id), false],
  ];
}, 120_000);
afterAll(() => test.close());

type Walked = { method: string; pattern: string; url: string; isShared: boolean };

/** Console routes with the K-12 agency's objects in their parameters; those whose object the sample has none of are left out. */
function walk(method: string): Walked[] {
  return test.app.routeTable
    .filter((route) => route.access === 'staff' && route.method === method)
    .flatMap(({ url: pattern }) => {
      if (!/:\w+/.test(pattern)) return [{ method, pattern, url: pattern, isShared: true }];
      const object = objects.find(([prefix]) => pattern.startsWith(`${prefix}:`));
      if (!object) return [];
      const url = pattern.replace(/:\w+/, object[1]);
      return /:\w+/.test(url) ? [] : [{ method, pattern, url, isShared: object[2] }];
    });
}

describe('the console', () => {
  it('opens every page to its own staff, and opening changes nothing', async () => {
    const routes = walk('GET');
    expect(routes.length).toBeGreaterThan(35);
    const before = await digestDatabase(test.deps.sql);
    const broken: string[] = [];
    for (const { pattern, url } of routes) {
      for (let again = 0; again < 2; again += 1) {
        const { statusCode } = await own.get(url);
        // A step that the object is past or not yet at leads back or says so.
        if (![200, 302, 303, 409].includes(statusCode)) broken.push(`${statusCode} ${pattern}`);
      }
    }
    expect(broken).toEqual([]);
    expect(await digestDatabase(test.deps.sql)).toBe(before);
  });

  it('answers another agency as if what is not shared did not exist, for pages and for buttons', async () => {
    const before = await digestDatabase(test.deps.sql);
    const found: string[] = [];
    for (const { pattern, url, isShared, method } of [...walk('GET'), ...walk('POST')]) {
      if (isShared) continue;
      const nobodys = pattern.replace(/:\w+/, pattern.includes(':slug') ? 'no-such-thing' : '987654321');
      const ask = (target: string) => (method === 'GET' ? stranger.get(target) : stranger.post(target));
      const [reply, missing] = [await ask(url), await ask(nobodys)];
      const isHidden = method === 'GET' ? reply.statusCode === 404 : reply.statusCode >= 400;
      if (!isHidden || reply.statusCode !== missing.statusCode)
        found.push(`${reply.statusCode} ${method} ${pattern}`);
    }
    expect(found).toEqual([]);
    expect(await digestDatabase(test.deps.sql)).toBe(before);
  });

  it('names nothing of another agency in its own lists', async () => {
    for (const url of [
      '/staff',
      '/staff/waves',
      '/staff/applications',
      '/staff/committees',
      '/staff/imports',
    ]) {
      const { body } = await stranger.get(url);
      expect(body).not.toContain('A draft that nobody else sees');
    }
  });

  it('asks everybody else to sign in', async () => {
    const open: string[] = [];
    for (const { pattern, url } of walk('GET')) {
      const { statusCode, headers } = await test.app.inject({ url });
      if (statusCode !== 303 || !String(headers.location).startsWith('/staff/sign-in')) {
        open.push(`${statusCode} ${pattern}`);
      }
    }
    for (const { pattern, url } of walk('POST')) {
      const headers = {
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const { statusCode } = await test.app.inject({ method: 'POST', url, headers, payload: '' });
      if (statusCode !== 401) open.push(`${statusCode} POST ${pattern}`);
    }
    expect(open).toEqual([]);
  });
});
