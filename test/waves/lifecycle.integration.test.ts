import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waves } from '../../src/db/schema/outreach.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { closeDueWaves } from '../../src/waves/close-due-waves.ts';
import { cancelWave, closeWave } from '../../src/waves/end-wave.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { pauseWave, resumeWave } from '../../src/waves/pause-wave.ts';
import { proposeWave } from '../../src/waves/propose-wave.ts';
import { protocolSha256 } from '../../src/waves/protocol.ts';
import { getWave } from '../../src/waves/queries.ts';
import { returnWave } from '../../src/waves/return-wave.ts';
import { saveDraftStep } from '../../src/waves/save-draft-step.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeDraft, makeProposed, makeWavesWorld, type WavesWorld, waveProtocol } from './waves-world.ts';

const START = '2026-03-02T16:00:00Z';
const DAY_MS = 86_400_000;

let test: TestApp;
let world: WavesWorld;

beforeAll(async () => {
  test = await createTestApp();
  world = await makeWavesWorld(test);
});
afterAll(() => test.close());
afterEach(async () => {
  test.clock.set(START);
  await test.deps.db.execute(sql`
    truncate waves, wave_exclusions, invitations, asks, messages, suppressions restart identity cascade`);
});

const rows = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  test.deps.db.execute<Row>(query);

