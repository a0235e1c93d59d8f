import { and, asc, count, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { DECIDED_APPLICATION_STATES, LISTED_APPLICATION_STATES } from '../approvals/types.ts';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import {
  appeals,
  applications,
  approvalRecords,
  decisions,
  listCycles,
  lists,
} from '../db/schema/approvals.ts';
import { committeeSeats, committees, meetings } from '../db/schema/committees.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { evidenceSnapshots, policies, policyVersions } from '../db/schema/evidence.ts';
import type { Figures } from '../evidence/types.ts';

/** Lists that their agency publishes. */
export async function listPublicLists(db: Db) {
  return db
    .select({
      id: lists.id,
      slug: lists.slug,
      name: lists.name,
      kind: lists.kind,
      reviewCycle: lists.reviewCycle,
      policyVersionId: lists.policyVersionId,
      agencyName: agencies.name,
      policyBody: policyVersions.body,
      policyVersion: policyVersions.version,
      policyName: policies.name,
    })
    .from(lists)
    .innerJoin(agencies, eq(agencies.id, lists.agencyId))
    .innerJoin(policyVersions, eq(policyVersions.id, lists.policyVersionId))
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(lists.isPublic, true))
    .orderBy(asc(lists.name), asc(lists.id));
}

export type PublicList = Awaited<ReturnType<typeof listPublicLists>>[number];

const decided = inArray(applications.state, [...DECIDED_APPLICATION_STATES]);

/** How many credentials each public list approves as of now, by the list's id. */
export async function countApproved(db: Db): Promise<Map<number, number>> {
  const rows = await db
    .select({ listId: applications.listId, approved: count() })
    .from(applications)
    .innerJoin(lists, and(eq(lists.id, applications.listId), eq(lists.isPublic, true)))
    .where(
      and(inArray(applications.state, [...LISTED_APPLICATION_STATES]), eq(applications.decision, 'approved')),
    )
    .groupBy(applications.listId);
  return new Map(rows.map(({ listId, approved }) => [listId, approved]));
}

/**
 * Decisions of a list with whether the evidence frozen for them met its rule. What is submitted or under review is the
 * agency's own affair until it is decided.
 */
export async function listDecisions(db: Db, listId: number) {
  const rows = await db
    .select({
      credentialSlug: credentials.slug,
      credentialName: credentials.name,
      credentialVersion: credentials.version,
      issuerName: issuers.name,
      state: applications.state,
      decision: applications.decision,
      decidedAt: applications.decidedAt,
      requirementStatus: evidenceSnapshots.requirementStatus,
      timeZone: agencies.timeZone,
    })
    .from(applications)
    .innerJoin(agencies, eq(agencies.id, applications.agencyId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .leftJoin(
      approvalRecords,
      and(eq(approvalRecords.applicationId, applications.id), isNull(approvalRecords.supersededAt)),
    )
    .leftJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(decided, eq(applications.listId, listId)))
    .orderBy(asc(credentials.name), asc(applications.id));
  return rows.map((row) => ({ ...row, decision: row.decision!, decidedAt: row.decidedAt! }));
}

export type ListDecision = Awaited<ReturnType<typeof listDecisions>>[number];

/**
 * Everything that was decided about one credential on public lists, with figures of the frozen snapshots, never of the
 * live tally: a count that moves with each answer gives answers away. Reads whole packets, so not for long lists.
 */
export async function listResultsOf(db: Db, credentialSlug: string) {
  const rows = await db
    .select({
      listSlug: lists.slug,
      listName: lists.name,
      agencyName: agencies.name,
      cycleName: listCycles.name,
      applicationId: applications.id,
      state: applications.state,
      decision: applications.decision,
      decidedAt: applications.decidedAt,
      decidedByBody: applications.decidedByBody,
      conditions: applications.conditions,
      publicReason: applications.publicReason,
      reviewDueOn: applications.reviewDueOn,
      lapsesOn: applications.lapsesOn,
      endedAt: applications.endedAt,
      requirementStatus: evidenceSnapshots.requirementStatus,
      sha256: evidenceSnapshots.sha256,
      publicSha256: evidenceSnapshots.publicSha256,
      frozenAt: evidenceSnapshots.frozenAt,
      validUntil: evidenceSnapshots.validUntil,
      result: sql<{
        figures: Figures;
        required: number;
      } | null>`(${evidenceSnapshots.packet}::json -> 'result')`,
      // The record's own words name the exact count.
      rule: sql<string[] | null>`(${evidenceSnapshots.packet}::json -> 'policy' -> 'inWords')`,
      timeZone: agencies.timeZone,
    })
    .from(applications)
    .innerJoin(lists, and(eq(lists.id, applications.listId), eq(lists.isPublic, true)))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .innerJoin(agencies, eq(agencies.id, lists.agencyId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .leftJoin(
      approvalRecords,
      and(eq(approvalRecords.applicationId, applications.id), isNull(approvalRecords.supersededAt)),
    )
    .leftJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(decided, eq(credentials.slug, credentialSlug)))
    .orderBy(desc(applications.decidedAt), asc(applications.id));
  return rows.map(({ result, ...row }) => ({
    ...row,
    decision: row.decision!,
    decidedAt: row.decidedAt!,
    figures: result?.figures ?? null,
    required: result?.required ?? null,
  }));
}

export type PublishedResult = Awaited<ReturnType<typeof listResultsOf>>[number];

/** Decisions and appeals of applications as the public may see them: what and when, never by whom nor why in full. */
export async function listPublicSteps(db: Db, applicationIds: readonly number[]) {
  if (applicationIds.length === 0) return { decisions: [], appeals: [] };
  const ids = [...applicationIds];
  const [decisionRows, appealRows] = await Promise.all([
    db
      .select({
        applicationId: decisions.applicationId,
        kind: decisions.kind,
        outcome: decisions.outcome,
        at: decisions.endedAt,
        publicReason: decisions.publicReason,
      })
      .from(decisions)
      .where(and(inArray(decisions.applicationId, ids), eq(decisions.state, 'confirmed')))
      .orderBy(asc(decisions.id)),
    db
      .select({
        applicationId: appeals.applicationId,
        filedOn: appeals.filedOn,
        dueOn: appeals.dueOn,
        state: appeals.state,
      })
      .from(appeals)
      .where(inArray(appeals.applicationId, ids))
      .orderBy(asc(appeals.id)),
  ]);
  return { decisions: decisionRows.map((row) => ({ ...row, at: row.at! })), appeals: appealRows };
}

export type PublicSteps = Awaited<ReturnType<typeof listPublicSteps>>;

/** A credential that something was decided about on a public list; any other is not shown. */
export async function findPublicCredential(db: Db, slug: string) {
  const [credential] = await db
    .select({
      slug: credentials.slug,
      name: credentials.name,
      version: credentials.version,
      ctid: credentials.ctid,
      issuerName: issuers.name,
      credentialType: credentials.credentialType,
      cluster: credentials.cluster,
      url: credentials.url,
      description: credentials.description,
    })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.slug, slug));
  return credential ?? null;
}

