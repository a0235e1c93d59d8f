import { and, asc, count, desc, eq, ilike, inArray, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '../db/client.ts';
import { agencies, staffMembers } from '../db/schema/agencies.ts';
import {
  appeals,
  applications,
  approvalRecords,
  criterionEvidence,
  criterionReviews,
  decisions,
  freezeRequests,
  listCycles,
  lists,
  policyProposals,
} from '../db/schema/approvals.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { documents } from '../db/schema/documents.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { evidenceSnapshots, policies, policyVersions } from '../db/schema/evidence.ts';
import { answers, instrumentVersions } from '../db/schema/surveys.ts';
import { policySchema } from '../evidence/rules/policy.ts';
import { isAskedBy } from '../evidence/who-asked.ts';
import { DomainError } from '../lib/errors.ts';
import { WYOMING_INSTRUMENT } from '../surveys/presets.ts';
import { instrumentBody } from '../surveys/types.ts';
import type { KnownQuestion } from './policy-fields.ts';
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
  applicantKind: applications.applicantKind,
  applicantName: applications.applicantName,
  applicantEmployerId: applications.applicantEmployerId,
  conditions: applications.conditions,
  publicReason: applications.publicReason,
  decidedByBody: applications.decidedByBody,
  renewalOf: applications.renewalOf,
  reviewDueOn: applications.reviewDueOn,
  dueAt: applications.dueAt,
  lapsesOn: applications.lapsesOn,
  endedAt: applications.endedAt,
  endReason: applications.endReason,
  hasOpenAppeal: sql<boolean>`exists (select from appeals p where p.application_id = ${applications.id} and p.state = 'open')`,
  credentialId: credentials.id,
  credentialSlug: credentials.slug,
  credentialName: credentials.name,
  issuer: issuers.name,
  listId: lists.id,
  listSlug: lists.slug,
  listName: lists.name,
  listKind: lists.kind,
  reviewCycle: lists.reviewCycle,
  lapseAfterDays: lists.lapseAfterDays,
  policyVersionId: lists.policyVersionId,
  cycleId: listCycles.id,
  cycleName: listCycles.name,
  cycleStartsOn: listCycles.startsOn,
  cycleEndsOn: listCycles.endsOn,
  agencyName: agencies.name,
  timeZone: agencies.timeZone,
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

/** The application with its row held, so that whatever binds it takes turns; another agency's is not found. */
export async function takeApplication(tx: Tx, agencyId: number, id: number): Promise<ApplicationRow> {
  const application = (await lockApplication(tx, agencyId, id))
    ? await findApplication(tx, agencyId, id)
    : null;
  if (!application) throw new DomainError('not_found');
  return application;
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

/** Employer names, and of answers who gave them, where the agency asked them: for staff's own pages, never for evidence. */
export async function describeForStaff(
  db: Db,
  agencyId: number,
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
            who: sql<string>`case when ${isAskedBy(agencyId)}
              then coalesce(nullif(${answers.respondentName}, ''), ${contacts.name}) else '' end`,
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

const proposer = alias(staffMembers, 'proposer');
const ender = alias(staffMembers, 'ender');

/** Every decision of an application, proposed, confirmed or taken back, the newest first. */
export function listApplicationDecisions(db: Db, applicationId: number) {
  return db
    .select({
      decision: decisions,
      proposer: proposer.name,
      ender: ender.name,
      document: { name: documents.name, removedAt: documents.removedAt },
    })
    .from(decisions)
    .leftJoin(documents, eq(documents.id, decisions.documentId))
    .innerJoin(proposer, eq(proposer.id, decisions.proposedBy))
    .leftJoin(ender, eq(ender.id, decisions.endedBy))
    .where(eq(decisions.applicationId, applicationId))
    .orderBy(desc(decisions.id));
}

export type DecisionRow = Awaited<ReturnType<typeof listApplicationDecisions>>[0];

/** The decision of an application that waits for a second person. */
export async function findOpenDecision(db: Db, applicationId: number) {
  const [row] = await db
    .select()
    .from(decisions)
    .where(and(eq(decisions.applicationId, applicationId), eq(decisions.state, 'proposed')));
  return row ?? null;
}

export function listAppeals(db: Db, applicationId: number) {
  return db
    .select({ appeal: appeals, recorder: staffMembers.name })
    .from(appeals)
    .innerJoin(staffMembers, eq(staffMembers.id, appeals.recordedBy))
    .where(eq(appeals.applicationId, applicationId))
    .orderBy(desc(appeals.id));
}

export type AppealRow = Awaited<ReturnType<typeof listAppeals>>[0];

/** What is or was attached to the criteria of an application, in the order in which it came. */
export function listCriterionEvidence(db: Db, applicationId: number) {
  return db
    .select({
      id: criterionEvidence.id,
      criterion: criterionEvidence.criterion,
      kind: criterionEvidence.kind,
      text: criterionEvidence.text,
      url: criterionEvidence.url,
      documentId: criterionEvidence.documentId,
      addedBy: staffMembers.name,
      addedAt: criterionEvidence.addedAt,
      removedAt: criterionEvidence.removedAt,
    })
    .from(criterionEvidence)
    .innerJoin(staffMembers, eq(staffMembers.id, criterionEvidence.addedBy))
    .where(eq(criterionEvidence.applicationId, applicationId))
    .orderBy(asc(criterionEvidence.id));
}

export function listCriterionReviews(db: Db, applicationId: number) {
  return db
    .select({
      criterion: criterionReviews.criterion,
      verdict: criterionReviews.verdict,
      note: criterionReviews.note,
      reviewedBy: staffMembers.name,
      reviewedAt: criterionReviews.reviewedAt,
    })
    .from(criterionReviews)
    .innerJoin(staffMembers, eq(staffMembers.id, criterionReviews.reviewedBy))
    .where(eq(criterionReviews.applicationId, applicationId))
    .orderBy(asc(criterionReviews.id));
}

/** Approvals that come up for review, and those whose time to be renewed is over, by their agency's own day. */
export function listDueApplications(db: Db, now: Date, limit: number) {
  const today = sql`(${now.toISOString()}::timestamptz at time zone ${agencies.timeZone})::date`;
  return db
    .select({ id: applications.id, agencyId: applications.agencyId, state: applications.state })
    .from(applications)
    .innerJoin(agencies, eq(agencies.id, applications.agencyId))
    .where(
      or(
        and(
          eq(applications.state, 'decided'),
          eq(applications.decision, 'approved'),
          sql`${applications.reviewDueOn} <= ${today}`,
          sql`not exists (select from appeals p where p.application_id = ${applications.id} and p.state = 'open')`,
        ),
        and(eq(applications.state, 'due_for_review'), sql`${applications.lapsesOn} <= ${today}`),
      ),
    )
    .orderBy(asc(applications.id))
    .limit(limit);
}

/** The application that is to renew another. */
export async function findRenewal(db: Db, applicationId: number): Promise<number | null> {
  const [row] = await db
    .select({ id: applications.id })
    .from(applications)
    .where(eq(applications.renewalOf, applicationId));
  return row?.id ?? null;
}

/** Names of the employers that were asked about an application's credential, or answered, by all that staff know them by. */
export async function listEmployersOf(db: Db, applicationId: number): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(sql`
    with involved as (
      select s.employer_id from asks s join applications p on p.credential_id = s.credential_id where p.id = ${applicationId}
      union
      select w.employer_id from answers w join applications p on p.credential_id = w.credential_id where p.id = ${applicationId})
    select e.legal_name as name from employers e join involved i on i.employer_id = e.id
    union select e.dba from employers e join involved i on i.employer_id = e.id where e.dba is not null`);
  return rows.map(({ name }) => name);
}

/** An employer by its number or by exactly one of its names; null when none or several are meant. */
export async function findEmployerCalled(
  db: Db,
  words: string,
): Promise<{ id: number; name: string } | null> {
  const text = words.trim();
  if (text === '') return null;
  const number = /^#?(\d{1,15})$/.exec(text)?.[1];
  const rows = await db
    .select({ id: employers.id, name: employers.legalName })
    .from(employers)
    .where(
      and(
        isNull(employers.mergedIntoId),
        number
          ? eq(employers.id, Number(number))
          : sql`(lower(${employers.legalName}) = lower(${text}) or lower(${employers.dba}) = lower(${text}))`,
      ),
    )
    .limit(2);
  return rows.length === 1 ? rows[0]! : null;
}

/** Applications that a board looks at: those to be decided, and approvals in force. By list, then credential. */
export function listForReport(db: Db, agencyId: number, listId: number | null) {
  return selectApplications(db)
    .where(
      and(
        eq(applications.agencyId, agencyId),
        listId === null ? undefined : eq(applications.listId, listId),
        or(
          inArray(applications.state, ['submitted', 'in_review', 'due_for_review']),
          and(eq(applications.state, 'decided'), eq(applications.decision, 'approved')),
          sql`exists (select from appeals p where p.application_id = ${applications.id} and p.state = 'open')`,
        ),
      ),
    )
    .orderBy(asc(lists.name), asc(credentials.name), asc(applications.id));
}

/** What a report tells of many applications at once: their criteria, their frozen evidence, what waits. */
export async function listReportDetails(db: Db, ids: readonly number[]) {
  if (ids.length === 0) return { items: [], reviews: [], records: [], waiting: [] };
  const among = [...ids];
  const [items, reviews, records, waiting] = await Promise.all([
    db
      .select({
        applicationId: criterionEvidence.applicationId,
        criterion: criterionEvidence.criterion,
        addedAt: criterionEvidence.addedAt,
        removedAt: criterionEvidence.removedAt,
      })
      .from(criterionEvidence)
      .where(inArray(criterionEvidence.applicationId, among)),
    db
      .select({
        applicationId: criterionReviews.applicationId,
        criterion: criterionReviews.criterion,
        verdict: criterionReviews.verdict,
        reviewedAt: criterionReviews.reviewedAt,
      })
      .from(criterionReviews)
      .where(inArray(criterionReviews.applicationId, among))
      .orderBy(asc(criterionReviews.id)),
    db
      .select({
        applicationId: approvalRecords.applicationId,
        status: approvalRecords.requirementStatus,
        validUntil: evidenceSnapshots.validUntil,
        frozenAt: evidenceSnapshots.frozenAt,
        sha256: evidenceSnapshots.sha256,
      })
      .from(approvalRecords)
      .innerJoin(evidenceSnapshots, eq(evidenceSnapshots.id, approvalRecords.snapshotId))
      .where(and(inArray(approvalRecords.applicationId, among), isNull(approvalRecords.supersededAt))),
    db
      .select({ applicationId: decisions.applicationId, outcome: decisions.outcome })
      .from(decisions)
      .where(and(inArray(decisions.applicationId, among), eq(decisions.state, 'proposed'))),
  ]);
  return { items, reviews, records, waiting };
}

/** Every question that any version of an instrument asks, with all answers that it ever offered; the latest name counts. */
export async function listKnownQuestions(db: Db): Promise<KnownQuestion[]> {
  const rows = await db
    .select({ body: instrumentVersions.body })
    .from(instrumentVersions)
    .orderBy(asc(instrumentVersions.id));
  const known = new Map<string, KnownQuestion>();
  for (const { questions } of [WYOMING_INSTRUMENT, ...rows.map(({ body }) => instrumentBody.parse(body))]) {
    for (const { key, name, options } of questions) {
      const before = known.get(key)?.options ?? [];
      const all = new Set([...before, ...options.map(({ value }) => value)]);
      known.set(key, { key, name: name.en.text, options: [...all] });
    }
  }
  return [...known.values()];
}
