import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';

/**
 * Looks for employers that are connected to those behind a credential: the same employer, the same internet domain, or
 * the same parent as an issuer, reseller, training provider or applicant. What is found is marked from now on, with how;
 * what is so no longer ends. A mark that two people took back is not set again. Returns the employers concerned; the
 * caller counts them anew. Safe to run at any time, and several times at once.
 */
export async function findConnections(tx: Tx, now: Date): Promise<number[]> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const wanted = sql`
    wanted as (
      select distinct on (f.employer_id, f.party_id) f.*
      from (
        select e.id as employer_id, p.id as party_id, 1 as rank, 'same_employer' as found
        from issuer_parties p
        join employers own on own.id = p.employer_id
        join employers e on e.unit_id = own.unit_id
        where p.ended_at is null
        union all
        select d.employer_id, p.id, 2, 'domain'
        from issuer_parties p
        join employer_domains d on d.domain = p.domain or d.domain like '%.' || p.domain
        where p.ended_at is null and p.domain is not null
        union all
        select d.employer_id, p.id, 2, 'domain'
        from issuer_parties p
        join employers own on own.id = p.employer_id
        join employers same on same.unit_id = own.unit_id
        join employer_domains o on o.employer_id = same.id
        join employer_domains d on d.domain = o.domain
        where p.ended_at is null
        union all
        select m.employer_id, p.id, 3, 'shared_parent'
        from issuer_parties p
        join employers own on own.id = p.employer_id
        join employers same on same.unit_id = own.unit_id
        join employer_group_members g on g.employer_id = same.id and g.left_at is null
        join employer_group_members m on m.group_id = g.group_id and m.left_at is null
        where p.ended_at is null
      ) f
      order by f.employer_id, f.party_id, f.rank
    )`;
  const ended = await tx.execute<{ id: number }>(sql`
    with ${wanted}
    update conflict_marks k set cleared_at = ${at}
    where k.found is not null and k.cleared_at is null and not exists (
      select from wanted w where w.employer_id = k.employer_id and w.party_id = k.party_id)
    returning k.employer_id as id`);
  const set = await tx.execute<{ id: number }>(sql`
    with ${wanted}
    insert into conflict_marks (employer_id, issuer_id, credential_id, relation, note, found, party_id, set_at)
    select w.employer_id, p.issuer_id, p.credential_id, p.relation, p.name, w.found, p.id, ${at}
    from wanted w join issuer_parties p on p.id = w.party_id
    where not exists (
      select from conflict_marks k where k.employer_id = w.employer_id and k.party_id = w.party_id
        and (k.cleared_at is null or k.cleared_by is not null))
    on conflict do nothing
    returning employer_id as id`);
  return [...new Set([...ended, ...set].map(({ id }) => Number(id)))];
}
