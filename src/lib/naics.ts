import { readFileSync } from 'node:fs';

/**
 * The NAICS 2017 industry codes of src/data/naics-2017-6digit.csv. The sector column of that file is not used:
 * it is blank or wrong for two codes, and the first two digits say the same.
 */
export const NAICS_SECTORS: readonly { prefixes: readonly string[]; title: string }[] = [
  { prefixes: ['11'], title: 'Agriculture, Forestry, Fishing and Hunting' },
  { prefixes: ['21'], title: 'Mining, Quarrying, and Oil and Gas Extraction' },
  { prefixes: ['22'], title: 'Utilities' },
  { prefixes: ['23'], title: 'Construction' },
  { prefixes: ['31', '32', '33'], title: 'Manufacturing' },
  { prefixes: ['42'], title: 'Wholesale Trade' },
  { prefixes: ['44', '45'], title: 'Retail Trade' },
  { prefixes: ['48', '49'], title: 'Transportation and Warehousing' },
  { prefixes: ['51'], title: 'Information' },
  { prefixes: ['52'], title: 'Finance and Insurance' },
  { prefixes: ['53'], title: 'Real Estate and Rental and Leasing' },
  { prefixes: ['54'], title: 'Professional, Scientific, and Technical Services' },
  { prefixes: ['55'], title: 'Management of Companies and Enterprises' },
  { prefixes: ['56'], title: 'Administrative and Support and Waste Management and Remediation Services' },
  { prefixes: ['61'], title: 'Educational Services' },
  { prefixes: ['62'], title: 'Health Care and Social Assistance' },
  { prefixes: ['71'], title: 'Arts, Entertainment, and Recreation' },
  { prefixes: ['72'], title: 'Accommodation and Food Services' },
  { prefixes: ['81'], title: 'Other Services (except Public Administration)' },
  { prefixes: ['92'], title: 'Public Administration' },
];

/**
 * Codes of earlier editions that turn up in older lists, each with its edition's meaning and, where the whole of it
 * went to one code, its successor of 2017. Codes that were split have no successor here: a person must choose.
 */
const RETIRED: Readonly<Record<string, { meant: string; now: string | null }>> = {
  '211111': { meant: 'Crude Petroleum and Natural Gas Extraction', now: null },
  '211112': { meant: 'Natural Gas Liquid Extraction', now: '211130' },
  '443111': { meant: 'Household Appliance Stores', now: '443141' },
  '443112': { meant: 'Radio, Television, and Other Electronics Stores', now: '443142' },
  '452111': { meant: 'Department Stores (except Discount)', now: '452210' },
  '452112': { meant: 'Discount Department Stores', now: null },
  '452910': { meant: 'Warehouse Clubs and Supercenters', now: '452311' },
  '452990': { meant: 'All Other General Merchandise Stores', now: '452319' },
  '454111': { meant: 'Electronic Shopping', now: '454110' },
  '454112': { meant: 'Electronic Auctions', now: '454110' },
  '454113': { meant: 'Mail-Order Houses', now: '454110' },
  '517110': { meant: 'Wired Telecommunications Carriers', now: '517311' },
  '517210': { meant: 'Wireless Telecommunications Carriers (except Satellite)', now: '517312' },
  '541711': { meant: 'Research and Development in Biotechnology', now: null },
  '722110': { meant: 'Full-Service Restaurants', now: '722511' },
  '722211': { meant: 'Limited-Service Restaurants', now: '722513' },
  '722212': { meant: 'Cafeterias, Grill Buffets, and Buffets', now: '722514' },
  '722213': { meant: 'Snack and Nonalcoholic Beverage Bars', now: '722515' },
};

let titles: ReadonlyMap<string, string> | null = null;

function table(): ReadonlyMap<string, string> {
  titles ??= readTable();
  return titles;
}

function readTable(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL('../data/naics-2017-6digit.csv', import.meta.url), 'utf8');
  const rows = new Map<string, string>();
  for (const line of text.split(/\r?\n/).slice(1)) {
    const match = /^(\d{6}),(?:"((?:[^"]|"")*)"|([^,]*))/.exec(line);
    if (match?.[1]) rows.set(match[1], (match[2] ?? match[3] ?? '').replaceAll('""', '"'));
  }
  return rows;
}

/** The title of a six-digit code, or null when the 2017 edition has no such code. */
export function naicsTitle(code: string): string | null {
  return table().get(code) ?? null;
}

/** True for two to six digits that begin at least one code of the 2017 edition. */
export function isNaicsPrefix(prefix: string): boolean {
  if (!/^\d{2,6}$/.test(prefix)) return false;
  if (prefix.length === 6) return table().has(prefix);
  for (const code of table().keys()) if (code.startsWith(prefix)) return true;
  return false;
}

/** The sector of a code or prefix, or null. */
export function naicsSector(code: string): string | null {
  return NAICS_SECTORS.find((sector) => sector.prefixes.includes(code.slice(0, 2)))?.title ?? null;
}

/** What a code that is not of 2017 meant in an earlier edition, when it is a known one. */
export function retiredNaics(code: string): { meant: string; now: string | null } | null {
  return RETIRED[code] ?? null;
}
