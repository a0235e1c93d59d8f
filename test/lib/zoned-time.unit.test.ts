import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayIn, formatDateTime, instantOf, isTimeZone, wallTime } from '../../src/lib/zoned-time.ts';

const DENVER = 'America/Denver';
const wall = (year: number, month: number, day: number, hour: number, minute = 0) => ({
  year,
  month,
  day,
  hour,
  minute,
});

describe('instantOf', () => {
  it.each([
    ['winter', wall(2026, 12, 3, 10), DENVER, '2026-12-03T17:00:00.000Z'],
    ['summer', wall(2026, 7, 3, 10), DENVER, '2026-07-03T16:00:00.000Z'],
    [
      'the hour that comes twice means the first',
      wall(2026, 11, 1, 1, 30),
      DENVER,
      '2026-11-01T07:30:00.000Z',
    ],
    ['a zone without summer time', wall(2026, 7, 3, 10), 'America/Phoenix', '2026-07-03T17:00:00.000Z'],
    ['half-hour zone', wall(2026, 7, 3, 10), 'Asia/Kolkata', '2026-07-03T04:30:00.000Z'],
  ])('%s', (_name, time, zone, expected) => {
    expect(instantOf(time, zone)?.toISOString()).toBe(expected);
  });

  it.each([
    ['an hour skipped in spring', wall(2026, 3, 8, 2, 30)],
    ['the thirtieth of February', wall(2026, 2, 30, 10)],
    ['hour 25', wall(2026, 2, 3, 25)],
  ])('is null for %s', (_name, time) => {
    expect(instantOf(time, DENVER)).toBeNull();
  });

  it('turns back into the wall time it came from', () => {
    const zones = [
      'America/Denver',
      'America/Phoenix',
      'Pacific/Honolulu',
      'America/Anchorage',
      'Europe/Berlin',
    ];
    const instants = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2060, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, millis) => {
        const instant = new Date(Math.floor(millis / 60_000) * 60_000);
        const time = wallTime(instant, zone);
        const back = instantOf(time, zone)!;
        expect(wallTime(back, zone)).toEqual(time);
        expect(back.getTime()).toBeLessThanOrEqual(instant.getTime());
      }),
    );
  });
});

describe('isTimeZone', () => {
  it.each(['America/Denver', 'UTC', 'America/Indiana/Knox'])('takes %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });
  it.each(['', 'Mountain', '+07:00', 'America/Nowhere', '../etc'])('refuses %j', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});

it('names the zone to people in both languages', () => {
  const instant = new Date('2026-12-03T17:00:00Z');
  expect(formatDateTime(instant, DENVER)).toBe(
    'Thursday, December 3, 2026 at 10:00 AM Mountain Standard Time',
  );
  expect(formatDateTime(instant, DENVER, 'es')).toMatch(/3 de diciembre de 2026/);
});

it.each([
  ['2026-11-21T06:59:59Z', '2026-11-20'],
  ['2026-11-21T07:00:00Z', '2026-11-21'],
])('knows that %s is %s in Denver', (instant, day) => {
  expect(dayIn(DENVER, new Date(instant))).toBe(day);
});
