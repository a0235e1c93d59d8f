import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

export type Touch = {
  contactId: number;
  contactName: string;
  agencyId: number;
  waveId: number | null;
  waveName: string | null;
  step: number;
  state: string;
  /** Why a planned one was put off, if it was. */
  putOff: string | null;
  /** Null while it is only planned. */
  sentAt: Date | null;
  /** When it reaches the person, at the earliest and at the latest. */
  from: Date;
  to: Date;
};

/** More than any budget lets one employer have in years. */
const MOST = 500;

/**
 * Touches of all agencies that reached people of one counting unit or are still planned to, the latest first. What
 * counts is the same as in `listLedger`; a test holds the two together.
 */
export async function listTouches(db: Db, unitId: number): Promise<Touch[]> {
  return db.execute<Touch>(sql`
    select m.contact_id as "contactId", coalesce(nullif(c.name, ''), c.email) as "contactName",
      m.agency_id as "agencyId", m.wave_id as "waveId", w.name as "waveName", m.step, m.state, m.sent_at as "sentAt",
      case when m.state = 'planned' then m.reason end as "putOff",
      coalesce(m.sent_at, m.send_after) as "from",
      coalesce(m.sent_at, greatest(m.send_after, m.not_after - interval '1 millisecond')) as "to"
    from messages m
    join employers e on e.id = m.employer_id
    join contacts c on c.id = m.contact_id
    left join waves w on w.id = m.wave_id
    where e.unit_id = ${unitId} and m.stream = 'outreach' and (
      m.sent_at is not null or m.state in ('claimed', 'uncertain')
      or (m.state = 'planned' and w.state in ('running', 'paused')))
    order by coalesce(m.sent_at, m.send_after) desc, m.id desc
    limit ${MOST}`);
}
