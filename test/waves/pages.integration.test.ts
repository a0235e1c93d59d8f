import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { getWave } from '../../src/waves/queries.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let other: WavesWorld;
let proposer: StaffBrowser;
let approver: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test);
  other = await makeWavesWorld(test, { employers: 1 });
});
beforeEach(() => at('2026-03-02T16:00:00Z'));
afterAll(() => test.close());

/** Moves the clock; sessions that stood idle over it begin anew. */
async function at(time: string): Promise<void> {
  test.clock.set(time);
  proposer = await signInAs(test, world.proposer.id);
  approver = await signInAs(test, world.approver.id);
  stranger = await signInAs(test, other.approver.id);
}

const versionIn = (html: string) => /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';
const seenIn = (html: string) => /name="seen" value="([0-9a-f]{16})"/.exec(html)?.[1] ?? '';

async function fill(url: string, fields: Record<string, string | string[]>, browser = proposer) {
  const page = await browser.get(url);
  expect(page.statusCode).toBe(200);
  return browser.post(url, { version: versionIn(page.body), ...fields });
}

const DATES = {
  sendFrom: '2026-03-03',
  sendUntil: '2026-03-13',
  remindOn: '2026-03-16',
  closeOn: '2026-03-27',
  graceDays: '7',
  maxAsks: '3',
  dailyCapacity: '500',
  stopRule: 'ask_all',
  unknownSector: 'leave_out',
  hiringAuthority: 'all',
};

describe('the wizard', () => {
  it('leads from a name to a launched wave, each step stored, each by a plain form', async () => {
    const created = await proposer.post('/staff/waves', { name: 'Health and building' });
    expect(created.statusCode).toBe(303);
    const audienceUrl = created.headers.location as string;
    const wavePath = audienceUrl.replace('/audience', '');

    const audience = await fill(audienceUrl, {
      sectors: ['62', '23', '31-32-33'],
      counties: world.county,
      answered: 'any',
    });
    expect(audience.headers.location).toBe(`${wavePath}/topics`);
    const again = await proposer.get(audienceUrl);
    expect(again.body).toMatch(/value="31-32-33" checked/);
    expect(again.body).toContain(`value="${world.county}"`);

    const topicsPage = await proposer.get(`${wavePath}/topics`);
    expect(topicsPage.body).toContain('6 people at 6 employers fit the audience');
    const topics = await fill(`${wavePath}/topics`, {
      others: world.credentialIds.map(String),
      meetings: String(world.meetingId),
    });
    expect(topics.headers.location).toBe(`${wavePath}/protocol`);
    const protocol = await fill(`${wavePath}/protocol`, DATES);
    expect(protocol.headers.location).toBe(`${wavePath}/preview`);

    const preview = await proposer.get(`${wavePath}/preview`);
    expect(preview.statusCode).toBe(200);
    expect(preview.body).toContain('Certified Nursing Assistant');
    expect(preview.body).toContain('Industry advisory committee: Spring meeting');
    expect(preview.body).toContain('Nobody is left out');
    expect(preview.body).toMatch(/with this audience.*: needs about \d+ more employers in these sectors/);
    const people = await proposer.get(`${wavePath}/people`);
    expect(people.body).toContain('Person of');
    expect(people.body).toContain('March 3, 2026');

    const proposed = await proposer.post(`${wavePath}/propose`);
    expect(proposed.headers.location).toBe(`${wavePath}?done=proposed`);
    const mine = await proposer.get(wavePath);
    expect(mine.body).toContain('another person of your agency has to launch it');
    expect(mine.body).not.toContain('Approve and launch');

    const theirs = await approver.get(wavePath);
    expect(theirs.body).toContain('Nothing has changed');
    const launched = await approver.post(`${wavePath}/approve`, { seen: seenIn(theirs.body) });
    expect(launched.headers.location).toBe(`${wavePath}?done=launched`);
    const running = await approver.get(`${wavePath}?done=launched`);
    expect(running.body).toContain('The wave is launched');
    expect(running.body).toContain('0 of 6');
    // The first day at eight thirty in Helena.
    await at('2026-03-03T15:30:00Z');
    await sendDueMessages(test.deps, {});
    expect((await test.mails()).length).toBeGreaterThan(0);
  });

  it('makes one draft of a form sent twice at once', async () => {
    const sent = await Promise.all([
      proposer.post('/staff/waves', { name: 'Twice' }),
      proposer.post('/staff/waves', { name: 'Twice' }),
    ]);
    expect(new Set(sent.map((reply) => reply.headers.location)).size).toBe(1);
  });

  it('shows what is wrong and keeps what was typed', async () => {
    expect((await proposer.post('/staff/waves', { name: ' ' })).statusCode).toBe(422);
    const waveId = await makeDraft(test, world);
    const url = `/staff/waves/${waveId}`;
    const zips = await fill(`${url}/audience`, { zips: '59601, Helena', answered: 'any' });
    expect(zips.statusCode).toBe(422);
    expect(zips.body).toContain('Enter ZIP codes of five digits');
    expect(zips.body).toContain('value="59601, Helena"');
    const nothing = await fill(`${url}/topics`, {});
    expect(nothing.statusCode).toBe(422);
    expect(nothing.body).toContain('Select at least one credential or meeting');
    for (const [field, value, message] of [
      ['sendUntil', '2026-03-01', 'must not be before the first'],
      ['remindOn', '2026-03-05', 'must come after the last day'],
      ['remindAgainOn', '2026-03-16', 'must come after the first'],
      ['closeOn', '2026-03-14', 'must close after the last reminder'],
      ['closeOn', '31/03/2026', 'Enter the last day for answers, like 2026-03-31'],
      ['closeOn', '9999-12-31', 'within a year after the last day of invitations'],
      ['maxAsks', '400', 'Enter a number from 1 to 10'],
      ['graceDays', '-1', 'Enter a number of days from 0 to 60'],
    ] as const) {
      const reply = await fill(`${url}/protocol`, { ...DATES, [field]: value });
      expect(reply.statusCode, field).toBe(422);
      expect(reply.body).toContain(message);
      expect(reply.body).toContain(`href="#${field}"`);
    }
    const stored = await getWave(test.deps.db, world.agencyId, waveId);
    expect(stored.draft.protocol?.maxAsksPerTouch).toBe(4);
  });

  it('refuses a form that was opened before a colleague saved', async () => {
    const waveId = await makeDraft(test, world);
    const url = `/staff/waves/${waveId}/protocol`;
    const open = versionIn((await approver.get(url)).body);
    await fill(url, { ...DATES, maxAsks: '2' });
    const late = await approver.post(url, { version: open, ...DATES, maxAsks: '5' });
    expect(late.statusCode).toBe(409);
    expect(late.body).toContain('This changed while you had it open');
    // No instant at all.
    const never = await approver.post(url, { ...DATES, version: String(Number.MAX_SAFE_INTEGER) });
    expect(never.statusCode).toBe(422);
  });

  it('refuses what is entered for a wave that is no draft any more, whatever it is', async () => {
    const waveId = await makeProposed(test, world);
    const before = await getWave(test.deps.db, world.agencyId, waveId);
    for (const step of ['audience', 'topics', 'protocol']) {
      const refused = await proposer.post(`/staff/waves/${waveId}/${step}`);
      expect([step, refused.statusCode]).toEqual([step, 409]);
      expect(refused.body).toContain('The wave is no longer a draft');
    }
    expect(await getWave(test.deps.db, world.agencyId, waveId)).toEqual(before);
  });

  it('answers a double click on propose and on launch as one', async () => {
    const waveId = await makeDraft(test, world, { audience: { naicsPrefixes: ['72'] } });
    const url = `/staff/waves/${waveId}`;
    const proposals = await Promise.all([proposer.post(`${url}/propose`), proposer.post(`${url}/propose`)]);
    expect(proposals.map((reply) => reply.statusCode)).toEqual([303, 303]);
    const seen = seenIn((await approver.get(url)).body);
    const launches = await Promise.all([
      approver.post(`${url}/approve`, { seen }),
      approver.post(`${url}/approve`, { seen }),
    ]);
    expect(launches.map((reply) => reply.statusCode)).toEqual([303, 303]);
    const [row] = await test.deps.db.execute<{ n: number }>(
      sql`select count(*)::int as n from invitations where wave_id = ${waveId}`,
    );
    expect(row?.n).toBe(2);
  });
});

