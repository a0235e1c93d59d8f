import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { listLedger } from '../../src/waves/queries.ts';
import { listTouches } from '../../src/waves/touch-queries.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

let test: TestApp;
let world: WavesWorld;
let other: WavesWorld;
let own: StaffBrowser;
let stranger: StaffBrowser;
let employerUrl: string;
let wave: number;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 6 });
  other = await makeWavesWorld(test, { employers: 1 });
  wave = await makeProposed(test, world, { name: 'Spring of ours', protocol: { pace: 'at_once' } });
  await launchWave(test.deps, { staff: world.approver, waveId: wave, seen: null });
  await sendDueMessages(test.deps, {});
  const [touched] = await test.deps.db.execute<{ employer_id: number }>(
    sql`select employer_id from messages where sent_at is not null order by id limit 1`,
  );
  employerUrl = `/staff/employers/${touched!.employer_id}`;
  own = await signInAs(test, world.proposer.id);
  stranger = await signInAs(test, other.proposer.id);
}, 60_000);
afterAll(() => test.close());

it('tells one’s own touches with their wave, and what is still planned', async () => {
  const { statusCode, body } = await own.get(employerUrl);
  expect(statusCode).toBe(200);
  expect(body).toContain('Touched on March 2, 2026');
  expect(body).toContain('Spring of ours');
  expect(body).toContain(`href="/staff/waves/${wave}"`);
  expect(body).toContain('Planned for March');
  expect(body).toContain('(Reminder)');
});

it('tells another agency only the day, and nothing of what is planned', async () => {
  const { body } = await stranger.get(employerUrl);
  expect(body).toContain('Touched on March 2, 2026');
  expect(body).toContain('Another agency');
  expect(body).not.toContain('Spring of ours');
  expect(body).not.toContain('Planned for');
  expect(body).not.toContain('(Invitation)');
  expect(body).not.toContain(`/staff/waves/${wave}`);
});

it('gives both the same "free again on", and the planner’s', async () => {
  const freeIn = (body: string) => /Free again on (\w+ \d+, \d{4})/.exec(body)?.[1];
  const mine = freeIn((await own.get(employerUrl)).body);
  expect(mine).toBeDefined();
  expect(freeIn((await stranger.get(employerUrl)).body)).toBe(mine);
  const draft = await makeDraft(test, { ...other, county: world.county });
  const { body } = await stranger.get(`/staff/waves/${draft}/left-out`);
  expect(body.toLowerCase()).toContain(`free again on ${mine!.toLowerCase()}`);
});

it('says why a planned mail was put off', async () => {
  await test.deps.db.execute(sql`update messages set reason = 'warm_up' where state = 'planned'`);
  const { body } = await own.get(employerUrl);
  expect(body).toContain('put off: the sending domain is new and may not send more on that day');
  await test.deps.db.execute(sql`update messages set reason = 'sender_lost' where state = 'planned'`);
  expect((await own.get(employerUrl)).body).not.toContain('put off');
});

it('lets somebody new of the same employer be asked now', async () => {
  const { body } = await own.get(employerUrl);
  expect(body).toContain('<strong>Free now</strong>');
});

it('by the rules of the agency that looks: its own limits, and what the person asked for', async () => {
  const [contact] = await test.deps.db.execute<{ id: number; employer: number }>(sql`
    select contact_id as id, employer_id as employer from messages where sent_at is not null order by id limit 1`);
  await test.deps.db.execute(sql`
    insert into budget_rules (agency_id, limits, updated_by, updated_at)
    values (${other.agencyId}, '{"personInvitationsDays": 60}'::jsonb, ${other.proposer.id}, now())`);
  expect((await own.get(employerUrl)).body).toContain('Free again on April 2, 2026');
  expect((await stranger.get(employerUrl)).body).toContain('Free again on May 4, 2026');
  await test.deps.db.execute(sql`delete from budget_rules`);

  const prefer = (kind: string, columns: { until?: string; employer?: number }) =>
    test.deps.db.execute(sql`
      insert into contact_preferences (contact_id, kind, until, employer_id, created_at)
      values (${contact!.id}, ${kind}, ${columns.until ?? null}::timestamptz, ${columns.employer ?? null}, now())`);
  await prefer('paused', { until: '2026-06-01T00:00:00Z' });
  const paused = (await own.get(employerUrl)).body;
  expect(paused).toContain('Asked for a pause');
  expect(paused).not.toContain('Free again on');
  expect(paused).toContain('<strong>Free now</strong>');
  await test.deps.db.execute(sql`delete from contact_preferences`);
  await prefer('not_employer', { employer: contact!.employer });
  expect((await own.get(employerUrl)).body).toContain(
    '<strong>Somebody there asked that nobody of this employer is asked</strong>',
  );
  await test.deps.db.execute(sql`delete from contact_preferences`);
});

it('shows nobody touched where nobody was', async () => {
  const { body } = await own.get(`/staff/employers/${other.employerIds[0]}`);
  expect(body).toContain('Nobody here was written to yet.');
  expect(body).toContain('Not written to yet');
  expect(body).toContain('Free now');
});

it('says of whoever has left that they are not asked', async () => {
  const employerId = other.employerIds[0];
  await test.deps.db.execute(sql`update contacts set state = 'left' where employer_id = ${employerId!}`);
  expect((await own.get(`/staff/employers/${employerId}`)).body).toContain('Is not asked any more');
});

it('counts the same touches as the planner’s ledger', async () => {
  const ledger = await listLedger(test.deps.db, new Date(0));
  const listed = (
    await Promise.all(world.employerIds.map((unitId) => listTouches(test.deps.db, unitId)))
  ).flat();
  const keys = (touches: readonly { contactId: number; from: Date; to: Date }[]) =>
    touches.map(({ contactId, from, to }) => `${contactId} ${from.toISOString()} ${to.toISOString()}`).sort();
  expect(keys(listed)).toEqual(keys(ledger));
  expect(listed.length).toBeGreaterThan(6);
});
