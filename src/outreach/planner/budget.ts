import {
  businessDaysBetween,
  DAY_MS,
  dayAfterBusinessDays,
  instantAt,
  isoWeekday,
  localDay,
} from './calendar.ts';

/**
 * The contact budget: how often one person and one employer may be reached, all agencies together. Reminders are
 * touches; receipts, RSVP confirmations and sign-in links are not, and are not in the ledger.
 */
export type BudgetRules = {
  person: {
    newInvitations: number;
    newInvitationsDays: number;
    touches: number;
    touchesDays: number;
    /** Between any two touches, counted in the person's own zone. */
    minBusinessDaysBetween: number;
  };
  employer: {
    peopleNewlyInvited: number;
    peopleDays: number;
    touches: number;
    touchesDays: number;
  };
};

export const DEFAULT_BUDGET: BudgetRules = {
  person: {
    newInvitations: 1,
    newInvitationsDays: 30,
    touches: 3,
    touchesDays: 30,
    minBusinessDaysBetween: 5,
  },
  employer: { peopleNewlyInvited: 3, peopleDays: 90, touches: 6, touchesDays: 30 },
};

/** The stricter of two budgets in every respect: an agency's own rules can tighten the shared ones, never loosen. */
export function tightenBudget(shared: BudgetRules, own: BudgetRules): BudgetRules {
  return {
    person: {
      newInvitations: Math.min(shared.person.newInvitations, own.person.newInvitations),
      newInvitationsDays: Math.max(shared.person.newInvitationsDays, own.person.newInvitationsDays),
      touches: Math.min(shared.person.touches, own.person.touches),
      touchesDays: Math.max(shared.person.touchesDays, own.person.touchesDays),
      minBusinessDaysBetween: Math.max(
        shared.person.minBusinessDaysBetween,
        own.person.minBusinessDaysBetween,
      ),
    },
    employer: {
      peopleNewlyInvited: Math.min(shared.employer.peopleNewlyInvited, own.employer.peopleNewlyInvited),
      peopleDays: Math.max(shared.employer.peopleDays, own.employer.peopleDays),
      touches: Math.min(shared.employer.touches, own.employer.touches),
      touchesDays: Math.max(shared.employer.touchesDays, own.employer.touchesDays),
    },
  };
}

type LimitName =
  | 'personInvitations'
  | 'personInvitationsDays'
  | 'personTouches'
  | 'personTouchesDays'
  | 'businessDaysBetween'
  | 'employerPeople'
  | 'employerPeopleDays'
  | 'employerTouches'
  | 'employerTouchesDays';

/** What an agency's own rule may name, each with where it stands in the budget and which way is tighter. */
export const BUDGET_LIMITS = {
  personInvitations: { of: 'person', name: 'newInvitations', tighter: 'less' },
  personInvitationsDays: { of: 'person', name: 'newInvitationsDays', tighter: 'more' },
  personTouches: { of: 'person', name: 'touches', tighter: 'less' },
  personTouchesDays: { of: 'person', name: 'touchesDays', tighter: 'more' },
  businessDaysBetween: { of: 'person', name: 'minBusinessDaysBetween', tighter: 'more' },
  employerPeople: { of: 'employer', name: 'peopleNewlyInvited', tighter: 'less' },
  employerPeopleDays: { of: 'employer', name: 'peopleDays', tighter: 'more' },
  employerTouches: { of: 'employer', name: 'touches', tighter: 'less' },
  employerTouchesDays: { of: 'employer', name: 'touchesDays', tighter: 'more' },
} as const satisfies Record<
  LimitName,
  | { of: 'person'; name: keyof BudgetRules['person']; tighter: 'less' | 'more' }
  | { of: 'employer'; name: keyof BudgetRules['employer']; tighter: 'less' | 'more' }
>;
export type BudgetLimits = Partial<Record<LimitName, number>>;

/** The figure that a budget has where a rule may name one. */
export function budgetFigure(budget: BudgetRules, limit: LimitName): number {
  const { of, name } = BUDGET_LIMITS[limit];
  return (budget[of] as Record<string, number>)[name] as number;
}

/** The budget, no looser in any respect than these limits; names of no limit are passed over. */
export function limitBudget(budget: BudgetRules, limits: BudgetLimits): BudgetRules {
  const own = structuredClone(budget);
  for (const [limit, figure] of Object.entries(limits)) {
    if (!(limit in BUDGET_LIMITS)) continue;
    const { of, name } = BUDGET_LIMITS[limit as LimitName];
    (own[of] as Record<string, number>)[name] = figure;
  }
  return tightenBudget(budget, own);
}

/**
 * A touch as the budget sees it. A sent touch is one instant (`from` = `to`); a planned one may still go out at any
 * instant from `from` to `to`, and every rule below holds for whichever instant that turns out to be.
 */
export type BudgetTouch = { contactId: number; from: number; to: number; newInvitation: boolean };

function byFrom(a: BudgetTouch, b: BudgetTouch): number {
  return a.from - b.from || a.to - b.to || a.contactId - b.contactId;
}

/** Inserts a touch into a list that is kept in order of `from`. */
export function insertTouch(touches: BudgetTouch[], touch: BudgetTouch): void {
  let at = touches.length;
  while (at > 0 && byFrom(touches[at - 1] as BudgetTouch, touch) > 0) at -= 1;
  touches.splice(at, 0, touch);
}

/**
 * Whether `limit` still holds in every rolling window that contains the candidate. `touches` is ordered by `from`.
 *
 * Why it suffices to look from each touch forward: if some choice of instants put `limit + 1` touches into one
 * window, then the one of them that is first by `from` sees each of the others start less than a window after its
 * own `to`. Windows without the candidate are not judged: an old excess must not block for ever.
 */