describe('the preview', () => {
  it('names whom another agency wrote to only by when, and when they are free again', async () => {
    const mine = await makeProposed(test, world, { audience: { naicsPrefixes: ['48'] } });
    const page = await approver.get(`/staff/waves/${mine}`);
    await approver.post(`/staff/waves/${mine}/approve`, { seen: seenIn(page.body) });
    await at('2026-03-02T22:59:00Z');
    await sendDueMessages(test.deps, {});

    const theirs = await makeDraft(test, other, {
      name: 'Freight',
      audience: { counties: [world.county], naicsPrefixes: ['48'] },
    });
    const leftOut = await stranger.get(`/staff/waves/${theirs}/left-out?reason=contact_budget_person`);
    expect(leftOut.body).toContain('Was written to recently');
    expect(leftOut.body).toMatch(/Last written to on March 2, 2026; free again on April [1-3], 2026/);
    const [agency] = await test.deps.db.execute<{ name: string }>(
      sql`select name from agencies where id = ${world.agencyId}`,
    );
    expect(leftOut.body).not.toContain(agency!.name);
    expect(leftOut.body).not.toContain('Spring wave');
    const preview = await stranger.get(`/staff/waves/${theirs}/preview`);
    expect(preview.body).toContain('This wave would ask nobody');
  });

  it('exports who is left out as a file that no spreadsheet runs', async () => {
    const waveId = await makeDraft(test, world, { audience: { naicsPrefixes: ['54'] } });
    await test.deps.db.execute(sql`
      update contacts set state = 'left', name = '=cmd|calc' where employer_id in
        (select id from employers where naics_code = '541512' and county = ${world.county})`);
    const file = await proposer.get(`/staff/waves/${waveId}/left-out.csv`);
    expect(file.headers['content-type']).toContain('text/csv');
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(file.body.startsWith('\uFEFFEmployer,City,Contact,About,Reason')).toBe(true);
    expect(file.body).toContain("'=cmd|calc");
    expect(file.body).toContain('No longer works there,left_employer');
    expect(file.body.trim().split('\r\n')).toHaveLength(3);
  });

  it('exports what concerns people but is not asked, and why', async () => {
    const fresh = await makeWavesWorld(test, { employers: 1 });
    const waveId = await makeDraft(test, world, {
      audience: { counties: [fresh.county] },
      protocol: { maxAsksPerTouch: 1 },
    });
    const file = await proposer.get(`/staff/waves/${waveId}/plan.csv`);
    const lines = file.body.trim().split('\r\n');
    // A hospital is asked about nursing; the credential for every sector finds no place in a mail of one.
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(',Asked,');
    expect(lines[2]).toContain('CompTIA A+,Not asked');
    expect(lines[2]).toContain('touch_full');
    const people = await proposer.get(`/staff/waves/${waveId}/people`);
    expect(people.body).toContain('Not asked about CompTIA A+: the mail carries as much as it may');
  });

  it('tells the approver what changed since the proposal, and once more if it changes under their eyes', async () => {
    const fresh = await makeWavesWorld(test, { employers: 2, credentials: [['CompTIA A+', '']] });
    const waveId = await makeProposed(test, world, { audience: { counties: [fresh.county] } });
    const url = `/staff/waves/${waveId}`;
    const before = seenIn((await approver.get(url)).body);
    await test.deps.db.execute(sql`
      update contacts set state = 'left' where id = ${fresh.contactIds[0]}`);
    const page = await approver.get(url);
    expect(page.body).toContain('People asked: 1, was 2');
    expect(page.body).toContain('Left out (no longer works there): 1, was 0');
    const refused = await approver.post(`${url}/approve`, { seen: before });
    expect(refused.statusCode).toBe(409);
    expect(refused.body).toContain('The figures changed while you had this page open');
    const launched = await approver.post(`${url}/approve`, { seen: seenIn(refused.body) });
    expect(launched.statusCode).toBe(303);
  });
});

