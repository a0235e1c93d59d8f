import { invariant } from '../../lib/errors.ts';
import { DAY_MS, instantAt, type SendWindow } from './calendar.ts';
import { createChance } from './chance.ts';
import { AIM, type ForecastUnit, forecastReach } from './forecast.ts';
import { asksToNeed, compareNeed, needOf, stableHash, topicKey } from './need.ts';
import { createPlacement, type Join, type Placement } from './placement.ts';
import type { ExclusionReason } from './reasons.ts';
import { concerns, isSettled } from './relevance.ts';
import { bothYesOf, expectedRates, rateSpread } from './segment-rates.ts';
import type {
  Adjustment,
  Candidate,
  CredentialForecast,
  CredentialTopic,
  Exclusion,
  MeetingForecast,
  MeetingTopic,
  Plan,
  PlanInput,
  PlannedTouch,
  RelevanceRule,
  TopicRef,
} from './types.ts';

/**
 * Decides who is asked what, and when, and why not: a pure function of its input, the same bytes for the same input
 * in any order of its lists. Time n log n and memory linear in contacts and asks made.
 *
 * 1. Whoever cannot be asked at all is set aside with the first reason that holds.
 * 2. Credentials in order of need each get as many asks as make it 8 in 10 that their number is reached: first at
 *    employers whose answer ages out, then at employers not yet asked, in touches already planned first, and those
 *    first who are likelier to answer (never those likelier to say yes); one place is kept free for a meeting.
 * 3. Meetings ride in planned touches where they can.
 * 4. Under `ask_all`, everybody left is asked too, and free places go to the credential least covered so far.
 *    Whoever gets a mail of another wave in this stretch is asked in that mail, which takes no budget of its own.
 * 5. Reminders take what budget and capacity remain, so they never displace an invitation.
 */
export function planTouches(input: PlanInput): Plan {
  const world = prepare(input);
  const placement = createPlacement(input);
  const { maxAsksPerTouch, stopRule, relevance } = input.protocol;
  const seats = createSeats(world, placement, setAside(world, placement, relevance), maxAsksPerTouch);

  for (const topic of world.credentials.keys()) askByNeed(world, seats, topic, maxAsksPerTouch);
  for (const index of world.meetings.keys()) inviteToMeeting(world, seats, index, maxAsksPerTouch);
  if (stopRule === 'ask_all') askEverybodyElse(world, seats, maxAsksPerTouch);

  const reminders = planReminders(input, world, placement, seats);
  const touches = buildTouches(input, world, placement, seats, reminders.windows);
  return {
    touches,
    exclusions: listExclusions(world, placement, seats),
    adjustments: [...seats.adjustments, ...reminders.adjustments].sort(
      (a, b) => a.contactId - b.contactId || a.step - b.step,
    ),
    credentials: forecastCredentials(input, world, touches),
    meetings: forecastMeetings(world, seats),
    load: placement.load(),
    rates: world.rates,
  };
}

/** The input in a canonical order, with what every phase looks up. Contacts are spoken of by their index. */
type World = {
  candidates: Candidate[];
  /** Index of the candidate's counting unit, dense from 0. */
  unitOf: Int32Array;
  unitCount: number;
  /** Contacts in order of preference: hiring authority first, then who is likelier to answer, then the seeded hash. */
  preference: Int32Array;
  credentials: CredentialTopic[];
  meetings: MeetingTopic[];
  /** Topics are credentials in order of need, then meetings. */
  refs: TopicRef[];
  /** Per sector group the topics that concern it, and the group of each contact. */
  topicsOfGroup: Int32Array[];
  groupOf: Int32Array;
  concerns: Uint8Array[];
  /** Per topic: units that have answered (credentials), contacts with an open ask. */
  answeredUnits: Set<number>[];
  openContacts: Set<number>[];
  /** Per credential: units whose answer ages out soon. */
  renewedUnits: Set<number>[];
  rates: { response: number; bothYes: number };
  /** Per contact, the chance that the employer answers. */
  response: Float64Array;
  /** Per credential: the chance that an answer is yes to both, and how far the rates may be off. */
  bothYes: number[];
  spread: number[];
  /** Per credential, the chance of a yes from an employer whom it concerns, on average. */
  usualYes: number[];
};

