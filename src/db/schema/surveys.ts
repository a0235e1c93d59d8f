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
import { LANGUAGES } from '../../employers/types.ts';
import { ANSWER_ENDS, PROVENANCES, RELATIONS } from '../../surveys/types.ts';
import { agencies } from './agencies.ts';
import { credentials } from './credentials.ts';
import { contacts, employers } from './employers.ts';
import { asks, invitations } from './outreach.ts';
import { submissions } from './submissions.ts';
import { at, id, oneOf, ref } from './types.ts';

export const instruments = pgTable('instruments', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  createdAt: at('created_at').notNull(),
});

/** Question wording in every language. Immutable once used: a trigger refuses changes. */
export const instrumentVersions = pgTable(
  'instrument_versions',
  {
    id: id(),
    instrumentId: ref('instrument_id')
      .notNull()
      .references(() => instruments.id),
    version: integer('version').notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
    /** SHA-256 of the body's canonical JSON. */
    sha256: text('sha256').notNull(),
    createdAt: at('created_at').notNull(),
    usedAt: at('used_at'),
  },
  (t) => [uniqueIndex('instrument_versions_version').on(t.instrumentId, t.version)],
);

/** The public-records and privacy notice an employer sees, per agency. Immutable once used. */
export const noticeVersions = pgTable(
  'notice_versions',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    version: integer('version').notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
    sha256: text('sha256').notNull(),
    createdAt: at('created_at').notNull(),
    usedAt: at('used_at'),
  },
  (t) => [uniqueIndex('notice_versions_version').on(t.agencyId, t.version)],
);

/**
 * One version of one ask's answer, or of a submission's that came by no invitation. Never overwritten: a change ends
 * the current version and inserts the next, a withdrawal only ends it.
 */
export const answers = pgTable(
  'answers',
  {
    id: id(),
    askId: ref('ask_id').references(() => asks.id),
    version: integer('version').notNull(),
    invitationId: ref('invitation_id').references(() => invitations.id),
    submissionId: ref('submission_id').references((): AnyPgColumn => submissions.id),
    /** Null for somebody who signed a letter and has no address here. */
    contactId: ref('contact_id').references(() => contacts.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    instrumentVersionId: ref('instrument_version_id')
      .notNull()
      .references(() => instrumentVersions.id),
    noticeVersionId: ref('notice_version_id')
      .notNull()
      .references(() => noticeVersions.id),
    language: text('language', { enum: LANGUAGES }).notNull(),
    /** False: "I don't know this credential"; then values holds no answers. */
    familiar: boolean('familiar').notNull(),
    /** Question key -> option value, as the instrument version defines them. */
    values: jsonb('values').$type<Record<string, string>>().notNull(),
    relation: text('relation', { enum: RELATIONS }).notNull(),
    respondentName: text('respondent_name').notNull().default(''),
    respondentTitle: text('respondent_title').notNull().default(''),
    hiringAuthority: boolean('hiring_authority'),
    provenance: text('provenance', { enum: PROVENANCES }).notNull(),
    /** When it became known here. */
    answeredAt: at('answered_at').notNull(),
    /** The day on which it was said, where that is another: the date on a letter. Age counts from it. */
    saidOn: date('said_on'),
    endedAt: at('ended_at'),
    endKind: text('end_kind', { enum: ANSWER_ENDS }),
  },
  (t) => [
    check('answers_language', oneOf(t.language, LANGUAGES)),
    check('answers_relation', oneOf(t.relation, RELATIONS)),
    check('answers_provenance', oneOf(t.provenance, PROVENANCES)),
    check('answers_end_kind', oneOf(t.endKind, ANSWER_ENDS)),
    check('answers_ended', sql`(${t.endedAt} is null) = (${t.endKind} is null)`),
    check('answers_unfamiliar_is_empty', sql`${t.familiar} or ${t.values} = '{}'::jsonb`),
    check('answers_one_source', sql`num_nonnulls(${t.askId}, ${t.submissionId}) = 1`),
    check('answers_by_invitation', sql`(${t.askId} is null) = (${t.invitationId} is null)`),
    check('answers_have_a_person', sql`${t.contactId} is not null or ${t.submissionId} is not null`),
    uniqueIndex('answers_version').on(t.askId, t.version),
    uniqueIndex('answers_submission_version')
      .on(t.submissionId, t.version)
      .where(sql`${t.submissionId} is not null`),
    uniqueIndex('answers_submission_current')
      .on(t.submissionId)
      .where(sql`${t.endedAt} is null and ${t.submissionId} is not null`),
    uniqueIndex('answers_current').on(t.askId).where(sql`${t.endedAt} is null`),
    index('answers_by_credential').on(t.credentialId, t.employerId),
    index().on(t.employerId),
    index().on(t.contactId),
    index().on(t.invitationId),
  ],
);
