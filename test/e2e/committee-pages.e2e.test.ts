import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { createCommittee } from '../../src/committees/create-committee.ts';
import { respondToMeeting, rsvpToken } from '../../src/committees/respond-to-meeting.ts';
import { scheduleMeeting } from '../../src/committees/schedule-meeting.ts';
import { rsvpLinks } from '../../src/db/schema/committees.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { hashToken } from '../../src/lib/tokens.ts';
import { insertAgency, inviteSomebody } from '../committees/support.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { launchBrowser } from '../support/screenshot.ts';

const DAY_MS = 86_400_000;

let test: TestApp;
let browser: Browser;
let base: string;
let staffId: number;
let committeePath: string;
let meetingPath: string;
let publicPath: string;
/** Fresh, accepted, as a guest; each with a meeting of its own. */
let rsvp: { fresh: string; accepted: string; guest: string };

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(systemClock.now());
  await test.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(test.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();

  const { deps } = test;
  const now = deps.clock.now();
  const { agency, staff, wave } = await insertAgency(deps.db, 'home');
  const { id: committeeId, slug } = await createCommittee(deps, {
    staff,
    name: 'Health careers advisory committee',
    purpose: 'Says what schools should teach.',
    isPublic: true,
    seats: [{ role: 'employer', naicsPrefix: null, seats: 1, termFrom: null, termUntil: null }],
  });
  const { id: meetingId } = await scheduleMeeting(deps, {
    staff,
    committeeId,
    meeting: {
      title: 'Winter meeting',
      startsAt: new Date(now.getTime() + 30 * DAY_MS),
      endsAt: new Date(now.getTime() + 30 * DAY_MS + 5_400_000),
      timeZone: 'America/Denver',
      place: 'Room 4',
      onlineUrl: 'https://meet.example/winter',
      agenda: 'Welcome',
    },
  });
  const invite = async (accepts: boolean) => {
    const { askId } = await inviteSomebody(deps.db, { agencyId: agency.id, waveId: wave.id, meetingId });
    const token = rsvpToken(deps, askId);
    await deps.db.insert(rsvpLinks).values({ askId, tokenHash: hashToken(token), createdAt: now });
    if (accepts) {
      await deps.db.transaction((tx) =>
        respondToMeeting(tx, deps, { askId, answer: { response: 'accepted' }, now }),
      );
    }
    return `/m/${token}`;
  };
  rsvp = { fresh: await invite(false), accepted: await invite(true), guest: await invite(true) };
  staffId = staff.id;
  committeePath = `/staff/committees/${committeeId}`;
  meetingPath = `/staff/meetings/${meetingId}`;
  publicPath = `/committees/${slug}`;
});
afterAll(async () => {
  await browser?.close();
  await test?.close();
});

describe.each([320, 1280])('at %i px', (width) => {
  async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
    try {
      await use(await context.newPage());
    } finally {
      await context.close();
    }
  }

  it('the console’s committee pages have no fault that axe-core finds', async () => {
    await withPage(async (page) => {
      const link = new URL(await createSignInLink(test.deps, { id: staffId }));
      await page.goto(base + link.pathname);
      await page.click('button[type=submit]');
      for (const path of [
        '/staff/committees',
        '/staff/committees/new',
        committeePath,
        `${committeePath}/seats`,
        `${committeePath}/meetings/new`,
        meetingPath,
        `${meetingPath}/move`,
        `${meetingPath}/cancel`,
      ]) {
        await page.goto(base + path);
        expect(await accessibilityFaults(page), path).toEqual([]);
      }
      await page.goto(`${base}/staff/committees/new`);
      await page.click('main button[type=submit]');
      expect(await page.title()).toMatch(/^Error: /);
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  });

  it('the invited person’s page has none in any state or language', async () => {
    await withPage(async (page) => {
      for (const path of [rsvp.fresh, rsvp.accepted, rsvp.guest]) {
        for (const language of ['en', 'es']) {
          await page.goto(`${base}${path}?lang=${language}`);
          expect(await page.getAttribute('html', 'lang')).toBe(language);
          expect(await accessibilityFaults(page), path).toEqual([]);
        }
      }
      await page.goto(base + rsvp.fresh);
      await page.click('summary');
      await page.fill('#colleagueEmail', 'nobody');
      await page.click('main button[type=submit]');
      expect(await page.title()).toMatch(/^Error: /);
      expect(await accessibilityFaults(page)).toEqual([]);
    });
  });

  it('the public pages have none', async () => {
    await withPage(async (page) => {
      for (const path of ['/', '/committees', publicPath, '/accessibility', '/privacy']) {
        for (const language of ['en', 'es']) {
          await page.goto(`${base}${path}?lang=${language}`);
          expect(await accessibilityFaults(page), path).toEqual([]);
        }
      }
    });
  });
});

it('the invited person answers and changes the answer by keyboard, with scripting off', async () => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(base + rsvp.accepted);
  await page.focus('#answer-2');
  await page.keyboard.press('Space');
  await page.focus('main button[type=submit]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/m/*?lang=en');
  expect(await page.textContent('main')).toContain('You are not coming');
  await page.focus('#answer');
  await page.keyboard.press('Space');
  await page.focus('main button[type=submit]');
  await page.keyboard.press('Enter');
  await page.getByText('You are coming').first().waitFor();
  await context.close();
});
