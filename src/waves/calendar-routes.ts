import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';
import { federalHolidaysBetween } from '../lib/federal-holidays.ts';
import { isoFromDay, localDay } from '../outreach/planner/calendar.ts';
import { type CalendarWave, calendarPage } from './calendar-pages.ts';
import { listMonthTouches, listOwnWaves } from './calendar-queries.ts';
import { calendarQuery } from './forms.ts';
import { calendarPath } from './paths.ts';
import { calendarMonth, type DayTouches, daysOfMonth } from './rules/wave-calendar.ts';

/** All agencies' touches by day, with one's own waves by name and of others' only numbers. */
export function registerCalendarRoutes(app: FastifyInstance, deps: Deps): void {
  app.get(calendarPath, { config: { access: 'staff' } }, async (request, reply) => {
    const { agencyId, timeZone: zone } = request.staff;
    const today = isoFromDay(localDay(zone, deps.clock.now().getTime()));
    const month = calendarQuery.parse(request.query).month ?? today.slice(0, 7);
    const days = daysOfMonth(month);
    const [from, last] = [isoFromDay(days[0] as number), isoFromDay(days.at(-1) as number)];
    const until = isoFromDay((days.at(-1) as number) + 1);
    const touches = await listMonthTouches(deps.db, { agencyId, zone, from, until });

    const sums = new Map<number | null, { isOwn: boolean; sent: number; planned: number }>();
    const byDay = new Map<string, DayTouches>();
    for (const { date, waveId, isOwn, sent, planned } of touches) {
      const sum = sums.get(waveId) ?? { isOwn, sent: 0, planned: 0 };
      sums.set(waveId, { isOwn, sent: sum.sent + sent, planned: sum.planned + planned });
      const shownAs = isOwn ? waveId : null;
      const known = byDay.get(`${date} ${shownAs}`);
      byDay.set(`${date} ${shownAs}`, {
        date,
        waveId: shownAs,
        sent: (known?.sent ?? 0) + sent,
        planned: (known?.planned ?? 0) + planned,
      });
    }

    const own = (await listOwnWaves(deps.db, agencyId)).flatMap((wave): CalendarWave[] => {
      const { sent, planned } = sums.get(wave.id) ?? { sent: 0, planned: 0 };
      const { protocol, state } = wave;
      const hasDates =
        state !== 'cancelled' &&
        protocol !== null &&
        isoFromDay(localDay(zone, protocol.sendFrom.getTime())) <= last &&
        isoFromDay(localDay(zone, protocol.closeAt.getTime() - 1)) >= from;
      return hasDates || sent + planned > 0 ? [{ ...wave, sent, planned }] : [];
    });
    return reply.page(
      'waves/calendar',
      calendarPage({
        month,
        today,
        zone,
        days: calendarMonth({
          month,
          today,
          zone,
          touches: [...byDay.values()],
          running: own.flatMap(({ id, state, protocol }) =>
            state === 'running' && protocol !== null ? [{ waveId: id, protocol }] : [],
          ),
          holidays: federalHolidaysBetween(from, last),
        }),
        own,
        others: [...sums.values()].filter(({ isOwn }) => !isOwn),
      }),
    );
  });
}
