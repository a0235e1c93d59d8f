import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import {
  APPEAL_STATES,
  APPLICANT_KINDS,
  APPLICATION_STATES,
  CRITERION_EVIDENCE_KINDS,
  CRITERION_VERDICTS,
  DECIDED_APPLICATION_STATES,
  DECISION_KINDS,
  DECISION_OUTCOMES,
  DECISION_STATES,
  DECISIONS,
  DUE_APPLICATION_STATES,
  ENDED_APPLICATION_STATES,
  FREEZE_STATES,
  LIST_KINDS,
  PROPOSAL_STATES,
  REVIEW_CYCLES,
} from '../../approvals/types.ts';
import { CRITERIA } from '../../evidence/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials } from './credentials.ts';
import { documents } from './documents.ts';
import { employers } from './employers.ts';
import { evidenceSnapshots, policyVersions } from './evidence.ts';
import { at, id, oneOf, presentExactlyIn, ref } from './types.ts';

export const lists = pgTable(
  'lists',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    kind: text('kind', { enum: LIST_KINDS }).notNull(),
    reviewCycle: text('review_cycle', { enum: REVIEW_CYCLES }).notNull(),
    policyVersionId: ref('policy_version_id')
      .notNull()
      .references(() => policyVersions.id),
    isPublic: boolean('is_public').notNull().default(false),
    /** Days after a review came due at which an approval that nobody renewed lapses. */
    lapseAfterDays: integer('lapse_after_days').notNull().default(180),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('lists_lapse_after_days', sql`${t.lapseAfterDays} between 1 and 730`),
    check('lists_kind', oneOf(t.kind, LIST_KINDS)),
    check('lists_review_cycle', oneOf(t.reviewCycle, REVIEW_CYCLES)),
    index().on(t.agencyId),
  ],
);

export const listCycles = pgTable(
  'list_cycles',
  {
    id: id(),
    listId: ref('list_id')
      .notNull()
      .references(() => lists.id),
    name: text('name').notNull(),
    /** Half-open: starts_on <= day < ends_on. */
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
  },
  (t) => [
    uniqueIndex('list_cycles_name').on(t.listId, t.name),
    check('list_cycles_order', sql`${t.startsOn} < ${t.endsOn}`),
  ],
);

/** One credential, one list, one cycle. */
export const applications = pgTable(
  'applications',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    listId: ref('list_id')
      .notNull()
      .references(() => lists.id),
    cycleId: ref('cycle_id')
      .notNull()
      .references(() => listCycles.id),
    state: text('state', { enum: APPLICATION_STATES }).notNull().default('submitted'),
    submittedBy: ref('submitted_by')
      .notNull()
      .references(() => staffMembers.id),
    submittedAt: at('submitted_at').notNull(),
    /** Who applied, which a policy may restrict; an employer that applied is one of ours. */
    applicantKind: text('applicant_kind', { enum: APPLICANT_KINDS }).notNull().default('agencies'),
    applicantName: text('applicant_name').notNull().default(''),
    applicantEmployerId: ref('applicant_employer_id').references(() => employers.id),
    /** The approval that this one is to renew. */
    renewalOf: ref('renewal_of').references((): AnyPgColumn => applications.id),
    decision: text('decision', { enum: DECISIONS }),
    decisionReason: text('decision_reason'),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
    conditions: text('conditions').notNull().default(''),
    /** What the public page says of the reason; the reason itself may quote employers. */
    publicReason: text('public_reason').notNull().default(''),
    /** Which body decided, where it is not the agency. */
    decidedByBody: text('decided_by_body').notNull().default(''),
    /** An approval comes up for review on this day; null where the list reviews by the age of evidence and that never ends. */
    reviewDueOn: date('review_due_on'),
    dueAt: at('due_at'),
    lapsesOn: date('lapses_on'),
    endedAt: at('ended_at'),
    endReason: text('end_reason'),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    check('applications_applicant_kind', oneOf(t.applicantKind, APPLICANT_KINDS)),
    check(
      'applications_due',
      sql`not (${oneOf(t.state, DUE_APPLICATION_STATES)}) or (${t.dueAt} is not null and ${t.lapsesOn} is not null)`,
    ),
    check('applications_ended', presentExactlyIn(t.endedAt, t.state, ENDED_APPLICATION_STATES)),
    index('applications_review_due')
      .on(t.reviewDueOn)
      .where(sql`${t.state} = 'decided' and ${t.decision} = 'approved'`),
    index('applications_lapsing').on(t.lapsesOn).where(sql`${t.state} = 'due_for_review'`),
    uniqueIndex('applications_one_renewal').on(t.renewalOf).where(sql`${t.renewalOf} is not null`),
    check('applications_state', oneOf(t.state, APPLICATION_STATES)),
    check('applications_decision', oneOf(t.decision, DECISIONS)),
    check('applications_decided', presentExactlyIn(t.decidedAt, t.state, DECIDED_APPLICATION_STATES)),
    check('applications_decision_present', sql`(${t.decision} is null) = (${t.decidedAt} is null)`),
    uniqueIndex('applications_once').on(t.credentialId, t.listId, t.cycleId),
    index().on(t.agencyId, t.state),
  ],
);