function prepare(input: PlanInput): World {
  const candidates = [...input.candidates].sort((a, b) => a.contactId - b.contactId);
  const credentials = input.topics.filter((topic) => topic.kind === 'credential').sort(compareNeed);
  const meetings = input.topics
    .filter((topic) => topic.kind === 'meeting')
    .sort((a, b) => a.answerBy.getTime() - b.answerBy.getTime() || a.meetingId - b.meetingId);
  const topics = [...credentials, ...meetings];

  const units = new Map<number, number>();
  const groups = new Map<string, number>();
  const sectors: Candidate[] = [];
  const unitOf = new Int32Array(candidates.length);
  const groupOf = new Int32Array(candidates.length);
  for (const [i, candidate] of candidates.entries()) {
    let unit = units.get(candidate.unitId);
    if (unit === undefined) {
      unit = units.size;
      units.set(candidate.unitId, unit);
    }
    unitOf[i] = unit;
    const sector = `${candidate.naics ?? ''}|${candidate.region ?? ''}`;
    let group = groups.get(sector);
    if (group === undefined) {
      group = sectors.length;
      groups.set(sector, group);
      sectors.push(candidate);
    }
    groupOf[i] = group;
  }

  const rule = input.protocol.relevance;
  const concerned = topics.map((topic) =>
    Uint8Array.from(sectors, (sector) => Number(concerns(topic, sector, rule))),
  );
  const topicsOfGroup = sectors.map((_, group) =>
    Int32Array.from(concerned.flatMap((byGroup, topic) => (byGroup[group] === 1 ? [topic] : []))),
  );

  const rates = expectedRates(input.history);
  const response = Float64Array.from(candidates, (candidate) => candidate.response ?? rates.response);
  // In steps of a twentieth, so that chance and not a hair's breadth decides among the like.
  const likely = Int32Array.from(response, (rate) => Math.round(rate * 20));
  const hashes = Uint32Array.from(candidates, (candidate) => stableHash(input.seed, candidate.contactId));
  const preference = Int32Array.from(candidates.keys()).sort(
    (a, b) =>
      Number(at(candidates, b).hiringAuthority) - Number(at(candidates, a).hiringAuthority) ||
      (likely[b] as number) - (likely[a] as number) ||
      (hashes[a] as number) - (hashes[b] as number) ||
      a - b,
  );

  const topicIndex = new Map(topics.map((topic, index) => [topicKey(topic), index]));
  const answeredUnits = topics.map(() => new Set<number>());
  const renewedUnits = topics.map(() => new Set<number>());
  for (const answer of input.answered) {
    const topic = topicIndex.get(`c${answer.credentialId}`);
    if (topic === undefined) continue;
    const settled = isSettled(answer, at(credentials, topic));
    (settled ? answeredUnits : renewedUnits)[topic]?.add(answer.unitId);
  }
  // Settled by one answer is settled, though another is about to age out.
  for (const [topic, settled] of answeredUnits.entries()) {
    for (const unit of settled) renewedUnits[topic]?.delete(unit);
  }
  const bothYes = credentials.map(({ answers }) =>
    answers ? bothYesOf(rates.bothYes, answers) : rates.bothYes,
  );
  const openContacts = topics.map(() => new Set<number>());
  for (const open of input.open) {
    const topic = topicIndex.get(topicKey(open.topic));
    if (topic !== undefined) openContacts[topic]?.add(open.contactId);
  }

  return {
    candidates,
    unitOf,
    unitCount: units.size,
    preference,
    credentials,
    meetings,
    refs: topics.map((topic) =>
      topic.kind === 'credential'
        ? { kind: 'credential', credentialId: topic.credentialId }
        : { kind: 'meeting', meetingId: topic.meetingId },
    ),
    topicsOfGroup,
    groupOf,
    concerns: concerned,
    answeredUnits,
    openContacts,
    renewedUnits,
    rates,
    response,
    bothYes,
    spread: credentials.map((credential, topic) =>
      rateSpread(
        { response: rates.response, bothYes: bothYes[topic] as number },
        { asked: input.history.asked, answered: (credential.answers ?? input.history).answered },
      ),
    ),
    usualYes: usualResponse(concerned, groupOf, response, rates.response).map(
      (usual, topic) => usual * (bothYes[topic] as number),
    ),
  };
}

