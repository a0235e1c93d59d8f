import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { launchBrowser } from '../support/screenshot.ts';

let test: TestApp;
let browser: Browser;
let address: string;

beforeAll(async () => {
  test = await createTestApp();
  const world = await makeWorld(test.deps, { contacts: 1 });
  await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  const origin = await test.app.listen({ host: '127.0.0.1', port: 0 });
  address = `${origin}/u/${unsubscribeToken(test.deps, world.contactIds[0]!)}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

async function look(page: Page, name: string, width: number): Promise<void> {
  expect(await accessibilityFaults(page), `${name} at ${width} px`).toEqual([]);
}

it.each([360, 1280])(
  'by clicks at %i px, in every state, with nothing for axe-core to find',
  async (width) => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(address);
    await look(page, 'offered', width);
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await page.title()).toMatch(/^Error: /);
    await look(page, 'pause-missing', width);
    await page.getByText('90 days', { exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Write less often' }).click();
    await page.getByRole('link', { name: 'Nobody at this employer should be asked' }).click();
    await look(page, 'confirm', width);
    await page.getByRole('button', { name: 'Yes, ask nobody here' }).click();
    await look(page, 'chosen', width);
    await page.getByRole('link', { name: 'Español' }).click();
    await look(page, 'elegido', width);
    for (let left = 3; left > 0; left -= 1) {
      expect(await page.getByRole('button', { name: /^Deshacer/ }).count()).toBe(left);
      await page
        .getByRole('button', { name: /^Deshacer/ })
        .first()
        .click();
    }
    expect(await page.getByRole('button', { name: /^Deshacer/ }).count()).toBe(0);
    await context.close();
  },
);
