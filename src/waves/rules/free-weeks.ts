import {
  type BudgetRules,
  type BudgetTouch,
  freeAgainAt,
  insertTouch,
} from '../../outreach/planner/budget.ts';
import { instantAt } from '../../outreach/planner/calendar.ts';

/** A person of an employer, with the touches of all agencies that the budgets count. */
export type BudgetPerson = {
  contactId: number;
  /** Whoever has left is no capacity, but what they were sent counts for their employer. */
  isActive: boolean;
  touches: readonly BudgetTouch[];
};

/**
 * On which of these weeks (day numbers of their Mondays, in order) somebody of an employer may be newly invited, by the
 * planner's own rule: how many of its people in each. A week counts when one of its days is free; weeks that are over
 * and days that are past do not.
 */
export function freePeopleByWeek(input: {
  rules: BudgetRules;
  people: readonly BudgetPerson[];
  mondays: readonly number[];
  zone: string;
  closedDays: readonly number[];
  weekdays: readonly number[];
  now: number;
}): number[] {
  const { rules, people, zone, closedDays, weekdays, now } = input;
  const employerTouches: BudgetTouch[] = [];
  for (const person of people) for (const touch of person.touches) insertTouch(employerTouches, touch);
  const ends = input.mondays.map((monday) => instantAt(zone, monday + 7, 0));
  const free = input.mondays.map(() => 0);
  // With nothing planned ahead, who is free once stays free.
  const isSettled = employerTouches.every(({ from }) => from <= now);
  for (const { contactId, isActive, touches } of people) {
    if (!isActive) continue;
    let known: number | null = null;
    for (const [week, monday] of input.mondays.entries()) {
      const end = ends[week] as number;
      if (end <= now) continue;
      if (known === null || !isSettled) {
        known = freeAgainAt({
          rules,
          contactId,
          personTouches: touches,
          employerTouches,
          zone,
          closedDays,
          weekdays,
          notBefore: Math.max(now, instantAt(zone, monday, 0)),
        });
      }
      if (known < end) free[week] = (free[week] as number) + 1;
    }
  }
  return free;
}