/** Per topic the mean response of the contacts whom it concerns, whether or not they can be asked now. */
function usualResponse(
  concerned: readonly Uint8Array[],
  groupOf: Int32Array,
  response: Float64Array,
  overall: number,
): number[] {
  const sums: number[] = [];
  const counts: number[] = [];
  for (const [i, group] of groupOf.entries()) {
    sums[group] = (sums[group] ?? 0) + (response[i] as number);
    counts[group] = (counts[group] ?? 0) + 1;
  }
  return concerned.map((byGroup) => {
    let [sum, count] = [0, 0];
    for (const [group, isConcerned] of byGroup.entries()) {
      if (isConcerned !== 1) continue;
      sum += sums[group] ?? 0;
      count += counts[group] ?? 0;
    }
    return count === 0 ? overall : sum / count;
  });
}

function at<T>(list: readonly (T | undefined)[], index: number): T {
  const item = list[index];
  invariant(item !== undefined, 'a planner index is out of range');
  return item;
}

const OPEN = 0;
const ASKED = 1;
const OUT = 2;

/** Sets aside whoever cannot be asked at all; the reason is the first that holds, null where the contact is open. */
function setAside(world: World, placement: Placement, rule: RelevanceRule): (ExclusionReason | null)[] {
  return world.candidates.map((candidate, i) => {
    if (candidate.state === 'left') return 'left_employer';
    if (candidate.state === 'wrong_role') return 'wrong_role';
    if (candidate.suppressed) return 'suppressed';
    if (candidate.preference) return candidate.preference;
    if (rule.hiringAuthorityOnly && !candidate.hiringAuthority) return 'no_hiring_authority';
    const topics = topicsFor(world, i);
    if (topics.length === 0) return 'no_relevant_topic';
    let unanswered = false;
    let free = false;
    for (const topic of topics) {
      if (at(world.answeredUnits, topic).has(candidate.unitId)) continue;
      unanswered = true;
      if (!at(world.openContacts, topic).has(candidate.contactId)) free = true;
    }
    if (!unanswered) return 'already_answered';
    if (!free) return 'open_invitation';
    return placement.blockedBy(candidate);
  });
}

function topicsFor(world: World, i: number): Int32Array {
  return at(world.topicsOfGroup, world.groupOf[i] as number);
}

/** Whether this topic may be put to this contact at all: it concerns the sector and is neither settled nor open. */
function isAskable(world: World, i: number, topic: number): boolean {
  if (at(world.concerns, topic)[world.groupOf[i] as number] !== 1) return false;
  const candidate = at(world.candidates, i);
  return (
    !at(world.answeredUnits, topic).has(candidate.unitId) &&
    !at(world.openContacts, topic).has(candidate.contactId)
  );
}

/** The places in the plan: who has a touch, when, and what it carries so far. */
type Seats = {
  status: Uint8Array;
  asks: (number[] | undefined)[];
  windows: (SendWindow | undefined)[];
  /** The other wave's invitation that the asks of this contact join. */
  joins: (Join | undefined)[];
  /** Asks made per topic. */
  made: Int32Array;
  reasons: (ExclusionReason | null)[];
  adjustments: Adjustment[];
  /** Puts one more ask to a contact, planning the touch if there is none yet; false when it does not fit. */
  ask(i: number, topic: number, limit: number, before?: number): boolean;
};

