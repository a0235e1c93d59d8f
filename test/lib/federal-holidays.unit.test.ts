import { expect, test } from 'vitest';
import { federalHolidays, federalHolidaysBetween } from '../../src/lib/federal-holidays.ts';

test('the eleven holidays of 2026, Independence Day on the Friday before', () => {
  expect(federalHolidays(2026)).toEqual([
    '2026-01-01',
    '2026-01-19',
    '2026-02-16',
    '2026-05-25',
    '2026-06-19',
    '2026-07-03',
    '2026-09-07',
    '2026-10-12',
    '2026-11-11',
    '2026-11-26',
    '2026-12-25',
  ]);
});

test('a New Year that falls on Saturday is kept on the last day of the year before', () => {
  expect(federalHolidays(2021)).toContain('2021-12-31');
  expect(federalHolidays(2022)).not.toContain('2022-01-01');
  // Sunday moves to Monday.
  expect(federalHolidays(2023)).toContain('2023-01-02');
});

test('between two dates, over the turn of a year', () => {
  expect(federalHolidaysBetween('2026-11-26', '2027-01-18')).toEqual([
    '2026-11-26',
    '2026-12-25',
    '2027-01-01',
    '2027-01-18',
  ]);
});
