import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waves } from '../../src/db/schema/outreach.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type InvitedEmployer, inviteEmployers } from '../support/invited-employers.ts';
import { launchBrowser } from '../support/screenshot.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** The little of the browser's own document that is asked here. */
declare const document: {
  activeElement: { tagName: string; name?: string; value?: string; textContent: string | null } | null;
  documentElement: { lang: string; scrollWidth: number; clientWidth: number };
  querySelectorAll(selector: string): { length: number };
};

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let t: TestApp;
let browser: Browser;
let base: string;

beforeAll(async () => {
  t = await createTestApp();
  t.clock.set(systemClock.now());
  await t.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(t.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await t?.close();
});

const inviteOne = async (): Promise<InvitedEmployer & { waveId: number }> => {
  const { employers, waveId } = await inviteEmployers(t.deps, { now: t.clock.now(), meeting: true });
  return { ...employers[0]!, waveId };
};

describe('by keyboard alone, with scripting off, on a phone', () => {
  it('an employer answers, checks and sends', async () => {
    const { token, invitationId } = await inviteOne();
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
    });
    const page = await context.newPage();
    try {
      await page.goto(`${base}/r/${token}`);
      await activate(page, 'Start');
      await page.waitForURL('**/about');
      // Name and title are filled in from what we have; the questions are not.
      await choose(page, 'hiring', 0);
      await choose(page, 'connected', 0);
      await activate(page, 'Continue');
      await page.waitForURL('**/c/1');
      await choose(page, 'incentive', 0);
      await choose(page, 'preference', 2);
      await activate(page, 'Continue');
      await page.waitForURL('**/c/2');
      await focusOn(page, (focus) => focus.name === 'not_familiar');
      await page.keyboard.press('Space');
      await activate(page, 'Continue');
      await page.waitForURL('**/c/3');
      await activate(page, 'Continue');
      expect(await page.title()).toMatch(/^Error: /);
      await follow(page, /first question/);
      expect(await focused(page)).toMatchObject({ name: 'incentive', value: 'yes' });
      await page.keyboard.press('Space');
      await choose(page, 'preference', 0);
      await activate(page, 'Continue');
      await page.waitForURL('**/m/1');
      await choose(page, 'response', 0);
      await activate(page, 'Continue');
      await page.waitForURL('**/check');
      await activate(page, 'Send answers');
      await page.waitForURL('**/thanks');
      expect(await page.textContent('h1')).toBe('Thank you. Your answers have been sent');
      const stored = await t.deps.db
        .select({ familiar: answers.familiar, values: answers.values })
        .from(answers)
        .where(eq(answers.invitationId, invitationId))
        .orderBy(answers.askId);
      expect(stored).toEqual([
        { familiar: true, values: { incentive: 'yes', preference: 'not_sure' } },
        { familiar: false, values: {} },
        { familiar: true, values: { incentive: 'yes', preference: 'yes' } },
      ]);
    } finally {
      await context.close();
    }
  });
});

type State = {
  name: string;
  /** Brings a page into the state, as a person would. */
  reach(
    page: Page,
    at: (step?: string) => string,
    invited: InvitedEmployer & { waveId: number },
  ): Promise<void>;
};

const press = async (page: Page) => {
  await Promise.all([page.waitForEvent('load'), page.locator('main form button[type=submit]').click()]);
};
const pick = async (page: Page, name: string, value: string) => {
  await page.locator(`input[name="${name}"][value="${value}"] + label`).click();
};
const fillAbout = async (page: Page, at: (step?: string) => string, connected: 'yes' | 'no' = 'no') => {
  await page.goto(at('/about'));
  await pick(page, 'hiring', 'yes');
  await pick(page, 'connected', connected);
  await press(page);
};
const fillAll = async (page: Page, at: (step?: string) => string) => {
  await fillAbout(page, at);
  for (const number of [1, 2, 3]) {
    await page.goto(at(`/c/${number}`));
    await pick(page, 'incentive', 'yes');
    await pick(page, 'preference', 'no');
    await press(page);
  }
  await page.goto(at('/m/1'));
  await pick(page, 'response', 'declined');
  await press(page);
};
const send = async (page: Page, at: (step?: string) => string) => {
  await fillAll(page, at);
  await page.goto(at('/check'));
  await press(page);
};
const close = async (waveId: number) => {
  const now = t.clock.now();
  await t.deps.db
    .update(waves)
    .set({ state: 'closed', closedAt: now, closeAt: now, graceUntil: now })
    .where(eq(waves.id, waveId));
};

