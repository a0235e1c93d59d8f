import { eq } from 'drizzle-orm';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSignInLink } from '../../src/agencies/request-sign-in.ts';
import { applications, listCycles, lists } from '../../src/db/schema/approvals.ts';
import { confirmations, submissions } from '../../src/db/schema/submissions.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { publishPolicy } from '../../src/evidence/publish-policy.ts';
import { hashToken } from '../../src/lib/tokens.ts';
import { openList, receiveOpenAnswer } from '../../src/respond/open-answers.ts';
import { confirmToken } from '../../src/respond/open-confirmation.ts';
import { findMachineBursts } from '../../src/respond/quarantine-answers.ts';
import { sendAnswers } from '../../src/respond/send-answers.ts';
import { ABOUT, BOTH_YES, open, submit } from '../respond/browse.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { accessibilityFaults } from '../support/axe.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { launchBrowser } from '../support/screenshot.ts';

let t: TestApp;
let browser: Browser;
let origin: string;
let invited: Invited;
let slug: string;

beforeAll(async () => {
  t = await createTestApp();
  const { db, clock } = t.deps;
  invited = await inviteEmployers(t.deps, { now: clock.now(), employers: 8, credentials: 1 });
  const credentialId = invited.credentialIds[0]!;
  slug = (await t.deps.sql`select slug from credentials where id = ${credentialId}`)[0]!.slug;
  const { policyVersionId } = await db.transaction((tx) =>
    publishPolicy(tx, { ...WYOMING, now: clock.now() }),
  );
  const common = { agencyId: invited.agencyId };
  const [list] = await db
    .insert(lists)
    .values({
      ...common,
      slug: 'state-list',
      name: 'State list',
      kind: 'unified',
      reviewCycle: 'annual',
      policyVersionId,
      isPublic: true,
      createdAt: clock.now(),
    })
    .returning();
  const [cycle] = await db
    .insert(listCycles)
    .values({ listId: list!.id, name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' })
    .returning();
  await db.insert(applications).values({
    ...common,
    credentialId,
    listId: list!.id,
    cycleId: cycle!.id,
    state: 'submitted',
    submittedBy: invited.staffIds[0],
    submittedAt: clock.now(),
    updatedAt: clock.now(),
  });
  const closesAt = new Date(clock.now().getTime() + 30 * 86_400_000);
  await openList(t.deps, { ...common, staffId: invited.staffIds[0], listId: list!.id, closesAt });
  for (const { token } of invited.employers.slice(0, 3)) {
    const about = { ...ABOUT, name: `Ann Lee ${token.slice(0, 4)}` };
    await submit(t.app, await submit(t.app, await open(t.app, `/r/${token}/about`), about), BOTH_YES);
    await sendAnswers(t.deps, { tokenHash: hashToken(token), language: 'en', ip: '203.0.113.1' });
  }
  await findMachineBursts(t.deps);
  t.clock.advance(60_000);
  const { token } = invited.employers[3]!;
  const about = { ...ABOUT, name: 'Ann Lee quick' };
  await submit(t.app, await submit(t.app, await open(t.app, `/r/${token}/about`), about), BOTH_YES);
  await sendAnswers(t.deps, { tokenHash: hashToken(token), language: 'en', ip: '198.51.100.1' });
  const [link] = await t.deps.sql`select id from open_links`;
  await receiveOpenAnswer(t.deps, {
    openLinkId: link!.id,
    credentialId,
    language: 'en',
    answer: { familiar: true, values: { incentive: 'yes', preference: 'no' } },
    relation: 'none',
    respondentName: 'Sam Reyes',
    respondentTitle: 'Yard manager',
    hiringAuthority: true,
    employerName: 'Bitterroot Timber LLC',
    employerPlace: 'Hamilton, Montana',
    employerWebsite: 'https://bitterroot-timber.example',
    email: 'sam@bitterroot-timber.example',
    shownAt: null,
  });
  origin = await t.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await t?.close();
});

async function look(page: Page, name: string, width: number): Promise<void> {
  expect(await accessibilityFaults(page), `${name} at ${width} px`).toEqual([]);
}
async function openPage(width: number) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, bypassCSP: true });
  return { page: await context.newPage(), close: () => context.close() };
}

