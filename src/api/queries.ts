import { and, asc, desc, eq, gt, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { ApplicationState } from '../approvals/types.ts';
import type { Db } from '../db/client.ts';
import { agencies, apiKeys, staffMembers } from '../db/schema/agencies.ts';
import { applications, approvalRecords, decisions, listCycles, lists } from '../db/schema/approvals.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { evidenceSnapshots, policies, policyVersions } from '../db/schema/evidence.ts';

export async function findApiKey(db: Db, keyHash: Buffer) {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.keyHash, keyHash));
  return row ?? null;
}

export function listApiKeys(db: Db, agencyId: number) {
  return db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      prefix: apiKeys.prefix,
      scopes: apiKeys.scopes,
      createdAt: apiKeys.createdAt,
      createdBy: staffMembers.name,
      expiresAt: apiKeys.expiresAt,
      revokedAt: apiKeys.revokedAt,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .innerJoin(staffMembers, eq(staffMembers.id, apiKeys.createdBy))
    .where(eq(apiKeys.agencyId, agencyId))
    .orderBy(desc(apiKeys.id));
}

function selectCredentials(db: Db) {
  return db
    .select({
      id: credentials.id,
      slug: credentials.slug,
      name: credentials.name,
      version: credentials.version,
      ctid: credentials.ctid,
      type: credentials.credentialType,
      cluster: credentials.cluster,
      naicsPrefixes: credentials.naicsPrefixes,
      stateCode: credentials.stateCode,
      url: credentials.url,
      state: credentials.state,
      updatedAt: credentials.updatedAt,
      issuerName: issuers.name,
      issuerWebsite: issuers.website,
    })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .$dynamic();
}

export type CredentialRow = Awaited<ReturnType<typeof listCredentials>>[0];

export function listCredentials(db: Db, page: { after: number; limit: number }) {
  return selectCredentials(db)
    .where(gt(credentials.id, page.after))
    .orderBy(asc(credentials.id))
    .limit(page.limit);
}

/** By id when it is a number, else by slug. */
export async function findCredential(db: Db, idOrSlug: string): Promise<CredentialRow | null> {
  const isId = /^[1-9]\d{0,14}$/.test(idOrSlug);
  const [row] = await selectCredentials(db)
    .where(
      isId
        ? or(eq(credentials.id, Number(idOrSlug)), eq(credentials.slug, idOrSlug))
        : eq(credentials.slug, idOrSlug),
    )
    .orderBy(asc(credentials.id))
    .limit(1);
  return row ?? null;
}

/** A list that the agency may read: its own, or a public one. */
export async function findReadableList(db: Db, agencyId: number, slug: string) {
  const [row] = await db
    .select({ id: lists.id, slug: lists.slug, name: lists.name, policyVersionId: lists.policyVersionId })
    .from(lists)
    .where(and(eq(lists.slug, slug), or(eq(lists.agencyId, agencyId), eq(lists.isPublic, true))));
  return row ?? null;
}

