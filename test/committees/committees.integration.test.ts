import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addSeats } from '../../src/committees/add-seats.ts';
import { cancelMeeting } from '../../src/committees/cancel-meeting.ts';
import { createCommittee } from '../../src/committees/create-committee.ts';
import { committeeContents } from '../../src/committees/message-contents.ts';
import { moveMeeting } from '../../src/committees/move-meeting.ts';
import {
  getCommittee,
  listCommittees,
  listInvited,
  listMeetings,
  listSeats,
} from '../../src/committees/queries.ts';
import { releaseSeat } from '../../src/committees/release-seat.ts';
import { type MeetingResponse, respondToMeeting } from '../../src/committees/respond-to-meeting.ts';
import { scheduleMeeting } from '../../src/committees/schedule-meeting.ts';
import { parseConfig } from '../../src/config/config.ts';
import { committeeSeats, meetings, rsvps } from '../../src/db/schema/committees.ts';
import { asks, messages } from '../../src/db/schema/outreach.ts';
import type { ContentKind, QueuedMessage } from '../../src/outreach/contents.ts';
import { lintCalendar, readCalendar, replayIntoCalendar } from '../support/calendar.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertAgency, inviteSomebody, NOW } from './support.ts';

const STARTS_AT = new Date('2026-12-03T17:00:00Z');
const ENDS_AT = new Date('2026-12-03T18:30:00Z');

let database: TestDatabase;
let now = NOW;
let home: Awaited<ReturnType<typeof insertAgency>>;
let other: Awaited<ReturnType<typeof insertAgency>>;

const deps = {
  get db() {
    return database.db;
  },
  clock: { now: () => now },
  config: parseConfig({ PUBLIC_URL: 'https://countersign.example' }),
  secrets: { linkKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) },
};

beforeAll(async () => {
  database = await createTestDatabase();
  home = await insertAgency(database.db, 'home');
  other = await insertAgency(database.db, 'other');
});
afterAll(() => database.drop());
beforeEach(() => {
  now = NOW;
});

async function committeeWith(seats: number, over: { role?: 'employer' | 'educator'; sector?: string } = {}) {
  const { id } = await createCommittee(deps, {
    staff: home.staff,
    name: 'Health careers',
    purpose: 'Says what schools should teach.',
    isPublic: true,
    seats: [
      {
        role: over.role ?? 'employer',
        naicsPrefix: over.sector ?? null,
        seats,
        termFrom: null,
        termUntil: null,
      },
    ],
  });
  const meeting = await scheduleMeeting(deps, {
    staff: home.staff,
    committeeId: id,
    meeting: {
      title: 'Winter meeting',
      startsAt: STARTS_AT,
      endsAt: ENDS_AT,
      timeZone: 'America/Denver',
      place: 'Room 4, 12 Main Street',
      onlineUrl: null,
      agenda: 'Welcome; credentials',
    },
  });
  return { committeeId: id, meetingId: meeting.id };
}

function invite(meetingId: number, over: { naicsCode?: string; role?: string; name?: string } = {}) {
  return inviteSomebody(database.db, {
    agencyId: home.agency.id,
    waveId: home.wave.id,
    meetingId,
    ...over,
  });
}

function respond(askId: number, answer: MeetingResponse) {
  return database.db.transaction((tx) =>
    respondToMeeting(tx, deps, { askId, answer, now: deps.clock.now() }),
  );
}

const accept = (askId: number) => respond(askId, { response: 'accepted' });
const decline = (askId: number, reason = '') => respond(askId, { response: 'declined', reason });

/** The calendar objects that the mails queued for a person would carry if they left now. */
async function calendarsFor(contactId: number) {
  const rows = await database.db
    .select()
    .from(messages)
    .where(eq(messages.contactId, contactId))
    .orderBy(asc(messages.id));
  const contents = committeeContents(deps);
  const found: { kind: string; content: string; method: string; link: string }[] = [];
  for (const row of rows) {
    const queued: QueuedMessage = { ...row, contactId, language: 'en' };
    const content = (
      await contents[
        row.kind as Exclude<ContentKind, 'receipt' | 'confirmation' | 'ballot' | 'ballot_receipt'>
      ](database.db, [queued])
    ).get(row.id);
    if (content?.calendar) {
      found.push({
        kind: row.kind,
        content: content.calendar.content,
        method: content.calendar.method,
        link: content.data.link,
      });
    }
  }
  return found;
}

