const DAY_MS = 86_400_000;

const iso = (time: number) => new Date(time).toISOString().slice(0, 10);

/** The nth given weekday (0 = Sunday) of a month; -1 is the last. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  if (nth === -1) {
    const last = Date.UTC(year, month + 1, 0);
    return last - ((new Date(last).getUTCDay() - weekday + 7) % 7) * DAY_MS;
  }
  const first = Date.UTC(year, month, 1);
  return first + (((weekday - new Date(first).getUTCDay() + 7) % 7) + (nth - 1) * 7) * DAY_MS;
}

/** A fixed date as offices keep it: on Friday when it falls on Saturday, on Monday when on Sunday. */
export function observed(time: number): number {
  const weekday = new Date(time).getUTCDay();
  return weekday === 6 ? time - DAY_MS : weekday === 0 ? time + DAY_MS : time;
}

/** The days on which federal offices are closed in one year (5 U.S.C. 6103), as dates in order. */
export function federalHolidays(year: number): string[] {
  return [
    observed(Date.UTC(year, 0, 1)),
    nthWeekday(year, 0, 1, 3),
    nthWeekday(year, 1, 1, 3),
    nthWeekday(year, 4, 1, -1),
    observed(Date.UTC(year, 5, 19)),
    observed(Date.UTC(year, 6, 4)),
    nthWeekday(year, 8, 1, 1),
    nthWeekday(year, 9, 1, 2),
    observed(Date.UTC(year, 10, 11)),
    nthWeekday(year, 10, 4, 4),
    observed(Date.UTC(year, 11, 25)),
    // New Year's Day of the next year is kept in this one when it falls on a Saturday.
    observed(Date.UTC(year + 1, 0, 1)),
  ]
    .map(iso)
    .filter((date) => date.startsWith(String(year)));
}

/** Federal holidays from one date to another, both included. */
export function federalHolidaysBetween(from: string, until: string): string[] {
  const days: string[] = [];
  for (let year = Number(from.slice(0, 4)); year <= Number(until.slice(0, 4)); year += 1) {
    days.push(...federalHolidays(year).filter((date) => date >= from && date <= until));
  }
  return days;
}
