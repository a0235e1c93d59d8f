/**
 * Pictures of pages for people to look at, taken with Debian's chromium:
 *   node --import tsx test/support/screenshot.ts URL FILE.png [WIDTH] [--cookie name=value] [--forced-colors] [--text-200]
 */
import { type Browser, chromium } from 'playwright-core';

export const CHROMIUM_PATH = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** With `largeText` the reader's own font size is twice the usual, as WCAG 1.4.4 wants pages to bear. */
export async function launchBrowser(options: { largeText?: boolean } = {}): Promise<Browser> {
  const args = options.largeText ? [...FLAGS, '--blink-settings=defaultFontSize=32'] : FLAGS;
  return chromium.launch({ executablePath: CHROMIUM_PATH, args });
}

export type ScreenshotOptions = {
  url: string;
  path: string;
  width?: number;
  cookies?: { name: string; value: string }[];
  forcedColors?: boolean;
};

export async function screenshot(browser: Browser, options: ScreenshotOptions): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 800 },
    javaScriptEnabled: false,
    forcedColors: options.forcedColors ? 'active' : 'none',
  });
  try {
    const { cookies = [] } = options;
    await context.addCookies(cookies.map((cookie) => ({ ...cookie, url: options.url })));
    const page = await context.newPage();
    await page.goto(options.url);
    await page.screenshot({ path: options.path, fullPage: true });
  } finally {
    await context.close();
  }
}

async function main(argv: string[]): Promise<void> {
  const flag = (name: string) => argv.includes(name);
  const cookie = argv[argv.indexOf('--cookie') + 1]?.split('=') ?? [];
  const [url, path, width] = argv.filter(
    (argument, index) => !argument.startsWith('--') && argv[index - 1] !== '--cookie',
  );
  if (!url || !path) throw new Error('usage: screenshot.ts URL FILE.png [WIDTH]');
  const browser = await launchBrowser({ largeText: flag('--text-200') });
  try {
    await screenshot(browser, {
      url,
      path,
      ...(width ? { width: Number(width) } : {}),
      ...(flag('--cookie') ? { cookies: [{ name: cookie[0]!, value: cookie.slice(1).join('=') }] } : {}),
      forcedColors: flag('--forced-colors'),
    });
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
