import { expect, test } from 'vitest';
import { type ForecastFacts, forecastTag, forecastText, needText } from '../../src/waves/forecast-words.ts';

const facts = (over: Partial<ForecastFacts> = {}): ForecastFacts => ({
  required: 10,
  shortfall: 4,
  lapsing: 0,
  outlook: 'expected',
  chance: 0.87,
  expectedBy: new Date('2027-03-12T18:00:00Z'),
  chanceBy: 0.81,
  moreEmployersNeeded: 0,
  deadline: null,
  ...over,
});
const text = (over: Partial<ForecastFacts>) => forecastText(facts(over), 'America/Denver', 'audience');

test.each<[Partial<ForecastFacts>, string, string]>([
  [{}, 'Expected to reach 10 by March 12, 2027 (chance 8 in 10)', 'On course'],
  [{ shortfall: 0, lapsing: 3 }, 'Expected to keep 10 by March 12, 2027 (chance 8 in 10)', 'On course'],
  [
    { chance: 0.62, chanceBy: 0.62, moreEmployersNeeded: 25 },
    'Expected to reach 10 by March 12, 2027 (chance 6 in 10); about 25 more employers would make it 8 in 10',
    'Perhaps',
  ],
  [
    { deadline: new Date('2027-03-01T00:00:00Z') },
    'Expected to reach 10 by March 12, 2027 (chance 8 in 10); its cycle ends before, on March 1, 2027',
    'On course',
  ],
  [
    { outlook: 'short', chance: 0.21, chanceBy: 0.21, expectedBy: null, moreEmployersNeeded: 1 },
    'Unlikely with this audience (chance 2 in 10): needs about 1 more employer in these sectors',
    'Not enough asked',
  ],
  [
    { outlook: 'short', chance: 0, chanceBy: 0, expectedBy: null, moreEmployersNeeded: 1250 },
    'Out of reach with this audience: needs about 1,250 more employers in these sectors',
    'Not enough asked',
  ],
  [{ outlook: 'already_met', shortfall: 0, chance: 1, expectedBy: null }, '', 'Has its number'],
])('%o', (over, said, tag) => {
  expect(text(over)).toBe(said);
  expect(forecastTag(facts(over)).text).toBe(tag);
});

test.each<[Partial<ForecastFacts>, string]>([
  [{}, '4 of 10'],
  [{ lapsing: 1 }, '4 of 10, and 1 lapses soon'],
  [{ shortfall: 0 }, 'Met'],
  [{ shortfall: 0, lapsing: 3 }, 'Met, but 3 lapse soon'],
])('need %o', (over, said) => {
  expect(needText(facts(over))).toBe(said);
});
