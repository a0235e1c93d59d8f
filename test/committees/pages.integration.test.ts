import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsvpToken } from '../../src/committees/respond-to-meeting.ts';
import { staffMembers } from '../../src/db/schema/agencies.ts';
import { committeeSeats, meetings, rsvpLinks } from '../../src/db/schema/committees.ts';
import { messages, waves } from '../../src/db/schema/outreach.ts';
import { fillForm, readForms, readText } from '../../src/demo/html-forms.ts';
import { hashToken } from '../../src/lib/tokens.ts';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { lintCalendar, readCalendar } from '../support/calendar.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { insertAgency, inviteSomebody, NOW } from './support.ts';

let test: TestApp;
let home: Awaited<ReturnType<typeof insertAgency>>;
let other: Awaited<ReturnType<typeof insertAgency>>;
let editor: StaffBrowser;
let stranger: StaffBrowser;
let viewer: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp({ clock: createTestClock(NOW) });
  home = await insertAgency(test.deps.db, 'home');
  other = await insertAgency(test.deps.db, 'other');
  editor = await signInAs(test, home.staff.id);
  stranger = await signInAs(test, other.staff.id);
  const [looker] = await test.deps.db
    .insert(staffMembers)
    .values({
      agencyId: home.agency.id,
      email: 'vi@home.example',
      emailKey: 'vi@home.example',
      name: 'Vi',
      role: 'viewer',
      createdAt: NOW,
    })
    .returning();
  viewer = await signInAs(test, looker!.id);
});
afterAll(() => test.close());

const COMMITTEE = {
  name: 'Health careers <committee>',
  purpose: 'Advises schools.',
  isPublic: 'yes',
  role: 'employer',
  sector: '62',
  seats: '1',
  termFrom: '2026-07-01',
  termUntil: '2026-12-31',
};
const MEETING = {
  title: 'Winter meeting',
  date: '2026-12-03',
  start: '10:00',
  end: '11:30',
  timeZone: 'America/Denver',
  place: 'Room 4, 12 Main Street',
  onlineUrl: '',
  agenda: 'Welcome',
};

/** What a wave needs for its links to take answers. */
const runningWave = {
  state: 'running',
  launchedAt: NOW,
  approvedAt: NOW,
  proposedAt: NOW,
  protocolSha256: '0'.repeat(64),
  closeAt: new Date('2026-11-30T00:00:00Z'),
  graceUntil: new Date('2026-12-07T00:00:00Z'),
} as const;

async function createCommittee(): Promise<string> {
  const created = await editor.post('/staff/committees', COMMITTEE);
  expect(created.statusCode).toBe(303);
  return created.headers.location as string;
}

async function createMeeting(): Promise<{ path: string; id: number; committee: string }> {
  const committee = await createCommittee();
  const created = await editor.post(`${committee}/meetings/new`, MEETING);
  expect(created.statusCode).toBe(303);
  const path = created.headers.location as string;
  return { path, committee, id: Number(path.split('/').at(-1)) };
}

/** The person's link, as the confirmation mail brings it. */
async function rsvpLinkFor(meetingId: number, over: { language?: 'en' | 'es'; naicsCode?: string } = {}) {
  const person = await inviteSomebody(test.deps.db, {
    agencyId: home.agency.id,
    waveId: home.wave.id,
    meetingId,
    naicsCode: '622110',
    ...over,
  });
  const token = rsvpToken(test.deps, person.askId);
  await test.deps.db
    .insert(rsvpLinks)
    .values({ askId: person.askId, tokenHash: hashToken(token), createdAt: NOW });
  return { ...person, path: `/m/${token}` };
}

/** Fills the form of the page as a browser would and sends it. */
async function answer(path: string, fields: Record<string, string>) {
  const page = await test.app.inject({ url: path });
  const [form] = readForms(page.body);
  return test.app.inject({
    method: form!.method === 'post' ? 'POST' : 'GET',
    url: form!.action,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: fillForm(form!, fields).toString(),
  });
}

