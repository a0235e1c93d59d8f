import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { LANGUAGES } from '../../employers/types.ts';
import { PLAN_DEEDS, PLAN_REASONS } from '../../outreach/planner/types.ts';
import {
  ASK_DROP_REASONS,
  ASK_STATES,
  DECLINE_REASONS,
  INVITATION_STATES,
  LAUNCHED_WAVE_STATES,
  MESSAGE_KINDS,
  MESSAGE_STATES,
  MESSAGE_STREAMS,
  PREFERENCE_KINDS,
  SENT_MESSAGE_STATES,
  SUPPRESSION_REASONS,
  WAVE_PAUSE_REASONS,
  WAVE_STATES,
} from '../../outreach/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { meetings } from './committees.ts';
import { credentials } from './credentials.ts';
import { contacts, employers } from './employers.ts';
import { submissions } from './submissions.ts';
import { instrumentVersions, noticeVersions } from './surveys.ts';
import { at, bytea, id, oneOf, presentExactlyIn, ref } from './types.ts';

export const waves = pgTable(
  'waves',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    name: text('name').notNull(),
    state: text('state', { enum: WAVE_STATES }).notNull().default('draft'),
    /** Who may be asked: the wizard's filter, as the waves feature defines it. */
    audience: jsonb('audience').$type<Record<string, unknown>>().notNull().default({}),
    /** What is asked: {credentialIds: number[], meetingIds: number[]}. */
    topics: jsonb('topics')
      .$type<{ credentialIds: number[]; meetingIds: number[] }>()
      .notNull()
      .default({ credentialIds: [], meetingIds: [] }),
    /** The schedule and limits; frozen, with its hash, at launch. */
    protocol: jsonb('protocol').$type<Record<string, unknown>>().notNull().default({}),
    protocolSha256: text('protocol_sha256'),
    instrumentVersionId: ref('instrument_version_id').references(() => instrumentVersions.id),
    noticeVersionId: ref('notice_version_id').references(() => noticeVersions.id),
    closeAt: at('close_at'),
    /** Answers may change until then: close plus grace. */
    graceUntil: at('grace_until'),
    createdBy: ref('created_by')
      .notNull()
      .references(() => staffMembers.id),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    proposedBy: ref('proposed_by').references(() => staffMembers.id),
    proposedAt: at('proposed_at'),
    /** The preview's figures as the proposer saw them; approval shows what changed since. */
    proposedPreview: jsonb('proposed_preview').$type<Record<string, unknown>>(),
    approvedBy: ref('approved_by').references(() => staffMembers.id),
    approvedAt: at('approved_at'),
    launchedAt: at('launched_at'),
    pausedAt: at('paused_at'),
    /** Why it last paused by itself; null when staff paused it, or resumed it since. */
    pauseReason: text('pause_reason', { enum: WAVE_PAUSE_REASONS }),
    /** Complaints, blocks and failures count from here on: the last time staff resumed it. */
    safetySince: at('safety_since'),
    closedAt: at('closed_at'),
    cancelledAt: at('cancelled_at'),
  },
  (t) => [
    check('waves_state', oneOf(t.state, WAVE_STATES)),
    check('waves_two_people', sql`${t.approvedBy} <> ${t.proposedBy}`),
    check(
      'waves_launched',
      sql`not (${oneOf(t.state, LAUNCHED_WAVE_STATES)}) or (${t.launchedAt} is not null and ${t.approvedBy} is not null
        and ${t.protocolSha256} is not null and ${t.closeAt} is not null and ${t.graceUntil} is not null)`,
    ),
    check('waves_paused', presentExactlyIn(t.pausedAt, t.state, ['paused'])),
    check('waves_pause_reason', oneOf(t.pauseReason, WAVE_PAUSE_REASONS)),
    check('waves_closed', presentExactlyIn(t.closedAt, t.state, ['closed'])),
    check('waves_cancelled', presentExactlyIn(t.cancelledAt, t.state, ['cancelled'])),
    index().on(t.agencyId, t.state),
  ],
);

