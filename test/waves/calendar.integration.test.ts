import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let other: WavesWorld;
let own: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 6 });
  other = await makeWavesWorld(test, { employers: 3 });
  const launch = async (of: WavesWorld, name: string) => {
    const waveId = await makeProposed(test, of, { name, protocol: { pace: 'at_once', dailyCapacity: 50 } });
    await launchWave(test.deps, { staff: of.approver, waveId, seen: null });
  };
  await launch(world, 'Ours of spring');
  await launch(other, 'Theirs of spring');
  await makeDraft(test, other, { name: 'Their draft' });
  await makeDraft(test, world, { name: 'Our draft' });
  await sendDueMessages(test.deps, {});
  own = await signInAs(test, world.proposer.id);
  stranger = await signInAs(test, other.proposer.id);
}, 60_000);
afterAll(() => test.close());

/** The texts of a row's cells, by column: of a day, or of the week that begins on it. */
function dayIn(body: string, day: string, table: 'weeks' | 'days' = 'days'): Record<string, string> {
  const part = body.split(`id="${table}"`)[1] ?? '';
  const row = part.split(/<tr[ >]/).find((part) => part.includes(`>${day}<`)) ?? '';
  return Object.fromEntries(
    [...row.matchAll(/data-label="([^"]+)"[^>]*>(.*?)<\/t[dh]>/gs)].map((cell) => [
      cell[1]!,
      cell[2]!
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ]),
  );
}

it('adds all agencies’ touches up, names own waves and gives of others only numbers', async () => {
  const [sent] = await test.deps.db.execute<{ all: number; ours: number }>(sql`
    select count(*)::int as all, count(*) filter (where agency_id = ${world.agencyId})::int as ours
    from messages where sent_at is not null`);
  expect(sent!.ours).toBeGreaterThan(0);
  expect(sent!.all).toBeGreaterThan(sent!.ours);
  const { statusCode, body } = await own.get('/staff/calendar');
  expect(statusCode).toBe(200);
  expect(body).toContain('Calendar: March 2026');
  const monday = dayIn(body, 'Mon, Mar 2');
  expect(monday.Sent).toBe(String(sent!.all));
  expect(monday['Mails free']).toBe(`${50 - sent!.ours} of 50`);
  expect(monday.Waves).toContain(`Ours of spring : ${sent!.ours}`);
  expect(monday.Waves).toContain(`Another agency: ${sent!.all - sent!.ours}`);
  expect(body).toContain('Our draft');
  expect(body).not.toContain('Theirs of spring');
  expect(body).not.toContain('Their draft');
});

it('shows the other agency the same load from its side', async () => {
  const [ours, theirs] = [await own.get('/staff/calendar'), await stranger.get('/staff/calendar')];
  expect(dayIn(theirs.body, 'Mon, Mar 2').Sent).toBe(dayIn(ours.body, 'Mon, Mar 2').Sent);
  expect(theirs.body).toContain('Theirs of spring');
  expect(theirs.body).toContain('Their draft');
  expect(theirs.body).not.toContain('Ours of spring');
  expect(theirs.body).not.toContain('Our draft');
});

it('counts every planned and sent touch of a month once', async () => {
  const { body } = await own.get('/staff/calendar?month=2026-03');
  const [count] = await test.deps.db.execute<{ sent: number; planned: number }>(sql`
    select count(*) filter (where sent_at is not null)::int as sent,
      count(*) filter (where state = 'planned')::int as planned
    from messages where stream = 'outreach'`);
  expect(count!.planned).toBeGreaterThan(0);
  expect(body).toContain(`${count!.sent} sent, ${count!.planned} planned`);
});

it('gives each week its load, and what the budgets of all agencies leave free', async () => {
  const { body } = await own.get('/staff/calendar');
  const [count] = await test.deps.db.execute<{ planned: number; touched: number }>(sql`
    select count(*) filter (where state = 'planned' and send_after < '2026-03-09')::int as planned,
      count(distinct contact_id)::int as touched
    from messages where stream = 'outreach'`);
  const week = dayIn(body, 'Mon, Mar 2', 'weeks');
  expect(week.Planned).toBe(String(count!.planned));
  expect(week['Mails free']).toMatch(/ of 250$/);
  // One person an employer here, invited today: free again a month later.
  expect(week['People free']).toBe(`${9 - count!.touched} of 9`);
  expect(week['Employers free']).toBe(`${9 - count!.touched} of 9`);
  const april = await own.get('/staff/calendar?month=2026-04');
  expect(dayIn(april.body, 'Mon, Apr 6', 'weeks')['People free']).toBe('9 of 9');
  const past = await own.get('/staff/calendar?month=2025-12');
  expect(dayIn(past.body, 'Mon, Dec 1', 'weeks')['People free']).toBeUndefined();
  // Federal holidays, and the agency's own days off with their reason.
  await test.deps.db.execute(sql`
    insert into agency_blackouts (agency_id, first_day, last_day, reason, created_by, created_at)
    values (${world.agencyId}, '2026-03-30', '2026-04-02', 'Spring break', ${world.proposer.id}, now())`);
  const closed = (await own.get('/staff/calendar?month=2026-04')).body;
  expect(dayIn(closed, 'Mon, Mar 30', 'weeks').Closed).toContain('Thu, Apr 2: Day off: Spring break');
  expect((await stranger.get('/staff/calendar?month=2026-04')).body).not.toContain('Spring break');
  expect(dayIn((await own.get('/staff/calendar?month=2026-05')).body, 'Mon, May 25').Day).toContain(
    'Federal holiday',
  );
});

it('is marked in the navigation', async () => {
  const { body } = await own.get('/staff/calendar?month=2026-04');
  expect(body).toContain('href="/staff/calendar" aria-current="page"');
  expect(body).not.toContain('href="/staff/waves" aria-current');
});

it('leads from the waves page and from month to month; nonsense is this month', async () => {
  expect((await own.get('/staff/waves')).body).toContain('href="/staff/calendar"');
  const april = await own.get('/staff/calendar?month=2026-04');
  expect(april.body).toContain('Calendar: April 2026');
  expect(april.body).toContain('href="/staff/calendar?month&#x3D;2026-03"');
  expect(april.body).toContain('href="/staff/calendar?month&#x3D;2026-05"');
  for (const month of ['2026-13', 'x', '2026-04&month=2026-05']) {
    expect((await own.get(`/staff/calendar?month=${month}`)).body).toContain('Calendar: March 2026');
  }
});