function createSeats(
  world: World,
  placement: Placement,
  reasons: (ExclusionReason | null)[],
  maxAsks: number,
): Seats {
  const size = world.candidates.length;
  const seats: Seats = {
    status: Uint8Array.from(reasons, (reason) => (reason === null ? OPEN : OUT)),
    asks: new Array(size),
    windows: new Array(size),
    joins: joinable(world, placement, reasons),
    made: new Int32Array(world.refs.length),
    reasons,
    adjustments: [],
    ask(i, topic, limit, before = Number.POSITIVE_INFINITY) {
      if (seats.status[i] === OUT || limit < 1 || maxAsks < 1) return false;
      const candidate = at(world.candidates, i);
      const { contactId } = candidate;
      const join = seats.joins[i];
      const suits = join !== undefined && join.window.end <= before;
      if (seats.status[i] === OPEN && !suits) {
        const placed = placement.placeInvitation(candidate, before);
        if (!placed.ok) {
          // Budgets and capacity only ever fill up, so what does not fit now never will; but a meeting that comes
          // too soon says nothing of the other topics.
          if (before === Number.POSITIVE_INFINITY && join === undefined) {
            seats.status[i] = OUT;
            reasons[i] = placed.reason;
          }
          return false;
        }
        seats.status[i] = ASKED;
        seats.joins[i] = undefined;
        seats.windows[i] = placed.window;
        seats.asks[i] = [topic];
        if (placed.deferredBy !== null) {
          seats.adjustments.push({ contactId, step: 0, kind: 'deferred', reason: placed.deferredBy });
        }
      } else {
        const asks = seats.asks[i] ?? [];
        if (join ? !suits : at(seats.windows, i).end > before) return false;
        const room = join ? Math.min(join.most, maxAsks) - join.carries : maxAsks;
        // A place that is kept for a meeting is kept in another wave's mail too, if that has more than one.
        if (asks.length >= Math.max(1, room - maxAsks + Math.min(limit, maxAsks))) return false;
        if (join && seats.status[i] === OPEN) {
          seats.status[i] = ASKED;
          seats.windows[i] = join.window;
          seats.adjustments.push({ contactId, step: 0, kind: 'merged', reason: 'merged' });
        }
        asks.push(topic);
        seats.asks[i] = asks;
      }
      seats.made[topic] = (seats.made[topic] as number) + 1;
      return true;
    },
  };
  return seats;
}

/** The invitations of other waves that contacts who can be asked may join. */
function joinable(
  world: World,
  placement: Placement,
  reasons: readonly (ExclusionReason | null)[],
): (Join | undefined)[] {
  const joins: (Join | undefined)[] = new Array(world.candidates.length);
  for (const [i, candidate] of world.candidates.entries()) {
    const join = reasons[i] === null ? placement.joinOf(candidate) : null;
    if (join !== null) joins[i] = join;
  }
  return joins;
}

/** Who is written to anyway comes first: in this plan, then by another wave. */
function writtenToFirst(seats: Seats, i: number): number {
  if (seats.status[i] === ASKED) return 0;
  if (seats.status[i] === OPEN) return seats.joins[i] ? 1 : 2;
  return OUT_OF_REACH;
}
const OUT_OF_REACH = 3;

/**
 * The contacts to whom a topic may be put, those at employers not asked yet first, then second people, and so on;
 * within each, employers whose answer ages out, then touches already planned before new ones. Linear: two scans and a
 * bucket sort.
 */
function inOrderOfSpread(world: World, seats: Seats, topic: number): number[] {
  const askable: number[] = [];
  for (let rank = 0; rank < OUT_OF_REACH; rank += 1) {
    for (const i of world.preference) {
      if (writtenToFirst(seats, i) === rank && isAskable(world, i, topic)) askable.push(i);
    }
  }
  const renewed = at(world.renewedUnits, topic);
  const ages = (i: number) => renewed.has(at(world.candidates, i).unitId);
  const ordered =
    renewed.size === 0 ? askable : [...askable.filter(ages), ...askable.filter((i) => !ages(i))];
  const seen = new Int32Array(world.unitCount);
  const rounds: number[][] = [];
  for (const i of ordered) {
    const unit = world.unitOf[i] as number;
    const round = seen[unit] as number;
    seen[unit] = round + 1;
    const bucket = rounds[round];
    if (bucket === undefined) rounds[round] = [i];
    else bucket.push(i);
  }
  return rounds.flat();
}

/** A second person of an employer adds less to the chance that it answers than the first did. */
const FURTHER_PERSON = 0.5;

