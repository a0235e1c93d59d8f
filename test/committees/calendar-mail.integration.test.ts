import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cancelMeeting } from '../../src/committees/cancel-meeting.ts';
import { createCommittee } from '../../src/committees/create-committee.ts';
import { moveMeeting } from '../../src/committees/move-meeting.ts';
import { respondToMeeting } from '../../src/committees/respond-to-meeting.ts';
import { scheduleMeeting } from '../../src/committees/schedule-meeting.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { lintCalendar, readCalendar, replayIntoCalendar } from '../support/calendar.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { insertAgency, inviteSomebody, NOW } from './support.ts';

let sink: SmtpSink;
let test: TestApp;
let home: Awaited<ReturnType<typeof insertAgency>>;

beforeAll(async () => {
  sink = await startSmtpSink({ keepSource: true });
  test = await createTestApp({ clock: createTestClock(NOW), settings: { SMTP_URL: sink.url } });
  home = await insertAgency(test.deps.db, 'home');
});
afterAll(async () => {
  await test.close();
  await sink.close();
});

const place = { timeZone: 'America/Denver', place: 'Room 4', onlineUrl: null };

async function newMeeting() {
  const { id } = await createCommittee(test.deps, {
    staff: home.staff,
    name: 'Health careers, adults; “and” youth',
    purpose: '',
    isPublic: true,
    seats: [{ role: 'employer', naicsPrefix: null, seats: 4, termFrom: null, termUntil: null }],
  });
  return scheduleMeeting(test.deps, {
    staff: home.staff,
    committeeId: id,
    meeting: {
      title: 'Réunion d’hiver 🏥',
      startsAt: new Date('2026-12-03T17:00:00Z'),
      endsAt: new Date('2026-12-03T18:00:00Z'),
      agenda: 'Welcome\nCredentials, old and new',
      ...place,
    },
  });
}

function respond(askId: number, response: 'accepted' | 'declined') {
  return test.deps.db.transaction((tx) =>
    respondToMeeting(tx, test.deps, {
      askId,
      answer: response === 'accepted' ? { response } : { response, reason: '' },
      now: test.clock.now(),
    }),
  );
}

function bytesOfPart(source: string, type: string): string {
  const body = new RegExp(`^content-type: ${type}[^]*?\\r\\n\\r\\n([A-Za-z0-9+/=\\r\\n]+)`, 'im').exec(
    source,
  )?.[1];
  return Buffer.from(body ?? '', 'base64').toString('utf8');
}

/** Sends what is due and reads the mails that arrive, as a mail program would. */
async function deliver(): Promise<
  { mail: Email; source: string; calendar: string; attachment: Attachment }[]
> {
  const before = sink.messages.length;
  await sendDueMessages(test.deps);
  return Promise.all(
    sink.messages.slice(before).map(async ({ source }) => {
      const mail = await PostalMime.parse(Buffer.from(source, 'latin1'));
      const text = (one: Attachment | undefined) => Buffer.from(one?.content as ArrayBuffer).toString('utf8');
      const part = mail.attachments.find((one) => one.mimeType === 'text/calendar');
      const attachment = mail.attachments.find((one) => one.mimeType === 'application/ics');
      // The parser hands calendars over with bare line feeds, so the bytes that were sent are read from the source.
      const calendar = bytesOfPart(source, 'application/ics');
      expect(bytesOfPart(source, 'text/calendar')).toBe(calendar);
      expect(text(part)).toBe(calendar.replaceAll('\r\n', '\n'));
      return { mail, source, calendar, attachment: attachment! };
    }),
  );
}

it('sends a request, its update and its cancellation as mails that calendars take', async () => {
  const meeting = await newMeeting();
  const person = await inviteSomebody(test.deps.db, {
    agencyId: home.agency.id,
    waveId: home.wave.id,
    meetingId: meeting.id,
    name: 'Zoë "Zo" Müller, 病院',
  });

  await respond(person.askId, 'accepted');
  const [confirmation, ...more] = await deliver();
  expect(more).toEqual([]);
  expect(confirmation!.mail.to).toMatchObject([{ address: person.email }]);
  expect(lintCalendar(confirmation!.calendar)).toEqual([]);
  expect(readCalendar(confirmation!.calendar)).toMatchObject({
    method: 'REQUEST',
    sequence: 0,
    summary: 'Health careers, adults; “and” youth: Réunion d’hiver 🏥',
    attendees: [{ email: person.email, name: "Zoë 'Zo' Müller, 病院", partstat: 'ACCEPTED' }],
  });
  expect(confirmation!.attachment.filename).toBe('invite.ics');
  // The first child of multipart/mixed holds the alternatives, the calendar last among them (C1).
  const types = [...confirmation!.source.matchAll(/^content-type: *([^\r\n;]+)([^\r\n]*)/gim)].map(
    (match) => `${match[1]}${/method=\w+/.exec(match[2]!)?.[0] ?? ''}`,
  );
  expect(types).toEqual([
    'multipart/mixed',
    'multipart/alternative',
    'text/plain',
    'text/html',
    'text/calendarmethod=REQUEST',
    'application/ics',
  ]);
  expect(confirmation!.mail.text).toContain('/m/');
  // Not outreach: no list, nothing to unsubscribe from.
  expect(confirmation!.source).not.toMatch(/^list-unsubscribe/im);

  await moveMeeting(test.deps, {
    staff: home.staff,
    meetingId: meeting.id,
    sequence: 0,
    startsAt: new Date('2026-12-10T17:00:00Z'),
    endsAt: new Date('2026-12-10T18:00:00Z'),
    ...place,
  });
  const [moved] = await deliver();
  expect(readCalendar(moved!.calendar)).toMatchObject({ method: 'REQUEST', sequence: 1 });

  await cancelMeeting(test.deps, { staff: home.staff, meetingId: meeting.id });
  const [cancelled] = await deliver();
  expect(lintCalendar(cancelled!.calendar)).toEqual([]);
  expect(cancelled!.source).toMatch(/text\/calendar; charset=utf-8; method=CANCEL/);

  const calendars = [confirmation!, moved!, cancelled!].map((one) => one.calendar);
  expect([...replayIntoCalendar([calendars[2]!, calendars[1]!, calendars[0]!]).values()]).toMatchObject([
    { status: 'CANCELLED', sequence: 2 },
  ]);
  expect(await deliver()).toEqual([]);
});

it('takes the entry out of the calendar of somebody who changes their mind', async () => {
  const meeting = await newMeeting();
  const person = await inviteSomebody(test.deps.db, {
    agencyId: home.agency.id,
    waveId: home.wave.id,
    meetingId: meeting.id,
  });
  await respond(person.askId, 'accepted');
  await deliver();
  await respond(person.askId, 'declined');
  const [declined] = await deliver();
  expect(readCalendar(declined!.calendar)).toMatchObject({
    method: 'CANCEL',
    sequence: 1,
    status: 'CANCELLED',
  });
});

it('sends only the later of two answers given before the mail left', async () => {
  const meeting = await newMeeting();
  const person = await inviteSomebody(test.deps.db, {
    agencyId: home.agency.id,
    waveId: home.wave.id,
    meetingId: meeting.id,
  });
  await respond(person.askId, 'accepted');
  await respond(person.askId, 'declined');
  await respond(person.askId, 'accepted');
  const mails = await deliver();
  expect(mails.map((one) => readCalendar(one.calendar).sequence)).toEqual([2]);
});
