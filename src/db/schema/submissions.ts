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
import {
  CONFIRMATION_ANSWERS,
  CONFIRMATION_KINDS,
  HOLD_KINDS,
  HOLD_OUTCOMES,
  RELATIONS,
  STAFF_SUBMISSION_KINDS,
  SUBMISSION_KINDS,
  SUBMISSION_STATES,
} from '../../surveys/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { lists } from './approvals.ts';
import { credentials } from './credentials.ts';
import { documents } from './documents.ts';
import { contacts, employers } from './employers.ts';
import { invitations } from './outreach.ts';
import { answers, instrumentVersions, noticeVersions } from './surveys.ts';
import { at, bytea, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** A list whose credentials anybody may speak of on their public pages, from when to when. */
export const openLinks = pgTable(
  'open_links',
  {
    id: id(),
    listId: ref('list_id')
      .notNull()
      .references((): AnyPgColumn => lists.id),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    instrumentVersionId: ref('instrument_version_id')
      .notNull()
      .references(() => instrumentVersions.id),
    noticeVersionId: ref('notice_version_id')
      .notNull()
      .references(() => noticeVersions.id),
    openedBy: ref('opened_by')
      .notNull()
      .references(() => staffMembers.id),
    openedAt: at('opened_at').notNull(),
    /** It closes by itself then. */
    closesAt: at('closes_at').notNull(),
    closedBy: ref('closed_by').references(() => staffMembers.id),
    closedAt: at('closed_at'),
  },
  (t) => [
    check('open_links_closed', sql`(${t.closedBy} is null) = (${t.closedAt} is null)`),
    uniqueIndex('open_links_current').on(t.listId).where(sql`${t.closedAt} is null`),
    index().on(t.agencyId),
  ],
);

/** What came by no invitation and speaks of one credential, as it was typed. A correction is another row; none is edited. */
export const submissions = pgTable(
  'submissions',
  {
    id: id(),
    kind: text('kind', { enum: SUBMISSION_KINDS }).notNull(),
    state: text('state', { enum: SUBMISSION_STATES }).notNull(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    credentialId: ref('credential_id')
      .notNull()
      .references(() => credentials.id),
    employerId: ref('employer_id').references(() => employers.id),
    contactId: ref('contact_id').references(() => contacts.id),
    instrumentVersionId: ref('instrument_version_id')
      .notNull()
      .references(() => instrumentVersions.id),
    noticeVersionId: ref('notice_version_id')
      .notNull()
      .references(() => noticeVersions.id),
    language: text('language', { enum: LANGUAGES }).notNull(),
    familiar: boolean('familiar').notNull(),
    values: jsonb('values').$type<Record<string, string>>().notNull(),
    relation: text('relation', { enum: RELATIONS }).notNull(),
    respondentName: text('respondent_name').notNull(),
    respondentTitle: text('respondent_title').notNull().default(''),
    hiringAuthority: boolean('hiring_authority'),
    receivedAt: at('received_at').notNull(),
    /** Of the public page: who says so, in their own words, and where we can reach them. */
    openLinkId: ref('open_link_id').references(() => openLinks.id),
    employerName: text('employer_name').notNull().default(''),
    employerPlace: text('employer_place').notNull().default(''),
    employerWebsite: text('employer_website').notNull().default(''),
    email: text('email'),
    emailKey: text('email_key'),
    emailDomain: text('email_domain'),
    verifiedAt: at('verified_at'),
    flags: text('flags').array().notNull().default([]),
    /** Of a letter, a call or a vote: when, on what paper, who wrote it down. */
    saidOn: date('said_on'),
    documentId: ref('document_id').references(() => documents.id),
    note: text('note').notNull().default(''),
    enteredBy: ref('entered_by').references(() => staffMembers.id),
    correctsId: ref('corrects_id').references((): AnyPgColumn => submissions.id),
    /** Who matched it to its employer, or turned it down. */
    decidedBy: ref('decided_by').references(() => staffMembers.id),
    decidedAt: at('decided_at'),
    decisionReason: text('decision_reason').notNull().default(''),
  },
  (t) => [
    check('submissions_kind', oneOf(t.kind, SUBMISSION_KINDS)),
    check('submissions_state', oneOf(t.state, SUBMISSION_STATES)),
    check('submissions_language', oneOf(t.language, LANGUAGES)),
    check('submissions_relation', oneOf(t.relation, RELATIONS)),
    check('submissions_unfamiliar_is_empty', sql`${t.familiar} or ${t.values} = '{}'::jsonb`),
    check('submissions_employer', sql`${t.state} <> 'answered' or ${t.employerId} is not null`),
    check('submissions_entered', presentExactlyIn(t.enteredBy, t.kind, STAFF_SUBMISSION_KINDS)),
    check('submissions_said_on', presentExactlyIn(t.saidOn, t.kind, STAFF_SUBMISSION_KINDS)),
    check('submissions_paper', sql`${t.kind} <> 'letter' or ${t.documentId} is not null`),
    check('submissions_open', presentExactlyIn(t.openLinkId, t.kind, ['open_link'])),
    check('submissions_email', presentExactlyIn(t.email, t.kind, ['open_link'])),
    check('submissions_verified', sql`${t.verifiedAt} is null or ${t.kind} = 'open_link'`),
    uniqueIndex('submissions_corrected_once').on(t.correctsId),
    index().on(t.agencyId, t.state),
    index().on(t.credentialId),
    index().on(t.employerId),
    index('submissions_by_address').on(t.emailKey, t.receivedAt),
    index('submissions_by_link').on(t.openLinkId, t.receivedAt).where(sql`${t.openLinkId} is not null`),
    index('submissions_contact').on(t.contactId).where(sql`${t.contactId} is not null`),
    index('submissions_document').on(t.documentId).where(sql`${t.documentId} is not null`),
  ],
);

/** An answer that waits uncounted for a person, and how the wait ended. */
export const answerHolds = pgTable(
  'answer_holds',
  {
    id: id(),
    answerId: ref('answer_id')
      .notNull()
      .references(() => answers.id),
    kind: text('kind', { enum: HOLD_KINDS }).notNull(),
    reasons: text('reasons').array().notNull().default([]),
    setAt: at('set_at').notNull(),
    endedAt: at('ended_at'),
    outcome: text('outcome', { enum: HOLD_OUTCOMES }),
    /** Null when the employer ended it. */
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endReason: text('end_reason').notNull().default(''),
    /** One says that a machine sent it, another agrees: then it is no longer shown as open, and stays uncounted. */
    machineSaidBy: ref('machine_said_by').references(() => staffMembers.id),
    machineSaidAt: at('machine_said_at'),
    machineReason: text('machine_reason').notNull().default(''),
    machineAgreedBy: ref('machine_agreed_by').references(() => staffMembers.id),
    machineAgreedAt: at('machine_agreed_at'),
  },
  (t) => [
    check('answer_holds_kind', oneOf(t.kind, HOLD_KINDS)),
    check('answer_holds_outcome', oneOf(t.outcome, HOLD_OUTCOMES)),
    check('answer_holds_ended', sql`(${t.endedAt} is null) = (${t.outcome} is null)`),
    check('answer_holds_said', sql`(${t.machineSaidBy} is null) = (${t.machineSaidAt} is null)`),
    check('answer_holds_agreed', sql`(${t.machineAgreedBy} is null) = (${t.machineAgreedAt} is null)`),
    check('answer_holds_two_people', sql`${t.machineAgreedBy} <> ${t.machineSaidBy}`),
    check('answer_holds_said_first', sql`${t.machineAgreedBy} is null or ${t.machineSaidBy} is not null`),
    uniqueIndex('answer_holds_once').on(t.answerId, t.kind),
    index('answer_holds_open').on(t.setAt).where(sql`${t.endedAt} is null`),
  ],
);

/** How each sending came, kept for a month: what machines are told by. Holds keyed hashes instead of addresses and names. */
export const answerSendings = pgTable(
  'answer_sendings',
  {
    id: id(),
    invitationId: ref('invitation_id')
      .notNull()
      .references(() => invitations.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    sentAt: at('sent_at').notNull(),
    networkKey: bytea('network_key').notNull(),
    personKey: bytea('person_key').notNull(),
    /** Milliseconds from the first saved page to the sending. */
    tookMs: integer('took_ms').notNull(),
    /** A page came back sooner than a person reads it, or without ever having been shown. */
    isQuick: boolean('is_quick').notNull(),
    wasShown: boolean('was_shown').notNull(),
  },
  (t) => [
    index('answer_sendings_network').on(t.networkKey, t.sentAt),
    index('answer_sendings_person').on(t.personKey, t.sentAt),
    index('answer_sendings_time').on(t.sentAt),
    index().on(t.invitationId),
  ],
);

/** A mailed link by which somebody says that an answer is theirs. */
export const confirmations = pgTable(
  'confirmations',
  {
    id: id(),
    kind: text('kind', { enum: CONFIRMATION_KINDS }).notNull(),
    /** SHA-256 of the link's token. */
    tokenHash: bytea('token_hash').notNull().unique(),
    invitationId: ref('invitation_id').references(() => invitations.id),
    submissionId: ref('submission_id').references(() => submissions.id),
    contactId: ref('contact_id').references(() => contacts.id),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    answeredAt: at('answered_at'),
    answer: text('answer', { enum: CONFIRMATION_ANSWERS }),
  },
  (t) => [
    check('confirmations_kind', oneOf(t.kind, CONFIRMATION_KINDS)),
    check('confirmations_answer', oneOf(t.answer, CONFIRMATION_ANSWERS)),
    check('confirmations_answered', sql`(${t.answeredAt} is null) = (${t.answer} is null)`),
    check('confirmations_one_source', sql`num_nonnulls(${t.invitationId}, ${t.submissionId}) = 1`),
    check('confirmations_submission', presentExactlyIn(t.submissionId, t.kind, ['open_link'])),
    check('confirmations_contact', sql`(${t.contactId} is null) = (${t.kind} = 'open_link')`),
    index().on(t.invitationId),
    index().on(t.submissionId),
  ],
);

/** Staff looked at an answer that came fast; it counts either way. A later answer is to be looked at anew. */
export const flagReviews = pgTable(
  'flag_reviews',
  {
    id: id(),
    invitationId: ref('invitation_id')
      .notNull()
      .references(() => invitations.id),
    seenBy: ref('seen_by')
      .notNull()
      .references(() => staffMembers.id),
    seenAt: at('seen_at').notNull(),
    note: text('note').notNull().default(''),
  },
  (t) => [index().on(t.invitationId, t.seenAt)],
);