const STATES: State[] = [
  { name: 'start', reach: async (page, at) => void (await page.goto(at())) },
  {
    name: 'start, notice open',
    reach: async (page, at) => {
      await page.goto(at());
      await page.locator('summary').first().click();
    },
  },
  { name: 'about you', reach: async (page, at) => void (await page.goto(at('/about'))) },
  {
    name: 'about you, wrong',
    reach: async (page, at) => {
      await page.goto(at('/about'));
      await page.fill('#name', '');
      await press(page);
    },
  },
  {
    name: 'start, resumed',
    reach: async (page, at) => {
      await fillAbout(page, at);
      await page.goto(at());
    },
  },
  { name: 'connections', reach: (page, at) => fillAbout(page, at, 'yes') },
  {
    name: 'connections, wrong',
    reach: async (page, at) => {
      await page.goto(at('/connection'));
      await press(page);
    },
  },
  { name: 'credential', reach: async (page, at) => void (await page.goto(at('/c/1'))) },
  {
    name: 'credential, wrong',
    reach: async (page, at) => {
      await page.goto(at('/c/1'));
      await page.locator('summary').click();
      await press(page);
    },
  },
  {
    name: 'credential, contradicted',
    reach: async (page, at) => {
      await page.goto(at('/c/1'));
      await pick(page, 'not_familiar', 'yes');
      await pick(page, 'incentive', 'yes');
      await press(page);
    },
  },
  {
    name: 'meeting',
    reach: async (page, at) => {
      await page.goto(at('/m/1'));
      await page.locator('summary').click();
    },
  },
  {
    name: 'meeting, wrong',
    reach: async (page, at) => {
      await page.goto(at('/m/1'));
      await press(page);
    },
  },
  { name: 'check, in part', reach: async (page, at) => void (await page.goto(at('/check'))) },
  {
    name: 'check, wrong',
    reach: async (page, at) => {
      await page.goto(at('/check'));
      await press(page);
    },
  },
  { name: 'check', reach: fillAll },
  { name: 'thanks', reach: send },
  {
    name: 'thanks, list open',
    reach: async (page, at) => {
      await page.goto(at('/thanks'));
      await page.locator('summary').click();
    },
  },
  {
    name: 'changed and not sent',
    reach: async (page, at) => {
      await page.goto(at('/c/1'));
      await pick(page, 'incentive', 'no');
      await press(page);
      await page.goto(at());
    },
  },
  { name: 'withdraw', reach: async (page, at) => void (await page.goto(at('/withdraw'))) },
  {
    name: 'withdrawn',
    reach: async (page, at) => {
      await page.goto(at('/withdraw'));
      await press(page);
    },
  },
  {
    name: 'closed',
    reach: async (page, at, { waveId }) => {
      await close(waveId);
      await page.goto(at());
    },
  },
];

/** States that end an invitation need one of their own. */
const ENDINGS: State[] = [
  { name: 'decline', reach: async (page, at) => void (await page.goto(at('/decline'))) },
  {
    name: 'decline, wrong',
    reach: async (page, at) => {
      await page.goto(at('/decline'));
      await press(page);
    },
  },
  {
    name: 'declined',
    reach: async (page, at) => {
      await page.goto(at('/decline'));
      await pick(page, 'reason', 'wrong_role');
      await press(page);
    },
  },
  {
    name: 'colleague, wrong',
    reach: async (page, at) => {
      await page.goto(at('/colleague'));
      await page.fill('#email', 'nobody');
      await press(page);
    },
  },
  {
    name: 'passed on',
    reach: async (page, at, { invitationId }) => {
      await page.goto(at('/colleague'));
      await page.fill('#name', 'Bo Diaz');
      await page.fill('#email', `bo@colleague-${invitationId}.example`);
      await press(page);
    },
  },
  {
    name: 'closed, with what was typed',
    reach: async (page, _at, { waveId }) => {
      const other = await inviteOne();
      await page.goto(`${base}/r/${other.token}/c/1?lang=${await page.getAttribute('html', 'lang')}`);
      await pick(page, 'incentive', 'yes');
      await pick(page, 'preference', 'not_sure');
      await close(other.waveId);
      await press(page);
      expect(waveId).not.toBe(other.waveId);
    },
  },
  {
    name: 'unknown link',
    reach: async (page) =>
      void (await page.goto(`${base}/r/${'x'.repeat(32)}?lang=${await page.getAttribute('html', 'lang')}`)),
  },
];

describe.each([
  ['en', 320],
  ['en', 1280],
  ['es', 320],
  ['es', 1280],
] as const)('every page in %s at %d pixels', (language, width) => {
  it.each([
    ['on the way', STATES],
    ['at the ends', ENDINGS],
  ])('%s passes axe, fits the screen and speaks its language', async (_which, states) => {
    const context = await browser.newContext({ viewport: { width, height: 800 } });
    const page = await context.newPage();
    try {
      const invited = await inviteOne();
      const at = (step = '') => `${base}/r/${invited.token}${step}?lang=${language}`;
      for (const state of states) {
        await state.reach(page, at, invited);
        await page.waitForLoadState();
        expect({ state: state.name, ...(await judge(page)) }).toEqual({
          state: state.name,
          violations: [],
          looked: true,
          lang: language,
          tooWide: false,
          titles: 1,
        });
      }
    } finally {
      await context.close();
    }
  });
});

/** What axe finds, and what it does not look at. Scripts are off for the page, not for the browser's own console. */
async function judge(page: Page) {
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
    const { violations, passes } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    const { documentElement } = document;
    return {
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      looked: passes.length > 10,
      lang: documentElement.lang,
      tooWide: documentElement.scrollWidth > documentElement.clientWidth,
      titles: document.querySelectorAll('h1').length,
    };
  }, TAGS);
}

type Focus = { tag: string; name: string; value: string; text: string };

async function focused(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return {
      tag: element?.tagName ?? '',
      name: element?.name ?? '',
      value: element?.value ?? '',
      text: element?.textContent?.trim() ?? '',
    };
  });
}

/** Presses Tab until the wanted thing has focus, as somebody without a mouse does. */
async function focusOn(page: Page, isWanted: (focus: Focus) => boolean): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (isWanted(await focused(page))) return;
  }
  throw new Error(`Tab never reached it on ${page.url()}`);
}

/** A link or button that leads to another page. */
async function activate(page: Page, text: string): Promise<void> {
  await focusOn(page, (focus) => focus.text === text);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

/** A link that leads to a place on the same page. */
async function follow(page: Page, text: RegExp): Promise<void> {
  await focusOn(page, (focus) => text.test(focus.text));
  await page.keyboard.press('Enter');
}

/** Radios: Tab enters the group, arrows move in it. Space takes the one in focus. */
async function choose(page: Page, name: string, index: number): Promise<void> {
  await focusOn(page, (focus) => focus.name === name);
  await page.keyboard.press('Space');
  for (let moves = 0; moves < index; moves += 1) await page.keyboard.press('ArrowDown');
}
