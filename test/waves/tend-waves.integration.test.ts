import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { sweepClaims } from '../../src/outreach/sweep-claims.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { stopWhatIsMet } from '../../src/waves/queries.ts';
import { tendWaves } from '../../src/waves/tend-waves.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

const START = '2026-03-02T16:00:00Z';

let test: TestApp;
let world: WavesWorld;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test, { employers: 6 });
});
afterAll(() => test.close());
afterEach(async () => {
  test.clock.set(START);
  await test.deps.db.execute(sql`
    truncate waves, wave_exclusions, invitations, asks, messages restart identity cascade`);
});

const rows = (query: ReturnType<typeof sql>) => test.deps.db.execute(query);

async function launched(protocol: Parameters<typeof makeProposed>[2] = {}): Promise<number> {
  const waveId = await makeProposed(test, world, protocol);
  await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
  return waveId;
}

describe('a wave whose worker was down for a day', () => {
  it('plans what missed its time anew, in sending hours, and sends it once', async () => {
    await launched({ protocol: { pace: 'at_once', dailyCapacity: 4 } });
    // Monday's four are missed; two wait for Tuesday. It is Monday evening.
    test.clock.set('2026-03-02T23:30:00Z');
    await sendDueMessages(test.deps, {});
    await sweepClaims(test.deps);
    expect(
      await rows(sql`select state, count(*)::int as n from messages where step = 0 group by 1 order by 1`),
    ).toEqual([
      { state: 'expired', n: 4 },
      { state: 'planned', n: 2 },
    ]);
    const twice = await Promise.all([tendWaves(test.deps), tendWaves(test.deps)]);
    expect(twice.reduce((sum, { plannedAnew }) => sum + plannedAnew, 0)).toBe(4);
    expect(
      await rows(sql`
        select to_char(send_after at time zone 'America/Denver', 'MM-DD HH24:MI') as at, count(*)::int as n
        from messages where step = 0 and state = 'planned' group by 1 order by 1`),
    ).toEqual([
      // Four a day: two of the missed join the two of Tuesday, the others follow on Wednesday.
      { at: '03-03 08:30', n: 4 },
      { at: '03-04 08:30', n: 2 },
    ]);
    expect(await tendWaves(test.deps)).toEqual({ plannedAnew: 0, leftOut: 0, stopped: 0 });

    test.clock.set('2026-03-03T16:00:00Z');
    await sendDueMessages(test.deps, {});
    test.clock.set('2026-03-04T16:00:00Z');
    await sendDueMessages(test.deps, {});
    expect(await test.mails()).toHaveLength(6);
    expect(await rows(sql`select distinct state from asks`)).toEqual([{ state: 'asked' }]);
    // The reminder keeps its distance from the invitation as it really left.
    expect(
      await rows(sql`
        select count(*)::int as n from messages r join messages i on i.invitation_id = r.invitation_id and i.step = 0
        where r.step = 1 and r.state = 'planned' and r.send_after < i.sent_at + interval '6 days'`),
    ).toEqual([{ n: 0 }]);
  });

  it('takes no more of a day than it may have, counting what left on it already', async () => {
    await launched({ protocol: { pace: 'at_once', dailyCapacity: 4 } });
    // It is Tuesday morning: the two of Tuesday leave before anybody plans the four of Monday anew.
    test.clock.set('2026-03-03T16:00:00Z');
    expect(await sendDueMessages(test.deps, {})).toMatchObject({ sent: 2 });
    await sweepClaims(test.deps);
    expect(await tendWaves(test.deps)).toMatchObject({ plannedAnew: 4 });
    expect(
      await rows(sql`
        select to_char(send_after at time zone 'America/Denver', 'MM-DD') as on, count(*)::int as n
        from messages where step = 0 and state = 'planned' group by 1 order by 1`),
    ).toEqual([
      { on: '03-03', n: 2 },
      { on: '03-04', n: 2 },
    ]);
  });

  it('does not send late when the last day of invitations is over', async () => {
    await launched({ protocol: { pace: 'at_once' } });
    test.clock.set('2026-03-13T16:00:00Z');
    await sweepClaims(test.deps);
    expect(await tendWaves(test.deps)).toEqual({ plannedAnew: 0, leftOut: 0, stopped: 0 });
  });

  it('leaves out, with the reason, whoever can no longer be asked', async () => {
    const waveId = await launched({ protocol: { pace: 'at_once' } });
    test.clock.set('2026-03-02T23:30:00Z');
    await sweepClaims(test.deps);
    await rows(sql`update contacts set state = 'left' where id = ${world.contactIds[0]}`);
    try {
      expect(await tendWaves(test.deps, { waveId })).toMatchObject({ plannedAnew: 5, leftOut: 1 });
      expect(await rows(sql`select contact_id, reason from wave_exclusions`)).toEqual([
        { contact_id: world.contactIds[0], reason: 'left_employer' },
      ]);
      expect(await tendWaves(test.deps)).toEqual({ plannedAnew: 0, leftOut: 0, stopped: 0 });
    } finally {
      await rows(sql`update contacts set state = 'active' where id = ${world.contactIds[0]}`);
    }
  });
});

it('stops what would only be about credentials that have their number', async () => {
  const waveId = await launched({ meeting: true, protocol: { invitePerMeeting: 1 } });
  const [nursing, electrician, aPlus] = world.credentialIds as [number, number, number];
  const stop = (met: number[]) =>
    test.deps.db.transaction((tx) => stopWhatIsMet(tx, waveId, met, test.clock.now()));
  // Everybody is asked about the second still.
  expect(await stop([nursing])).toBe(0);
  const stopped = await stop([nursing, aPlus]);
  // One electrician firm, and the one person invited to the meeting, are still written to.
  expect(stopped).toBeGreaterThanOrEqual(8);
  expect(
    await rows(sql`
      select count(distinct contact_id)::int as n from messages where state = 'planned'`),
  ).toEqual([{ n: 6 - stopped / 2 }]);
  // Whoever is still written to hears of something that is not settled.
  expect(
    await rows(sql`
      select count(*)::int as n from invitations i
      where exists (select 1 from messages m where m.invitation_id = i.id and m.state = 'planned') and not exists (
        select 1 from asks a where a.invitation_id = i.id and (a.meeting_id is not null or a.credential_id = ${electrician}))`),
  ).toEqual([{ n: 0 }]);
});