/** Why a contact was left out: one reason each, as planned at launch or when their mail missed its time. */
export const waveExclusions = pgTable(
  'wave_exclusions',
  {
    id: id(),
    waveId: ref('wave_id')
      .notNull()
      .references(() => waves.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    reason: text('reason').notNull(),
    freeAgainOn: at('free_again_on'),
    /** What concerned them, and is not asked of them for this reason. */
    credentialIds: ref('credential_ids').array().notNull().default([]),
    meetingIds: ref('meeting_ids').array().notNull().default([]),
  },
  (t) => [
    uniqueIndex('wave_exclusions_one_reason').on(t.waveId, t.contactId),
    index().on(t.waveId, t.reason),
  ],
);

/**
 * What the plan of a launched wave did about asks of people who are asked something, other than put them on the first day:
 * merged into another wave's mail, deferred, not asked; and about their reminders. One row for each person and reason with
 * the credentials and meetings it speaks of, since a wave about many of them has millions of pairs. Never changed.
 */
export const wavePlanReasons = pgTable(
  'wave_plan_reasons',
  {
    waveId: ref('wave_id')
      .notNull()
      .references(() => waves.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    does: text('does', { enum: PLAN_DEEDS }).notNull(),
    reason: text('reason', { enum: PLAN_REASONS }).notNull(),
    /** Which reminder it speaks of; 0 of asks. */
    step: integer('step').notNull().default(0),
    credentialIds: ref('credential_ids').array().notNull().default([]),
    meetingIds: ref('meeting_ids').array().notNull().default([]),
  },
  (t) => [
    primaryKey({ columns: [t.waveId, t.contactId, t.does, t.reason, t.step] }),
    check('wave_plan_reasons_does', oneOf(t.does, PLAN_DEEDS)),
    check('wave_plan_reasons_reason', oneOf(t.reason, PLAN_REASONS)),
    check(
      'wave_plan_reasons_step',
      sql`(${t.step} > 0) = (${oneOf(t.does, ['defer_reminder', 'not_remind'])})`,
    ),
    check(
      'wave_plan_reasons_topics',
      sql`(cardinality(${t.credentialIds}) + cardinality(${t.meetingIds}) > 0) = (${t.step} = 0)`,
    ),
  ],
);

export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    waveId: ref('wave_id')
      .notNull()
      .references(() => waves.id),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    /** SHA-256 of the answer link's token; raising token_version revokes the link. */
    tokenHash: bytea('token_hash').notNull().unique(),
    tokenVersion: integer('token_version').notNull().default(1),
    state: text('state', { enum: INVITATION_STATES }).notNull().default('open'),
    language: text('language', { enum: LANGUAGES }).notNull().default('en'),
    /** What was typed and not yet sent, as the respond feature shapes it. */
    draft: jsonb('draft').$type<Record<string, unknown>>().notNull().default({}),
    draftVersion: integer('draft_version').notNull().default(0),
    startedAt: at('started_at'),
    answeredAt: at('answered_at'),
    declinedAt: at('declined_at'),
    declineReason: text('decline_reason', { enum: DECLINE_REASONS }),
    referredFromId: ref('referred_from_id').references((): AnyPgColumn => invitations.id),
    /** Machine-looking speed and the like, for staff to look at. */
    flags: text('flags').array().notNull().default([]),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('invitations_state', oneOf(t.state, INVITATION_STATES)),
    check('invitations_language', oneOf(t.language, LANGUAGES)),
    check('invitations_decline_reason', oneOf(t.declineReason, DECLINE_REASONS)),
    check('invitations_declined', presentExactlyIn(t.declinedAt, t.state, ['declined'])),
    check('invitations_answered', sql`${t.state} <> 'answered' or ${t.answeredAt} is not null`),
    uniqueIndex('invitations_one_per_contact').on(t.waveId, t.contactId),
    index().on(t.contactId),
    index().on(t.employerId),
    index().on(t.referredFromId),
  ],
);

