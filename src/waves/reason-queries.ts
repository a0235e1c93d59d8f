import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import type { LeftOut, PlanReason } from '../outreach/planner/plan-reasons.ts';
import type { ExclusionReason } from '../outreach/planner/reasons.ts';
import type { AskDropReason } from '../outreach/types.ts';
import type { Said } from './types.ts';

const CHUNK = 5_000;

async function inChunks<Row>(
  rows: readonly Row[],
  insert: (json: string) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) {
    await insert(JSON.stringify(rows.slice(start, start + CHUNK)));
  }
}

/** Who a wave does not ask at all, each with the one reason, and what they would have been asked about. */
export async function insertExclusions(tx: Tx, waveId: number, people: readonly LeftOut[]): Promise<void> {
  const rows = people.map((row) => ({
    contact_id: row.contactId,
    employer_id: row.employerId,
    reason: row.reason,
    free_again_on: row.freeAgainOn?.toISOString() ?? null,
    credential_ids: row.credentialIds,
    meeting_ids: row.meetingIds,
  }));
  await inChunks(rows, (json) =>
    tx.execute(sql`
      insert into wave_exclusions (wave_id, contact_id, employer_id, reason, free_again_on, credential_ids, meeting_ids)
      select ${waveId}, contact_id, employer_id, reason, free_again_on, credential_ids, meeting_ids
      from json_to_recordset(${json}::text::json) as row(contact_id bigint, employer_id bigint, reason text,
        free_again_on timestamptz, credential_ids bigint[], meeting_ids bigint[])`),
  );
}

/** What the plan of a launch said of asks and reminders that it put off, joined or left out. */
export async function insertPlanReasons(
  tx: Tx,
  waveId: number,
  reasons: readonly PlanReason[],
): Promise<void> {
  const rows = reasons.map((row) => ({
    contact_id: row.contactId,
    does: row.does,
    reason: row.reason,
    step: row.step,
    credential_ids: row.credentialIds,
    meeting_ids: row.meetingIds,
  }));
  await inChunks(rows, (json) =>
    tx.execute(sql`
      insert into wave_plan_reasons (wave_id, contact_id, does, reason, step, credential_ids, meeting_ids)
      select ${waveId}, contact_id, does, reason, step, credential_ids, meeting_ids
      from json_to_recordset(${json}::text::json) as row(contact_id bigint, does text, reason text, step int,
        credential_ids bigint[], meeting_ids bigint[])`),
  );
}

/** Names of the credentials and meetings that a row of either table speaks of. */
const namesIn = (row: 'r' | 'x') => sql`
  select k.name, 0 as kind, k.id from credentials k where k.id = any(${sql.raw(row)}.credential_ids)
  union all select d.name || ': ' || t.title, 1, t.id from meetings t join committees d on d.id = t.committee_id
    where t.id = any(${sql.raw(row)}.meeting_ids)`;
const topicsOf = (row: 'r' | 'x') => sql`
  (select coalesce(json_agg(n.name order by n.kind, n.name, n.id), '[]') from (${namesIn(row)}) n)`;

export async function countExclusions(db: Db, waveId: number) {
  return db.execute<{ reason: ExclusionReason; people: number }>(sql`
    select reason, count(*)::int as people from wave_exclusions
    where wave_id = ${waveId} group by reason order by people desc, reason`);
}

export type LeftOutPerson = {
  contactId: number;
  contactName: string;
  employerId: number;
  employerName: string;
  city: string;
  reason: ExclusionReason;
  freeAgainOn: Date | null;
  /** What they would have been asked about. */
  topics: string[];
};

/** People left out of a launched wave, in the order of their employers. */
export async function listLeftOut(
  db: Db,
  waveId: number,
  filter: { reason: ExclusionReason | null; limit: number; offset: number },
): Promise<LeftOutPerson[]> {
  return db.execute<LeftOutPerson>(sql`
    select c.id as "contactId", c.name as "contactName", e.id as "employerId", e.legal_name as "employerName", e.city,
      x.reason, x.free_again_on as "freeAgainOn", ${topicsOf('x')} as topics
    from wave_exclusions x join contacts c on c.id = x.contact_id join employers e on e.id = x.employer_id
    where x.wave_id = ${waveId} and (${filter.reason}::text is null or x.reason = ${filter.reason}::text)
    order by e.legal_name, e.id, c.id
    limit ${filter.limit} offset ${filter.offset}`);
}

export type CountedReason = Said & { people: number; asks: number };

/** What a launched wave put off, joined or left out, by reason. */
export async function countPlanReasons(db: Db, waveId: number): Promise<CountedReason[]> {
  return db.execute<CountedReason>(sql`
    select does, reason, count(distinct contact_id)::int as people,
      sum(cardinality(credential_ids) + cardinality(meeting_ids))::int as asks
    from wave_plan_reasons where wave_id = ${waveId}
    group by does, reason order by does, people desc, reason`);
}

