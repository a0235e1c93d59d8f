import { and, asc, count, desc, eq, gt, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { applications, approvalRecords, freezeRequests } from '../db/schema/approvals.ts';
import { committees, meetings } from '../db/schema/committees.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { duplicateProposals, employers, imports } from '../db/schema/employers.ts';
import { evidenceSnapshots, policies, policyVersions, positions, tallies } from '../db/schema/evidence.ts';
import { asks, messages, waves } from '../db/schema/outreach.ts';
import { answers } from '../db/schema/surveys.ts';
import type { PositionStatus } from '../evidence/types.ts';
import { isAskedBy } from '../evidence/who-asked.ts';

async function countRows(rows: Promise<{ n: number }[]>): Promise<number> {
  return (await rows)[0]?.n ?? 0;
}

/** Waves that a colleague proposed and that wait for a second person. */
export function listWavesToApprove(db: Db, agencyId: number, staffId: number) {
  return db
    .select({ id: waves.id, name: waves.name, proposedAt: waves.proposedAt })
    .from(waves)
    .where(and(eq(waves.agencyId, agencyId), eq(waves.state, 'proposed'), ne(waves.proposedBy, staffId)))
    .orderBy(asc(waves.proposedAt));
}

/** Freezes that a colleague asked for and that wait for a second person. */
export function listFreezesToConfirm(db: Db, agencyId: number, staffId: number) {
  return db
    .select({ applicationId: applications.id, credential: credentials.name })
    .from(freezeRequests)
    .innerJoin(applications, eq(applications.id, freezeRequests.applicationId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .where(
      and(
        eq(applications.agencyId, agencyId),
        eq(freezeRequests.state, 'requested'),
        ne(freezeRequests.requestedBy, staffId),
      ),
    )
    .orderBy(asc(freezeRequests.requestedAt));
}

/** Whether this database may not send until an administrator allows it, and what waits; null when it may. */
export async function findSendingLock(db: Db, now: Date): Promise<{ waiting: number; late: number } | null> {
  const [row] = await db.execute<{ waiting: number; late: number }>(sql`
    select (select count(*) from messages where state = 'planned')::int as waiting,
      (select count(*) from messages where state = 'planned' and not_after <= ${now.toISOString()}::timestamptz)::int as late
    from installation where sending_unlocked_at is null`);
  return row ?? null;
}

export function countOpenDuplicates(db: Db): Promise<number> {
  return countRows(
    db.select({ n: count() }).from(duplicateProposals).where(eq(duplicateProposals.state, 'open')),
  );
}

export function countWaitingImports(db: Db, agencyId: number): Promise<number> {
  return countRows(
    db
      .select({ n: count() })
      .from(imports)
      .where(
        and(eq(imports.agencyId, agencyId), inArray(imports.state, ['uploaded', 'mapped', 'previewed'])),
      ),
  );
}

/** Messages that a person must look at: it is not known whether they left, or they never will. */
export function countStuckMessages(db: Db, agencyId: number, since: Date): Promise<number> {
  return countRows(
    db
      .select({ n: count() })
      .from(messages)
      .where(
        and(
          eq(messages.agencyId, agencyId),
          inArray(messages.state, ['uncertain', 'failed']),
          gt(messages.createdAt, since),
        ),
      ),
  );
}

export function listRunningWaves(db: Db, agencyId: number) {
  return db
    .select({
      id: waves.id,
      name: waves.name,
      state: waves.state,
      closeAt: waves.closeAt,
      invited: sql<number>`(select count(distinct a.invitation_id)::int from asks a where a.wave_id = waves.id)`,
      answered: sql<number>`(select count(distinct i.id)::int from asks a join invitations i on i.id = a.invitation_id
        where a.wave_id = waves.id and i.state = 'answered' and a.state in ('answered', 'withdrawn', 'declined'))`,
    })
    .from(waves)
    .where(and(eq(waves.agencyId, agencyId), inArray(waves.state, ['running', 'paused'])))
    .orderBy(asc(waves.closeAt));
}

export function listComingMeetings(db: Db, agencyId: number, now: Date) {
  return db
    .select({
      committeeId: committees.id,
      committee: committees.name,
      title: meetings.title,
      startsAt: meetings.startsAt,
      zone: meetings.timeZone,
    })
    .from(meetings)
    .innerJoin(committees, eq(committees.id, meetings.committeeId))
    .where(
      and(eq(committees.agencyId, agencyId), eq(meetings.state, 'scheduled'), gt(meetings.startsAt, now)),
    )
    .orderBy(asc(meetings.startsAt))
    .limit(5);
}

/** Frozen evidence in force whose validity ends by a day. */
export function listLapsingEvidence(db: Db, agencyId: number, by: Date) {
  return db
    .select({
      applicationId: applications.id,
      credential: credentials.name,
      validUntil: evidenceSnapshots.validUntil,
    })
    .from(approvalRecords)
    .innerJoin(applications, eq(applications.id, approvalRecords.applicationId))
    .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .innerJoin(credentials, eq(credentials.id, approvalRecords.credentialId))
    .where(
      and(
        eq(approvalRecords.agencyId, agencyId),
        isNull(approvalRecords.supersededAt),
        lte(evidenceSnapshots.validUntil, by),
      ),
    )
    .orderBy(asc(evidenceSnapshots.validUntil))
    .limit(20);
}

/** Applications that are not decided, with the policy under which each is counted. */
export function listOpenApplications(db: Db, agencyId: number) {
  return db
    .select({
      id: applications.id,
      credentialId: applications.credentialId,
      credential: credentials.name,
      slug: credentials.slug,
      policyVersionId: sql<number>`(select l.policy_version_id from lists l where l.id = ${applications.listId})`,
      isFrozen: sql<boolean>`exists (select 1 from approval_records r where r.application_id = ${applications.id} and r.superseded_at is null)`,
    })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .where(and(eq(applications.agencyId, agencyId), inArray(applications.state, ['submitted', 'in_review'])))
    .orderBy(asc(credentials.name));
}

export async function findCredentialBySlug(db: Db, slug: string) {
  const [row] = await db
    .select({
      id: credentials.id,
      slug: credentials.slug,
      name: credentials.name,
      version: credentials.version,
      issuer: issuers.name,
      cluster: credentials.cluster,
    })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.slug, slug));
  return row ?? null;
}

/** The policies under which a credential is counted, those of the agency's own lists first. */
export function listPoliciesOfCredential(db: Db, credentialId: number, agencyId: number) {
  return db
    .select({
      tallyId: tallies.id,
      policyVersionId: policyVersions.id,
      policy: policies.name,
      version: policyVersions.version,
      lists: sql<string[]>`coalesce((select array_agg(l.name order by l.name) from lists l
        where l.policy_version_id = ${policyVersions.id} and l.agency_id = ${agencyId}), '{}')`,
    })
    .from(tallies)
    .innerJoin(policyVersions, eq(policyVersions.id, tallies.policyVersionId))
    .innerJoin(policies, eq(policies.id, policyVersions.policyId))
    .where(eq(tallies.credentialId, credentialId))
    .orderBy(
      desc(
        sql`exists (select 1 from lists l where l.policy_version_id = ${policyVersions.id} and l.agency_id = ${agencyId})`,
      ),
      desc(policyVersions.id),
    );
}

/** Where employers stand on a credential under one policy, latest answer first. */
export function listPositions(
  db: Db,
  tallyId: number,
  filter: { agencyId: number; status: PositionStatus | null; limit: number; offset: number },
) {
  const isNamed = isAskedBy(filter.agencyId);
  return db
    .select({
      employerId: employers.id,
      employer: employers.legalName,
      city: employers.city,
      status: positions.status,
      reason: positions.reason,
      answeredAt: sql<Date | null>`coalesce(${positions.answeredAt}, (select max(a.answered_at) from answers a
        join employers m on m.id = a.employer_id join tallies t on t.id = ${positions.tallyId}
        where m.unit_id = ${positions.unitId} and a.credential_id = t.credential_id))`.mapWith(
        positions.answeredAt,
      ),
      expiresAt: positions.expiresAt,
      respondent: sql<string | null>`case when ${isNamed} then ${answers.respondentName} end`,
      respondentTitle: sql<string | null>`case when ${isNamed} then ${answers.respondentTitle} end`,
      wave: waves.name,
    })
    .from(positions)
    .innerJoin(employers, eq(employers.id, positions.unitId))
    .leftJoin(answers, eq(answers.id, positions.answerId))
    .leftJoin(asks, eq(asks.id, answers.askId))
    .leftJoin(waves, eq(waves.id, asks.waveId))
    .where(
      and(
        eq(positions.tallyId, tallyId),
        filter.status === null ? ne(positions.status, 'asked') : eq(positions.status, filter.status),
      ),
    )
    .orderBy(sql`${positions.answeredAt} desc nulls last`, asc(positions.unitId))
    .limit(filter.limit)
    .offset(filter.offset);
}

/** Waves that carried a credential, with how many were asked and answered in each. Drafts are their agency's own. */
export function listWavesOfCredential(db: Db, credentialId: number) {
  return db
    .select({
      id: waves.id,
      name: waves.name,
      agency: agencies.shortName,
      agencyId: waves.agencyId,
      launchedAt: waves.launchedAt,
      asked: sql<number>`count(*) filter (where ${asks.askedAt} is not null)::int`,
      answered: sql<number>`count(*) filter (where ${asks.state} = 'answered')::int`,
    })
    .from(asks)
    .innerJoin(waves, eq(waves.id, asks.waveId))
    .innerJoin(agencies, eq(agencies.id, waves.agencyId))
    .where(eq(asks.credentialId, credentialId))
    .groupBy(waves.id, agencies.shortName)
    .orderBy(desc(waves.launchedAt));
}

export async function hasEmployers(db: Db): Promise<boolean> {
  const rows = await db.select({ id: employers.id }).from(employers).limit(1);
  return rows.length > 0;
}