/** Asks one credential of as many as its need is likely to take, leaving a place for a meeting where one fits. */
function askByNeed(world: World, seats: Seats, topic: number, maxAsks: number): void {
  const needed = needOf(at(world.credentials, topic));
  if (needed === 0) return;
  const chance = createChance(needed, at(world.spread, topic));
  const yes = at(world.bothYes, topic);
  const asked = new Uint8Array(world.unitCount);
  const firstMeeting = world.credentials.length;
  for (const i of inOrderOfSpread(world, seats, topic)) {
    if (chance.reached() >= AIM) return;
    let keepsPlace = false;
    if (maxAsks > 1) {
      for (let meeting = firstMeeting; meeting < world.refs.length; meeting += 1) {
        if (isAskable(world, i, meeting)) keepsPlace = true;
      }
    }
    if (!seats.ask(i, topic, keepsPlace ? maxAsks - 1 : maxAsks)) continue;
    const unit = world.unitOf[i] as number;
    chance.add((world.response[i] as number) * yes * (asked[unit] === 1 ? FURTHER_PERSON : 1));
    asked[unit] = 1;
  }
}

/**
 * Invites one person per employer to a meeting, and nobody to two of this wave's. Those whom another wave's mail invites
 * to a meeting already come last, and are asked in that mail like anybody who gets one.
 */
function inviteToMeeting(world: World, seats: Seats, index: number, maxAsks: number): void {
  const firstMeeting = world.credentials.length;
  const topic = firstMeeting + index;
  const meeting = at(world.meetings, index);
  const before = meeting.answerBy.getTime();
  const invitedUnits = new Uint8Array(world.unitCount);
  const order = inOrderOfSpread(world, seats, topic);
  const isInvited = (i: number) => seats.joins[i]?.carriesMeeting === true;
  for (const i of [...order.filter((i) => !isInvited(i)), ...order.filter(isInvited)]) {
    if ((seats.made[topic] as number) >= meeting.invite) return;
    const unit = world.unitOf[i] as number;
    if (invitedUnits[unit] === 1 || seats.asks[i]?.some((other) => other >= firstMeeting)) continue;
    if (seats.ask(i, topic, maxAsks, before)) invitedUnits[unit] = 1;
  }
}

/** Asks everybody who is left, and fills the free places of each touch with the credentials least covered so far. */
function askEverybodyElse(world: World, seats: Seats, maxAsks: number): void {
  const wanted = world.credentials.map((credential, topic) =>
    Math.max(1, wantedFor(world, topic), credential.required),
  );
  const coverage = (topic: number) => (seats.made[topic] as number) / at(wanted, topic);
  const short = (topic: number) => needOf(at(world.credentials, topic)) > 0;
  for (let rank = 0; rank < OUT_OF_REACH; rank += 1) {
    for (const i of world.preference) {
      if (writtenToFirst(seats, i) !== rank) continue;
      const asks = seats.asks[i];
      const open: number[] = [];
      for (const topic of topicsFor(world, i)) {
        if (topic < world.credentials.length && !asks?.includes(topic) && isAskable(world, i, topic)) {
          open.push(topic);
        }
      }
      open.sort((a, b) => Number(short(b)) - Number(short(a)) || coverage(a) - coverage(b) || a - b);
      for (const topic of open.slice(0, maxAsks - (asks?.length ?? 0))) {
        if (!seats.ask(i, topic, maxAsks)) break;
      }
    }
  }
}

type Reminders = { windows: (SendWindow[] | undefined)[]; adjustments: Adjustment[] };

