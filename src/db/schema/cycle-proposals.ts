import { sql } from 'drizzle-orm';
import { check, date, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import {
  CYCLE_NEEDS,
  CYCLE_PROPOSAL_STATES,
  type NeededCredential,
  type ProposalOutlook,
} from '../../waves/cycle/types.ts';
import { agencies, staffMembers } from './agencies.ts';
import { lists } from './approvals.ts';
import { waves } from './outreach.ts';
import { at, id, oneOf, presentExactlyIn, ref } from './types.ts';

/** Waves that the review cycles of lists propose by themselves. Two people still launch what comes of one. */
export const cycleProposals = pgTable(
  'cycle_proposals',
  {
    id: id(),
    agencyId: ref('agency_id')
      .notNull()
      .references(() => agencies.id),
    listId: ref('list_id')
      .notNull()
      .references(() => lists.id),
    /** The review cycle that it is for, half-open; of a list that reviews all the time, the quarter. */
    startsOn: date('starts_on').notNull(),
    endsOn: date('ends_on').notNull(),
    cycleName: text('cycle_name').notNull(),
    need: text('need', { enum: CYCLE_NEEDS }).notNull(),
    /** A further one of the same need follows when the wave of the last is closed and did not suffice. */
    round: integer('round').notNull().default(1),
    state: text('state', { enum: CYCLE_PROPOSAL_STATES }).notNull().default('open'),
    /** By when the employers are needed; null where nothing ends. */
    deadline: date('deadline'),
    credentials: jsonb('credentials').$type<NeededCredential[]>().notNull(),
    /** What the wizard starts from, as a draft keeps it. */
    audience: jsonb('audience').$type<Record<string, unknown>>().notNull(),
    protocol: jsonb('protocol').$type<Record<string, unknown>>().notNull(),
    outlook: jsonb('outlook').$type<ProposalOutlook>().notNull(),
    /** The draft that staff opened. */
    waveId: ref('wave_id').references(() => waves.id),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    endedAt: at('ended_at'),
    /** Null when the calendar itself ended it. */
    endedBy: ref('ended_by').references(() => staffMembers.id),
    endReason: text('end_reason').notNull().default(''),
  },
  (t) => [
    check('cycle_proposals_need', oneOf(t.need, CYCLE_NEEDS)),
    check('cycle_proposals_state', oneOf(t.state, CYCLE_PROPOSAL_STATES)),
    check('cycle_proposals_order', sql`${t.startsOn} < ${t.endsOn}`),
    check('cycle_proposals_wave', presentExactlyIn(t.waveId, t.state, ['taken'])),
    check('cycle_proposals_ended', sql`(${t.endedAt} is null) = (${t.state} = 'open')`),
    check(
      'cycle_proposals_by_staff',
      sql`${t.state} not in ('taken', 'dismissed') or ${t.endedBy} is not null`,
    ),
    check('cycle_proposals_dismissed', sql`${t.state} <> 'dismissed' or ${t.endReason} <> ''`),
    uniqueIndex('cycle_proposals_once').on(t.listId, t.startsOn, t.need, t.round),
    index().on(t.agencyId, t.state),
    index().on(t.waveId),
  ],
);
