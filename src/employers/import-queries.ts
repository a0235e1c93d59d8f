import { type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import type { ContactRow, EmployerReference, EmployerRow, SiteRow } from './rules/normalise-row.ts';
import type { ComparedField, KnownContact, KnownEmployer } from './rules/plan-rows.ts';

/** A list of records as one parameter: statements keep one shape however long the batch is. */
function json(value: unknown): SQL {
  return sql`${JSON.stringify(value)}::text::jsonb`;
}

/**
 * Imports, merges and decisions on duplicates take this lock one after another, so that two of them never decide on
 * the same employers from facts that the other is changing. It is let go when the transaction ends.
 */
export async function lockEmployerRegister(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.employers'))`);
}

const KNOWN_EMPLOYER = sql`
  e.id, e.legal_name as "legalName", e.name_key as "nameKey", e.dba, e.fein, e.external_id as "externalId", e.address,
  e.address_key as "addressKey", e.city, e.state, e.zip, e.county,
  e.county_fips as "countyFips", e.region, e.phone, e.naics_code as "naicsCode",
  e.legal_form as "legalForm", e.jobs, e.time_zone as "timeZone", e.merged_into_id as "mergedIntoId"`;

/**
 * Employers looked up by index for each key. Joined plainly they are read from end to end for each batch, since a table
 * that is being filled has no statistics yet.
 */
function byKeys(condition: SQL): SQL {
  return sql`lateral (select * from employers where ${condition} offset 0)`;
}

/** Records that share a FEIN, an id, or name and ZIP with one of the rows. */
export async function findKnownEmployers(
  db: Db,
  rows: readonly {
    fein: string | null;
    externalId: string | null;
    nameKey: string | null;
    zip: string | null;
  }[],
): Promise<KnownEmployer[]> {
  const keys = rows.map(({ fein, externalId, nameKey, zip }) => ({
    fein,
    external_id: externalId,
    name_key: nameKey,
    zip: zip ?? '',
  }));
  return (await db.execute(sql`
    with keys as materialized (
      select * from jsonb_to_recordset(${json(keys)}) as k(fein text, external_id text, name_key text, zip text)
    ), ids as materialized (
      select m.id from keys k, ${byKeys(sql`fein = k.fein and merged_into_id is null`)} m
      union select m.id from keys k, ${byKeys(sql`fein = k.fein and merged_into_id is not null`)} m
      union select m.id from keys k, ${byKeys(sql`external_id = k.external_id`)} m
      union select m.id from keys k, ${byKeys(sql`name_key = k.name_key and zip = k.zip`)} m
    )
    select ${KNOWN_EMPLOYER} from ids, ${byKeys(sql`id = ids.id`)} e`)) as unknown as KnownEmployer[];
}

/** Ids for records that are about to be inserted, in order. */
export async function reserveEmployerIds(tx: Tx, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await tx.execute(sql`
    select nextval(s.sequence) as id
    from (select pg_get_serial_sequence('employers', 'id')::regclass as sequence offset 0) s,
      generate_series(1, ${count}::int)`);
  return rows.map((row) => Number(row.id)).sort((a, b) => a - b);
}

export async function insertEmployers(
  tx: Tx,
  rows: readonly { id: number; row: EmployerRow }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into employers (id, legal_name, name_key, dba, fein, external_id, address, address_key, city, state, zip,
      county, county_fips, region, phone, naics_code, legal_form, jobs, time_zone, created_at, updated_at)
    overriding system value
    select id, legal_name, name_key, dba, fein, external_id, coalesce(address, ''), address_key, coalesce(city, ''),
      coalesce(state, ''), coalesce(zip, ''), coalesce(county, ''), county_fips, coalesce(region, ''), coalesce(phone, ''), naics_code,
      coalesce(legal_form, ''), jobs, time_zone, ${now}::timestamptz, ${now}::timestamptz
    from jsonb_to_recordset(${json(rows.map(({ id, row }) => ({ id, ...asColumns(row) })))}) as r(${EMPLOYER_COLUMNS})`);
}

/** Brings in the fields that the rows change. */
export async function updateEmployers(
  tx: Tx,
  rows: readonly { id: number; row: EmployerRow; changed: readonly ComparedField[] }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map(({ id, row, changed }) => ({ id, ...asColumns(row, changed) }));
  await tx.execute(sql`
    update employers e set legal_name = coalesce(r.legal_name, e.legal_name), name_key = coalesce(r.name_key, e.name_key), dba = coalesce(r.dba, e.dba),
      fein = coalesce(r.fein, e.fein), external_id = coalesce(r.external_id, e.external_id),
      address = coalesce(r.address, e.address),
      address_key = coalesce(r.address_key, e.address_key),
      city = coalesce(r.city, e.city), state = coalesce(r.state, e.state), zip = coalesce(r.zip, e.zip),
      county = coalesce(r.county, e.county),
      county_fips = case when r.county is null and r.county_fips is null then e.county_fips else r.county_fips end,
      region = coalesce(r.region, e.region), phone = coalesce(r.phone, e.phone),
      naics_code = coalesce(r.naics_code, e.naics_code), legal_form = coalesce(r.legal_form, e.legal_form),
      jobs = coalesce(r.jobs, e.jobs), time_zone = coalesce(r.time_zone, e.time_zone), updated_at = ${now}::timestamptz
    from jsonb_to_recordset(${json(records)}) as r(${EMPLOYER_COLUMNS})
    where e.id = r.id`);
}

const EMPLOYER_COLUMNS = sql`id bigint, legal_name text, name_key text, dba text, fein text, external_id text,
  address text, address_key text, city text, state text, zip text, county text, county_fips text, region text, phone text, naics_code text,
  legal_form text, jobs int, time_zone text`;

/** The columns of the given fields, or of all. */
function asColumns(row: EmployerRow, fields?: readonly ComparedField[]) {
  const has = (field: ComparedField) => fields === undefined || fields.includes(field);
  const given = <T>(field: ComparedField, value: T): T | null => (has(field) ? value : null);
  return {
    legal_name: given('legalName', row.legalName),
    name_key: given('legalName', row.nameKey),
    dba: given('dba', row.dba),
    fein: given('fein', row.fein),
    external_id: given('externalId', row.externalId),
    address: given('address', row.address),
    address_key: given('address', row.addressKey),
    city: given('city', row.city),
    state: given('state', row.state),
    zip: given('zip', row.zip),
    county: given('county', row.county),
    // A county and its code change together.
    county_fips: has('county') || has('countyFips') ? row.countyFips : null,
    region: given('region', row.region),
    phone: given('phone', row.phone),
    naics_code: given('naicsCode', row.naicsCode),
    legal_form: given('legalForm', row.legalForm),
    jobs: given('jobs', row.jobs),
    time_zone: given('timeZone', row.timeZone),
  };
}

/** Returns the employers that have another name now than before. */
export async function addAliases(
  tx: Tx,
  rows: readonly { employerId: number; name: string; nameKey: string }[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const added = await tx.execute(sql`
    insert into employer_aliases (employer_id, name, name_key)
    select distinct on (r."employerId", r."nameKey") r."employerId", r.name, r."nameKey"
    from jsonb_to_recordset(${json(rows)}) as r("employerId" bigint, name text, "nameKey" text)
    join employers e on e.id = r."employerId" and e.name_key <> r."nameKey"
    on conflict do nothing returning employer_id as id`);
  return added.map((row) => Number(row.id));
}

/** Returns the employers that have another domain now than before. */
export async function addDomains(
  tx: Tx,
  rows: readonly { employerId: number; domain: string }[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const added = await tx.execute(sql`
    insert into employer_domains (employer_id, domain)
    select distinct r."employerId", r.domain
    from jsonb_to_recordset(${json(rows)}) as r("employerId" bigint, domain text)
    on conflict do nothing returning employer_id as id`);
  return added.map((row) => Number(row.id));
}

/**
 * Puts employers into the groups of the parents that rows name, new ones included, and takes them out of others. The one
 * employer that bears a group's name belongs to it as well. Returns the employers whose group is another now.
 */
export async function joinGroups(
  tx: Tx,
  rows: readonly { employerId: number; name: string; nameKey: string }[],
  input: { now: Date; staffId: number | null },
): Promise<number[]> {
  if (rows.length === 0) return [];
  const now = sql`${input.now.toISOString()}::timestamptz`;
  const given = sql`jsonb_to_recordset(${json(rows)}) as r("employerId" bigint, name text, "nameKey" text)`;
  await tx.execute(sql`
    insert into employer_groups (name, name_key, created_at)
    select distinct on (r."nameKey") r.name, r."nameKey", ${now} from ${given}
    on conflict do nothing`);
  const left = await tx.execute<{ id: number }>(sql`
    update employer_group_members m set left_at = ${now}, left_by = ${input.staffId}::bigint
    from ${given} join employer_groups g on g.name_key = r."nameKey"
    where m.employer_id = r."employerId" and m.left_at is null and m.group_id <> g.id returning m.employer_id as id`);
  const joined = await tx.execute<{ id: number }>(sql`
    insert into employer_group_members (employer_id, group_id, joined_at, joined_by)
    select distinct on (r."employerId") r."employerId", g.id, ${now}, ${input.staffId}::bigint
    from ${given} join employer_groups g on g.name_key = r."nameKey"
    on conflict do nothing returning employer_id as id`);
  const parents = await tx.execute<{ id: number }>(sql`
    insert into employer_group_members (employer_id, group_id, joined_at)
    select min(e.id), g.id, ${now}
    from employer_groups g join employers e on e.name_key = g.name_key and e.merged_into_id is null
    where g.name_key in (select r."nameKey" from ${given})
    group by g.id having count(*) = 1
    on conflict do nothing returning employer_id as id`);
  return [...new Set([...left, ...joined, ...parents].map(({ id }) => Number(id)))];
}

/** Writes sites by their names; blanks change nothing. Returns each site's id by employer and name. */
export async function saveSites(
  tx: Tx,
  rows: readonly { employerId: number; site: SiteRow }[],
  now: Date,
): Promise<Map<string, number>> {
  if (rows.length === 0) return new Map();
  const records = [
    ...new Map(
      rows.map(({ employerId, site }) => [siteKey(employerId, site), { employerId, ...site }]),
    ).values(),
  ];
  const at = sql`${now.toISOString()}::timestamptz`;
  const saved = await tx.execute<{ id: number; employerId: number; nameKey: string }>(sql`
    insert into employer_sites as s (employer_id, name, name_key, address, city, state, zip, county, county_fips,
      created_at, updated_at)
    select "employerId", name, "nameKey", coalesce(address, ''), coalesce(city, ''), coalesce(state, ''),
      coalesce(zip, ''), coalesce(county, ''), "countyFips", ${at}, ${at}
    from jsonb_to_recordset(${json(records)}) as r("employerId" bigint, name text, "nameKey" text, address text,
      city text, state text, zip text, county text, "countyFips" text)
    on conflict (employer_id, name_key) do update set
      address = coalesce(nullif(excluded.address, ''), s.address), city = coalesce(nullif(excluded.city, ''), s.city),
      state = coalesce(nullif(excluded.state, ''), s.state), zip = coalesce(nullif(excluded.zip, ''), s.zip),
      county = coalesce(nullif(excluded.county, ''), s.county),
      county_fips = case when excluded.county = '' then s.county_fips else excluded.county_fips end,
      updated_at = excluded.updated_at, closed_at = null
    returning id, employer_id as "employerId", name_key as "nameKey"`);
  return new Map(saved.map(({ id, ...row }) => [siteKey(Number(row.employerId), row), Number(id)]));
}

export function siteKey(employerId: number, { nameKey }: Pick<SiteRow, 'nameKey'>): string {
  return `${employerId}/${nameKey}`;
}

/** Where people work, for those who are of the site's employer. */
export async function placeContacts(
  tx: Tx,
  rows: readonly { emailKey: string; siteId: number }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    update contacts c set site_id = s.id
    from jsonb_to_recordset(${json(rows)}) as r("emailKey" text, "siteId" bigint)
    join employer_sites s on s.id = r."siteId"
    join employers e on e.id = s.employer_id
    where c.email_key = r."emailKey" and c.site_id is distinct from s.id
      and c.employer_id in (select o.id from employers o where o.id = e.id or o.merged_into_id = coalesce(e.merged_into_id, e.id)
        or o.id = e.merged_into_id)`);
}

