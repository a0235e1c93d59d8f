import { setImmediate } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { isTimeZone } from '../lib/zoned-time.ts';
import type { BudgetRules, BudgetTouch } from '../outreach/planner/budget.ts';
import { listLedger } from './queries.ts';
import { type BudgetPerson, freePeopleByWeek } from './rules/free-weeks.ts';

export type FreeCapacity = {
  /** Employers with people that can be reached, and those people. */
  employers: number;
  people: number;
  /** Per week: how many of them the contact budgets of all agencies leave free. */
  weeks: { employers: number; people: number }[];
};

const DAY_MS = 86_400_000;
/** So many employers are worked out before others have their turn: the page may take its time, the process may not. */
const AT_ONCE = 200;

/**
 * How much of the shared contact budget is left in each week: who could be newly invited, all agencies' touches of the
 * employers and their people counted, sent and planned.
 */
export async function readFreeCapacity(
  db: Db,
  input: {
    rules: BudgetRules;
    mondays: readonly number[];
    zone: string;
    closedDays: readonly number[];
    weekdays: readonly number[];
    now: Date;
  },
): Promise<FreeCapacity> {
  const { rules, now } = input;
  const days = Math.max(
    rules.person.newInvitationsDays,
    rules.person.touchesDays,
    rules.employer.peopleDays,
    rules.employer.touchesDays,
    rules.person.minBusinessDaysBetween * 3,
  );
  const touchesOf = new Map<number, BudgetTouch[]>();
  const units = new Set<number>();
  for (const touch of await listLedger(db, new Date(now.getTime() - days * DAY_MS))) {
    units.add(touch.unitId);
    const own = touchesOf.get(touch.contactId) ?? [];
    own.push({
      contactId: touch.contactId,
      from: new Date(touch.from).getTime(),
      to: new Date(touch.to).getTime(),
      newInvitation: touch.newInvitation,
    });
    touchesOf.set(touch.contactId, own);
  }
  const [all] = await db.execute<{ employers: number; people: number }>(sql`
    select count(distinct e.unit_id)::int as employers, count(*)::int as people
    from contacts c join employers e on e.id = c.employer_id where c.state = 'active'`);
  const total = all ?? { employers: 0, people: 0 };
  const touched = await db.execute<{
    unitId: number;
    contactId: number;
    isActive: boolean;
    zone: string | null;
  }>(sql`
    select e.unit_id as "unitId", c.id as "contactId", c.state = 'active' as "isActive", e.time_zone as zone
    from employers e join contacts c on c.employer_id = e.id
    where e.unit_id = any(${sql.param([...units])}::bigint[]) order by e.unit_id, c.id`);
  const peopleOf = new Map<number, { zone: string; people: BudgetPerson[] }>();
  for (const { unitId, contactId, isActive, zone } of touched) {
    const unit = peopleOf.get(unitId) ?? { zone: input.zone, people: [] };
    unit.people.push({ contactId, isActive, touches: touchesOf.get(contactId) ?? [] });
    if (zone !== null && isTimeZone(zone)) unit.zone = zone;
    peopleOf.set(unitId, unit);
  }

  // Everybody at an employer that nobody wrote to is free; of the others those of whom the rule says so.
  const active = touched.filter(({ isActive }) => isActive);
  const weeks = input.mondays.map(() => ({
    employers: total.employers - new Set(active.map(({ unitId }) => unitId)).size,
    people: total.people - active.length,
  }));
  let done = 0;
  for (const { zone, people } of peopleOf.values()) {
    const free = freePeopleByWeek({ ...input, zone, people, now: now.getTime() });
    for (const [week, count] of free.entries()) {
      const into = weeks[week];
      if (into === undefined || count === 0) continue;
      into.people += count;
      into.employers += 1;
    }
    done += 1;
    if (done % AT_ONCE === 0) await setImmediate();
  }
  return { ...total, weeks };
}
