import Holidays from 'date-holidays';
import { expect, test } from 'vitest';
import { federalHolidays } from '../../src/lib/federal-holidays.ts';
import { stateHolidaysBetween } from '../../src/lib/state-holidays.ts';

const YEARS = [2026, 2027, 2028, 2029, 2030];
const isWorkday = (date: string) => ![0, 6].includes(new Date(date).getUTCDay());

/** The library's public holidays of one year that fall on working days, by date. */
function theirs(year: number, state?: string): Map<string, string> {
  const calendar = state === undefined ? new Holidays('US') : new Holidays('US', state);
  return new Map(
    calendar
      .getHolidays(year)
      .filter(({ type }) => type === 'public')
      .map(({ date, name }) => [date.slice(0, 10), name] as const)
      .filter(([date]) => isWorkday(date)),
  );
}

const OPEN = 'a day of remembrance: offices are open';
const PROCLAIMED = 'named year by year by the governor: an agency adds it as a day off';
const AFTER = 'the library lacks the day after Thanksgiving';
const SATURDAY = 'the library does not move it from a Saturday';

/** Why the library has a day that this table has not, by the library's name; and why this one has days that it lacks. */
const SETTLED: Record<string, { ours?: string; theirs?: Record<string, string> }> = {
  AK: { ours: 'the library does not move Alaska Day from a Sunday' },
  CT: { ours: SATURDAY },
  DC: { ours: 'the library does not move Emancipation Day from a Sunday' },
  FL: { theirs: { 'Susan B. Anthony Day': OPEN } },
  GA: { theirs: { 'State Holiday': PROCLAIMED, "Washington's Birthday": PROCLAIMED } },
  IA: {
    ours: AFTER,
    theirs: { "Lincoln's Birthday": 'a public holiday, and no paid one of Iowa Code 1C.2' },
  },
  IL: {
    ours: AFTER,
    theirs: { 'Casimir Pulaski Day': 'offices of the state are open', 'Malcolm X Day': OPEN },
  },
  IN: {
    theirs: {
      'Primary Election Day': 'there is no election in the year after a presidential one',
      'Election Day': 'there is no election in the year after a presidential one',
    },
  },
  KY: {
    ours: 'KRS 18A.190 closes offices after Thanksgiving and on presidential election day',
    theirs: {
      'Good Friday': 'half a day',
      'Christmas Eve': PROCLAIMED,
      "New Year's Eve": PROCLAIMED,
    },
  },
  MA: { theirs: { 'Evacuation Day': 'Suffolk County alone', 'Bunker Hill Day': 'Suffolk County alone' } },
  MD: { ours: 'the library lacks days of general elections' },
  MI: { ours: 'the library lacks election day, the day after Thanksgiving, and what moves from weekends' },
  MN: { ours: AFTER },
  MO: { ours: SATURDAY },
  MT: {
    theirs: {
      'Christmas Eve': 'not in MCA 1-1-216',
      "New Year's Eve": 'not in MCA 1-1-216',
      'Election Day': 'only of general elections, in even years',
    },
  },
  NC: {
    ours: 'three days at Christmas; the library has two',
    theirs: { 'Christmas Eve (substitute day)': 'kept after Christmas when that is a Monday' },
  },
  ND: { ours: 'N.D.C.C. 1-03-01 has Good Friday' },
  NE: { ours: AFTER },
  NJ: { theirs: { "Lincoln's Birthday": 'no holiday of the state’s offices since 2008' } },
  NV: {
    ours: 'NRS 236.015 says the Friday after the fourth Thursday',
    theirs: { 'Family Day': 'which is not the fourth Friday when November begins on one' },
  },
  NY: { theirs: { 'Susan B. Anthony Day': OPEN } },
  PA: { ours: AFTER, theirs: { 'Flag Day': OPEN } },
  RI: { ours: 'the library lacks election day, and that what falls on a Saturday is kept on Monday' },
  SC: { ours: 'the library lacks 24 December and the day after Thanksgiving, and moves nothing' },
  TN: { theirs: { 'Christmas Eve': PROCLAIMED } },
  UT: { ours: SATURDAY },
  VA: { ours: 'the library lacks election day and the day after Thanksgiving of Va. Code 2.2-3300' },
  VT: {
    ours: '1 V.S.A. 371 says 16 August',
    theirs: { 'Bennington Battle Day': 'not the third Monday of August' },
  },
  WA: { ours: AFTER },
  WI: {
    ours: 'Wis. Stat. 230.35(4) has 24 and 31 December',
    theirs: {
      'Primary Election Day': OPEN,
      'Election Day': OPEN,
      'Susan B. Anthony Day': OPEN,
    },
  },
  WV: {
    ours: 'W. Va. Code 2-2-1 has days of elections, moves West Virginia Day, and says the day after Thanksgiving',
    theirs: {
      'Susan B. Anthony Day': 'a name of general election day, not of 15 February',
      "Lincoln's Day": 'which is not the fourth Friday when November begins on one',
    },
  },
};

test('federal holidays are the library’s, with Veterans Day moved from a weekend as 5 U.S.C. 6103 has it', () => {
  const differs = YEARS.flatMap((year) => {
    const library = theirs(year);
    const own = federalHolidays(year);
    return [
      ...own.filter((date) => !library.has(date)).map((date) => `ours ${date}`),
      ...[...library.keys()].filter((date) => !own.includes(date)).map((date) => `theirs ${date}`),
    ];
  });
  // The library calls the moved day a bank holiday.
  expect(differs).toEqual(['ours 2028-11-10', 'ours 2029-11-12']);
});

test('each difference from the library is settled, and each that is settled is one', () => {
  const states = Object.keys(new Holidays().getStates('US'));
  expect(states).toHaveLength(51);
  const found: typeof SETTLED = {};
  for (const state of states) {
    for (const year of YEARS) {
      const federal = new Set(federalHolidays(year));
      const library = theirs(year, state);
      const own = stateHolidaysBetween(state, `${year}-01-01`, `${year}-12-31`);
      for (const date of own) {
        if (!isWorkday(date) || federal.has(date) || library.has(date)) continue;
        found[state] ??= {};
        found[state].ours ??= SETTLED[state]?.ours ?? `not settled: ${date}`;
      }
      for (const [date, name] of library) {
        if (federal.has(date) || own.includes(date)) continue;
        found[state] ??= {};
        found[state].theirs ??= {};
        found[state].theirs[name] ??= SETTLED[state]?.theirs?.[name] ?? `not settled: ${date}`;
      }
    }
  }
  expect(found).toEqual(SETTLED);
});