export async function findKnownContacts(db: Db, emailKeys: readonly string[]): Promise<KnownContact[]> {
  if (emailKeys.length === 0) return [];
  return (await db.execute(sql`
    select c.id, c.employer_id as "employerId", coalesce(e.merged_into_id, e.id) as "rootId", c.email_key as "emailKey",
      c.name, c.title, c.phone, c.language, c.hiring_authority as "hiringAuthority", c.state
    from contacts c join employers e on e.id = c.employer_id
    where c.email_key in (select jsonb_array_elements_text(${json(emailKeys)}))`)) as unknown as KnownContact[];
}

export async function insertContacts(
  tx: Tx,
  rows: readonly { employerId: number; contact: ContactRow }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map(({ employerId, contact }) => ({ employerId, ...contact }));
  await tx.execute(sql`
    insert into contacts (employer_id, name, email, email_key, email_domain, title, phone, hiring_authority, language,
      created_at, updated_at)
    select "employerId", coalesce(name, ''), email, "emailKey", "emailDomain", coalesce(title, ''), coalesce(phone, ''),
      "hiringAuthority", coalesce(language, 'en'), ${now}::timestamptz, ${now}::timestamptz
    from jsonb_to_recordset(${json(records)}) as r("employerId" bigint, name text, email text, "emailKey" text,
      "emailDomain" text, title text, phone text, "hiringAuthority" boolean, language text)`);
}

