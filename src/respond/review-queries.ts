import { and, asc, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { credentials } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { invitations, waves } from '../db/schema/outreach.ts';
import { answerHolds, flagReviews, submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import { STAFF_SUBMISSION_KINDS } from '../surveys/types.ts';

const sayer = alias(staffMembers, 'sayer');

const quarantineOf = (agencyId: number) =>
  and(
    eq(invitations.agencyId, agencyId),
    eq(answerHolds.kind, 'quarantined'),
    isNull(answerHolds.endedAt),
    isNull(answers.endedAt),
  );

/** One row for each invitation whose answers wait, the longest first. */
export function listQuarantined(db: Db, agencyId: number, limit: number) {
  return db
    .select({
      invitationId: invitations.id,
      employer: employers.legalName,
      employerId: employers.id,
      who: sql<string>`max(${answers.respondentName})`,
      title: sql<string>`max(${answers.respondentTitle})`,
      since: sql<Date>`min(${answerHolds.setAt})`.mapWith(answerHolds.setAt),
      reasons: sql<string[]>`min(${answerHolds.reasons})`,
      credentials: sql<string[]>`array_agg(distinct ${credentials.name})`,
      machineSaidBy: sql<number | null>`max(${answerHolds.machineSaidBy})`.mapWith(Number),
      sayer: sql<string | null>`max(${sayer.name})`,
      agreed: sql<boolean>`bool_and(${answerHolds.machineAgreedBy} is not null)`,
    })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .innerJoin(invitations, eq(invitations.id, answers.invitationId))
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .leftJoin(sayer, eq(sayer.id, answerHolds.machineSaidBy))
    .where(quarantineOf(agencyId))
    .groupBy(invitations.id, employers.id)
    .having(sql`not bool_and(${answerHolds.machineAgreedBy} is not null)`)
    .orderBy(sql`min(${answerHolds.setAt})`, asc(invitations.id))
    .limit(limit);
}

/** The answers of one invitation that waits or waited, with what was decided. */
export async function findQuarantined(db: Db, agencyId: number, invitationId: number) {
  const [invitation] = await db
    .select({
      id: invitations.id,
      employer: employers.legalName,
      employerId: employers.id,
      wave: waves.name,
      answeredAt: invitations.answeredAt,
      startedAt: invitations.startedAt,
      flags: invitations.flags,
    })
    .from(invitations)
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .innerJoin(waves, eq(waves.id, invitations.waveId))
    .where(and(eq(invitations.id, invitationId), eq(invitations.agencyId, agencyId)));
  if (!invitation) return null;
  const rows = await db
    .select({ answer: answers, credential: credentials.name, hold: answerHolds, sayer: sayer.name })
    .from(answers)
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .leftJoin(answerHolds, and(eq(answerHolds.answerId, answers.id), eq(answerHolds.kind, 'quarantined')))
    .leftJoin(sayer, eq(sayer.id, answerHolds.machineSaidBy))
    .where(and(eq(answers.invitationId, invitationId), isNull(answers.endedAt)))
    .orderBy(asc(answers.id));
  return rows.length === 0 ? null : { invitation, rows };
}

const toLookAt = (agencyId: number) =>
  and(
    eq(invitations.agencyId, agencyId),
    eq(invitations.state, 'answered'),
    sql`cardinality(${invitations.flags}) > 0`,
    sql`not exists (select 1 from flag_reviews r where r.invitation_id = ${invitations.id}
      and r.seen_at >= ${invitations.answeredAt})`,
    sql`exists (select 1 from answers a where a.invitation_id = ${invitations.id} and a.ended_at is null
      and not exists (select 1 from answer_holds h where h.answer_id = a.id and h.kind = 'quarantined'))`,
  );

/** Quick answers that count and that nobody has looked at, nor confirmed or let through as a burst's, the newest first. */
export function listFlagged(db: Db, agencyId: number, limit: number) {
  return db
    .select({
      invitationId: invitations.id,
      employer: employers.legalName,
      employerId: employers.id,
      answeredAt: invitations.answeredAt,
      startedAt: invitations.startedAt,
      flags: invitations.flags,
      who: sql<string>`(select max(a.respondent_name) from answers a where a.invitation_id = ${invitations.id} and a.ended_at is null)`,
    })
    .from(invitations)
    .innerJoin(employers, eq(employers.id, invitations.employerId))
    .where(toLookAt(agencyId))
    .orderBy(desc(invitations.answeredAt), desc(invitations.id))
    .limit(limit);
}

const entered = alias(staffMembers, 'entered');

/** What staff entered and a second person has not looked at, the oldest first. */
export function listSecondLooks(db: Db, agencyId: number, limit: number) {
  return db
    .select({
      submissionId: submissions.id,
      kind: submissions.kind,
      employer: employers.legalName,
      credential: credentials.name,
      who: submissions.respondentName,
      saidOn: submissions.saidOn,
      enteredBy: submissions.enteredBy,
      enteredName: entered.name,
      receivedAt: submissions.receivedAt,
    })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .innerJoin(submissions, eq(submissions.id, answers.submissionId))
    .innerJoin(employers, eq(employers.id, answers.employerId))
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .innerJoin(entered, eq(entered.id, submissions.enteredBy))
    .where(
      and(
        eq(submissions.agencyId, agencyId),
        inArray(submissions.kind, [...STAFF_SUBMISSION_KINDS]),
        eq(answerHolds.kind, 'second_look'),
        isNull(answerHolds.endedAt),
        isNull(answers.endedAt),
      ),
    )
    .orderBy(asc(submissions.id))
    .limit(limit);
}

/** What came by public pages and has no employer yet: confirmed ones first. */
export function listUnmatched(db: Db, agencyId: number, limit: number) {
  return db
    .select({
      submissionId: submissions.id,
      employerName: submissions.employerName,
      employerPlace: submissions.employerPlace,
      credential: credentials.name,
      who: submissions.respondentName,
      receivedAt: submissions.receivedAt,
      verifiedAt: submissions.verifiedAt,
    })
    .from(submissions)
    .innerJoin(credentials, eq(credentials.id, submissions.credentialId))
    .where(and(eq(submissions.agencyId, agencyId), eq(submissions.state, 'received')))
    .orderBy(sql`${submissions.verifiedAt} nulls last`, asc(submissions.id))
    .limit(limit);
}

export type ReviewCounts = { quarantined: number; flagged: number; secondLooks: number; unmatched: number };

/** How much of each waits: what the first page of the console says. */
export async function countReviews(
  db: Db,
  viewer: { agencyId: number; staffId: number },
): Promise<ReviewCounts> {
  const { agencyId, staffId } = viewer;
  const [row] = await db.execute<Record<keyof ReviewCounts, number>>(sql`
    select
      (select count(distinct i.id)::int from answer_holds h join answers a on a.id = h.answer_id
        join invitations i on i.id = a.invitation_id
        where h.ended_at is null and h.kind = 'quarantined' and h.machine_agreed_by is null and a.ended_at is null
          and i.agency_id = ${agencyId}) as quarantined,
      (select count(*)::int from answer_holds h join answers a on a.id = h.answer_id
        join submissions s on s.id = a.submission_id
        where h.ended_at is null and h.kind = 'second_look' and a.ended_at is null and s.agency_id = ${agencyId}
          and s.entered_by <> ${staffId}) as "secondLooks",
      (select count(*)::int from submissions s
        where s.agency_id = ${agencyId} and s.state = 'received' and s.verified_at is not null) as unmatched,
      (select count(*)::int from invitations i
        where i.agency_id = ${agencyId} and i.state = 'answered' and cardinality(i.flags) > 0
          and not exists (select 1 from flag_reviews r where r.invitation_id = i.id and r.seen_at >= i.answered_at)
          and exists (select 1 from answers a where a.invitation_id = i.id and a.ended_at is null and not exists (
            select 1 from answer_holds h where h.answer_id = a.id and h.kind = 'quarantined'))
      ) as flagged`);
  return row!;
}

/** Which of these invitations an agency may mark as looked at. */
export async function listOwnInvitations(
  db: Db,
  agencyId: number,
  ids: readonly number[],
): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(eq(invitations.agencyId, agencyId), inArray(invitations.id, [...ids])));
  return rows.map(({ id }) => id);
}

export async function insertFlagReviews(
  db: Db,
  rows: readonly (typeof flagReviews.$inferInsert)[],
): Promise<void> {
  if (rows.length > 0) await db.insert(flagReviews).values([...rows]);
}
