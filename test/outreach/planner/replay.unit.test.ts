import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BudgetTouch,
  fitsEmployerBudget,
  fitsPersonBudget,
  insertTouch,
} from '../../../src/outreach/planner/budget.ts';
import { calendarIn, dayFromIso } from '../../../src/outreach/planner/calendar.ts';
import { planTouches } from '../../../src/outreach/planner/plan-touches.ts';
import type { PlanInput } from '../../../src/outreach/planner/types.ts';
import { decideClaim } from '../../../src/outreach/rules.ts';
import { worlds } from './worlds.ts';

/** All that reached one person or employer so far, in order. */
function ledgerOf(input: PlanInput, share: number) {
  const people = new Map<number, BudgetTouch[]>();
  const units = new Map<number, BudgetTouch[]>();
  const add = (contactId: number, unitId: number, at: number, newInvitation: boolean) => {
    const touch = { contactId, from: at, to: at, newInvitation };
    for (const [map, key] of [
      [people, contactId],
      [units, unitId],
    ] as const) {
      const own = map.get(key) ?? [];
      insertTouch(own, touch);
      map.set(key, own);
    }
  };
  // What others have planned leaves at some moment of its stretch.
  for (const touch of input.ledger) {
    const at = touch.from.getTime() + share * (touch.to.getTime() - touch.from.getTime());
    add(touch.contactId, touch.unitId, at, touch.newInvitation);
  }
  return { people, units, add };
}

test('replayed day by day with answers coming in, the rules send each mail of a plan but to who answered', () => {
  fc.assert(
    fc.property(
      worlds,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
      (input, share, chances) => {
        const plan = planTouches(input);
        const { budget, calendar } = input.protocol;
        const ledger = ledgerOf(input, share);
        const contacts = new Map(input.candidates.map((candidate) => [candidate.contactId, candidate]));
        const state = new Map<number, { invited: boolean; answered: boolean }>();
        // A touch that joined another wave's mail is that wave's to send.
        const due = plan.touches
          .filter(({ joins }) => joins === null)
          .flatMap((touch) => touch.steps.map((step) => ({ touch, ...step })))
          .map((message) => ({
            ...message,
            at: Math.floor(
              message.sendAfter.getTime() +
                share * (message.notAfter.getTime() - message.sendAfter.getTime()),
            ),
          }))
          .sort((a, b) => a.at - b.at);
        for (const { touch, step, kind, at, notAfter } of due) {
          const { contactId, unitId } = touch;
          const candidate = contacts.get(contactId)!;
          const known = state.get(contactId) ?? { invited: false, answered: false };
          const zone =
            candidate.zone === null || candidate.zone === 'no/such' ? input.agencyZone : candidate.zone;
          const closed = calendarIn(calendar, candidate.region).closedDates.map(dayFromIso);
          const one: BudgetTouch = { contactId, from: at, to: at, newInvitation: step === 0 };
          const person = ledger.people.get(contactId) ?? [];
          const fits =
            fitsPersonBudget(budget.person, person, one, zone, closed) &&
            fitsEmployerBudget(budget.employer, ledger.units.get(unitId) ?? [], one);
          const decision = decideClaim(
            {
              id: contactId,
              kind: kind === 'invite' ? 'invitation' : 'reminder',
              stream: 'outreach',
              notAfter,
              contactState: candidate.state,
              suppressedFor: null,
              preference: null,
              invitationState: known.answered ? 'answered' : 'open',
              invited: known.invited,
              mayHaveLeft: false,
              budget: fits ? { fits } : { fits, reason: 'contact_budget_person', fitsAt: null },
              day: { fits: true },
            },
            new Date(at),
          );
          if (known.answered) {
            expect(decision).toMatchObject({ claim: false, reason: 'answered' });
            continue;
          }
          expect(decision).toEqual({ claim: true });
          ledger.add(contactId, unitId, at, step === 0);
          // One in four answers before anything else happens.
          const [chance] = chances.take(1);
          state.set(contactId, { invited: true, answered: chance === 0 });
        }
      },
    ),
    { numRuns: 500 },
  );
});
