import { dayFromIso, isoFromDay, isoWeekday, localDay } from '../../outreach/planner/calendar.ts';
import type { Protocol } from '../../outreach/planner/types.ts';

/** Touches of one wave on one local day; `waveId` is null for other agencies', taken together. */
export type DayTouches = { date: string; waveId: number | null; sent: number; planned: number };

export type CalendarDay = {
  date: string;
  sent: number;
  planned: number;
  /** How many more touches one's own running waves may send that day; null when none of them sends or the day is over. */
  capacity: { free: number; total: number } | null;
  /** Why nothing leaves that day although it is a business day, or who is closed. */
  note: string | null;
  waves: { waveId: number | null; touches: number }[];
};

type RunningWave = {
  waveId: number;
  protocol: Pick<Protocol, 'sendFrom' | 'closeAt' | 'calendar' | 'dailyCapacity'>;
};

/** The days of a month (`2026-03`), first to last. */
export function daysOfMonth(month: string): number[] {
  const first = dayFromIso(`${month}-01`);
  const days: number[] = [];
  for (let day = first; isoFromDay(day).startsWith(month); day += 1) days.push(day);
  return days;
}

/** The month before or after. */
export function monthBeside(month: string, by: -1 | 1): string {
  const days = daysOfMonth(month);
  return isoFromDay(by === 1 ? (days.at(-1) as number) + 1 : (days[0] as number) - 1).slice(0, 7);
}

/** Whether a wave's protocol lets mail leave on a local day: within its dates, on its weekdays, not on closed ones. */
function sendsOn(protocol: RunningWave['protocol'], day: number, zone: string): boolean {
  return (
    day >= localDay(zone, protocol.sendFrom.getTime()) &&
    day <= localDay(zone, protocol.closeAt.getTime() - 1) &&
    protocol.calendar.weekdays.includes(isoWeekday(day)) &&
    !protocol.calendar.closedDates.includes(isoFromDay(day))
  );
}

/**
 * The business days among some and every other day that has touches, with what all agencies send and what one's own
 * running waves still could.
 */
export function calendarDays(input: {
  /** Day numbers, first to last. */
  days: readonly number[];
  today: string;
  zone: string;
  touches: readonly DayTouches[];
  running: readonly RunningWave[];
  /** Days on which nothing of the agency's own leaves, also when they were added after a wave's launch. */
  daysOff: ReadonlySet<string>;
  /** What is said of days, by date. */
  notes: ReadonlyMap<string, string>;
}): CalendarDay[] {
  const byDate = new Map<string, DayTouches[]>();
  for (const touches of input.touches) {
    byDate.set(touches.date, [...(byDate.get(touches.date) ?? []), touches]);
  }
  return input.days.flatMap((day): CalendarDay[] => {
    const date = isoFromDay(day);
    const touches = byDate.get(date) ?? [];
    if (touches.length === 0 && isoWeekday(day) > 5) return [];
    const ofWave = (waveId: number) => {
      const own = touches.find((each) => each.waveId === waveId);
      return own === undefined ? 0 : own.sent + own.planned;
    };
    const sending =
      date < input.today || input.daysOff.has(date)
        ? []
        : input.running.filter(({ protocol }) => sendsOn(protocol, day, input.zone));
    return [
      {
        date,
        sent: touches.reduce((sum, each) => sum + each.sent, 0),
        planned: touches.reduce((sum, each) => sum + each.planned, 0),
        capacity:
          sending.length === 0
            ? null
            : {
                free: sending.reduce(
                  (sum, { waveId, protocol }) => sum + Math.max(0, protocol.dailyCapacity - ofWave(waveId)),
                  0,
                ),
                total: sending.reduce((sum, { protocol }) => sum + protocol.dailyCapacity, 0),
              },
        note: input.notes.get(date) ?? null,
        waves: touches.map(({ waveId, sent, planned }) => ({ waveId, touches: sent + planned })),
      },
    ];
  });
}

export type CalendarWeek = {
  /** Its Monday. */
  from: string;
  sent: number;
  planned: number;
  capacity: { free: number; total: number } | null;
  notes: { date: string; text: string }[];
};

/** The Mondays of the weeks that a month touches. */
export function mondaysOf(month: string): number[] {
  const days = daysOfMonth(month);
  const [first, last] = [days[0] as number, days.at(-1) as number];
  const mondays: number[] = [];
  for (let day = first - isoWeekday(first) + 1; day <= last; day += 7) mondays.push(day);
  return mondays;
}

/** Days added up to their weeks, each of which may begin or end in another month. */
export function calendarWeeks(mondays: readonly number[], days: readonly CalendarDay[]): CalendarWeek[] {
  return mondays.map((monday) => {
    const inside = days.filter(({ date }) => {
      const day = dayFromIso(date);
      return day >= monday && day < monday + 7;
    });
    const open = inside.flatMap(({ capacity }) => (capacity === null ? [] : [capacity]));
    return {
      from: isoFromDay(monday),
      sent: inside.reduce((sum, { sent }) => sum + sent, 0),
      planned: inside.reduce((sum, { planned }) => sum + planned, 0),
      capacity:
        open.length === 0
          ? null
          : {
              free: open.reduce((sum, { free }) => sum + free, 0),
              total: open.reduce((sum, { total }) => sum + total, 0),
            },
      notes: inside.flatMap(({ date, note }) => (note === null ? [] : [{ date, text: note }])),
    };
  });
}
