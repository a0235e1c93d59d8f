import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/lib/seeded-random.ts';
import { createChance } from '../../../src/outreach/planner/chance.ts';
import {
  AIM,
  answersBy,
  chanceText,
  type ForecastUnit,
  forecastReach,
} from '../../../src/outreach/planner/forecast.ts';
import { asksToNeed } from '../../../src/outreach/planner/need.ts';
import { rateSpread } from '../../../src/outreach/planner/segment-rates.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2027, 1, 1, 15);

function chanceOf(needed: number, probabilities: readonly number[], spread = 0): number {
  const chance = createChance(needed, spread);
  for (const probability of probabilities) chance.add(probability);
  return chance.reached();
}

describe('createChance', () => {
  test('agrees with simulation, for employers of different likelihood', () => {
    const random = seededRandom('employers');
    for (const needed of [1, 4, 10, 25]) {
      const probabilities = Array.from({ length: 120 }, () => random.next() * 0.3);
      let reached = 0;
      const TRIALS = 20_000;
      for (let trial = 0; trial < TRIALS; trial += 1) {
        let yes = 0;
        for (const probability of probabilities) if (random.chance(probability)) yes += 1;
        if (yes >= needed) reached += 1;
      }
      expect(Math.abs(chanceOf(needed, probabilities) - reached / TRIALS)).toBeLessThan(0.012);
    }
  });

  test('agrees with simulation where the rates themselves are drawn, as little as is known of them', () => {
    const random = seededRandom('rates');
    // Beta(a, b) as a share of two sums of exponentials, for whole a and b.
    const gamma = (shape: number) => {
      let sum = 0;
      for (let i = 0; i < shape; i += 1) sum -= Math.log(1 - random.next());
      return sum;
    };
    const beta = (a: number, b: number) => {
      const x = gamma(a);
      return x / (x + gamma(b));
    };
    for (const [needed, asked] of [
      [10, 155],
      [2, 34],
      [10, 60],
      [4, 100],
    ] as const) {
      let reached = 0;
      const TRIALS = 8_000;
      for (let trial = 0; trial < TRIALS; trial += 1) {
        // What the prior of 50 employers asked and 10 answers says.
        const rate = beta(10, 40) * beta(5, 5);
        let yes = 0;
        for (let i = 0; i < asked; i += 1) if (random.chance(rate)) yes += 1;
        if (yes >= needed) reached += 1;
      }
      const spread = rateSpread({ response: 0.2, bothYes: 0.5 }, { asked: 0, answered: 0 });
      const said = chanceOf(
        needed,
        Array.from({ length: asked }, () => 0.1),
        spread,
      );
      expect(Math.abs(said - reached / TRIALS)).toBeLessThan(0.04);
    }
  });

  test('is the same counted one by one and by the normal distribution, where one gives way to the other', () => {
    const probabilities = Array.from({ length: 1000 }, (_, i) => 0.02 + (i % 17) / 100);
    // One yes more or less is worth about 1 in 24 here.
    const step = chanceOf(100, probabilities) - chanceOf(101, probabilities);
    expect(step).toBeGreaterThan(0.03);
    expect(step).toBeLessThan(0.05);
    const mean = probabilities.reduce((sum, p) => sum + p, 0);
    expect(chanceOf(Math.round(mean), probabilities)).toBeGreaterThan(0.45);
    expect(chanceOf(Math.round(mean), probabilities)).toBeLessThan(0.57);
  });

  test('grows with each employer, and with each one’s likelihood, and falls with the need', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 130 }),
        fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (needed, probabilities, spread) => {
          const chance = chanceOf(needed, probabilities, spread);
          const slack = 1e-9;
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
          expect(chanceOf(needed, [...probabilities, 0.2], spread)).toBeGreaterThanOrEqual(
            // The normal distribution may give a hair more to a sum that is surer to fall short.
            chance - (needed > 100 ? 0.02 : slack),
          );
          expect(chanceOf(needed + 1, probabilities, spread)).toBeLessThanOrEqual(chance + 0.02);
          expect(chanceOf(needed, [...probabilities].reverse(), spread)).toBeCloseTo(chance, 9);
        },
      ),
    );
  });

  test('nothing is needed: it is reached', () => {
    expect(createChance(0, 0.2).reached()).toBe(1);
    expect(createChance(1, 0.2).reached()).toBe(0);
  });
});

describe('asksToNeed', () => {
  test('is the fewest that make it 8 in 10', () => {
    for (const [needed, rate, spread] of [
      [10, 0.1, 0.17],
      [3, 0.4, 0.02],
      [200, 0.2, 0.05],
    ] as const) {
      const asks = asksToNeed(needed, rate, spread);
      const chance = (n: number) => chanceOf(needed, new Array(n).fill(rate), spread);
      expect(chance(asks)).toBeGreaterThanOrEqual(AIM);
      expect(chance(asks - 1)).toBeLessThan(AIM);
    }
    expect(asksToNeed(0, 0.1, 0.1)).toBe(0);
  });
});

