import { and, asc, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { OPEN_APPLICATION_STATES } from '../approvals/rules.ts';
import type { Db, Tx } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { applications, listCycles, lists } from '../db/schema/approvals.ts';
import { meetings } from '../db/schema/committees.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { policyVersions } from '../db/schema/evidence.ts';
import { waves } from '../db/schema/outreach.ts';
import { DomainError } from '../lib/errors.ts';
import type { LedgerTouch, TopicRef } from '../outreach/planner/types.ts';
import { dropAsks, settleInvitations } from '../outreach/shared-touches.ts';
import { protocolFromJson } from './protocol.ts';
import type { DraftFacts } from './rules.ts';
import { waveAudience } from './types.ts';

export type WaveRow = typeof waves.$inferSelect;
export type Wave = WaveRow & { draft: DraftFacts; proposer: string | null; approver: string | null };

const proposer = alias(staffMembers, 'proposer');
const approver = alias(staffMembers, 'approver');

/** What a row's wizard columns say; an empty object is a step not taken. */
export function draftOf(row: Pick<WaveRow, 'audience' | 'topics' | 'protocol'>): DraftFacts {
  return {
    audience: Object.keys(row.audience).length === 0 ? null : waveAudience.parse(row.audience),
    topics: row.topics,
    protocol: protocolFromJson(row.protocol),
  };
}

/** A wave of the agency; another agency's is not found, as if there were none. */
export async function getWave(db: Db, agencyId: number, waveId: number): Promise<Wave> {
  const [row] = await db
    .select({ wave: waves, proposer: proposer.name, approver: approver.name })
    .from(waves)
    .leftJoin(proposer, eq(proposer.id, waves.proposedBy))
    .leftJoin(approver, eq(approver.id, waves.approvedBy))
    .where(and(eq(waves.id, waveId), eq(waves.agencyId, agencyId)));
  if (!row) throw new DomainError('not_found');
  return { ...row.wave, draft: draftOf(row.wave), proposer: row.proposer, approver: row.approver };
}

/** The same, locked against whatever else would change its state. */
export async function lockWave(tx: Tx, agencyId: number, waveId: number): Promise<WaveRow> {
  const [row] = await tx
    .select()
    .from(waves)
    .where(and(eq(waves.id, waveId), eq(waves.agencyId, agencyId)))
    .for('update');
  if (!row) throw new DomainError('not_found');
  return row;
}

/** The agency's waves, those under way first, then the newest. */
export async function listWaves(db: Db, agencyId: number) {
  return db
    .select({
      id: waves.id,
      name: waves.name,
      state: waves.state,
      closeAt: waves.closeAt,
      createdAt: waves.createdAt,
      launchedAt: waves.launchedAt,
      topics: waves.topics,
      // A select from one table names columns without their table, so the inner queries name theirs in full.
      invited: sql<number>`(select count(distinct a.invitation_id)::int from asks a where a.wave_id = waves.id)`,
      answered: sql<number>`(select count(distinct i.id)::int from asks a join invitations i on i.id = a.invitation_id
        where a.wave_id = waves.id and i.state = 'answered' and a.state in ('answered', 'withdrawn', 'declined'))`,
    })
    .from(waves)
    .where(eq(waves.agencyId, agencyId))
    .orderBy(
      sql`case ${waves.state} when 'proposed' then 0 when 'running' then 1 when 'paused' then 1 when 'approved' then 1
        when 'draft' then 2 else 3 end`,
      desc(waves.createdAt),
      desc(waves.id),
    );
}

/** A draft of the same name that this person made a moment ago: the same form sent twice. */
export async function findRecentDraft(
  tx: Tx,
  input: { agencyId: number; staffId: number; name: string; since: Date },
): Promise<number | null> {
  const [row] = await tx
    .select({ id: waves.id })
    .from(waves)
    .where(
      and(
        eq(waves.agencyId, input.agencyId),
        eq(waves.createdBy, input.staffId),
        eq(waves.name, input.name),
        eq(waves.state, 'draft'),
        gt(waves.createdAt, input.since),
      ),
    );
  return row?.id ?? null;
}

export async function listCredentialOptions(db: Db) {
  return db
    .select({
      id: credentials.id,
      name: credentials.name,
      version: credentials.version,
      issuer: issuers.name,
      naicsPrefixes: credentials.naicsPrefixes,
    })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.state, 'active'))
    .orderBy(asc(credentials.name), asc(credentials.id));
}