describe("another agency's wave", () => {
  it('is not found on any page or by any form, and no name of it shows', async () => {
    const waveId = await makeDraft(test, world, { name: 'Secret plan' });
    for (const part of [
      '',
      '/audience',
      '/topics',
      '/protocol',
      '/preview',
      '/people',
      '/left-out',
      '/left-out.csv',
      '/people.csv',
      '/plan.csv',
      '/close',
      '/cancel',
    ]) {
      const reply = await stranger.get(`/staff/waves/${waveId}${part}`);
      expect(reply.statusCode, part).toBe(404);
      expect(reply.body).not.toContain('Secret plan');
    }
    for (const part of [
      'audience',
      'topics',
      'protocol',
      'propose',
      'approve',
      'return',
      'pause',
      'resume',
      'close',
      'cancel',
    ]) {
      const reply = await stranger.post(`/staff/waves/${waveId}/${part}`, {
        version: '0',
        answered: 'any',
        seen: '0123456789abcdef',
        ...DATES,
        others: '1',
      });
      expect(reply.statusCode, part).toBe(404);
    }
    expect((await stranger.get('/staff/waves')).body).not.toContain('Secret plan');
    expect((await stranger.get('/staff/waves/999999')).statusCode).toBe(404);
    expect((await stranger.get('/staff/waves/abc')).statusCode).toBe(404);
  });
});

describe('a launched wave', () => {
  it('is paused, resumed and closed from its page, with a question before what cannot be undone', async () => {
    const fresh = await makeWavesWorld(test, { employers: 1 });
    const waveId = await makeProposed(test, world, {
      audience: { counties: [fresh.county], answered: 'never' },
    });
    const url = `/staff/waves/${waveId}`;
    const launched = await approver.post(`${url}/approve`, { seen: seenIn((await approver.get(url)).body) });
    expect(launched.statusCode).toBe(303);
    expect((await proposer.post(`${url}/pause`)).headers.location).toBe(`${url}?done=paused`);
    expect((await proposer.get(`${url}?done=paused`)).body).toContain('Nothing more leaves');
    expect((await proposer.post(`${url}/resume`)).headers.location).toBe(`${url}?done=resumed`);
    const question = await proposer.get(`${url}/close`);
    expect(question.body).toContain('2 mails that have not left yet will not be sent');
    expect((await proposer.post(`${url}/close`)).headers.location).toBe(`${url}?done=closed`);
    const closed = await proposer.get(`${url}?done=nonsense`);
    expect(closed.body).toContain('Late answers are taken until');
    expect(closed.body).toMatch(/Fingerprint[\s\S]*[0-9a-f]{64}/);
    expect((await proposer.get(`${url}/people`)).body).toContain('Not sent yet');
    expect((await proposer.post(`${url}/pause`)).statusCode).toBe(409);
  });
});
