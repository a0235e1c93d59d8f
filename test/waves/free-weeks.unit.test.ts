import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BudgetTouch,
  DEFAULT_BUDGET,
  freeAgainAt,
  insertTouch,
} from '../../src/outreach/planner/budget.ts';
import { dayFromIso, instantAt } from '../../src/outreach/planner/calendar.ts';
import { type BudgetPerson, freePeopleByWeek } from '../../src/waves/rules/free-weeks.ts';

const ZONE = 'America/Denver';
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 9, 28, 16);
const MONDAYS = [-1, 0, 1, 2, 3, 4].map((week) => dayFromIso('2026-10-26') + 7 * week);
const base = {
  rules: DEFAULT_BUDGET,
  mondays: MONDAYS,
  zone: ZONE,
  closedDays: [dayFromIso('2026-11-11')],
  weekdays: [1, 2, 3, 4, 5],
  now: NOW,
};
const person = (contactId: number, touches: BudgetTouch[] = [], isActive = true): BudgetPerson => ({
  contactId,
  isActive,
  touches,
});
const touch = (contactId: number, days: number, newInvitation = true): BudgetTouch => ({
  contactId,
  from: NOW + days * 24 * HOUR,
  to: NOW + days * 24 * HOUR,
  newInvitation,
});

test('nobody was written to: all are free, but not in a week that is over', () => {
  expect(freePeopleByWeek({ ...base, people: [person(1), person(2)] })).toEqual([0, 2, 2, 2, 2, 2]);
});

test('an invitation of last week frees its person in the fifth week, and leaves the colleague free', () => {
  const people = [person(1, [touch(1, -6)]), person(2)];
  expect(freePeopleByWeek({ ...base, people })).toEqual([0, 1, 1, 1, 1, 2]);
});

test('three people newly invited leave nobody else of the employer free, and are free again themselves', () => {
  const people = [1, 2, 3].map((id) => person(id, [touch(id, -3)])).concat(person(4));
  expect(freePeopleByWeek({ ...base, people })).toEqual([0, 0, 0, 0, 0, 3]);
});

test('whoever has left is no capacity, but what they were sent counts', () => {
  const people = [1, 2, 3].map((id) => person(id, [touch(id, -3)], id > 1)).concat(person(4));
  expect(freePeopleByWeek({ ...base, people })).toEqual([0, 0, 0, 0, 0, 2]);
  expect(freePeopleByWeek({ ...base, people: [person(1, [], false)] }).at(-1)).toBe(0);
});

test('says of each week what the planner’s rule says of it, asked by itself', () => {
  const touches = (contactId: number) =>
    fc.array(
      fc
        .tuple(fc.integer({ min: -95, max: 40 }), fc.boolean())
        .map(([days, isNew]) => touch(contactId, days, isNew)),
      { maxLength: 3 },
    );
  fc.assert(
    fc.property(fc.tuple(touches(1), touches(2), touches(3)), (each) => {
      const people = each.map((own, index) => {
        const sorted: BudgetTouch[] = [];
        for (const one of own) insertTouch(sorted, one);
        return person(index + 1, sorted);
      });
      const employerTouches: BudgetTouch[] = [];
      for (const one of each.flat()) insertTouch(employerTouches, one);
      const expected = MONDAYS.map((monday) => {
        const end = instantAt(ZONE, monday + 7, 0);
        if (end <= NOW) return 0;
        return people.filter(
          ({ contactId, touches: personTouches }) =>
            freeAgainAt({
              ...base,
              contactId,
              personTouches,
              employerTouches,
              notBefore: Math.max(NOW, instantAt(ZONE, monday, 0)),
            }) < end,
        ).length;
      });
      expect(freePeopleByWeek({ ...base, people })).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});
