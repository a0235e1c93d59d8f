import { and, asc, desc, eq, inArray, or, sql } from 'drizzle-orm';
import { OPEN_APPLICATION_STATES } from '../../approvals/rules.ts';
import type { Db, Tx } from '../../db/client.ts';
import { agencies, staffMembers } from '../../db/schema/agencies.ts';
import { applications, listCycles, lists } from '../../db/schema/approvals.ts';
import { credentials } from '../../db/schema/credentials.ts';
import { cycleProposals } from '../../db/schema/cycle-proposals.ts';
import { waves } from '../../db/schema/outreach.ts';
import { DomainError } from '../../lib/errors.ts';
import { type CycleSpan, STALE_DRAFT_DAYS } from './rules.ts';

/** Every list with its agency and policy, the oldest first. */
export function listReviewedLists(db: Db) {
  return db
    .select({
      id: lists.id,
      name: lists.name,
      reviewCycle: lists.reviewCycle,
      policyVersionId: lists.policyVersionId,
      agencyId: lists.agencyId,
      timeZone: agencies.timeZone,
    })
    .from(lists)
    .innerJoin(agencies, eq(agencies.id, lists.agencyId))
    .orderBy(asc(lists.id));
}
export type ReviewedList = Awaited<ReturnType<typeof listReviewedLists>>[number];

export async function listCycleSpans(db: Db, listId: number): Promise<CycleSpan[]> {
  return db
    .select({ startsOn: listCycles.startsOn, endsOn: listCycles.endsOn, name: listCycles.name })
    .from(listCycles)
    .where(eq(listCycles.listId, listId))
    .orderBy(asc(listCycles.startsOn));
}

/** Applications of a list that need evidence, or must keep it: undecided, and approved ones that are in force. */
export async function listCycleApplications(db: Db, listId: number) {
  return db
    .select({
      credentialId: credentials.id,
      name: credentials.name,
      naicsPrefixes: credentials.naicsPrefixes,
      state: applications.state,
      submittedAt: applications.submittedAt,
      reviewDueOn: applications.reviewDueOn,
      cycle: { startsOn: listCycles.startsOn, endsOn: listCycles.endsOn, name: listCycles.name },
    })
    .from(applications)
    .innerJoin(credentials, eq(credentials.id, applications.credentialId))
    .innerJoin(listCycles, eq(listCycles.id, applications.cycleId))
    .where(
      and(
        eq(applications.listId, listId),
        eq(credentials.state, 'active'),
        or(
          inArray(applications.state, [...OPEN_APPLICATION_STATES, 'due_for_review']),
          and(eq(applications.state, 'decided'), eq(applications.decision, 'approved')),
        ),
      ),
    )
    .orderBy(asc(applications.id));
}

/** Credentials that a wave of the agency asks about, from a draft that is worked on to its close. */
export async function listCredentialsInHand(db: Db, agencyId: number, now: Date): Promise<Set<number>> {
  const rows = await db.execute<{ id: number }>(sql`
    select distinct value::bigint as id from waves w, jsonb_array_elements_text(w.topics -> 'credentialIds')
    where w.agency_id = ${agencyId} and (w.state in ('proposed', 'approved', 'running', 'paused')
      or (w.state = 'draft' and w.updated_at > ${now.toISOString()}::timestamptz - make_interval(days => ${STALE_DRAFT_DAYS})))`);
  return new Set(rows.map(({ id }) => Number(id)));
}

/** What was proposed for a list before, of whatever cycle. */
export async function listKnownProposals(db: Db, listId: number) {
  return db
    .select({
      id: cycleProposals.id,
      startsOn: cycleProposals.startsOn,
      need: cycleProposals.need,
      round: cycleProposals.round,
      state: cycleProposals.state,
      isWaveClosed: sql<boolean>`coalesce(${waves.state} = 'closed', false)`,
      deadline: cycleProposals.deadline,
      credentials: cycleProposals.credentials,
      protocol: cycleProposals.protocol,
    })
    .from(cycleProposals)
    .leftJoin(waves, eq(waves.id, cycleProposals.waveId))
    .where(eq(cycleProposals.listId, listId))
    .orderBy(asc(cycleProposals.id));
}

const shown = {
  id: cycleProposals.id,
  list: lists.name,
  reviewCycle: lists.reviewCycle,
  startsOn: cycleProposals.startsOn,
  endsOn: cycleProposals.endsOn,
  cycleName: cycleProposals.cycleName,
  need: cycleProposals.need,
  state: cycleProposals.state,
  deadline: cycleProposals.deadline,
  credentials: cycleProposals.credentials,
  audience: cycleProposals.audience,
  protocol: cycleProposals.protocol,
  outlook: cycleProposals.outlook,
  waveId: cycleProposals.waveId,
  createdAt: cycleProposals.createdAt,
  endedAt: cycleProposals.endedAt,
  endedBy: staffMembers.name,
  endReason: cycleProposals.endReason,
};

function selectProposals(db: Db) {
  return db
    .select(shown)
    .from(cycleProposals)
    .innerJoin(lists, eq(lists.id, cycleProposals.listId))
    .leftJoin(staffMembers, eq(staffMembers.id, cycleProposals.endedBy))
    .$dynamic();
}
export type CycleProposal = Awaited<ReturnType<typeof listOpenCycleProposals>>[number];

/** Waves that the calendar proposes to an agency, the most urgent first. */
export function listOpenCycleProposals(db: Db, agencyId: number) {
  return selectProposals(db)
    .where(and(eq(cycleProposals.agencyId, agencyId), eq(cycleProposals.state, 'open')))
    .orderBy(sql`${cycleProposals.deadline} asc nulls last`, asc(cycleProposals.id));
}

/** Those that were opened or dismissed, or have passed, the latest first. */
export function listEndedCycleProposals(db: Db, agencyId: number, limit: number) {
  return selectProposals(db)
    .where(and(eq(cycleProposals.agencyId, agencyId), sql`${cycleProposals.state} <> 'open'`))
    .orderBy(desc(cycleProposals.endedAt), desc(cycleProposals.id))
    .limit(limit);
}

/** A proposal of the agency; another agency's is not found, as if there were none. */
export async function getCycleProposal(db: Db, agencyId: number, id: number): Promise<CycleProposal> {
  const [row] = await selectProposals(db).where(
    and(eq(cycleProposals.id, id), eq(cycleProposals.agencyId, agencyId)),
  );
  if (!row) throw new DomainError('not_found');
  return row;
}

export async function lockCycleProposal(tx: Tx, agencyId: number, id: number) {
  const [row] = await tx
    .select()
    .from(cycleProposals)
    .where(and(eq(cycleProposals.id, id), eq(cycleProposals.agencyId, agencyId)))
    .for('update');
  if (!row) throw new DomainError('not_found');
  return row;
}
