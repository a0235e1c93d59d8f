import { readFileSync } from 'node:fs';
import { textKey } from './text-key.ts';

/** A county, parish, borough, independent city, or (in Connecticut) planning region. */
export type County = { fips: string; state: string; name: string };

/** The vintage of src/data/counties-2022.csv. */
export const COUNTY_VINTAGE = 2022;

/** Codes of earlier vintages, with what became of each; a code that was split has no single successor. */
const RETIRED: Readonly<Record<string, { name: string; now: string | null }>> = {
  '02261': { name: 'Valdez-Cordova', now: null },
  '02270': { name: 'Wade Hampton', now: '02158' },
  '09001': { name: 'Fairfield', now: null },
  '09003': { name: 'Hartford', now: null },
  '09005': { name: 'Litchfield', now: null },
  '09007': { name: 'Middlesex', now: null },
  '09009': { name: 'New Haven', now: null },
  '09011': { name: 'New London', now: null },
  '09013': { name: 'Tolland', now: null },
  '09015': { name: 'Windham', now: null },
  '12025': { name: 'Dade', now: '12086' },
  '46113': { name: 'Shannon', now: '46102' },
  '51515': { name: 'Bedford city', now: '51019' },
};

let tables: { byFips: ReadonlyMap<string, County>; byName: ReadonlyMap<string, County> } | null = null;

function table() {
  tables ??= readTable();
  return tables;
}

function readTable() {
  const text = readFileSync(new URL('../data/counties-2022.csv', import.meta.url), 'utf8');
  const counties = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [fips = '', state = '', name = ''] = line.split(',');
      return { fips, state, name };
    });
  return {
    byFips: new Map(counties.map((county) => [county.fips, county])),
    byName: new Map(counties.map((county) => [`${county.state}/${nameKey(county.name)}`, county])),
  };
}

const KINDS =
  / (?:county|parish|borough|census area|municipality|municipio|planning region|city and borough)$/;

function nameKey(name: string): string {
  return textKey(name)
    .replace(KINDS, '')
    .replace(/^st /, 'saint ')
    .replace(/^ste /, 'sainte ')
    .replaceAll(' ', '');
}

/** The county of five digits in the vintage of 2022, or null when it has no such code. */
export function countyOfFips(fips: string): County | null {
  return table().byFips.get(fips) ?? null;
}

/** What a code of an earlier vintage named, when it is a known one. */
export function retiredCounty(fips: string): { name: string; now: string | null } | null {
  return RETIRED[fips] ?? null;
}

/**
 * The county that a text names in a state: its name with or without "County", or its code of five digits. Null when there
 * is none such, or none in that state.
 */
export function findCounty(state: string, text: string): County | null {
  const tidy = text.trim();
  if (/^\d{5}$/.test(tidy)) {
    const county = countyOfFips(tidy);
    return county && (state === '' || county.state === state) ? county : null;
  }
  if (state === '') return null;
  return table().byName.get(`${state}/${nameKey(tidy)}`) ?? null;
}
