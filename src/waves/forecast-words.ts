import { formatDate } from '../lib/zoned-time.ts';
import { AIM, chanceText } from '../outreach/planner/forecast.ts';

/** What is said of one credential: its need, and how likely outreach is to meet it (Q3: never of evidence itself). */
export type ForecastFacts = {
  required: number;
  shortfall: number;
  lapsing: number;
  outlook: 'already_met' | 'expected' | 'short';
  chance: number;
  expectedBy: Date | null;
  chanceBy: number;
  moreEmployersNeeded: number;
  deadline: Date | null;
};

const employers = (count: number) =>
  `${count.toLocaleString('en-US')} more ${count === 1 ? 'employer' : 'employers'}`;

/** What the outlook rests on: the audience of one wave that is planned, or all waves under way. */
export type ForecastOf = 'audience' | 'waves';

const WITH: Record<ForecastOf, string> = { audience: 'this audience', waves: 'the waves under way' };

/** "Expected to reach 10 by March 12, 2027 (chance 8 in 10)", or what is missing; empty where nothing is needed. */
export function forecastText(facts: ForecastFacts, zone: string, of: ForecastOf): string {
  const { outlook, expectedBy, chance, deadline, moreEmployersNeeded } = facts;
  if (outlook === 'already_met') return '';
  const needs = `needs about ${employers(moreEmployersNeeded)} in these sectors`;
  if (outlook === 'short' || expectedBy === null) {
    return chance < 0.05
      ? `Out of reach with ${WITH[of]}: ${needs}`
      : `Unlikely with ${WITH[of]} (chance ${chanceText(chance)}): ${needs}`;
  }
  const aim = facts.shortfall > 0 ? `reach ${facts.required}` : `keep ${facts.required}`;
  const expected = `Expected to ${aim} by ${formatDate(expectedBy, zone)} (chance ${chanceText(facts.chanceBy)})`;
  const more = chance < AIM ? `; about ${employers(moreEmployersNeeded)} would make it 8 in 10` : '';
  const late =
    deadline !== null && expectedBy > deadline
      ? `; its cycle ends before, on ${formatDate(deadline, 'UTC')}`
      : '';
  return `${expected}${more}${late}`;
}

/** The same in a word or two. */
export function forecastTag(facts: Pick<ForecastFacts, 'outlook' | 'chance'>): {
  kind: string;
  text: string;
} {
  if (facts.outlook === 'already_met') return { kind: 'quiet', text: 'Has its number' };
  if (facts.outlook === 'short') return { kind: 'short', text: 'Not enough asked' };
  return facts.chance < AIM ? { kind: 'active', text: 'Perhaps' } : { kind: 'good', text: 'On course' };
}

/** "4 of 10", with what lapses soon. */
export function needText({ required, shortfall, lapsing }: ForecastFacts): string {
  const lapses = lapsing > 0 ? `${lapsing} ${lapsing === 1 ? 'lapses' : 'lapse'} soon` : '';
  if (shortfall === 0) return lapses === '' ? 'Met' : `Met, but ${lapses}`;
  return `${shortfall} of ${required}${lapses === '' ? '' : `, and ${lapses}`}`;
}
