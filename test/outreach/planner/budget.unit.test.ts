import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BudgetTouch,
  DEFAULT_BUDGET,
  fitsEmployerBudget,
  fitsPersonBudget,
  insertTouch,
} from '../../../src/outreach/planner/budget.ts';

const DAY = 86_400_000;
const { employer } = DEFAULT_BUDGET;
const person = { ...DEFAULT_BUDGET.person, minBusinessDaysBetween: 0 };

/** Touches of one instant each, a third of a day apart, so that distances of whole windows are common. */
const touches = fc.array(
  fc.record({
    contactId: fc.integer({ min: 1, max: 5 }),
    third: fc.integer({ min: 0, max: 600 }),
    newInvitation: fc.boolean(),
  }),
  { maxLength: 14 },
);
const touch = (contactId: number, at: number, newInvitation = true): BudgetTouch => ({
  contactId,
  from: at,
  to: at,
  newInvitation,
});

/** By definition: some half-open window of that length holds the candidate and more than the limit. */
function exceeds(
  all: readonly BudgetTouch[],
  candidate: BudgetTouch,
  days: number,
  limit: number,
  people: boolean,
) {
  return all.some((first) => {
    const inside = all.filter(({ from }) => from >= first.from && from < first.from + days * DAY);
    const count = people ? new Set(inside.map(({ contactId }) => contactId)).size : inside.length;
    return inside.includes(candidate) && count > limit;
  });
}

const isNew = ({ newInvitation }: BudgetTouch) => newInvitation;

describe('for touches whose time is known', () => {
  test('a budget lets through exactly what exceeds no window that it would be part of', () => {
    fc.assert(
      fc.property(touches, fc.integer({ min: 0, max: 600 }), fc.boolean(), (drawn, third, newInvitation) => {
        const before: BudgetTouch[] = [];
        for (const one of drawn)
          insertTouch(before, touch(one.contactId, (one.third * DAY) / 3, one.newInvitation));
        const candidate = touch(1, (third * DAY) / 3, newInvitation);
        const all = [...before, candidate];
        expect(fitsEmployerBudget(employer, before, candidate)).toBe(
          !exceeds(all, candidate, employer.touchesDays, employer.touches, false) &&
            !(
              newInvitation &&
              exceeds(all.filter(isNew), candidate, employer.peopleDays, employer.peopleNewlyInvited, true)
            ),
        );
        const own = before.filter(({ contactId }) => contactId === 1);
        const mine = [...own, candidate];
        expect(fitsPersonBudget(person, own, candidate, 'America/Denver', [])).toBe(
          !exceeds(mine, candidate, person.touchesDays, person.touches, false) &&
            !(
              newInvitation &&
              exceeds(mine.filter(isNew), candidate, person.newInvitationsDays, person.newInvitations, false)
            ),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('thirty days later to the minute is free again, a minute earlier is not', () => {
    const invited = [touch(1, 0)];
    expect(fitsPersonBudget(person, invited, touch(1, 30 * DAY), 'UTC', [])).toBe(true);
    expect(fitsPersonBudget(person, invited, touch(1, 30 * DAY - 60_000), 'UTC', [])).toBe(false);
  });

  test('an old excess blocks no longer than it lies in a window with the new touch', () => {
    const sent = [0, 1, 2, 3].map((day) => touch(1, day * DAY, false));
    expect(fitsPersonBudget(person, sent, touch(1, 30.9 * DAY, false), 'UTC', [])).toBe(false);
    expect(fitsPersonBudget(person, sent, touch(1, 31 * DAY, false), 'UTC', [])).toBe(true);
  });
});