describe('the console', () => {
  it('makes a committee, sets a meeting and shows both', async () => {
    const { path, committee } = await createMeeting();
    const list = await editor.get('/staff/committees');
    expect(readText(list.body)).toContain('Health careers <committee>');
    expect(readText(list.body)).toContain('0 of 1');
    const shown = await editor.get(committee);
    expect(shown.statusCode).toBe(200);
    expect(readText(shown.body)).toContain('Health Care and Social Assistance');
    expect(shown.body).not.toContain('<committee>');
    const meeting = await editor.get(path);
    expect(readText(meeting.body)).toContain(
      'Thursday, December 3, 2026 at 10:00 AM Mountain Standard Time, until 11:30 AM',
    );
  });

  it('keeps what was typed and names each fault', async () => {
    const refused = await editor.post('/staff/committees', {
      ...COMMITTEE,
      name: ' ',
      seats: 'lots',
      termUntil: '2026-06-30',
    });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('There is a problem');
    expect(refused.body).toContain('href="#name"');
    expect(refused.body).toContain('value="lots"');
    expect(refused.body).toContain('<title>Error: New committee');
  });

  it.each([
    ['a time in the past', { date: '2026-11-01' }, 'Enter a time in the future'],
    ['a day that does not exist', { date: '2026-02-30' }, 'Enter the date'],
    ['an end before the start', { end: '09:00' }, 'The meeting must end after it starts'],
    ['an hour that the clocks skip', { date: '2027-03-14', start: '02:30' }, 'The clocks skip this time'],
    ['neither place nor link', { place: '' }, 'Enter a place, or a link'],
    ['a link that is none', { onlineUrl: 'javascript:alert(1)' }, 'Enter a link that begins with https://'],
    ['a zone that is none', { timeZone: 'Mountain' }, 'Choose the time zone'],
  ])('refuses a meeting with %s', async (_name, over, message) => {
    const committee = await createCommittee();
    const refused = await editor.post(`${committee}/meetings/new`, { ...MEETING, ...over });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain(message);
  });

  it('shows nothing to another agency, and lets a viewer look but not touch', async () => {
    const { path, committee, id } = await createMeeting();
    for (const url of [committee, `${committee}/seats`, `${committee}/meetings/new`, path, `${path}/move`]) {
      expect((await stranger.get(url)).statusCode, url).toBe(404);
      expect((await viewer.get(url)).statusCode, url).toBe(200);
    }
    for (const url of [`${committee}/seats`, `${committee}/meetings/new`, `${path}/move`, `${path}/cancel`]) {
      const fields = { ...MEETING, ...COMMITTEE, sequence: '0' };
      expect((await stranger.post(url, fields)).statusCode, url).toBe(404);
      expect((await viewer.post(url, fields)).statusCode, url).toBe(403);
    }
    const [meeting] = await test.deps.db.select().from(meetings).where(eq(meetings.id, id));
    expect(meeting).toMatchObject({ state: 'scheduled', sequence: 0 });
    expect((await editor.get('/staff/committees/0x1')).statusCode).toBe(404);
    expect((await editor.get('/staff/committees/999999')).statusCode).toBe(404);
  });

  it('moves a meeting with the form it shows, and tells the second of two who move it', async () => {
    const { path } = await createMeeting();
    const [form] = readForms((await editor.get(`${path}/move`)).body).filter(
      (one) => one.action !== '/staff/sign-out',
    );
    const fields = Object.fromEntries(fillForm(form!, { start: '13:00', end: '14:00' }));
    expect((await editor.post(`${path}/move`, fields)).headers.location).toBe(path);
    expect(readText((await editor.get(path)).body)).toContain(
      '1:00 PM Mountain Standard Time, until 2:00 PM',
    );
    expect((await editor.post(`${path}/move`, fields)).statusCode).toBe(409);
    expect((await editor.post(`${path}/cancel`)).statusCode).toBe(303);
    expect(readText((await editor.get(path)).body)).toContain('Cancelled');
  });
});

