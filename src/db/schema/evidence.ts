import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { POSITION_STATUSES } from '../../evidence/types.ts';
import { RELATIONS } from '../../surveys/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials, issuers } from './credentials.ts';
import { employers } from './employers.ts';
import { answers } from './surveys.ts';
import { at, id, oneOf, ref } from './types.ts';

export const policies = pgTable('policies', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull(),
});

/** What counts as enough. Immutable once used: a trigger refuses changes. */
export const policyVersions = pgTable(
  'policy_versions',
  {
    id: id(),
    policyId: ref('policy_id')
      .notNull()
      .references(() => policies.id),
    version: integer('version').notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
    sha256: text('sha256').notNull(),
    createdAt: at('created_at').notNull(),
    usedAt: at('used_at'),
  },
  (t) => [uniqueIndex('policy_versions_version').on(t.policyId, t.version)],
);

/** A credential that is counted under a policy version. */
export const tallies = pgTable(
  'tallies',
  {
    id: id(),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    policyVersionId: ref('policy_version_id')
      .notNull()
      .references(() => policyVersions.id),
    createdAt: at('created_at').notNull(),
  },
  (t) => [uniqueIndex('tallies_pair').on(t.credentialId, t.policyVersionId), index().on(t.policyVersionId)],
);

/** Counters of positions by status, spread over slots so that answers to one credential do not queue for one row. */
export const tallyCounts = pgTable(
  'tally_counts',
  {
    tallyId: ref('tally_id')
      .notNull()
      .references(() => tallies.id),
    slot: smallint('slot').notNull(),
    asked: integer('asked').notNull().default(0),
    delivered: integer('delivered').notNull().default(0),
    answered: integer('answered').notNull().default(0),
    bothYes: integer('both_yes').notNull().default(0),
    no: integer('no').notNull().default(0),
    notSure: integer('not_sure').notNull().default(0),
    notFamiliar: integer('not_familiar').notNull().default(0),
    conflicting: integer('conflicting').notNull().default(0),
    excluded: integer('excluded').notNull().default(0),
    agedOut: integer('aged_out').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.tallyId, t.slot] })],
);

/** What each counting unit says, by the policy's rule; always what positionOf would return. */
export const positions = pgTable(
  'positions',
  {
    tallyId: ref('tally_id')
      .notNull()
      .references(() => tallies.id),
    unitId: ref('unit_id')
      .notNull()
      .references(() => employers.id),
    status: text('status', { enum: POSITION_STATUSES }).notNull(),
    reason: text('reason'),
    asked: boolean('asked').notNull(),
    delivered: boolean('delivered').notNull(),
    answerId: ref('answer_id').references(() => answers.id),
    answeredAt: at('answered_at'),
    /** When the evidence ages out and the position must be taken again. */
    expiresAt: at('expires_at'),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tallyId, t.unitId] }),
    check('positions_status', oneOf(t.status, POSITION_STATUSES)),
    index('positions_expiry_all').on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
    index('positions_by_status').on(t.tallyId, t.status, t.expiresAt),
    index().on(t.unitId),
  ],
);

/** A relation between an employer and an issuer, set by staff; visible, uncounted. */
export const conflictMarks = pgTable(
  'conflict_marks',
  {
    id: id(),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    issuerId: ref('issuer_id')
      .notNull()
      .references(() => issuers.id),
    relation: text('relation', { enum: RELATIONS }).notNull(),
    note: text('note').notNull().default(''),
    setAt: at('set_at').notNull(),
    setBy: ref('set_by')
      .notNull()
      .references(() => staffMembers.id),
    clearedAt: at('cleared_at'),
    clearedBy: ref('cleared_by').references(() => staffMembers.id),
  },
  (t) => [
    check('conflict_marks_relation', oneOf(t.relation, RELATIONS)),
    uniqueIndex('conflict_marks_current').on(t.employerId, t.issuerId).where(sql`${t.clearedAt} is null`),
    index().on(t.issuerId),
  ],
);

/** A frozen packet: canonical JSON and its SHA-256. Immutable; a correction supersedes. */
export const evidenceSnapshots = pgTable(
  'evidence_snapshots',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    policyVersionId: ref('policy_version_id')
      .notNull()
      .references(() => policyVersions.id),
    asOf: at('as_of').notNull(),
    packet: text('packet').notNull(),
    sha256: text('sha256').notNull().unique(),
    requirementStatus: text('requirement_status').notNull(),
    validUntil: at('valid_until'),
    supersedesId: ref('supersedes_id').references((): AnyPgColumn => evidenceSnapshots.id),
    requestedBy: ref('requested_by')
      .notNull()
      .references(() => staffMembers.id),
    confirmedBy: ref('confirmed_by')
      .notNull()
      .references(() => staffMembers.id),
    frozenAt: at('frozen_at').notNull(),
  },
  (t) => [
    check('evidence_snapshots_two_people', sql`${t.requestedBy} <> ${t.confirmedBy}`),
    index().on(t.credentialId),
    index().on(t.agencyId),
  ],
);
