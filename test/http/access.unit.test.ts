import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nextPath, registerAccess, type StaffIdentity } from '../../src/http/access.ts';
import { buildFrame, type Frame } from '../support/frame.ts';

const ANN: StaffIdentity = {
  id: 7,
  agencyId: 1,
  role: 'editor',
  name: 'Ann Moe',
  agencyName: 'Office of Workforce',
  agencyShortName: 'OW',
  timeZone: 'America/Denver',
  sessionId: 3,
};

test('a route that does not say its access stops the start', async () => {
  const app = fastify();
  registerAccess(app);
  expect(() => app.get('/open', async () => 'open')).toThrow('route GET /open declares its access');
  await app.close();
});

describe('access', () => {
  let frame: Frame;
  beforeAll(async () => {
    frame = await buildFrame({
      routes: (app) => {
        app.authenticateStaff = async (request) => (request.headers['x-test'] === 'ann' ? ANN : null);
        app.authenticateApi = async () => null;
        app.route({
          method: ['GET', 'POST'],
          url: '/staff/test',
          config: { access: 'staff' },
          handler: async (request) => request.staff.name,
        });
        app.get('/api/v1/test', { config: { access: 'api' } }, async () => 'in');
        app.get('/test/local', { config: { access: 'local' } }, async () => 'in');
      },
    });
  });
  afterAll(() => frame.app.close());

  test('a person not signed in is sent to sign in and back', async () => {
    const response = await frame.app.inject('/staff/test?page=2');
    expect(response.statusCode).toBe(303);
    expect(response.headers.location).toBe('/staff/sign-in?next=%2Fstaff%2Ftest%3Fpage%3D2');
  });

  test('a form of an ended session is refused, not lost in a redirect', async () => {
    const headers = { 'sec-fetch-site': 'same-origin' };
    const response = await frame.app.inject({ method: 'POST', url: '/staff/test', headers });
    expect(response.statusCode).toBe(401);
    expect(response.body).toContain('Nothing was changed');
  });

  test('who is signed in is known to the route', async () => {
    const response = await frame.app.inject({ url: '/staff/test', headers: { 'x-test': 'ann' } });
    expect(response.body).toBe('Ann Moe');
  });

  test('the API asks for a key', async () => {
    const response = await frame.app.inject('/api/v1/test');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(response.json()).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  test.each([
    ['127.0.0.1', 'localhost:8080', {}, 200],
    ['127.0.0.1', '127.0.0.1:8080', {}, 200],
    ['::1', '[::1]:8080', {}, 200],
    ['192.0.2.1', 'localhost:8080', {}, 404],
    ['127.0.0.1', 'rebound.example', {}, 404],
    ['127.0.0.1', 'localhost:8080', { 'x-forwarded-for': '192.0.2.1' }, 404],
  ])('local pages: from %s to %s with %j gives %i', async (remoteAddress, host, headers, status) => {
    const response = await frame.app.inject({
      url: '/test/local',
      remoteAddress,
      headers: { host, ...headers },
    });
    expect(response.statusCode).toBe(status);
  });
});

test.each([
  ['/staff', '/staff'],
  ['/staff/waves?x=1', '/staff/waves?x=1'],
  ['/staff?x', '/staff?x'],
  ['https://evil.example', '/staff'],
  ['//evil.example', '/staff'],
  ['/staffing', '/staff'],
  ['/staff/\\evil.example', '/staff'],
  ['/staff/\r\nSet-Cookie: a=b', '/staff'],
  ['/staff/sign-in', '/staff'],
  [['/staff/a'], '/staff'],
  [undefined, '/staff'],
])('after sign-in, next=%j leads to %s', (value, path) => {
  expect(nextPath(value)).toBe(path);
});
