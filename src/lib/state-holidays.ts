import { nthWeekday, observed } from './federal-holidays.ts';

const DAY_MS = 86_400_000;
const MONDAY = 1;
const TUESDAY = 2;
const THURSDAY = 4;
const FRIDAY = 5;

/** The day of a year as the time it begins in UTC; null in years without it. */
type Day = (year: number) => number | null;

const fixed =
  (month: number, day: number): Day =>
  (year) =>
    observed(Date.UTC(year, month - 1, day));
const nth =
  (month: number, weekday: number, count: number): Day =>
  (year) =>
    nthWeekday(year, month - 1, weekday, count);
const fromEaster =
  (days: number): Day =>
  (year) =>
    easterSunday(year) + days * DAY_MS;
const GOOD_FRIDAY = fromEaster(-2);
const AFTER_THANKSGIVING: Day = (year) => nthWeekday(year, 10, THURSDAY, 4) + DAY_MS;
/** The Tuesday after the first Monday in November. */
const ELECTION_DAY: Day = (year) => nthWeekday(year, 10, MONDAY, 1) + DAY_MS;
const ELECTION_DAY_EVEN_YEARS: Day = (year) => (year % 2 === 0 ? ELECTION_DAY(year) : null);
const CHRISTMAS_EVE = fixed(12, 24);
const DAY_AFTER_CHRISTMAS = fixed(12, 26);

/**
 * Days beside the federal ones on which a state's offices are closed by its own law, so that few people there read
 * mail. States that are missing keep the federal days, or close on others by yearly proclamation only: an agency adds
 * those as days without sending. Days on which offices stay open with fewer people (Texas has several) are left out.
 */
const STATE_DAYS: Record<string, { source: string; days: readonly Day[] }> = {
  AK: {
    source: 'Alaska Stat. 44.12.010: Seward’s Day, Alaska Day',
    days: [nth(3, MONDAY, -1), fixed(10, 18)],
  },
  CA: { source: 'Cal. Gov. Code 6700: Cesar Chavez Day', days: [fixed(3, 31), AFTER_THANKSGIVING] },
  CO: { source: 'C.R.S. 24-11-101: Frances Xavier Cabrini Day', days: [nth(10, MONDAY, 1)] },
  DE: {
    source: '1 Del. C. 501',
    days: [GOOD_FRIDAY, ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
  FL: { source: 'Fla. Stat. 110.117', days: [AFTER_THANKSGIVING] },
  HI: {
    source: 'HRS 8-1: Prince Kuhio, King Kamehameha, Statehood Day',
    days: [fixed(3, 26), GOOD_FRIDAY, fixed(6, 11), nth(8, FRIDAY, 3), ELECTION_DAY_EVEN_YEARS],
  },
  LA: {
    source: 'La. R.S. 1:55: Mardi Gras',
    days: [fromEaster(-47), GOOD_FRIDAY, ELECTION_DAY_EVEN_YEARS],
  },
  MA: { source: 'M.G.L. c. 4 § 7: Patriots’ Day', days: [nth(4, MONDAY, 3)] },
  MD: {
    source: 'Md. Code, State Pers. & Pens. 9-201',
    days: [ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
  ME: { source: '4 M.R.S. 1051: Patriots’ Day', days: [nth(4, MONDAY, 3)] },
  MT: { source: 'MCA 1-1-216', days: [ELECTION_DAY_EVEN_YEARS] },
  NC: {
    source: '25 NCAC 01E .0901',
    days: [GOOD_FRIDAY, AFTER_THANKSGIVING, CHRISTMAS_EVE, DAY_AFTER_CHRISTMAS],
  },
  NE: {
    source: 'Neb. Rev. Stat. 62-301: Arbor Day',
    days: [nth(4, FRIDAY, -1), AFTER_THANKSGIVING],
  },
  NJ: { source: 'N.J.S.A. 36:1-1', days: [GOOD_FRIDAY, ELECTION_DAY] },
  NV: {
    source: 'NRS 236.015: Nevada Day, Family Day',
    days: [nth(10, FRIDAY, -1), AFTER_THANKSGIVING],
  },
  NY: {
    source: 'N.Y. Gen. Constr. Law 24: Lincoln’s birthday',
    days: [fixed(2, 12), ELECTION_DAY],
  },
  RI: { source: 'R.I. Gen. Laws 25-1-1: Victory Day', days: [nth(8, MONDAY, 2)] },
  TN: { source: 'Tenn. Code 15-1-101', days: [GOOD_FRIDAY] },
  TX: {
    source: 'Tex. Gov’t Code 662.003',
    days: [AFTER_THANKSGIVING, CHRISTMAS_EVE, DAY_AFTER_CHRISTMAS],
  },
  UT: { source: 'Utah Code 63G-1-301: Pioneer Day', days: [fixed(7, 24)] },
  VA: { source: 'Va. Code 2.2-3300', days: [ELECTION_DAY, AFTER_THANKSGIVING] },
  VT: {
    source: '1 V.S.A. 371: Town Meeting Day, Bennington Battle Day',
    days: [nth(3, TUESDAY, 1), fixed(8, 16)],
  },
  WA: { source: 'RCW 1.16.050', days: [AFTER_THANKSGIVING] },
  WI: { source: 'Wis. Stat. 230.35(4)', days: [CHRISTMAS_EVE, fixed(12, 31)] },
  WV: { source: 'W. Va. Code 2-2-1: West Virginia Day', days: [fixed(6, 20), AFTER_THANKSGIVING] },
};

/** A state's own holidays from one date to another, both included, in order; none where none are known. */
export function stateHolidaysBetween(state: string, from: string, until: string): string[] {
  const days = STATE_DAYS[state.toUpperCase()]?.days ?? [];
  const dates = new Set<string>();
  for (let year = Number(from.slice(0, 4)); year <= Number(until.slice(0, 4)); year += 1) {
    for (const day of days) {
      const time = day(year);
      if (time === null) continue;
      const date = new Date(time).toISOString().slice(0, 10);
      if (date >= from && date <= until) dates.add(date);
    }
  }
  return [...dates].sort();
}

/** Easter Sunday of the Gregorian calendar, by the anonymous algorithm (Meeus, Jones, Butcher). */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return Date.UTC(year, month - 1, ((h + l - 7 * m + 114) % 31) + 1);
}
