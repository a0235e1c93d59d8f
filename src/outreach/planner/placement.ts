import { isTimeZone } from '../../lib/zoned-time.ts';
import {
  type BudgetTouch,
  fitsEmployerBudget,
  fitsPersonBudget,
  freeAgainAt,
  insertTouch,
} from './budget.ts';
import {
  businessDaysBetween,
  calendarIn,
  dayFromIso,
  isoFromDay,
  isRoundTheClock,
  localDay,
  type SendCalendar,
  type SendWindow,
  sendWindows,
} from './calendar.ts';
import type { PlacingReason } from './reasons.ts';
import type {
  Candidate,
  DayLoad,
  JoinableTouch,
  LedgerTouch,
  PlanInput,
  ReceivingLimits,
  WarmUp,
} from './types.ts';

/** Where a step went, or the one reason why it fits nowhere. */
export type Placed =
  | { ok: true; window: SendWindow; deferredBy: PlacingReason | null }
  | { ok: false; reason: PlacingReason };

/** Another wave's invitation that this person's asks join, and the time in which it leaves. */
export type Join = Pick<JoinableTouch, 'invitationId' | 'carries' | 'most' | 'carriesMeeting'> & {
  window: SendWindow;
};

export type Placement = {
  zoneOf(candidate: Candidate): string;
  /** An unsent invitation of another wave that leaves in this wave's stretch and hours and has room. */
  joinOf(candidate: Candidate): Join | null;
  /** The ledger alone: a reason that no allocation can change, or null. */
  blockedBy(
    candidate: Candidate,
  ): 'no_send_window' | 'contact_budget_person' | 'contact_budget_employer' | null;
  freeAgainOn(candidate: Candidate): Date;
  placeInvitation(candidate: Candidate, before: number): Placed;
  placeReminder(candidate: Candidate, notBefore: number, afterStep: SendWindow): Placed;
  load(): DayLoad[];
};

const CLOSENESS: readonly PlacingReason[] = [
  'no_send_window',
  'contact_budget_person',
  'contact_budget_employer',
  'employer_limit',
  'receiving_domain',
  'warm_up',
  'capacity',
];
/** A later day for want of these is the ordinary spread over days, not a deferral. */
const SPREADING: readonly PlacingReason[] = ['receiving_domain', 'warm_up', 'capacity'];
const MINUTE_MS = 60_000;

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

/** By person, the earliest first. */
function groupJoinable(touches: readonly JoinableTouch[]): Map<number, JoinableTouch[]> {
  const groups = new Map<number, JoinableTouch[]>();
  for (const touch of touches) {
    const group = groups.get(touch.contactId);
    if (group === undefined) groups.set(touch.contactId, [touch]);
    else group.push(touch);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => a.from.getTime() - b.from.getTime() || a.invitationId - b.invitationId);
  }
  return groups;
}

/** How many mails a From domain that is warmed up may send on a day. */
export function warmUpLimit(warmUp: Pick<WarmUp, 'from' | 'daily'>, day: number): number {
  const first = dayFromIso(warmUp.from);
  const businessDay = day <= first ? 0 : businessDaysBetween(first, day, []);
  return warmUp.daily[businessDay] ?? Number.POSITIVE_INFINITY;
}

/** What a new From domain may still send on a day, all agencies that share it together. */
function createWarmUp(warmUp: WarmUp | null) {
  const load = new Map(warmUp?.load.map((day) => [dayFromIso(day.date), day.messages]));
  return {
    hasRoom: (day: number) => warmUp === null || (load.get(day) ?? 0) < warmUpLimit(warmUp, day),
    take(day: number) {
      if (warmUp !== null) load.set(day, (load.get(day) ?? 0) + 1);
    },
  };
}

/** What one domain may still be sent on a day: its messages a minute for as long as the day's hours last. */
function createReceiving(limits: ReceivingLimits | null) {
  const load = new Map<string, Map<number, number>>();
  const daysOf = (domain: string) => {
    let days = load.get(domain);
    if (days === undefined) {
      days = new Map();
      load.set(domain, days);
    }
    return days;
  };
  for (const { domain, date, messages } of limits?.load ?? []) daysOf(domain).set(dayFromIso(date), messages);
  return {
    hasRoom(domain: string | null | undefined, window: SendWindow) {
      if (limits === null || !domain) return true;
      const minutes = Math.floor((window.end - window.start) / MINUTE_MS);
      return (daysOf(domain).get(window.day) ?? 0) < Math.max(1, minutes * limits.perMinute);
    },
    take(domain: string | null | undefined, day: number) {
      if (limits === null || !domain) return;
      const days = daysOf(domain);
      days.set(day, (days.get(day) ?? 0) + 1);
    },
  };
}

/**
 * Places steps on days, earliest first, under both budgets, the calendar and the daily capacity, and remembers what
 * it placed. The plan fixes the minute within a window later, so every check takes a touch as its whole window.
 */
