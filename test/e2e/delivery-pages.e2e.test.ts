import type { AddressInfo } from 'node:net';
import { sql } from 'drizzle-orm';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { requestLift } from '../../src/delivery/lift-suppression.ts';
import { recordMailEvents } from '../../src/delivery/record-mail-event.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave, makeWorld, type World } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { launchBrowser } from '../support/screenshot.ts';

let test: TestApp;
let browser: Browser;
let base: string;
let world: World;
let suppressionIds: number[];

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(systemClock.now());
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(test.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
  world = await makeWorld(test.deps, { contacts: 4, credentials: 1 });
  const waveId = await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  const messages = await test.deps.db.execute<{ id: number }>(
    sql`select id from messages where wave_id = ${waveId} order by id`,
  );
  const event = {
    source: 'sendgrid',
    classification: null,
    occurredAt: null,
    facts: { status: '5.1.1' },
  } as const;
  await recordMailEvents(test.deps, [
    {
      ...event,
      kind: 'bounce',
      classification: 'dead_address',
      messageRow: messages[0]!.id,
      providerEventId: '1',
    },
    { ...event, kind: 'complaint', messageRow: messages[1]!.id, providerEventId: '2' },
    { ...event, kind: 'other', messageRow: messages[2]!.id, providerEventId: '3' },
  ]);
  const rows = await test.deps.db.execute<{ id: number }>(sql`select id from suppressions order by id`);
  suppressionIds = rows.map((row) => row.id);
  await requestLift(test.deps, {
    staff: { id: world.staffId, agencyId: world.agencyId, role: 'approver' },
    suppressionId: suppressionIds[0]!,
    reason: 'The mailbox works again',
  });
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

describe.each([320, 1280])('at %i px', (width) => {
  it('the pages about mail that came back have no fault that axe-core finds, and a second person can agree', async () => {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
    try {
      const page = await context.newPage();
      await page.goto(
        new URL(new URL(await createSignInLink(test.deps, { id: world.secondStaffId })).pathname, base).href,
      );
      await page.click('button[type=submit]');
      const [asked, plain] = suppressionIds;
      for (const path of ['', '/receipts', `/${asked}`, `/${plain}`]) {
        await page.goto(`${base}/staff/suppressions${path}`);
        expect([path, await accessibilityFaults(page)]).toEqual([path, []]);
      }
      await page.goto(`${base}/staff/suppressions/${plain}`);
      await page.click('text=Ask a second person');
      expect(await page.textContent('.usa-error-message')).toContain('Enter why');
      expect(await accessibilityFaults(page)).toEqual([]);
      if (width !== 1280) return;
      await page.goto(`${base}/staff/suppressions/${asked}`);
      await page.click('text=Agree: mails may go there again');
      expect(await page.textContent('main')).toContain('The address may get mails again');
      expect(await accessibilityFaults(page)).toEqual([]);
    } finally {
      await context.close();
    }
  });
});
