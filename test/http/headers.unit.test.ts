import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildFrame, type Frame } from '../support/frame.ts';

const REQUIRED = {
  'content-security-policy':
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
};

let frame: Frame;
beforeAll(async () => {
  frame = await buildFrame({
    environment: { RATE_LIMIT_FAILURES_PER_ADDRESS: '10000' },
    routes: (app) => {
      app.get('/test/broken', { config: { access: 'public' } }, () => {
        throw new Error('a secret from the inside');
      });
    },
  });
});
afterAll(() => frame.app.close());

describe('security headers', () => {
  test.each([
    ['a page', 'GET', '/healthz', 200],
    ['an unknown address', 'GET', '/no/such/page', 404],
    ['an unknown address of the API', 'GET', '/api/v1/nothing', 404],
    ['an address that cannot be decoded', 'GET', '/r/%ZZ', 404],
    ['a failure', 'GET', '/test/broken', 500],
    ['a body of another kind', 'POST', '/staff/sign-in', 415],
    ['a form from elsewhere', 'POST', '/staff/sign-out', 403],
    ['a redirect to sign-in', 'GET', '/staff/people', 303],
  ] as const)('are on %s', async (_name, method, url, status) => {
    const response = await frame.app.inject({
      method,
      url,
      ...(status === 415 ? { headers: { 'content-type': 'application/json' }, payload: '{}' } : {}),
    });
    expect(response.statusCode).toBe(status);
    expect(response.headers).toMatchObject(REQUIRED);
  });

  test('are on every route, whatever it answers', async () => {
    expect(frame.app.routeTable.length).toBeGreaterThan(5);
    for (const { method, url, access } of frame.app.routeTable) {
      const path = url.replace(/:\w+/g, '1').replace('*', 'x');
      const response = await frame.app.inject({ method: method as 'GET', url: path });
      expect(response.headers, `${method} ${url}`).toMatchObject(REQUIRED);
      const isSecret = access === 'token' || access === 'one-click';
      expect(response.headers['referrer-policy']).toBe(isSecret ? 'no-referrer' : 'same-origin');
      if (access !== 'public') expect(response.headers['cache-control']).toBe('no-store');
    }
  });

  test('are on 429, with the time to wait', async () => {
    const limited = await buildFrame({ environment: { RATE_LIMIT_PER_ADDRESS: '1' } });
    await limited.app.inject('/healthz');
    const response = await limited.app.inject('/healthz');
    expect(response.statusCode).toBe(429);
    expect(response.headers).toMatchObject(REQUIRED);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    await limited.app.close();
  });

  test('promise no TLS where the public address has none', async () => {
    const plain = await buildFrame({ environment: { PUBLIC_URL: 'http://localhost:8080' } });
    const response = await plain.app.inject('/healthz');
    expect(response.headers).not.toHaveProperty('strict-transport-security');
    await plain.app.close();
  });
});

describe('assets', () => {
  test('are served compressed and for ever, and only those of the build', async () => {
    const page = await frame.app.inject('/no/such/page');
    const href = /href="(\/assets\/employer\.[0-9a-f]+\.css)"/.exec(page.body)?.[1] ?? '';
    const response = await frame.app.inject({ url: href, headers: { 'accept-encoding': 'br, gzip' } });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-encoding']).toBe('br');
    expect(response.headers['content-type']).toMatch(/^text\/css/);
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await frame.app.inject('/assets/manifest.json')).statusCode).toBe(404);
    expect((await frame.app.inject('/assets/..%2fpackage.json')).statusCode).toBe(404);
  });

  test('the stylesheet of employer pages is at most 12 kB gzipped', async () => {
    const page = await frame.app.inject('/no/such/page');
    const href = /href="(\/assets\/employer\.[0-9a-f]+\.css)"/.exec(page.body)?.[1] ?? '';
    const response = await frame.app.inject({ url: href, headers: { 'accept-encoding': 'gzip' } });
    expect(response.rawPayload.length).toBeLessThanOrEqual(12_000);
  });
});
