/** Wall-clock time in IANA time zones, by the rules that Node's own Intl carries. */

export type WallTime = { year: number; month: number; day: number; hour: number; minute: number };

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** Whether the name is one that Intl knows; `America/Denver` is, `Mountain` and `UTC+7` are not. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatterFor(name);
    return true;
  } catch {
    return false;
  }
}

/** What a clock on the wall of that zone shows at that instant. */
export function wallTime(instant: Date, timeZone: string): WallTime {
  const parts = new Map(
    formatterFor(timeZone)
      .formatToParts(instant)
      .map((part) => [part.type, Number(part.value)]),
  );
  return {
    year: parts.get('year')!,
    month: parts.get('month')!,
    day: parts.get('day')!,
    hour: parts.get('hour')!,
    minute: parts.get('minute')!,
  };
}

/** The day that a calendar on that wall shows, as `2026-11-21`. */
export function dayIn(timeZone: string, instant: Date): string {
  const { year, month, day } = wallTime(instant, timeZone);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/**
 * The instant at which the wall clock shows `time`, or null when it never does: a day that does not exist, or an
 * hour skipped when summer time begins. An hour that comes twice means its first coming.
 */
export function instantOf(time: WallTime, timeZone: string): Date | null {
  const asIfUtc = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute);
  const dayBefore = offsetMinutes(new Date(asIfUtc - 86_400_000), timeZone);
  const dayAfter = offsetMinutes(new Date(asIfUtc + 86_400_000), timeZone);
  for (const offset of [Math.max(dayBefore, dayAfter), Math.min(dayBefore, dayAfter)]) {
    const instant = new Date(asIfUtc - offset * 60_000);
    if (sameWallTime(wallTime(instant, timeZone), time)) return instant;
  }
  return null;
}

function offsetMinutes(instant: Date, timeZone: string): number {
  const wall = wallTime(instant, timeZone);
  const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  return Math.round((shown - Math.floor(instant.getTime() / 60_000) * 60_000) / 60_000);
}

function sameWallTime(a: WallTime, b: WallTime): boolean {
  return (
    a.year === b.year && a.month === b.month && a.day === b.day && a.hour === b.hour && a.minute === b.minute
  );
}

/** `Thursday, December 3, 2026, 10:00 AM Mountain Standard Time`, for people, with the zone's name. */
export function formatDateTime(instant: Date, timeZone: string, language = 'en'): string {
  return new Intl.DateTimeFormat(locale(language), {
    timeZone,
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'long',
  })
    .format(instant)
    .replaceAll('\u202f', ' ');
}

/** `December 3, 2026`. */
export function formatDate(instant: Date, timeZone: string, language = 'en'): string {
  return new Intl.DateTimeFormat(locale(language), { timeZone, dateStyle: 'long' }).format(instant);
}

/** `10:00 AM`. */
export function formatTime(instant: Date, timeZone: string, language = 'en'): string {
  return new Intl.DateTimeFormat(locale(language), { timeZone, hour: 'numeric', minute: '2-digit' })
    .format(instant)
    .replaceAll('\u202f', ' ');
}

function locale(language: string): string {
  return language === 'es' ? 'es-US' : 'en-US';
}
