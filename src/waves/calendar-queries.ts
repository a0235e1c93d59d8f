import { asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { waves } from '../db/schema/outreach.ts';
import type { WaveState } from '../outreach/types.ts';
import { protocolFromJson } from './protocol.ts';
import type { WaveProtocol } from './types.ts';

export type MonthTouches = {
  date: string;
  waveId: number | null;
  isOwn: boolean;
  sent: number;
  planned: number;
};

/**
 * Touches of all agencies by day and wave: sent ones on the day they left, planned ones (of waves under way) on the day
 * they may leave, each in the employer's own zone. The dates are `from` up to and not including `until`.
 */
export async function listMonthTouches(
  db: Db,
  input: { agencyId: number; zone: string; from: string; until: string },
): Promise<MonthTouches[]> {
  const { agencyId, zone, from, until } = input;
  // A day wider on each side, so that the index serves whatever zone an employer is in.
  const earliest = sql`(${from}::date - 1)::timestamptz`;
  const latest = sql`(${until}::date + 1)::timestamptz`;
  return db.execute<MonthTouches>(sql`
    with touch as (
      select m.wave_id, m.agency_id, m.sent_at is not null as is_sent,
        (coalesce(m.sent_at, m.send_after) at time zone coalesce(e.time_zone, ${zone}::text))::date as day
      from messages m
      join employers e on e.id = m.employer_id
      left join waves w on w.id = m.wave_id
      where m.stream = 'outreach' and (
        (m.sent_at >= ${earliest} and m.sent_at < ${latest})
        or (m.sent_at is null and m.send_after >= ${earliest} and m.send_after < ${latest}
          and (m.state in ('claimed', 'uncertain') or (m.state = 'planned' and w.state in ('running', 'paused')))))
    )
    select to_char(day, 'YYYY-MM-DD') as date, wave_id as "waveId", agency_id = ${agencyId} as "isOwn",
      count(*) filter (where is_sent)::int as sent, count(*) filter (where not is_sent)::int as planned
    from touch where day >= ${from}::date and day < ${until}::date
    group by day, wave_id, agency_id order by day, wave_id`);
}

export type OwnWave = { id: number; name: string; state: WaveState; protocol: WaveProtocol | null };

/** The agency's own waves, drafts too, with what is known of their dates. */
export async function listOwnWaves(db: Db, agencyId: number): Promise<OwnWave[]> {
  const rows = await db
    .select({ id: waves.id, name: waves.name, state: waves.state, protocol: waves.protocol })
    .from(waves)
    .where(eq(waves.agencyId, agencyId))
    .orderBy(asc(waves.id));
  return rows.map((row) => ({ ...row, protocol: protocolFromJson(row.protocol) }));
}

/** Each day on which an agency wants nothing of its own to leave, with its reason. */
export async function listDaysOff(
  db: Db,
  agencyId: number,
  from: string,
  until: string,
): Promise<{ date: string; reason: string }[]> {
  return db.execute<{ date: string; reason: string }>(sql`
    select to_char(day, 'YYYY-MM-DD') as date, b.reason
    from agency_blackouts b, generate_series(
      greatest(b.first_day, ${from}::date)::timestamp, least(b.last_day, ${until}::date)::timestamp, interval '1 day') day
    where b.agency_id = ${agencyId} and b.removed_at is null
      and b.last_day >= ${from}::date and b.first_day <= ${until}::date
    order by day, b.id`);
}