/** Freezing takes two people: one asks, another confirms. */
export const freezeRequests = pgTable(
  'freeze_requests',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    state: text('state', { enum: FREEZE_STATES }).notNull().default('requested'),
    requestedBy: ref('requested_by')
      .notNull()
      .references(() => staffMembers.id),
    requestedAt: at('requested_at').notNull(),
    note: text('note').notNull().default(''),
    /** The figures that the requester saw. */
    figures: jsonb('figures').$type<Record<string, unknown>>().notNull().default({}),
    confirmedBy: ref('confirmed_by').references(() => staffMembers.id),
    endedAt: at('ended_at'),
    snapshotId: ref('snapshot_id').references(() => evidenceSnapshots.id),
  },
  (t) => [
    check('freeze_requests_state', oneOf(t.state, FREEZE_STATES)),
    check('freeze_requests_two_people', sql`${t.confirmedBy} <> ${t.requestedBy}`),
    check('freeze_requests_frozen', sql`(${t.snapshotId} is not null) = (${t.state} = 'frozen')`),
    uniqueIndex('freeze_requests_one_open').on(t.applicationId).where(sql`${t.state} = 'requested'`),
  ],
);

/** What the approval process keeps: the requirement and the id of the snapshot that shows it, never a bare number. */
export const approvalRecords = pgTable(
  'approval_records',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    listId: ref('list_id')
      .notNull()
      .references(() => lists.id),
    snapshotId: ref('snapshot_id')
      .notNull()
      .references(() => evidenceSnapshots.id),
    /** The requirement in words and its status at the freeze. */
    requirement: text('requirement').notNull(),
    requirementStatus: text('requirement_status').notNull(),
    createdAt: at('created_at').notNull(),
    supersededAt: at('superseded_at'),
  },
  (t) => [
    uniqueIndex('approval_records_current').on(t.applicationId).where(sql`${t.supersededAt} is null`),
    index().on(t.agencyId, t.id),
    index().on(t.snapshotId),
  ],
);

/** Changing a policy that a list counts under takes two people: one proposes the version, another confirms it. */
export const policyProposals = pgTable(
  'policy_proposals',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    slug: text('slug').notNull(),
    name: text('name').notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
    state: text('state', { enum: PROPOSAL_STATES }).notNull().default('proposed'),
    proposedBy: ref('proposed_by')
      .notNull()
      .references(() => staffMembers.id),
    proposedAt: at('proposed_at').notNull(),
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endedAt: at('ended_at'),
    policyVersionId: ref('policy_version_id').references(() => policyVersions.id),
  },
  (t) => [
    check('policy_proposals_state', oneOf(t.state, PROPOSAL_STATES)),
    check('policy_proposals_ended', sql`(${t.endedAt} is not null) = (${t.state} <> 'proposed')`),
    check(
      'policy_proposals_two_people',
      sql`${t.state} <> 'published' or (${t.endedBy} is not null and ${t.endedBy} <> ${t.proposedBy})`,
    ),
    check('policy_proposals_published', sql`(${t.policyVersionId} is not null) = (${t.state} = 'published')`),
    uniqueIndex('policy_proposals_one_open').on(t.agencyId, t.slug).where(sql`${t.state} = 'proposed'`),
  ],
);

/**
 * Decisions about an application, of whatever kind, in two steps: one person proposes with reasons and conditions, another
 * confirms. A confirmed one never changes; a later one, after an appeal or to revoke, stands beside it.
 */
