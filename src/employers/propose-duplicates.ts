import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { isFreeMailDomain } from '../lib/mail-address.ts';
import { type DuplicateFacts, LARGEST_BLOCK, phoneKey, scoreDuplicate } from './rules/duplicates.ts';
import { cityKey } from './rules/employer-values.ts';

export type Proposal = { a: number; b: number; score: number };
export type CrowdedKey = { what: 'name' | 'domain'; value: string; count: number };

/** Blocks compared together; the facts of their members are held meanwhile. */
const PAGE = 400;

/**
 * Compares the given employers with all others that share a blocking key with them, and opens a proposal for each pair
 * that a person should look at. A pair that was proposed before, whatever became of it, is not proposed again.
 * Runs inside the import's transaction; the caller refreshes the counting units of what it returns.
 */
export async function proposeDuplicates(
  tx: Tx,
  employerIds: readonly number[],
  now: Date,
  /** Told after each page of comparisons; may throw to end it. */
  onPage: () => void = () => undefined,
): Promise<{ proposals: Proposal[]; crowded: CrowdedKey[] }> {
  if (employerIds.length === 0) return { proposals: [], crowded: [] };
  await createDuplicateKeys(tx);
  await createBlocks(tx, employerIds);
  const touched = new Set(employerIds);
  const proposals: Proposal[] = [];
  for (let from = 0; ; from += PAGE) {
    const blocks = await tx.execute<{ members: number[] }>(sql`
      select array_agg(k.id order by k.id) as members from duplicate_blocks b join duplicate_keys k on k.key = b.key
      where b.n > ${from} and b.n <= ${from + PAGE} group by b.n`);
    if (blocks.length === 0) break;
    const found = await comparePage(
      tx,
      blocks.map((block) => block.members.map(Number)),
      touched,
    );
    proposals.push(...(await insertProposals(tx, found, now)));
    onPage();
  }
  const crowded = await listCrowded(tx, employerIds);
  await tx.execute(sql`drop table duplicate_blocks, duplicate_keys`);
  return { proposals, crowded };
}

/** How much two records look alike, whatever keys they share; null when they do not. */
export async function scorePair(tx: Tx, a: number, b: number): Promise<ReturnType<typeof scoreDuplicate>> {
  const facts = await loadFacts(tx, [a, b]);
  const [left, right] = [facts.get(a), facts.get(b)];
  return left && right ? scoreDuplicate(left, right) : null;
}

type FoundPair = { a: number; b: number; score: number; reasons: unknown };

/** Every pair of a block once, with one touched record at least. Pairs may share several blocks. */
async function comparePage(
  tx: Tx,
  blocks: readonly (readonly number[])[],
  touched: ReadonlySet<number>,
): Promise<FoundPair[]> {
  const factsOf = await loadFacts(tx, [...new Set(blocks.flat())]);
  const found = new Map<string, FoundPair>();
  for (const members of blocks) {
    for (const [at, a] of members.entries()) {
      for (const b of members.slice(at + 1)) {
        if (!touched.has(a) && !touched.has(b)) continue;
        const [left, right] = [factsOf.get(a), factsOf.get(b)];
        const verdict = left && right ? scoreDuplicate(left, right) : null;
        if (verdict) found.set(`${a} ${b}`, { a, b, ...verdict });
      }
    }
  }
  return [...found.values()];
}

async function loadFacts(tx: Tx, ids: readonly number[]): Promise<Map<number, DuplicateFacts>> {
  const rows = await tx.execute<Facts & { id: number }>(sql`
    with ids as materialized (select value::bigint as id from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb)),
    aliases as (select employer_id, array_agg(name_key) as keys from employer_aliases
      where employer_id in (select id from ids) group by employer_id),
    domains as (select employer_id, array_agg(domain) as names from employer_domains
      where employer_id in (select id from ids) group by employer_id)
    select e.id, e.name_key as "nameKey", e.fein, e.address_key as "addressKey", e.city, e.state, e.zip, e.phone,
      a.keys as "aliasKeys", d.names as domains
    from ids join employers e on e.id = ids.id left join aliases a on a.employer_id = e.id
    left join domains d on d.employer_id = e.id`);
  return new Map(rows.map((row) => [Number(row.id), asFacts(row)]));
}

