import { textKey, tidySpaces } from '../../lib/text-key.ts';

/** Legal forms and the like that two writings of one firm's name often differ in. */
const LEGAL_ENDINGS = new Set([
  'inc',
  'incorporated',
  'llc',
  'lc',
  'llp',
  'lllp',
  'lp',
  'pllp',
  'pllc',
  'plc',
  'pc',
  'pa',
  'psc',
  'apc',
  'corp',
  'corporation',
  'co',
  'company',
  'ltd',
  'limited',
]);

const SPELLED_ENDINGS: readonly [RegExp, string][] = [
  [/\blimited liability (?:company|co)$/, ''],
  [/\blimited liability partnership$/, ''],
  [/\blimited partnership$/, ''],
  [/\b(?:a )?professional corporation$/, ''],
  [/\bprofessional limited liability company$/, ''],
  [/\bl l c$/, ''],
  [/\bl l p$/, ''],
];

/**
 * What an employer is matched by: its name without case, punctuation, a leading "the" and legal endings. A name that
 * is nothing but such words keeps them. "Rocky Mountain Eye Center, P.C." and "THE ROCKY MOUNTAIN EYE CENTER PC" agree.
 */
export function employerNameKey(name: string): string {
  const whole = textKey(name);
  let key = whole.replace(/^the /, '');
  for (let before = ''; key !== before; ) {
    before = key;
    for (const [ending, nothing] of SPELLED_ENDINGS) key = key.replace(ending, nothing).trim();
    const cut = key.lastIndexOf(' ');
    if (cut > 0 && LEGAL_ENDINGS.has(key.slice(cut + 1))) key = key.slice(0, cut);
    key = key.replace(/ and$/, '');
  }
  return key === '' || LEGAL_ENDINGS.has(key) ? whole : key;
}

export type NameParts = { legal: string; dba: string | null; former: string | null };

const DBA = /\s+(?:d\/b\/a|dba|d\.b\.a\.?|doing business as|trading as)[:\s]+/i;
const FORMER = /\s*\((?:f\/?k\/?a|formerly(?: known as)?)[:\s]+([^()]+)\)\s*$/i;

/** Takes "LEGAL NAME DBA TRADE NAME" and "NAME (FKA FORMER NAME)" apart. */
export function splitEmployerName(name: string): NameParts {
  let legal = tidySpaces(name);
  const former = FORMER.exec(legal)?.[1]?.trim() ?? null;
  if (former) legal = legal.replace(FORMER, '');
  const [before, ...after] = legal.split(DBA);
  const dba = tidySpaces(after.join(' '));
  if (dba !== '' && before?.trim()) return { legal: before.trim().replace(/,$/, ''), dba, former };
  return { legal, dba: null, former };
}

const STREET_WORDS: Readonly<Record<string, string>> = {
  street: 'st',
  str: 'st',
  avenue: 'ave',
  av: 'ave',
  boulevard: 'blvd',
  road: 'rd',
  drive: 'dr',
  lane: 'ln',
  court: 'ct',
  circle: 'cir',
  place: 'pl',
  highway: 'hwy',
  parkway: 'pkwy',
  terrace: 'ter',
  square: 'sq',
  trail: 'trl',
  loop: 'lp',
  suite: 'ste',
  apartment: 'apt',
  building: 'bldg',
  floor: 'fl',
  room: 'rm',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
  mount: 'mt',
  saint: 'st',
  fort: 'ft',
};

/** What an address is matched by: usual abbreviations, no notes in brackets, "P.O. Box" in one writing. */
export function addressKey(address: string): string {
  const key = textKey(address.replace(/\([^()]*\)/g, ' '));
  return key
    .replace(/\bp ?o ?box\b|\bpost office box\b|\bpob\b/g, 'pobox')
    .replace(/\bunited states (?:highway|hwy)\b|\bu s (?:highway|hwy)\b/g, 'us hwy')
    .split(' ')
    .map((word) => STREET_WORDS[word] ?? word)
    .join(' ');
}
