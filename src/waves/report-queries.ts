import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { AskFacts } from './rules/response-rates.ts';

/** What is known of one ask, and whether its answer is yes to every counting question (null: no such questions). */
export type ReportAsk = AskFacts & { credentialId: number; yes: boolean | null };

/** People of a wave of whom exactly the same is known. */
export type ReportGroup = { asks: ReportAsk[]; people: number };

/**
 * Everybody who was to be asked about a credential in a wave, those alike taken together: a wave of a hundred thousand
 * people gives a few hundred rows.
 */
export async function listReportGroups(db: Db, waveId: number): Promise<ReportGroup[]> {
  return db.execute<ReportGroup>(sql`
    with counting as (
      select v.id,
        array(select q->>'key' from jsonb_array_elements(v.body->'questions') q where (q->>'required')::boolean) as keys,
        not exists (
          select 1 from jsonb_array_elements(v.body->'questions') q
          where (q->>'required')::boolean and not (q->'options' @> '[{"value": "yes"}]')) as has_yes
      from instrument_versions v
      where v.id in (
        select an.instrument_version_id from answers an join asks a on a.id = an.ask_id where a.wave_id = ${waveId})
    ), one as (
      select a.invitation_id, a.credential_id, jsonb_build_object(
        'credentialId', a.credential_id,
        'answer', case
          when an.id is null then null
          when not an.familiar or given.answered = cardinality(c.keys) then 'full'
          when given.answered > 0 then 'partial' end,
        'yes', case when an.id is not null and c.has_yes
          then an.familiar and given.yes = cardinality(c.keys) end,
        'withdrawn', a.state = 'withdrawn',
        'invitation', i.state,
        'declineReason', i.decline_reason,
        'saidStop', exists (
          select 1 from unsubscribe_links l join suppressions s on s.address_hash = l.address_hash
          where l.contact_id = i.contact_id and s.lifted_at is null
            and s.reason in ('unsubscribed', 'complained') and s.created_at >= i.created_at),
        'contactLeft', k.state = 'left',
        'duplicate', e.merged_into_id is not null and exists (
          select 1 from asks b join employers f on f.id = b.employer_id
          where b.wave_id = a.wave_id and b.credential_id = a.credential_id and b.id <> a.id
            and f.unit_id = e.unit_id and f.merged_into_id is null),
        'mailed', a.asked_at is not null,
        'undelivered', a.undelivered_at is not null) as facts
      from asks a
      join invitations i on i.id = a.invitation_id
      join contacts k on k.id = i.contact_id
      join employers e on e.id = a.employer_id
      left join answers an on an.ask_id = a.id and an.ended_at is null
      left join counting c on c.id = an.instrument_version_id
      left join lateral (
        select count(an.values->>key)::int as answered, count(*) filter (where an.values->>key = 'yes')::int as yes
        from unnest(c.keys) as key) given on true
      where a.wave_id = ${waveId} and a.credential_id is not null
    )
    select asks, count(*)::int as people
    from (select jsonb_agg(facts order by credential_id) as asks from one group by invitation_id) person
    group by asks`);
}

/** Credentials that a wave asks about, by name. */
export async function listReportCredentials(db: Db, waveId: number): Promise<{ id: number; name: string }[]> {
  return db.execute<{ id: number; name: string }>(sql`
    select c.id, c.name from credentials c
    where exists (select 1 from asks a where a.wave_id = ${waveId} and a.credential_id = c.id)
    order by c.name, c.id`);
}
