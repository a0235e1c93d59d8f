import { sql } from 'drizzle-orm';
import { check, date, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { agencies, staffMembers } from './agencies.ts';
import { committees } from './committees.ts';
import { credentials } from './credentials.ts';
import { at, id, ref } from './types.ts';

/** How much less than the shared contact budget an agency allows itself: in all it asks, or on one topic. */
export const budgetRules = pgTable(
  'budget_rules',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    /** Without a topic it holds for all that the agency asks. */
    credentialId: ref('credential_id').references(() => credentials.id),
    committeeId: ref('committee_id').references(() => committees.id),
    /** What it tightens, by name; what it does not name is as the shared budget has it. */
    limits: jsonb('limits').$type<Record<string, number>>().notNull(),
    updatedBy: ref('updated_by')
      .notNull()
      .references(() => staffMembers.id),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    check('budget_rules_one_topic', sql`num_nonnulls(${t.credentialId}, ${t.committeeId}) <= 1`),
    uniqueIndex('budget_rules_once').on(
      t.agencyId,
      sql`coalesce(${t.credentialId}, 0)`,
      sql`coalesce(${t.committeeId}, 0)`,
    ),
  ],
);

/** Days on which an agency wants nothing of its own to leave. */
export const agencyBlackouts = pgTable(
  'agency_blackouts',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    firstDay: date('first_day').notNull(),
    /** Included. */
    lastDay: date('last_day').notNull(),
    reason: text('reason').notNull(),
    createdBy: ref('created_by')
      .notNull()
      .references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
    removedAt: at('removed_at'),
  },
  (t) => [
    check('agency_blackouts_days', sql`${t.lastDay} >= ${t.firstDay}`),
    index().on(t.agencyId, t.lastDay).where(sql`${t.removedAt} is null`),
  ],
);

/** Domains that mail is sent from. A new one is warmed up: few mails a day at first, all agencies that share it together. */
export const sendingDomains = pgTable(
  'sending_domains',
  {
    domain: text('domain').primaryKey(),
    /** The first day of the warm-up; null where receivers know the domain already. */
    warmUpFrom: date('warm_up_from'),
    /** Null: it began with the first wave that left by SMTP. */
    setBy: ref('set_by').references(() => staffMembers.id),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [check('sending_domains_lower_case', sql`${t.domain} = lower(${t.domain})`)],
);
