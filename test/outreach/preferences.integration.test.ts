import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { findPreferenceReasons } from '../../src/outreach/queries.ts';
import { decidePreference } from '../../src/outreach/rules.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { launchWave, makeWorld, messageStates, type World } from './outreach-world.ts';

const DAY_MS = 86_400_000;
const START = '2026-03-02T16:00:00Z';

let test: TestApp;
let world: World;
let path: string;
let person: number;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  world = await makeWorld(test.deps, { contacts: 2, credentials: 1 });
  await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  person = world.contactIds[0]!;
  path = `/u/${unsubscribeToken(test.deps, person)}`;
});
afterEach(() => test.clock.set(START));

const post = (url: string, fields: Record<string, string>) =>
  test.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    payload: new URLSearchParams(fields).toString(),
  });
const choose = (fields: Record<string, string>) => post(`${path}/choose`, fields);
const undo = async () => {
  const rows = await test.deps.sql<{ id: number }[]>`
    select id from contact_preferences where contact_id = ${person} and ended_at is null`;
  for (const { id } of rows) await post(`${path}/undo`, { preference: String(id) });
};
/** What planner and claim are told. */
const reason = async (contactId = person, agencyId = world.agencyId) =>
  (
    await findPreferenceReasons(
      test.deps.db,
      world.contactIds.map((id, i) => ({ contactId: id, unitId: world.employerIds[i]! })),
      test.deps.clock.now(),
      'planned',
    )
  )(contactId, agencyId, true);
/** What becomes of a wave to both people that is sent in `days`. */
async function waveIn(days: number) {
  test.clock.advance(days * DAY_MS);
  const waveId = await launchWave(test.deps, world);
  await sendDueMessages(test.deps);
  return messageStates(test.deps, waveId);
}

it('offers every choice, in both languages, and opening it changes nothing', async () => {
  const page = (await test.app.inject({ method: 'GET', url: path })).body;
  for (const text of ['30 days', '180 days', 'Write less often', 'Not from this agency'])
    expect(page).toContain(text);
  const spanish = (await test.app.inject({ method: 'GET', url: `${path}?lang=es` })).body;
  for (const text of ['30 días', 'Escribirme con menos frecuencia']) expect(spanish).toContain(text);
  const confirm = await test.app.inject({ method: 'GET', url: `${path}/employer` });
  expect(confirm.body).toContain('Ask nobody at this employer?');
  expect((await test.deps.sql`select 1 from contact_preferences where contact_id = ${person}`).length).toBe(
    0,
  );
});

it('pauses until the day, and no longer', async () => {
  expect((await choose({ choice: 'paused' })).statusCode).toBe(422);
  expect((await choose({ choice: 'paused', days: '7' })).statusCode).toBe(422);
  const page = await choose({ choice: 'paused', days: '90' });
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain('No mails until May 31, 2026');
  expect(await reason()).toBe('paused_by_person');
  expect(await waveIn(40)).toEqual({ sent: 1, 'suppressed: paused_by_person': 1 });
  expect(await waveIn(60)).toEqual({ sent: 2 });
});

it('invites who asked for less at most once in 90 days', async () => {
  await choose({ choice: 'less_often' });
  expect(await reason()).toBe('asked_for_less');
  expect(await waveIn(40)).toEqual({ sent: 1, 'suppressed: asked_for_less': 1 });
  expect(await waveIn(60)).toEqual({ sent: 2 });
  await undo();
  expect(await waveIn(40)).toEqual({ sent: 2 });
});

it('keeps one agency away and no other', async () => {
  await choose({ choice: 'not_agency', agency: String(world.agencyId) });
  expect(await reason()).toBe('not_this_agency');
  expect(await reason(person, world.agencyId + 1)).toBeNull();
  expect(await waveIn(40)).toEqual({ sent: 1, 'suppressed: not_this_agency': 1 });
  // An agency that never asked cannot be guessed.
  await choose({ choice: 'not_agency', agency: '999999' });
  expect((await test.deps.sql`select 1 from contact_preferences where contact_id = ${person}`).length).toBe(
    1,
  );
});

it('keeps everybody of an employer out, also who comes later, until the same person takes it back', async () => {
  const [colleague] = await test.deps.sql<{ id: number }[]>`
    insert into contacts (employer_id, name, email, email_key, email_domain, created_at, updated_at)
    values (${world.employerIds[0]!}, 'New', ${`new${person}@employer.example`}, ${`new${person}@employer.example`},
            'employer.example', now(), now()) returning id`;
  world.contactIds.push(colleague!.id);
  world.employerIds.push(world.employerIds[0]!);
  await choose({ choice: 'not_employer' });
  expect(await reason(colleague!.id)).toBe('employer_said_never');
  expect(await waveIn(40)).toEqual({ sent: 1, 'suppressed: employer_said_never': 2 });

  const [row] = await test.deps.sql<{ id: number }[]>`
    select id from contact_preferences where contact_id = ${person} and ended_at is null`;
  const stranger = `/u/${unsubscribeToken(test.deps, world.contactIds[1]!)}`;
  await post(`${stranger}/undo`, { preference: String(row!.id) });
  expect(await reason()).toBe('employer_said_never');
  await undo();
  expect(await reason()).toBeNull();
  const audit = await test.deps.sql`
    select action from audit_events where subject_id = ${person} and action like 'contact.preference%' order by id`;
  expect(audit.map(({ action }) => action)).toEqual([
    'contact.preference_chosen',
    'contact.preference_ended',
  ]);
});

describe('decidePreference', () => {
  const now = new Date(START);
  const ask = { agencyId: 1, newInvitation: true, invitedAt: new Date(now.getTime() - 30 * DAY_MS) };
  const one = (kind: 'paused' | 'less_often' | 'not_agency' | 'not_employer', more = {}) => [
    { kind, agencyId: null, until: null, ...more },
  ];
  it.each([
    ['nothing chosen', [], ask, null],
    ['a pause that is over', one('paused', { until: now }), ask, null],
    ['a pause', one('paused', { until: new Date(now.getTime() + 1) }), ask, 'paused_by_person'],
    ['another agency', one('not_agency', { agencyId: 2 }), ask, null],
    ['this agency', one('not_agency', { agencyId: 1 }), ask, 'not_this_agency'],
    ['less, and a reminder', one('less_often'), { ...ask, newInvitation: false }, null],
    ['less, never invited', one('less_often'), { ...ask, invitedAt: null }, null],
    ['less, invited lately', one('less_often'), ask, 'asked_for_less'],
    ['never, before all else', [...one('less_often'), ...one('not_employer')], ask, 'employer_said_never'],
  ] as const)('%s', (_case, chosen, given, expected) => {
    expect(decidePreference(chosen, given, now)).toBe(expected);
  });
});

it('needs a link of ours', async () => {
  for (const url of ['/u/nothing/choose', `/u/${'x'.repeat(32)}/choose`]) {
    expect((await post(url, { choice: 'less_often' })).statusCode).toBe(404);
  }
});
