import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_KINDS, type Access } from '../../src/http/access.ts';
import { isSameOrigin } from '../../src/http/csrf.ts';
import { buildFrame, type Frame } from '../support/frame.ts';

const base = { method: 'POST', fetchSite: undefined, origin: undefined, hosts: ['survey.example'] };

describe('isSameOrigin', () => {
  test.each(['GET', 'HEAD', 'OPTIONS'])('lets %s through: it changes nothing', (method) => {
    expect(isSameOrigin({ ...base, method, access: 'staff', fetchSite: 'cross-site' })).toBe(true);
  });

  type Case = [fetchSite: string | undefined, origin: string | undefined, staff: boolean, token: boolean];
  const ours = 'https://survey.example';
  const cases: Case[] = [
    ['same-origin', ours, true, true],
    ['same-origin', 'null', true, true],
    ['same-origin', undefined, true, true],
    ['none', undefined, true, true],
    ['same-site', ours, false, false],
    ['cross-site', ours, false, false],
    ['cross-site', undefined, false, false],
    ['nonsense', undefined, false, false],
    [undefined, ours, true, true],
    [undefined, 'http://survey.example', true, true],
    [undefined, 'https://evil.example', false, false],
    [undefined, 'https://survey.example.evil.example', false, false],
    [undefined, 'https://survey.example:8443', false, false],
    [undefined, 'not an origin', false, false],
    [undefined, 'null', false, true],
    [undefined, undefined, false, true],
  ];
  test.each(cases)(
    'Sec-Fetch-Site %s, Origin %s: staff %s, token and public %s',
    (fetchSite, origin, staff, token) => {
      expect(isSameOrigin({ ...base, access: 'staff', fetchSite, origin })).toBe(staff);
      expect(isSameOrigin({ ...base, access: 'local', fetchSite, origin })).toBe(staff);
      expect(isSameOrigin({ ...base, access: 'token', fetchSite, origin })).toBe(token);
      expect(isSameOrigin({ ...base, access: 'public', fetchSite, origin })).toBe(token);
      expect(isSameOrigin({ ...base, access: 'one-click', fetchSite, origin })).toBe(true);
      expect(isSameOrigin({ ...base, access: 'api', fetchSite, origin })).toBe(true);
    },
  );
});

describe('every route that changes something', () => {
  let frame: Frame;
  beforeAll(async () => {
    frame = await buildFrame({
      environment: { RATE_LIMIT_FAILURES_PER_ADDRESS: '10000' },
      routes: (app) => {
        for (const access of ACCESS_KINDS) {
          app.post(`/test/${access}`, { config: { access } }, async () => 'done');
        }
        app.authenticateApi = async () => ({ keyId: 1, agencyId: 1, scopes: [], madeBy: 1 });
      },
    });
  });
  afterAll(() => frame.app.close());

  test('refuses a form from another site, but for one-click and the API', async () => {
    const exempt: Access[] = ['one-click', 'api'];
    let refused = 0;
    for (const { method, url, access } of frame.app.routeTable) {
      if (method === 'GET' || method === 'HEAD' || exempt.includes(access)) continue;
      const response = await frame.app.inject({
        method: method as 'POST',
        url: url.replace(/:\w+/g, '1'),
        headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'a=1',
      });
      expect(response.statusCode, `${method} ${url}`).toBe(403);
      refused++;
    }
    expect(refused).toBeGreaterThan(4);
    for (const access of exempt) {
      const response = await frame.app.inject({
        method: 'POST',
        url: `/test/${access}`,
        headers: { 'sec-fetch-site': 'cross-site' },
      });
      expect(response.statusCode).toBe(200);
    }
  });
});
