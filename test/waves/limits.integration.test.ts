import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_BUDGET } from '../../src/outreach/planner/budget.ts';
import { queueTouches } from '../../src/outreach/queue-touches.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { previewWave } from '../../src/waves/preview-wave.ts';
import { draftOf, getWave } from '../../src/waves/queries.ts';
import { requireReady } from '../../src/waves/refuse.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeStaff } from '../support/staff.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

/** A Monday, 6:00 in Denver. */
const START = '2026-03-02T13:00:00Z';
const URL = '/staff/waves/limits';

let test: TestApp;
let world: WavesWorld;
let admin: StaffBrowser;
let editor: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(START);
  world = await makeWavesWorld(test, { employers: 6, credentials: [['Forklift', '']] });
  admin = await signInAs(test, (await makeStaff(test, world.agencyId, 'admin')).id);
  editor = await signInAs(test, world.proposer.id);
}, 60_000);
afterAll(() => test?.close());
beforeEach(async () => {
  await test.deps.db.execute(sql`
    truncate waves, wave_exclusions, invitations, asks, messages, budget_rules, agency_blackouts, sending_domains
    restart identity cascade`);
});

async function plan(config: Partial<TestApp['deps']['config']> = {}, waveId?: number) {
  const id = waveId ?? (await makeDraft(test, world, { protocol: { pace: 'at_once' } }));
  const wave = await getWave(test.deps.db, world.agencyId, id);
  const now = test.deps.clock.now();
  return previewWave(
    test.deps.db,
    { ...test.deps, config: { ...test.deps.config, ...config } },
    { id, agencyId: world.agencyId, ...requireReady(draftOf(wave), now) },
    { now, agencyZone: 'America/Denver' },
  );
}

describe('rules of an agency', () => {
  it('make the budget of its waves stricter, the strictest of agency and topics, and are frozen', async () => {
    expect((await plan()).input.protocol.budget).toEqual(DEFAULT_BUDGET);
    const set = (fields: Record<string, string>) => admin.post(URL, fields);
    expect((await set({ scope: 'all', personTouches: '2', employerPeopleDays: '120' })).statusCode).toBe(303);
    const credential = `c${world.credentialIds[0]}`;
    expect((await set({ scope: credential, personTouches: '1', businessDaysBetween: '8' })).statusCode).toBe(
      303,
    );
    const budget = {
      person: { ...DEFAULT_BUDGET.person, touches: 1, minBusinessDaysBetween: 8 },
      employer: { ...DEFAULT_BUDGET.employer, peopleDays: 120 },
    };
    expect((await plan()).input.protocol.budget).toEqual(budget);
    const waveId = await makeProposed(test, world);
    await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
    expect((await getWave(test.deps.db, world.agencyId, waveId)).draft.protocol?.budget).toEqual(budget);
    // One mail a person: no reminder is planned.
    const [row] = await test.deps.db.execute<{ n: number }>(
      sql`select count(*)::int as n from messages where wave_id = ${waveId} and step > 0`,
    );
    expect(row).toEqual({ n: 0 });

    // Set again it replaces the rule; removed it is gone.
    await set({ scope: credential, personTouches: '2' });
    const page = await admin.get(URL);
    expect(page.body).toContain('2 mails to a person');
    expect(page.body).not.toContain('8 business days between');
    for (const action of page.body.match(/limits\/\d+\/remove/g) ?? []) {
      expect((await admin.post(`/staff/waves/${action}`, {})).statusCode).toBe(303);
    }
    expect((await plan()).input.protocol.budget).toEqual(DEFAULT_BUDGET);
  });

  it('are never looser, are whole numbers, and name something', async () => {
    for (const fields of [
      { scope: 'all', personTouches: '4' },
      { scope: 'all', personTouches: '0' },
      { scope: 'all', personTouchesDays: '29' },
      { scope: 'all', businessDaysBetween: '4.5' },
      { scope: 'all', employerTouches: 'many' },
      { scope: 'all', personTouches: '3' },
      { scope: 'all' },
      { scope: 'everything', personTouches: '1' },
      { personTouches: '1' },
    ]) {
      const refused = await admin.post(URL, fields as unknown as Record<string, string>);
      expect(refused.statusCode).toBe(422);
      expect(refused.body).toContain('There is a problem');
    }
    expect((await admin.post(URL, { scope: 'c999999', personTouches: '1' })).statusCode).toBe(404);
  });

  it('are changed by administrators alone', async () => {
    expect((await editor.get(URL)).body).not.toContain('<form method="post" action="/staff/waves/limits');
    for (const [path, fields] of [
      ['', { scope: 'all', personTouches: '1' }],
      ['/days', { firstDay: '2026-03-03', reason: 'Session' }],
      ['/domain', { known: 'known' }],
    ] as const) {
      expect((await editor.post(`${URL}${path}`, fields)).statusCode).toBe(403);
    }
  });
});

describe('days without sending', () => {
  it('keep mail from leaving, also where the wave sends at any hour', async () => {
    const added = { firstDay: '2026-03-02', lastDay: '2026-03-03', reason: 'The office moves' };
    expect((await admin.post(`${URL}/days`, added)).statusCode).toBe(303);
    expect((await admin.post(`${URL}/days`, added)).statusCode).toBe(303);
    expect((await plan()).summary.firstSendAt?.slice(0, 10)).toBe('2026-03-04');
    expect((await admin.post(`${URL}/days`, { ...added, lastDay: '2026-03-01' })).statusCode).toBe(422);
    const page = await admin.get(URL);
    expect(page.body.match(/limits\/days\/\d+\/remove/g)).toHaveLength(1);
    await admin.post(`/staff/waves/${page.body.match(/limits\/days\/\d+\/remove/)![0]}`, {});
    expect((await plan()).summary.firstSendAt?.slice(0, 10)).toBe('2026-03-02');
  });

  it('are the holidays of the recipient’s own state too', async () => {
    test.clock.set('2026-11-02T13:00:00Z');
    const at = await plan();
    // Montana votes on the third; the employers of the test are there.
    expect(at.input.protocol.calendar.closedIn).toEqual({ MT: ['2026-11-03'] });
    expect(at.summary.load.map(({ date }) => date)).not.toContain('2026-11-03');
    test.clock.set(START);
  });
});

