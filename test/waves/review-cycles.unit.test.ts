import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { REVIEW_CYCLES } from '../../src/approvals/types.ts';
import {
  type CycleApplication,
  type CycleSpan,
  cycleNeeds,
  cycleOn,
  decideProposal,
  type KnownProposal,
  possibleDays,
  sectorsFor,
} from '../../src/waves/cycle/rules.ts';

const FLORIDA: CycleSpan = { startsOn: '2026-07-01', endsOn: '2027-07-01', name: '2026–27' };

describe('cycleOn', () => {
  test.each([
    ['annual', '2026-07-01', '2026-07-01', '2027-07-01'],
    ['annual', '2027-06-30', '2026-07-01', '2027-07-01'],
    ['annual', '2027-07-01', '2027-07-01', '2028-07-01'],
    ['annual', '2031-02-28', '2030-07-01', '2031-07-01'],
    ['quarterly', '2027-08-15', '2027-07-01', '2027-10-01'],
    ['twice_a_year', '2028-01-01', '2028-01-01', '2028-07-01'],
    ['every_2_years', '2029-06-30', '2027-07-01', '2029-07-01'],
    ['every_5_years', '2027-07-02', '2027-07-01', '2032-07-01'],
    ['rolling', '2027-12-31', '2027-10-01', '2028-01-01'],
    ['rolling', '2028-02-29', '2028-01-01', '2028-04-01'],
  ] as const)('%s on %s lasts from %s to %s', (reviewCycle, today, startsOn, endsOn) => {
    expect(cycleOn(reviewCycle, [FLORIDA], today)).toMatchObject({ startsOn, endsOn });
  });

  test('every day lies in its cycle, or before a recorded one that is to come', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REVIEW_CYCLES),
        fc.date({ min: new Date('2024-01-01'), max: new Date('2040-12-31'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 400 }),
        (reviewCycle, date, offset) => {
          const today = date.toISOString().slice(0, 10);
          const startsOn = new Date(Date.UTC(2026, 0, 1 + offset)).toISOString().slice(0, 10);
          const endsOn = new Date(Date.UTC(2026, 3, 1 + offset)).toISOString().slice(0, 10);
          const span = cycleOn(reviewCycle, [{ startsOn, endsOn, name: 'One' }], today);
          expect(span.startsOn < span.endsOn).toBe(true);
          expect(today < span.endsOn).toBe(true);
          if (today >= startsOn || reviewCycle === 'rolling') expect(span.startsOn <= today).toBe(true);
        },
      ),
    );
  });

  test('a recorded cycle stands, however long it is', () => {
    const odd = { startsOn: '2027-07-01', endsOn: '2028-02-01', name: 'A short year' };
    expect(cycleOn('annual', [FLORIDA, odd], '2027-12-24')).toEqual(odd);
    expect(cycleOn('annual', [odd], '2027-01-01')).toEqual(odd);
  });
});

const application = (over: Partial<CycleApplication> = {}): CycleApplication => ({
  credentialId: 1,
  name: 'Certified Nursing Assistant',
  stage: 'undecided',
  submittedOn: '2026-08-01',
  cycle: FLORIDA,
  reviewDueOn: null,
  required: 10,
  shortfall: 4,
  lapse: null,
  warnDays: 90,
  ...over,
});
const needs = (applications: CycleApplication[], over: Partial<Parameters<typeof cycleNeeds>[0]> = {}) =>
  cycleNeeds({
    reviewCycle: 'annual',
    cycles: [FLORIDA],
    applications,
    inHand: new Set(),
    today: '2027-02-15',
    ...over,
  });

