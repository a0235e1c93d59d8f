import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { cancelWave, closeWave } from '../../src/waves/end-wave.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { pauseWave, resumeWave } from '../../src/waves/pause-wave.ts';
import { getProgress, stopWhatIsMet } from '../../src/waves/queries.ts';
import { tendWaves } from '../../src/waves/tend-waves.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

/** A Monday, 6:00 in Denver: nothing leaves before 8:30. */
const START = '2026-03-02T13:00:00Z';
const AT_NINE = '2026-03-02T16:00:00Z';
const EMPLOYERS = 4;

let test: TestApp;
let ours: WavesWorld;
let theirs: WavesWorld;
/** Waves of the two agencies to the same people; the first carries what the second asks. */
let first: number;
let second: number;

beforeAll(async () => {
  test = await createTestApp();
}, 60_000);
afterAll(() => test?.close());
beforeEach(async () => {
  test.clock.set(START);
  await rows(sql`truncate waves, wave_exclusions, invitations, asks, messages restart identity cascade`);
  const wanted = [
    ['Forklift', ''],
    ['Welding', ''],
  ] as const;
  ours = await makeWavesWorld(test, { employers: EMPLOYERS, credentials: wanted });
  theirs = await makeWavesWorld(test, { employers: 1, credentials: [['Phlebotomy', '']] });
  first = await launch(ours);
  second = await launch(theirs);
});

async function launch(world: WavesWorld, over: Parameters<typeof makeProposed>[2] = {}): Promise<number> {
  const waveId = await makeProposed(test, world, {
    ...over,
    audience: { counties: [ours.county] },
    protocol: { pace: 'at_once', ...over.protocol },
  });
  await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
  return waveId;
}

const rows = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  test.deps.db.execute<Row>(query);
const asksOf = (waveId: number) =>
  rows<{ state: string; dropped_for: string | null; n: number }>(sql`
    select state, dropped_for, count(*)::int as n from asks where wave_id = ${waveId} group by 1, 2 order by 1, 2`);
const invitationsOf = (waveId: number) =>
  rows<{ state: string; n: number }>(sql`
    select state, count(*)::int as n from messages where wave_id = ${waveId} and step = 0 group by 1 order by 1`);

/** The mails that leave at a time. */
async function sentAt(time: string) {
  const before = new Set((await test.mails()).map(({ id }) => id));
  test.clock.set(time);
  await sendDueMessages(test.deps);
  return (await test.mails()).filter(({ id }) => !before.has(id));
}
const sentNow = () => sentAt(AT_NINE);

const agencyName = async (world: WavesWorld) =>
  (await rows<{ name: string }>(sql`select name from agencies where id = ${world.agencyId}`))[0]!.name;

