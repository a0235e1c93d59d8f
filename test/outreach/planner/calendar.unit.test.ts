import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wallTime } from '../../../src/lib/zoned-time.ts';
import {
  BUSINESS_HOURS,
  businessDaysBetween,
  dayAfterBusinessDays,
  dayFromIso,
  instantAt,
  isoFromDay,
  localDay,
  ROUND_THE_CLOCK,
  sendWindows,
} from '../../../src/outreach/planner/calendar.ts';

const iso = (instant: number) => new Date(instant).toISOString();

describe('instantAt', () => {
  test.each([
    ['America/Denver', '2026-03-07', 510, '2026-03-07T15:30:00.000Z'],
    ['America/Denver', '2026-03-08', 510, '2026-03-08T14:30:00.000Z'],
    ['America/Denver', '2026-11-01', 510, '2026-11-01T15:30:00.000Z'],
    ['America/Phoenix', '2026-07-01', 510, '2026-07-01T15:30:00.000Z'],
    // 02:30 does not exist on that day: an hour later. 01:30 comes twice: its first coming.
    ['America/Denver', '2026-03-08', 150, '2026-03-08T09:30:00.000Z'],
    ['America/Denver', '2026-11-01', 90, '2026-11-01T07:30:00.000Z'],
    // The end of a day is the start of the next, also when it lasts 23 or 25 hours.
    ['America/Denver', '2026-03-08', 1440, '2026-03-09T06:00:00.000Z'],
    ['America/Denver', '2026-11-01', 1440, '2026-11-02T07:00:00.000Z'],
    // A change at midnight: the day begins at one.
    ['America/Havana', '2026-03-08', 0, '2026-03-08T05:00:00.000Z'],
  ])('%s %s, minute %i', (zone, date, minute, expected) => {
    expect(iso(instantAt(zone, dayFromIso(date), minute))).toBe(expected);
  });

  test('agrees with the wall clock for any day and working hour', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'America/Denver',
          'America/New_York',
          'Pacific/Honolulu',
          'Asia/Kolkata',
          'Pacific/Guam',
        ),
        fc.integer({ min: dayFromIso('2024-01-01'), max: dayFromIso('2030-01-01') }),
        fc.integer({ min: 240, max: 1439 }),
        (zone, day, minute) => {
          const instant = instantAt(zone, day, minute);
          const wall = wallTime(new Date(instant), zone);
          expect(wall.hour * 60 + wall.minute).toBe(minute);
          expect(localDay(zone, instant)).toBe(day);
        },
      ),
    );
  });
});

describe('business days', () => {
  test('count Monday to Friday, the last day but not the first, without closed days', () => {
    const [monday, nextMonday] = [dayFromIso('2026-11-23'), dayFromIso('2026-11-30')];
    expect(businessDaysBetween(monday, nextMonday, [])).toBe(5);
    expect(businessDaysBetween(monday, nextMonday, [dayFromIso('2026-11-26')])).toBe(4);
    expect(businessDaysBetween(monday, nextMonday, [dayFromIso('2026-11-28')])).toBe(5);
    expect(isoFromDay(dayAfterBusinessDays(monday, 5, [dayFromIso('2026-11-26')]))).toBe('2026-12-01');
  });

  test('agree with counting day by day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1000, max: 30_000 }),
        fc.integer({ min: 0, max: 60 }),
        fc.array(fc.integer({ min: -1000, max: 30_060 }), { maxLength: 5 }),
        (from, length, closed) => {
          let days = 0;
          const shut = new Set(closed);
          for (let day = from + 1; day <= from + length; day += 1) {
            const weekday = new Date(day * 86_400_000).getUTCDay();
            if (weekday !== 0 && weekday !== 6 && !shut.has(day)) days += 1;
          }
          expect(businessDaysBetween(from, from + length, [...shut])).toBe(days);
        },
      ),
    );
  });
});

describe('sendWindows', () => {
  const at = (text: string) => Date.parse(text);

  test('are the working hours of working days, cut to the wave', () => {
    const windows = sendWindows(
      { ...BUSINESS_HOURS, closedDates: ['2026-11-26'] },
      'America/Denver',
      at('2026-11-25T18:00:00Z'),
      at('2026-11-30T16:00:00Z'),
    );
    expect(windows.map((window) => [iso(window.start), iso(window.end)])).toEqual([
      ['2026-11-25T18:00:00.000Z', '2026-11-25T23:00:00.000Z'],
      ['2026-11-27T15:30:00.000Z', '2026-11-27T23:00:00.000Z'],
      ['2026-11-30T15:30:00.000Z', '2026-11-30T16:00:00.000Z'],
    ]);
  });

  test('leave out the last minutes of a day, in which mail would expire unsent', () => {
    const windows = sendWindows(
      BUSINESS_HOURS,
      'America/Denver',
      at('2026-11-25T22:55:00Z'),
      at('2026-11-27T23:00:00Z'),
    );
    expect(windows.map((window) => isoFromDay(window.day))).toEqual(['2026-11-26', '2026-11-27']);
  });

  test('reach over midnight when mail leaves at any hour', () => {
    const [first] = sendWindows(
      ROUND_THE_CLOCK,
      'America/Denver',
      at('2026-11-26T06:59:00Z'),
      at('2026-11-28T00:00:00Z'),
    );
    expect(first).toMatchObject({ start: at('2026-11-26T06:59:00Z'), end: at('2026-11-27T06:59:00Z') });
  });

  test('are none when there is no time', () => {
    const now = at('2026-11-25T18:00:00Z');
    expect(sendWindows(BUSINESS_HOURS, 'America/Denver', now, now)).toEqual([]);
  });
});