async function insertProposals(tx: Tx, found: readonly FoundPair[], now: Date): Promise<Proposal[]> {
  if (found.length === 0) return [];
  const inserted = await tx.execute<{ a: number; b: number; score: number }>(sql`
    insert into duplicate_proposals (employer_a_id, employer_b_id, reasons, score, opened_at)
    select a, b, reasons, score, ${now}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(found)}::text::jsonb) as p(a bigint, b bigint, reasons jsonb, score float8)
    on conflict do nothing returning employer_a_id as a, employer_b_id as b, score`);
  return inserted.map((row) => ({ a: Number(row.a), b: Number(row.b), score: row.score }));
}

async function listCrowded(tx: Tx, employerIds: readonly number[]): Promise<CrowdedKey[]> {
  const rows = await tx.execute<{ key: string; count: number }>(sql`
    select key, count(*)::int as count from duplicate_keys
    where key like 'name:%' or key like 'domain:%' group by key
    having count(*) > ${LARGEST_BLOCK} and bool_or(id in ${idsIn(employerIds)})
    order by 2 desc, 1 limit 20`);
  return rows.map(({ key, count }) => {
    const cut = key.indexOf(':');
    return { what: key.slice(0, cut) as CrowdedKey['what'], value: key.slice(cut + 1), count };
  });
}

function idsIn(ids: readonly number[]) {
  return sql`(select value::bigint from jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb))`;
}

/** Builds the same keys as `blockingKeys` in rules/duplicates.ts; duplicates.integration.test.ts feeds both. */
export async function createDuplicateKeys(tx: Tx): Promise<void> {
  await tx.execute(sql`
    create temporary table duplicate_keys on commit drop as
    select id, 'name:' || name_key as key from employers where merged_into_id is null
    union select a.employer_id, 'name:' || a.name_key from employer_aliases a
      join employers e on e.id = a.employer_id and e.merged_into_id is null
    union select id, 'zip:' || zip || ':' || left(replace(name_key, ' ', ''), 4) from employers
      where zip <> '' and merged_into_id is null
    union select id, 'address:' || zip || ':' || address_key from employers
      where zip <> '' and address_key <> '' and merged_into_id is null
    union select id, 'phone:' || left(regexp_replace(phone, '\\D', '', 'g'), 10) from employers
      where length(regexp_replace(phone, '\\D', '', 'g')) >= 10 and merged_into_id is null
    union select d.employer_id, 'domain:' || d.domain from employer_domains d
      join employers e on e.id = d.employer_id and e.merged_into_id is null`);
}

/** Keys that a touched record shares with others, but not with so many that comparing them says nothing. */
async function createBlocks(tx: Tx, employerIds: readonly number[]): Promise<void> {
  await tx.execute(sql`
    create temporary table duplicate_blocks on commit drop as
    select row_number() over (order by key) as n, key from duplicate_keys group by key
    having count(*) between 2 and ${LARGEST_BLOCK} and bool_or(id in ${idsIn(employerIds)})`);
  await tx.execute(sql`create index on duplicate_blocks (n)`);
  await tx.execute(sql`create index on duplicate_keys (key)`);
  await tx.execute(sql`analyze duplicate_keys, duplicate_blocks`);
}

type Facts = {
  nameKey: string;
  fein: string | null;
  addressKey: string;
  city: string;
  state: string;
  zip: string;
  phone: string;
  aliasKeys: string[] | null;
  domains: string[] | null;
};

function asFacts({ city, phone, aliasKeys, domains, ...rest }: Facts & { id: number }): DuplicateFacts {
  return {
    ...rest,
    id: Number(rest.id),
    cityKey: cityKey(city),
    aliasKeys: aliasKeys ?? [],
    domains: (domains ?? []).filter((domain) => !isFreeMailDomain(domain)),
    phoneKey: phoneKey(phone),
  };
}