describe('a From domain that is new', () => {
  const smtp = { smtpUrl: 'smtp://127.0.0.1:1', warmUpDaily: [2, 3] };

  it('sends as the ramp says, all agencies that share it together', async () => {
    expect((await plan(smtp)).summary.load.slice(0, 3)).toMatchObject([
      { date: '2026-03-02', messages: 2 },
      { date: '2026-03-03', messages: 3 },
      { date: '2026-03-04', messages: 1 },
    ]);
    const waveId = await makeProposed(test, world, { protocol: { pace: 'at_once', remindAt: [] } });
    const resolveTxt = async () => [];
    await launchWave(
      {
        ...test.deps,
        resolveTxt,
        config: { ...test.deps.config, ...smtp },
      } as TestApp['deps'],
      { staff: world.approver, waveId, seen: null },
    );
    const [known] = await test.deps.db.execute<{ domain: string; from: string }>(
      sql`select domain, warm_up_from::text as "from" from sending_domains`,
    );
    expect(known?.from).toBe('2026-03-02');
    // Another agency with the same domain finds the first days taken.
    const other = await makeWavesWorld(test, { employers: 3, credentials: [['Welding', '']] });
    await test.deps.db.execute(sql`
      update agencies set mail_from_address = (select mail_from_address from agencies where id = ${world.agencyId})
      where id = ${other.agencyId}`);
    const id = await makeDraft(test, other, { protocol: { pace: 'at_once', remindAt: [] } });
    const wave = await getWave(test.deps.db, other.agencyId, id);
    const now = test.deps.clock.now();
    const { summary } = await previewWave(
      test.deps.db,
      { ...test.deps, config: { ...test.deps.config, ...smtp } },
      { id, agencyId: other.agencyId, ...requireReady(draftOf(wave), now) },
      { now, agencyZone: 'America/Denver' },
    );
    expect(summary.load).toEqual([{ date: '2026-03-04', messages: 3 }]);
  });

  it('counts what belongs to no wave, such as ballots', async () => {
    const { db } = test.deps;
    const now = test.deps.clock.now();
    await plan(smtp);
    const people = await db.execute<{ id: number; employer: number }>(
      sql`select id::int as id, employer_id::int as employer from contacts order by id limit 2`,
    );
    await db.transaction((tx) =>
      queueTouches(
        tx,
        test.deps,
        people.map(({ id, employer }) => ({
          kind: 'ballot',
          key: `${id}:0`,
          agencyId: world.agencyId,
          contactId: id,
          employerId: employer,
          step: 0,
          refs: {},
          timeZone: 'America/Denver',
          sendAfter: now,
          notAfter: new Date('2026-03-20T17:00:00Z'),
        })),
        now,
      ),
    );
    const { load } = (await plan(smtp)).summary;
    expect(load[0]).toEqual({ date: '2026-03-03', messages: 3 });
  });

  it('shows in the calendar', async () => {
    const sending = await createTestApp({
      settings: { SMTP_URL: 'smtp://127.0.0.1:1', WARM_UP_DAILY: '20,40' },
    });
    sending.clock.set(START);
    const own = await makeWavesWorld(sending, { employers: 1 });
    const browser = await signInAs(sending, own.proposer.id);
    const calendar = await browser.get('/staff/calendar?month=2026-03');
    expect(calendar.body).toContain('New sending domain: at most 20 mails');
    expect(calendar.body).toContain('New sending domain: at most 40 mails');
    // From its third business day on it is as any other.
    expect(new Set(calendar.body.match(/New sending domain: at most \d+ mails/g)).size).toBe(2);
    await sending.close();
  });

  it('is what staff say it is', async () => {
    const agencyPage = await admin.post(`${URL}/domain`, { known: 'new', warmUpFrom: '2026-02-27' });
    expect(agencyPage.statusCode).toBe(303);
    // Monday is its second business day.
    expect((await plan(smtp)).summary.load[0]).toEqual({ date: '2026-03-02', messages: 3 });
    await admin.post(`${URL}/domain`, { known: 'known', warmUpFrom: '' });
    expect((await plan(smtp)).summary.load[0]).toEqual({ date: '2026-03-02', messages: 6 });
    expect((await admin.post(`${URL}/domain`, { known: 'new', warmUpFrom: '' })).statusCode).toBe(422);
    // Nothing leaves the local mailbox, so there nothing is warmed up.
    await admin.post(`${URL}/domain`, { known: 'new', warmUpFrom: '2026-03-02' });
    expect((await plan()).summary.load[0]).toEqual({ date: '2026-03-02', messages: 6 });
  });
});

describe('a domain that receives', () => {
  it('is planned no more than it is sent', async () => {
    await test.deps.db.execute(sql`
      update contacts set email_domain = 'one.example' where id = any(${sql.param(world.contactIds)}::bigint[])`);
    // Two a day where the hours last 450 minutes.
    const { input, plan: planned } = await plan({ domainMessagesPerMinute: 2 / 450 });
    expect(input.receiving?.perMinute).toBeGreaterThan(0);
    expect(planned.load.slice(0, 3).map(({ messages }) => messages)).toEqual([2, 2, 2]);
  });
});
