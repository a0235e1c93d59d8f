import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const OPTIONS = JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'] });

type AxeResult = { violations: { id: string; nodes: { html: string }[] }[] };

/**
 * What axe-core finds wrong with the page, one line a rule (STANDARDS A7), and whether it must be scrolled sideways.
 * The page's context needs `bypassCSP`, since our pages run no scripts.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return [...(await runAxe(page)), ...(await overflowOf(page))];
}

/** The same at several widths of one opened page; 320 px, where WCAG 1.4.10 looks at reflow, only for scrolling. */
export async function faultsAtWidths(page: Page, widths: readonly number[]): Promise<string[]> {
  await page.evaluate(AXE);
  const faults: string[] = [];
  for (const width of [...widths, 320]) {
    await page.setViewportSize({ width, height: 800 });
    const found = [...(width === 320 ? [] : await runAxe(page)), ...(await overflowOf(page))];
    faults.push(...found.map((fault) => `at ${width} px: ${fault}`));
  }
  return faults;
}

async function runAxe(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate(`axe.run(document, ${OPTIONS})`)) as AxeResult;
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

async function overflowOf(page: Page): Promise<string[]> {
  const overflow = (await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )) as number;
  return overflow > 0 ? [`scrolls sideways by ${overflow} px`] : [];
}