async function count(table: 'invitations' | 'messages' | 'asks' | 'wave_exclusions', waveId: number) {
  const [row] = await rows<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)} where wave_id = ${waveId}`,
  );
  return row!.n;
}

const launch = (waveId: number, staff = world.approver, seen: string | null = null) =>
  launchWave(test.deps, { staff, waveId, seen });

describe('a wave', () => {
  it('launches by a second person: invitations, asks, messages and every reason, the protocol frozen', async () => {
    const waveId = await makeProposed(test, world, { meeting: true });
    const launched = await launch(waveId);
    expect(launched).toEqual({ people: 12, messages: 24, leftOut: 0 });

    const wave = await getWave(test.deps.db, world.agencyId, waveId);
    expect(wave).toMatchObject({ state: 'running', approvedBy: world.approver.id });
    expect(wave.protocolSha256).toBe(protocolSha256(wave.protocol));
    expect(wave.closeAt).toEqual(wave.draft.protocol?.closeAt);
    expect(wave.graceUntil).toEqual(new Date(wave.closeAt!.getTime() + 7 * DAY_MS));
    expect(wave.instrumentVersionId).not.toBeNull();
    expect(wave.noticeVersionId).not.toBeNull();

    // Everybody hears of the credential for all sectors; two sectors of six have one of their own; all hear of the meeting.
    const asked = await rows<{ credential_id: number | null; seat_role: string | null; n: number }>(sql`
      select credential_id, seat_role, count(*)::int as n from asks where wave_id = ${waveId} group by 1, 2 order by 1`);
    expect(asked).toEqual([
      { credential_id: world.credentialIds[0], seat_role: null, n: 2 },
      { credential_id: world.credentialIds[1], seat_role: null, n: 2 },
      { credential_id: world.credentialIds[2], seat_role: null, n: 12 },
      { credential_id: null, seat_role: 'employer', n: 12 },
    ]);
  });

  it('writes down why each person was left out', async () => {
    const waveId = await makeProposed(test, world);
    await rows(sql`update contacts set state = 'left' where id = ${world.contactIds[0]}`);
    try {
      await launch(waveId);
      expect(
        await rows(sql`select contact_id, reason from wave_exclusions where wave_id = ${waveId}`),
      ).toEqual([{ contact_id: world.contactIds[0], reason: 'left_employer' }]);
      expect(await count('invitations', waveId)).toBe(11);
    } finally {
      await rows(sql`update contacts set state = 'active' where id = ${world.contactIds[0]}`);
    }
  });

  it('is not launched by whoever proposed it, even past the rule', async () => {
    const waveId = await makeProposed(test, world);
    await expect(launch(waveId, { ...world.proposer, role: 'admin' })).rejects.toMatchObject({
      code: 'needs_second_person',
    });
    await expect(test.deps.db.update(waves).set({ approvedBy: world.proposer.id })).rejects.toMatchObject({
      cause: { constraint_name: 'waves_two_people' },
    });
    expect(await count('messages', waveId)).toBe(0);
  });

  it('is not launched by an editor, nor when it is no longer proposed', async () => {
    const waveId = await makeProposed(test, world);
    await expect(launch(waveId, { ...world.approver, role: 'editor' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await returnWave(test.deps, { staff: world.approver, waveId });
    await expect(launch(waveId)).rejects.toMatchObject({ code: 'wave_too_early' });
  });

  it('launches once, from two connections at once and again afterwards', async () => {
    const waveId = await makeProposed(test, world);
    const [one, two] = await Promise.all([launch(waveId), launch(waveId)]);
    expect([one, two].filter((result) => result !== null)).toHaveLength(1);
    expect(await launch(waveId)).toBeNull();
    expect(await count('invitations', waveId)).toBe(12);
    expect(await count('messages', waveId)).toBe(24);
  });

  it('asks in the mail of another agency’s wave that launches at the same moment', async () => {
    const other = await makeWavesWorld(test, { employers: 1 });
    const audience = { counties: [], naicsPrefixes: ['62'] };
    const mine = await makeProposed(test, world, { audience });
    const theirs = await makeProposed(test, other, { audience });
    // Two hospitals of this world and one of the other: whoever is second finds all three invited and joins.
    const results = await Promise.allSettled([
      launch(mine),
      launchWave(test.deps, { staff: other.approver, waveId: theirs, seen: null }),
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { people: 3 } },
      { status: 'fulfilled', value: { people: 3 } },
    ]);
    const carried = await rows<{ waves: number }>(sql`
      select count(distinct wave_id)::int as waves from asks where wave_id in (${mine}, ${theirs}) group by invitation_id`);
    expect(carried).toEqual([{ waves: 2 }, { waves: 2 }, { waves: 2 }]);
    const people = await rows<{ n: number }>(sql`
      select count(*)::int as n from messages where step = 0 group by contact_id having count(*) > 1`);
    expect(people).toEqual([]);
  });

  it('asks the approver to look again when the figures moved after they were shown', async () => {
    const waveId = await makeProposed(test, world);
    await expect(launch(waveId, world.approver, 'what was shown')).rejects.toMatchObject({
      code: 'stale_form',
    });
  });

  it('is not proposed without every step, with dates that are over, or to nobody', async () => {
    const empty = await makeDraft(test, world, { audience: { cities: ['Nowhere'] } });
    await expect(proposeWave(test.deps, { staff: world.proposer, waveId: empty })).rejects.toMatchObject({
      code: 'wave_asks_nobody',
    });
    const late = await makeDraft(test, world);
    test.clock.advance(11 * DAY_MS);
    await expect(proposeWave(test.deps, { staff: world.proposer, waveId: late })).rejects.toMatchObject({
      code: 'wave_dates_passed',
    });
  });

  it('keeps a draft from being overwritten by a form that is out of date', async () => {
    const waveId = await makeDraft(test, world);
    const { updatedAt } = await getWave(test.deps.db, world.agencyId, waveId);
    const save = (maxAsksPerTouch: number) =>
      saveDraftStep(test.deps, {
        staff: world.proposer,
        waveId,
        version: updatedAt.getTime(),
        change: { step: 'protocol', protocol: waveProtocol(new Date(START), { maxAsksPerTouch }) },
      });
    await save(2);
    // The same form once more changes nothing and is no fault; another one is.
    await save(2);
    await expect(save(3)).rejects.toMatchObject({ code: 'stale_form' });
    expect((await getWave(test.deps.db, world.agencyId, waveId)).draft.protocol?.maxAsksPerTouch).toBe(2);
  });

  it('may tighten the budget that all agencies share, not loosen it', async () => {
    const waveId = await makeDraft(test, world, {
      protocol: {
        budget: {
          person: {
            newInvitations: 9,
            newInvitationsDays: 1,
            touches: 2,
            touchesDays: 60,
            minBusinessDaysBetween: 0,
          },
          employer: { peopleNewlyInvited: 1, peopleDays: 90, touches: 99, touchesDays: 1 },
        },
      },
    });
    const { draft } = await getWave(test.deps.db, world.agencyId, waveId);
    expect(draft.protocol?.budget).toEqual({
      person: {
        newInvitations: 1,
        newInvitationsDays: 30,
        touches: 2,
        touchesDays: 60,
        minBusinessDaysBetween: 5,
      },
      employer: { peopleNewlyInvited: 1, peopleDays: 90, touches: 6, touchesDays: 30 },
    });
  });

  it("is not there for another agency's staff", async () => {
    const other = await makeWavesWorld(test, { employers: 1 });
    const waveId = await makeProposed(test, world);
    for (const attempt of [
      () => getWave(test.deps.db, other.agencyId, waveId),
      () => launch(waveId, other.approver),
      () => cancelWave(test.deps, { staff: other.approver, waveId }),
      () => returnWave(test.deps, { staff: other.approver, waveId }),
      () => pauseWave(test.deps, { staff: other.approver, waveId }),
      () =>
        saveDraftStep(test.deps, {
          staff: other.proposer,
          waveId,
          version: null,
          change: { step: 'name', name: 'Mine now' },
        }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it("does not take another agency's meeting", async () => {
    const other = await makeWavesWorld(test, { employers: 1 });
    const waveId = await makeDraft(test, world);
    await expect(
      saveDraftStep(test.deps, {
        staff: world.proposer,
        waveId,
        version: null,
        change: { step: 'topics', topics: { credentialIds: [], meetingIds: [other.meetingId] } },
      }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('sends while it runs, nothing while it is paused, and goes on when it is resumed', async () => {
    const waveId = await makeProposed(test, world, { protocol: { pace: 'at_once' } });
    await launch(waveId);
    await pauseWave(test.deps, { staff: world.proposer, waveId });
    await pauseWave(test.deps, { staff: world.proposer, waveId });
    await sendDueMessages(test.deps, {});
    expect(await test.mails()).toHaveLength(0);
    await resumeWave(test.deps, { staff: world.proposer, waveId });
    await sendDueMessages(test.deps, {});
    expect(await test.mails()).toHaveLength(12);
  });

  it('closes by the schedule: reminders stop, answers are taken for the grace, then links end', async () => {
    const waveId = await makeProposed(test, world, { protocol: { pace: 'at_once' } });
    await launch(waveId);
    await sendDueMessages(test.deps, {});
    expect(await closeDueWaves(test.deps)).toEqual({ closed: 0, expired: 0 });

    test.clock.advance(24 * DAY_MS);
    const twice = await Promise.all([closeDueWaves(test.deps), closeDueWaves(test.deps)]);
    expect(twice.reduce((sum, { closed }) => sum + closed, 0)).toBe(1);
    expect((await getWave(test.deps.db, world.agencyId, waveId)).state).toBe('closed');
    expect(
      await rows(sql`select state, reason, count(*)::int as n from messages where step = 1 group by 1, 2`),
    ).toEqual([{ state: 'cancelled', reason: 'wave_closed', n: 12 }]);
    expect(await rows(sql`select distinct state from invitations`)).toEqual([{ state: 'open' }]);

    test.clock.advance(7 * DAY_MS);
    expect(await closeDueWaves(test.deps)).toEqual({ closed: 0, expired: 12 });
    expect(await rows(sql`select distinct state from invitations`)).toEqual([{ state: 'expired' }]);
  });

  it('closed by hand shortens the grace from that moment on', async () => {
    const waveId = await makeProposed(test, world);
    await launch(waveId);
    test.clock.advance(DAY_MS);
    await closeWave(test.deps, { staff: world.proposer, waveId });
    const wave = await getWave(test.deps.db, world.agencyId, waveId);
    const until = new Date(test.clock.now().getTime() + 7 * DAY_MS);
    expect(wave).toMatchObject({ state: 'closed', closeAt: test.clock.now(), graceUntil: until });
    expect(await rows(sql`select distinct expires_at from invitations`)).toEqual([{ expires_at: until }]);
  });

  it('cancelled sends nothing more and ends its links, but keeps what was answered', async () => {
    const waveId = await makeProposed(test, world);
    await launch(waveId);
    await rows(sql`
      update invitations set state = 'answered', answered_at = now()
      where wave_id = ${waveId} and contact_id = ${world.contactIds[0]}`);
    await cancelWave(test.deps, { staff: world.approver, waveId });
    const before = await test.mails();
    await sendDueMessages(test.deps, {});
    expect(await test.mails()).toHaveLength(before.length);
    expect(await rows(sql`select state, count(*)::int as n from messages group by 1`)).toEqual([
      { state: 'cancelled', n: 24 },
    ]);
    expect(await rows(sql`select state, count(*)::int as n from invitations group by 1 order by 1`)).toEqual([
      { state: 'answered', n: 1 },
      { state: 'expired', n: 11 },
    ]);
  });

  it('moves only along its states', async () => {
    const waveId = await makeDraft(test, world);
    const staff = world.proposer;
    await expect(pauseWave(test.deps, { staff, waveId })).rejects.toMatchObject({ code: 'wave_too_early' });
    await expect(closeWave(test.deps, { staff, waveId })).rejects.toMatchObject({ code: 'wave_too_early' });
    await cancelWave(test.deps, { staff, waveId });
    await expect(resumeWave(test.deps, { staff, waveId })).rejects.toMatchObject({ code: 'already_done' });
    await expect(
      saveDraftStep(test.deps, { staff, waveId, version: null, change: { step: 'name', name: 'Late' } }),
    ).rejects.toMatchObject({ code: 'wave_not_draft' });
  });

  it('of one employer never newly invites more than three people within its ninety days', async () => {
    const [unit] = world.employerIds;
    await rows(sql`
      insert into contacts (employer_id, name, email, email_key, email_domain, created_at, updated_at)
      select ${unit}, 'More ' || i, 'more' || i || '@crowd.example', 'more' || i || '@crowd.example', 'crowd.example', now(), now()
      from generate_series(1, 4) i`);
    try {
      const waveId = await makeProposed(test, world);
      await launch(waveId);
      expect(await rows(sql`select count(*)::int as n from invitations where employer_id = ${unit}`)).toEqual(
        [{ n: 3 }],
      );
      expect(await rows(sql`select reason, count(*)::int as n from wave_exclusions group by 1`)).toEqual([
        { reason: 'employer_limit', n: 2 },
      ]);
    } finally {
      await rows(sql`truncate invitations, asks, messages, wave_exclusions, unsubscribe_links cascade`);
      await rows(sql`delete from contacts where email_domain = 'crowd.example'`);
    }
  });
});
