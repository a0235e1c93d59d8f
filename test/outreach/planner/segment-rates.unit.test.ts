import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ASKED_BEFORE,
  bothYesOf,
  expectedRates,
  learnRates,
  PRIOR,
  rateSpread,
  type Segment,
  type SegmentCount,
} from '../../../src/outreach/planner/segment-rates.ts';

const segments: fc.Arbitrary<Segment> = fc.record({
  before: fc.constantFrom(...ASKED_BEFORE),
  mail: fc.constantFrom('own' as const, 'free' as const),
  sector: fc.constantFrom('', '23', '62'),
  size: fc.constantFrom('1-9', '250+'),
  agencyId: fc.integer({ min: 1, max: 2 }),
});
const rows: fc.Arbitrary<SegmentCount> = fc
  .record({
    segment: segments,
    asked: fc.nat({ max: 400 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ segment, asked, share }) => ({ ...segment, asked, answered: Math.round(asked * share) }));
const histories = fc.array(rows, { maxLength: 12 });

describe('learnRates', () => {
  test('without history every segment has the prior', () => {
    fc.assert(
      fc.property(segments, (segment) => {
        expect(learnRates([]).of(segment)).toBe(PRIOR.response);
      }),
    );
  });

  test('a rate lies strictly between nobody and everybody', () => {
    fc.assert(
      fc.property(histories, segments, (history, segment) => {
        const rate = learnRates(history).of(segment);
        expect(rate).toBeGreaterThan(0);
        expect(rate).toBeLessThan(1);
      }),
    );
  });

  test('one more answer anywhere lowers no rate, whether or not it was one more ask; one more silence raises none', () => {
    fc.assert(
      fc.property(histories, segments, segments, (history, changed, looked) => {
        const rate = (rows: SegmentCount[]) => learnRates(rows).of(looked);
        const before = rate(history);
        const answeredAnew = [...history, { ...changed, asked: 1, answered: 1 }];
        const silent = [...history, { ...changed, asked: 1, answered: 0 }];
        const slack = 1e-12;
        expect(rate(answeredAnew)).toBeGreaterThanOrEqual(before - slack);
        expect(rate(silent)).toBeLessThanOrEqual(before + slack);
        expect(rate(answeredAnew)).toBeGreaterThan(rate(silent) - slack);
      }),
      { numRuns: 1000 },
    );
  });

  test('says the same whatever the order of the rows, and however they are split', () => {
    fc.assert(
      fc.property(histories, segments, (history, segment) => {
        const split = history.flatMap((row) => [
          { ...row, asked: row.asked - row.answered, answered: 0 },
          { ...row, asked: row.answered, answered: row.answered },
        ]);
        expect(learnRates([...history].reverse()).of(segment)).toBe(learnRates(history).of(segment));
        expect(learnRates(split).of(segment)).toBe(learnRates(history).of(segment));
      }),
    );
  });

  test('comes to what was seen as history grows, and a segment without history to its wider group', () => {
    const own: Segment = { before: 'answered', mail: 'own', sector: '62', size: '1-9', agencyId: 1 };
    const rates = learnRates([
      { ...own, asked: 100_000, answered: 60_000 },
      { ...own, before: 'silent', asked: 100_000, answered: 5_000 },
    ]);
    expect(rates.of(own)).toBeCloseTo(0.6, 3);
    expect(rates.of({ ...own, before: 'silent', sector: '23', agencyId: 7 })).toBeCloseTo(0.05, 3);
    expect(rates.of({ ...own, before: 'never' })).toBeCloseTo(0.325, 2);
    expect(rates).toMatchObject({ asked: 200_000, answered: 65_000 });
  });
});

describe('both-yes shares', () => {
  test('lie between what all credentials have and what the credential has, and more yes never lowers one', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.nat({ max: 300 }), (answered, a, b) => {
        const [fewer, more] = [Math.min(a, b, answered), Math.min(Math.max(a, b), answered)];
        expect(bothYesOf(0.4, { answered, bothYes: more })).toBeGreaterThanOrEqual(
          bothYesOf(0.4, { answered, bothYes: fewer }),
        );
        expect(bothYesOf(0.4, { answered: 0, bothYes: 0 })).toBeCloseTo(0.4);
      }),
    );
  });

  test('the rates are the surer the more is known', () => {
    const rates = expectedRates({ asked: 0, answered: 0, bothYes: 0 });
    const spreads = [0, 50, 500, 5000].map((asked) => rateSpread(rates, { asked, answered: asked / 5 }));
    expect([...spreads].sort((x, y) => y - x)).toEqual(spreads);
    expect(spreads[0]).toBeCloseTo(0.8 / (0.2 * 51) + 0.5 / (0.5 * 11));
    expect(spreads.at(-1)).toBeLessThan(0.005);
  });
});
