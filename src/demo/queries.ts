import { and, asc, count, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { applications, approvalRecords, listCycles, lists } from '../db/schema/approvals.ts';
import { rsvps } from '../db/schema/committees.ts';
import { credentials } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { evidenceSnapshots } from '../db/schema/evidence.ts';
import { asks, messages, waveExclusions } from '../db/schema/outreach.ts';
import type { ExclusionReason } from '../outreach/planner/reasons.ts';

/** The employers in the order of the sample file. */
export function listSampleEmployers(db: Db) {
  return db
    .select({
      id: employers.id,
      name: employers.legalName,
      city: employers.city,
      zip: employers.zip,
      naicsCode: employers.naicsCode,
    })
    .from(employers)
    .where(isNull(employers.mergedIntoId))
    .orderBy(asc(employers.id));
}

export function findCredentialsByName(db: Db, names: readonly string[]) {
  return db
    .select({ id: credentials.id, name: credentials.name, slug: credentials.slug })
    .from(credentials)
    .where(inArray(credentials.name, [...names]))
    .orderBy(asc(credentials.id));
}

export async function countSample(db: Db) {
  const [row] = await db.execute<{ employers: number; contacts: number; credentials: number }>(sql`
    select (select count(*) from employers where merged_into_id is null) as employers,
           (select count(*) from contacts) as contacts,
           (select count(*) from credentials) as credentials`);
  return row!;
}

/** Invitation mails of waves: how many there are to send, and how many left. */
export async function countInvitationMails(db: Db, waveIds: readonly number[]) {
  const [row] = await db
    .select({
      touches: count(),
      sent: count(messages.sentAt),
      waiting: sql<number>`count(*) filter (where ${messages.state} in ('planned', 'claimed'))::int`,
    })
    .from(messages)
    .where(and(inArray(messages.waveId, [...waveIds]), eq(messages.kind, 'invitation')));
  return row!;
}

export async function countAsks(db: Db, waveIds: readonly number[]): Promise<number> {
  const [row] = await db
    .select({ asks: count() })
    .from(asks)
    .where(inArray(asks.waveId, [...waveIds]));
  return row!.asks;
}

/** People of the waves' audiences who must wait: somebody wrote to them or their employer lately, or the days are full. */
export async function countDeferred(db: Db, waveIds: readonly number[]): Promise<number> {
  const [row] = await db
    .select({ deferred: count() })
    .from(waveExclusions)
    .where(and(inArray(waveExclusions.waveId, [...waveIds]), inArray(waveExclusions.reason, [...DEFERRED])));
  return row!.deferred;
}

const DEFERRED = [
  'open_invitation',
  'no_send_window',
  'contact_budget_person',
  'contact_budget_employer',
  'employer_limit',
  'capacity',
] as const satisfies readonly ExclusionReason[];

/** Mails of any kind that are due and have not left yet. */
export async function countWaiting(db: Db, now: Date): Promise<number> {
  const [row] = await db
    .select({ waiting: count() })
    .from(messages)
    .where(and(inArray(messages.state, ['planned', 'claimed']), sql`${messages.sendAfter} <= ${now}`));
  return row!.waiting;
}

export async function countMeetingAnswers(db: Db, meetingId: number) {
  const [row] = await db
    .select({
      invited: sql<number>`count(*) filter (where ${asks.askedAt} is not null)::int`,
      accepted: sql<number>`count(*) filter (where ${rsvps.response} = 'accepted')::int`,
    })
    .from(asks)
    .leftJoin(rsvps, and(eq(rsvps.askId, asks.id), isNull(rsvps.endedAt)))
    .where(eq(asks.meetingId, meetingId));
  return row!;
}

/** Applications of a list with what is counted for them. */
export function listSampleApplications(db: Db, listId: number) {
  return db
    .select({
      id: applications.id,
      credentialId: applications.credentialId,
      credential: credentials.name,
      slug: credentials.slug,
      policyVersionId: lists.policyVersionId,
      cycle: listCycles.name,
    })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .where(eq(applications.listId, listId))
    .orderBy(asc(credentials.name));
}

export function listFrozenRecords(db: Db) {
  return db
    .select({
      id: approvalRecords.id,
      credential: credentials.name,
      requirement: approvalRecords.requirement,
      snapshotId: approvalRecords.snapshotId,
      sha256: evidenceSnapshots.sha256,
    })
    .from(approvalRecords)
    .innerJoin(credentials, eq(credentials.id, approvalRecords.credentialId))
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(isNull(approvalRecords.supersededAt), isNotNull(evidenceSnapshots.sha256)))
    .orderBy(asc(approvalRecords.id));
}

/** A credential that the public site shows, because something was decided about it. */
export async function findDecidedSlug(db: Db, listId: number): Promise<string | null> {
  const [row] = await db
    .select({ slug: credentials.slug })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .where(and(eq(applications.listId, listId), eq(applications.state, 'decided')))
    .orderBy(asc(credentials.name))
    .limit(1);
  return row?.slug ?? null;
}
