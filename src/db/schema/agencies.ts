import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { ACTOR_KINDS, STAFF_ROLES } from '../../agencies/types.ts';
import { at, bytea, id, oneOf, ref } from './types.ts';

export const agencies = pgTable('agencies', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  /** How mails and pages name the agency in running text. */
  shortName: text('short_name').notNull(),
  mailFromName: text('mail_from_name').notNull(),
  mailFromAddress: text('mail_from_address').notNull(),
  replyTo: text('reply_to').notNull(),
  postalAddress: text('postal_address').notNull(),
  phone: text('phone').notNull().default(''),
  /** IANA zone, checked when it is set. */
  timeZone: text('time_zone').notNull(),
  stateCode: text('state_code').notNull(),
  createdAt: at('created_at').notNull(),
});

export const staffMembers = pgTable(
  'staff_members',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    email: text('email').notNull(),
    /** Lower-cased address: one person, one account. */
    emailKey: text('email_key').notNull().unique(),
    name: text('name').notNull(),
    role: text('role', { enum: STAFF_ROLES }).notNull(),
    disabledAt: at('disabled_at'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [check('staff_members_role', oneOf(t.role, STAFF_ROLES)), index().on(t.agencyId)],
);

/** A one-time link: used_at is set by the POST that signs in, never by the GET that shows the button. */
export const signInLinks = pgTable('sign_in_links', {
  id: id(),
  staffId: ref('staff_id')
    .notNull()
    .references(() => staffMembers.id),
  tokenHash: bytea('token_hash').notNull().unique(),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at').notNull(),
  usedAt: at('used_at'),
});

export const staffSessions = pgTable(
  'staff_sessions',
  {
    id: id(),
    staffId: ref('staff_id')
      .notNull()
      .references(() => staffMembers.id),
    tokenHash: bytea('token_hash').notNull().unique(),
    createdAt: at('created_at').notNull(),
    /** Moved at most once a minute; the idle limit is counted from it. */
    lastSeenAt: at('last_seen_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index().on(t.staffId)],
);

export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text('name').notNull(),
    /** The first characters of the key, shown so that people can tell keys apart. */
    prefix: text('prefix').notNull(),
    keyHash: bytea('key_hash').notNull().unique(),
    scopes: text('scopes').array().notNull(),
    createdBy: ref('created_by')
      .notNull()
      .references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
    /** An access log, written out of band at most once a minute. */
    lastUsedAt: at('last_used_at'),
  },
  (t) => [index().on(t.agencyId)],
);

/** Who did what to what. Append-only: a trigger refuses updates and deletes. */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: id(),
    at: at('at').notNull(),
    agencyId: ref('agency_id').references(() => agencies.id),
    actorKind: text('actor_kind', { enum: ACTOR_KINDS }).notNull(),
    actorId: ref('actor_id'),
    action: text('action').notNull(),
    subjectType: text('subject_type').notNull(),
    subjectId: ref('subject_id'),
    /** Ids, counts and states; never addresses, tokens or answers. */
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    check('audit_events_actor_kind', oneOf(t.actorKind, ACTOR_KINDS)),
    index().on(t.subjectType, t.subjectId),
    index().on(t.agencyId, t.at),
  ],
);

/** Which database this is and whether it may send: a restored copy stays locked until a person unlocks it. */
export const installation = pgTable(
  'installation',
  {
    onlyRow: boolean('only_row').primaryKey().default(true),
    installationId: text('installation_id').notNull(),
    /** Null: no mail leaves until an administrator allows it. */
    sendingUnlockedAt: at('sending_unlocked_at'),
    /** Rises as mail goes out; workers keep it in a file too, and a lower one here betrays an older copy. */
    sendEpoch: integer('send_epoch').notNull().default(0),
    /** What the workers' files said that a restored copy did not know. */
    lockedId: text('locked_id'),
    lockedEpoch: integer('locked_epoch'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [check('installation_only_row', sql`${t.onlyRow}`)],
);
