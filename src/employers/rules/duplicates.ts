import { distance } from 'fastest-levenshtein';

/** What two records are compared by. Keys are those of employer-name.ts; blank means unknown. */
export type DuplicateFacts = {
  id: number;
  nameKey: string;
  aliasKeys: readonly string[];
  fein: string | null;
  addressKey: string;
  cityKey: string;
  state: string;
  zip: string;
  /** Own domains only: free mail tells nothing. */
  domains: readonly string[];
  /** Ten digits, without an extension. */
  phoneKey: string;
};

export const DUPLICATE_REASONS = [
  'same_name',
  'same_other_name',
  'similar_name',
  'name_contained',
  'same_address',
  'same_zip',
  'same_city',
  'same_domain',
  'same_phone',
  'named_by_staff',
] as const;
export type DuplicateReasonCode = (typeof DUPLICATE_REASONS)[number];
export type DuplicateReason = { code: DuplicateReasonCode; weight: number; domain?: string };

/** From this sum of weights a pair is shown to a person. */
export const PROPOSE_FROM = 0.6;

/** How strongly a pair looks like one employer, for the person who decides. */
export function strengthOf(score: number): 'very_likely' | 'likely' | 'possible' {
  if (score >= 0.9) return 'very_likely';
  return score >= 0.75 ? 'likely' : 'possible';
}

/** The ten digits of a telephone number; blank where there are not so many. */
export function phoneKey(phone: string): string {
  const digits = phone.replace(/\D/g, '').slice(0, 10);
  return digits.length === 10 ? digits : '';
}

const NAME_WEIGHT: Record<'same_name' | 'same_other_name' | 'similar_name' | 'name_contained', number> = {
  same_name: 0.6,
  same_other_name: 0.5,
  similar_name: 0.45,
  name_contained: 0.3,
};

/**
 * Says whether two records may be one employer, and why. A name weighs most, and only together with a place unless it
 * is the same name in the same state; an own domain in common is enough; an address or a telephone alone is not, since
 * firms share houses and switchboards. Two different FEINs are two employers, whatever else agrees. It proposes; a person decides.
 */
export function scoreDuplicate(
  a: DuplicateFacts,
  b: DuplicateFacts,
): { score: number; reasons: DuplicateReason[] } | null {
  if (a.fein && b.fein && a.fein !== b.fein) return null;
  const reasons: DuplicateReason[] = [];
  const otherState = a.state !== '' && b.state !== '' && a.state !== b.state;
  const name = compareNames(a, b);
  // One name in two states is mostly two firms; it takes another sign.
  if (name) reasons.push({ code: name, weight: NAME_WEIGHT[name] - (otherState ? 0.15 : 0) });
  const place = comparePlaces(a, b);
  if (place) reasons.push(place);
  const domain = a.domains.find((one) => b.domains.includes(one));
  if (domain) reasons.push({ code: 'same_domain', weight: 0.6, domain });
  if (a.phoneKey !== '' && a.phoneKey === b.phoneKey) reasons.push({ code: 'same_phone', weight: 0.25 });
  const sum = reasons.reduce((total, reason) => total + reason.weight, 0);
  if (!(name || domain) || sum < PROPOSE_FROM - 1e-9) return null;
  reasons.sort((one, other) => other.weight - one.weight);
  return { score: Math.min(1, Math.round(sum * 100) / 100), reasons };
}

function comparePlaces(a: DuplicateFacts, b: DuplicateFacts): DuplicateReason | null {
  const sameZip = a.zip !== '' && a.zip === b.zip;
  const sameCity = a.cityKey !== '' && a.cityKey === b.cityKey && a.state === b.state;
  if (a.addressKey !== '' && sameZip && sameAddress(a.addressKey, b.addressKey)) {
    return { code: 'same_address', weight: 0.3 };
  }
  if (sameZip) return { code: 'same_zip', weight: 0.15 };
  if (sameCity) return { code: 'same_city', weight: 0.1 };
  return null;
}

function compareNames(a: DuplicateFacts, b: DuplicateFacts): keyof typeof NAME_WEIGHT | null {
  if (a.nameKey === b.nameKey) return 'same_name';
  const keysOfA = [a.nameKey, ...a.aliasKeys];
  const keysOfB = [b.nameKey, ...b.aliasKeys];
  if (keysOfA.some((key) => keysOfB.includes(key))) return 'same_other_name';
  if (sameButForSlips(a.nameKey, b.nameKey)) return 'similar_name';
  return containsName(a.nameKey, b.nameKey) || containsName(b.nameKey, a.nameKey) ? 'name_contained' : null;
}

/**
 * Word for word the same but for slips of the pen, with words run together or taken apart. Numbers and short words
 * must agree exactly: MTB 1 and MTB 3 are two firms.
 */
export function sameButForSlips(a: string, b: string): boolean {
  if (a.replaceAll(' ', '') === b.replaceAll(' ', '')) return true;
  const wordsOfA = a.split(' ');
  const wordsOfB = b.split(' ');
  if (wordsOfA.length !== wordsOfB.length) return false;
  let slips = 0;
  for (const [at, word] of wordsOfA.entries()) {
    const other = wordsOfB[at] ?? '';
    if (word === other) continue;
    if (/\d/.test(word) || /\d/.test(other)) return false;
    const shorter = Math.min(word.length, other.length);
    const allowed = shorter >= 8 ? 2 : shorter >= 5 ? 1 : 0;
    if (distance(word, other) > allowed) return false;
    slips += 1;
  }
  return slips <= Math.max(1, Math.floor(wordsOfA.length / 2));
}

function sameAddress(a: string, b: string): boolean {
  return a === b || sameButForSlips(a, b);
}

/** All words of the shorter name, two at least, stand in the longer one in the same order. */
function containsName(longer: string, shorter: string): boolean {
  const wanted = shorter.split(' ');
  if (wanted.length < 2 || wanted.length >= longer.split(' ').length) return false;
  let at = 0;
  for (const word of longer.split(' ')) if (word === wanted[at]) at += 1;
  return at === wanted.length;
}

/**
 * Two records are compared only when they share one of these keys, or comparing would take the square of the list.
 * `createDuplicateKeys` in propose-duplicates.ts builds the same keys in SQL; duplicates.integration.test.ts feeds both.
 */
export function blockingKeys(facts: DuplicateFacts): string[] {
  const keys = [facts.nameKey, ...facts.aliasKeys].map((key) => `name:${key}`);
  const squeezed = facts.nameKey.replaceAll(' ', '');
  if (facts.zip !== '') {
    keys.push(`zip:${facts.zip}:${squeezed.slice(0, 4)}`);
    if (facts.addressKey !== '') keys.push(`address:${facts.zip}:${facts.addressKey}`);
  }
  for (const domain of facts.domains) keys.push(`domain:${domain}`);
  if (facts.phoneKey !== '') keys.push(`phone:${facts.phoneKey}`);
  return [...new Set(keys)];
}

/** A key that more records share than this says too little to compare each with each; the import reports it. */
export const LARGEST_BLOCK = 40;