/** Reminders in the order of their invitations; one that fits nowhere is dropped with its reason. */
function planReminders(input: PlanInput, world: World, placement: Placement, seats: Seats): Reminders {
  const windows: (SendWindow[] | undefined)[] = new Array(world.candidates.length);
  const adjustments: Adjustment[] = [];
  // What joined another wave's mail is reminded by that wave.
  const asked = Array.from(world.preference).filter((i) => seats.status[i] === ASKED && !seats.joins[i]);
  for (const [index, remindAt] of input.protocol.remindAt.entries()) {
    for (const i of asked) {
      const own = windows[i] ?? [];
      // A reminder that was dropped takes the later ones with it: they would come at the wrong distance.
      if (own.length < index) continue;
      const candidate = at(world.candidates, i);
      const previous = own.at(-1) ?? at(seats.windows, i);
      const placed = placement.placeReminder(candidate, remindAt.getTime(), previous);
      const step = { contactId: candidate.contactId, step: index + 1 };
      if (!placed.ok) {
        adjustments.push({ ...step, kind: 'dropped', reason: placed.reason });
      } else {
        own.push(placed.window);
        windows[i] = own;
        if (placed.deferredBy !== null) {
          adjustments.push({ ...step, kind: 'deferred', reason: placed.deferredBy });
        }
      }
    }
  }
  return { windows, adjustments };
}

const MINUTE_MS = 60_000;

/** Fixes the minute of each step: a window's mail is spread evenly over it, or all released when it opens. */
function createClockwork(input: PlanInput, world: World, placement: Placement) {
  const sizes = new Map<string, number>();
  const taken = new Map<string, number>();
  const dates = new Map<number, Date>();
  const key = (i: number, window: SendWindow) =>
    `${placement.zoneOf(at(world.candidates, i))}|${window.start}|${window.end}`;
  const lengths = new Map<string, number>();
  const lengthOf = (i: number, window: SendWindow) => {
    const midnight = instantAt(placement.zoneOf(at(world.candidates, i)), window.day + 1, 0);
    return Math.min(window.end, midnight) - window.start;
  };
  // Equal instants share one Date: a large plan has few distinct minutes.
  const date = (instant: number) => {
    let known = dates.get(instant);
    if (known === undefined) {
      known = new Date(instant);
      dates.set(instant, known);
    }
    return known;
  };
  return {
    count(i: number, window: SendWindow) {
      const group = key(i, window);
      sizes.set(group, (sizes.get(group) ?? 0) + 1);
    },
    next(i: number, window: SendWindow): { sendAfter: Date; notAfter: Date } {
      const group = key(i, window);
      const turn = taken.get(group) ?? 0;
      taken.set(group, turn + 1);
      const share = input.protocol.pace === 'even' ? turn / (sizes.get(group) ?? 1) : 0;
      // Round the clock a window reaches over midnight, and what leaves then would be the next day's.
      const length = lengths.get(group) ?? lengthOf(i, window);
      lengths.set(group, length);
      const offset = Math.floor((share * length) / MINUTE_MS) * MINUTE_MS;
      return { sendAfter: date(window.start + offset), notAfter: date(window.end) };
    },
  };
}

function buildTouches(
  input: PlanInput,
  world: World,
  placement: Placement,
  seats: Seats,
  reminders: (SendWindow[] | undefined)[],
): PlannedTouch[] {
  const clockwork = createClockwork(input, world, placement);
  const asked = Array.from(world.preference).filter((i) => seats.status[i] === ASKED);
  const stepsOf = (i: number) => [at(seats.windows, i), ...(reminders[i] ?? [])];
  for (const i of asked) {
    if (!seats.joins[i]) for (const window of stepsOf(i)) clockwork.count(i, window);
  }

  const touches = asked.map((i): PlannedTouch => {
    const { contactId, employerId, unitId } = at(world.candidates, i);
    const asks = at(seats.asks, i).sort((a, b) => a - b);
    const join = seats.joins[i];
    return {
      contactId,
      employerId,
      unitId,
      asks: asks.map((topic) => at(world.refs, topic)),
      steps: join
        ? [
            {
              step: 0,
              kind: 'invite',
              sendAfter: new Date(join.window.start),
              notAfter: new Date(join.window.end),
            },
          ]
        : stepsOf(i).map((window, step) => ({
            step,
            kind: step === 0 ? 'invite' : 'remind',
            ...clockwork.next(i, window),
          })),
      joins: join ? { invitationId: join.invitationId, carries: join.carries, most: join.most } : null,
    };
  });
  return touches.sort(
    (a, b) =>
      at(a.steps, 0).sendAfter.getTime() - at(b.steps, 0).sendAfter.getTime() || a.contactId - b.contactId,
  );
}

