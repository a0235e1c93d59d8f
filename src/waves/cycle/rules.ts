import { cycleMonths, type Day, daysAfter, monthsAfter } from '../../approvals/rules.ts';
import type { ReviewCycle } from '../../approvals/types.ts';
import { NAICS_SECTORS } from '../../lib/naics.ts';
import type { CycleNeed, CycleProposalState, NeededCredential } from './types.ts';

/** Half-open: the first day, and the day on which it is over. */
export type CycleSpan = { startsOn: Day; endsOn: Day; name: string };

/** So long before a cycle ends it is time to ask employers. */
export const LEAD_DAYS: Record<ReviewCycle, number> = {
  rolling: 120,
  quarterly: 75,
  twice_a_year: 100,
  annual: 150,
  every_2_years: 180,
  every_5_years: 180,
};
/** From today to the close of the shortest wave (possibleDays). */
const SHORTEST_DAYS = 24;
/** An application that is short waits no longer than this for its wave, however far off the end of the cycle is. */
const PATIENCE_DAYS = 14;
/** A draft that nobody touched for so long does not speak for its credentials any more. */
export const STALE_DRAFT_DAYS = 30;

/**
 * The review cycle of a list on a day: the one that staff recorded; else the one that follows from the last recorded by
 * repeating it (a year from 1 July to 30 June stays one). A list that reviews all the time is looked at by the quarter.
 */
export function cycleOn(reviewCycle: ReviewCycle, recorded: readonly CycleSpan[], today: Day): CycleSpan {
  if (reviewCycle === 'rolling') return quarterOf(today);
  const current = recorded
    .filter(({ startsOn, endsOn }) => startsOn <= today && today < endsOn)
    .sort((a, b) => (a.startsOn < b.startsOn ? 1 : -1))[0];
  if (current) return current;
  const coming = recorded
    .filter(({ startsOn }) => startsOn > today)
    .sort((a, b) => (a.startsOn < b.startsOn ? -1 : 1))[0];
  if (coming) return coming;
  const last = recorded.reduce<CycleSpan | null>(
    (latest, span) => (latest === null || span.endsOn > latest.endsOn ? span : latest),
    null,
  );
  if (last === null) return quarterOf(today);
  const months = cycleMonths(reviewCycle);
  // Counted from the one day, so that cycles that begin on the 31st do not creep.
  const start = (nth: number) => monthsAfter(last.endsOn, nth * months);
  let nth = 0;
  while (start(nth + 1) <= today) nth += 1;
  return named({ startsOn: start(nth), endsOn: start(nth + 1) });
}

function quarterOf(today: Day): CycleSpan {
  const [year, month] = [today.slice(0, 4), Number(today.slice(5, 7))];
  const first = `${year}-${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`;
  return named({ startsOn: first, endsOn: monthsAfter(first, 3) });
}

function named(span: Omit<CycleSpan, 'name'>): CycleSpan {
  return { ...span, name: `${span.startsOn} to ${daysAfter(span.endsOn, -1)}` };
}

/** An application of a list, with what its credential lacks under the list's policy. */
export type CycleApplication = {
  credentialId: number;
  name: string;
  /** Undecided: it needs its number. Approved: it must keep it, and show it again when it comes up for review. */
  stage: 'undecided' | 'approved';
  submittedOn: Day;
  cycle: CycleSpan;
  /** An approval's own review, where it has one. */
  reviewDueOn: Day | null;
  required: number;
  shortfall: number;
  /** From this day on, without new answers, so many more are missing. */
  lapse: { on: Day; missing: number } | null;
  /** So many days before evidence ages out the policy wants it renewed. */
  warnDays: number;
};

export type KnownProposal = {
  id: number;
  startsOn: Day;
  need: CycleNeed;
  round: number;
  state: CycleProposalState;
  /** Of a taken one: whether its wave has run to its end. */
  isWaveClosed: boolean;
};

export type ProposalNeed = {
  cycle: CycleSpan;
  need: CycleNeed;
  deadline: Day | null;
  credentials: NeededCredential[];
};

const DAY_MS = 86_400_000;
const daysBetween = (from: Day, to: Day) => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/**
 * What a list needs employers for on a day: undecided applications that are short, as soon as the end of their cycle is
 * near or they have waited two weeks; and approvals whose evidence ages out soon after a wave of now would end. What a
 * wave already asks about is left out. One need of a kind for each cycle, its credentials the most urgent first.
 */
