import { nthWeekday, observed } from './federal-holidays.ts';

const DAY_MS = 86_400_000;
const MONDAY = 1;
const TUESDAY = 2;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;

/** The days of a year, each as the time it begins in UTC. */
type Days = (year: number) => readonly number[];

const date = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day);
const weekdayOf = (time: number) => new Date(time).getUTCDay();
/** On Friday when it falls on Saturday, on Monday when on Sunday, as federal offices keep theirs. */
const fixed =
  (month: number, day: number): Days =>
  (year) => [observed(date(year, month, day))];
/** On Monday when it falls on Sunday; not moved from a Saturday. */
const unlessSunday =
  (month: number, day: number): Days =>
  (year) => {
    const time = date(year, month, day);
    return [weekdayOf(time) === 0 ? time + DAY_MS : time];
  };
/** Not kept when it falls on a weekend. */
const unmoved =
  (month: number, day: number): Days =>
  (year) => [date(year, month, day)];
/** On Monday also when it falls on Saturday. */
const weekendToMonday =
  (month: number, day: number): Days =>
  (year) => {
    const time = date(year, month, day);
    return [weekdayOf(time) === SATURDAY ? time + 2 * DAY_MS : observed(time)];
  };
/** The day before a holiday: a day earlier when that one is kept on this one's date. */
const eve =
  (month: number, day: number): Days =>
  (year) => {
    const time = date(year, month, day);
    const back = { [FRIDAY]: 1, [SATURDAY]: 1, 0: 2 }[weekdayOf(time)] ?? 0;
    return [time - back * DAY_MS];
  };
const nth =
  (month: number, weekday: number, count: number): Days =>
  (year) => [nthWeekday(year, month - 1, weekday, count)];
const fromEaster =
  (days: number): Days =>
  (year) => [easterSunday(year) + days * DAY_MS];
const inYears =
  (are: (year: number) => boolean, days: Days): Days =>
  (year) =>
    are(year) ? days(year) : [];
const GOOD_FRIDAY = fromEaster(-2);
const AFTER_THANKSGIVING: Days = (year) => [nthWeekday(year, 10, THURSDAY, 4) + DAY_MS];
/** The Tuesday after the first Monday of a month. */
const electionDay =
  (month: number): Days =>
  (year) => [nthWeekday(year, month - 1, MONDAY, 1) + DAY_MS];
const ELECTION_DAY = electionDay(11);
const isEven = (year: number) => year % 2 === 0;
const isPresidential = (year: number) => year % 4 === 0;
const ELECTION_DAY_EVEN_YEARS = inYears(isEven, ELECTION_DAY);
/**
 * Three days, on working days around Christmas. That they are three is law; which ones is set year by year by the
 * commission, whose schedules up to 2026 this follows. An agency adds a day that a later schedule has.
 */
const CHRISTMAS_IN_NC: Days = (year) => {
  const christmas = date(year, 12, 25);
  const around: Record<number, readonly number[]> = {
    0: [-2, 1, 2],
    [MONDAY]: [0, 1, 2],
    [FRIDAY]: [-1, 0, 3],
    [SATURDAY]: [-2, -1, 2],
  };
  return (around[weekdayOf(christmas)] ?? [-1, 0, 1]).map((days) => christmas + days * DAY_MS);
};

/**
 * Days beside the federal ones on which a state's offices are closed by its own law, so that few people there read
 * mail. States that are missing keep the federal days, or close on others by yearly proclamation only (Georgia,
 * Kansas, Tennessee around Christmas): an agency adds those as days without sending. Days on which offices stay open
 * with fewer people, half days, and holidays of single counties are left out.
 *
 * A test holds the table against the package date-holidays for 2026 to 2030, with the reason for each difference. The
 * package is not the source: it moves no day that falls on a weekend in most states, keeps days of remembrance on which
 * offices are open, lacks several states' days, and its data are CC BY-SA. What it had and this table lacked was looked
 * up in the statutes and added.
 */
