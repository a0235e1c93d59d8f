import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { textKey } from '../lib/text-key.ts';
import { type SizeBand, sizeCondition } from './audience.ts';
import type { DuplicateReason } from './rules/duplicates.ts';
import { employerNameKey } from './rules/employer-name.ts';
import type { KnownEmployer } from './rules/plan-rows.ts';
import type { ContactState, DuplicateState, Language } from './types.ts';

export type EmployerFilter = {
  text: string | null;
  /** First two digits of a sector; ranges such as manufacturing go by their first. */
  sector: string | null;
  city: string | null;
  size: SizeBand | null;
};

export type EmployerListRow = {
  id: number;
  legalName: string;
  dba: string | null;
  city: string;
  state: string;
  zip: string;
  naicsCode: string | null;
  jobs: number | null;
  contacts: number;
  hasOpenProposal: boolean;
};

/** Text finds names, trade and former names, contacts' addresses, FEINs and ids; merged records are not listed. */
function employerCondition(filter: EmployerFilter): SQL {
  const parts = [sql`e.merged_into_id is null`];
  if (filter.text) parts.push(textCondition(filter.text));
  if (filter.sector) {
    const prefixes = NAICS_SECTORS.find((one) => one.prefixes[0] === filter.sector)?.prefixes ?? [
      filter.sector,
    ];
    parts.push(
      sql`left(e.naics_code, 2) in (${sql.join(
        prefixes.map((prefix) => sql`${prefix}`),
        sql`, `,
      )})`,
    );
  }
  if (filter.city) parts.push(sql`upper(e.city) = ${filter.city.trim().toUpperCase()}`);
  if (filter.size) parts.push(sizeCondition(filter.size));
  return sql.join(parts, sql` and `);
}

function textCondition(text: string): SQL {
  const like = (value: string) => `%${value.replace(/[\\%_]/g, '\\$&')}%`;
  const name = like(employerNameKey(text) || textKey(text));
  const digits = text.replace(/\D/g, '');
  return sql`(e.name_key like ${name} or e.legal_name ilike ${like(text)} or e.dba ilike ${like(text)}
    or exists (select from employer_aliases a where a.employer_id = e.id and a.name_key like ${name})
    or exists (select from contacts c where c.employer_id = e.id and c.email_key like ${like(text.toLowerCase())})
    or split_part(e.external_id, ':', 2) = ${text} or (${digits.length === 9} and e.fein = ${digits}))`;
}

export async function listEmployers(
  db: Db,
  filter: EmployerFilter,
  page: { limit: number; offset: number },
): Promise<EmployerListRow[]> {
  // The page first, and only then what is counted for each of its rows: an offset computes what it skips.
  const rows = await db.execute(sql`
    with page as materialized (
      select e.* from employers e where ${employerCondition(filter)}
      order by e.legal_name, e.id limit ${page.limit} offset ${page.offset}
    ), contacts_of as (
      select coalesce(o.merged_into_id, o.id) as id, count(*)::int as contacts
      from employers o join contacts c on c.employer_id = o.id
      where o.id in (select id from page) or o.merged_into_id in (select id from page) group by 1
    )
    select e.id, e.legal_name as "legalName", e.dba, e.city, e.state, e.zip, e.naics_code as "naicsCode", e.jobs,
      coalesce(k.contacts, 0) as contacts,
      exists (select from duplicate_proposals p where p.state = 'open' and e.id in (p.employer_a_id, p.employer_b_id)) as "hasOpenProposal"
    from page e left join contacts_of k on k.id = e.id order by e.legal_name, e.id`);
  return rows as unknown as EmployerListRow[];
}

