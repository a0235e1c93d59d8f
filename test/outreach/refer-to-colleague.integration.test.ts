import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { referToColleague } from '../../src/outreach/refer-to-colleague.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { launchWave, makeWorld, messageStates, type World } from './outreach-world.ts';

let test: TestApp;
let world: World;
let waveId: number;
let invitationIds: number[];

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  world = await makeWorld(test.deps, { contacts: 2, credentials: 2 });
  waveId = await launchWave(test.deps, world, { reminderAfterHours: [200] });
  await sendDueMessages(test.deps);
  const rows = await test.deps.db.execute<{ id: number }>(
    sql`select id from invitations where wave_id = ${waveId} order by contact_id`,
  );
  invitationIds = rows.map((row) => row.id);
});

let colleagues = 0;
const newColleague = () => ({
  name: 'Sam Ortiz',
  email: `sam${++colleagues}@employer.example`,
  title: 'Foreman',
});

function refer(
  colleague: { name: string; email: string },
  invitationId = invitationIds[0]!,
  handsOver = true,
) {
  return test.deps.db.transaction((tx) =>
    referToColleague(tx, test.deps, { invitationId, colleague, handsOver, now: test.clock.now() }),
  );
}

describe('referToColleague', () => {
  it('gives the colleague a link and a mail of their own, and reminds the nominator no more', async () => {
    const colleague = newColleague();
    const outcome = await refer(colleague);
    expect(outcome).toMatchObject({ ok: true, alreadyInvited: false });
    const before = (await test.mails()).length;
    await sendDueMessages(test.deps);
    const [mail] = (await test.mails()).slice(before);
    expect(mail?.to).toBe(`Sam Ortiz <${colleague.email}>`);
    expect(mail?.text).toContain('Person 1 at Employer 1 told us');
    expect(mail?.text).toContain('Credential 2');
    expect(await messageStates(test.deps, waveId)).toEqual({
      sent: 3,
      planned: 1,
      'cancelled: referred': 1,
    });
    const [row] = await test.deps.db.execute(sql`
      select i.state, c.source, c.employer_id, r.referred_from_id, count(a.id)::int as asks
      from invitations i join invitations r on r.referred_from_id = i.id join contacts c on c.id = r.contact_id
      join asks a on a.invitation_id = r.id where i.id = ${invitationIds[0]} group by 1, 2, 3, 4`);
    expect(row).toEqual({
      state: 'referred',
      source: 'nominated',
      employer_id: world.employerIds[0],
      referred_from_id: invitationIds[0],
      asks: 2,
    });
  });

  it('invites somebody who is in the wave already only once', async () => {
    const colleague = newColleague();
    const first = await refer(colleague);
    const again = await refer({ ...colleague, email: colleague.email.toUpperCase() });
    expect(again).toEqual({ ...first, alreadyInvited: true });
  });

  it('takes three colleagues and no chain of them', async () => {
    const made = [];
    for (let i = 0; i < 3; i += 1) made.push(await refer(newColleague(), invitationIds[0], false));
    expect(made.every((one) => one.ok)).toBe(true);
    expect(await refer(newColleague())).toEqual({ ok: false, reason: 'referral_limit' });
    const chained = made[0]!.ok ? made[0]!.invitationId : 0;
    expect(await refer(newColleague(), chained)).toEqual({ ok: false, reason: 'referral_of_referral' });
  });

  it('refuses the own address, one of another employer, and what is no address', async () => {
    const [own, other] = await Promise.all(
      world.contactIds.map(async (id) => {
        const [row] = await test.deps.db.execute<{ email: string }>(
          sql`select email from contacts where id = ${id}`,
        );
        return row!.email;
      }),
    );
    expect(await refer({ name: 'Me', email: own! })).toEqual({ ok: false, reason: 'own_address' });
    expect(await refer({ name: 'Else', email: other! })).toEqual({ ok: false, reason: 'not_possible' });
    expect(await refer({ name: 'None', email: 'nobody' })).toEqual({ ok: false, reason: 'bad_address' });
    expect(await refer(newColleague(), 999_999)).toEqual({ ok: false, reason: 'unknown_invitation' });
  });

  it('counts the colleague against the budget of the employer', async () => {
    const outcomes = [];
    for (let i = 0; i < 3; i += 1) outcomes.push(await refer(newColleague(), invitationIds[0], false));
    await sendDueMessages(test.deps);
    // Three people of one employer may be newly invited in ninety days: the first, and two colleagues.
    const states = await messageStates(test.deps, waveId);
    expect(states.sent).toBe(4);
    expect(states['expired: contact_budget_employer']).toBe(1);
  });
});