describe('answering an invitation', () => {
  it('fills a free seat and queues one calendar request', async () => {
    const { committeeId, meetingId } = await committeeWith(2);
    const person = await invite(meetingId, { name: 'Ann "Annie" O’Neill' });
    expect(await accept(person.askId)).toMatchObject({ standing: 'seat', version: 1, changed: true });

    const [seat] = await listSeats(database.db, committeeId);
    expect(seat).toMatchObject({ holderContactId: person.contactId, holderName: person.name });
    const [calendar, ...more] = await calendarsFor(person.contactId);
    expect(more).toEqual([]);
    expect(lintCalendar(calendar!.content)).toEqual([]);
    expect(readCalendar(calendar!.content)).toMatchObject({
      method: 'REQUEST',
      sequence: 0,
      status: 'CONFIRMED',
      startsAt: STARTS_AT,
      location: 'Room 4, 12 Main Street',
      attendees: [{ email: person.email, name: "Ann 'Annie' O’Neill" }],
      organizer: { email: 'committees@home.example' },
    });
    expect(calendar!.link).toMatch(/^https:\/\/countersign\.example\/m\/[\w-]{32}$/);
  });

  it('writes nothing when the same answer is sent twice', async () => {
    const { meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    await accept(person.askId);
    expect(await accept(person.askId)).toMatchObject({ standing: 'seat', version: 1, changed: false });
    expect(await calendarsFor(person.contactId)).toHaveLength(1);
  });

  it('keeps every version, frees the seat on a decline and takes it out of the calendar', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    await accept(person.askId);
    const first = await calendarsFor(person.contactId);
    expect(await decline(person.askId, 'Travelling that week')).toMatchObject({
      standing: 'declined',
      version: 2,
    });
    expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBeNull();
    const second = await calendarsFor(person.contactId);
    await accept(person.askId);
    const third = await calendarsFor(person.contactId);

    const versions = await database.db
      .select()
      .from(rsvps)
      .where(eq(rsvps.askId, person.askId))
      .orderBy(asc(rsvps.version));
    expect(versions.map((one) => [one.version, one.response, one.reason, one.endedAt === null])).toEqual([
      [1, 'accepted', '', false],
      [2, 'declined', 'Travelling that week', false],
      [3, 'accepted', '', true],
    ]);
    const all = [...first, ...second, ...third].map((one) => one.content);
    expect(all.map((content) => [readCalendar(content).method, readCalendar(content).sequence])).toEqual([
      ['REQUEST', 0],
      ['CANCEL', 1],
      ['REQUEST', 2],
    ]);
    expect([...replayIntoCalendar([all[2]!, all[0]!, all[1]!]).values()]).toMatchObject([
      { method: 'REQUEST', sequence: 2 },
    ]);
    expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBe(person.contactId);
  });

  it('sends nothing to somebody who declines at once, and keeps the reason for staff', async () => {
    const { meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    await decline(person.askId, 'Not our field');
    expect(await calendarsFor(person.contactId)).toEqual([]);
    expect(await listInvited(database.db, meetingId)).toMatchObject([
      { response: 'declined', reason: 'Not our field', seatNumber: null },
    ]);
    const [ask] = await database.db.select().from(asks).where(eq(asks.id, person.askId));
    expect(ask?.state).toBe('declined');
  });

  it('makes a guest of somebody when all seats of the role are taken', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    await addSeats(deps, {
      staff: home.staff,
      committeeId,
      seats: { role: 'educator', naicsPrefix: null, seats: 1, termFrom: null, termUntil: null },
    });
    const [first, second] = [await invite(meetingId), await invite(meetingId)];
    expect(await accept(first.askId)).toMatchObject({ standing: 'seat' });
    expect(await accept(second.askId)).toMatchObject({ standing: 'guest' });
    expect(await calendarsFor(second.contactId)).toHaveLength(1);
    const seats = await listSeats(database.db, committeeId);
    expect(seats.map((seat) => [seat.number, seat.role, seat.holderContactId])).toEqual([
      [1, 'employer', first.contactId],
      [2, 'educator', null],
    ]);
  });

  it('keeps the seat of a member who cannot come to one meeting', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    const member = await invite(meetingId);
    await accept(member.askId);
    const next = await scheduleMeeting(deps, {
      staff: home.staff,
      committeeId,
      meeting: {
        title: 'Spring meeting',
        startsAt: new Date('2027-03-03T17:00:00Z'),
        endsAt: new Date('2027-03-03T18:00:00Z'),
        timeZone: 'America/Denver',
        place: 'Room 4',
        onlineUrl: null,
        agenda: '',
      },
    });
    await database.db.update(asks).set({ meetingId: next.id }).where(eq(asks.id, member.askId));
    await database.db.delete(rsvps).where(eq(rsvps.askId, member.askId));
    await accept(member.askId);
    await decline(member.askId);
    expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBe(member.contactId);
  });

  it('is refused once the meeting has begun, and after it was cancelled', async () => {
    const { meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    now = STARTS_AT;
    await expect(accept(person.askId)).rejects.toMatchObject({ code: 'meeting_started' });
    now = NOW;
    await cancelMeeting(deps, { staff: home.staff, meetingId });
    await expect(accept(person.askId)).rejects.toMatchObject({ code: 'meeting_cancelled' });
    await expect(accept(999_999)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('gives the last seat to one of two who accept at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { committeeId, meetingId } = await committeeWith(1);
      const people = [await invite(meetingId), await invite(meetingId), await invite(meetingId)];
      const outcomes = await Promise.all(people.map((person) => accept(person.askId)));
      expect(outcomes.map((outcome) => outcome.standing).sort()).toEqual(['guest', 'guest', 'seat']);
      const winner = people[outcomes.findIndex((outcome) => outcome.standing === 'seat')]!;
      expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBe(winner.contactId);
    }
  });

  it('makes one version of the same answer sent twice at once', async () => {
    const { meetingId } = await committeeWith(3);
    const person = await invite(meetingId);
    const outcomes = await Promise.all([accept(person.askId), accept(person.askId), accept(person.askId)]);
    expect(outcomes.filter((outcome) => outcome.changed)).toHaveLength(1);
    expect(await database.db.select().from(rsvps).where(eq(rsvps.askId, person.askId))).toHaveLength(1);
  });
});

describe('changing a meeting', () => {
  it('tells those who accepted, and only them, with a higher sequence', async () => {
    const { meetingId } = await committeeWith(3);
    const [comes, refuses, silent] = [
      await invite(meetingId),
      await invite(meetingId),
      await invite(meetingId),
    ];
    await accept(comes.askId);
    await decline(refuses.askId);
    const before = await calendarsFor(comes.contactId);
    const later = { startsAt: new Date('2026-12-04T17:00:00Z'), endsAt: new Date('2026-12-04T18:00:00Z') };
    const move = {
      staff: home.staff,
      meetingId,
      sequence: 0,
      ...later,
      timeZone: 'America/Denver',
      place: 'Room 5',
      onlineUrl: null,
    };
    expect(await moveMeeting(deps, move)).toEqual({ told: 1 });
    const after = await calendarsFor(comes.contactId);
    expect(after.map((one) => one.kind)).toEqual(['rsvp_confirmation', 'meeting_moved']);
    expect([...replayIntoCalendar([after[1]!.content, before[0]!.content]).values()]).toMatchObject([
      { sequence: 1, startsAt: later.startsAt, location: 'Room 5' },
    ]);
    expect(await calendarsFor(refuses.contactId)).toEqual([]);
    expect(await calendarsFor(silent.contactId)).toEqual([]);
    await expect(moveMeeting(deps, move)).rejects.toMatchObject({ code: 'stale_form' });
  });

  it('cancels once, after which no earlier mail brings the meeting back', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    await accept(person.askId);
    const requested = await calendarsFor(person.contactId);
    expect(await cancelMeeting(deps, { staff: home.staff, meetingId })).toEqual({ told: 1 });
    await expect(cancelMeeting(deps, { staff: home.staff, meetingId })).rejects.toMatchObject({
      code: 'already_done',
    });
    const afterwards = await calendarsFor(person.contactId);
    // The confirmation has not left yet: it would tell of a meeting that is off, so it has no content any more.
    expect(afterwards.map((one) => [one.kind, one.method])).toEqual([['meeting_cancelled', 'CANCEL']]);
    expect([...replayIntoCalendar([afterwards[0]!.content, requested[0]!.content]).values()]).toMatchObject([
      { status: 'CANCELLED', sequence: 1 },
    ]);
    expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBe(person.contactId);
  });

  it('never leaves somebody with the old time who accepts while it moves', async () => {
    const { meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    const startsAt = new Date('2026-12-05T17:00:00Z');
    await Promise.all([
      accept(person.askId),
      moveMeeting(deps, {
        staff: home.staff,
        meetingId,
        sequence: 0,
        startsAt,
        endsAt: new Date('2026-12-05T18:00:00Z'),
        timeZone: 'America/Denver',
        place: 'Room 4',
        onlineUrl: null,
      }),
    ]);
    const calendars = (await calendarsFor(person.contactId)).map((one) => one.content);
    expect([...replayIntoCalendar(calendars).values()]).toMatchObject([{ startsAt, sequence: 1 }]);
  });
});

describe('seats and agencies', () => {
  it('frees a seat for staff, but not one that somebody else took since', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    const person = await invite(meetingId);
    await accept(person.askId);
    const [seat] = await listSeats(database.db, committeeId);
    const release = (holderContactId: number) =>
      releaseSeat(deps, { staff: home.staff, committeeId, seatId: seat!.id, holderContactId });
    await expect(release(person.contactId + 1)).rejects.toMatchObject({ code: 'already_done' });
    await release(person.contactId);
    expect((await listSeats(database.db, committeeId))[0]?.holderContactId).toBeNull();
  });

  it('numbers seats on when two people add some at once', async () => {
    const { committeeId } = await committeeWith(2);
    const seats = { role: 'educator' as const, naicsPrefix: null, seats: 3, termFrom: null, termUntil: null };
    await Promise.all([
      addSeats(deps, { staff: home.staff, committeeId, seats }),
      addSeats(deps, { staff: home.staff, committeeId, seats }),
    ]);
    expect((await listSeats(database.db, committeeId)).map((seat) => seat.number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  it('hides everything from another agency', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    await expect(getCommittee(database.db, other.agency.id, committeeId)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(cancelMeeting(deps, { staff: other.staff, meetingId })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await listCommittees(database.db, other.agency.id, NOW)).toEqual([]);
    const mine = await listCommittees(database.db, home.agency.id, NOW);
    expect(mine.find((one) => one.id === committeeId)).toMatchObject({
      seats: 1,
      filled: 0,
      nextMeetingAt: STARTS_AT,
    });
  });

  it('counts invitations and answers by meeting', async () => {
    const { committeeId, meetingId } = await committeeWith(1);
    const people = [await invite(meetingId), await invite(meetingId), await invite(meetingId)];
    await accept(people[0]!.askId);
    await decline(people[1]!.askId);
    await accept(people[1]!.askId);
    await decline(people[1]!.askId, 'Now I know why');
    const [meeting] = await listMeetings(database.db, committeeId);
    expect(meeting).toMatchObject({ invited: 3, accepted: 1, declined: 1 });
  });

  it('holds in the database that a seat is held exactly when it has a time of filling', async () => {
    const { committeeId } = await committeeWith(1);
    await expect(
      database.db
        .update(committeeSeats)
        .set({ filledAt: NOW })
        .where(and(eq(committeeSeats.committeeId, committeeId))),
    ).rejects.toThrow();
    const { committeeId: second, meetingId } = await committeeWith(1);
    expect(second).not.toBe(committeeId);
    await expect(
      database.db.update(meetings).set({ endsAt: STARTS_AT }).where(eq(meetings.id, meetingId)),
    ).rejects.toThrow();
  });
});
