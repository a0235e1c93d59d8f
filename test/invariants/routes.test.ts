import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildFrame, type Frame } from '../support/frame.ts';

let frame: Frame;
beforeAll(async () => {
  frame = await buildFrame();
});
afterAll(() => frame.app.close());

const describeRoute = ({ method, url, access }: Frame['app']['routeTable'][number]) =>
  `${access} ${method} ${url}`;

test('every route declares its access', () => {
  // Registration throws without it (test/http/access.unit.test.ts); here it is seen that the real application starts.
  expect(frame.app.routeTable.length).toBeGreaterThan(10);
});

test('personal links are opened, and never act, by GET or HEAD', () => {
  const oneClick = frame.app.routeTable.filter((route) => route.access === 'one-click');
  expect(oneClick.filter((route) => route.method !== 'POST').map(describeRoute)).toEqual([]);
});

test('the parameter of a personal link is called token, which is what limits and caching go by', () => {
  const links = frame.app.routeTable.filter((r) => r.access === 'token' || r.access === 'one-click');
  expect(links.filter((route) => !route.url.includes('/:token')).map(describeRoute)).toEqual([]);
  const others = frame.app.routeTable.filter((route) => !links.includes(route));
  expect(others.filter((route) => route.url.includes(':token')).map(describeRoute)).toEqual([]);
});

test('the console lies under /staff and is for staff, but for signing in', () => {
  const open = frame.app.routeTable.filter((r) => r.url.startsWith('/staff') && r.access !== 'staff');
  expect(open.filter((route) => !route.url.startsWith('/staff/sign-in')).map(describeRoute)).toEqual([]);
  const elsewhere = frame.app.routeTable.filter((r) => r.access === 'staff' && !r.url.startsWith('/staff'));
  expect(elsewhere.map(describeRoute)).toEqual([]);
});

test('browsers send GET and POST only, so pages have no other methods', () => {
  const others = frame.app.routeTable.filter(
    (r) => r.access !== 'api' && !['GET', 'HEAD', 'POST'].includes(r.method),
  );
  expect(others.map(describeRoute)).toEqual([]);
});
