import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { linkToken } from '../../src/lib/tokens.ts';
import { createTestApp } from '../support/app.ts';
import { faultsAtWidths } from '../support/axe.ts';
import { type Owner, openRouteWorld, type RouteWorld, type Sample } from '../support/route-world.ts';
import { launchBrowser } from '../support/screenshot.ts';

let world: RouteWorld;
let browser: Browser;
let base: string;

beforeAll(async () => {
  world = await openRouteWorld();
  base = await world.test.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await world?.test.close();
});

/**
 * What is no page of this world: files of the style sheet, an address that only ever leads back to the check, and the
 * set-up, which is over (it is looked at below).
 */
const ELSEWHERE = ['/assets/*', '/r/:token/send', '/setup/:token'];

type Seen = Sample & { as: Exclude<Owner, 'everybody'> | null };

/** Where the schools' agency has more to show than the one that decides. */
const SCHOOLS = /^\/staff(\/(waves|committees|imports|calendar|applications|lists|people)\b|$)/;

function viewerOf({ url, owner }: Sample): Seen['as'] {
  if (!url.startsWith('/staff') || url.startsWith('/staff/sign-in')) return null;
  return owner === 'everybody' ? (SCHOOLS.test(url) ? 'k12' : 'deciding') : owner;
}

/** Every page there is, from the routes that the application has; what answers with a file or data is no page. */
async function findPages(): Promise<{ pages: Seen[]; missing: string[] }> {
  const pages: Seen[] = [];
  const missing: string[] = [];
  const routes = world.test.app.routeTable.filter(
    ({ method, access, url }) => method === 'GET' && access !== 'api' && !ELSEWHERE.includes(url),
  );
  for (const route of routes) {
    const answered: number[] = [];
    for (const sample of world.samplesOf(route)) {
      const seen = { ...sample, as: viewerOf(sample) };
      const reply = seen.as
        ? await world.staff[seen.as].browser.get(seen.url)
        : await world.test.app.inject(seen.url);
      answered.push(reply.statusCode);
      const isPage = String(reply.headers['content-type']).startsWith('text/html');
      if (reply.statusCode === 200 && isPage) pages.push(seen);
    }
    if (!answered.includes(200)) missing.push(`${route.url} ${answered}`);
  }
  return { pages, missing };
}

/** What is wrong with an open page: its own faults, and what the browser complained of while it loaded. */
async function look(page: Page, url: string, complaints: string[]): Promise<string[]> {
  complaints.length = 0;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(url);
  const faults = [...complaints];
  const headings = await page.locator('h1').count();
  // The mail itself, which the mailbox shows in a frame, is headed by its subject there.
  if (headings !== 1 && !/\/mailbox\/.*\/html$/.test(url)) faults.push(`${headings} first headings`);
  return [...faults, ...(await faultsAtWidths(page, [1280, 360]))];
}

async function openTab(): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => {
    // What the browser gave up by itself as it went on to the next page, such as an icon, is no fault of the page.
    const { errorText } = request.failure() ?? {};
    if (errorText !== 'net::ERR_ABORTED') complaints.push(`not loaded: ${request.url()} (${errorText})`);
  });
  return { page, complaints };
}

it('every page fits a phone and a desk, and neither axe-core nor the browser finds a fault with it', async () => {
  const { pages, missing } = await findPages();
  expect(missing).toEqual([]);
  expect(pages.length).toBeGreaterThan(100);
  const faults: Record<string, string[]> = {};
  for (const as of [null, 'k12', 'deciding', 'asking'] as const) {
    const { page, complaints } = await openTab();
    if (as) {
      const link = new URL(await createSignInLink(world.test.deps, world.staff[as]));
      await page.goto(`${base}${link.pathname}`);
      await page.getByRole('button').first().click();
    }
    for (const { url, pattern } of pages.filter((seen) => seen.as === as)) {
      const found = await look(page, `${base}${url}`, complaints);
      if (found.length > 0) faults[pattern] = found;
    }
    await page.context().close();
  }
  expect(faults).toEqual({});
}, 400_000);

it('so does the set-up, before there is anything else', async () => {
  const empty = await createTestApp();
  const { page, complaints } = await openTab();
  try {
    const origin = await empty.app.listen({ host: '127.0.0.1', port: 0 });
    const token = linkToken(empty.deps.secrets.linkKey, 'setup', 0);
    expect(await look(page, `${origin}/setup/${token}`, complaints)).toEqual([]);
  } finally {
    await page.context().close();
    await empty.close();
  }
});
