import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordMailEvents } from '../../src/delivery/record-mail-event.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { suppressAddress } from '../../src/outreach/suppress-address.ts';
import { launchWave, makeWorld, messageStates, type World } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let test: TestApp;
let world: World;
let first: StaffBrowser;
let second: StaffBrowser;
let editor: StaffBrowser;
let stranger: StaffBrowser;
let suppressionId: number;
let messageId: number;
let waveId: number;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWorld(test.deps, { contacts: 3, credentials: 1 });
  waveId = await launchWave(test.deps, world, { reminderAfterHours: [1] });
  await sendDueMessages(test.deps);
  first = await signInAs(test, world.staffId);
  second = await signInAs(test, world.secondStaffId);
  editor = await signInAs(test, (await makeStaff(test, world.agencyId, 'editor')).id);
  stranger = await signInAs(test, (await makeStaff(test, (await makeAgency(test)).id)).id);
  const [message] = await test.deps.db.execute<{ id: number }>(
    sql`select id from messages where wave_id = ${waveId} and state = 'sent' order by id limit 1`,
  );
  messageId = message!.id;
  const base = { source: 'smtp', classification: null, messageRow: messageId, occurredAt: null } as const;
  await recordMailEvents(test.deps, [
    {
      ...base,
      kind: 'bounce',
      classification: 'dead_address',
      providerEventId: 'one',
      facts: { status: '5.1.1' },
    },
    { ...base, kind: 'other', providerEventId: 'two', facts: { type: 'odd' } },
  ]);
  const [row] = await test.deps.db.execute<{ id: number }>(
    sql`select id from suppressions where lifted_at is null`,
  );
  suppressionId = row!.id;
});
afterAll(() => test?.close());

const path = (part = '') => `/staff/suppressions/${suppressionId}${part}`;

async function audited() {
  const rows = await test.deps.db.execute<{ action: string; actor_id: number }>(sql`
    select action, actor_id from audit_events where subject_type = 'suppression' and subject_id = ${suppressionId} order by id`);
  return rows.map((row) => [row.action, row.actor_id]);
}

describe('the do-not-contact list', () => {
  it('names who is on it, why and since when, and what came back that nobody understands', async () => {
    const list = await first.get('/staff/suppressions');
    expect(list.statusCode).toBe(200);
    expect(list.body).toContain('Person 1');
    expect(list.body).toContain('Does not exist');
    expect((await first.get('/staff/suppressions?reason=complained')).body).toContain(
      'There is no such address',
    );
    const page = await first.get(path());
    expect(page.body).toContain('a mail that came back, 5.1.1');
    const receipts = await first.get('/staff/suppressions/receipts');
    expect(receipts.body).toContain('Not understood');
    expect(receipts.body).toContain('Person 1');
    // What came back about one agency's mails is not for another.
    expect((await stranger.get('/staff/suppressions/receipts')).body).not.toContain('Person 1');
  });

  it('lets nobody go without a reason and a second person who may approve', async () => {
    const empty = await first.post(path('/lift'), { reason: ' ' });
    expect(empty.statusCode).toBe(422);
    expect(empty.body).toContain('Enter why this address should get mails again');
    expect((await first.post(path('/confirm'))).statusCode).toBe(404);

    const asked = await first.post(path('/lift'), { reason: 'The mailbox works again' });
    expect([asked.statusCode, asked.headers.location]).toEqual([303, `${path()}?done=requested`]);
    expect((await second.post(path('/lift'), { reason: 'Me too' })).statusCode).toBe(409);
    expect((await first.post(path('/confirm'))).statusCode).toBe(403);
    expect((await editor.post(path('/confirm'))).statusCode).toBe(403);
    expect((await stranger.post(path('/confirm'))).statusCode).toBe(404);
    expect((await stranger.post(path('/withdraw'))).statusCode).toBe(404);
    const waiting = await stranger.get(path());
    expect(waiting.body).toContain('Another agency has asked');
    expect(waiting.body).not.toContain('The mailbox works again');
    const home = (await second.get('/staff')).body;
    expect(home).toContain('1 request to mail an address again waits for a second person');
    expect(home).toContain('1 receipt of the last 30 days could not be acted on');
    expect((await first.get('/staff')).body).not.toContain('waits for a second person');
    expect((await first.get(path())).body).not.toContain('Agree: mails may go there again');
    expect((await second.get(path())).body).toContain('The mailbox works again');
  });

  it('can be asked again after a request was withdrawn', async () => {
    expect((await first.post(path('/withdraw'))).statusCode).toBe(303);
    expect((await first.post(path('/withdraw'))).statusCode).toBe(409);
    expect((await second.post(path('/confirm'))).statusCode).toBe(409);
    expect((await first.post(path('/lift'), { reason: 'She called' })).statusCode).toBe(303);
  });

  it('lets an address go when the second person agrees, on record, and mails go there again', async () => {
    const outcomes = await Promise.all([second.post(path('/confirm')), second.post(path('/confirm'))]);
    expect(outcomes.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409]);
    expect(await audited()).toEqual([
      ['suppression.lift_requested', world.staffId],
      ['suppression.lift_withdrawn', world.staffId],
      ['suppression.lift_requested', world.staffId],
      ['suppression.lifted', world.secondStaffId],
    ]);
    expect((await first.get('/staff/suppressions')).body).toContain('There is no such address');
    expect((await first.get(path())).body).toContain('This address may get mails again');
    test.clock.advance(3_600_000);
    first = await signInAs(test, world.staffId);
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ 'bounced: dead_address': 1, sent: 5 });
    // The old receipt, come again, changes nothing; a new one puts the address back.
    const again = {
      source: 'smtp',
      kind: 'bounce',
      classification: 'dead_address',
      messageRow: messageId,
      occurredAt: null,
      facts: {},
    } as const;
    await recordMailEvents(test.deps, [{ ...again, providerEventId: 'one' }]);
    expect((await first.get('/staff/suppressions')).body).toContain('There is no such address');
    await recordMailEvents(test.deps, [{ ...again, providerEventId: 'three' }]);
    expect((await first.get('/staff/suppressions')).body).toContain('Person 1');
  });
});

