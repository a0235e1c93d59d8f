import { type AnyColumn, and, asc, desc, eq, gte, isNull, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import {
  appeals,
  applications,
  approvalRecords,
  decisions,
  listCycles,
  lists,
} from '../db/schema/approvals.ts';
import { credentials } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { evidenceSnapshots } from '../db/schema/evidence.ts';
import { asks, waves } from '../db/schema/outreach.ts';
import {
  legalHolds,
  recordsPackets,
  retentionProposals,
  retentionRules,
  retentionRuns,
} from '../db/schema/records.ts';
import { submissions } from '../db/schema/submissions.ts';
import { answers, instrumentVersions, noticeVersions } from '../db/schema/surveys.ts';
import {
  appealProceedings,
  decisionProceeding,
  inOrder,
  type ProceedingRecord,
  proceedingsOfMoves,
} from './proceedings.ts';
import type { AnswerRecord, FileRecord, SubmissionRecord } from './rules.ts';

export type RecordsScope = { agencyId: number; credentialId: number | null; from: Date; until: Date };

/** Whose answer it is: the agency that asked, in whosever mail its ask rode, or that took it in. */
const agencyOfAnswer = sql`coalesce(${waves.agencyId}, ${submissions.agencyId})`;

/** Answers that an agency received in a time, ended ones too, the oldest first. */
export function listAnswersForRecords(db: Db, scope: RecordsScope, limit: number): Promise<AnswerRecord[]> {
  return db
    .select({
      answerId: answers.id,
      credential: credentials.slug,
      credentialName: credentials.name,
      answeredAt: answers.answeredAt,
      endedAt: answers.endedAt,
      endKind: answers.endKind,
      language: answers.language,
      familiar: answers.familiar,
      values: answers.values,
      relation: answers.relation,
      provenance: answers.provenance,
      hiringAuthority: answers.hiringAuthority,
      wordingSha256: instrumentVersions.sha256,
      noticeSha256: noticeVersions.sha256,
      wave: waves.name,
      respondentName: answers.respondentName,
      respondentTitle: answers.respondentTitle,
      contactName: sql<string>`coalesce(${contacts.name}, '')`,
      contactEmail: sql<string>`coalesce(${contacts.email}, '')`,
      employerName: employers.legalName,
      employerPlace: sql<string>`concat_ws(', ', nullif(${employers.city}, ''), nullif(${employers.state}, ''))`,
      hasFein: sql<boolean>`${employers.fein} is not null`,
    })
    .from(answers)
    .innerJoin(credentials, eq(credentials.id, answers.credentialId))
    .innerJoin(employers, eq(employers.id, answers.employerId))
    .innerJoin(instrumentVersions, eq(instrumentVersions.id, answers.instrumentVersionId))
    .innerJoin(noticeVersions, eq(noticeVersions.id, answers.noticeVersionId))
    .leftJoin(contacts, eq(contacts.id, answers.contactId))
    .leftJoin(asks, eq(asks.id, answers.askId))
    .leftJoin(waves, eq(waves.id, asks.waveId))
    .leftJoin(submissions, eq(submissions.id, answers.submissionId))
    .where(
      and(
        eq(agencyOfAnswer, scope.agencyId),
        gte(answers.answeredAt, scope.from),
        lt(answers.answeredAt, scope.until),
        scope.credentialId === null ? undefined : eq(answers.credentialId, scope.credentialId),
      ),
    )
    .orderBy(asc(answers.id))
    .limit(limit);
}

/** What an agency took in by letter, call, vote or public page in a time, whatever became of it, the oldest first. */
export function listSubmissionsForRecords(
  db: Db,
  scope: RecordsScope,
  limit: number,
): Promise<SubmissionRecord[]> {
  return db
    .select({
      submissionId: submissions.id,
      kind: submissions.kind,
      state: submissions.state,
      credential: credentials.slug,
      receivedAt: submissions.receivedAt,
      saidOn: submissions.saidOn,
      verifiedAt: submissions.verifiedAt,
      language: submissions.language,
      familiar: submissions.familiar,
      values: submissions.values,
      relation: submissions.relation,
      hiringAuthority: submissions.hiringAuthority,
      noticeSha256: noticeVersions.sha256,
      documentId: submissions.documentId,
      respondentName: submissions.respondentName,
      respondentTitle: submissions.respondentTitle,
      email: sql<string>`coalesce(${submissions.email}, '')`,
      employerName: submissions.employerName,
      employerPlace: submissions.employerPlace,
      employerWebsite: submissions.employerWebsite,
      note: submissions.note,
      decisionReason: submissions.decisionReason,
    })
    .from(submissions)
    .innerJoin(credentials, eq(credentials.id, submissions.credentialId))
    .innerJoin(noticeVersions, eq(noticeVersions.id, submissions.noticeVersionId))
    .where(
      and(
        eq(submissions.agencyId, scope.agencyId),
        gte(submissions.receivedAt, scope.from),
        lt(submissions.receivedAt, scope.until),
        scope.credentialId === null ? undefined : eq(submissions.credentialId, scope.credentialId),
      ),
    )
    .orderBy(asc(submissions.id))
    .limit(limit);
}

/** Files that were added in the time, or are attached to what was; of one credential those that are attached to it. */
export async function listFilesForRecords(db: Db, scope: RecordsScope): Promise<FileRecord[]> {
  const rows = await db.execute<FileRecord & { addedAt: Date; removedAt: Date | null }>(sql`
    select d.id as "documentId", d.media_type as "mediaType", d.bytes, d.sha256, d.added_at as "addedAt",
      d.removed_at as "removedAt", d.name, array_agg(distinct used.what order by used.what)
        filter (where used.what is not null) as "attachedTo"
    from documents d left join (
      select s.document_id, 'submission ' || s.id as what, s.credential_id, s.received_at as at from submissions s
      union all select e.document_id, 'criterion ' || e.criterion, p.credential_id, e.added_at
        from criterion_evidence e join applications p on p.id = e.application_id
      union all select x.document_id, 'decision ' || x.id, p.credential_id, x.proposed_at
        from decisions x join applications p on p.id = x.application_id
      union all select b.document_id, 'ballot ' || b.id, b.credential_id, b.recorded_at from ballots b
      union all select l.document_id, 'board letter ' || l.id, l.credential_id, l.recorded_at from board_letters l
      union all select r.document_id, 'review ' || r.id, r.credential_id, r.recorded_at from rubric_reviews r
      union all select v.document_id, 'vendor finding ' || v.id, v.credential_id, v.recorded_at from vendor_findings v
    ) used on used.document_id = d.id
    where d.agency_id = ${scope.agencyId}
      and ((d.added_at >= ${scope.from} and d.added_at < ${scope.until})
        or (used.at >= ${scope.from} and used.at < ${scope.until}))
      and (${scope.credentialId}::bigint is null or used.credential_id = ${scope.credentialId})
    group by d.id order by d.id`);
  return rows.map((row) => ({
    ...row,
    attachedTo: row.attachedTo ?? [],
    addedAt: new Date(row.addedAt),
    removedAt: row.removedAt && new Date(row.removedAt),
  }));
}

/**
 * What happened to an agency's applications in a time, in order: put up, decided, decided on appeal, revoked, due for review,
 * renewed, lapsed. A proposal that still waits for a second person binds nobody and is none of it.
 */
export async function listProceedings(db: Db, scope: RecordsScope): Promise<ProceedingRecord[]> {
  const within = (at: AnyColumn) => and(gte(at, scope.from), lt(at, scope.until));
  const own = and(
    eq(applications.agencyId, scope.agencyId),
    scope.credentialId === null ? undefined : eq(applications.credentialId, scope.credentialId),
  );
  const about = {
    applicationId: applications.id,
    credential: credentials.slug,
    list: lists.slug,
    cycle: listCycles.name,
  };
  const moves = await db
    .select({
      ...about,
      state: applications.state,
      submittedAt: applications.submittedAt,
      submittedBy: submitter.name,
      applicantKind: applications.applicantKind,
      applicantName: applications.applicantName,
      renewalOf: applications.renewalOf,
      dueAt: applications.dueAt,
      lapsesOn: applications.lapsesOn,
      endedAt: applications.endedAt,
      endReason: sql<string>`coalesce(${applications.endReason}, '')`,
    })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .innerJoin(submitter, eq(submitter.id, applications.submittedBy))
    .where(
      and(
        own,
        or(within(applications.submittedAt), within(applications.dueAt), within(applications.endedAt)),
      ),
    );
  const decided = await db
    .select({
      ...about,
      decisionId: decisions.id,
      kind: decisions.kind,
      state: decisions.state,
      outcome: decisions.outcome,
      reason: decisions.reason,
      publicReason: decisions.publicReason,
      conditions: decisions.conditions,
      decidedByBody: decisions.decidedByBody,
      proposedBy: proposer.name,
      proposedAt: decisions.proposedAt,
      at: sql<Date>`${decisions.endedAt}`.mapWith(decisions.endedAt),
      by: ender.name,
      appealId: decisions.appealId,
      documentId: decisions.documentId,
      evidenceSha256: evidenceSnapshots.sha256,
    })
    .from(decisions)
    .innerJoin(applications, eq(applications.id, decisions.applicationId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .innerJoin(proposer, eq(proposer.id, decisions.proposedBy))
    .leftJoin(ender, eq(ender.id, decisions.endedBy))
    .leftJoin(approvalRecords, eq(approvalRecords.id, decisions.approvalRecordId))
    .leftJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
    .where(and(own, within(decisions.endedAt)));
  const appealed = await db
    .select({
      ...about,
      appealId: appeals.id,
      decisionId: appeals.decisionId,
      filedBy: appeals.filedBy,
      filedOn: appeals.filedOn,
      grounds: appeals.grounds,
      dueOn: appeals.dueOn,
      state: appeals.state,
      recordedAt: appeals.recordedAt,
      recordedBy: proposer.name,
      endedAt: appeals.endedAt,
      endedBy: ender.name,
      endReason: sql<string>`coalesce(${appeals.endReason}, '')`,
    })
    .from(appeals)
    .innerJoin(applications, eq(applications.id, appeals.applicationId))
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(lists, eq(lists.id, applications.listId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .innerJoin(proposer, eq(proposer.id, appeals.recordedBy))
    .leftJoin(ender, eq(ender.id, appeals.endedBy))
    .where(and(own, or(within(appeals.recordedAt), within(appeals.endedAt))));
  return inOrder(
    [
      ...moves.flatMap(proceedingsOfMoves),
      ...decided.map(decisionProceeding),
      ...appealed.flatMap(appealProceedings),
    ],
    scope,
  );
}

export function listSnapshotsForRecords(db: Db, scope: RecordsScope) {
  return db
    .select({
      snapshotId: evidenceSnapshots.id,
      sha256: evidenceSnapshots.sha256,
      credential: credentials.slug,
      frozenAt: evidenceSnapshots.frozenAt,
    })
    .from(evidenceSnapshots)
    .innerJoin(credentials, eq(credentials.id, evidenceSnapshots.credentialId))
    .where(
      and(
        eq(evidenceSnapshots.agencyId, scope.agencyId),
        gte(evidenceSnapshots.frozenAt, scope.from),
        lt(evidenceSnapshots.frozenAt, scope.until),
        scope.credentialId === null ? undefined : eq(evidenceSnapshots.credentialId, scope.credentialId),
      ),
    )
    .orderBy(asc(evidenceSnapshots.id));
}

/** Credentials that the agency has asked about or decided on: what a request can be narrowed to. */
export async function listCredentialsOfAgency(db: Db, agencyId: number) {
  return db.execute<{ id: number; name: string }>(sql`
    select c.id, c.name from credentials c
    where exists (select 1 from applications a where a.credential_id = c.id and a.agency_id = ${agencyId})
      or exists (select 1 from asks k join waves w on w.id = k.wave_id
        where k.credential_id = c.id and w.agency_id = ${agencyId})
      or exists (select 1 from submissions s where s.credential_id = c.id and s.agency_id = ${agencyId})
    order by c.name, c.id`);
}

export function listPackets(db: Db, agencyId: number) {
  return db
    .select({
      id: recordsPackets.id,
      reference: recordsPackets.reference,
      credential: credentials.name,
      fromDay: recordsPackets.fromDay,
      untilDay: recordsPackets.untilDay,
      profile: recordsPackets.profile,
      answers: recordsPackets.answers,
      madeBy: staffMembers.name,
      madeAt: recordsPackets.madeAt,
    })
    .from(recordsPackets)
    .innerJoin(staffMembers, eq(staffMembers.id, recordsPackets.madeBy))
    .leftJoin(credentials, eq(credentials.id, recordsPackets.credentialId))
    .where(eq(recordsPackets.agencyId, agencyId))
    .orderBy(desc(recordsPackets.id))
    .limit(100);
}

export async function findPacket(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({ packet: recordsPackets, credential: credentials.name, madeBy: staffMembers.name })
    .from(recordsPackets)
    .innerJoin(staffMembers, eq(staffMembers.id, recordsPackets.madeBy))
    .leftJoin(credentials, eq(credentials.id, recordsPackets.credentialId))
    .where(and(eq(recordsPackets.id, id), eq(recordsPackets.agencyId, agencyId)));
  return row ?? null;
}

export function listRetentionRules(db: Db, agencyId: number) {
  return db.select().from(retentionRules).where(eq(retentionRules.agencyId, agencyId));
}

/** The times that wait for a second person; at most one set of them. */
export async function findRetentionProposal(db: Db, agencyId: number) {
  const [row] = await db
    .select({ proposal: retentionProposals, by: staffMembers.name })
    .from(retentionProposals)
    .innerJoin(staffMembers, eq(staffMembers.id, retentionProposals.proposedBy))
    .where(and(eq(retentionProposals.agencyId, agencyId), eq(retentionProposals.state, 'proposed')));
  return row ?? null;
}

export function listRetentionRuns(db: Db, agencyId: number) {
  return db
    .select()
    .from(retentionRuns)
    .where(eq(retentionRuns.agencyId, agencyId))
    .orderBy(desc(retentionRuns.id))
    .limit(20);
}

const submitter = alias(staffMembers, 'submitter');
const proposer = alias(staffMembers, 'proposer');
const ender = alias(staffMembers, 'ender');
const placer = alias(staffMembers, 'placer');
const requester = alias(staffMembers, 'requester');
const lifter = alias(staffMembers, 'lifter');

/** Legal holds of an agency: those in force first, then those that were lifted. */
export function listHolds(db: Db, agencyId: number) {
  return db
    .select({
      hold: legalHolds,
      credential: credentials.name,
      placedBy: placer.name,
      requestedBy: requester.name,
      liftedBy: lifter.name,
    })
    .from(legalHolds)
    .innerJoin(placer, eq(placer.id, legalHolds.placedBy))
    .leftJoin(requester, eq(requester.id, legalHolds.liftRequestedBy))
    .leftJoin(lifter, eq(lifter.id, legalHolds.liftedBy))
    .leftJoin(credentials, eq(credentials.id, legalHolds.credentialId))
    .where(eq(legalHolds.agencyId, agencyId))
    .orderBy(sql`${isNull(legalHolds.liftedAt)} desc`, desc(legalHolds.id))
    .limit(100);
}