export async function listCredentials(db: Db, ids: readonly number[]) {
  if (ids.length === 0) return [];
  return db
    .select({
      id: credentials.id,
      name: credentials.name,
      version: credentials.version,
      issuer: issuers.name,
      naicsPrefixes: credentials.naicsPrefixes,
    })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(inArray(credentials.id, [...ids]))
    .orderBy(asc(credentials.name), asc(credentials.id));
}

/** Policies by which the agency's open applications judge these credentials, with the nearest end of a cycle. */
export async function listRequirements(db: Db, agencyId: number, credentialIds: readonly number[] | null) {
  if (credentialIds?.length === 0) return [];
  return db
    .select({
      credentialId: applications.credentialId,
      policyVersionId: lists.policyVersionId,
      deadline: sql<string>`min(${listCycles.endsOn})`,
    })
    .from(applications)
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .where(
      and(
        eq(applications.agencyId, agencyId),
        inArray(applications.state, [...OPEN_APPLICATION_STATES]),
        credentialIds === null ? undefined : inArray(applications.credentialId, [...credentialIds]),
      ),
    )
    .groupBy(applications.credentialId, lists.policyVersionId)
    .orderBy(asc(applications.credentialId), asc(lists.policyVersionId));
}

/** The policy that stands in where a credential has no application: the agency's own, else the newest there is. */
export async function findFallbackPolicyVersion(db: Db, agencyId: number): Promise<number | null> {
  const [own] = await db
    .select({ id: lists.policyVersionId })
    .from(lists)
    .where(eq(lists.agencyId, agencyId))
    .orderBy(asc(lists.id))
    .limit(1);
  if (own) return own.id;
  const [newest] = await db
    .select({ id: policyVersions.id })
    .from(policyVersions)
    .orderBy(desc(policyVersions.id))
    .limit(1);
  return newest?.id ?? null;
}

export async function listMeetingTopics(db: Db, agencyId: number, meetingIds: readonly number[]) {
  if (meetingIds.length === 0) return [];
  return db
    .select({
      id: meetings.id,
      title: meetings.title,
      startsAt: meetings.startsAt,
      timeZone: meetings.timeZone,
      committee: sql<string>`(select c.name from committees c where c.id = meetings.committee_id)`,
      /** Free seats: their sector, null for any. */
      freeSeats: sql<{ role: string; naicsPrefix: string | null }[]>`coalesce((
        select json_agg(json_build_object('role', s.role, 'naicsPrefix', s.naics_prefix) order by s.number)
        from committee_seats s where s.committee_id = meetings.committee_id and s.holder_contact_id is null), '[]')`,
    })
    .from(meetings)
    .where(
      and(
        inArray(meetings.id, [...meetingIds]),
        eq(meetings.state, 'scheduled'),
        sql`exists (select 1 from committees c where c.id = ${meetings.committeeId} and c.agency_id = ${agencyId})`,
      ),
    )
    .orderBy(asc(meetings.startsAt), asc(meetings.id));
}

/**
 * What reached people, or is planned to, under any agency's waves: the ledger that budgets are kept over. A planned
 * message counts from its send-after to its last instant.
 */
export async function listLedger(
  db: Db,
  since: Date,
  /** What one wave has planned for these people: left out when it is to be planned anew. */
  except: { waveId: number; contactIds: readonly number[] } | null = null,
): Promise<LedgerTouch[]> {
  return db.execute<LedgerTouch>(sql`
    select m.contact_id as "contactId", e.unit_id as "unitId", coalesce(m.sent_at, m.send_after) as "from",
      coalesce(m.sent_at, greatest(m.send_after, m.not_after - interval '1 millisecond')) as "to",
      m.step = 0 as "newInvitation"
    from messages m
    join employers e on e.id = m.employer_id
    left join waves w on w.id = m.wave_id
    where m.stream = 'outreach' and m.contact_id is not null and (
      m.sent_at > ${since.toISOString()}::timestamptz
      or (m.sent_at is null and m.state in ('claimed', 'uncertain'))
      or (m.state = 'planned' and w.state in ('running', 'paused')))
      and not (m.sent_at is null and m.wave_id is not distinct from ${except?.waveId ?? null}::bigint
        and m.contact_id = any(${sql.param([...(except?.contactIds ?? [])])}::bigint[]))`);
}

