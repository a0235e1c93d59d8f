import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarEvent, type CalendarMessage, writeCalendar } from '../../src/lib/icalendar.ts';
import { anyText } from '../support/any-text.ts';
import { lintCalendar, readCalendar, replayIntoCalendar } from '../support/calendar.ts';

const WRITTEN_AT = new Date('2026-11-02T16:00:00.123Z');

const EVENT: CalendarEvent = {
  uid: 'meeting-7-3@countersign.example',
  sequence: 0,
  startsAt: new Date('2026-12-03T17:00:00Z'),
  endsAt: new Date('2026-12-03T18:30:00Z'),
  summary: 'Health careers advisory committee',
  description: 'Agenda: welcome; credentials, old and new\nPlease bring \\ nothing',
  location: 'Room 4, 12 Main Street, Helena',
  url: 'https://countersign.example/m/abc',
  organizer: { name: 'Office of Career Learning', email: 'committees@learning.example' },
};
const ATTENDEE = { name: 'Ann O’Neill', email: 'ann@clinic.example' };

describe('writeCalendar', () => {
  it('writes a request that a calendar reads back whole', () => {
    const text = writeCalendar({ method: 'REQUEST', event: EVENT, attendee: ATTENDEE }, WRITTEN_AT);
    expect(lintCalendar(text)).toEqual([]);
    expect(readCalendar(text)).toEqual({
      method: 'REQUEST',
      uid: EVENT.uid,
      sequence: 0,
      stamp: new Date('2026-11-02T16:00:00Z'),
      startsAt: EVENT.startsAt,
      endsAt: EVENT.endsAt,
      status: 'CONFIRMED',
      summary: EVENT.summary,
      description: EVENT.description,
      location: EVENT.location,
      organizer: { name: EVENT.organizer.name, email: EVENT.organizer.email, partstat: undefined },
      attendees: [{ name: ATTENDEE.name, email: ATTENDEE.email, partstat: 'ACCEPTED' }],
    });
  });

  it('cancels with the cancelled status and publishes without an attendee', () => {
    const cancel = writeCalendar(
      { method: 'CANCEL', event: { ...EVENT, sequence: 2 }, attendee: ATTENDEE },
      WRITTEN_AT,
    );
    expect(lintCalendar(cancel)).toEqual([]);
    expect(readCalendar(cancel)).toMatchObject({ method: 'CANCEL', status: 'CANCELLED', sequence: 2 });

    const publish = writeCalendar({ method: 'PUBLISH', event: EVENT }, WRITTEN_AT);
    expect(lintCalendar(publish)).toEqual([]);
    expect(readCalendar(publish)).toMatchObject({ method: 'PUBLISH', status: 'CONFIRMED', attendees: [] });
  });

  it('refuses an invalid date instead of writing one', () => {
    const event = { ...EVENT, startsAt: new Date('no date') };
    expect(() => writeCalendar({ method: 'PUBLISH', event }, WRITTEN_AT)).toThrow(RangeError);
  });

  it('leaves no quote, control or caret in a name', () => {
    const attendee = {
      name: 'Ann "X" ^n O\r\nATTENDEE:mailto:eve@evil.example',
      email: 'ann@clinic.example',
    };
    const text = writeCalendar({ method: 'REQUEST', event: EVENT, attendee }, WRITTEN_AT);
    expect(lintCalendar(text)).toEqual([]);
    expect(readCalendar(text).attendees).toEqual([
      {
        name: "Ann 'X' n O ATTENDEE:mailto:eve@evil.example",
        email: 'ann@clinic.example',
        partstat: 'ACCEPTED',
      },
    ]);
  });

  it('stays legal and readable whatever the names, addresses and texts', () => {
    const hostile = fc.oneof(
      anyText(100),
      anyText(100),
      fc
        .array(
          fc.constantFrom(
            '"',
            '\r',
            '\n',
            '\r\n ',
            '\\',
            ';',
            ':',
            ',',
            '^',
            '🏥',
            'é',
            'BEGIN:VEVENT',
            '\0',
            '\u2028',
            '\ud800',
            'x'.repeat(74),
          ),
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, hostile, (name, email, summary, location, url) => {
        const event = { ...EVENT, summary, description: summary, location, url, organizer: { name, email } };
        for (const message of [
          { method: 'REQUEST', event, attendee: { name, email } },
          { method: 'CANCEL', event, attendee: { name, email } },
          { method: 'PUBLISH', event },
        ] satisfies CalendarMessage[]) {
          const text = writeCalendar(message, WRITTEN_AT);
          expect(lintCalendar(text)).toEqual([]);
          const read = readCalendar(text);
          expect(read.uid).toBe(EVENT.uid);
          expect(read.startsAt).toEqual(EVENT.startsAt);
          expect(read.attendees).toHaveLength(message.method === 'PUBLISH' ? 0 : 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('gives plain text back unchanged', () => {
    const printable = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(printable, (summary) => {
        const text = writeCalendar({ method: 'PUBLISH', event: { ...EVENT, summary } }, WRITTEN_AT);
        expect(readCalendar(text).summary).toBe(summary);
      }),
    );
  });

  it('ends in the same place however request, move and cancel are delivered', () => {
    const at = (minute: number) => new Date(WRITTEN_AT.getTime() + minute * 60_000);
    const moved = { ...EVENT, sequence: 1, startsAt: new Date('2026-12-04T17:00:00Z') };
    const history = [
      writeCalendar({ method: 'REQUEST', event: EVENT, attendee: ATTENDEE }, at(0)),
      writeCalendar({ method: 'REQUEST', event: moved, attendee: ATTENDEE }, at(1)),
      writeCalendar({ method: 'CANCEL', event: { ...moved, sequence: 2 }, attendee: ATTENDEE }, at(2)),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), (order) => {
        const calendar = replayIntoCalendar(order.map((index) => history[index]!));
        expect([...calendar.values()]).toMatchObject([{ status: 'CANCELLED', sequence: 2 }]);
      }),
    );
  });
});
