import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../db/client.ts';
import { isNaicsPrefix } from '../lib/naics.ts';
import type { ContactState, Language } from './types.ts';

/** Sizes by jobs reported. Zero counts as not known: lists write it for "not reported". */
export const SIZE_BANDS = {
  '1-9': { from: 1, to: 9, text: '1 to 9 jobs' },
  '10-49': { from: 10, to: 49, text: '10 to 49 jobs' },
  '50-249': { from: 50, to: 249, text: '50 to 249 jobs' },
  '250+': { from: 250, to: null, text: '250 jobs or more' },
  unknown: { from: null, to: null, text: 'Size not known' },
} as const;
export type SizeBand = keyof typeof SIZE_BANDS;
export const SIZE_BAND_NAMES = Object.keys(SIZE_BANDS) as [SizeBand, ...SizeBand[]];

/** Who may be asked. Parts are joined by "and"; the values of one part by "or"; an empty part leaves nobody out. */
export const audienceFilter = z.strictObject({
  /** NAICS 2017 codes or prefixes of at least two digits. */
  naicsPrefixes: z.array(z.string().refine(isNaicsPrefix)).default([]),
  cities: z.array(z.string().min(1)).default([]),
  /** Five digits, or the first three or four of them. */
  zipPrefixes: z.array(z.string().regex(/^\d{3,5}$/)).default([]),
  counties: z.array(z.string().min(1)).default([]),
  states: z.array(z.string().regex(/^[A-Z]{2}$/)).default([]),
  sizeBands: z.array(z.enum(SIZE_BAND_NAMES)).default([]),
  hiringAuthorityOnly: z.boolean().default(false),
});
export type AudienceFilter = z.output<typeof audienceFilter>;

/** A contact with what planning needs of the employer behind it. */
export type AudienceContact = {
  contactId: number;
  employerId: number;
  unitId: number;
  contactName: string;
  email: string;
  emailKey: string;
  emailDomain: string;
  language: Language;
  state: ContactState;
  hiringAuthority: boolean | null;
  employerName: string;
  naicsCode: string | null;
  jobs: number | null;
  city: string;
  usState: string;
  zip: string;
  county: string;
  /** IANA zone; null means the agency's. */
  timeZone: string | null;
};

const list = (values: readonly string[]) =>
  sql`(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;

/** The filter's condition on `employers e` and, for hiring authority, `contacts c`. */
function audienceCondition(filter: AudienceFilter) {
  const parts = [sql`true`];
  const upper = (values: readonly string[]) => list(values.map((value) => value.trim().toUpperCase()));
  if (filter.naicsPrefixes.length > 0) {
    parts.push(
      sql`exists (select from ${list(filter.naicsPrefixes)} p(prefix) where e.naics_code like p.prefix || '%')`,
    );
  }
  if (filter.cities.length > 0) parts.push(sql`upper(e.city) in ${upper(filter.cities)}`);
  if (filter.zipPrefixes.length > 0) {
    parts.push(
      sql`exists (select from ${list(filter.zipPrefixes)} p(prefix) where e.zip like p.prefix || '%')`,
    );
  }
  if (filter.counties.length > 0) parts.push(sql`upper(e.county) in ${upper(filter.counties)}`);
  if (filter.states.length > 0) parts.push(sql`e.state in ${list(filter.states)}`);
  if (filter.sizeBands.length > 0) {
    const bands = filter.sizeBands.map((band) => sizeCondition(band));
    parts.push(sql`(${sql.join(bands, sql` or `)})`);
  }
  if (filter.hiringAuthorityOnly) parts.push(sql`c.hiring_authority`);
  return sql.join(parts, sql` and `);
}

/** The band of a number of jobs: what sizeCondition says in SQL. */
export function sizeBandOf(jobs: number | null): SizeBand {
  const found = SIZE_BAND_NAMES.find((band) => {
    const { from, to } = SIZE_BANDS[band];
    return from !== null && (jobs ?? 0) >= from && (to === null || (jobs ?? 0) <= to);
  });
  return found ?? 'unknown';
}

export function sizeCondition(band: SizeBand) {
  const { from, to } = SIZE_BANDS[band];
  if (from === null) return sql`coalesce(e.jobs, 0) = 0`;
  return to === null ? sql`e.jobs >= ${from}::int` : sql`e.jobs between ${from}::int and ${to}::int`;
}

/**
 * Every contact whose employer fits the filter, whatever the contact's state: the planner says why one is left out.
 * The facts are those of the record that the employer was merged into. Ordered by contact, so the same for the same data.
 */
export async function listAudience(db: Db, filter: AudienceFilter): Promise<AudienceContact[]> {
  const rows = await db.execute(sql`
    select c.id as "contactId", e.id as "employerId", e.unit_id as "unitId", c.name as "contactName", c.email,
      c.email_key as "emailKey", c.email_domain as "emailDomain", c.language, c.state,
      c.hiring_authority as "hiringAuthority", e.legal_name as "employerName", e.naics_code as "naicsCode", e.jobs, e.city,
      e.state as "usState", e.zip, e.county, e.time_zone as "timeZone"
    from contacts c
    join employers own on own.id = c.employer_id
    join employers e on e.id = coalesce(own.merged_into_id, own.id)
    where ${audienceCondition(filter)} order by c.id`);
  return rows as unknown as AudienceContact[];
}

/** How many contacts, active ones among them, and counting units the filter reaches. */
export async function countAudience(
  db: Db,
  filter: AudienceFilter,
): Promise<{ contacts: number; active: number; units: number }> {
  const [row] = await db.execute(sql`
    select count(*)::int as contacts, count(*) filter (where c.state = 'active')::int as active,
      count(distinct e.unit_id)::int as units
    from contacts c
    join employers own on own.id = c.employer_id
    join employers e on e.id = coalesce(own.merged_into_id, own.id)
    where ${audienceCondition(filter)}`);
  return row as unknown as { contacts: number; active: number; units: number };
}
