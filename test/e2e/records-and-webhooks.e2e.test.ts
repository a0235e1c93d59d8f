import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { publishEvent } from '../../src/events/publish-event.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deliverDue } from '../../src/webhooks/deliver-due.ts';
import { dispatchEvents } from '../../src/webhooks/dispatch-events.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { launchBrowser } from '../support/screenshot.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let test: TestApp;
let browser: Browser;
let base: string;
let agencyId: number;
let people: { id: number }[];

beforeAll(async () => {
  // Nobody listens on port 1, so that the log has a failed try.
  test = await createTestApp({ settings: { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' } });
  test.clock.set(systemClock.now());
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(test.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  agencyId = (await makeAgency(test)).id;
  people = [await makeStaff(test, agencyId), await makeStaff(test, agencyId)];
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

const faults: Record<string, string[]> = {};

async function look(page: Page, name: string): Promise<void> {
  const found = await accessibilityFaults(page);
  if (found.length > 0) faults[name] = found;
}

async function openConsole(width: number, staff: { id: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(new URL(new URL(await createSignInLink(test.deps, staff)).pathname, base).href);
  await page.getByRole('button').first().click();
  return page;
}

describe.each([320, 1280])('at %i px', (width) => {
  it('an endpoint is added, its secret seen once, its log read and a message sent again', async () => {
    const page = await openConsole(width, people[0]!);
    await page.goto(`${base}/staff/webhooks`);
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    expect(await page.title()).toMatch(/^Error: /);
    await look(page, `${width} webhooks refused`);
    await page.getByLabel('What is it for?').fill(`Workflow ${width}`);
    await page.getByLabel('Address').fill('http://127.0.0.1:1/hook');
    await page.getByText('An application was decided').click();
    await page.getByRole('button', { name: 'Add the endpoint' }).click();
    expect(await page.content()).toContain('whsec_');
    await look(page, `${width} endpoint with secret`);
    await publishEvent(test.deps.db, {
      agencyId,
      type: 'decision.made',
      at: test.clock.now(),
      data: { applicationId: 1, credential: 'cna', list: 'unified' },
    });
    await dispatchEvents(test.deps);
    await deliverDue(test.deps);
    await page.goto(`${base}/staff/webhooks`);
    await look(page, `${width} webhooks`);
    await page.getByRole('link', { name: `Workflow ${width}` }).click();
    await page.getByText('1 try').click();
    expect(await page.content()).toContain('No connection');
    expect(await page.content()).not.toContain('whsec_');
    await look(page, `${width} endpoint with log`);
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByRole('button', { name: 'Switch on' }).waitFor();
    await look(page, `${width} endpoint off`);
    expect(faults).toEqual({});
    await page.context().close();
  });

  it('a records request is answered, rules are set, and a hold is lifted by a second person', async () => {
    const page = await openConsole(width, people[0]!);
    await page.goto(`${base}/staff/records`);
    await page.getByRole('button', { name: 'Make the packet' }).click();
    await look(page, `${width} request refused`);
    await page.getByLabel('Number of the request').fill(`R-${width}`);
    await page.getByLabel('First day').fill('2026-01-01');
    await page.getByLabel('Last day').fill('2026-12-31');
    await page.getByText('Names, titles and addresses of people').click();
    await page.getByRole('button', { name: 'Make the packet' }).click();
    await page.getByRole('heading', { name: `Request R-${width}` }).waitFor();
    await look(page, `${width} packet`);
    await page.goto(`${base}/staff/records/retention`);
    await page.getByLabel('Who gave an answer').fill('ten');
    await page.getByRole('button', { name: 'Propose the rules' }).click();
    await look(page, `${width} retention refused`);
    await page.getByLabel('Who gave an answer').fill('36');
    await page.getByRole('button', { name: 'Propose the rules' }).click();
    await page.getByRole('button', { name: 'Leave it as it is' }).waitFor();
    await look(page, `${width} retention`);
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    await page.goto(`${base}/staff/records/holds`);
    await page.getByLabel('Why?').fill(`Lawsuit ${width}`);
    await page.getByRole('button', { name: 'Place the hold' }).click();
    await page.getByText('Ask to lift it').first().click();
    await page.getByRole('button', { name: 'Ask another person' }).first().click();
    expect(await page.title()).toMatch(/^Error: /);
    await look(page, `${width} lift refused`);
    await page.getByLabel('Why can it be lifted?').first().fill('Settled');
    await page.getByRole('button', { name: 'Ask another person' }).first().click();
    await look(page, `${width} lift asked`);
    expect(await page.getByRole('button', { name: 'Lift the hold' }).count()).toBe(0);
    await page.context().close();

    const second = await openConsole(width, people[1]!);
    await second.goto(`${base}/staff/records/holds`);
    await look(second, `${width} lift to confirm`);
    await second.getByRole('button', { name: 'Lift the hold' }).first().click();
    await second.getByText('agreed on').first().waitFor();
    await look(second, `${width} hold lifted`);
    expect(faults).toEqual({});
    await second.context().close();
  });
});