function selectRecords(db: Db) {
  return db
    .select({
      id: approvalRecords.id,
      requirement: approvalRecords.requirement,
      requirementStatus: approvalRecords.requirementStatus,
      createdAt: approvalRecords.createdAt,
      supersededAt: approvalRecords.supersededAt,
      credentialId: credentials.id,
      credentialSlug: credentials.slug,
      credentialName: credentials.name,
      ctid: credentials.ctid,
      listSlug: lists.slug,
      listName: lists.name,
      cycleName: listCycles.name,
      cycleStartsOn: listCycles.startsOn,
      cycleEndsOn: listCycles.endsOn,
      applicationId: applications.id,
      applicationState: applications.state,
      decision: applications.decision,
      decisionReason: applications.decisionReason,
      decidedAt: applications.decidedAt,
      snapshotId: evidenceSnapshots.id,
      sha256: evidenceSnapshots.sha256,
      asOf: evidenceSnapshots.asOf,
      validUntil: evidenceSnapshots.validUntil,
      supersedesSnapshotId: evidenceSnapshots.supersedesId,
    })
    .from(approvalRecords)
    .innerJoin(applications, eq(applications.id, approvalRecords.applicationId))
    .innerJoin(credentials, eq(credentials.id, approvalRecords.credentialId))
    .innerJoin(lists, eq(lists.id, approvalRecords.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .$dynamic();
}

export type RecordRow = Awaited<ReturnType<typeof listApprovalRecords>>[0];

export function listApprovalRecords(
  db: Db,
  agencyId: number,
  filter: { after: number; limit: number; listId: number | null; withSuperseded: boolean },
) {
  const conditions: (SQL | undefined)[] = [
    eq(approvalRecords.agencyId, agencyId),
    gt(approvalRecords.id, filter.after),
    filter.listId === null ? undefined : eq(approvalRecords.listId, filter.listId),
    filter.withSuperseded ? undefined : isNull(approvalRecords.supersededAt),
  ];
  return selectRecords(db)
    .where(and(...conditions))
    .orderBy(asc(approvalRecords.id))
    .limit(filter.limit);
}

export async function findApprovalRecord(db: Db, agencyId: number, id: number): Promise<RecordRow | null> {
  const [row] = await selectRecords(db).where(
    and(eq(approvalRecords.id, id), eq(approvalRecords.agencyId, agencyId)),
  );
  return row ?? null;
}

/** The agency's approval record in force for a credential on a list, the latest cycle first. */
export async function findRecordInForce(
  db: Db,
  agencyId: number,
  credentialId: number,
  listId: number,
): Promise<RecordRow | null> {
  const [row] = await selectRecords(db)
    .where(
      and(
        eq(approvalRecords.agencyId, agencyId),
        eq(approvalRecords.credentialId, credentialId),
        eq(approvalRecords.listId, listId),
        isNull(approvalRecords.supersededAt),
      ),
    )
    .orderBy(desc(listCycles.startsOn))
    .limit(1);
  return row ?? null;
}

export async function findFrozenPacket(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({
      id: evidenceSnapshots.id,
      packet: evidenceSnapshots.packet,
      sha256: evidenceSnapshots.sha256,
      packetFormat: evidenceSnapshots.packetFormat,
    })
    .from(evidenceSnapshots)
    .where(and(eq(evidenceSnapshots.id, id), eq(evidenceSnapshots.agencyId, agencyId)));
  return row ?? null;
}

/** Several credentials by slug or id, in no order; a number that is a slug too finds both. */
export function findCredentials(db: Db, idsOrSlugs: readonly string[]): Promise<CredentialRow[]> {
  const ids = idsOrSlugs.filter((one) => /^[1-9]\d{0,14}$/.test(one)).map(Number);
  return selectCredentials(db).where(
    or(inArray(credentials.slug, [...idsOrSlugs]), ids.length > 0 ? inArray(credentials.id, ids) : undefined),
  );
}

/** Lists of the agency, and public ones of others. */
export function listReadableLists(db: Db, agencyId: number) {
  return db
    .select({
      id: lists.id,
      slug: lists.slug,
      name: lists.name,
      kind: lists.kind,
      reviewCycle: lists.reviewCycle,
      agencyId: lists.agencyId,
      agencyName: agencies.name,
      policyName: policies.name,
      policyVersion: policyVersions.version,
      policySha256: policyVersions.sha256,
    })
    .from(lists)
    .innerJoin(agencies, eq(agencies.id, lists.agencyId))
    .innerJoin(policyVersions, eq(policyVersions.id, lists.policyVersionId))
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(or(eq(lists.agencyId, agencyId), eq(lists.isPublic, true)))
    .orderBy(asc(lists.slug));
}

export type ReadableList = Awaited<ReturnType<typeof listReadableLists>>[0];

function selectApplications(db: Db) {
  return db
    .select({
      id: applications.id,
      state: applications.state,
      submittedAt: applications.submittedAt,
      decision: applications.decision,
      decisionReason: applications.decisionReason,
      decidedAt: applications.decidedAt,
      credentialId: credentials.id,
      credentialSlug: credentials.slug,
      credentialName: credentials.name,
      listSlug: lists.slug,
      listName: lists.name,
      cycleName: listCycles.name,
      cycleStartsOn: listCycles.startsOn,
      cycleEndsOn: listCycles.endsOn,
      proposalId: decisions.id,
      proposedOutcome: decisions.outcome,
      proposedAt: decisions.proposedAt,
    })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .leftJoin(decisions, and(eq(decisions.applicationId, applications.id), eq(decisions.state, 'proposed')))
    .$dynamic();
}

export type ApplicationRow = Awaited<ReturnType<typeof listApplications>>[0];

export function listApplications(
  db: Db,
  agencyId: number,
  filter: { after: number; limit: number; listId: number | null; state: ApplicationState | null },
) {
  return selectApplications(db)
    .where(
      and(
        eq(applications.agencyId, agencyId),
        gt(applications.id, filter.after),
        filter.listId === null ? undefined : eq(applications.listId, filter.listId),
        filter.state === null ? undefined : eq(applications.state, filter.state),
      ),
    )
    .orderBy(asc(applications.id))
    .limit(filter.limit);
}

export async function findApplicationOf(
  db: Db,
  agencyId: number,
  id: number,
): Promise<ApplicationRow | null> {
  const [row] = await selectApplications(db).where(
    and(eq(applications.id, id), eq(applications.agencyId, agencyId)),
  );
  return row ?? null;
}

/** An approval record with what a CTDL draft says of it. */
export async function findRecordForCtdl(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({
      supersededAt: approvalRecords.supersededAt,
      requirementStatus: approvalRecords.requirementStatus,
      decision: applications.decision,
      decidedAt: applications.decidedAt,
      agencyName: agencies.name,
      timeZone: agencies.timeZone,
      listName: lists.name,
      listKind: lists.kind,
      credentialSlug: credentials.slug,
      credentialName: credentials.name,
      credentialUrl: credentials.url,
      ctid: credentials.ctid,
      issuerName: issuers.name,
      snapshotId: evidenceSnapshots.id,
      validUntil: evidenceSnapshots.validUntil,
      policyVersionId: evidenceSnapshots.policyVersionId,
    })
    .from(approvalRecords)
    .innerJoin(applications, eq(applications.id, approvalRecords.applicationId))
    .innerJoin(agencies, eq(agencies.id, approvalRecords.agencyId))
    .innerJoin(credentials, eq(credentials.id, approvalRecords.credentialId))
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .innerJoin(lists, eq(lists.id, approvalRecords.listId))
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(eq(approvalRecords.id, id), eq(approvalRecords.agencyId, agencyId)));
  return row ?? null;
}