const STATE_DAYS: Record<string, { source: string; days: readonly Days[] }> = {
  AK: {
    source: 'Alaska Stat. 44.12.010: Seward’s Day, Alaska Day',
    days: [nth(3, MONDAY, -1), fixed(10, 18)],
  },
  AL: {
    source: 'Ala. Code 1-3-8: Confederate Memorial Day, Jefferson Davis’ birthday',
    days: [nth(4, MONDAY, 4), nth(6, MONDAY, 1)],
  },
  AR: { source: 'Ark. Code 1-5-101: Christmas Eve', days: [fixed(12, 24)] },
  CA: {
    source: 'Cal. Gov. Code 6700, 6701: Cesar Chavez Day, moved from a Sunday only',
    days: [unlessSunday(3, 31), AFTER_THANKSGIVING],
  },
  CO: { source: 'C.R.S. 24-11-101: Frances Xavier Cabrini Day', days: [nth(10, MONDAY, 1)] },
  CT: {
    source: 'Conn. Gen. Stat. 1-4: Lincoln Day; Good Friday as the day of fasting',
    days: [fixed(2, 12), GOOD_FRIDAY],
  },
  DC: { source: 'D.C. Code 1-612.02a: Emancipation Day', days: [fixed(4, 16)] },
  DE: {
    source: '1 Del. C. 501',
    days: [GOOD_FRIDAY, ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
  FL: { source: 'Fla. Stat. 110.117', days: [AFTER_THANKSGIVING] },
  HI: {
    source: 'HRS 8-1: Prince Kuhio, King Kamehameha, Statehood Day',
    days: [fixed(3, 26), GOOD_FRIDAY, fixed(6, 11), nth(8, FRIDAY, 3), ELECTION_DAY_EVEN_YEARS],
  },
  IA: { source: 'Iowa Code 1C.2', days: [AFTER_THANKSGIVING] },
  IL: {
    source: 'Illinois CMS, State Holidays: Lincoln’s birthday',
    days: [fixed(2, 12), ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
  IN: {
    source: 'Ind. Code 1-1-9: election days in years with elections, Lincoln’s birthday after Thanksgiving',
    days: [
      GOOD_FRIDAY,
      inYears((year) => year % 4 !== 1, electionDay(5)),
      inYears((year) => year % 4 !== 1, ELECTION_DAY),
      AFTER_THANKSGIVING,
    ],
  },
  KY: {
    source: 'KRS 18A.190, 2.190; the governor names the further days at Christmas and New Year',
    days: [inYears(isPresidential, ELECTION_DAY), AFTER_THANKSGIVING],
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
  MI: {
    source: 'Mich. Civil Service Regulation 5.08',
    days: [ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING, eve(12, 24), eve(12, 31)],
  },
  MN: { source: 'Minn. Stat. 645.44 subd. 5, executive branch', days: [AFTER_THANKSGIVING] },
  MO: { source: 'RSMo 9.010: Lincoln Day, Truman Day', days: [fixed(2, 12), fixed(5, 8)] },
  MS: { source: 'Miss. Code 3-3-7: Confederate Memorial Day', days: [nth(4, MONDAY, -1)] },
  MT: { source: 'MCA 1-1-216', days: [ELECTION_DAY_EVEN_YEARS] },
  NC: {
    source: 'G.S. 126-4(5), 25 NCAC 01E .0901: three days at Christmas',
    days: [GOOD_FRIDAY, AFTER_THANKSGIVING, CHRISTMAS_IN_NC],
  },
  ND: { source: 'N.D.C.C. 1-03-01', days: [GOOD_FRIDAY] },
  NE: {
    source: 'Neb. Rev. Stat. 62-301: Arbor Day',
    days: [nth(4, FRIDAY, -1), AFTER_THANKSGIVING],
  },
  NH: {
    source: 'RSA 288:1; the day after Thanksgiving by agreement with the state’s employees',
    days: [ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
  NJ: { source: 'N.J.S.A. 36:1-1', days: [GOOD_FRIDAY, ELECTION_DAY] },
  NM: {
    source: 'NMSA 12-5-2: Presidents’ Day is kept after Thanksgiving',
    days: [AFTER_THANKSGIVING],
  },
  NV: {
    source: 'NRS 236.015: Nevada Day, Family Day',
    days: [nth(10, FRIDAY, -1), AFTER_THANKSGIVING],
  },
  NY: {
    source: 'N.Y. Gen. Constr. Law 24: Lincoln’s birthday, moved from a Sunday only',
    days: [unlessSunday(2, 12), ELECTION_DAY],
  },
  OK: { source: '25 O.S. 82.1', days: [AFTER_THANKSGIVING] },
  PA: { source: 'Holidays of the Commonwealth’s employees', days: [AFTER_THANKSGIVING] },
  RI: {
    source: 'R.I. Gen. Laws 25-1-1: Victory Day; what falls on a Saturday is kept on Monday',
    days: [
      nth(8, MONDAY, 2),
      ELECTION_DAY_EVEN_YEARS,
      weekendToMonday(1, 1),
      weekendToMonday(7, 4),
      weekendToMonday(11, 11),
      weekendToMonday(12, 25),
    ],
  },
  SC: {
    source: 'S.C. Code 53-5-10: Confederate Memorial Day',
    days: [fixed(5, 10), AFTER_THANKSGIVING, fixed(12, 24), fixed(12, 26)],
  },
  TN: { source: 'Tenn. Code 15-1-101', days: [GOOD_FRIDAY] },
  TX: {
    source: 'Tex. Gov’t Code 662.003, 662.004: none is moved from a weekend',
    days: [AFTER_THANKSGIVING, unmoved(12, 24), unmoved(12, 26)],
  },
  UT: { source: 'Utah Code 63G-1-301: Pioneer Day', days: [fixed(7, 24)] },
  VA: { source: 'Va. Code 2.2-3300', days: [ELECTION_DAY, AFTER_THANKSGIVING] },
  VT: {
    source: '1 V.S.A. 371: Town Meeting Day, Bennington Battle Day',
    days: [nth(3, TUESDAY, 1), fixed(8, 16)],
  },
  WA: { source: 'RCW 1.16.050', days: [AFTER_THANKSGIVING] },
  WI: { source: 'Wis. Stat. 230.35(4)', days: [fixed(12, 24), fixed(12, 31)] },
  WV: {
    source: 'W. Va. Code 2-2-1: West Virginia Day, Lincoln’s Day, days of primary and general elections',
    days: [inYears(isEven, nth(5, TUESDAY, 2)), fixed(6, 20), ELECTION_DAY_EVEN_YEARS, AFTER_THANKSGIVING],
  },
};

/** A state's own holidays from one date to another, both included, in order; none where none are known. */
export function stateHolidaysBetween(state: string, from: string, until: string): string[] {
  const days = STATE_DAYS[state.toUpperCase()]?.days ?? [];
  const dates = new Set<string>();
  for (let year = Number(from.slice(0, 4)); year <= Number(until.slice(0, 4)); year += 1) {
    for (const time of days.flatMap((inYear) => inYear(year))) {
      const day = new Date(time).toISOString().slice(0, 10);
      if (day >= from && day <= until) dates.add(day);
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
