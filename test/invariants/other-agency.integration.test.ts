import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liftFieldOf } from '../../src/records/forms.ts';
import { digestDatabase } from '../support/digest.ts';
import { openRouteWorld, type RouteWorld, type Sample } from '../support/route-world.ts';

type Route = RouteWorld['test']['app']['routeTable'][number];

let world: RouteWorld;

beforeAll(async () => {
  world = await openRouteWorld();
}, 180_000);
afterAll(() => world.test.close());

/** Routes that a person or a program signs in for, HEAD left out: it is answered as GET is. */
const guarded = (): Route[] =>
  world.test.app.routeTable.filter(
    ({ access, method }) => (access === 'staff' || access === 'api') && method !== 'HEAD',
  );

/**
 * What a good request carries, where one that carries nothing is told of its faults before anybody looks whose the object
 * is. A stranger who fills the form in must not get further either.
 */
const FORMS: Record<string, Record<string, string>> = {
  'POST /staff/committees/:id/seats/:seatId/release': { holder: '1' },
  'POST /staff/applications/:id/freeze/confirm': { freezeRequestId: '1' },
  'POST /staff/applications/:id/decide/confirm': { decisionId: '1' },
  'POST /staff/applications/:id/decide/withdraw': { decisionId: '1' },
  'POST /staff/applications/:id/criteria/detach': { evidenceId: '1', criterion: 'wage_gain' },
  'POST /staff/committees/:id/recusals/:recusalId/end': { reason: 'Left the board' },
  'POST /staff/waves/:id/approve': { seen: '0123456789abcdef' },
  'POST /staff/records/holds/:id/request-lift': Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [liftFieldOf(index + 1), 'Settled']),
  ),
};
const BODIES: Record<string, object> = {
  'POST /api/v1/applications/:id/ballot-proposals': {
    body: 'Employers',
    closesOn: '2026-12-31',
    voters: { answered: true },
  },
  'POST /api/v1/applications/:id/decision-proposals': { outcome: 'denied', reason: 'None of theirs' },
};

/** As an administrator, or a key, of an agency that has none of it. */
async function askAsStranger({ access, method, url: pattern }: Route, url: string) {
  const name = `${method} ${pattern}`;
  if (access === 'api') {
    const body = BODIES[name];
    return world.test.app.inject({
      method: method as 'GET' | 'POST' | 'DELETE',
      url,
      headers: {
        authorization: `Bearer ${world.keys.stranger}`,
        'idempotency-key': randomUUID(),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { payload: JSON.stringify(body) }),
    });
  }
  const { browser } = world.stranger;
  if (method === 'GET') return browser.get(url);
  return browser.post(url, FORMS[name] ?? {});
}

const isForeign = ({ owner }: Sample) => owner !== 'everybody';