const unit = (over: Partial<ForecastUnit> = {}): ForecastUnit => ({
  response: 0.2,
  sentAt: NOW,
  until: NOW + 35 * DAY,
  ...over,
});
const reach = (over: Partial<Parameters<typeof forecastReach>[0]> = {}) =>
  forecastReach({ needed: 4, units: [], bothYes: 0.5, spread: 0.05, now: NOW, further: 0.1, ...over });
const many = (n: number, over: Partial<ForecastUnit> = {}) => Array.from({ length: n }, () => unit(over));

describe('answersBy', () => {
  test('all that will answer have by the end, none before the mail leaves', () => {
    const one = unit({ sentAt: NOW + 3 * DAY });
    expect(answersBy(one, NOW + 3 * DAY, NOW)).toBe(0);
    expect(answersBy(one, one.until, NOW)).toBeCloseTo(0.2);
    expect(answersBy(one, NOW + 8 * DAY, NOW)).toBeGreaterThan(0.1);
  });

  test('the longer somebody has been silent, the less likely they are to answer', () => {
    const silent = [0, 2, 5, 10, 20, 34].map((days) => answersBy(unit(), unit().until, NOW + days * DAY));
    expect([...silent].sort((a, b) => b - a)).toEqual(silent);
    expect(silent.at(-1)).toBeLessThan(0.01);
  });

  test('agrees with a simulation of answers as they come', () => {
    const random = seededRandom('days');
    const [response, whole, silent, until] = [0.3, 30 * DAY, 4 * DAY, 9 * DAY];
    let [still, later] = [0, 0];
    for (let trial = 0; trial < 60_000; trial += 1) {
      let at = Number.POSITIVE_INFINITY;
      if (random.chance(response)) {
        do at = -5 * DAY * Math.log(1 - random.next());
        while (at > whole);
      }
      if (at <= silent) continue;
      still += 1;
      if (at <= until) later += 1;
    }
    const one: ForecastUnit = { response, sentAt: NOW, until: NOW + whole };
    expect(answersBy(one, NOW + until, NOW + silent)).toBeCloseTo(later / still, 2);
  });
});

describe('forecastReach', () => {
  test('names the first day that is likely enough, and the chance on it', () => {
    const found = reach({ units: many(120) });
    expect(found.chance).toBeGreaterThan(AIM);
    expect(found.chanceBy).toBeGreaterThanOrEqual(AIM);
    expect(found.moreEmployers).toBe(0);
    const at = (found.by as Date).getTime();
    const chanceAt = (instant: number) =>
      chanceOf(
        4,
        many(120).map((one) => 0.5 * answersBy(one, instant, NOW)),
        0.05,
      );
    expect(chanceAt(at)).toBeCloseTo(found.chanceBy);
    expect(chanceAt(at - DAY)).toBeLessThan(AIM);
  });

  test('says how many more employers it takes, and that many do', () => {
    const found = reach({ units: many(20) });
    expect(found.chance).toBeLessThan(AIM);
    expect(found.moreEmployers).toBeGreaterThan(10);
    const enough = reach({ units: many(20 + found.moreEmployers) });
    expect(enough.chance).toBeGreaterThanOrEqual(AIM);
    expect(reach({ units: many(19 + found.moreEmployers) }).chance).toBeLessThan(AIM);
  });

  test('nobody is asked: no day, no chance', () => {
    expect(reach()).toMatchObject({ chance: 0, by: null, chanceBy: 0 });
    expect(reach({ needed: 0 })).toEqual({ chance: 1, by: null, chanceBy: 1, moreEmployers: 0 });
  });

  test('more employers, or likelier ones, never put the day off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (needed, asked, further, response) => {
          const fewer = reach({ needed, units: many(asked, { response }) });
          const more = reach({ needed, units: many(asked + further, { response }) });
          expect(more.chance).toBeGreaterThanOrEqual(fewer.chance - 1e-9);
          if (fewer.chance >= AIM) {
            expect((more.by as Date).getTime()).toBeLessThanOrEqual((fewer.by as Date).getTime());
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

test.each([
  [0, 'less than 1 in 10'],
  [0.049, 'less than 1 in 10'],
  [0.05, '1 in 10'],
  [0.8, '8 in 10'],
  [0.949, '9 in 10'],
  [0.951, 'more than 9 in 10'],
  [1, 'more than 9 in 10'],
])('a chance of %d is said as %s', (chance, text) => {
  expect(chanceText(chance)).toBe(text);
});
