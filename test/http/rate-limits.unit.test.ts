import { afterEach, expect, test } from 'vitest';
import { buildFrame, type Frame } from '../support/frame.ts';

let frame: Frame;
afterEach(() => frame.app.close());

async function start(environment: Record<string, string>): Promise<Frame> {
  return buildFrame({
    environment,
    routes: (app) => {
      app.get('/test/:token', { config: { access: 'token' } }, async () => 'ok');
    },
  });
}

const statusOf = async (url: string, remoteAddress = '192.0.2.1', headers = {}) =>
  (await frame.app.inject({ url, remoteAddress, headers })).statusCode;

test('one link is limited by itself, from wherever it is opened', async () => {
  frame = await start({ RATE_LIMIT_PER_LINK: '2' });
  expect(await statusOf('/test/a')).toBe(200);
  expect(await statusOf('/test/a', '192.0.2.2')).toBe(200);
  expect(await statusOf('/test/a', '192.0.2.3')).toBe(429);
  expect(await statusOf('/test/b')).toBe(200);
});

test('failures have a narrower limit than successes', async () => {
  frame = await start({ RATE_LIMIT_FAILURES_PER_ADDRESS: '3' });
  for (let i = 0; i < 20; i++) expect(await statusOf(`/test/${i}`)).toBe(200);
  const guesses: number[] = [];
  for (let i = 0; i < 6; i++) guesses.push(await statusOf(`/nothing/${i}`));
  expect(guesses).toEqual([404, 404, 404, 404, 429, 429]);
  expect(await statusOf('/test/c', '192.0.2.9')).toBe(200);
});

test('an IPv6 network counts as one', async () => {
  frame = await start({ RATE_LIMIT_PER_ADDRESS: '1' });
  expect(await statusOf('/test/a', '2001:db8:1:2::1')).toBe(200);
  expect(await statusOf('/test/a', '2001:db8:1:2:ffff::9')).toBe(429);
  expect(await statusOf('/test/a', '2001:db8:1:3::1')).toBe(200);
});

test('a proxy is believed only when it is configured', async () => {
  frame = await start({ RATE_LIMIT_PER_ADDRESS: '1' });
  expect(await statusOf('/test/a', '10.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toBe(200);
  expect(await statusOf('/test/a', '10.0.0.1', { 'x-forwarded-for': '192.0.2.2' })).toBe(429);
  await frame.app.close();
  frame = await start({ RATE_LIMIT_PER_ADDRESS: '1', TRUSTED_PROXIES: '10.0.0.0/8' });
  expect(await statusOf('/test/a', '10.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toBe(200);
  expect(await statusOf('/test/a', '10.0.0.1', { 'x-forwarded-for': '192.0.2.2' })).toBe(200);
  expect(await statusOf('/test/a', '10.0.0.1', { 'x-forwarded-for': '192.0.2.2' })).toBe(429);
});
