import { isTimeZone } from '../../lib/zoned-time.ts';
import {
  type BudgetTouch,
  fitsEmployerBudget,
  fitsPersonBudget,
  freeAgainAt,
  insertTouch,
} from './budget.ts';
import { dayFromIso, isoFromDay, type SendWindow, sendWindows } from './calendar.ts';
import type { AdjustmentReason } from './reasons.ts';
import type { Candidate, DayLoad, LedgerTouch, PlanInput } from './types.ts';

/** Where a step went, or the one reason why it fits nowhere. */
export type Placed =
  | { ok: true; window: SendWindow; deferredBy: AdjustmentReason | null }
  | { ok: false; reason: AdjustmentReason };

export type Placement = {
  zoneOf(candidate: Candidate): string;
  /** The ledger alone: a reason that no allocation can change, or null. */
  blockedBy(
    candidate: Candidate,
  ): 'no_send_window' | 'contact_budget_person' | 'contact_budget_employer' | null;
  freeAgainOn(candidate: Candidate): Date;
  placeInvitation(candidate: Candidate, before: number): Placed;
  placeReminder(candidate: Candidate, notBefore: number, afterStep: SendWindow): Placed;
  load(): DayLoad[];
};

const CLOSENESS: readonly AdjustmentReason[] = [
  'no_send_window',
  'contact_budget_person',
  'contact_budget_employer',
  'employer_limit',
  'capacity',
];

const NO_TOUCHES: readonly BudgetTouch[] = [];

function groupLedger(
  ledger: readonly LedgerTouch[],
  key: 'contactId' | 'unitId',
): Map<number, BudgetTouch[]> {
  const groups = new Map<number, BudgetTouch[]>();
  for (const touch of ledger) {
    const own: BudgetTouch = {
      contactId: touch.contactId,
      from: touch.from.getTime(),
      to: touch.to.getTime(),
      newInvitation: touch.newInvitation,
    };
    const group = groups.get(touch[key]);
    if (group === undefined) groups.set(touch[key], [own]);
    else group.push(own);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => a.from - b.from || a.to - b.to || a.contactId - b.contactId);
  }
  return groups;
}

/**
 * Places steps on days, earliest first, under both budgets, the calendar and the daily capacity, and remembers what
 * it placed. The plan fixes the minute within a window later, so every check takes a touch as its whole window.
 */
