import { describe, expect, it } from 'vitest';
import { BUSINESS_HOURS } from '../../src/outreach/planner/calendar.ts';
import {
  calendarDays,
  calendarWeeks,
  daysOfMonth,
  mondaysOf,
  monthBeside,
} from '../../src/waves/rules/wave-calendar.ts';

const protocol = {
  sendFrom: new Date('2026-05-11T14:30:00Z'),
  closeAt: new Date('2026-05-29T06:00:00Z'),
  calendar: { ...BUSINESS_HOURS, closedDates: ['2026-05-25'] },
  dailyCapacity: 100,
};
const base = {
  days: daysOfMonth('2026-05'),
  today: '2026-05-13',
  zone: 'America/Denver',
  touches: [],
  running: [{ waveId: 1, protocol }],
  daysOff: new Set(['2026-05-27']),
  notes: new Map([['2026-05-25', 'Federal holiday']]),
};

describe('the calendar of a month', () => {
  it('has every business day, and a weekend only when something is sent on it', () => {
    const dates = calendarDays(base).map((day) => day.date);
    expect(dates).toHaveLength(21);
    expect(dates).not.toContain('2026-05-09');
    const saturday = { date: '2026-05-09', waveId: null, sent: 2, planned: 0 };
    expect(calendarDays({ ...base, touches: [saturday] }).map((day) => day.date)).toContain('2026-05-09');
  });

  it('gives free capacity only on days to come on which a running wave sends', () => {
    const touches = [
      { date: '2026-05-14', waveId: 1, sent: 10, planned: 20 },
      { date: '2026-05-14', waveId: null, sent: 0, planned: 500 },
      { date: '2026-05-15', waveId: 1, sent: 0, planned: 120 },
    ];
    const days = new Map(calendarDays({ ...base, touches }).map((day) => [day.date, day]));
    expect(days.get('2026-05-12')?.capacity).toBeNull();
    expect(days.get('2026-05-13')?.capacity).toEqual({ free: 100, total: 100 });
    expect(days.get('2026-05-14')).toMatchObject({
      sent: 10,
      planned: 520,
      capacity: { free: 70, total: 100 },
    });
    // Never below nothing, whatever was planned under an earlier limit.
    expect(days.get('2026-05-15')?.capacity).toEqual({ free: 0, total: 100 });
    expect(days.get('2026-05-25')).toMatchObject({ note: 'Federal holiday', capacity: null });
    // A day off that the agency added after the launch.
    expect(days.get('2026-05-27')?.capacity).toBeNull();
    expect(days.get('2026-05-28')?.capacity).not.toBeNull();
    expect(days.get('2026-05-29')?.capacity).toBeNull();
  });

  it('adds days up to weeks, which reach over the ends of a month', () => {
    const mondays = mondaysOf('2026-05');
    expect(mondays.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10))).toEqual([
      '2026-04-27',
      '2026-05-04',
      '2026-05-11',
      '2026-05-18',
      '2026-05-25',
    ]);
    const days = Array.from({ length: 35 }, (_, i) => (mondays[0] as number) + i);
    const touches = [
      { date: '2026-04-28', waveId: null, sent: 4, planned: 0 },
      { date: '2026-05-14', waveId: 1, sent: 0, planned: 30 },
    ];
    const weeks = calendarWeeks(mondays, calendarDays({ ...base, days, touches }));
    expect(weeks.map(({ sent, planned }) => sent + planned)).toEqual([4, 0, 30, 0, 0]);
    // Today is a Wednesday; the wave closes on Thursday of the last week, whose Monday and Wednesday are off.
    expect(weeks.map(({ capacity }) => capacity)).toEqual([
      null,
      null,
      { free: 270, total: 300 },
      { free: 500, total: 500 },
      { free: 200, total: 200 },
    ]);
    expect(weeks[4]?.notes).toEqual([{ date: '2026-05-25', text: 'Federal holiday' }]);
  });

  it('knows months, over leap days and new years', () => {
    expect(daysOfMonth('2028-02')).toHaveLength(29);
    expect(monthBeside('2026-12', 1)).toBe('2027-01');
    expect(monthBeside('2026-01', -1)).toBe('2025-12');
  });
});
