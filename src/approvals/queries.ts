import { and, asc, count, desc, eq, ilike, inArray, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '../db/client.ts';
import { agencies, staffMembers } from '../db/schema/agencies.ts';
import {
  applications,
  approvalRecords,
  freezeRequests,
  listCycles,
  lists,
  policyProposals,
} from '../db/schema/approvals.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { evidenceSnapshots, policies, policyVersions } from '../db/schema/evidence.ts';
import { answers } from '../db/schema/surveys.ts';
import { policySchema } from '../evidence/rules/policy.ts';
import type { ApplicationState } from './types.ts';

export function listLists(db: Db, agencyId: number) {
  return db
    .select({
      id: lists.id,
      slug: lists.slug,
      name: lists.name,
      kind: lists.kind,
      reviewCycle: lists.reviewCycle,
      policyVersionId: lists.policyVersionId,
      policy: policies.name,
      applications: sql<number>`(select count(*)::int from applications a where a.list_id = ${lists.id})`,
      approved: sql<number>`(select count(*)::int from applications a where a.list_id = ${lists.id} and a.decision = 'approved')`,
    })
    .from(lists)
    .innerJoin(policyVersions, eq(policyVersions.id, lists.policyVersionId))
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(lists.agencyId, agencyId))
    .orderBy(asc(lists.name));
}

export async function findListBySlug(db: Db, agencyId: number, slug: string) {
  const [row] = await db
    .select()
    .from(lists)
    .where(and(eq(lists.agencyId, agencyId), eq(lists.slug, slug)));
  return row ?? null;
}

export function listCyclesOf(db: Db, listIds: readonly number[]) {
  if (listIds.length === 0) return Promise.resolve([]);
  return db
    .select()
    .from(listCycles)
    .where(inArray(listCycles.listId, [...listIds]))
    .orderBy(desc(listCycles.startsOn));
}

/** Credentials that match a few words of name or issuer; the first ones when there are no words. */
export function searchCredentials(db: Db, words: string, limit: number) {
  const pattern = `%${words.trim().replace(/[%_\\]/g, '\\$&')}%`;
  return db
    .select({ id: credentials.id, name: credentials.name, issuer: issuers.name })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(
      and(
        eq(credentials.state, 'active'),
        words.trim() ? or(ilike(credentials.name, pattern), ilike(issuers.name, pattern)) : undefined,
      ),
    )
    .orderBy(asc(credentials.name), asc(credentials.id))
    .limit(limit);
}

const decidedBy = alias(staffMembers, 'decided_by_staff');

const applicationColumns = {
  id: applications.id,
  agencyId: applications.agencyId,
  state: applications.state,
  submittedAt: applications.submittedAt,
  submittedBy: staffMembers.name,
  decision: applications.decision,
  decisionReason: applications.decisionReason,
  decidedAt: applications.decidedAt,
  decidedBy: decidedBy.name,
  credentialId: credentials.id,
  credentialSlug: credentials.slug,
  credentialName: credentials.name,
  issuer: issuers.name,
  listId: lists.id,
  listSlug: lists.slug,
  listName: lists.name,
  listKind: lists.kind,
  policyVersionId: lists.policyVersionId,
  cycleId: listCycles.id,
  cycleName: listCycles.name,
  cycleStartsOn: listCycles.startsOn,
  cycleEndsOn: listCycles.endsOn,
  agencyName: agencies.name,
} as const;

function selectApplications(db: Db) {
  return db
    .select(applicationColumns)
    .from(applications)
    .innerJoin(agencies, eq(agencies.id, applications.agencyId))
    .innerJoin(staffMembers, eq(staffMembers.id, applications.submittedBy))
    .leftJoin(decidedBy, eq(decidedBy.id, applications.decidedBy))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .$dynamic();
}

export type ApplicationRow = Awaited<ReturnType<typeof listApplications>>[0];

export function listApplications(
  db: Db,
  agencyId: number,
  filter: { state: ApplicationState | null; listId: number | null; limit: number; offset: number },
) {
  return selectApplications(db)
    .where(
      and(
        eq(applications.agencyId, agencyId),
        filter.state ? eq(applications.state, filter.state) : undefined,
        filter.listId ? eq(applications.listId, filter.listId) : undefined,
      ),
    )
    .orderBy(asc(credentials.name), asc(applications.id))
    .limit(filter.limit)
    .offset(filter.offset);
}

export async function countApplicationsByState(db: Db, agencyId: number) {
  return db
    .select({ state: applications.state, n: count() })
    .from(applications)
    .where(eq(applications.agencyId, agencyId))
    .groupBy(applications.state);
}

/** An application of the agency; another agency's is null. */
export async function findApplication(db: Db, agencyId: number, id: number): Promise<ApplicationRow | null> {
  const [row] = await selectApplications(db).where(
    and(eq(applications.id, id), eq(applications.agencyId, agencyId)),
  );
  return row ?? null;
}