describe('what one agency has', () => {
  it('is known to this test for every route that names something', () => {
    const unknown = guarded().filter((route) => world.samplesOf(route).length === 0);
    expect(unknown.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
  });

  it('is opened by its own people, and opening changes nothing', { timeout: 120_000 }, async () => {
    const before = await digestDatabase(world.test.deps.sql);
    const broken: string[] = [];
    const opened = new Set<string>();
    const pages = guarded().filter(({ access, method }) => access === 'staff' && method === 'GET');
    for (const { pattern, url, owner } of pages.flatMap((route) => world.samplesOf(route))) {
      const { browser } = world.staff[owner === 'everybody' ? 'k12' : owner];
      for (let again = 0; again < 2; again += 1) {
        const statusCode = await browser.get(url).then(
          (reply) => reply.statusCode,
          () => 'broken off',
        );
        if (statusCode === 200) opened.add(pattern);
        // A step that an object is past, or not at yet, leads back or says so.
        else if (![302, 303, 404, 409].some((known) => known === statusCode))
          broken.push(`${statusCode} ${url}`);
      }
    }
    expect(broken).toEqual([]);
    expect(pages.map(({ url }) => url).filter((pattern) => !opened.has(pattern))).toEqual([]);
    expect(await digestDatabase(world.test.deps.sql)).toBe(before);
  });

  it('is not there for another agency, by any method, whatever is sent', { timeout: 120_000 }, async () => {
    const before = await digestDatabase(world.test.deps.sql);
    const found: string[] = [];
    for (const route of guarded()) {
      for (const { url, pattern } of world.samplesOf(route).filter(isForeign)) {
        const { statusCode, body } = await askAsStranger(route, url);
        if (statusCode !== 404) found.push(`${statusCode} ${route.method} ${pattern}`);
        else if (isTelling(url, body)) found.push(`tells of it: ${route.method} ${pattern}`);
      }
    }
    expect(found).toEqual([]);
    // That a key asked is kept with what it was answered.
    await world.test.deps.sql`delete from idempotency_keys`;
    expect(await digestDatabase(world.test.deps.sql)).toBe(before);
  });

  it('is not reached through something of one’s own', async () => {
    const own = world.strangerObjects;
    const found: string[] = [];
    for (const route of guarded()) {
      for (const { url, pattern } of world.samplesOf(route).filter(isForeign)) {
        const [first, second] = pattern.split('/').flatMap((part, at) => (part[0] === ':' ? [at] : []));
        if (first === undefined || second === undefined || pattern.includes('/criteria/')) continue;
        const parts = url.split('/');
        const parent = parts.slice(0, first).join('/');
        const mine = own.find((path) => path.startsWith(`${parent}/`));
        if (!mine) {
          found.push(`nothing of one’s own is known for ${pattern}`);
          continue;
        }
        const crossed = [mine, ...parts.slice(first + 1)].join('/');
        const { statusCode } = await askAsStranger(route, crossed);
        // A form that shows what it is about may say that this changed meanwhile.
        if (statusCode !== 404 && statusCode !== 409) found.push(`${statusCode} ${route.method} ${crossed}`);
      }
    }
    expect(found).toEqual([]);
  });

  it('is named in no list that another agency reads', async () => {
    const lists = guarded().filter(({ method, url }) => method === 'GET' && !url.includes('/:'));
    const told: string[] = [];
    const theirs = guarded()
      .flatMap((route) => world.samplesOf(route))
      .filter(({ owner, url }) => owner !== 'everybody' && !url.startsWith('/api/'))
      .map(({ url }) => url);
    for (const route of lists) {
      const { body } = await askAsStranger(route, route.url);
      const links = new Set([...body.matchAll(/(?:href|action)="([^"?#]*)/g)].map(([, link]) => link!));
      for (const url of theirs) if (links.has(url)) told.push(`${route.url} links to ${url}`);
      if (body.includes('A draft that nobody else sees')) told.push(`${route.url} names a draft`);
    }
    expect([...new Set(told)]).toEqual([]);
  });
});

/** The page for what is not there says the same of what is somebody else's, but for its own number. */
function isTelling(url: string, body: string): boolean {
  const name = decodeURIComponent(url.split('/').at(-1)!);
  return name.length > 8 && body.includes(name);
}

describe('who has not signed in', () => {
  it('is asked to, for every page, button and call', async () => {
    const open: string[] = [];
    const headers = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
    for (const route of guarded()) {
      const { access, method } = route;
      const url = (world.samplesOf(route)[0] ?? route).url;
      const reply = await world.test.app.inject({
        method: method as 'GET',
        url,
        ...(access === 'staff' && method !== 'GET' && { headers, payload: '' }),
      });
      const isAsked =
        access === 'staff' && method === 'GET'
          ? reply.statusCode === 303 && String(reply.headers.location).startsWith('/staff/sign-in')
          : reply.statusCode === 401;
      if (!isAsked) open.push(`${reply.statusCode} ${method} ${route.url}`);
    }
    expect(open).toEqual([]);
  });
});

describe('a link scanner (E5)', () => {
  const openTo = (route: Route) => route.access === 'token' || route.access === 'public';
  // The set-up link is in no mail, and works only before there is anything.
  const pages = () =>
    world.test.app.routeTable.filter(
      (route) => openTo(route) && route.method === 'GET' && route.url !== '/setup/:token',
    );
  const agents = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
    'Mozilla/5.0 (compatible; Microsoft Office; SafeLinks)',
    'Barracuda Sentinel (EE)',
  ];
  const look = (method: 'GET' | 'HEAD', url: string, agent: string) =>
    world.test.app.inject({ method, url, headers: { 'user-agent': agent } });

  it('opens every page that anybody may open, as often as it likes, and nothing changes by it', {
    timeout: 180_000,
  }, async () => {
    const unknown = pages().filter((route) => world.samplesOf(route).length === 0);
    expect(unknown.map(({ url }) => url)).toEqual([]);
    const urls = pages().flatMap((route) => world.samplesOf(route).map(({ url }) => url));
    const statusOf = async () =>
      Promise.all(urls.map(async (url) => [url, (await look('GET', url, agents[0]!)).statusCode] as const));
    const before = await digestDatabase(world.test.deps.sql);
    const first = await statusOf();
    expect(first.filter(([, status]) => status === 429 || status >= 500)).toEqual([]);
    for (const url of urls) {
      for (const agent of agents) {
        await look('HEAD', url, agent);
        await look('GET', url, agent);
      }
    }
    expect(await digestDatabase(world.test.deps.sql)).toBe(before);
    expect(await statusOf()).toEqual(first);
  });
});
