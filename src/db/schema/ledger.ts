import { sql } from 'drizzle-orm';
import { bigint, check, pgTable, primaryKey, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { ENTRY_KINDS } from '../../ledger/types.ts';
import { at, bytea, id, oneOf, ref } from './types.ts';

// No foreign keys lead to the append-only tables here: to check one, PostgreSQL locks the row as its owner, who may not
// change these tables (0019).

/** A public signing key and when it signs. The private key is a file and never here. */
export const signingKeys = pgTable(
  'signing_keys',
  {
    /** JWK thumbprint (RFC 7638). */
    kid: text('kid').primaryKey(),
    publicKey: bytea('public_key').notNull().unique(),
    createdAt: at('created_at').notNull(),
    notBefore: at('not_before').notNull(),
    /** From then on the next key signs; what this one signed before stays valid. Set once: a trigger refuses more. */
    retiredAt: at('retired_at'),
  },
  (t) => [
    check('signing_keys_public_key', sql`octet_length(${t.publicKey}) = 32`),
    check('signing_keys_times', sql`${t.retiredAt} is null or ${t.retiredAt} >= ${t.notBefore}`),
  ],
);

/** The names under which the log signs, the last one in force. A new one begins after a restore from a backup. */
export const logOrigins = pgTable('log_origins', {
  id: id(),
  origin: text('origin').notNull().unique(),
  openedAt: at('opened_at').notNull(),
  because: text('because').notNull().default(''),
});

/** The log: one row a leaf, from 0 without gaps. Append-only. */
export const logEntries = pgTable(
  'log_entries',
  {
    leafIndex: bigint('leaf_index', { mode: 'number' }).primaryKey(),
    commitment: bytea('commitment').notNull(),
    leafHash: bytea('leaf_hash').notNull(),
  },
  (t) => [
    check('log_entries_hashes', sql`octet_length(${t.commitment}) = 32 and octet_length(${t.leafHash}) = 32`),
    check('log_entries_from_zero', sql`${t.leafIndex} >= 0`),
  ],
);

/** What opens the commitments. Deletable, with an erasure that says so: the log itself stays whole. */
export const logOpenings = pgTable(
  'log_openings',
  {
    leafIndex: bigint('leaf_index', { mode: 'number' }).primaryKey(),
    kind: text('kind', { enum: ENTRY_KINDS }).notNull(),
    sourceId: ref('source_id').notNull(),
    salt: bytea('salt').notNull(),
  },
  (t) => [
    check('log_openings_kind', oneOf(t.kind, ENTRY_KINDS)),
    uniqueIndex('log_openings_source').on(t.kind, t.sourceId),
  ],
);

/** Full tiles of 256 hashes: level 0 of leaves, level n of the roots of level n - 1. Append-only. */
export const logTiles = pgTable(
  'log_tiles',
  {
    level: smallint('level').notNull(),
    tile: bigint('tile', { mode: 'number' }).notNull(),
    hashes: bytea('hashes').notNull(),
    root: bytea('root').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.level, t.tile] }),
    check('log_tiles_full', sql`octet_length(${t.hashes}) = 8192 and octet_length(${t.root}) = 32`),
  ],
);

/** Signed checkpoints (C2SP tlog-checkpoint), word for word. Append-only. */
export const logCheckpoints = pgTable(
  'log_checkpoints',
  {
    id: id(),
    origin: text('origin').notNull(),
    size: bigint('size', { mode: 'number' }).notNull(),
    root: bytea('root').notNull(),
    note: text('note').notNull(),
    kid: text('kid')
      .notNull()
      .references(() => signingKeys.kid),
    madeAt: at('made_at').notNull(),
  },
  (t) => [uniqueIndex('log_checkpoints_size').on(t.origin, t.size)],
);

/** Which checkpoint went to the witness, and when. */
export const logWitnessMails = pgTable('log_witness_mails', {
  id: id(),
  checkpointId: ref('checkpoint_id').notNull(),
  sentAt: at('sent_at').notNull(),
});

/** Openings that were deleted on purpose. Itself logged, so that a deletion that nobody ordered shows. Append-only. */
export const logErasures = pgTable(
  'log_erasures',
  {
    id: id(),
    leafIndex: bigint('leaf_index', { mode: 'number' }).notNull().unique(),
    kind: text('kind', { enum: ENTRY_KINDS }).notNull(),
    sourceId: ref('source_id').notNull(),
    /** The rule or order behind it. */
    basis: text('basis').notNull(),
    at: at('at').notNull(),
  },
  (t) => [
    check('log_erasures_kind', oneOf(t.kind, ENTRY_KINDS)),
    uniqueIndex('log_erasures_source').on(t.kind, t.sourceId),
  ],
);

/** Rows whose change is to be logged and that the cursors would not see: a trigger writes them, the sequencer empties it. */
export const logPending = pgTable(
  'log_pending',
  {
    kind: text('kind', { enum: ENTRY_KINDS }).notNull(),
    sourceId: ref('source_id').notNull(),
  },
  (t) => [check('log_pending_kind', oneOf(t.kind, ENTRY_KINDS))],
);

/** Up to where each table is in the log for certain, since no transaction can still bring a smaller id. */
export const logCursors = pgTable('log_cursors', {
  kind: text('kind', { enum: ENTRY_KINDS }).primaryKey(),
  settled: bigint('settled', { mode: 'number' }).notNull().default(0),
  /** Becomes settled once every transaction has ended that ran when it was seen. */
  candidate: bigint('candidate', { mode: 'number' }),
  candidateXmax: text('candidate_xmax'),
  candidateAt: at('candidate_at'),
});
