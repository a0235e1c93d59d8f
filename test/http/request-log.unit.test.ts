import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildFrame, type Frame } from '../support/frame.ts';

const TOKEN = 'Zq8PtokenThatMustNotBeLogged0123';

let frame: Frame;
beforeAll(async () => {
  frame = await buildFrame({
    routes: (app) => {
      app.get('/test/:token', { config: { access: 'token' } }, async () => 'ok');
      app.get('/test/:token/broken', { config: { access: 'token' } }, async () => {
        throw new Error('broken');
      });
    },
  });
});
afterAll(() => frame.app.close());

test('no personal link or query reaches the log, whatever happens to the request', async () => {
  const urls = [
    `/test/${TOKEN}`,
    `/test/${TOKEN}?next=${TOKEN}`,
    `/test/${TOKEN}/broken`,
    `/test/${TOKEN}/unknown/step`,
    `/test/${TOKEN}%ZZ`,
    `/no/such/${TOKEN}`,
    `/staff/people?secret=${TOKEN}`,
    `/test/${TOKEN.repeat(600)}`,
  ];
  for (const url of urls) {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE'] as const) {
      await frame.app.inject({
        method,
        url,
        headers: { referer: `https://survey.example${url}`, cookie: `a=${TOKEN}` },
      });
    }
  }
  expect(frame.logLines.length).toBeGreaterThan(20);
  expect(frame.logLines.join('')).not.toContain(TOKEN);
});

test('a line names the route by its pattern', async () => {
  frame.logLines.length = 0;
  await frame.app.inject(`/test/${TOKEN}`);
  expect(JSON.parse(frame.logLines[0]!)).toMatchObject({ method: 'GET', route: '/test/:token', status: 200 });
});