describe('the invited person’s page', () => {
  it('takes an answer, shows where one stands, and changes it', async () => {
    const { id, path, committee } = await createMeeting();
    const person = await rsvpLinkFor(id);
    const fresh = await test.app.inject({ url: person.path });
    expect(fresh.statusCode).toBe(200);
    expect(fresh.body).not.toContain(' checked');
    expect(readText(fresh.body)).toContain('One seat of this role is free.');

    const sent = await answer(person.path, { answer: 'accepted' });
    expect(sent.statusCode).toBe(303);
    const accepted = await test.app.inject({ url: sent.headers.location as string });
    expect(readText(accepted.body)).toContain('You are coming');
    expect(readText(accepted.body)).toContain('Employer, seat 1');
    expect(readText((await editor.get(path)).body)).toContain('Accepted, seat 1');
    expect(readText((await editor.get(committee)).body)).toContain('Ends soon');

    await answer(person.path, { answer: 'declined', reason: 'Travelling <b>that</b> week' });
    expect(readText((await editor.get(path)).body)).toContain('Travelling <b>that</b> week');
    const kinds = await test.deps.db
      .select({ kind: messages.kind })
      .from(messages)
      .where(eq(messages.contactId, person.contactId));
    expect(kinds).toEqual([{ kind: 'rsvp_confirmation' }, { kind: 'rsvp_confirmation' }]);
  });

  it('promises no seat that is kept for another industry', async () => {
    const { id } = await createMeeting();
    const { path } = await rsvpLinkFor(id, { naicsCode: '236220' });
    expect(readText((await test.app.inject({ url: path })).body)).toContain('you are invited as a guest');
  });

  it('says so to a guest', async () => {
    const { id } = await createMeeting();
    const [first, second] = [await rsvpLinkFor(id), await rsvpLinkFor(id)];
    await answer(first.path, { answer: 'accepted' });
    expect(readText((await test.app.inject({ url: second.path })).body)).toContain(
      'you are invited as a guest',
    );
    await answer(second.path, { answer: 'accepted' });
    expect(readText((await test.app.inject({ url: second.path })).body)).toContain(
      'All seats of this role (Employer) are taken: you are invited as a guest.',
    );
  });

  it('asks again when nothing was chosen, in the person’s language', async () => {
    const { id } = await createMeeting();
    const person = await rsvpLinkFor(id, { language: 'es' });
    const refused = await answer(person.path, { reason: 'x' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('<html lang="es">');
    expect(refused.body).toContain('Seleccione sí si participará');
    expect(refused.body).toContain('href="#answer"');
    const english = await test.app.inject({ url: `${person.path}?lang=en` });
    expect(english.body).toContain('Will you take part?');
  });

  it('invites a colleague in one’s place, or says why not and records nothing', async () => {
    const { id, path } = await createMeeting();
    const person = await rsvpLinkFor(id);
    await test.deps.db
      .update(waves)
      .set({ ...runningWave, approvedBy: other.staff.id, proposedBy: home.staff.id })
      .where(eq(waves.id, home.wave.id));
    const decline = (fields: Record<string, string>) =>
      answer(person.path, { answer: 'declined', reason: 'Not my field', ...fields });
    const domain = person.email.split('@')[1];

    const half = await decline({ colleagueEmail: `bea@${domain}` });
    expect(half.statusCode).toBe(422);
    expect(half.body).toContain('Enter your colleague’s name');
    expect(half.body).toMatch(/<details open>/);
    const own = await decline({ colleagueName: 'Me', colleagueEmail: person.email });
    expect(own.statusCode).toBe(422);
    expect(own.body).toContain('This is your own address');
    const yes = await decline({ answer: 'accepted', colleagueName: 'Bea', colleagueEmail: `bea@${domain}` });
    expect(yes.statusCode).toBe(422);
    expect(readText((await editor.get(path)).body)).not.toContain('Not my field');

    const sent = await decline({ colleagueName: 'Bea Lane', colleagueEmail: `bea@${domain}` });
    expect(sent.statusCode).toBe(303);
    const shown = readText((await editor.get(path)).body);
    expect(shown).toContain('Not my field');
    expect(shown).toContain('Bea Lane');
    expect(shown).toContain('Not invited yet');
  });

  it('gives a calendar file that names nobody', async () => {
    const { id } = await createMeeting();
    const person = await rsvpLinkFor(id);
    const file = await test.app.inject({ url: `${person.path}/meeting.ics` });
    expect(file.headers['content-type']).toBe('text/calendar; charset=utf-8; method=PUBLISH');
    expect(lintCalendar(file.body)).toEqual([]);
    expect(readCalendar(file.body)).toMatchObject({ method: 'PUBLISH', attendees: [] });
    expect(file.body).not.toContain(person.email);
  });

  it('closes when the meeting begins or is cancelled, and still tells', async () => {
    const { id, path } = await createMeeting();
    const person = await rsvpLinkFor(id);
    await answer(person.path, { answer: 'accepted' });
    test.clock.set('2026-12-03T17:00:00Z');
    const begun = await test.app.inject({ url: person.path });
    expect(readText(begun.body)).toContain('This meeting has begun');
    expect(readForms(begun.body)).toEqual([]);
    const late = await test.app.inject({
      method: 'POST',
      url: `${person.path}/answer`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'answer=declined',
    });
    expect(late.statusCode).toBe(409);
    test.clock.set(NOW);
    await editor.post(`${path}/cancel`);
    expect(readText((await test.app.inject({ url: person.path })).body)).toContain(
      'This meeting was cancelled',
    );
  });

  it.each(['/m/x', `/m/${'a'.repeat(32)}`, `/m/${'a'.repeat(10_000)}`])(
    'knows nothing of %.20s',
    async (url) => {
      const page = await test.app.inject({ url });
      expect(page.statusCode).toBe(404);
      expect(page.body).toContain('<h1>This link does not work</h1>');
      const spanish = await test.app.inject({ url, headers: { 'accept-language': 'es-US' } });
      expect(spanish.body).toContain('<h1>Este enlace no funciona</h1>');
      expect((await test.app.inject({ url: `${url}/meeting.ics` })).statusCode).toBe(404);
      expect((await test.app.inject({ method: 'POST', url: `${url}/answer` })).statusCode).toBe(404);
    },
  );

  it('changes nothing however often it is fetched', async () => {
    const { id } = await createMeeting();
    const person = await rsvpLinkFor(id);
    const digest = async () =>
      JSON.stringify([
        await test.deps.db.select().from(committeeSeats),
        await test.deps.db.select().from(meetings),
        await test.deps.sql`select * from rsvps order by id`,
        await test.deps.sql`select * from messages order by id`,
        await test.deps.sql`select * from asks order by id`,
      ]);
    const before = await digest();
    for (let round = 0; round < 10; round += 1) {
      for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
        await test.app.inject({ method, url: person.path });
        await test.app.inject({ method, url: `${person.path}/answer?answer=accepted` });
        await test.app.inject({ method, url: `${person.path}/meeting.ics` });
      }
    }
    expect(await digest()).toBe(before);
    expect((await answer(person.path, { answer: 'accepted' })).statusCode).toBe(303);
  });
});