export async function countEmployers(db: Db, filter: EmployerFilter): Promise<number> {
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from employers e where ${employerCondition(filter)}`,
  );
  return row?.count ?? 0;
}

export type EmployerRecord = Omit<KnownEmployer, 'nameKey' | 'addressKey'> & {
  unitId: number;
  createdAt: Date;
  updatedAt: Date;
  aliases: string[];
  domains: string[];
  group: { id: number; name: string } | null;
};

const EMPLOYER_RECORD = sql`
  e.id, e.legal_name as "legalName", e.dba, e.fein, e.external_id as "externalId", e.address, e.city, e.state, e.zip, e.county,
  e.county_fips as "countyFips", e.region, e.phone, e.naics_code as "naicsCode", e.legal_form as "legalForm", e.jobs, e.time_zone as "timeZone",
  e.merged_into_id as "mergedIntoId", e.unit_id as "unitId", e.created_at as "createdAt", e.updated_at as "updatedAt",
  (select coalesce(jsonb_agg(a.name order by a.name), '[]') from employer_aliases a where a.employer_id = e.id) as aliases,
  (select coalesce(jsonb_agg(d.domain order by d.domain), '[]') from employer_domains d where d.employer_id = e.id) as domains,
  (select jsonb_build_object('id', g.id, 'name', g.name) from employer_group_members m join employer_groups g on g.id = m.group_id
    where m.employer_id = e.id and m.left_at is null) as "group"`;

export async function findEmployer(db: Db, id: number): Promise<EmployerRecord | null> {
  const [row] = await db.execute(sql`select ${EMPLOYER_RECORD} from employers e where e.id = ${id}`);
  return (row as EmployerRecord | undefined) ?? null;
}

/** The other records that count under the same unit, and those merged into one of them. */
export async function listUnitMembers(
  db: Db,
  unitId: number,
): Promise<{ id: number; legalName: string; city: string; mergedIntoId: number | null }[]> {
  return (await db.execute(sql`
    select id, legal_name as "legalName", city, merged_into_id as "mergedIntoId" from employers
    where unit_id = ${unitId} order by id`)) as never;
}

export type ContactRecord = {
  id: number;
  employerId: number;
  name: string;
  email: string;
  title: string;
  phone: string;
  language: Language;
  hiringAuthority: boolean | null;
  state: ContactState;
  siteId: number | null;
};

export type SiteRecord = {
  id: number;
  employerId: number;
  name: string;
  address: string;
  city: string;
  state: string;
  zip: string;
  county: string;
  countyFips: string | null;
  region: string;
  closedAt: Date | null;
  contacts: number;
};

/** Sites of a record and of those merged into it, closed ones last. */
export async function listSites(db: Db, employerId: number): Promise<SiteRecord[]> {
  return (await db.execute(sql`
    select s.id, s.employer_id as "employerId", s.name, s.address, s.city, s.state, s.zip, s.county,
      s.county_fips as "countyFips", s.region, s.closed_at as "closedAt",
      (select count(*)::int from contacts c where c.site_id = s.id) as contacts
    from employer_sites s join employers e on e.id = s.employer_id
    where e.id = ${employerId} or e.merged_into_id = ${employerId}
    order by s.closed_at is not null, s.name, s.id`)) as never;
}

export type Relative = { id: number; legalName: string; city: string; domain: string | null };

/** The other companies of the group that an employer belongs to. */
export async function listGroupMembers(db: Db, employerId: number): Promise<Relative[]> {
  return (await db.execute(sql`
    select e.id, e.legal_name as "legalName", e.city, null as domain
    from employer_group_members own
    join employer_group_members m on m.group_id = own.group_id and m.left_at is null and m.employer_id <> own.employer_id
    join employers e on e.id = m.employer_id
    where own.employer_id = ${employerId} and own.left_at is null order by e.legal_name, e.id limit 50`)) as never;
}

/** Employers that count apart and use the same internet domain: perhaps companies of one parent, if a person says so. */
export async function listPossibleRelatives(db: Db, employerId: number): Promise<Relative[]> {
  return (await db.execute(sql`
    select distinct on (e.id) e.id, e.legal_name as "legalName", e.city, d.domain
    from employers own
    join employer_domains mine on mine.employer_id = own.id
    join employer_domains d on d.domain = mine.domain
    join employers e on e.id = d.employer_id and e.merged_into_id is null and e.unit_id <> own.unit_id
    where own.id = ${employerId} and not exists (
      select from employer_group_members a join employer_group_members b on b.group_id = a.group_id and b.left_at is null
      where a.employer_id = own.id and a.left_at is null and b.employer_id = e.id)
    order by e.id limit 20`)) as never;
}

/** Contacts of a record and of those merged into it. */
export async function listContacts(db: Db, employerId: number): Promise<ContactRecord[]> {
  return (await db.execute(sql`
    select c.id, c.employer_id as "employerId", c.name, c.email, c.title, c.phone, c.language,
      c.hiring_authority as "hiringAuthority", c.state, c.site_id as "siteId"
    from contacts c join employers e on e.id = c.employer_id
    where e.id = ${employerId} or e.merged_into_id = ${employerId} order by c.name, c.id`)) as never;
}

export type ProposalRow = {
  id: number;
  state: DuplicateState;
  score: number;
  reasons: DuplicateReason[];
  openedAt: Date;
  decidedAt: Date | null;
  decidedBy: number | null;
  decidedByName: string | null;
  decisionReason: string | null;
  aId: number;
  aName: string;
  aCity: string;
  bId: number;
  bName: string;
  bCity: string;
};

const PROPOSALS = sql`
  select p.id, p.state, p.score, p.reasons, p.opened_at as "openedAt", p.decided_at as "decidedAt", p.decided_by as "decidedBy",
    s.name as "decidedByName", p.decision_reason as "decisionReason", a.id as "aId", a.legal_name as "aName", a.city as "aCity",
    b.id as "bId", b.legal_name as "bName", b.city as "bCity"
  from duplicate_proposals p join employers a on a.id = p.employer_a_id join employers b on b.id = p.employer_b_id
  left join staff_members s on s.id = p.decided_by`;

/** Open ones by score, the most telling first; decided ones by when, the latest first. */
export async function listProposals(
  db: Db,
  filter: { decided: boolean; limit: number; offset: number },
): Promise<ProposalRow[]> {
  const which = filter.decided ? sql`p.state <> 'open'` : sql`p.state = 'open'`;
  const order = filter.decided ? sql`p.decided_at desc, p.id desc` : sql`p.score desc, p.id`;
  return (await db.execute(sql`
    ${PROPOSALS} where ${which} order by ${order} limit ${filter.limit} offset ${filter.offset}`)) as never;
}

export async function listProposalsOf(db: Db, employerId: number): Promise<ProposalRow[]> {
  return (await db.execute(sql`
    ${PROPOSALS} where ${employerId} in (p.employer_a_id, p.employer_b_id) order by p.state, p.score desc, p.id`)) as never;
}

export async function findProposal(db: Db, id: number): Promise<ProposalRow | null> {
  const [row] = await db.execute(sql`${PROPOSALS} where p.id = ${id}`);
  return (row as ProposalRow | undefined) ?? null;
}

export async function countProposals(db: Db): Promise<{ open: number; decided: number }> {
  const [row] = await db.execute(sql`
    select count(*) filter (where state = 'open')::int as open, count(*) filter (where state <> 'open')::int as decided
    from duplicate_proposals`);
  return row as never;
}