export function createPlacement(input: PlanInput): Placement {
  const { protocol, agencyZone } = input;
  const { budget, calendar } = protocol;
  const closedDays = calendar.closedDates.map(dayFromIso);
  const sendFrom = Math.max(input.now.getTime(), protocol.sendFrom.getTime());
  const sendUntil = protocol.sendUntil.getTime();
  const closeAt = protocol.closeAt.getTime();

  const personLedger = groupLedger(input.ledger, 'contactId');
  const unitLedger = groupLedger(input.ledger, 'unitId');
  const personPlanned = new Map<number, BudgetTouch[]>();
  const unitPlanned = new Map<number, BudgetTouch[]>();
  const used = new Map<number, number>();
  const before = new Map((input.load ?? []).map((day) => [dayFromIso(day.date), day.messages]));
  const onDay = (day: number) => (before.get(day) ?? 0) + (used.get(day) ?? 0);
  const invitationWindows = new Map<string, SendWindow[]>();
  const reminderWindows = new Map<number, Map<string, SendWindow[]>>();
  const zones = new Map<string | null, string>();

  function zoneOf(candidate: Candidate): string {
    let zone = zones.get(candidate.zone);
    if (zone === undefined) {
      zone = candidate.zone !== null && isTimeZone(candidate.zone) ? candidate.zone : agencyZone;
      zones.set(candidate.zone, zone);
    }
    return zone;
  }

  function windowsFor(
    cache: Map<string, SendWindow[]>,
    zone: string,
    from: number,
    until: number,
  ): SendWindow[] {
    let windows = cache.get(zone);
    if (windows === undefined) {
      windows = sendWindows(calendar, zone, from, until);
      cache.set(zone, windows);
    }
    return windows;
  }

  const windowsToInvite = (candidate: Candidate) =>
    windowsFor(invitationWindows, zoneOf(candidate), sendFrom, sendUntil);

  function windowsToRemind(candidate: Candidate, notBefore: number): SendWindow[] {
    let cache = reminderWindows.get(notBefore);
    if (cache === undefined) {
      cache = new Map();
      reminderWindows.set(notBefore, cache);
    }
    return windowsFor(cache, zoneOf(candidate), Math.max(sendFrom, notBefore), closeAt);
  }

  const touchIn = (candidate: Candidate, window: SendWindow, newInvitation: boolean): BudgetTouch => ({
    contactId: candidate.contactId,
    from: window.start,
    // A window's end is exclusive, a touch's last instant is not.
    to: window.end - 1,
    newInvitation,
  });

  const fitsPerson = (touches: readonly BudgetTouch[], candidate: Candidate, touch: BudgetTouch) =>
    touches.length === 0 && budget.person.touches > 0 && budget.person.newInvitations > 0
      ? true
      : fitsPersonBudget(budget.person, touches, touch, zoneOf(candidate), closedDays);

  /** The unit's touches of the ledger and of this plan; the ledger's own list while the plan adds nothing. */
  const unitTouches = (unitId: number) => unitPlanned.get(unitId) ?? unitLedger.get(unitId) ?? NO_TOUCHES;
  const personTouches = (contactId: number) =>
    personPlanned.get(contactId) ?? personLedger.get(contactId) ?? NO_TOUCHES;

  function record(candidate: Candidate, window: SendWindow, newInvitation: boolean): void {
    const touch = touchIn(candidate, window, newInvitation);
    const unit = unitPlanned.get(candidate.unitId) ?? [...(unitLedger.get(candidate.unitId) ?? NO_TOUCHES)];
    insertTouch(unit, touch);
    unitPlanned.set(candidate.unitId, unit);
    const person = personPlanned.get(candidate.contactId) ?? [
      ...(personLedger.get(candidate.contactId) ?? NO_TOUCHES),
    ];
    insertTouch(person, touch);
    personPlanned.set(candidate.contactId, person);
    used.set(window.day, (used.get(window.day) ?? 0) + 1);
  }

  function firstBlock(
    candidate: Candidate,
    window: SendWindow,
    newInvitation: boolean,
  ): AdjustmentReason | null {
    const touch = touchIn(candidate, window, newInvitation);
    if (!fitsPerson(personTouches(candidate.contactId), candidate, touch)) return 'contact_budget_person';
    const all = unitTouches(candidate.unitId);
    if (!fitsEmployerBudget(budget.employer, all, touch)) {
      const others = unitLedger.get(candidate.unitId) ?? NO_TOUCHES;
      if (all === others || !fitsEmployerBudget(budget.employer, others, touch)) {
        return 'contact_budget_employer';
      }
      return 'employer_limit';
    }
    return onDay(window.day) >= protocol.dailyCapacity ? 'capacity' : null;
  }

  function place(
    candidate: Candidate,
    windows: readonly SendWindow[],
    newInvitation: boolean,
    accept: (window: SendWindow) => boolean,
  ): Placed {
    let first: AdjustmentReason | null = null;
    let last: AdjustmentReason | null = null;
    for (const window of windows) {
      if (!accept(window)) continue;
      const block = firstBlock(candidate, window, newInvitation);
      if (block === null) {
        record(candidate, window, newInvitation);
        // A later day for want of capacity is the ordinary spread over days, not a deferral.
        return { ok: true, window, deferredBy: first };
      }
      if (block !== 'capacity') first ??= block;
      // What stood in the way on the day that came closest: the ledger is judged first, capacity last.
      if (last === null || CLOSENESS.indexOf(block) > CLOSENESS.indexOf(last)) last = block;
    }
    return { ok: false, reason: last ?? 'no_send_window' };
  }

  return {
    zoneOf,

    blockedBy(candidate) {
      const windows = windowsToInvite(candidate);
      if (windows.length === 0) return 'no_send_window';
      const person = personLedger.get(candidate.contactId) ?? NO_TOUCHES;
      const unit = unitLedger.get(candidate.unitId) ?? NO_TOUCHES;
      if (person.length === 0 && unit.length === 0) return null;
      let personFree = false;
      for (const window of windows) {
        const touch = touchIn(candidate, window, true);
        if (!fitsPerson(person, candidate, touch)) continue;
        personFree = true;
        if (fitsEmployerBudget(budget.employer, unit, touch)) return null;
      }
      return personFree ? 'contact_budget_employer' : 'contact_budget_person';
    },

    freeAgainOn(candidate) {
      return new Date(
        freeAgainAt({
          rules: budget,
          contactId: candidate.contactId,
          personTouches: personLedger.get(candidate.contactId) ?? NO_TOUCHES,
          employerTouches: unitLedger.get(candidate.unitId) ?? NO_TOUCHES,
          zone: zoneOf(candidate),
          closedDays,
          weekdays: calendar.weekdays,
          notBefore: sendFrom,
        }),
      );
    },

    placeInvitation(candidate, before) {
      return place(candidate, windowsToInvite(candidate), true, (window) => window.end <= before);
    },

    placeReminder(candidate, notBefore, afterStep) {
      return place(
        candidate,
        windowsToRemind(candidate, notBefore),
        false,
        (window) => window.start >= afterStep.end,
      );
    },

    load() {
      return [...used.entries()]
        .sort((a, b) => a[0] - b[0])
        .map(([day, messages]) => ({ date: isoFromDay(day), messages }));
    },
  };
}
