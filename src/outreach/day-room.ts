import type { SendWindow } from './planner/calendar.ts';

/** Why a day takes no further mail; the planner's own words for it, but for a day off that was added since. */
export type DayReason = 'warm_up' | 'capacity' | 'day_off';

/** What may leave on each local day under one limit, and what does: day numbers as in planner/calendar.ts. */
export type DayLimit = {
  reason: DayReason;
  most(day: number): number;
  /** Left, or leaving. */
  gone: Map<number, number>;
  /** Planned for the day: the planner has kept a place for each. */
  planned: Map<number, number>;
};

const on = (days: ReadonlyMap<number, number>, day: number) => days.get(day) ?? 0;
const add = (days: Map<number, number>, day: number, count: number) => days.set(day, on(days, day) + count);

/** Adds what left on a day, and what is planned for it. */
export function countLoad(
  { gone, planned }: DayLimit,
  day: number,
  load: { gone: number; planned: number },
): void {
  add(gone, day, load.gone);
  add(planned, day, load.planned);
}

/**
 * Which limit has no room for one more mail on that day, or null. A planned mail has a place of its own, unless more
 * was planned than may leave; any other takes only what the planned ones leave. More may have left as planned than the
 * plan held, which makes no room for others.
 */
export function fullOn(limits: readonly DayLimit[], day: number, isPlanned: boolean): DayReason | null {
  const full = limits.find(
    ({ most, gone, planned }) => on(gone, day) + (isPlanned ? 0 : Math.max(0, on(planned, day))) >= most(day),
  );
  return full?.reason ?? null;
}

/** Counts a mail that leaves on its day. */
export function takePlace(limits: readonly DayLimit[], day: number, isPlanned: boolean): void {
  for (const limit of limits) countLoad(limit, day, { gone: 1, planned: isPlanned ? -1 : 0 });
}

/** The first of the windows on a later day with room beside all that is planned for it. */
export function findLaterPlace(
  limits: readonly DayLimit[],
  windows: readonly SendWindow[],
  today: number,
): SendWindow | null {
  return windows.find(({ day }) => day > today && fullOn(limits, day, false) === null) ?? null;
}

/** Counts a mail that is put off to that day. */
export function keepPlace(limits: readonly DayLimit[], day: number): void {
  for (const limit of limits) countLoad(limit, day, { gone: 0, planned: 1 });
}

/** A time in the first half of a window; the same for the same message, and spread over many. */
export function spreadIn(window: Pick<SendWindow, 'start' | 'end'>, id: number): Date {
  const share = ((id * 2_654_435_761) % 1_000) / 2_000;
  return new Date(window.start + Math.floor((window.end - window.start) * share));
}