/** People of a wave whose invitation missed its time before it left, and who may still be invited. */
export async function listMissed(
  db: Db,
  waveId: number,
): Promise<{ invitationId: number; contactId: number }[]> {
  return db.execute<{ invitationId: number; contactId: number }>(sql`
    select m.invitation_id as "invitationId", m.contact_id as "contactId"
    from messages m join invitations i on i.id = m.invitation_id
    where m.wave_id = ${waveId} and m.step = 0 and m.stream = 'outreach' and m.kind = 'invitation'
      and m.state = 'expired' and m.sent_at is null and i.state = 'open'
      and not exists (select 1 from wave_exclusions x where x.wave_id = m.wave_id and x.contact_id = m.contact_id)
    order by m.contact_id`);
}

/** How many messages of a wave leave on each day of a zone: those that wait, and what left today. */
export async function listLoad(
  db: Db,
  waveId: number,
  facts: { zone: string; now: Date; except: readonly number[] },
) {
  return db.execute<{ date: string; messages: number }>(sql`
    select to_char(coalesce(m.sent_at, case when m.state = 'uncertain' then m.handed_at end, m.send_after)
        at time zone coalesce(e.time_zone, ${facts.zone}::text), 'YYYY-MM-DD') as date,
      count(*)::int as messages
    from messages m join employers e on e.id = m.employer_id
    where m.wave_id = ${waveId} and m.stream = 'outreach'
      and (m.state in ('planned', 'claimed', 'uncertain')
        or m.sent_at > ${facts.now.toISOString()}::timestamptz - interval '2 days')
      and not (m.sent_at is null and m.contact_id = any(${sql.param([...facts.except])}::bigint[]))
    group by 1`);
}

/** Gives expired invitations their new times, with the reminders that follow them; what has no time is cancelled. */
export async function rescheduleMissed(
  tx: Tx,
  waveId: number,
  steps: readonly { contactId: number; step: number; sendAfter: Date; notAfter: Date }[],
  now: Date,
): Promise<number> {
  const rows = JSON.stringify(
    steps.map((step) => ({
      contact_id: step.contactId,
      step: step.step,
      send_after: step.sendAfter.toISOString(),
      not_after: step.notAfter.toISOString(),
    })),
  );
  const row = sql`json_to_recordset(${rows}::text::json)
    as r(contact_id bigint, step int, send_after timestamptz, not_after timestamptz)`;
  const moved = await tx.execute<{ step: number }>(sql`
    update messages m set state = 'planned', reason = null, finished_at = null, send_after = r.send_after,
      not_after = r.not_after
    from ${row}
    where m.wave_id = ${waveId} and m.contact_id = r.contact_id and m.step = r.step and m.stream = 'outreach'
      and m.sent_at is null
      and (m.state in ('planned', 'expired') or (m.state = 'cancelled' and m.reason = 'not_invited'))
    returning m.step`);
  await tx.execute(sql`
    update messages m set state = 'cancelled', reason = 'no_room', finished_at = ${now.toISOString()}::timestamptz
    where m.wave_id = ${waveId} and m.step > 0 and m.state = 'planned' and m.stream = 'outreach'
      and m.contact_id in (select r.contact_id from ${row} where r.step = 0)
      and not exists (select 1 from ${row} where r.contact_id = m.contact_id and r.step = m.step)`);
  await tx.execute(sql`
    update asks a set state = 'planned'
    from invitations i, waves w
    where i.id = a.invitation_id and i.wave_id = ${waveId} and w.id = a.wave_id and w.state = 'running'
      and a.state = 'cancelled' and a.asked_at is null and a.dropped_for is null
      and i.contact_id in (select r.contact_id from ${row} where r.step = 0)`);
  return moved.filter(({ step }) => step === 0).length;
}

