import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
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
import {
  ADJUDICATION_STATES,
  CONNECTION_FINDS,
  PARTY_RELATIONS,
  POSITION_STATUSES,
} from '../../evidence/types.ts';
import { RELATIONS } from '../../surveys/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { credentials, issuers } from './credentials.ts';
import { employers } from './employers.ts';
import { signingKeys } from './ledger.ts';
import { answers } from './surveys.ts';
import { at, id, oneOf, presentExactlyIn, ref } from './types.ts';

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

/** Who stands behind a credential: its issuer as a company, resellers, training providers, applicants. */
export const issuerParties = pgTable(
  'issuer_parties',
  {
    id: id(),
    issuerId: ref('issuer_id')
      .notNull()
      .references(() => issuers.id),
    /** Null: of everything that the issuer awards. */
    credentialId: ref('credential_id').references(() => credentials.id),
    relation: text('relation', { enum: PARTY_RELATIONS }).notNull(),
    name: text('name').notNull(),
    domain: text('domain'),
    /** The party's own record in the register: its group is looked at. */
    employerId: ref('employer_id').references(() => employers.id),
    setAt: at('set_at').notNull(),
    setBy: ref('set_by')
      .notNull()
      .references(() => staffMembers.id),
    endedAt: at('ended_at'),
    endedBy: ref('ended_by').references(() => staffMembers.id),
  },
  (t) => [
    check('issuer_parties_relation', oneOf(t.relation, PARTY_RELATIONS)),
    check('issuer_parties_known_by', sql`${t.domain} is not null or ${t.employerId} is not null`),
    index().on(t.issuerId),
    index().on(t.employerId),
  ],
);

/** A relation between an employer and an issuer, set by staff or found by domain or parent; visible, uncounted. */
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
    /** Null: for everything that the issuer awards. */
    credentialId: ref('credential_id').references(() => credentials.id),
    relation: text('relation', { enum: RELATIONS }).notNull(),
    note: text('note').notNull().default(''),
    /** How it was found; null when staff set it. */
    found: text('found', { enum: CONNECTION_FINDS }),
    partyId: ref('party_id').references(() => issuerParties.id),
    setAt: at('set_at').notNull(),
    setBy: ref('set_by').references(() => staffMembers.id),
    /** Taking a mark back takes two people: one asks with a reason, another confirms. */
    clearRequestedAt: at('clear_requested_at'),
    clearRequestedBy: ref('clear_requested_by').references(() => staffMembers.id),
    clearReason: text('clear_reason'),
    clearedAt: at('cleared_at'),
    /** Null when what was found is so no longer. */
    clearedBy: ref('cleared_by').references(() => staffMembers.id),
  },
  (t) => [
    check('conflict_marks_relation', oneOf(t.relation, RELATIONS)),
    check('conflict_marks_found', oneOf(t.found, CONNECTION_FINDS)),
    check('conflict_marks_origin', sql`(${t.setBy} is null) = (${t.found} is not null)`),
    check('conflict_marks_found_party', sql`(${t.found} is null) = (${t.partyId} is null)`),
    check(
      'conflict_marks_two_people',
      sql`${t.clearedBy} is null or ${t.clearedBy} <> ${t.clearRequestedBy}`,
    ),
    uniqueIndex('conflict_marks_current')
      .on(t.employerId, t.issuerId, sql`coalesce(${t.partyId}, 0)`)
      .where(sql`${t.clearedAt} is null`),
    index().on(t.issuerId),
  ],
);

/**
 * People of one employer disagree, and two members of staff say whose answer speaks for it. It holds for exactly these
 * answers: a newer one makes the employer conflicting again.
 */
export const adjudications = pgTable(
  'adjudications',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    /** The counting unit when it was proposed. */
    unitId: ref('unit_id')
      .notNull()
      .references(() => employers.id),
    /** The answers that disagree. */
    answerIds: ref('answer_ids').array().notNull(),
    /** The answer that speaks for the employer; null when none of them counts. */
    speaksAnswerId: ref('speaks_answer_id').references(() => answers.id),
    reason: text('reason').notNull(),
    state: text('state', { enum: ADJUDICATION_STATES }).notNull().default('proposed'),
    proposedAt: at('proposed_at').notNull(),
    proposedBy: ref('proposed_by')
      .notNull()
      .references(() => staffMembers.id),
    decidedAt: at('decided_at'),
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    endRequestedAt: at('end_requested_at'),
    endRequestedBy: ref('end_requested_by').references(() => staffMembers.id),
    endReason: text('end_reason'),
    endedAt: at('ended_at'),
    endedBy: ref('ended_by').references(() => staffMembers.id),
  },
  (t) => [
    check('adjudications_state', oneOf(t.state, ADJUDICATION_STATES)),
    check('adjudications_decided', sql`(${t.decidedAt} is null) = (${t.state} = 'proposed')`),
    check(
      'adjudications_two_people',
      sql`${t.state} not in ('in_force', 'ended') or (${t.decidedBy} is not null and ${t.decidedBy} <> ${t.proposedBy})`,
    ),
    check('adjudications_ended', presentExactlyIn(t.endedAt, t.state, ['ended'])),
    check(
      'adjudications_ended_by_two',
      sql`${t.endedAt} is null or (${t.endedBy} is not null and ${t.endedBy} <> ${t.endRequestedBy})`,
    ),
    check(
      'adjudications_speaks',
      sql`${t.speaksAnswerId} is null or ${t.speaksAnswerId} = any(${t.answerIds})`,
    ),
    uniqueIndex('adjudications_proposed').on(t.credentialId, t.unitId).where(sql`${t.state} = 'proposed'`),
    index().on(t.credentialId),
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
    /** The version of the packet's format. From 2 on a packet is sealed, and has a public version with this hash. */
    packetFormat: smallint('packet_format').notNull().default(1),
    publicSha256: text('public_sha256'),
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
    check(
      'evidence_snapshots_public',
      sql`(${t.packetFormat} = 1 and ${t.publicSha256} is null) or (${t.packetFormat} > 1 and ${t.publicSha256} is not null)`,
    ),
    index('evidence_snapshots_public_version').on(t.publicSha256).where(sql`${t.publicSha256} is not null`),
    index().on(t.credentialId),
    index().on(t.agencyId),
  ],
);

/** The signatures, the place in the log and the proof of a snapshot. Append-only. */
export const evidenceSeals = pgTable('evidence_seals', {
  snapshotId: ref('snapshot_id')
    .primaryKey()
    .references(() => evidenceSnapshots.id),
  leafIndex: bigint('leaf_index', { mode: 'number' }).notNull().unique(),
  kid: text('kid')
    .notNull()
    .references(() => signingKeys.kid),
  /** Detached JWS over the packet's canonical bytes. */
  signature: text('signature').notNull(),
  /** Detached JWS over the public version's canonical bytes. */
  publicSignature: text('public_signature').notNull(),
  /** C2SP tlog-proof. */
  proof: text('proof').notNull(),
  sealedAt: at('sealed_at').notNull(),
});
