import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkSenders } from '../../src/doctor.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { signInAs } from '../support/sign-in.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let zone: Record<string, string[]> = {};
let down = false;

beforeAll(async () => {
  test = await createTestApp({
    // Nothing is sent here: launching only has to know that mail would leave.
    settings: { SMTP_URL: 'smtp://127.0.0.1:9' },
    resolveTxt: async (name) => {
      if (down) throw Object.assign(new Error('no answer'), { code: 'ETIMEOUT' });
      return zone[name] ?? [];
    },
  });
  world = await makeWavesWorld(test);
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'ask@mail.state.gov'`);
});
afterAll(() => test.close());

const approve = async (waveId: number, by = world) => {
  const approver = await signInAs(test, by.approver.id);
  const page = await approver.get(`/staff/waves/${waveId}`);
  const seen = /name="seen" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  return approver.post(`/staff/waves/${waveId}/approve`, { seen });
};
const stateOf = async (waveId: number) =>
  (await test.deps.sql<{ state: string }[]>`select state from waves where id = ${waveId}`)[0]?.state;

it('does not launch from a domain whose DMARC is missing, and does once it is there', async () => {
  const waveId = await makeProposed(test, world);
  zone = { 'mail.state.gov': ['v=spf1 -all'] };
  const refused = await approve(waveId);
  expect(refused.statusCode).toBe(409);
  expect(refused.body).toContain('countersign doctor');
  expect(await stateOf(waveId)).toBe('proposed');
  expect(await checkSenders(test.deps)).toContainEqual(
    expect.objectContaining({ check: 'DMARC', level: 'must', ok: false }),
  );

  zone['_dmarc.state.gov'] = ['v=DMARC1; p=reject; pct=100'];
  expect((await approve(waveId)).statusCode).toBe(303);
  expect(await stateOf(waveId)).toBe('running');
});

it('lets nobody wait for a name server that is down', async () => {
  const other = await makeWavesWorld(test);
  await test.deps.db.execute(sql`update agencies set mail_from_address = 'ask@mail.state.gov'`);
  const waveId = await makeProposed(test, other);
  down = true;
  expect((await approve(waveId, other)).statusCode).toBe(303);
  expect(await stateOf(waveId)).toBe('running');
  expect((await checkSenders(test.deps)).map(({ ok }) => ok)).toEqual([null, null, null]);
});
