import { z } from 'zod';
import { optionalText } from '../http/forms.ts';
import { COUNTY_VINTAGE, findCounty } from '../lib/counties.ts';
import { isFreeMailDomain, websiteDomain } from '../lib/mail-address.ts';
import { isNaicsPrefix } from '../lib/naics.ts';
import { textKey, tidySpaces } from '../lib/text-key.ts';
import { stateCode } from '../lib/us-postal.ts';
import { employerNameKey } from './rules/employer-name.ts';
import { isTimeZone, parseFein, parseJobs, parsePhone, parseZip } from './rules/employer-values.ts';

const text = (maximum: number) => optionalText(maximum).transform((value) => tidySpaces(value ?? ''));

/** A blank is null; anything else must be readable. */
const read = <T>(parse: (value: string) => T | null, message: string) =>
  z
    .string()
    .trim()
    .default('')
    .transform((value, context): T | null => {
      if (value === '') return null;
      const parsed = parse(value);
      if (parsed === null) context.addIssue({ code: 'custom', message });
      return parsed;
    });

const lines = z
  .string()
  .max(5_000, 'Use 5,000 characters or fewer')
  .default('')
  .transform((value) => [...new Set(value.split(/\r?\n/).map(tidySpaces).filter(Boolean))]);

const place = {
  address: text(300),
  city: text(100),
  state: read(stateCode, 'Enter a state, like MT or Montana').transform((value) => value ?? ''),
  zip: read((value) => parseZip(value)?.zip ?? null, 'Enter a ZIP code of five digits').transform(
    (value) => value ?? '',
  ),
  county: text(100),
  region: text(100),
};

/** A county must be one of the state: what is not on the list would count as a place of its own. */
function withCounty<T extends { state: string; county: string }>(
  value: T,
  context: z.RefinementCtx,
): T & { countyFips: string | null } {
  if (value.county === '') return { ...value, countyFips: null };
  if (value.state === '') {
    context.addIssue({ code: 'custom', path: ['state'], message: 'Enter the state that the county is in' });
    return { ...value, countyFips: null };
  }
  const county = findCounty(value.state, value.county);
  if (!county) {
    const message = `Enter a county of ${value.state} by name or FIPS code of ${COUNTY_VINTAGE}, or leave it blank`;
    context.addIssue({ code: 'custom', path: ['county'], message });
  }
  return { ...value, county: county?.name ?? value.county, countyFips: county?.fips ?? null };
}

export const employerForm = z
  .object({
    seenAt: z.string(),
    legalName: z
      .string('Enter the legal name')
      .transform(tidySpaces)
      .pipe(z.string().min(1, 'Enter the legal name').max(300, 'Use 300 characters or fewer'))
      .refine((name) => employerNameKey(name) !== '', 'Enter a name with letters or digits'),
    dba: optionalText(300),
    aliases: lines.refine((names) => names.length <= 50, 'Use 50 names or fewer'),
    fein: read(parseFein, 'Enter nine digits, like 12-3456789'),
    parent: text(300),
    ...place,
    phone: read(parsePhone, 'Enter a telephone number of ten digits').transform((value) => value ?? ''),
    domains: lines.transform((names, context) =>
      names.flatMap((name) => {
        const domain = websiteDomain(name.replace(/^@/, ''));
        if (!domain)
          context.addIssue({ code: 'custom', message: `Enter internet domains: “${name}” is none` });
        else if (isFreeMailDomain(domain)) {
          const message = `Leave out ${domain}: anybody can have an address there`;
          context.addIssue({ code: 'custom', message });
        } else return [domain];
        return [];
      }),
    ),
    naicsCode: read(
      (value) => (isNaicsPrefix(value) ? value : null),
      'Enter a NAICS code of 2017, of two to six digits',
    ),
    legalForm: text(100),
    jobs: read(parseJobs, 'Enter a whole number of jobs'),
    timeZone: read((value) => (isTimeZone(value) ? value : null), 'Enter a time zone like America/Denver'),
  })
  .transform(withCounty);
export type EmployerForm = z.output<typeof employerForm>;

export const siteForm = z
  .object({
    name: z
      .string('Enter what the site is called')
      .transform(tidySpaces)
      .pipe(z.string().min(1, 'Enter what the site is called').max(200, 'Use 200 characters or fewer'))
      .refine((name) => textKey(name) !== '', 'Enter a name with letters or digits'),
    ...place,
  })
  .transform(withCounty);
export type SiteForm = z.output<typeof siteForm>;

export const contactSiteForm = z.object({
  site: z
    .string()
    .default('')
    .transform((value) => (/^[1-9]\d{0,14}$/.test(value) ? Number(value) : null)),
});

export const duplicateOfForm = z.object({
  other: z
    .string('Enter the number of the other record')
    .trim()
    .regex(/^[1-9]\d{0,14}$/, 'Enter the number of the other record, as its page shows it')
    .transform(Number),
});

export const identityRequestForm = z.object({
  reason: z
    .string('Enter why')
    .trim()
    .min(1, 'Enter why: a second person decides by it')
    .max(500, 'Use 500 characters or fewer'),
});