/** Holds the application's row until the transaction ends, so that freezing and deciding take turns. */
export async function lockApplication(tx: Tx, agencyId: number, id: number): Promise<boolean> {
  const rows = await tx
    .select({ id: applications.id })
    .from(applications)
    .where(and(eq(applications.id, id), eq(applications.agencyId, agencyId)))
    .for('update');
  return rows.length > 0;
}

const requester = alias(staffMembers, 'requester');

export async function findOpenFreezeRequest(db: Db, applicationId: number) {
  const [row] = await db
    .select({
      id: freezeRequests.id,
      requestedBy: freezeRequests.requestedBy,
      requesterName: requester.name,
      requestedAt: freezeRequests.requestedAt,
      note: freezeRequests.note,
      figures: freezeRequests.figures,
    })
    .from(freezeRequests)
    .innerJoin(requester, eq(requester.id, freezeRequests.requestedBy))
    .where(and(eq(freezeRequests.applicationId, applicationId), eq(freezeRequests.state, 'requested')));
  return row ?? null;
}

/** The approval record in force, with its frozen evidence. */
export async function findCurrentRecord(db: Db, applicationId: number) {
  const [row] = await db
    .select({ record: approvalRecords, snapshot: evidenceSnapshots })
    .from(approvalRecords)
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(eq(approvalRecords.applicationId, applicationId), isNull(approvalRecords.supersededAt)));
  return row ?? null;
}

/** Every approval record of an application, the newest first. */
export function listRecords(db: Db, applicationId: number) {
  return db
    .select({
      id: approvalRecords.id,
      snapshotId: approvalRecords.snapshotId,
      requirementStatus: approvalRecords.requirementStatus,
      createdAt: approvalRecords.createdAt,
      supersededAt: approvalRecords.supersededAt,
      sha256: evidenceSnapshots.sha256,
      validUntil: evidenceSnapshots.validUntil,
    })
    .from(approvalRecords)
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(eq(approvalRecords.applicationId, applicationId))
    .orderBy(desc(approvalRecords.id));
}

const confirmer = alias(staffMembers, 'confirmer');

/** A snapshot of the agency, with what surrounds it; another agency's is null. */
export async function findSnapshotForAgency(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({
      snapshot: evidenceSnapshots,
      requesterName: requester.name,
      confirmerName: confirmer.name,
      recordId: approvalRecords.id,
      applicationId: approvalRecords.applicationId,
      supersededAt: approvalRecords.supersededAt,
    })
    .from(evidenceSnapshots)
    .innerJoin(requester, eq(requester.id, evidenceSnapshots.requestedBy))
    .innerJoin(confirmer, eq(confirmer.id, evidenceSnapshots.confirmedBy))
    .leftJoin(approvalRecords, eq(approvalRecords.snapshotId, evidenceSnapshots.id))
    .where(and(eq(evidenceSnapshots.id, id), eq(evidenceSnapshots.agencyId, agencyId)));
  return row ?? null;
}

/** Employer names, and of answers who gave them: for staff's own pages, never for evidence. */
export async function describeForStaff(
  db: Db,
  ids: { employerIds: readonly number[]; answerIds: readonly number[] },
) {
  const [employerRows, answerRows] = await Promise.all([
    ids.employerIds.length === 0
      ? []
      : db
          .select({ id: employers.id, name: employers.legalName, city: employers.city })
          .from(employers)
          .where(inArray(employers.id, [...new Set(ids.employerIds)])),
    ids.answerIds.length === 0
      ? []
      : db
          .select({
            id: answers.id,
            answeredAt: answers.answeredAt,
            who: sql<string>`coalesce(nullif(${answers.respondentName}, ''), ${contacts.name})`,
          })
          .from(answers)
          .innerJoin(contacts, eq(contacts.id, answers.contactId))
          .where(inArray(answers.id, [...new Set(ids.answerIds)])),
  ]);
  return {
    employers: new Map(employerRows.map((row) => [row.id, row])),
    answers: new Map(answerRows.map((row) => [row.id, row])),
  };
}

/** Policy versions of one agency that wait for a second person, the oldest first. */
export async function listOpenProposals(db: Db, agencyId: number) {
  const rows = await db
    .select({
      id: policyProposals.id,
      slug: policyProposals.slug,
      name: policyProposals.name,
      body: policyProposals.body,
      proposedBy: policyProposals.proposedBy,
      proposer: staffMembers.name,
      proposedAt: policyProposals.proposedAt,
    })
    .from(policyProposals)
    .innerJoin(staffMembers, eq(staffMembers.id, policyProposals.proposedBy))
    .where(and(eq(policyProposals.agencyId, agencyId), eq(policyProposals.state, 'proposed')))
    .orderBy(asc(policyProposals.id));
  return rows.map((row) => ({ ...row, body: policySchema.parse(row.body) }));
}
