import { textKey, tidySpaces } from '../../lib/text-key.ts';
import { isTimeZone as isKnownTimeZone } from '../../lib/zoned-time.ts';

/** The nine digits of a federal employer number, or null. A prefix of 00 was never given out. */
export function parseFein(text: string): string | null {
  const match = /^(\d{2})[-\s]?(\d{7})$/.exec(text.trim());
  if (!match || match[1] === '00' || match[2] === '0000000') return null;
  return `${match[1]}${match[2]}`;
}

/** Five digits of a ZIP or ZIP+4 code, with a leading zero given back where a spreadsheet took it. */
export function parseZip(text: string): { zip: string; restored: boolean } | null {
  const tidy = text.trim().replace(/\.0$/, '');
  const full = /^(\d{5})(?:[-\s]?(\d{4}))?$/.exec(tidy);
  if (full?.[1]) return full[1] === '00000' ? null : { zip: full[1], restored: false };
  const short = /^(\d{3,4})(?:-(\d{4}))?$/.exec(tidy);
  if (short?.[1]) return { zip: short[1].padStart(5, '0'), restored: true };
  const plusFour = /^(\d{4})(\d{4})$/.exec(tidy);
  if (plusFour?.[1]) return { zip: plusFour[1].padStart(5, '0'), restored: true };
  return null;
}

/** "(406) 555-0100", with an extension where one is given, or null. */
export function parsePhone(text: string): string | null {
  const match =
    /^\s*(?:\+?1[\s.-]*)?\(?([2-9]\d{2})\)?[\s.-]*(\d{3})[\s.-]*(\d{4})\s*(?:(?:x|ext\.?|extension|#)\s*(\d{1,6}))?\s*$/i.exec(
      text,
    );
  if (!match) return null;
  const [, area, exchange, line, extension] = match;
  return `(${area}) ${exchange}-${line}${extension ? ` ext. ${extension}` : ''}`;
}

/** A whole, non-negative number of jobs; thousands may be set off by commas. */
export function parseJobs(text: string): number | null {
  const tidy = text.trim().replace(/\.0+$/, '');
  if (!/^(?:\d{1,7}|\d{1,3}(?:,\d{3}){1,2})$/.test(tidy)) return null;
  return Number(tidy.replaceAll(',', ''));
}

export function parseYesNo(text: string): boolean | null {
  const key = textKey(text);
  if (['yes', 'y', 'true', '1', 'x', 'si'].includes(key)) return true;
  if (['no', 'n', 'false', '0'].includes(key)) return false;
  return null;
}

export function parseLanguage(text: string): 'en' | 'es' | null {
  const key = textKey(text);
  if (['en', 'eng', 'english', 'ingles', 'en us'].includes(key)) return 'en';
  if (['es', 'spa', 'spanish', 'espanol', 'es us', 'es mx'].includes(key)) return 'es';
  return null;
}

/** True for a known time zone named by region, such as `America/Denver`; a list's `EST` could mean several. */
export function isTimeZone(text: string): boolean {
  return (/^[A-Za-z]+(?:\/[A-Za-z0-9_+-]+)+$/.test(text) || text === 'UTC') && isKnownTimeZone(text);
}

const LEGAL_FORMS: Readonly<Record<string, string>> = {
  corporation: 'Corporation',
  'c corporation': 'Corporation',
  'subchapter s corporation': 'Subchapter S corporation',
  's corporation': 'Subchapter S corporation',
  'limited liability company': 'Limited liability company',
  'limited liability company llc': 'Limited liability company',
  llc: 'Limited liability company',
  'limited liability partnership': 'Limited liability partnership',
  llp: 'Limited liability partnership',
  'limited partnership': 'Limited partnership',
  lp: 'Limited partnership',
  partnership: 'Partnership',
  'general partnership': 'Partnership',
  'sole proprietorship': 'Sole proprietorship',
  'sole proprietor': 'Sole proprietorship',
  'self employed individuals': 'Self-employed individual',
  'self employed': 'Self-employed individual',
  'independent contractors': 'Independent contractor',
  'independent contractor': 'Independent contractor',
  cooperative: 'Cooperative',
  'professional association': 'Professional association',
  'professional corporation': 'Professional corporation',
  'employee stock ownership plan esop': 'Employee stock ownership plan',
  trust: 'Trust',
  'joint venture': 'Joint venture',
  'tenant in common': 'Tenancy in common',
  'non profit organization': 'Non-profit organization',
  'nonprofit organization': 'Non-profit organization',
  nonprofit: 'Non-profit organization',
  '501 c 3 non profit': 'Non-profit organization',
  'non profit childcare center': 'Non-profit childcare center',
  government: 'Government',
  tribal: 'Tribal concern',
  'tribal concerns': 'Tribal concern',
};

/** The legal form in one writing, or null when it is none that is known here. */
export function parseLegalForm(text: string): string | null {
  return LEGAL_FORMS[textKey(text)] ?? null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/** Takes HTML codes such as "&amp;" (in any case) back to their characters. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|apos|#39|nbsp);/gi,
    (_, name: string) => ENTITIES[name.toLowerCase()] ?? _,
  );
}

/** Upper-case city without repeated spaces and full stops, and with "ST " and "FT " spelled out. */
export function cityKey(city: string): string {
  return textKey(tidySpaces(city))
    .replace(/^st /, 'saint ')
    .replace(/^ft /, 'fort ')
    .replace(/^mt /, 'mount ');
}