function fitsRolling(
  touches: readonly BudgetTouch[],
  candidate: BudgetTouch,
  limit: number,
  windowMs: number,
  counts: 'touches' | 'invitations' | 'people',
): boolean {
  const all: BudgetTouch[] = [];
  for (const touch of touches) {
    if (counts !== 'touches' && !touch.newInvitation) continue;
    if (touch.from - candidate.to >= windowMs || candidate.from - touch.to >= windowMs) continue;
    all.push(touch);
  }
  if (all.length === 0) return limit >= 1;
  insertTouch(all, candidate);
  for (let i = 0; i < all.length; i += 1) {
    const first = all[i] as BudgetTouch;
    let includesCandidate = false;
    let count = 0;
    const people = counts === 'people' ? new Set<number>() : null;
    for (let j = i; j < all.length; j += 1) {
      const touch = all[j] as BudgetTouch;
      if (touch.from - first.to >= windowMs) break;
      if (touch === candidate) includesCandidate = true;
      count += 1;
      people?.add(touch.contactId);
    }
    if (includesCandidate && (people === null ? count : people.size) > limit) return false;
    if (first === candidate) break;
  }
  return true;
}

/** Whether a touch fits one person's budget. `touches` are the person's own, ordered by `from`. */
export function fitsPersonBudget(
  rules: BudgetRules['person'],
  touches: readonly BudgetTouch[],
  candidate: BudgetTouch,
  zone: string,
  closedDays: readonly number[],
): boolean {
  const gap = rules.minBusinessDaysBetween;
  if (gap > 0) {
    for (const touch of touches) {
      if (touch.to <= candidate.from) {
        const days = businessDaysBetween(
          localDay(zone, touch.to),
          localDay(zone, candidate.from),
          closedDays,
        );
        if (days < gap) return false;
      } else if (touch.from >= candidate.to) {
        const days = businessDaysBetween(
          localDay(zone, candidate.to),
          localDay(zone, touch.from),
          closedDays,
        );
        if (days < gap) return false;
      } else {
        return false;
      }
    }
  }
  if (!fitsRolling(touches, candidate, rules.touches, rules.touchesDays * DAY_MS, 'touches')) return false;
  return (
    !candidate.newInvitation ||
    fitsRolling(touches, candidate, rules.newInvitations, rules.newInvitationsDays * DAY_MS, 'invitations')
  );
}

/** Whether a touch fits one employer's budget. `touches` are those of all its people, ordered by `from`. */
export function fitsEmployerBudget(
  rules: BudgetRules['employer'],
  touches: readonly BudgetTouch[],
  candidate: BudgetTouch,
): boolean {
  if (!fitsRolling(touches, candidate, rules.touches, rules.touchesDays * DAY_MS, 'touches')) return false;
  return (
    !candidate.newInvitation ||
    fitsRolling(touches, candidate, rules.peopleNewlyInvited, rules.peopleDays * DAY_MS, 'people')
  );
}

/**
 * The first local day, from `notBefore` on, on which a new invitation to this person fits both budgets, as that
 * day's first instant: the "free again on" that every agency may see.
 */
export function freeAgainAt(input: {
  rules: BudgetRules;
  contactId: number;
  personTouches: readonly BudgetTouch[];
  employerTouches: readonly BudgetTouch[];
  zone: string;
  closedDays: readonly number[];
  notBefore: number;
  /** Weekdays on which mail may go out (1 = Monday); all when absent. */
  weekdays?: readonly number[];
}): number {
  const { rules, zone, closedDays, contactId } = input;
  const firstDay = localDay(zone, input.notBefore);
  const days = new Set<number>([firstDay]);
  const addDay = (day: number) => {
    if (day > firstDay) days.add(day);
  };
  // Budgets only ever loosen when an old touch leaves a window, so those are the only days worth trying.
  for (const touch of input.personTouches) {
    addDay(dayAfterBusinessDays(localDay(zone, touch.to), rules.person.minBusinessDaysBetween, closedDays));
    addDay(localDay(zone, touch.to + rules.person.newInvitationsDays * DAY_MS - 1) + 1);
    addDay(localDay(zone, touch.to + rules.person.touchesDays * DAY_MS - 1) + 1);
  }
  for (const touch of input.employerTouches) {
    addDay(localDay(zone, touch.to + rules.employer.peopleDays * DAY_MS - 1) + 1);
    addDay(localDay(zone, touch.to + rules.employer.touchesDays * DAY_MS - 1) + 1);
  }
  const { weekdays } = input;
  const sendable = (day: number) => {
    let next = day;
    while (closedDays.includes(next) || (weekdays && !weekdays.includes(isoWeekday(next)))) next += 1;
    return next;
  };
  const sorted = [...new Set([...days].map(sendable))].sort((a, b) => a - b);
  for (const day of sorted) {
    const start = Math.max(instantAt(zone, day, 0), input.notBefore);
    const candidate: BudgetTouch = {
      contactId,
      from: start,
      to: Math.max(start, instantAt(zone, day + 1, 0) - 1),
      newInvitation: true,
    };
    if (
      fitsPersonBudget(rules.person, input.personTouches, candidate, zone, closedDays) &&
      fitsEmployerBudget(rules.employer, input.employerTouches, candidate)
    ) {
      return start;
    }
  }
  return instantAt(zone, (sorted.at(-1) ?? firstDay) + 1, 0);
}