/**
 * One contact, one credential or one meeting, one wave. Its wave may be another than its invitation's: what several
 * waves ask of a person at one time rides in one invitation, which one of them carries.
 */
export const asks = pgTable(
  'asks',
  {
    id: id(),
    waveId: ref('wave_id')
      .notNull()
      .references(() => waves.id),
    invitationId: ref('invitation_id')
      .notNull()
      .references(() => invitations.id),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    employerId: ref('employer_id')
      .notNull()
      .references(() => employers.id),
    credentialId: ref('credential_id').references(() => credentials.id),
    meetingId: ref('meeting_id').references(() => meetings.id),
    /** The questions that it asks: its wave's, also where another wave carries it. */
    instrumentVersionId: ref('instrument_version_id').references(() => instrumentVersions.id),
    /** The seat's role offered with a meeting. */
    seatRole: text('seat_role'),
    /** Order within the invitation, from 1. */
    position: integer('position').notNull(),
    state: text('state', { enum: ASK_STATES }).notNull().default('planned'),
    /** When the first message that carries it left. */
    askedAt: at('asked_at'),
    /** When that message came back or was refused. */
    undeliveredAt: at('undelivered_at'),
    /** Present when no further mail names it. */
    droppedFor: text('dropped_for', { enum: ASK_DROP_REASONS }),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('asks_state', oneOf(t.state, ASK_STATES)),
    check('asks_dropped_for', oneOf(t.droppedFor, ASK_DROP_REASONS)),
    check('asks_one_topic', sql`num_nonnulls(${t.credentialId}, ${t.meetingId}) = 1`),
    check('asks_wording', sql`num_nulls(${t.credentialId}, ${t.instrumentVersionId}) in (0, 2)`),
    uniqueIndex('asks_once').on(
      t.invitationId,
      sql`coalesce(${t.credentialId}, 0)`,
      sql`coalesce(${t.meetingId}, 0)`,
    ),
    uniqueIndex('asks_position').on(t.invitationId, t.position),
    index().on(t.credentialId, t.employerId),
    index().on(t.meetingId),
    index().on(t.waveId, t.credentialId),
    index().on(t.contactId),
  ],
);

/** The message row is the truth, the queue a hint. Outreach rows are unique per (wave, contact, step). */
export const messages = pgTable(
  'messages',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    waveId: ref('wave_id').references(() => waves.id),
    invitationId: ref('invitation_id').references(() => invitations.id),
    contactId: ref('contact_id').references(() => contacts.id),
    employerId: ref('employer_id').references(() => employers.id),
    /** To somebody who wrote by a public page and is nobody's contact yet. */
    submissionId: ref('submission_id').references((): AnyPgColumn => submissions.id),
    kind: text('kind', { enum: MESSAGE_KINDS }).notNull(),
    stream: text('stream', { enum: MESSAGE_STREAMS }).notNull(),
    /** 0 invitation, 1.. reminders; with (wave, contact) it is the key that makes a double impossible. */
    step: integer('step').notNull().default(0),
    /** Ids that the content needs (an RSVP, a meeting, a sign-in link); never addresses, tokens or answers. */
    refs: jsonb('refs').$type<Record<string, number | string>>().notNull().default({}),
    state: text('state', { enum: MESSAGE_STATES }).notNull().default('planned'),
    sendAfter: at('send_after').notNull(),
    /** Later than this it is expired, not sent. */
    notAfter: at('not_after').notNull(),
    /** Message-ID header, deterministic; a repeated attempt carries the same. */
    messageId: text('message_id').notNull().unique(),
    providerId: text('provider_id'),
    templateVersion: integer('template_version').notNull().default(1),
    claimedBy: uuid('claimed_by'),
    leaseUntil: at('lease_until'),
    /** Set when a claimed message was handed to the transport: from then on it may have left. */
    handedAt: at('handed_at'),
    attempts: integer('attempts').notNull().default(0),
    sentAt: at('sent_at'),
    finishedAt: at('finished_at'),
    /** Why it is suppressed, expired, cancelled, uncertain or failed, or will be tried again. */
    reason: text('reason'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    check('messages_state', oneOf(t.state, MESSAGE_STATES)),
    check('messages_kind', oneOf(t.kind, MESSAGE_KINDS)),
    check('messages_stream', oneOf(t.stream, MESSAGE_STREAMS)),
    check('messages_sent', presentExactlyIn(t.sentAt, t.state, SENT_MESSAGE_STATES)),
    check(
      'messages_claimed',
      sql`(${t.claimedBy} is not null and ${t.leaseUntil} is not null) = (${t.state} = 'claimed')`,
    ),
    check('messages_recipient', sql`num_nonnulls(${t.contactId}, ${t.submissionId}) = 1`),
    uniqueIndex('messages_one_per_step')
      .on(t.waveId, t.contactId, t.step)
      .where(sql`${t.stream} = 'outreach'`),
    index('messages_due').on(t.sendAfter, t.id).where(sql`${t.state} = 'planned'`),
    index('messages_due_in_wave').on(t.waveId, t.sendAfter, t.id).where(sql`${t.state} = 'planned'`),
    index('messages_leases').on(t.leaseUntil).where(sql`${t.state} = 'claimed'`),
    index().on(t.waveId, t.state),
    index('messages_contact_touches').on(t.contactId, t.sentAt),
    index('messages_employer_touches').on(t.employerId, t.sentAt),
    index().on(t.invitationId),
    index('messages_provider_id').on(t.providerId).where(sql`${t.providerId} is not null`),
  ],
);

