import { sql } from 'drizzle-orm';
import { boolean, check, date, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import {
  APPLICATION_STATES,
  DECIDED_APPLICATION_STATES,
  DECISIONS,
  FREEZE_STATES,
  LIST_KINDS,
  PROPOSAL_STATES,
  REVIEW_CYCLES,
} from '../../approvals/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials } from './credentials.ts';
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
    createdAt: at('created_at').notNull(),
  },
  (t) => [
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
    decision: text('decision', { enum: DECISIONS }),
    decisionReason: text('decision_reason'),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
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
