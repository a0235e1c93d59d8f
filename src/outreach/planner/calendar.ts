/**
 * Zone arithmetic for the planner. Instants are milliseconds since the epoch, calendar days are day numbers
 * (days since 1970-01-01, as in a proleptic Gregorian calendar). Everything here is a pure function of its
 * arguments and of the time-zone data that Node carries.
 */

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Zone offsets only ever change on a quarter hour, so one look-up a quarter hour is enough. */
const OFFSET_STEP_MS = 15 * MINUTE_MS;

const formatters = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** How far local time is ahead of UTC at an instant, in milliseconds. */
export function zoneOffset(zone: string, instant: number): number {
  const step = Math.floor(instant / OFFSET_STEP_MS);
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(step);
  if (offset === undefined) {
    const at = step * OFFSET_STEP_MS;
    const parts: Record<string, number> = {};
    for (const part of formatterFor(zone).formatToParts(at)) {
      if (part.type !== 'literal') parts[part.type] = Number(part.value);
    }
    const local = Date.UTC(
      parts.year as number,
      (parts.month as number) - 1,
      parts.day as number,
      parts.hour as number,
      parts.minute as number,
      parts.second as number,
    );
    offset = local - at;
    known.set(step, offset);
  }
  return offset;
}

/** The local calendar day of an instant. */
export function localDay(zone: string, instant: number): number {
  return Math.floor((instant + zoneOffset(zone, instant)) / DAY_MS);
}

/**
 * The instant of a local day and minute of that day (0 to 1440). A time that the spring change skips becomes the
 * same distance after the change; a time that the autumn change repeats is its first occurrence.
 */
export function instantAt(zone: string, day: number, minuteOfDay: number): number {
  const local = day * DAY_MS + minuteOfDay * MINUTE_MS;
  const before = local - zoneOffset(zone, local - DAY_MS);
  const after = local - zoneOffset(zone, local + DAY_MS);
  // `before` uses the offset in force ahead of any change around this day: right when the wall time exists under
  // it, which covers the repeated hour (first occurrence) and the skipped one (moved forward).
  if (before + zoneOffset(zone, before) === local) return before;
  if (after + zoneOffset(zone, after) === local) return after;
  return before;
}

/** 1 = Monday ... 7 = Sunday. */
export function isoWeekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

export function dayFromIso(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

export function isoFromDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Weekdays from the epoch's week up to and including `day`. */
function weekdaysUpTo(day: number): number {
  const monday = day + 3;
  const weeks = Math.floor(monday / 7);
  return weeks * 5 + Math.min(monday - weeks * 7 + 1, 5);
}

/**
 * Business days from one local day to a later one: Monday to Friday, without the closed days. The first day does
 * not count and the last does, so Monday to the next Monday is 5.
 */
export function businessDaysBetween(from: number, to: number, closedDays: readonly number[]): number {
  let count = weekdaysUpTo(to) - weekdaysUpTo(from);
  for (const closed of closedDays) {
    if (closed > from && closed <= to && isoWeekday(closed) <= 5) count -= 1;
  }
  return count;
}

/** The first local day that lies at least `days` business days after `from`. */
export function dayAfterBusinessDays(from: number, days: number, closedDays: readonly number[]): number {
  let day = from;
  let left = days;
  const closed = new Set(closedDays);
  while (left > 0) {
    day += 1;
    if (isoWeekday(day) <= 5 && !closed.has(day)) left -= 1;
  }
  return day;
}

/** When mail may go out, in the recipient's own time. */
export type SendCalendar = {
  /** ISO weekdays (1 = Monday). */
  weekdays: number[];
  /** Minutes after local midnight, half-open: 510 to 960 is 08:30 to 16:00. */
  fromMinute: number;
  untilMinute: number;
  /** Local dates without sending (`2026-11-26`): holidays and blackouts. */
  closedDates: string[];
  /** Further dates for recipients in one state: its own holidays. */
  closedIn?: Record<string, string[]>;
};

/** The calendar as it holds for recipients of one state. */
export function calendarIn(calendar: SendCalendar, region: string | null | undefined): SendCalendar {
  const own = region == null ? undefined : calendar.closedIn?.[region];
  if (own === undefined || own.length === 0) return calendar;
  return { ...calendar, closedDates: [...new Set([...calendar.closedDates, ...own])].sort() };
}

export const BUSINESS_HOURS: SendCalendar = {
  weekdays: [1, 2, 3, 4, 5],
  fromMinute: 8 * 60 + 30,
  untilMinute: 16 * 60,
  closedDates: [],
};

/** For demonstrations, tests and transactional use: any day, any hour. */
export const ROUND_THE_CLOCK: SendCalendar = {
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  fromMinute: 0,
  untilMinute: 24 * 60,
  closedDates: [],
};

export function isRoundTheClock(calendar: SendCalendar): boolean {
  return (
    calendar.weekdays.length === 7 &&
    calendar.fromMinute === 0 &&
    calendar.untilMinute === 24 * 60 &&
    calendar.closedDates.length === 0
  );
}

/** One local day's stretch of sending time; `end` is exclusive. */
export type SendWindow = { day: number; start: number; end: number };

/** Shorter stretches (the last minutes of a day) are left out: mail queued there would expire unsent. */
const SHORTEST_WINDOW_MS = 10 * MINUTE_MS;

/**
 * The sending windows of one zone within [from, until). Round-the-clock sending has no closing hour to respect, so
 * there each day's window reaches over midnight, up to 24 hours, and mail queued at 23:59 does not expire at 24:00.
 */
export function sendWindows(calendar: SendCalendar, zone: string, from: number, until: number): SendWindow[] {
  const windows: SendWindow[] = [];
  if (until <= from) return windows;
  const closed = new Set(calendar.closedDates.map(dayFromIso));
  const always = isRoundTheClock(calendar);
  const last = localDay(zone, until - 1);
  for (let day = localDay(zone, from); day <= last; day += 1) {
    if (closed.has(day) || !calendar.weekdays.includes(isoWeekday(day))) continue;
    const start = Math.max(from, instantAt(zone, day, calendar.fromMinute));
    const closing = always ? start + DAY_MS : instantAt(zone, day, calendar.untilMinute);
    const end = Math.min(until, closing);
    const wanted = Math.min(SHORTEST_WINDOW_MS, until - from);
    if (end - start >= wanted) windows.push({ day, start, end });
  }
  return windows;
}
