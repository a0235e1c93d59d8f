import { DAY_MS } from './calendar.ts';
import { createChance } from './chance.ts';

/** From which chance on outreach is held to be enough: it will do in four cases out of five. */
export const AIM = 0.8;

/** An employer that is asked, or will be. */
export type ForecastUnit = {
  /** The chance that it answers at all before its wave ends. */
  response: number;
  /** When its mail leaves or left; one that left and is still unanswered has become less likely to be. */
  sentAt: number;
  /** When the last answer of its wave is taken. */
  until: number;
};

export type Reach = {
  /** That the number is reached by the time the last answer is taken. */
  chance: number;
  /** The first day by which the chance is at least AIM; the last day if it never is. Null without anybody to ask. */
  by: Date | null;
  /** The chance on that day. */
  chanceBy: number;
  /** How many further employers, asked as these are, would bring it to AIM; 0 where it is there. */
  moreEmployers: number;
};

/** Answers come soon or not: of those that come, about two thirds in the first five days after the mail. */
const ANSWER_DAYS = 5;
const MOST_FURTHER = 1_000_000;

/** The share of a mail's answers that are in after some time, of those that come before the wave ends. */
function answered(after: number, whole: number): number {
  if (after <= 0) return 0;
  if (after >= whole) return 1;
  const tau = ANSWER_DAYS * DAY_MS;
  return Math.expm1(-after / tau) / Math.expm1(-whole / tau);
}

/** The chance that an employer which has not answered by `now` does so by `at`. */
export function answersBy(unit: ForecastUnit, at: number, now: number): number {
  const whole = unit.until - unit.sentAt;
  const before = answered(now - unit.sentAt, whole);
  const by = answered(at - unit.sentAt, whole);
  return (unit.response * Math.max(0, by - before)) / (1 - unit.response * before);
}

/**
 * When so many yeses are expected that the need is met, and with what chance. A forecast of outreach alone (Q3); the
 * answers are taken to come independently but for the common error of the rates (`spread`).
 */
export function forecastReach(input: {
  needed: number;
  units: readonly ForecastUnit[];
  /** The chance that an answer is yes to both questions. */
  bothYes: number;
  spread: number;
  now: number;
  /** How a further employer would answer, for the number of those missing. */
  further: number;
}): Reach {
  const { needed, units, bothYes, now } = input;
  if (needed <= 0) return { chance: 1, by: null, chanceBy: 1, moreEmployers: 0 };
  let first = Number.POSITIVE_INFINITY;
  let last = now;
  for (const unit of units) {
    first = Math.min(first, Math.max(now, unit.sentAt));
    last = Math.max(last, unit.until);
  }
  const upTo = (at: number) => {
    const chance = createChance(needed, input.spread);
    for (const unit of units) chance.add(bothYes * answersBy(unit, at, now));
    return chance;
  };
  const whole = upTo(last);
  const chance = whole.reached();
  if (chance >= AIM) {
    // The chance only grows with time, so the first day that is enough is found by halving.
    let [no, yes] = [0, Math.ceil((last - first) / DAY_MS)];
    while (yes - no > 1) {
      const middle = (no + yes) >> 1;
      if (upTo(first + middle * DAY_MS).reached() >= AIM) yes = middle;
      else no = middle;
    }
    const at = Math.min(last, first + yes * DAY_MS);
    return { chance, by: new Date(at), chanceBy: upTo(at).reached(), moreEmployers: 0 };
  }
  let moreEmployers = 0;
  while (whole.reached() < AIM && moreEmployers < MOST_FURTHER) {
    whole.add(input.further);
    moreEmployers += 1;
  }
  return { chance, by: units.length === 0 ? null : new Date(last), chanceBy: chance, moreEmployers };
}

/** "8 in 10": a chance as people say it. */
export function chanceText(chance: number): string {
  if (chance >= 0.95) return 'more than 9 in 10';
  if (chance < 0.05) return 'less than 1 in 10';
  return `${Math.round(chance * 10)} in 10`;
}
