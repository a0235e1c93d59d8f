import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { closeWave } from '../../src/waves/end-wave.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { pauseWave } from '../../src/waves/pause-wave.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { launchBrowser } from '../support/screenshot.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from '../waves/waves-world.ts';

let test: TestApp;
let browser: Browser;
let base: string;
let world: WavesWorld;
let draft: number;
let proposed: number;
let running: number;
let closed: number;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(systemClock.now());
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(test.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  world = await makeWavesWorld(test, { employers: 18 });
  const launch = async (naics: string) => {
    const waveId = await makeProposed(test, world, { meeting: true, audience: { naicsPrefixes: [naics] } });
    await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
    return waveId;
  };
  running = await launch('62');
  closed = await launch('23');
  await pauseWave(test.deps, { staff: world.proposer, waveId: closed });
  await closeWave(test.deps, { staff: world.proposer, waveId: closed });
  draft = await makeDraft(test, world, { meeting: true });
  proposed = await makeProposed(test, world, { meeting: true });
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

async function signedIn(staffId: number, width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
  const page = await context.newPage();
  const link = new URL(await createSignInLink(test.deps, { id: staffId }));
  await page.goto(`${base}${link.pathname}`);
  await page.getByRole('button').first().click();
  return page;
}

describe.each([320, 1280])('at %i px', (width) => {
  it('every page of a wave in every state has no fault that axe-core finds, and fits the screen', async () => {
    const page = await signedIn(world.approver.id, width);
    const faults: Record<string, string[]> = {};
    for (const path of [
      '/staff/waves',
      '/staff/waves/new',
      `/staff/waves/${draft}`,
      ...['audience', 'topics', 'protocol', 'preview', 'people', 'left-out', 'cancel'].map(
        (part) => `/staff/waves/${draft}/${part}`,
      ),
      `/staff/waves/${proposed}`,
      `/staff/waves/${running}?done=launched`,
      `/staff/waves/${running}/people`,
      `/staff/waves/${running}/left-out`,
      `/staff/waves/${running}/report`,
      '/staff/calendar',
      `/staff/employers/${world.employerIds[0]}`,
      `/staff/waves/${running}/close`,
      `/staff/waves/${closed}`,
    ]) {
      const response = await page.goto(`${base}${path}`);
      expect(response?.status(), path).toBe(200);
      const found = await accessibilityFaults(page);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
    await page.context().close();
  });

  it('faults of a form are announced, linked and pass axe-core', async () => {
    const page = await signedIn(world.proposer.id, width);
    await page.goto(`${base}/staff/waves/${draft}/protocol`);
    await page.getByLabel('Credentials and meetings in one mail, at most').fill('lots');
    await page.getByRole('button', { name: 'Save and see the preview' }).click();
    expect(await page.title()).toMatch(/^Error: /);
    await page.getByRole('link', { name: 'Enter a number from 1 to 10' }).click();
    expect(page.url()).toMatch(/#maxAsks$/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.context().close();
  });
});

it('a person plans a wave and another launches it, in a real browser without a script', async () => {
  const planner = await signedIn(world.proposer.id, 1280);
  await planner.goto(`${base}/staff/waves`);
  await planner.getByRole('link', { name: 'New wave' }).click();
  await planner.getByLabel('Name of the wave').fill('Lodging and freight');
  await planner.getByRole('button', { name: 'Continue' }).click();
  await planner.getByLabel('Accommodation and Food Services').check();
  await planner.getByLabel('Transportation and Warehousing').check();
  await planner.getByRole('button', { name: 'Save and continue' }).click();
  await planner.getByLabel('CompTIA A+').check();
  await planner.getByLabel('Industry advisory committee: Spring meeting').check();
  await planner.getByRole('button', { name: 'Save and continue' }).click();
  await planner.getByRole('button', { name: 'Save and see the preview' }).click();
  expect(await planner.getByRole('heading', { level: 1 }).textContent()).toBe('Preview');
  await planner.getByRole('button', { name: 'Propose this wave' }).click();
  expect(await planner.getByText('You proposed this wave').count()).toBe(1);
  const url = planner.url().replace(/\?.*/, '');

  const launcher = await signedIn(world.approver.id, 320);
  await launcher.goto(url);
  await launcher.getByRole('button', { name: 'Approve and launch' }).click();
  expect(await launcher.getByText('The wave is launched').count()).toBe(1);
  await launcher.getByRole('button', { name: 'Pause' }).click();
  expect(await launcher.getByText('Nothing more leaves').count()).toBe(1);
  await planner.context().close();
  await launcher.context().close();
});
