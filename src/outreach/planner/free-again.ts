import { type BudgetRules, type BudgetTouch, freeAgainAt, insertTouch } from './budget.ts';

/** Nobody's id: stands for a person of the employer who was never written to. */
const A_NEW_PERSON = 0;

export type FreeAgain = {
  /** When somebody of the employer who was never written to may be invited; null: now. */
  employer: Date | null;
  /** The same for each of these people, by both budgets. */
  people: Map<number, Date | null>;
};

/**
 * When one employer and each of its people may be invited anew, by all agencies' touches of the whole counting unit:
 * the planner's own answer, one person at a time.
 */
export function freeAgain(input: {
  rules: BudgetRules;
  touches: readonly BudgetTouch[];
  contactIds: readonly number[];
  zone: string;
  closedDays: readonly number[];
  weekdays: readonly number[];
  now: Date;
}): FreeAgain {
  const { rules, zone, closedDays, weekdays, contactIds } = input;
  const notBefore = input.now.getTime();
  const employerTouches: BudgetTouch[] = [];
  for (const touch of input.touches) insertTouch(employerTouches, touch);
  const freeAt = (contactId: number, touches: readonly BudgetTouch[]) =>
    freeAgainAt({
      rules,
      contactId,
      personTouches: touches.filter((touch) => touch.contactId === contactId),
      employerTouches: touches,
      zone,
      closedDays,
      weekdays,
      notBefore,
    });
  // A weekend alone makes nobody "written to recently".
  const nextDay = freeAt(A_NEW_PERSON, []);
  const orNow = (at: number) => (at <= nextDay ? null : new Date(at));
  return {
    employer: orNow(freeAt(A_NEW_PERSON, employerTouches)),
    people: new Map(contactIds.map((id) => [id, orNow(freeAt(id, employerTouches))])),
  };
}