it.each([360, 1280])('an employer who confirms, or uses a passed-on link, at %i px', async (width) => {
  const { page, close } = await openPage(width);
  await page.goto(`${origin}/r/${invited.employers[0]!.token}`);
  await look(page, 'waits', width);
  const [confirmation] = await t.deps.db
    .select()
    .from(confirmations)
    .where(eq(confirmations.invitationId, invited.employers[width === 360 ? 0 : 1]!.invitationId));
  await page.goto(`${origin}/v/${confirmToken(t.deps, confirmation!.id)}`);
  await look(page, 'confirm', width);
  await page.getByRole('button', { name: 'Confirm' }).click();
  expect(await page.title()).toMatch(/^Error: /);
  await look(page, 'confirm-error', width);
  await page.getByRole('link', { name: 'Español' }).click();
  await look(page, 'confirmar', width);
  t.clock.advance(10_000);
  await page.getByText('Sí, yo di estas respuestas').click();
  await page.getByRole('button', { name: 'Confirmar' }).click();
  expect(await page.title()).toContain('están confirmadas');
  await look(page, 'confirmed', width);

  const { token } = invited.employers[width === 360 ? 4 : 5]!;
  await page.goto(`${origin}/r/${token}/about`);
  await page.getByLabel('Your name').fill('Bo Diaz');
  await page.getByLabel('Your job title').fill('Foreman');
  await page.getByText('Yes', { exact: true }).click();
  await page.getByText('No connection').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await look(page, 'you', width);
  await page.getByText('No, somebody passed it on to me').click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await look(page, 'you-error', width);
  await page.getByLabel('Your work e-mail address').fill(`bo${width}@elsewhere.example`);
  await page.getByRole('button', { name: 'Continue' }).click();
  for (const question of await page.getByText('Yes', { exact: true }).all()) await question.click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Send answers' }).click();
  await look(page, 'thanks-passed-on', width);
  await close();
});

it.each([360, 1280])('anybody, on the public page, at %i px', async (width) => {
  const { page, close } = await openPage(width);
  await page.goto(`${origin}/lists/state-list/${slug}/answer`);
  await look(page, 'open', width);
  await page.getByRole('button', { name: 'Send' }).click();
  await look(page, 'open-error', width);
  await page.getByRole('link', { name: 'Español' }).click();
  await look(page, 'abierta', width);
  await page.goto(`${origin}/lists/state-list/${slug}/answer?sent=1`);
  await look(page, 'open-sent', width);
  await page.goto(`${origin}/lists/state-list/nothing/answer`);
  await look(page, 'open-closed', width);
  await close();
});

it.each([360, 1280])('staff who look at answers and enter one, at %i px', async (width) => {
  const { page, close } = await openPage(width);
  await page.goto(
    await createSignInLink(t.deps, { id: invited.staffIds[0] }).then((url) => origin + new URL(url).pathname),
  );
  await page.getByRole('button').first().click();
  await page.goto(`${origin}/staff/answers/review`);
  await look(page, 'review', width);
  await page.goto(`${origin}/staff/answers/${invited.employers[2]!.invitationId}`);
  await look(page, 'quarantined', width);
  const [submission] = await t.deps.db.select().from(submissions).where(eq(submissions.kind, 'open_link'));
  await page.goto(`${origin}/staff/submissions/${submission!.id}`);
  await look(page, 'submission', width);
  await page.goto(`${origin}/staff/submissions/new?employer=${invited.employers[6]!.employerId}`);
  await look(page, 'choose', width);
  await page.goto(`${origin}/staff/submissions/new?credential=${slug}&q=a`);
  await look(page, 'search', width);
  await page.goto(
    `${origin}/staff/submissions/new?credential=${slug}&employer=${invited.employers[6]!.employerId}`,
  );
  await look(page, 'enter', width);
  await page.getByRole('button', { name: 'Enter the answer' }).click();
  expect(await page.title()).toMatch(/^Error: /);
  await look(page, 'enter-error', width);
  await page.getByText('A telephone call').click();
  await page.getByLabel('Who said or signed it?').fill('Maria Ortiz');
  await page.getByText('Not said').click();
  await page.getByLabel('Date on the letter').fill('2026-02-20');
  for (const question of await page.getByText('Yes', { exact: true }).all()) await question.click();
  await page.getByText('No connection').click();
  await page.getByLabel('Note').fill('Called 406-555-0100');
  await page.getByText('Not said').click();
  await page.getByRole('button', { name: 'Enter the answer' }).click();
  await look(page, 'entered', width);
  await page.goto(`${origin}/staff/lists/state-list/open-link`);
  await look(page, 'open-link', width);
  await close();
});