function listExclusions(world: World, placement: Placement, seats: Seats): Exclusion[] {
  const exclusions: Exclusion[] = [];
  for (const [i, candidate] of world.candidates.entries()) {
    if (seats.status[i] === ASKED) continue;
    const reason = seats.reasons[i] ?? 'not_needed';
    const hasDate = reason === 'contact_budget_person' || reason === 'contact_budget_employer';
    exclusions.push({
      contactId: candidate.contactId,
      employerId: candidate.employerId,
      reason,
      freeAgainOn: hasDate ? placement.freeAgainOn(candidate) : null,
    });
  }
  return exclusions;
}

const oneDecimal = (value: number) => Math.round(value * 10) / 10;
const threeDecimals = (value: number) => Math.round(value * 1000) / 1000;

/** Distinct employers to ask about a credential, at the rates of those whom it concerns. */
function wantedFor(world: World, topic: number): number {
  return asksToNeed(needOf(at(world.credentials, topic)), at(world.usualYes, topic), at(world.spread, topic));
}

/** What each credential can expect: the chance of its number, and by when (Q3: of outreach, not of the evidence). */
function forecastCredentials(
  input: PlanInput,
  world: World,
  touches: readonly PlannedTouch[],
): CredentialForecast[] {
  const { closeAt, graceDays } = input.protocol;
  const until = closeAt.getTime() + graceDays * DAY_MS;
  const indexOf = new Map(world.credentials.map((credential, index) => [credential.credentialId, index]));
  const responseOf = new Map(world.candidates.map(({ contactId }, i) => [contactId, world.response[i]]));
  const contacts = world.credentials.map(() => 0);
  const units = world.credentials.map(() => new Map<number, ForecastUnit>());
  for (const touch of touches) {
    const sentAt = at(touch.steps, 0).sendAfter.getTime();
    const response = responseOf.get(touch.contactId) as number;
    for (const ask of touch.asks) {
      if (ask.kind !== 'credential') continue;
      const index = indexOf.get(ask.credentialId) as number;
      contacts[index] = at(contacts, index) + 1;
      const unit = at(units, index).get(touch.unitId);
      // Touches come in the order of sending, so the first mail of an employer is the one that was there before.
      if (unit === undefined) at(units, index).set(touch.unitId, { response, sentAt, until });
      else unit.response += (1 - unit.response) * response * FURTHER_PERSON;
    }
  }
  return world.credentials.map((credential, index) => {
    const asked = [...at(units, index).values()];
    const bothYes = at(world.bothYes, index);
    const answers = asked.reduce((sum, unit) => sum + unit.response, 0);
    const needed = needOf(credential);
    const reach = forecastReach({
      needed,
      units: asked,
      bothYes,
      spread: at(world.spread, index),
      now: input.now.getTime(),
      further: asked.length === 0 ? at(world.usualYes, index) : (answers / asked.length) * bothYes,
    });
    const outlook = needed === 0 ? 'already_met' : reach.chance >= 0.5 ? 'expected' : 'short';
    return {
      credentialId: credential.credentialId,
      required: credential.required,
      shortfall: credential.shortfall,
      lapsing: credential.lapsing ?? 0,
      deadline: credential.deadline,
      asksToNeed: wantedFor(world, index),
      contactsAsked: at(contacts, index),
      employersAsked: asked.length,
      expectedAnswers: oneDecimal(answers),
      expectedBothYes: oneDecimal(answers * bothYes),
      outlook,
      chance: threeDecimals(reach.chance),
      expectedBy: outlook === 'expected' ? reach.by : null,
      chanceBy: threeDecimals(reach.chanceBy),
      moreEmployersNeeded: reach.moreEmployers,
    };
  });
}

function forecastMeetings(world: World, seats: Seats): MeetingForecast[] {
  return world.meetings.map((meeting, index) => ({
    meetingId: meeting.meetingId,
    wanted: meeting.invite,
    invited: seats.made[world.credentials.length + index] as number,
  }));
}
