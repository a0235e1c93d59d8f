import type { ResponseHistory } from './types.ts';

/**
 * What to expect before anything is known: one employer in five answers, and half of the answers are yes to both.
 * The prior weighs as much as fifty employers asked, so it fades as answers come in. Cold business surveys by mail
 * bring 10 to 30 %; no source says more of this one.
 */
export const PRIOR = { response: 0.2, bothYes: 0.5, weight: 50 };

/** What a wider group tells of a narrower one: as much as twenty employers asked in the narrower. */
const GROUP_WEIGHT = 20;

export const ASKED_BEFORE = ['never', 'silent', 'answered'] as const;

/** What employers are told apart by when it is learnt who answers. */
export type Segment = {
  /** Whether any agency asked it before, and it answered then. */
  before: (typeof ASKED_BEFORE)[number];
  /** Whether its people have addresses under a domain of its own, or at a free mail provider. */
  mail: 'own' | 'free';
  /** First two digits of its NAICS code; empty where it is not known. */
  sector: string;
  size: string;
  /** Who asks. */
  agencyId: number;
};

/** How many employers of a segment were asked in a wave, and how many of them answered. */
export type SegmentCount = Segment & { asked: number; answered: number };

export type SegmentRates = {
  /** The chance that an employer of this segment answers when it is asked. */
  of(segment: Segment): number;
  asked: number;
  answered: number;
};

/** From the widest group to the narrowest: each is a part of the one before it. */
const LEVELS: readonly ((segment: Segment) => string)[] = [
  ({ before }) => before,
  ({ mail }) => mail,
  ({ sector }) => sector,
  ({ size }) => size,
  ({ agencyId }) => String(agencyId),
];

/**
 * Response rates by empirical Bayes, a Beta-binomial estimate at each level: everybody, then by whether they answered
 * before, kind of address, sector, size and agency. What is learnt of the wider group is the prior of the narrower, so
 * a segment without history has the rate of the group around it, and without any history the documented prior.
 * With the weights fixed, one more answer anywhere lowers no rate, and one more silence raises none.
 */
export function learnRates(history: readonly SegmentCount[]): SegmentRates {
  const groups = new Map<string, { asked: number; answered: number }>();
  const count = (key: string, { asked, answered }: SegmentCount) => {
    const group = groups.get(key) ?? { asked: 0, answered: 0 };
    groups.set(key, { asked: group.asked + asked, answered: group.answered + answered });
  };
  for (const row of history) {
    for (const key of groupKeys(row)) count(key, row);
  }
  const known = new Map<string, number>();
  const rateOf = (keys: readonly string[]): number => {
    const key = keys.at(-1) as string;
    let rate = known.get(key);
    if (rate === undefined) {
      const wider = keys.length === 1 ? PRIOR.response : rateOf(keys.slice(0, -1));
      const weight = keys.length === 1 ? PRIOR.weight : GROUP_WEIGHT;
      const group = groups.get(key) ?? { asked: 0, answered: 0 };
      rate = (group.answered + weight * wider) / (group.asked + weight);
      known.set(key, rate);
    }
    return rate;
  };
  const all = groups.get('') ?? { asked: 0, answered: 0 };
  return { of: (segment) => rateOf(groupKeys(segment)), ...all };
}

function groupKeys(segment: Segment): string[] {
  const keys = [''];
  for (const level of LEVELS) keys.push(`${keys.at(-1)}/${level(segment)}`);
  return keys;
}

/** Expected response and both-yes share of everybody, each between the prior and what was seen. */
export function expectedRates(history: ResponseHistory): { response: number; bothYes: number } {
  const priorAnswers = PRIOR.response * PRIOR.weight;
  return {
    response: (history.answered + PRIOR.response * PRIOR.weight) / (history.asked + PRIOR.weight),
    bothYes:
      (history.bothYes + PRIOR.bothYes * priorAnswers) /
      ((history.answers ?? history.answered) + priorAnswers),
  };
}

/** The share of answers that are yes to both for one credential: what all credentials have is its prior. */
export function bothYesOf(overall: number, credential: { answered: number; bothYes: number }): number {
  const weight = PRIOR.response * PRIOR.weight;
  return (credential.bothYes + weight * overall) / (credential.answered + weight);
}

/**
 * How far the product of both rates may be off, as its squared coefficient of variation: the sum of those of two Beta
 * distributions. It shrinks as employers are asked and answer.
 */
export function rateSpread(
  rates: { response: number; bothYes: number },
  history: { asked: number; answered: number },
): number {
  const part = (rate: number, weight: number) => (1 - rate) / (rate * (weight + 1));
  return (
    part(rates.response, history.asked + PRIOR.weight) +
    part(rates.bothYes, history.answered + PRIOR.response * PRIOR.weight)
  );
}