export function createPlacement(input: PlanInput): Placement {
  const { protocol, agencyZone } = input;
  const { budget, calendar } = protocol;
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
  const calendars = new Map<string | null, { calendar: SendCalendar; closedDays: number[] }>();
  const joins = groupJoinable(input.joinable ?? []);
  const warmUp = createWarmUp(input.warmUp ?? null);
  const receiving = createReceiving(input.receiving ?? null);

  function zoneOf(candidate: Candidate): string {
    let zone = zones.get(candidate.zone);
    if (zone === undefined) {
      zone = candidate.zone !== null && isTimeZone(candidate.zone) ? candidate.zone : agencyZone;
      zones.set(candidate.zone, zone);
    }
    return zone;
  }

  /** The calendar with the holidays of the recipient's state; one object a state. */
  function calendarOf(candidate: Candidate) {
    const region = candidate.region ?? null;
    let known = calendars.get(region);
    if (known === undefined) {
      const own = calendarIn(calendar, region);
      known = { calendar: own, closedDays: own.closedDates.map(dayFromIso) };
      calendars.set(region, known);
    }
    return known;
  }

  function windowsFor(
    cache: Map<string, SendWindow[]>,
    candidate: Candidate,
    from: number,
    until: number,
  ): SendWindow[] {
    const zone = zoneOf(candidate);
    const key = calendar.closedIn === undefined ? zone : `${zone}|${candidate.region ?? ''}`;
    let windows = cache.get(key);
    if (windows === undefined) {
      windows = sendWindows(calendarOf(candidate).calendar, zone, from, until);
      cache.set(key, windows);
    }
    return windows;
  }

  const windowsToInvite = (candidate: Candidate) =>
    windowsFor(invitationWindows, candidate, sendFrom, sendUntil);

  /** The stretch in which a touch of another wave leaves, if it lies within this wave's dates and hours. */
  function stretchOf(candidate: Candidate, touch: JoinableTouch): SendWindow | null {
    const start = Math.max(touch.from.getTime(), input.now.getTime());
    const end = touch.to.getTime();
    if (end <= start) return null;
    if (isRoundTheClock(calendarOf(candidate).calendar)) {
      if (start < sendFrom || end > sendUntil) return null;
    } else if (!windowsToInvite(candidate).some((window) => window.start <= start && end <= window.end)) {
      return null;
    }
    return { day: localDay(zoneOf(candidate), start), start, end };
  }

  function joinOf(candidate: Candidate): Join | null {
    for (const touch of joins.get(candidate.contactId) ?? []) {
      if (touch.carries >= Math.min(touch.most, protocol.maxAsksPerTouch)) continue;
      const window = stretchOf(candidate, touch);
      if (window !== null) return { ...touch, window };
    }
    return null;
  }

  function windowsToRemind(candidate: Candidate, notBefore: number): SendWindow[] {
    let cache = reminderWindows.get(notBefore);
    if (cache === undefined) {
      cache = new Map();
      reminderWindows.set(notBefore, cache);
    }
    return windowsFor(cache, candidate, Math.max(sendFrom, notBefore), closeAt);
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
      : fitsPersonBudget(budget.person, touches, touch, zoneOf(candidate), calendarOf(candidate).closedDays);

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
    warmUp.take(window.day);
    receiving.take(candidate.domain, window.day);
  }

  function firstBlock(
    candidate: Candidate,
    window: SendWindow,
    newInvitation: boolean,
  ): PlacingReason | null {
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
    if (!receiving.hasRoom(candidate.domain, window)) return 'receiving_domain';
    if (!warmUp.hasRoom(window.day)) return 'warm_up';
    return onDay(window.day) >= protocol.dailyCapacity ? 'capacity' : null;
  }

  function place(
    candidate: Candidate,
    windows: readonly SendWindow[],
    newInvitation: boolean,
    accept: (window: SendWindow) => boolean,
  ): Placed {
    let first: PlacingReason | null = null;
    let last: PlacingReason | null = null;
    for (const window of windows) {
      if (!accept(window)) continue;
      const block = firstBlock(candidate, window, newInvitation);
      if (block === null) {
        record(candidate, window, newInvitation);
        return { ok: true, window, deferredBy: first };
      }
      if (!SPREADING.includes(block)) first ??= block;
      // What stood in the way on the day that came closest: the ledger is judged first, capacity last.
      if (last === null || CLOSENESS.indexOf(block) > CLOSENESS.indexOf(last)) last = block;
    }
    return { ok: false, reason: last ?? 'no_send_window' };
  }

  return {
    zoneOf,
    joinOf,

    blockedBy(candidate) {
      if (joinOf(candidate) !== null) return null;
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
          closedDays: calendarOf(candidate).closedDays,
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
