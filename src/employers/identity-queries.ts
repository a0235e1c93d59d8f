import { and, asc, eq, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { duplicateProposals, employers, identityRequests } from '../db/schema/employers.ts';
import type { UnitLink } from './rules/counting-units.ts';

type Pair = Pick<typeof duplicateProposals.$inferSelect, 'id' | 'employerAId' | 'employerBId'>;

/** Decisions that two records are different, which merging a pair would go against. */
export type DecisionAgainst = {
  proposalId: number;
  aName: string;
  bName: string;
  decidedBy: string | null;
  decidedAt: Date | null;
};

/** A merge joins everything that is merged with either record, so a decision between any two of those stands against it. */
export async function listDecisionsAgainst(db: Db, pair: Pair): Promise<DecisionAgainst[]> {
  const rows = await db.execute<Omit<DecisionAgainst, 'decidedAt'> & { decidedAt: Date | string | null }>(sql`
    with side as (
      select e.id, coalesce(own.merged_into_id, own.id) as root, own.id = ${pair.employerAId} as of_a
      from employers own
      join employers e on coalesce(own.merged_into_id, own.id) in (e.id, e.merged_into_id)
      where own.id in (${pair.employerAId}, ${pair.employerBId})
    )
    select p.id as "proposalId", a.legal_name as "aName", b.legal_name as "bName", s.name as "decidedBy",
      p.decided_at as "decidedAt"
    from duplicate_proposals p
    join employers a on a.id = p.employer_a_id
    join employers b on b.id = p.employer_b_id
    left join staff_members s on s.id = p.decided_by
    where p.state = 'distinct' and p.id <> ${pair.id} and exists (
      select from side x join side y on x.of_a and not y.of_a and x.root <> y.root
      where (p.employer_a_id, p.employer_b_id) in ((x.id, y.id), (y.id, x.id)))
    order by p.id`);
  return rows.map((row) => ({ ...row, decidedAt: row.decidedAt === null ? null : new Date(row.decidedAt) }));
}

export type IdentityRequest = {
  id: number;
  kind: (typeof identityRequests.$inferSelect)['kind'];
  proposalId: number;
  survivorId: number | null;
  reason: string;
  requestedBy: number;
  requesterName: string;
  requestedAt: Date;
};

const requester = alias(staffMembers, 'requester');

/** What somebody asked for against a decision and nobody confirmed yet. */
export async function findOpenRequest(db: Db, proposalId: number): Promise<IdentityRequest | null> {
  const [row] = await db
    .select({
      id: identityRequests.id,
      kind: identityRequests.kind,
      proposalId: identityRequests.proposalId,
      survivorId: identityRequests.survivorId,
      reason: identityRequests.reason,
      requestedBy: identityRequests.requestedBy,
      requesterName: requester.name,
      requestedAt: identityRequests.requestedAt,
    })
    .from(identityRequests)
    .innerJoin(requester, eq(requester.id, identityRequests.requestedBy))
    .where(and(eq(identityRequests.proposalId, proposalId), eq(identityRequests.state, 'requested')));
  return row ?? null;
}

/** Requests of the agency that wait for another person than this one. */
export function listRequestsToConfirm(db: Db, agencyId: number, staffId: number) {
  const a = alias(employers, 'a');
  const b = alias(employers, 'b');
  return db
    .select({
      proposalId: identityRequests.proposalId,
      kind: identityRequests.kind,
      aName: a.legalName,
      bName: b.legalName,
    })
    .from(identityRequests)
    .innerJoin(duplicateProposals, eq(duplicateProposals.id, identityRequests.proposalId))
    .innerJoin(a, eq(a.id, duplicateProposals.employerAId))
    .innerJoin(b, eq(b.id, duplicateProposals.employerBId))
    .where(
      and(
        eq(identityRequests.agencyId, agencyId),
        eq(identityRequests.state, 'requested'),
        ne(identityRequests.requestedBy, staffId),
      ),
    )
    .orderBy(asc(identityRequests.requestedAt));
}

export type PlannedLinks = { employerIds: number[]; now: UnitLink[]; after: UnitLink[] };

/**
 * What joins the records around a pair now, and what would after a decision: `merge` and `distinct` settle an open pair,
 * `reopen` takes a decision back. It reaches as far as refreshCountingUnits does.
 */
export async function planLinks(
  db: Db,
  pair: Pair,
  decision: 'merge' | 'distinct' | 'reopen',
  now: Date,
): Promise<PlannedLinks> {
  const reach = await db.execute<{ id: number }>(sql`
    with recursive reach(id) as (
      select id from employers where unit_id in (
        select unit_id from employers where id in (${pair.employerAId}, ${pair.employerBId}))
      union
      select link.other from reach r cross join lateral (
        select survivor_id as other from employer_merges where merged_id = r.id and undone_at is null
        union all select merged_id from employer_merges where survivor_id = r.id and undone_at is null
        union all select employer_b_id from duplicate_proposals where employer_a_id = r.id and state <> 'distinct'
        union all select employer_a_id from duplicate_proposals where employer_b_id = r.id and state <> 'distinct'
      ) link
    ) select id from reach order by id`);
  const employerIds = reach.map(({ id }) => Number(id));
  const rows = await db.execute<{ proposalId: number; a: number; b: number; state: 'open' | 'merged' }>(sql`
    select id as "proposalId", employer_a_id as a, employer_b_id as b, state from duplicate_proposals
    where state <> 'distinct'
      and employer_a_id in (select value::bigint from jsonb_array_elements_text(${JSON.stringify(employerIds)}::text::jsonb))
    order by id`);
  // A group of merged records rests on its decisions: whichever of them stands joins the pair that it is about.
  const linkOf = (row: (typeof rows)[number]): UnitLink => ({
    a: Number(row.a),
    b: Number(row.b),
    because: row.state === 'open' ? 'open_proposal' : 'merged',
    from: now,
    until: null,
  });
  const others = rows.filter(({ proposalId }) => Number(proposalId) !== pair.id).map(linkOf);
  const own: UnitLink = {
    a: pair.employerAId,
    b: pair.employerBId,
    because: decision === 'merge' ? 'merged' : 'open_proposal',
    from: now,
    until: null,
  };
  return {
    employerIds,
    now: rows.map(linkOf),
    after: decision === 'distinct' ? others : [...others, own],
  };
}
