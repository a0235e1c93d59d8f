import { describe, expect, it } from 'vitest';
import { BUSINESS_HOURS } from '../../src/outreach/planner/calendar.ts';
import { calendarMonth, daysOfMonth, monthBeside } from '../../src/waves/rules/wave-calendar.ts';

const protocol = {
  sendFrom: new Date('2026-05-11T14:30:00Z'),
  closeAt: new Date('2026-05-29T06:00:00Z'),
  calendar: { ...BUSINESS_HOURS, closedDates: ['2026-05-25'] },
  dailyCapacity: 100,
};
const base = {
  month: '2026-05',
  today: '2026-05-13',
  zone: 'America/Denver',
  touches: [],
  running: [{ waveId: 1, protocol }],
  holidays: ['2026-05-25'],
};

describe('the calendar of a month', () => {
  it('has every business day, and a weekend only when something is sent on it', () => {
    const dates = calendarMonth(base).map((day) => day.date);
    expect(dates).toHaveLength(21);
    expect(dates).not.toContain('2026-05-09');
    const saturday = { date: '2026-05-09', waveId: null, sent: 2, planned: 0 };
    expect(calendarMonth({ ...base, touches: [saturday] }).map((day) => day.date)).toContain('2026-05-09');
  });

  it('gives free capacity only on days to come on which a running wave sends', () => {
    const touches = [
      { date: '2026-05-14', waveId: 1, sent: 10, planned: 20 },
      { date: '2026-05-14', waveId: null, sent: 0, planned: 500 },
      { date: '2026-05-15', waveId: 1, sent: 0, planned: 120 },
    ];
    const days = new Map(calendarMonth({ ...base, touches }).map((day) => [day.date, day]));
    expect(days.get('2026-05-12')?.capacity).toBeNull();
    expect(days.get('2026-05-13')?.capacity).toEqual({ free: 100, total: 100 });
    expect(days.get('2026-05-14')).toMatchObject({
      sent: 10,
      planned: 520,
      capacity: { free: 70, total: 100 },
    });
    // Never below nothing, whatever was planned under an earlier limit.
    expect(days.get('2026-05-15')?.capacity).toEqual({ free: 0, total: 100 });
    expect(days.get('2026-05-25')).toMatchObject({ isHoliday: true, capacity: null });
    expect(days.get('2026-05-28')?.capacity).not.toBeNull();
    expect(days.get('2026-05-29')?.capacity).toBeNull();
  });

  it('knows months, over leap days and new years', () => {
    expect(daysOfMonth('2028-02')).toHaveLength(29);
    expect(monthBeside('2026-12', 1)).toBe('2027-01');
    expect(monthBeside('2026-01', -1)).toBe('2025-12');
  });
});