/** The same person by person, in the order of the plan. */
export async function listPlanReasons(db: Db, waveId: number, contactIds: readonly number[]) {
  return db.execute<Said & { contactId: number; topics: string[] }>(sql`
    select r.contact_id as "contactId", r.does, r.reason, ${topicsOf('r')} as topics
    from wave_plan_reasons r
    where r.wave_id = ${waveId} and r.contact_id = any(${sql.param([...contactIds])}::bigint[])
    order by r.contact_id, r.step, r.does, r.reason`);
}

export type KeptLine = Said & {
  contactId: number;
  contactName: string;
  employerName: string;
  city: string;
  about: string;
  leaves: Date | null;
  state: string | null;
  droppedFor: AskDropReason | null;
};

/**
 * The plan of a launched wave, ask by ask, as it was kept, with what became of each ask that was made: the next
 * `people` after a contact's id.
 */
export async function listKeptPlan(
  db: Db,
  waveId: number,
  page: { after: number; people: number },
): Promise<KeptLine[]> {
  const next = (table: 'asks' | 'wave_exclusions' | 'wave_plan_reasons') =>
    sql`select contact_id from ${sql.identifier(table)} where wave_id = ${waveId} and contact_id > ${page.after}`;
  return db.execute<KeptLine>(sql`
    with people as (
      ${next('asks')} union ${next('wave_exclusions')} union ${next('wave_plan_reasons')}
      order by 1 limit ${page.people}
    ), line as (
      select a.contact_id, 1 as part, a.position as place, coalesce(k.name, d.name || ': ' || t.title) as about,
        coalesce(r.does, 'ask') as does, coalesce(r.reason, '') as reason, coalesce(m.sent_at, m.send_after) as leaves,
        a.state, a.dropped_for
      from people p
      join asks a on a.contact_id = p.contact_id and a.wave_id = ${waveId}
      left join credentials k on k.id = a.credential_id
      left join meetings t on t.id = a.meeting_id
      left join committees d on d.id = t.committee_id
      left join messages m on m.invitation_id = a.invitation_id and m.step = 0 and m.stream = 'outreach'
      left join wave_plan_reasons r on r.wave_id = a.wave_id and r.contact_id = a.contact_id and r.does in ('merge', 'defer')
        and (a.credential_id = any(r.credential_ids) or a.meeting_id = any(r.meeting_ids))
      union all
      select r.contact_id, 2, r.step, coalesce(n.name, 'Reminder'), r.does, r.reason, null, null, null
      from people p
      join wave_plan_reasons r on r.wave_id = ${waveId} and r.contact_id = p.contact_id and r.does not in ('merge', 'defer')
      left join lateral (${namesIn('r')}) n on true
      union all
      select x.contact_id, 3, 0, coalesce(n.name, ''), 'leave_out', x.reason, null, null, null
      from people p
      join wave_exclusions x on x.wave_id = ${waveId} and x.contact_id = p.contact_id
      left join lateral (${namesIn('x')}) n on true
    )
    select l.contact_id as "contactId", c.name as "contactName", e.legal_name as "employerName", e.city, l.about, l.does,
      l.reason, l.leaves, l.state, l.dropped_for as "droppedFor"
    from line l join contacts c on c.id = l.contact_id join employers e on e.id = c.employer_id
    order by l.contact_id, l.part, l.place, l.about`);
}

export type Unasked = Said & {
  waveId: number;
  waveName: string;
  launchedAt: Date;
  contactName: string;
  topics: string[];
};

const MOST_UNASKED = 50;

/** What an agency's own waves did not ask of these people, put off or joined to another wave's mail, the latest first. */
export async function listUnasked(
  db: Db,
  input: { agencyId: number; contactIds: readonly number[] },
): Promise<Unasked[]> {
  const people = sql`any(${sql.param([...input.contactIds])}::bigint[])`;
  return db.execute<Unasked>(sql`
    select w.id as "waveId", w.name as "waveName", w.launched_at as "launchedAt",
      coalesce(nullif(c.name, ''), c.email) as "contactName", s.does, s.reason, s.topics
    from waves w
    cross join lateral (
      select x.contact_id, 'leave_out' as does, x.reason, ${topicsOf('x')} as topics
      from wave_exclusions x where x.wave_id = w.id and x.contact_id = ${people}
      union all
      select r.contact_id, r.does, r.reason, ${topicsOf('r')}
      from wave_plan_reasons r where r.wave_id = w.id and r.contact_id = ${people}
    ) s
    join contacts c on c.id = s.contact_id
    where w.agency_id = ${input.agencyId} and w.launched_at is not null
    order by w.launched_at desc, w.id desc, c.id, s.does, s.reason
    limit ${MOST_UNASKED}`);
}