export function cycleNeeds(input: {
  reviewCycle: ReviewCycle;
  cycles: readonly CycleSpan[];
  applications: readonly CycleApplication[];
  /** Credentials that a wave of the agency asks about, from its draft to its close. */
  inHand: ReadonlySet<number>;
  today: Day;
}): ProposalNeed[] {
  const { reviewCycle, today } = input;
  const lead = LEAD_DAYS[reviewCycle];
  const now = cycleOn(reviewCycle, input.cycles, today);
  const needs = new Map<string, ProposalNeed>();
  const add = (cycle: CycleSpan, need: CycleNeed, by: Day | null, credential: NeededCredential) => {
    const key = `${cycle.startsOn} ${need}`;
    const known = needs.get(key) ?? { cycle, need, deadline: by, credentials: [] };
    const deadline = known.deadline === null || (by !== null && by < known.deadline) ? by : known.deadline;
    const credentials = known.credentials.some(({ credentialId }) => credentialId === credential.credentialId)
      ? known.credentials
      : [...known.credentials, credential];
    needs.set(key, { ...known, deadline, credentials });
  };
  for (const application of [...input.applications].sort(byNeed)) {
    const { credentialId, name, required, shortfall, lapse, stage } = application;
    if (input.inHand.has(credentialId)) continue;
    const credential = {
      credentialId,
      name,
      required,
      shortfall,
      lapsing: lapse?.missing ?? 0,
      lapsesOn: lapse?.on ?? null,
    };
    if (stage === 'undecided') {
      if (shortfall === 0) continue;
      // The end of a cycle that is over binds nobody any more; a list that reviews all the time has none.
      const isOver = application.cycle.endsOn <= today;
      const deadline = reviewCycle === 'rolling' || isOver ? null : application.cycle.endsOn;
      const isNear = deadline !== null && daysBetween(today, deadline) <= lead;
      if (!isNear && daysBetween(application.submittedOn, today) < PATIENCE_DAYS) continue;
      add(reviewCycle === 'rolling' || isOver ? now : application.cycle, 'short', deadline, credential);
    } else {
      const missing = shortfall > 0 ? today : lapse === null ? null : lapse.on;
      if (missing === null) continue;
      if (daysBetween(today, missing) > application.warnDays + SHORTEST_DAYS) continue;
      const review = application.reviewDueOn;
      // What is missing already is wanted by the review, or as soon as may be.
      const deadline = missing > today ? missing : review !== null && review > today ? review : null;
      add(now, 'lapsing', deadline, credential);
    }
  }
  return [...needs.values()].sort(
    (a, b) => compare(a.cycle.startsOn, b.cycle.startsOn) || compare(a.need, b.need),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function byNeed(a: CycleApplication, b: CycleApplication): number {
  return (
    b.shortfall + (b.lapse?.missing ?? 0) - (a.shortfall + (a.lapse?.missing ?? 0)) ||
    compare(a.name, b.name) ||
    a.credentialId - b.credentialId
  );
}

/**
 * What becomes of a need, by what was proposed for it before: a new proposal, the open one brought up to date, or
 * nothing, where staff dismissed it for this cycle or its wave is still under way. A further round follows when the
 * wave of the last has closed and did not suffice, or when the need had gone and came back.
 */
export function decideProposal(
  need: Pick<ProposalNeed, 'cycle' | 'need'>,
  known: readonly KnownProposal[],
): { make: { round: number } } | { update: { id: number } } | null {
  const last = known
    .filter(({ startsOn, need: kind }) => startsOn === need.cycle.startsOn && kind === need.need)
    .sort((a, b) => b.round - a.round)[0];
  if (last === undefined) return { make: { round: 1 } };
  if (last.state === 'open') return { update: { id: last.id } };
  if (last.state === 'passed' || (last.state === 'taken' && last.isWaveClosed)) {
    return { make: { round: last.round + 1 } };
  }
  return null;
}

/** Days of a proposed wave, each the first of its stretch; the close is the day after the last one for answers. */
export type WaveDays = { sendFrom: Day; sendUntil: Day; remindOn: Day; closeOn: Day; isLate: boolean };

/** From today to the first mail: for one person to look and another to launch. */
const PREPARE_DAYS = 5;
/** After the last answer: to look at the evidence, freeze it and decide. */
const DECIDE_DAYS = 14;
/** Beyond a quarter, when the longest contact budget is over, no later date is better. */
const WEEKS_AHEAD = 13;

const SHAPES = [
  { send: 14, remind: 18, close: 29 },
  { send: 7, remind: 12, close: 19 },
] as const;

/**
 * When a wave could run, the earliest first: it begins on a Monday, and its answers are in, grace included, two weeks
 * before the deadline. Where the time is too short for that a shorter wave is tried, and then the shorter one at once,
 * which is told as late.
 */
export function possibleDays(today: Day, deadline: Day | null, graceDays: number): WaveDays[] {
  const earliest = daysAfter(today, PREPARE_DAYS);
  const monday = daysAfter(earliest, (8 - weekday(earliest)) % 7);
  const days = (start: Day, shape: (typeof SHAPES)[number], isLate: boolean): WaveDays => ({
    sendFrom: start,
    sendUntil: daysAfter(start, shape.send),
    remindOn: daysAfter(start, shape.remind),
    closeOn: daysAfter(start, shape.close),
    isLate,
  });
  for (const shape of SHAPES) {
    const found: WaveDays[] = [];
    for (let week = 0; week < WEEKS_AHEAD; week += 1) {
      const start = daysAfter(monday, 7 * week);
      const done = daysAfter(start, shape.close + graceDays + DECIDE_DAYS);
      if (deadline === null || done <= deadline) found.push(days(start, shape, false));
    }
    if (found.length > 0) return found;
  }
  return [days(earliest, SHAPES[1], true)];
}

/** 1 = Monday ... 7 = Sunday. */
function weekday(day: Day): number {
  return ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

/**
 * Whom to ask: the sectors of all credentials together, whole as the wizard offers them (within them the wave asks only
 * whom a credential concerns), or every sector where one of them concerns all.
 */
export function sectorsFor(credentials: readonly { naicsPrefixes: readonly string[] }[]): string[] {
  if (credentials.some(({ naicsPrefixes }) => naicsPrefixes.length === 0)) return [];
  const named = credentials.flatMap(({ naicsPrefixes }) => naicsPrefixes);
  const isNamed = (sector: string) => named.some((prefix) => prefix.startsWith(sector));
  return NAICS_SECTORS.filter(({ prefixes }) => prefixes.some(isNamed)).flatMap(({ prefixes }) => prefixes);
}
