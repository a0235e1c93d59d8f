import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { type DuplicateFacts, LARGEST_BLOCK, scoreDuplicate } from './rules/duplicates.ts';
import { cityKey } from './rules/employer-values.ts';

export type Proposal = { a: number; b: number; score: number };
export type CrowdedKey = { what: 'name' | 'domain'; value: string; count: number };

const PAGE = 2_000;

/**
 * Compares the given employers with all others that share a blocking key with them, and opens a proposal for each pair
 * that a person should look at. A pair that was proposed before, whatever became of it, is not proposed again.
 * Runs inside the import's transaction; the caller refreshes the counting units of what it returns.
 */
export async function proposeDuplicates(
  tx: Tx,
  employerIds: readonly number[],
  now: Date,
): Promise<{ proposals: Proposal[]; crowded: CrowdedKey[] }> {
  if (employerIds.length === 0) return { proposals: [], crowded: [] };
  await findCandidatePairs(tx, employerIds);
  const proposals: Proposal[] = [];
  for (let from = 0; ; from += PAGE) {
    const pairs = await tx.execute<CandidateRow>(sql`
      select a.id as "aId", a.facts as "aFacts", b.id as "bId", b.facts as "bFacts"
      from duplicate_candidates c
      join lateral (${factsOf(sql`c.a`)}) a on true
      join lateral (${factsOf(sql`c.b`)}) b on true
      where c.n > ${from} and c.n <= ${from + PAGE}`);
    if (pairs.length === 0) break;
    const found = pairs.flatMap((pair) => {
      const verdict = scoreDuplicate(asFacts(pair.aId, pair.aFacts), asFacts(pair.bId, pair.bFacts));
      return verdict ? [{ a: Number(pair.aId), b: Number(pair.bId), ...verdict }] : [];
    });
    if (found.length > 0) {
      await tx.execute(sql`
        insert into duplicate_proposals (employer_a_id, employer_b_id, reasons, score, opened_at)
        select a, b, reasons, score, ${now}::timestamptz
        from jsonb_to_recordset(${JSON.stringify(found)}::text::jsonb) as p(a bigint, b bigint, reasons jsonb, score float8)
        on conflict do nothing`);
    }
    for (const { a, b, score } of found) proposals.push({ a, b, score });
  }
  const crowded = await tx.execute<{ key: string; count: number }>(sql`
    select key, members as count from duplicate_blocks
    where members > ${LARGEST_BLOCK} and (key like 'name:%' or key like 'domain:%') order by members desc, key limit 20`);
  await tx.execute(sql`drop table duplicate_candidates, duplicate_blocks, duplicate_keys`);
  return {
    proposals,
    crowded: crowded.map(({ key, count }) => {
      const cut = key.indexOf(':');
      return {
        what: key.slice(0, cut) as CrowdedKey['what'],
        value: key.slice(cut + 1),
        count: Number(count),
      };
    }),
  };
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
    union select d.employer_id, 'domain:' || d.domain from employer_domains d
      join employers e on e.id = d.employer_id and e.merged_into_id is null`);
}

async function findCandidatePairs(tx: Tx, employerIds: readonly number[]): Promise<void> {
  await createDuplicateKeys(tx);
  await tx.execute(sql`
    create temporary table duplicate_blocks on commit drop as
    with touched as materialized (
      select value::bigint as id from jsonb_array_elements_text(${JSON.stringify(employerIds)}::text::jsonb)
    )
    select key, count(*) as members, array_agg(id) filter (where id in (select id from touched)) as touched
    from duplicate_keys group by key
    having count(*) > 1 and bool_or(id in (select id from touched))`);
  await tx.execute(sql`analyze duplicate_keys, duplicate_blocks`);
  await tx.execute(sql`
    create temporary table duplicate_candidates on commit drop as
    select row_number() over (order by a, b) as n, a, b from (
      select distinct least(k.id, t.id) as a, greatest(k.id, t.id) as b
      from duplicate_blocks block
      cross join lateral unnest(block.touched) as t(id)
      join duplicate_keys k on k.key = block.key and k.id <> t.id
      where block.members <= ${LARGEST_BLOCK}
    ) pairs
    where not exists (
      select from duplicate_proposals p where p.employer_a_id = pairs.a and p.employer_b_id = pairs.b
    )`);
  await tx.execute(sql`create index on duplicate_candidates (n)`);
}

type Facts = {
  nameKey: string;
  fein: string | null;
  addressKey: string;
  city: string;
  state: string;
  zip: string;
  aliasKeys: string[] | null;
  domains: string[] | null;
};
type CandidateRow = { aId: number; aFacts: Facts; bId: number; bFacts: Facts };

function factsOf(id: ReturnType<typeof sql>) {
  return sql`
    select e.id, jsonb_build_object('nameKey', e.name_key, 'fein', e.fein, 'addressKey', e.address_key, 'city', e.city,
      'state', e.state, 'zip', e.zip,
      'aliasKeys', (select jsonb_agg(l.name_key) from employer_aliases l where l.employer_id = e.id),
      'domains', (select jsonb_agg(d.domain) from employer_domains d where d.employer_id = e.id)) as facts
    from employers e where e.id = ${id}`;
}

function asFacts(id: number, facts: Facts): DuplicateFacts {
  const { city, aliasKeys, domains, ...rest } = facts;
  return {
    ...rest,
    id: Number(id),
    cityKey: cityKey(city),
    aliasKeys: aliasKeys ?? [],
    domains: domains ?? [],
  };
}
