import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createTestClock } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { openSampleConsole, type SampleConsole } from '../support/sample-console.ts';
import { launchBrowser } from '../support/screenshot.ts';

let sample: SampleConsole;
let browser: Browser;
let base: string;

beforeAll(async () => {
  sample = await openSampleConsole({ clock: createTestClock(systemClock.now()) });
  await sample.test.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(sample.test.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sample?.test.close();
});

describe.each([320, 1280])('at %i px', (width) => {
  it('no page of the console has a fault that axe-core finds, and each fits the screen', async () => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
    const page = await context.newPage();
    const link = new URL(await createSignInLink(sample.test.deps, sample.state.k12.editor));
    const faults: Record<string, string[]> = {};
    const look = async (name: string) => {
      const found = await accessibilityFaults(page);
      if (found.length > 0) faults[name] = found;
    };
    await page.goto(`${base}/staff/sign-in`);
    await look('sign-in');
    await page.goto(`${base}${link.pathname}`);
    await look('sign-in link');
    await page.getByRole('button').first().click();
    // Downloads are no pages.
    const routes = sample.walk('GET').filter(({ url }) => !/\.(csv|json|ics)$/.test(url));
    expect(routes.length).toBeGreaterThan(35);
    for (const { pattern, url } of routes) {
      await page.goto(`${base}${url}`);
      await look(pattern);
    }
    expect(faults).toEqual({});
    await context.close();
  });
});