describe('an address that staff are about to let go', () => {
  it('stays when its person says stop before the second of staff agrees, until that is asked anew', async () => {
    const [at] = await test.deps.db.execute<{ id: number; email: string }>(
      sql`select s.id, c.email from suppressions s cross join contacts c
        where s.lifted_at is null and c.id = ${world.contactIds[0]}`,
    );
    const page = (part: string) => `/staff/suppressions/${at!.id}${part}`;
    second = await signInAs(test, world.secondStaffId);
    expect((await first.post(page('/lift'), { reason: 'The mailbox works' })).statusCode).toBe(303);
    test.clock.advance(60_000);
    await test.deps.db.transaction((tx) =>
      suppressAddress(tx, test.deps, {
        email: at!.email,
        reason: 'unsubscribed',
        now: test.deps.clock.now(),
      }),
    );
    const refused = await second.post(page('/confirm'));
    expect(refused.statusCode).toBe(409);
    const [stands] = await test.deps.db.execute(
      sql`select reason, lifted_at from suppressions where id = ${at!.id}`,
    );
    expect(stands).toEqual({ reason: 'unsubscribed', lifted_at: null });
    expect((await first.post(page('/withdraw'))).statusCode).toBe(303);
    expect((await first.post(page('/lift'), { reason: 'She rang and wants them' })).statusCode).toBe(303);
    expect((await second.post(page('/confirm'))).statusCode).toBe(303);
  });
});

describe('a stop that somebody told staff', () => {
  it('holds at once, for whoever has the address, is on record, and outlasts a bounce', async () => {
    const [one] = await test.deps.db.execute<{ id: number; email: string }>(
      sql`select id, email from contacts where id = ${world.contactIds[2]}`,
    );
    editor = await signInAs(test, (await makeStaff(test, world.agencyId, 'editor')).id);
    first = await signInAs(test, world.staffId);
    for (const address of ['', 'nobody', 'a@b.example, c@d.example', '<x@y.example>']) {
      const wrong = await editor.post('/staff/suppressions', { address });
      expect([address, wrong.statusCode]).toEqual([address, 422]);
      expect(wrong.body).toContain('Enter one address');
    }
    const reader = await signInAs(test, (await makeStaff(test, world.agencyId, 'viewer')).id);
    expect((await reader.get('/staff/suppressions')).body).not.toContain('Stop mails to this address');
    expect((await reader.post('/staff/suppressions', { address: one!.email })).statusCode).toBe(403);

    const typed = ` ${one!.email.toUpperCase()} `;
    const added = await editor.post('/staff/suppressions', { address: typed });
    expect([added.statusCode, added.headers.location]).toEqual([303, '/staff/suppressions?done=added']);
    const again = await editor.post('/staff/suppressions', { address: typed });
    expect(again.headers.location).toBe('/staff/suppressions?done=known');
    const list = (await first.get('/staff/suppressions?reason=staff&done=added')).body;
    expect(list).toContain('Person 3');
    expect(list).toContain('No agency asks it anything from now on');
    const [audit] = await test.deps.db.execute<{ actor_kind: string; details: object }>(
      sql`select actor_kind, details from audit_events where action = 'suppression.added'`,
    );
    expect(audit).toEqual({ actor_kind: 'staff', details: { contact: one!.id } });

    // Whoever is no contact yet is none who may be asked either.
    await editor.post('/staff/suppressions', { address: 'later@firm.example' });
    const later = await launchWave(test.deps, world);
    await test.deps.db.execute(sql`
      update contacts set email = 'later@firm.example', email_key = 'later@firm.example' where id = ${world.contactIds[1]}`);
    test.clock.advance(60 * 86_400_000);
    await test.deps.db.execute(sql`
      update messages set send_after = ${test.clock.now().toISOString()}::timestamptz,
        not_after = ${test.clock.now().toISOString()}::timestamptz + interval '1 day' where wave_id = ${later}`);
    await sendDueMessages(test.deps, { waveId: later });
    expect((await messageStates(test.deps, later))['suppressed: suppressed']).toBeGreaterThanOrEqual(2);
    const bounced = {
      source: 'smtp',
      kind: 'bounce',
      classification: 'dead_address',
      providerEventId: 'four',
      messageRow: null,
      occurredAt: null,
      facts: {},
    } as const;
    const [sent] = await test.deps.db.execute<{ id: number }>(
      sql`select id from messages where wave_id = ${waveId} and contact_id = ${one!.id} and step = 0`,
    );
    await recordMailEvents(test.deps, [{ ...bounced, messageRow: sent!.id }]);
    first = await signInAs(test, world.staffId);
    expect((await first.get('/staff/suppressions?reason=staff')).body).toContain('Person 3');
  });
});
