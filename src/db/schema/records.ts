import { sql } from 'drizzle-orm';
import {
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import {
  REDACTION_PROFILES,
  RETENTION_CLASSES,
  RETENTION_PROPOSAL_STATES,
  type RetentionMonths,
} from '../../records/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials } from './credentials.ts';
import { at, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** How long an agency keeps a class of personal data. No row: kept until a rule says otherwise. */
export const retentionRules = pgTable(
  'retention_rules',
  {
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    class: text('class', { enum: RETENTION_CLASSES }).notNull(),
    months: integer('months').notNull(),
    setBy: ref('set_by')
      .notNull()
      .references(() => staffMembers.id),
    setAt: at('set_at').notNull(),
    /** Null: set before it took two people. Nothing is deleted by such a rule. */
    confirmedBy: ref('confirmed_by').references(() => staffMembers.id),
  },
  (t) => [
    check('retention_rules_two_people', sql`${t.confirmedBy} <> ${t.setBy}`),
    primaryKey({ columns: [t.agencyId, t.class] }),
    check('retention_rules_class', oneOf(t.class, RETENTION_CLASSES)),
    check('retention_rules_months', sql`${t.months} between 1 and 1200`),
  ],
);

/** Times of retention that one person proposes and another confirms, all classes together. */
export const retentionProposals = pgTable(
  'retention_proposals',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    months: jsonb('months').$type<RetentionMonths>().notNull(),
    state: text('state', { enum: RETENTION_PROPOSAL_STATES }).notNull().default('proposed'),
    proposedBy: ref('proposed_by')
      .notNull()
      .references(() => staffMembers.id),
    proposedAt: at('proposed_at').notNull(),
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endedAt: at('ended_at'),
  },
  (t) => [
    check('retention_proposals_state', oneOf(t.state, RETENTION_PROPOSAL_STATES)),
    check('retention_proposals_ended', presentExactlyIn(t.endedAt, t.state, ['confirmed', 'withdrawn'])),
    check('retention_proposals_ended_by', sql`(${t.endedBy} is null) = (${t.endedAt} is null)`),
    check(
      'retention_proposals_two_people',
      sql`${t.state} <> 'confirmed' or ${t.endedBy} <> ${t.proposedBy}`,
    ),
    uniqueIndex('retention_proposals_one_open').on(t.agencyId).where(sql`${t.state} = 'proposed'`),
  ],
);

/** While a hold is in force nothing that it covers is deleted. Anybody of the agency places one; two people lift it. */
export const legalHolds = pgTable(
  'legal_holds',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    reason: text('reason').notNull(),
    /** Null: everything of the agency. */
    credentialId: ref('credential_id').references(() => credentials.id),
    placedBy: ref('placed_by')
      .notNull()
      .references(() => staffMembers.id),
    placedAt: at('placed_at').notNull(),
    liftReason: text('lift_reason'),
    liftRequestedBy: ref('lift_requested_by').references(() => staffMembers.id),
    liftRequestedAt: at('lift_requested_at'),
    liftedBy: ref('lifted_by').references(() => staffMembers.id),
    liftedAt: at('lifted_at'),
  },
  (t) => [
    check(
      'legal_holds_lift_request',
      sql`num_nonnulls(${t.liftReason}, ${t.liftRequestedBy}, ${t.liftRequestedAt}) in (0, 3)`,
    ),
    check('legal_holds_lifted', sql`(${t.liftedBy} is null) = (${t.liftedAt} is null)`),
    check(
      'legal_holds_two_people',
      sql`${t.liftedBy} is null or (${t.liftRequestedBy} is not null and ${t.liftedBy} <> ${t.liftRequestedBy})`,
    ),
    index('legal_holds_in_force').on(t.agencyId).where(sql`${t.liftedAt} is null`),
  ],
);

/** What was given out to a records request, with what was blacked out and why. */
export const recordsPackets = pgTable(
  'records_packets',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    /** The agency's own number of the request. */
    reference: text('reference').notNull(),
    credentialId: ref('credential_id').references(() => credentials.id),
    /** Half-open, in the agency's zone: from_day <= day < until_day. */
    fromDay: date('from_day').notNull(),
    untilDay: date('until_day').notNull(),
    profile: text('profile', { enum: REDACTION_PROFILES }).notNull(),
    answers: integer('answers').notNull(),
    /** [{field, reason, rows}]: never what was blacked out. */
    redactions: jsonb('redactions').$type<{ field: string; reason: string; rows: number }[]>().notNull(),
    /** Null once its own retention has passed; the hash stays. */
    packet: text('packet'),
    sha256: text('sha256').notNull(),
    madeBy: ref('made_by')
      .notNull()
      .references(() => staffMembers.id),
    madeAt: at('made_at').notNull(),
    removedAt: at('removed_at'),
  },
  (t) => [
    check('records_packets_profile', oneOf(t.profile, REDACTION_PROFILES)),
    check('records_packets_days', sql`${t.fromDay} < ${t.untilDay}`),
    check('records_packets_removed', sql`(${t.packet} is null) = (${t.removedAt} is not null)`),
    index().on(t.agencyId, t.id),
  ],
);

/** What the deletion job removed, in numbers. */
export const retentionRuns = pgTable(
  'retention_runs',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    class: text('class', { enum: RETENTION_CLASSES }).notNull(),
    at: at('at').notNull(),
    removed: integer('removed').notNull(),
  },
  (t) => [check('retention_runs_class', oneOf(t.class, RETENTION_CLASSES)), index().on(t.agencyId, t.id)],
);
