import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSampleState, type SampleState } from '../../src/demo/load-sample-state.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { inviteEmployers } from '../support/invited-employers.ts';
import { signInAs } from '../support/sign-in.ts';

let test: TestApp;
let state: SampleState;
beforeAll(async () => {
  test = await createTestApp();
  state = await loadSampleState(test.deps, { seed: 'console', onStep() {} });
}, 120_000);
afterAll(() => test.close());

it('today shows each open application with its own count, and what waits for a person', async () => {
  const home = (await (await signInAs(test, state.k12.editor.id)).get('/staff')).body;
  const [first] = await test.deps.sql<{ name: string }[]>`
    select c.name from applications a join credentials c on c.id = a.credential_id
    where a.agency_id = ${state.k12.agencyId} order by c.name limit 1`;
  expect(home).toContain(first!.name);
  expect(home).toContain('0 of 10');
  expect(home).toContain('Not asked');
  expect(home).toMatch(/\d+ pairs of employer records may be the same employer/);
});

it('today counts the invitations of each wave by itself', async () => {
  const invited = await inviteEmployers(test.deps, { now: test.clock.now(), employers: 7 });
  await test.deps.sql`update invitations set state = 'answered', answered_at = now()
    where id in (select id from invitations where wave_id = ${invited.waveId} limit 3)`;
  await test.deps.sql`update asks set state = 'answered' where invitation_id in
    (select id from invitations where wave_id = ${invited.waveId} and state = 'answered')`;
  const home = (await (await signInAs(test, invited.staffIds[0])).get('/staff')).body;
  expect(home).toContain('3 of 7');
});

it('a story follows one credential and ignores a query that makes no sense', async () => {
  const browser = await signInAs(test, state.k12.editor.id);
  const [row] = await test.deps.sql<{ slug: string }[]>`
    select slug from credentials where id = ${state.credentialIds[0]!}`;
  const story = await browser.get(`/staff/credentials/${row!.slug}/story?policy=x&show=everything&page=-4`);
  expect(story.statusCode).toBe(200);
  expect(story.body).toContain('Who said what');
  expect(story.body).toContain('Still missing');
  expect((await browser.get('/staff/credentials/no-such-credential/story')).statusCode).toBe(404);
});
