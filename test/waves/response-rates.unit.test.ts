import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AskFacts,
  dispositionOf,
  estimateEligibility,
  noDispositions,
  personDisposition,
  responseRates,
  yesBounds,
} from '../../src/waves/rules/response-rates.ts';
import { waveReport } from '../../src/waves/rules/wave-report.ts';

const count = fc.nat({ max: 100_000 });
const dispositions = fc.record({
  I: count,
  P: count,
  R: count,
  NC: count,
  O: count,
  UH: count,
  UO: count,
  NE: count,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('response rates', () => {
  it('divide as AAPOR has it', () => {
    const counts = { I: 40, P: 10, R: 5, NC: 25, O: 0, UH: 15, UO: 5, NE: 20 };
    const rates = responseRates(counts, { e: 0.8 });
    expect(rates.RR1).toBeCloseTo(40 / 100);
    expect(rates.RR2).toBeCloseTo(50 / 100);
    expect(rates.RR3).toBeCloseTo(40 / 96);
    expect(rates.RR4).toBeCloseTo(50 / 96);
    expect(rates.RR5).toBeCloseTo(40 / 80);
    expect(rates.RR6).toBeCloseTo(50 / 80);
    expect(estimateEligibility(counts)).toEqual({ e: 0.8, eligible: 80, known: 100 });
  });

  it('are none, not nought, where nobody is in the denominator', () => {
    const nobody = { ...noDispositions(), NE: 3 };
    expect(Object.values(responseRates(nobody, { e: 0 }))).toEqual([null, null, null, null, null, null]);
    expect(estimateEligibility(noDispositions()).e).toBe(1);
    expect(yesBounds(nobody, 0)).toBeNull();
    const unreached = responseRates({ ...noDispositions(), UH: 4 }, { e: 1 });
    expect(unreached).toMatchObject({ RR1: 0, RR3: 0, RR5: null });
  });

  it('keep their order whatever the counts and e', () => {
    fc.assert(
      fc.property(dispositions, share, (counts, e) => {
        const { RR1, RR2, RR3, RR4, RR5, RR6 } = responseRates(counts, { e });
        const isOrdered = (...rates: (number | null)[]) => {
          const given = rates.filter((rate) => rate !== null);
          return given.every((rate, i) => rate >= 0 && rate <= 1 && (i === 0 || given[i - 1]! <= rate));
        };
        expect(isOrdered(RR1, RR3, RR5)).toBe(true);
        expect(isOrdered(RR2, RR4, RR6)).toBe(true);
        expect(isOrdered(RR1, RR2)).toBe(true);
        expect(isOrdered(RR3, RR4)).toBe(true);
        expect(isOrdered(RR5, RR6)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('estimate e as a share', () => {
    fc.assert(
      fc.property(dispositions, (counts) => {
        const { e } = estimateEligibility(counts);
        expect(e).toBeGreaterThanOrEqual(0);
        expect(e).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('bound the share of yes by what it could be, whatever the silent would say', () => {
    fc.assert(
      fc.property(dispositions, fc.nat(), fc.nat(), (counts, a, b) => {
        const yes = a % (counts.I + 1);
        const bounds = yesBounds(counts, yes);
        if (bounds === null) return;
        const silent = bounds.asked - counts.I;
        const truth = (yes + (b % (silent + 1))) / bounds.asked;
        expect(truth).toBeGreaterThanOrEqual(bounds.low);
        expect(truth).toBeLessThanOrEqual(bounds.high);
      }),
    );
  });
});

const SILENT: AskFacts = {
  answer: null,
  withdrawn: false,
  invitation: 'open',
  declineReason: null,
  saidStop: false,
  contactLeft: false,
  duplicate: false,
  mailed: true,
  undelivered: false,
};

describe('a disposition', () => {
  it.each([
    ['I', { answer: 'full', invitation: 'answered' }],
    ['I', { answer: 'full', invitation: 'answered', contactLeft: true, saidStop: true }],
    ['P', { answer: 'partial', invitation: 'answered' }],
    ['R', { withdrawn: true }],
    ['R', { invitation: 'declined', declineReason: 'no_time' }],
    ['R', { invitation: 'declined', declineReason: 'not_our_field' }],
    ['R', { invitation: 'declined', declineReason: 'never', saidStop: true }],
    ['R', { saidStop: true }],
    ['R', { invitation: 'started' }],
    ['R', { invitation: 'answered' }],
    ['O', { invitation: 'declined', declineReason: 'wrong_role' }],
    ['O', { invitation: 'referred' }],
    ['NC', {}],
    ['NC', { invitation: 'expired' }],
    ['UO', { undelivered: true }],
    ['UH', { mailed: false }],
    ['NE', { invitation: 'declined', declineReason: 'left', contactLeft: true }],
    ['NE', { contactLeft: true }],
    ['NE', { duplicate: true }],
  ] as const)('is %s for %o', (disposition, facts) => {
    expect(dispositionOf({ ...SILENT, ...facts })).toBe(disposition);
  });

  it('of a person is complete only when all that was put to them is answered', () => {
    expect(personDisposition(['I', 'I'])).toBe('I');
    expect(personDisposition(['I', 'UH'])).toBe('I');
    expect(personDisposition(['I', 'R'])).toBe('P');
    expect(personDisposition(['P', 'NC'])).toBe('P');
    expect(personDisposition(['NC', 'NC'])).toBe('NC');
    expect(personDisposition(['UH', 'UO'])).toBe('UO');
    expect(personDisposition(['NE', 'NC'])).toBe('NC');
    expect(personDisposition(['NE'])).toBe('NE');
  });
});

describe('a wave’s report', () => {
  it('counts people for the wave and asks for each credential, with one e for both', () => {
    const ask = (credentialId: number, facts: Partial<AskFacts>, yes: boolean | null = null) => ({
      ...SILENT,
      ...facts,
      credentialId,
      yes,
    });
    const report = waveReport([
      { people: 3, asks: [ask(1, { answer: 'full' }, true), ask(2, { answer: 'full' }, false)] },
      { people: 2, asks: [ask(1, { answer: 'full' }, false), ask(2, {})] },
      { people: 4, asks: [ask(1, {})] },
      { people: 1, asks: [ask(2, { contactLeft: true })] },
    ]);
    expect(report.wave.counts).toEqual({ ...noDispositions(), I: 3, P: 2, NC: 4, NE: 1 });
    expect(report.wave.total).toBe(10);
    expect(report.eligibility).toEqual({ e: 0.9, eligible: 9, known: 10 });
    expect(report.credentials.get(1)).toMatchObject({
      counts: { I: 5, NC: 4 },
      bounds: { yes: 3, asked: 9, low: 3 / 9, high: 7 / 9 },
    });
    expect(report.credentials.get(2)?.bounds).toEqual({ yes: 0, asked: 5, low: 0, high: 2 / 5 });
  });
});