/**
 * Takes credentials that have their number out of what is not sent yet; a mail with nothing left to ask is not sent.
 * Whoever was asked about them before may still answer. Returns how many mails are not sent.
 */
export async function stopWhatIsMet(
  tx: Tx,
  waveId: number,
  metCredentialIds: readonly number[],
  now: Date,
): Promise<number> {
  const invitationIds = await dropAsks(
    tx,
    sql`a.wave_id = ${waveId} and a.credential_id = any(${sql.param([...metCredentialIds])}::bigint[])
      and exists (select 1 from messages m where m.invitation_id = a.invitation_id and m.stream = 'outreach'
        and m.state in ('planned', 'claimed') and m.handed_at is null)`,
    'enough_answers',
  );
  const { ended } = await settleInvitations(tx, invitationIds, { reason: 'enough_answers', now });
  return ended;
}

/** Asks that are open in a wave under way, and invitations to these meetings whatever became of them. */
export async function listOpenAsks(
  db: Db,
  topics: { credentialIds: readonly number[]; meetingIds: readonly number[] },
): Promise<{ contactId: number; topic: TopicRef }[]> {
  const rows = await db.execute<{
    contactId: number;
    credentialId: number | null;
    meetingId: number | null;
  }>(sql`
    select a.contact_id as "contactId", a.credential_id as "credentialId", a.meeting_id as "meetingId"
    from asks a
    join waves w on w.id = a.wave_id
    join invitations i on i.id = a.invitation_id
    where (a.credential_id = any(${sql.param([...topics.credentialIds])}::bigint[])
        and a.state in ('planned', 'asked') and i.state in ('open', 'started') and w.state in ('running', 'paused'))
      or (a.meeting_id = any(${sql.param([...topics.meetingIds])}::bigint[]) and a.state <> 'cancelled')`);
  return rows.map(({ contactId, credentialId, meetingId }) => ({
    contactId,
    topic:
      credentialId === null
        ? { kind: 'meeting', meetingId: meetingId as number }
        : { kind: 'credential', credentialId },
  }));
}

/** Counting units that ever answered anything. */
export async function listUnitsThatAnswered(db: Db): Promise<Set<number>> {
  const rows = await db.execute<{ unitId: number }>(sql`
    select distinct e.unit_id as "unitId" from answers a join employers e on e.id = a.employer_id`);
  return new Set(rows.map((row) => row.unitId));
}

export type WaveProgress = {
  invitations: number;
  open: number;
  started: number;
  answered: number;
  declined: number;
  referred: number;
  expired: number;
  planned: number;
  sent: number;
  delivered: number;
  bounced: number;
  complained: number;
  failed: number;
  uncertain: number;
  stopped: number;
  remindersPlanned: number;
  remindersSent: number;
};

/**
 * Where a launched wave stands: people by what they did, messages by what became of them. Those that carry its asks are
 * its own, whichever wave sends them; who answered only what other waves ask beside has started.
 */
export async function getProgress(db: Db, waveId: number): Promise<WaveProgress> {
  const [row] = await db.execute<WaveProgress>(sql`
    with people as materialized (
      select i.id, case when i.state = 'answered' and not a.answered then 'started' else i.state end as state
      from (select invitation_id, bool_or(state in ('answered', 'withdrawn', 'declined')) as answered
        from asks where wave_id = ${waveId} group by invitation_id) a
      join invitations i on i.id = a.invitation_id
    )
    select i.*, m.* from
      (select count(*)::int as invitations,
        count(*) filter (where state = 'open')::int as open,
        count(*) filter (where state = 'started')::int as started,
        count(*) filter (where state = 'answered')::int as answered,
        count(*) filter (where state = 'declined')::int as declined,
        count(*) filter (where state = 'referred')::int as referred,
        count(*) filter (where state = 'expired')::int as expired
      from people) i,
      (select
        count(*) filter (where step = 0 and state in ('planned', 'claimed'))::int as planned,
        count(*) filter (where step = 0 and sent_at is not null)::int as sent,
        -- Whoever complains of a mail has received it.
        count(*) filter (where step = 0 and state in ('delivered', 'complained'))::int as delivered,
        count(*) filter (where step = 0 and state = 'bounced')::int as bounced,
        count(*) filter (where state = 'complained')::int as complained,
        count(*) filter (where state = 'failed')::int as failed,
        count(*) filter (where state = 'uncertain')::int as uncertain,
        count(*) filter (where step = 0 and state in ('suppressed', 'expired', 'cancelled'))::int as stopped,
        count(*) filter (where step > 0 and state in ('planned', 'claimed'))::int as "remindersPlanned",
        count(*) filter (where step > 0 and sent_at is not null)::int as "remindersSent"
      from messages where invitation_id in (select id from people) and stream = 'outreach') m`);
  return row as WaveProgress;
}

