import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths } from '../../src/lib/add-months.ts';

describe('addMonths', () => {
  it.each([
    ['2026-01-15T10:30:00.000Z', 24, '2028-01-15T10:30:00.000Z'],
    ['2026-08-31T23:59:59.999Z', 6, '2027-02-28T23:59:59.999Z'],
    ['2027-08-31T00:00:00.000Z', 6, '2028-02-29T00:00:00.000Z'],
    ['2028-02-29T12:00:00.000Z', 12, '2029-02-28T12:00:00.000Z'],
    ['2026-12-31T12:00:00.000Z', 2, '2027-02-28T12:00:00.000Z'],
    ['2026-11-21T00:00:00.000Z', 0, '2026-11-21T00:00:00.000Z'],
  ])('%s + %i months is %s', (from, months, to) => {
    expect(addMonths(new Date(from), months).toISOString()).toBe(to);
  });

  it('never leaves the month it should end in, and keeps the time of day', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
        fc.nat(120),
        (date, months) => {
          const later = addMonths(date, months);
          const monthsOf = (d: Date) => d.getUTCFullYear() * 12 + d.getUTCMonth();
          expect(monthsOf(later) - monthsOf(date)).toBe(months);
          expect(later.getTime() % 86_400_000).toBe(date.getTime() % 86_400_000);
        },
      ),
    );
  });
});