describe('two agencies that ask the same people in the same days', () => {
  it('send each person one mail with one link, which names who asks what', async () => {
    expect(await invitationsOf(first)).toEqual([{ state: 'planned', n: EMPLOYERS }]);
    expect(await invitationsOf(second)).toEqual([]);
    const mails = await sentNow();
    expect(mails).toHaveLength(EMPLOYERS);
    for (const { text } of mails) {
      expect(text).toContain(
        `${await agencyName(ours)} and ${await agencyName(theirs)} write to you together`,
      );
      expect(text).toContain(`asked by ${await agencyName(ours)}`);
      expect(text).toMatch(new RegExp(`Phlebotomy[^]*asked by ${await agencyName(theirs)}`));
      expect(new Set(text.match(/\/r\/\S+/g)).size).toBe(1);
    }
    for (const wave of [first, second]) {
      expect(await asksOf(wave)).toEqual([
        { state: 'asked', dropped_for: null, n: EMPLOYERS * (wave === first ? 2 : 1) },
      ]);
      expect(await getProgress(test.deps.db, wave)).toMatchObject({
        invitations: EMPLOYERS,
        sent: EMPLOYERS,
        remindersPlanned: EMPLOYERS,
      });
    }
    const page = await test.app.inject(new URL(mails[0]!.text.match(/http\S+\/r\/\S+/)![0]).pathname);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(`Asked by ${await agencyName(theirs)}`);
    expect(page.body).toContain(`${await agencyName(ours)}; ${await agencyName(theirs)}`);
  });

  it('take answers to each until its own wave is over, under each agency’s own notice', async () => {
    const [mail] = await sentNow();
    const link = new URL(mail!.text.match(/http\S+\/r\/\S+/)![0]).pathname;
    const post = (path: string, fields: Record<string, string>) =>
      test.app.inject({
        method: 'POST',
        url: `${link}${path}`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'sec-fetch-site': 'same-origin',
        },
        payload: new URLSearchParams(fields).toString(),
      });
    await post('/about', {
      name: mail!.text.match(/Dear (.*),/)![1]!,
      job: 'Manager',
      hiring: 'yes',
      connected: 'no',
    });
    for (const number of [1, 2, 3]) {
      const page = await test.app.inject(`${link}/c/${number}`);
      const hidden = Object.fromEntries(
        [...page.body.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map((m) => [m[1]!, m[2]!]),
      );
      expect((await post(`/c/${number}`, { ...hidden, not_familiar: 'yes' })).statusCode).toBe(303);
    }
    expect((await test.app.inject(`${link}/check`)).body).toContain(`Asked by ${await agencyName(theirs)}`);
    await cancelWave(test.deps, { staff: ours.proposer, waveId: first });
    expect((await post('/send', {})).statusCode).toBe(303);
    const given = await rows<{ wave_id: number; agency_id: number }>(sql`
      select k.wave_id, n.agency_id from answers a join asks k on k.id = a.ask_id
      join notice_versions n on n.id = a.notice_version_id where k.wave_id in (${first}, ${second})`);
    expect(given).toEqual([{ wave_id: second, agency_id: theirs.agencyId }]);
    expect(await getProgress(test.deps.db, second)).toMatchObject({ answered: 1 });
    expect(await getProgress(test.deps.db, first)).toMatchObject({ answered: 0 });
  });

  it.each(['first', 'second'] as const)('go on alone when the %s wave is cancelled', async (which) => {
    const [over, stays] = which === 'first' ? [ours, theirs] : [theirs, ours];
    await cancelWave(test.deps, {
      staff: over.proposer,
      waveId: which === 'first' ? first : second,
    });
    const mails = await sentNow();
    expect(mails).toHaveLength(EMPLOYERS);
    for (const { text } of mails) {
      expect(text).not.toContain(await agencyName(over));
      expect(text).toContain(await agencyName(stays));
      expect(text.includes('Phlebotomy')).toBe(which === 'first');
    }
    expect(await asksOf(which === 'first' ? first : second)).toMatchObject([
      { state: 'cancelled', dropped_for: 'wave_cancelled' },
    ]);
    // Nothing is left over: the cancelled wave has no mail, the other all of them.
    expect(await invitationsOf(which === 'first' ? second : first)).toEqual([
      { state: 'sent', n: EMPLOYERS },
    ]);
  });

  it('leave without a wave that is paused, which asks in the reminder once it goes on', async () => {
    await pauseWave(test.deps, { staff: ours.proposer, waveId: first });
    for (const { text } of await sentNow()) {
      expect(text).toContain('Phlebotomy');
      expect(text).not.toContain('Welding');
    }
    expect(await asksOf(first)).toEqual([{ state: 'planned', dropped_for: null, n: EMPLOYERS * 2 }]);
    await resumeWave(test.deps, { staff: ours.proposer, waveId: first });
    const reminders = await sentAt('2026-03-16T16:00:00Z');
    expect(reminders).toHaveLength(EMPLOYERS);
    for (const { text } of reminders) expect(text).toContain('Welding');
    expect(await asksOf(first)).toEqual([{ state: 'asked', dropped_for: null, n: EMPLOYERS * 2 }]);
  });

  it('tell why, where a wave that was paused can ask in no mail any more', async () => {
    await rows(
      sql`update messages set state = 'cancelled', reason = 'no_room', finished_at = now() where step > 0`,
    );
    await pauseWave(test.deps, { staff: ours.proposer, waveId: first });
    await sentNow();
    await resumeWave(test.deps, { staff: ours.proposer, waveId: first });
    expect(await asksOf(first)).toEqual([{ state: 'cancelled', dropped_for: 'no_room', n: EMPLOYERS * 2 }]);
    expect(
      await rows(
        sql`select reason, count(*)::int as n from wave_exclusions where wave_id = ${first} group by 1`,
      ),
    ).toEqual([{ reason: 'contact_budget_person', n: EMPLOYERS }]);
  });

  it('drop what has its number from mails not sent, and those with nothing left', async () => {
    const [, welding] = ours.credentialIds;
    const drop = (waveId: number, ids: number[]) =>
      test.deps.db.transaction((tx) => stopWhatIsMet(tx, waveId, ids, test.deps.clock.now()));
    expect(await drop(first, [welding!])).toBe(0);
    for (const { text } of await sentNow()) {
      expect(text).toContain('Forklift');
      expect(text).toContain('Phlebotomy');
      expect(text).not.toContain('Welding');
    }
    expect(await drop(first, [ours.credentialIds[0]!])).toBe(0);
    expect(await drop(second, theirs.credentialIds)).toBe(EMPLOYERS);
    // The reminders are ended; who was asked may still answer.
    expect(await asksOf(second)).toEqual([{ state: 'asked', dropped_for: 'enough_answers', n: EMPLOYERS }]);
    expect(await asksOf(first)).toEqual([
      { state: 'asked', dropped_for: 'enough_answers', n: EMPLOYERS },
      { state: 'cancelled', dropped_for: 'enough_answers', n: EMPLOYERS },
    ]);
  });

  it('respect a person who wants to hear no more from one of them', async () => {
    const person = ours.contactIds[0]!;
    const answer = await test.app.inject({
      method: 'POST',
      url: `/u/${unsubscribeToken(test.deps, person)}/choose`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      payload: new URLSearchParams({ choice: 'not_agency', agency: String(ours.agencyId) }).toString(),
    });
    expect(answer.statusCode).toBeLessThan(400);
    expect(
      await rows(sql`select kind from contact_preferences where contact_id = ${person} and ended_at is null`),
    ).toEqual([{ kind: 'not_agency' }]);
    const mails = await sentNow();
    expect(mails).toHaveLength(EMPLOYERS);
    expect(mails.filter(({ text }) => !text.includes('Welding'))).toHaveLength(1);
    expect(mails.filter(({ text }) => text.includes('Phlebotomy'))).toHaveLength(EMPLOYERS);
  });

  it('respect such a wish also where only the claim finds it', async () => {
    const person = ours.contactIds[1]!;
    await rows(sql`
      insert into contact_preferences (contact_id, kind, agency_id, created_at)
      values (${person}, 'not_agency', ${ours.agencyId}, now())`);
    const mails = [...(await sentNow()), ...(await sentNow())];
    expect(mails).toHaveLength(EMPLOYERS);
    expect(mails.filter(({ text }) => !text.includes('Welding'))).toHaveLength(1);
    expect(await invitationsOf(second)).toEqual([{ state: 'sent', n: 1 }]);
  });

  it('answer for the open one after the other has closed', async () => {
    const [mail] = await sentNow();
    await closeWave(test.deps, { staff: ours.proposer, waveId: first });
    expect(await asksOf(first)).toEqual([
      { state: 'cancelled', dropped_for: 'wave_closed', n: EMPLOYERS * 2 },
    ]);
    const page = await test.app.inject(new URL(mail!.text.match(/http\S+\/r\/\S+/)![0]).pathname);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Phlebotomy');
    expect(page.body).not.toContain('Welding');
  });

  it('plan what missed its time anew together', async () => {
    test.clock.set('2026-03-02T23:30:00Z');
    await sendDueMessages(test.deps);
    expect(await invitationsOf(first)).toEqual([{ state: 'expired', n: EMPLOYERS }]);
    await tendWaves(test.deps, { waveId: first });
    const mails = await sentAt('2026-03-03T16:00:00Z');
    expect(mails).toHaveLength(EMPLOYERS);
    for (const { text } of mails) expect(text).toContain('Phlebotomy');
    expect(await asksOf(second)).toEqual([{ state: 'asked', dropped_for: null, n: EMPLOYERS }]);
  });

  it.each([
    ['no hours', '2026-03-05T10:00:00.000Z'],
    ['no days', '2026-03-04T23:00:00.000Z'],
  ])('go on under the other where the one that carries them has %s left', async (_, until) => {
    await rows(sql`
      update waves set protocol = jsonb_set(protocol, '{sendUntil}', to_jsonb(${until}::text)) where id = ${first}`);
    test.clock.set('2026-03-05T00:00:00Z');
    await sendDueMessages(test.deps);
    await tendWaves(test.deps, { waveId: first });
    expect(await asksOf(first)).toEqual([{ state: 'cancelled', dropped_for: 'no_room', n: EMPLOYERS * 2 }]);
    await tendWaves(test.deps, { waveId: second });
    const mails = await sentAt('2026-03-05T16:00:00Z');
    expect(mails).toHaveLength(EMPLOYERS);
    for (const { text } of mails) {
      expect(text).toContain('Phlebotomy');
      expect(text).not.toContain('Welding');
    }
  });

  it('lose nothing and double nothing when one is launched while mails of the other are claimed', async () => {
    const third = await makeWavesWorld(test, { employers: 1, credentials: [['Surveying', '']] });
    const waveId = await makeProposed(test, third, {
      audience: { counties: [ours.county] },
      protocol: { pace: 'at_once' },
    });
    test.clock.set(AT_NINE);
    const [claim, launched] = await Promise.all([
      claimMessages(test.deps, { limit: 2 }),
      launchWave(test.deps, { staff: third.approver, waveId, seen: null }).catch(() => null),
    ]);
    const claimed = claim.messages.map(({ invitationId }) => invitationId);
    const late = await rows<{ invitation_id: number }>(sql`
      select invitation_id from asks where wave_id = ${waveId}
      and invitation_id = any(${sql.param(claimed)}::bigint[])`);
    expect(late).toEqual([]);
    expect(launched === null ? 0 : launched.people).toBeLessThanOrEqual(EMPLOYERS);
    const people = await rows<{ n: number }>(sql`
      select count(*)::int as n from messages m join asks a on a.invitation_id = m.invitation_id
      where m.step = 0 and a.wave_id in (${first}, ${second}, ${waveId}) group by m.contact_id
      having count(distinct m.id) > 1`);
    expect(people).toEqual([]);
    const accounted = await rows<{ n: number }>(sql`
      select (select count(distinct contact_id) from asks where wave_id = ${waveId})::int
        + (select count(*) from wave_exclusions where wave_id = ${waveId})::int as n`);
    expect(accounted[0]?.n).toBe(launched === null ? 0 : EMPLOYERS);
  });
});