describe('cycleNeeds', () => {
  test('one need for the cycle, with the credentials that are short, the neediest first', () => {
    const found = needs([
      application(),
      application({ credentialId: 2, name: 'EKG Technician', shortfall: 9 }),
      application({ credentialId: 3, name: 'Has its number', shortfall: 0 }),
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ cycle: FLORIDA, need: 'short', deadline: '2027-07-01' });
    expect(found[0]?.credentials.map(({ credentialId }) => credentialId)).toEqual([2, 1]);
  });

  test('what a wave already asks about is in hand', () => {
    expect(needs([application()], { inHand: new Set([1]) })).toEqual([]);
  });

  test('a fresh application is left to staff for two weeks, unless the end of the cycle is near', () => {
    const fresh = application({ submittedOn: '2026-09-01' });
    expect(needs([fresh], { today: '2026-09-10' })).toEqual([]);
    expect(needs([fresh], { today: '2026-09-15' })).toHaveLength(1);
    expect(needs([application({ submittedOn: '2027-03-01' })], { today: '2027-03-02' })).toHaveLength(1);
  });

  test('an application of a cycle that is over belongs to the one of now, without a deadline', () => {
    const [need] = needs([application()], { today: '2027-09-01' });
    expect(need).toMatchObject({ cycle: { startsOn: '2027-07-01' }, deadline: null });
  });

  test('a list that reviews all the time has no end to meet', () => {
    const [need] = needs([application()], { reviewCycle: 'rolling' });
    expect(need).toMatchObject({ cycle: { startsOn: '2027-01-01' }, need: 'short', deadline: null });
  });

  test('an approval whose evidence ages out soon asks to be renewed before it does', () => {
    const lapsing = (on: string) =>
      needs([application({ stage: 'approved', shortfall: 0, lapse: { on, missing: 3 } })]);
    expect(lapsing('2027-06-01')).toMatchObject([
      { need: 'lapsing', deadline: '2027-06-01', credentials: [{ lapsing: 3, lapsesOn: '2027-06-01' }] },
    ]);
    expect(lapsing('2027-11-01')).toEqual([]);
    // A wave of today closes by 11 March at the earliest, and the policy wants renewal 90 days ahead.
    expect(lapsing('2027-06-09')).toHaveLength(1);
    expect(lapsing('2027-06-10')).toEqual([]);
  });

  test('an approval that is short already wants it by its review', () => {
    const [need] = needs([application({ stage: 'approved', shortfall: 2, reviewDueOn: '2027-05-01' })]);
    expect(need).toMatchObject({ need: 'lapsing', deadline: '2027-05-01' });
  });
});

const known = (over: Partial<KnownProposal> = {}): KnownProposal => ({
  id: 7,
  startsOn: FLORIDA.startsOn,
  need: 'short',
  round: 1,
  state: 'open',
  isWaveClosed: false,
  ...over,
});
test.each<[string, KnownProposal[], ReturnType<typeof decideProposal>]>([
  ['nothing before: the first', [], { make: { round: 1 } }],
  ['an open one is brought up to date', [known()], { update: { id: 7 } }],
  ['a dismissed one ends it for the cycle', [known({ state: 'dismissed' })], null],
  ['its wave is under way', [known({ state: 'taken' })], null],
  [
    'its wave closed and did not suffice',
    [known({ state: 'taken', isWaveClosed: true })],
    { make: { round: 2 } },
  ],
  ['the need had gone and came back', [known({ state: 'passed' })], { make: { round: 2 } }],
  ['another cycle’s says nothing', [known({ startsOn: '2025-07-01' })], { make: { round: 1 } }],
  ['another need’s says nothing', [known({ need: 'lapsing' })], { make: { round: 1 } }],
  [
    'the last round decides',
    [known({ state: 'passed' }), known({ id: 8, round: 2, state: 'dismissed' })],
    null,
  ],
])('%s', (_, before, decision) => {
  expect(decideProposal({ cycle: FLORIDA, need: 'short' }, before)).toEqual(decision);
});

describe('possibleDays', () => {
  test('without a deadline: thirteen Mondays, two weeks of invitations each', () => {
    const found = possibleDays('2027-02-15', null, 7);
    expect(found).toHaveLength(13);
    expect(found[0]).toEqual({
      sendFrom: '2027-02-22',
      sendUntil: '2027-03-08',
      remindOn: '2027-03-12',
      closeOn: '2027-03-23',
      isLate: false,
    });
  });

  test('all done two weeks before the deadline, or a shorter wave, or told as late', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 120 }), fc.integer({ min: 0, max: 14 }), (left, grace) => {
        const today = '2027-02-17';
        const deadline = new Date(Date.parse(today) + left * 86_400_000).toISOString().slice(0, 10);
        const found = possibleDays(today, deadline, grace);
        expect(found.length).toBeGreaterThan(0);
        for (const days of found) {
          expect(days.sendFrom > today).toBe(true);
          expect(days.sendFrom < days.sendUntil).toBe(true);
          expect(days.sendUntil < days.remindOn).toBe(true);
          expect(days.remindOn < days.closeOn).toBe(true);
          const done = Date.parse(days.closeOn) + (grace + 14) * 86_400_000;
          expect(days.isLate).toBe(done > Date.parse(deadline));
        }
      }),
    );
  });
});

test('sectors: whole ones that hold what is named, every one where one credential concerns all', () => {
  expect(sectorsFor([{ naicsPrefixes: ['622', '23'] }, { naicsPrefixes: ['62'] }])).toEqual(['23', '62']);
  expect(sectorsFor([{ naicsPrefixes: ['332710', '7211'] }])).toEqual(['31', '32', '33', '72']);
  expect(sectorsFor([{ naicsPrefixes: ['62'] }, { naicsPrefixes: [] }])).toEqual([]);
});