/** One per contact; it outlives the invitation, and the address itself. */
export const unsubscribeLinks = pgTable('unsubscribe_links', {
  tokenHash: bytea('token_hash').primaryKey(),
  contactId: ref('contact_id')
    .unique()
    .references(() => contacts.id),
  addressHash: bytea('address_hash').notNull(),
  createdAt: at('created_at').notNull(),
});

/** Who said stop, by keyed hash of the address. In force while lifted_at is null. */
export const suppressions = pgTable(
  'suppressions',
  {
    id: id(),
    addressHash: bytea('address_hash').notNull(),
    reason: text('reason', { enum: SUPPRESSION_REASONS }).notNull(),
    createdAt: at('created_at').notNull(),
    liftedAt: at('lifted_at'),
    liftedBy: ref('lifted_by').references(() => staffMembers.id),
    /** 'person' by their own link, or 'staff'. */
    liftedHow: text('lifted_how'),
  },
  (t) => [
    check('suppressions_reason', oneOf(t.reason, SUPPRESSION_REASONS)),
    uniqueIndex('suppressions_in_force').on(t.addressHash).where(sql`${t.liftedAt} is null`),
  ],
);

/** What a person asked for short of a stop; in force while ended_at is null. */
export const contactPreferences = pgTable(
  'contact_preferences',
  {
    id: id(),
    contactId: ref('contact_id')
      .notNull()
      .references(() => contacts.id),
    kind: text('kind', { enum: PREFERENCE_KINDS }).notNull(),
    agencyId: ref('agency_id').references(() => agencies.id),
    /** Nobody of this employer is asked. */
    employerId: ref('employer_id').references(() => employers.id),
    until: at('until'),
    createdAt: at('created_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    check('contact_preferences_kind', oneOf(t.kind, PREFERENCE_KINDS)),
    check('contact_preferences_until', presentExactlyIn(t.until, t.kind, ['paused'])),
    check('contact_preferences_agency', presentExactlyIn(t.agencyId, t.kind, ['not_agency'])),
    check('contact_preferences_employer', presentExactlyIn(t.employerId, t.kind, ['not_employer'])),
    uniqueIndex('contact_preferences_in_force')
      .on(t.contactId, t.kind, sql`coalesce(${t.agencyId}, 0)`)
      .where(sql`${t.endedAt} is null`),
    index('contact_preferences_employers')
      .on(t.employerId)
      .where(sql`${t.endedAt} is null and ${t.employerId} is not null`),
  ],
);