export async function updateContacts(
  tx: Tx,
  rows: readonly { contactId: number; contact: ContactRow }[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map(({ contactId, contact }) => ({ contactId, ...contact }));
  await tx.execute(sql`
    update contacts c set name = coalesce(r.name, c.name), title = coalesce(r.title, c.title),
      phone = coalesce(r.phone, c.phone), language = coalesce(r.language, c.language),
      hiring_authority = coalesce(r."hiringAuthority", c.hiring_authority), updated_at = ${now}::timestamptz
    from jsonb_to_recordset(${json(records)}) as r("contactId" bigint, name text, title text, phone text, language text,
      "hiringAuthority" boolean)
    where c.id = r."contactId"`);
}

export type ReferenceMatch = { at: number; ids: number[] };

/** For each reference the employers it leads to, by id, else FEIN, else name and ZIP; merged records lead to theirs. */
export async function findReferencedEmployers(
  db: Db,
  references: readonly EmployerReference[],
): Promise<ReferenceMatch[]> {
  const records = references.map((reference, at) => ({ at, ...reference }));
  return (await db.execute(sql`
    with refs as materialized (
      select * from jsonb_to_recordset(${json(records)})
        as r(at int, "externalId" text, fein text, "nameKey" text, zip text)
    ), found as (
      select r.at, 1 as rank, coalesce(e.merged_into_id, e.id) as id
        from refs r, ${byKeys(sql`external_id = r."externalId"`)} e
      union select r.at, 2, coalesce(e.merged_into_id, e.id)
        from refs r, ${byKeys(sql`fein = r.fein and merged_into_id is null`)} e
      union select r.at, 2, e.merged_into_id
        from refs r, ${byKeys(sql`fein = r.fein and merged_into_id is not null`)} e
      union select r.at, 3, coalesce(e.merged_into_id, e.id)
        from refs r, ${byKeys(sql`name_key = r."nameKey" and zip = r.zip`)} e
      union select r.at, 4, coalesce(e.merged_into_id, e.id)
        from refs r, lateral (select employer_id from employer_aliases where name_key = r."nameKey" offset 0) a,
          ${byKeys(sql`id = a.employer_id and zip = r.zip`)} e
    ), best as (select at, min(rank) as rank from found group by at)
    select f.at, array_agg(distinct f.id order by f.id) as ids
    from found f join best b on b.at = f.at and b.rank = f.rank group by f.at`)) as unknown as ReferenceMatch[];
}