/** Asked and answered per credential of a launched wave, by distinct people. */
export async function listCredentialProgress(db: Db, waveId: number) {
  return db.execute<{
    id: number;
    name: string;
    asked: number;
    sent: number;
    answered: number;
    declined: number;
  }>(sql`
    select c.id, c.name, count(*)::int as asked, count(a.asked_at)::int as sent,
      count(*) filter (where a.state = 'answered')::int as answered,
      count(*) filter (where a.state = 'declined')::int as declined
    from asks a join credentials c on c.id = a.credential_id
    where a.wave_id = ${waveId} and a.credential_id is not null
    group by c.id, c.name order by c.name, c.id`);
}

export async function listMeetingProgress(db: Db, waveId: number) {
  return db.execute<{
    id: number;
    title: string;
    invited: number;
    sent: number;
    accepted: number;
    declined: number;
  }>(sql`
    select m.id, m.title, count(*)::int as invited, count(a.asked_at)::int as sent,
      count(*) filter (where r.response = 'accepted')::int as accepted,
      count(*) filter (where r.response = 'declined' or a.state = 'declined')::int as declined
    from asks a join meetings m on m.id = a.meeting_id
    left join rsvps r on r.ask_id = a.id and r.ended_at is null
    where a.wave_id = ${waveId}
    group by m.id, m.title order by m.title, m.id`);
}

export type AskedPerson = {
  contactId: number;
  contactName: string;
  employerId: number;
  employerName: string;
  city: string;
  /** Credentials and meetings in the order of the invitation. */
  topics: string[];
  /** Why something is late, joined to another mail, or not asked. */
  notes?: string[];
  sendAt: Date | null;
  sentAt: Date | null;
  state: string;
};

/** People of a launched wave with what they are asked and where it stands, in the order of sending. */
export async function listAsked(
  db: Db,
  waveId: number,
  page: { limit: number; offset: number; said?: { does: string; reason: string } | null },
): Promise<AskedPerson[]> {
  const { said = null } = page;
  return db.execute<AskedPerson>(sql`
    select c.id as "contactId", c.name as "contactName", e.id as "employerId", e.legal_name as "employerName", e.city,
      i.state, m.send_after as "sendAt", m.sent_at as "sentAt",
      (select coalesce(json_agg(coalesce(k.name, t.title) order by a.position), '[]') from asks a
        left join credentials k on k.id = a.credential_id left join meetings t on t.id = a.meeting_id
        where a.invitation_id = i.id and a.wave_id = ${waveId}) as topics
    from invitations i
    join contacts c on c.id = i.contact_id
    join employers e on e.id = i.employer_id
    left join messages m on m.invitation_id = i.id and m.step = 0 and m.stream = 'outreach'
    where i.id in (select a.invitation_id from asks a where a.wave_id = ${waveId})
      ${
        said === null
          ? sql``
          : sql`and i.contact_id in (select r.contact_id from wave_plan_reasons r
              where r.wave_id = ${waveId} and r.does = ${said.does} and r.reason = ${said.reason})`
      }
    order by m.send_after, e.legal_name, i.id
    limit ${page.limit} offset ${page.offset}`);
}

/** Which of these meetings the agency may invite to; the ids of others are not its own. */
export async function listOwnMeetingIds(
  db: Db,
  agencyId: number,
  meetingIds: readonly number[],
): Promise<number[]> {
  return (await listMeetingTopics(db, agencyId, meetingIds)).map((meeting) => meeting.id);
}