export const decisions = pgTable(
  'decisions',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    kind: text('kind', { enum: DECISION_KINDS }).notNull(),
    outcome: text('outcome', { enum: DECISION_OUTCOMES }).notNull(),
    reason: text('reason').notNull(),
    publicReason: text('public_reason').notNull().default(''),
    conditions: text('conditions').notNull().default(''),
    decidedByBody: text('decided_by_body').notNull().default(''),
    state: text('state', { enum: DECISION_STATES }).notNull().default('proposed'),
    proposedBy: ref('proposed_by')
      .notNull()
      .references(() => staffMembers.id),
    proposedAt: at('proposed_at').notNull(),
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endedAt: at('ended_at'),
    /** The evidence that was in force at the confirmation. */
    approvalRecordId: ref('approval_record_id').references(() => approvalRecords.id),
    appealId: ref('appeal_id').references((): AnyPgColumn => appeals.id),
    /** What the body that decided signed or wrote: minutes, a resolution. */
    documentId: ref('document_id').references(() => documents.id),
  },
  (t) => [
    check('decisions_kind', oneOf(t.kind, DECISION_KINDS)),
    check('decisions_outcome', oneOf(t.outcome, DECISION_OUTCOMES)),
    check('decisions_revocation', sql`(${t.outcome} = 'revoked') = (${t.kind} = 'revocation')`),
    check('decisions_state', oneOf(t.state, DECISION_STATES)),
    check('decisions_ended', sql`(${t.endedAt} is not null) = (${t.state} <> 'proposed')`),
    check(
      'decisions_two_people',
      sql`${t.state} <> 'confirmed' or (${t.endedBy} is not null and ${t.endedBy} <> ${t.proposedBy})`,
    ),
    check('decisions_appeal', sql`(${t.appealId} is not null) = (${t.kind} = 'appeal')`),
    uniqueIndex('decisions_one_open').on(t.applicationId).where(sql`${t.state} = 'proposed'`),
    index().on(t.applicationId),
  ],
);

/** Somebody asks that a decision be looked at again. */
export const appeals = pgTable(
  'appeals',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    decisionId: ref('decision_id')
      .notNull()
      .references((): AnyPgColumn => decisions.id),
    filedBy: text('filed_by').notNull(),
    filedOn: date('filed_on').notNull(),
    grounds: text('grounds').notNull(),
    /** By when it is to be decided. */
    dueOn: date('due_on').notNull(),
    state: text('state', { enum: APPEAL_STATES }).notNull().default('open'),
    recordedBy: ref('recorded_by')
      .notNull()
      .references(() => staffMembers.id),
    recordedAt: at('recorded_at').notNull(),
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endedAt: at('ended_at'),
    endReason: text('end_reason'),
  },
  (t) => [
    check('appeals_state', oneOf(t.state, APPEAL_STATES)),
    check('appeals_ended', sql`(${t.endedAt} is not null) = (${t.state} <> 'open')`),
    uniqueIndex('appeals_once').on(t.decisionId),
    uniqueIndex('appeals_one_open').on(t.applicationId).where(sql`${t.state} = 'open'`),
  ],
);

/** What shows one criterion of an application; kept when it is taken away again. */
export const criterionEvidence = pgTable(
  'criterion_evidence',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    criterion: text('criterion', { enum: CRITERIA }).notNull(),
    kind: text('kind', { enum: CRITERION_EVIDENCE_KINDS }).notNull(),
    text: text('text').notNull().default(''),
    url: text('url'),
    documentId: ref('document_id').references(() => documents.id),
    addedBy: ref('added_by')
      .notNull()
      .references(() => staffMembers.id),
    addedAt: at('added_at').notNull(),
    removedBy: ref('removed_by').references(() => staffMembers.id),
    removedAt: at('removed_at'),
  },
  (t) => [
    check('criterion_evidence_criterion', oneOf(t.criterion, CRITERIA)),
    check('criterion_evidence_kind', oneOf(t.kind, CRITERION_EVIDENCE_KINDS)),
    check('criterion_evidence_link', sql`(${t.url} is not null) = (${t.kind} = 'link')`),
    check('criterion_evidence_document', sql`(${t.documentId} is not null) = (${t.kind} = 'document')`),
    check('criterion_evidence_removed', sql`(${t.removedAt} is null) = (${t.removedBy} is null)`),
    index().on(t.applicationId, t.criterion),
  ],
);

/** What a person found when they looked at a criterion; the latest one counts. */
export const criterionReviews = pgTable(
  'criterion_reviews',
  {
    id: id(),
    applicationId: ref('application_id')
      .notNull()
      .references(() => applications.id),
    criterion: text('criterion', { enum: CRITERIA }).notNull(),
    verdict: text('verdict', { enum: CRITERION_VERDICTS }).notNull(),
    note: text('note').notNull().default(''),
    reviewedBy: ref('reviewed_by')
      .notNull()
      .references(() => staffMembers.id),
    reviewedAt: at('reviewed_at').notNull(),
  },
  (t) => [
    check('criterion_reviews_criterion', oneOf(t.criterion, CRITERIA)),
    check('criterion_reviews_verdict', oneOf(t.verdict, CRITERION_VERDICTS)),
    index().on(t.applicationId, t.criterion),
  ],
);