/** Committees that their agency shows, with how many seats are held; never by whom. */
export async function listPublicCommittees(db: Db) {
  return db
    .select({
      id: committees.id,
      slug: committees.slug,
      name: committees.name,
      purpose: committees.purpose,
      agencyName: agencies.name,
      replyTo: agencies.replyTo,
      seats: sql<number>`count(${committeeSeats.id})::int`,
      filled: sql<number>`count(${committeeSeats.holderContactId})::int`,
    })
    .from(committees)
    .innerJoin(agencies, eq(agencies.id, committees.agencyId))
    .leftJoin(committeeSeats, eq(committeeSeats.committeeId, committees.id))
    .where(eq(committees.isPublic, true))
    .groupBy(committees.id, agencies.id)
    .orderBy(asc(committees.name), asc(committees.id));
}

export type PublicCommittee = Awaited<ReturnType<typeof listPublicCommittees>>[number];

/** Coming meetings of public committees; cancelled ones stay listed until their day, so that nobody comes in vain. */
export async function listPublicMeetings(db: Db, committeeIds: readonly number[], now: Date) {
  if (committeeIds.length === 0) return [];
  return db
    .select()
    .from(meetings)
    .where(and(inArray(meetings.committeeId, [...committeeIds]), gt(meetings.endsAt, now)))
    .orderBy(asc(meetings.startsAt), asc(meetings.id));
}

/** Seats of one committee by whom they are for. */
export async function countSeatsByRole(db: Db, committeeId: number) {
  return db
    .select({
      role: committeeSeats.role,
      seats: sql<number>`count(*)::int`,
      filled: sql<number>`count(${committeeSeats.holderContactId})::int`,
    })
    .from(committeeSeats)
    .where(eq(committeeSeats.committeeId, committeeId))
    .groupBy(committeeSeats.role)
    .orderBy(sql`min(${committeeSeats.number})`);
}

/** A snapshot on which something was decided on a public list, by the hash of its public version; any other is not shown. */
export async function findPublishedSnapshot(db: Db, publicSha256: string) {
  const [found] = await db
    .select({
      id: evidenceSnapshots.id,
      packet: evidenceSnapshots.packet,
      publicSha256: evidenceSnapshots.publicSha256,
    })
    .from(evidenceSnapshots)
    .innerJoin(approvalRecords, eq(approvalRecords.snapshotId, evidenceSnapshots.id))
    .innerJoin(applications, eq(applications.id, approvalRecords.applicationId))
    .innerJoin(lists, and(eq(lists.id, applications.listId), eq(lists.isPublic, true)))
    .where(and(decided, eq(evidenceSnapshots.publicSha256, publicSha256)));
  return found ?? null;
}
