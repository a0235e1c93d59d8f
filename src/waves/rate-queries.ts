import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { SIZE_BAND_NAMES, sizeCondition } from '../employers/audience.ts';
import { addMonths } from '../lib/add-months.ts';
import { freeMailDomains } from '../lib/mail-address.ts';
import type { SegmentCount } from '../outreach/planner/segment-rates.ts';

/** By then a mail and most reminders have had their effect: earlier silence says nothing yet. */
const RIPE_DAYS = 14;
const YEARS_BACK = 5;

export type AskedBefore = ReadonlyMap<number, boolean>;

/**
 * How employers answered all agencies' waves of the last years, in numbers alone: an employer counts once for each wave
 * that asked it, as soon as that wave is closed or its mail is two weeks old. Mails that came back are not counted. The
 * segments are those of `segmentOf`. And which counting units were asked in that time, and whether they answered.
 *
 * It reads the history whole, which no index shortens (one that did would be written with each mail), so it reads it once:
 * asks are first brought down to invitations, and both answers are taken from what remains.
 */
export async function readHistory(
  db: Db,
  now: Date,
): Promise<{ segments: SegmentCount[]; before: AskedBefore }> {
  const size = sql.join(
    SIZE_BAND_NAMES.map((band) => sql`when ${sizeCondition(band)} then ${band}`),
    sql` `,
  );
  const at = sql`${now.toISOString()}::timestamptz`;
  const [row] = await db.execute<{
    segments: SegmentCount[];
    units: [unitId: number, answered: boolean][];
  }>(sql`
    with unit_wave as materialized (
      select u.unit_id, i.wave_id, i.agency_id, min(a.asked_at) as asked_at, min(i.answered_at) as answered_at,
        bool_or(c.email_domain = any(${sql.param([...freeMailDomains()])}::text[])) as is_free,
        min(left(coalesce(u.naics_code, ''), 2)) as sector, max(u.jobs) as jobs, bool_and(w.state = 'closed') as is_closed
      from (
        select invitation_id, min(asked_at) as asked_at from asks
        where asked_at > ${at} - make_interval(years => ${YEARS_BACK}) and undelivered_at is null
        group by invitation_id
      ) a
      join invitations i on i.id = a.invitation_id
      join waves w on w.id = i.wave_id
      join contacts c on c.id = i.contact_id
      join employers own on own.id = i.employer_id
      join employers u on u.id = coalesce(own.merged_into_id, own.id)
      group by u.unit_id, i.wave_id, i.agency_id
    ), placed as (
      select *, count(*) over earlier > 0 as was_asked,
        coalesce(min(answered_at) over earlier < asked_at, false) as had_answered
      from unit_wave
      window earlier as (partition by unit_id order by asked_at, wave_id rows between unbounded preceding and 1 preceding)
    ), segment as (
      select case when e.had_answered then 'answered' when e.was_asked then 'silent' else 'never' end as before,
        case when e.is_free then 'free' else 'own' end as mail, e.sector, case ${size} end as size,
        e.agency_id as "agencyId", count(*)::int as asked, count(e.answered_at)::int as answered
      from placed e
      where e.is_closed or e.asked_at <= ${at} - make_interval(days => ${RIPE_DAYS})
      group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    )
    select (select coalesce(json_agg(segment), '[]') from segment) as segments,
      (select coalesce(json_agg(json_build_array(unit_id, answered)), '[]')
        from (select unit_id, bool_or(answered_at is not null) as answered from unit_wave group by unit_id) unit) as units`);
  return { segments: row?.segments ?? [], before: new Map(row?.units) };
}

/** Answers about single credentials, of all credentials, and those that are yes to both. */
export async function sumAnswers(db: Db): Promise<{ answers: number; bothYes: number }> {
  const [row] = await db.execute<{ answers: number; bothYes: number }>(sql`
    select coalesce(sum(answered), 0)::int as answers, coalesce(sum(both_yes), 0)::int as "bothYes" from tally_counts`);
  return row ?? { answers: 0, bothYes: 0 };
}

/** How many employers that count for a credential under its policy do so only until before a day, by credential. */
export async function listLapsingCounts(
  db: Db,
  keys: readonly { credentialId: number; policyVersionId: number | null; before: Date }[],
): Promise<Map<number, number>> {
  const known = keys.filter(({ policyVersionId }) => policyVersionId !== null);
  if (known.length === 0) return new Map();
  const rows = await db.execute<{ credentialId: number; lapsing: number }>(sql`
    select k.credential_id as "credentialId", count(*)::int as lapsing
    from json_to_recordset(${JSON.stringify(
      known.map(({ credentialId, policyVersionId, before }) => ({
        credential_id: credentialId,
        policy_version_id: policyVersionId,
        before: before.toISOString(),
      })),
    )}::text::json) as k(credential_id bigint, policy_version_id bigint, before timestamptz)
    join tallies t on t.credential_id = k.credential_id and t.policy_version_id = k.policy_version_id
    join positions p on p.tally_id = t.id and p.status = 'both_yes' and p.expires_at < k.before
    group by k.credential_id`);
  return new Map(rows.map(({ credentialId, lapsing }) => [credentialId, lapsing]));
}

/**
 * Each employer's last answer about a credential that still counts by its age, or that it is not its field, with the
 * moment at which it ages out; null where evidence does not age.
 */
export async function listLastAnswers(
  db: Db,
  credentials: readonly { credentialId: number; evidenceMaxAgeMonths: number | null }[],
  now: Date,
): Promise<{ unitId: number; credentialId: number; agesOutAt: Date | null }[]> {
  if (credentials.length === 0) return [];
  const monthsOf = new Map(
    credentials.map(({ credentialId, evidenceMaxAgeMonths }) => [credentialId, evidenceMaxAgeMonths]),
  );
  const topics = credentials.map(({ credentialId, evidenceMaxAgeMonths }) => ({
    credential_id: credentialId,
    since: evidenceMaxAgeMonths === null ? null : addMonths(now, -evidenceMaxAgeMonths).toISOString(),
  }));
  const rows = await db.execute<{ unitId: number; credentialId: number; at: Date }>(sql`
    with topic as (
      select credential_id, coalesce(since, '-infinity') as since
      from json_to_recordset(${JSON.stringify(topics)}::text::json) as t(credential_id bigint, since timestamptz)
    ), last as (
      select e.unit_id, t.credential_id, a.answered_at as at
      from topic t join answers a on a.credential_id = t.credential_id and a.ended_at is null and a.answered_at > t.since
      join employers e on e.id = a.employer_id
      union all
      select e.unit_id, t.credential_id, i.declined_at
      from topic t join asks a on a.credential_id = t.credential_id and a.state = 'declined'
      join invitations i on i.id = a.invitation_id and i.decline_reason in ('not_our_field', 'never')
        and i.declined_at > t.since
      join employers e on e.id = a.employer_id
    )
    select unit_id as "unitId", credential_id as "credentialId", max(at) as at from last group by 1, 2`);
  return rows.map(({ unitId, credentialId, at }) => {
    const months = monthsOf.get(credentialId) ?? null;
    return { unitId, credentialId, agesOutAt: months === null ? null : addMonths(new Date(at), months) };
  });
}
