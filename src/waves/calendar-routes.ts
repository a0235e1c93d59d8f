import type { FastifyInstance } from 'fastify';
import { getAgency } from '../agencies/queries.ts';
import type { Deps } from '../deps.ts';
import { federalHolidaysBetween } from '../lib/federal-holidays.ts';
import { stateHolidaysBetween } from '../lib/state-holidays.ts';
import {
  BUSINESS_HOURS,
  dayFromIso,
  isoFromDay,
  isoWeekday,
  localDay,
} from '../outreach/planner/calendar.ts';
import { warmUpLimit } from '../outreach/planner/placement.ts';
import { readAgencyBudget } from './agency-limits.ts';
import { type CalendarWave, calendarPage } from './calendar-pages.ts';
import { listDaysOff, listMonthTouches, listOwnWaves } from './calendar-queries.ts';
import { calendarQuery } from './forms.ts';
import { readWarmUp } from './gather-limits.ts';
import { calendarPath } from './paths.ts';
import { readFreeCapacity } from './read-free-capacity.ts';
import {
  calendarDays,
  calendarWeeks,
  type DayTouches,
  daysOfMonth,
  mondaysOf,
} from './rules/wave-calendar.ts';

/** All agencies' touches by day, with one's own waves by name and of others' only numbers. */
export function registerCalendarRoutes(app: FastifyInstance, deps: Deps): void {
  app.get(calendarPath, { config: { access: 'staff' } }, async (request, reply) => {
    const { agencyId, timeZone: zone } = request.staff;
    const today = isoFromDay(localDay(zone, deps.clock.now().getTime()));
    const month = calendarQuery.parse(request.query).month ?? today.slice(0, 7);
    const inMonth = daysOfMonth(month);
    const mondays = mondaysOf(month);
    const days = Array.from({ length: mondays.length * 7 }, (_, i) => (mondays[0] as number) + i);
    const [from, last] = [isoFromDay(inMonth[0] as number), isoFromDay(inMonth.at(-1) as number)];
    const [firstShown, lastShown] = [isoFromDay(days[0] as number), isoFromDay(days.at(-1) as number)];
    const until = isoFromDay((days.at(-1) as number) + 1);
    const touches = await listMonthTouches(deps.db, { agencyId, zone, from: firstShown, until });
    const { notes, closed, daysOff } = await readDays(deps, agencyId, zone, firstShown, lastShown);

    const sums = new Map<number | null, { isOwn: boolean; sent: number; planned: number }>();
    const byDay = new Map<string, DayTouches>();
    for (const { date, waveId, isOwn, sent, planned } of touches) {
      if (date.startsWith(month)) {
        const sum = sums.get(waveId) ?? { isOwn, sent: 0, planned: 0 };
        sums.set(waveId, { isOwn, sent: sum.sent + sent, planned: sum.planned + planned });
      }
      const shownAs = isOwn ? waveId : null;
      const known = byDay.get(`${date} ${shownAs}`);
      byDay.set(`${date} ${shownAs}`, {
        date,
        waveId: shownAs,
        sent: (known?.sent ?? 0) + sent,
        planned: (known?.planned ?? 0) + planned,
      });
    }

    const all = await listOwnWaves(deps.db, agencyId);
    const own = all.flatMap((wave): CalendarWave[] => {
      const { sent, planned } = sums.get(wave.id) ?? { sent: 0, planned: 0 };
      const { protocol, state } = wave;
      const hasDates =
        state !== 'cancelled' &&
        protocol !== null &&
        isoFromDay(localDay(zone, protocol.sendFrom.getTime())) <= last &&
        isoFromDay(localDay(zone, protocol.closeAt.getTime() - 1)) >= from;
      return hasDates || sent + planned > 0 ? [{ ...wave, sent, planned }] : [];
    });
    const shown = calendarDays({
      days,
      today,
      zone,
      touches: [...byDay.values()],
      running: all.flatMap(({ id, state, protocol }) =>
        state === 'running' && protocol !== null ? [{ waveId: id, protocol }] : [],
      ),
      daysOff,
      notes: new Map([...notes].map(([date, texts]) => [date, texts.join('; ')])),
    });
    return reply.page(
      'waves/calendar',
      calendarPage({
        month,
        today,
        zone,
        days: shown.filter(({ date }) => date.startsWith(month)),
        weeks: calendarWeeks(mondays, shown),
        capacity: await readCapacity(deps, { agencyId, zone, mondays, closed }),
        own,
        others: [...sums.values()].filter(({ isOwn }) => !isOwn),
      }),
    );
  });
}

/** What is said of days, those on which offices are closed, and of these the agency's own days off. */
async function readDays(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  agencyId: number,
  agencyZone: string,
  from: string,
  until: string,
): Promise<{ notes: Map<string, string[]>; closed: string[]; daysOff: Set<string> }> {
  const { stateCode } = await getAgency(deps.db, agencyId);
  const notes = new Map<string, string[]>();
  const note = (date: string, text: string) => notes.set(date, [...(notes.get(date) ?? []), text]);
  for (const date of federalHolidaysBetween(from, until)) note(date, 'Federal holiday');
  for (const date of stateHolidaysBetween(stateCode, from, until)) {
    if (!notes.has(date)) note(date, 'State holiday');
  }
  const off = await listDaysOff(deps.db, agencyId, from, until);
  for (const { date, reason } of off) note(date, `Day off: ${reason}`);
  const closed = [...notes.keys()];
  const now = deps.clock.now();
  const warmUp = await readWarmUp(deps.db, deps.config, { agencyId, now, agencyZone });
  for (let day = dayFromIso(warmUp?.from ?? from); warmUp && day <= dayFromIso(until); day += 1) {
    const most = warmUpLimit(warmUp, day);
    if (!Number.isFinite(most)) break;
    const date = isoFromDay(day);
    if (date >= from && isoWeekday(day) <= 5) note(date, `New sending domain: at most ${most} mails`);
  }
  return { notes, closed, daysOff: new Set(off.map(({ date }) => date)) };
}

/** What the contact budgets leave free in the weeks to come, by the agency's own rules where those are tighter. */
async function readCapacity(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; zone: string; mondays: readonly number[]; closed: readonly string[] },
) {
  const now = deps.clock.now();
  const today = localDay(input.zone, now.getTime());
  if (input.mondays.every((monday) => monday + 7 <= today)) return null;
  return readFreeCapacity(deps.db, {
    rules: await readAgencyBudget(deps.db, { agencyId: input.agencyId, agencyZone: input.zone, now }),
    mondays: input.mondays,
    zone: input.zone,
    closedDays: input.closed.map(dayFromIso),
    weekdays: BUSINESS_HOURS.weekdays,
    now,
  });
}
