import { and, asc, desc, eq, inArray, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { agencies, staffMembers } from '../db/schema/agencies.ts';
import { credentials } from '../db/schema/credentials.ts';
import { contacts, employerSites, employers } from '../db/schema/employers.ts';
import { adjudications } from '../db/schema/evidence.ts';
import { answers } from '../db/schema/surveys.ts';
import type { AdjudicationState } from './types.ts';
import { askingAgency, isAskedBy, personInWords } from './who-asked.ts';

/** An employer whose people disagree about a credential under one policy at least. */
export type DisputedUnit = {
  credentialId: number;
  credential: string;
  slug: string;
  unitId: number;
  employer: string;
  /** Counts that it is missing from. */
  counts: number;
  since: Date | null;
  /** What somebody proposed about it, if anybody did. */
  proposedBy: string | null;
};

/** Oldest first: who waits longest. By the kept positions, so fast at any number of answers. */
export async function listDisputed(
  db: Db,
  page: { limit: number; offset: number },
): Promise<{ rows: DisputedUnit[]; total: number }> {
  const rows = await db.execute<DisputedUnit & { total: number }>(sql`
    with disputed as (
      select t.credential_id, p.unit_id, count(*)::int as counts, min(p.updated_at) as since
      from tallies t
      join lateral (
        select p.unit_id, p.updated_at from positions p where p.tally_id = t.id and p.status = 'conflicting'
      ) p on true
      group by t.credential_id, p.unit_id
    )
    select d.credential_id as "credentialId", c.name as credential, c.slug, d.unit_id as "unitId",
      e.legal_name as employer, d.counts, d.since,
      (select s.name from adjudications a join staff_members s on s.id = a.proposed_by
        where a.credential_id = d.credential_id and a.unit_id = d.unit_id and a.state = 'proposed') as "proposedBy",
      count(*) over ()::int as total
    from disputed d join credentials c on c.id = d.credential_id join employers e on e.id = d.unit_id
    order by d.since, d.credential_id, d.unit_id
    limit ${page.limit} offset ${page.offset}`);
  return {
    rows: rows.map(({ total: _, ...row }) => ({
      ...row,
      since: row.since === null ? null : new Date(row.since),
    })),
    total: rows[0]?.total ?? 0,
  };
}

export async function countDisputed(db: Db): Promise<number> {
  const [row] = await db.execute<{ n: number }>(sql`
    select count(distinct (t.credential_id, p.unit_id))::int as n
    from tallies t join positions p on p.tally_id = t.id and p.status = 'conflicting'
    where not exists (select from adjudications a
      where a.credential_id = t.credential_id and a.unit_id = p.unit_id and a.state = 'proposed')`);
  return row?.n ?? 0;
}

/** Proposals of the agency that another person than this one may confirm. */
export function listAdjudicationsToConfirm(db: Db, agencyId: number, staffId: number) {
  return db
    .select({
      unitId: adjudications.unitId,
      slug: credentials.slug,
      credential: credentials.name,
      employer: employers.legalName,
      isEnd: sql<boolean>`${adjudications.state} = 'in_force'`,
    })
    .from(adjudications)
    .innerJoin(credentials, eq(credentials.id, adjudications.credentialId))
    .innerJoin(employers, eq(employers.id, adjudications.unitId))
    .where(
      and(
        eq(adjudications.agencyId, agencyId),
        sql`(${adjudications.state} = 'proposed' and ${adjudications.proposedBy} <> ${staffId}
          or ${adjudications.state} = 'in_force' and ${adjudications.endRequestedBy} <> ${staffId})`,
      ),
    )
    .orderBy(asc(adjudications.proposedAt));
}

const proposer = alias(staffMembers, 'proposer');
const decider = alias(staffMembers, 'decider');
const endAsker = alias(staffMembers, 'end_asker');
const ender = alias(staffMembers, 'ender');

export type AdjudicationRow = {
  id: number;
  agencyId: number;
  agency: string;
  credentialId: number;
  credential: string;
  slug: string;
  unitId: number;
  employer: string;
  answerIds: number[];
  speaksAnswerId: number | null;
  reason: string;
  state: AdjudicationState;
  proposedAt: Date;
  proposedBy: number;
  proposerName: string;
  decidedAt: Date | null;
  deciderName: string | null;
  endRequestedBy: number | null;
  endRequesterName: string | null;
  endReason: string | null;
  endedAt: Date | null;
  enderName: string | null;
};

function selectAdjudications(db: Db) {
  return db
    .select({
      id: adjudications.id,
      agencyId: adjudications.agencyId,
      agency: agencies.shortName,
      credentialId: adjudications.credentialId,
      credential: credentials.name,
      slug: credentials.slug,
      unitId: adjudications.unitId,
      employer: employers.legalName,
      answerIds: adjudications.answerIds,
      speaksAnswerId: adjudications.speaksAnswerId,
      reason: adjudications.reason,
      state: adjudications.state,
      proposedAt: adjudications.proposedAt,
      proposedBy: adjudications.proposedBy,
      proposerName: proposer.name,
      decidedAt: adjudications.decidedAt,
      deciderName: decider.name,
      endRequestedBy: adjudications.endRequestedBy,
      endRequesterName: endAsker.name,
      endReason: adjudications.endReason,
      endedAt: adjudications.endedAt,
      enderName: ender.name,
    })
    .from(adjudications)
    .innerJoin(agencies, eq(agencies.id, adjudications.agencyId))
    .innerJoin(credentials, eq(credentials.id, adjudications.credentialId))
    .innerJoin(employers, eq(employers.id, adjudications.unitId))
    .innerJoin(proposer, eq(proposer.id, adjudications.proposedBy))
    .leftJoin(decider, eq(decider.id, adjudications.decidedBy))
    .leftJoin(endAsker, eq(endAsker.id, adjudications.endRequestedBy))
    .leftJoin(ender, eq(ender.id, adjudications.endedBy));
}

/** What was proposed and decided about an employer and a credential, the latest first. */
export function listAdjudicationsOf(
  db: Db,
  credentialId: number,
  employerIds: readonly number[],
): Promise<AdjudicationRow[]> {
  return selectAdjudications(db)
    .where(and(eq(adjudications.credentialId, credentialId), inArray(adjudications.unitId, [...employerIds])))
    .orderBy(desc(adjudications.id));
}

/** Everything that was decided, the latest first. */
export function listSettled(db: Db, limit: number): Promise<AdjudicationRow[]> {
  return selectAdjudications(db)
    .where(ne(adjudications.state, 'proposed'))
    .orderBy(desc(adjudications.id))
    .limit(limit);
}

export async function findAdjudication(
  db: Db,
  agencyId: number,
  id: number,
): Promise<AdjudicationRow | null> {
  const [row] = await selectAdjudications(db).where(
    and(eq(adjudications.id, id), eq(adjudications.agencyId, agencyId)),
  );
  return row ?? null;
}

export type AnswerWords = {
  answerId: number;
  employer: string;
  /** Who gave it; their role and who asked them where the viewer's agency did not. */
  name: string;
  title: string;
  isNamed: boolean;
  site: string | null;
  hiringAuthority: boolean;
  answeredAt: Date;
  familiar: boolean;
  values: Record<string, string>;
};

/** Who gave some answers, as staff of an agency may see it, and what they said. */
export async function listAnswerWords(
  db: Db,
  agencyId: number,
  answerIds: readonly number[],
): Promise<AnswerWords[]> {
  const rows = await db
    .select({
      answerId: answers.id,
      employer: employers.legalName,
      name: sql<string>`coalesce(nullif(${answers.respondentName}, ''), nullif(${contacts.name}, ''), 'Name not given')`,
      title: sql<string>`coalesce(nullif(${answers.respondentTitle}, ''), ${contacts.title}, '')`,
      isNamed: isAskedBy(agencyId),
      agency: askingAgency,
      wasAsked: sql<boolean>`${answers.askId} is not null`,
      site: employerSites.name,
      hiringAuthority: sql<boolean>`coalesce(${answers.hiringAuthority}, false)`,
      answeredAt: answers.answeredAt,
      familiar: answers.familiar,
      values: answers.values,
    })
    .from(answers)
    .innerJoin(employers, eq(employers.id, answers.employerId))
    .leftJoin(contacts, eq(contacts.id, answers.contactId))
    .leftJoin(employerSites, eq(employerSites.id, contacts.siteId))
    .where(inArray(answers.id, [...answerIds]))
    .orderBy(asc(answers.answeredAt), asc(answers.id));
  return rows.map(({ agency, wasAsked, ...row }) =>
    row.isNamed ? row : { ...row, name: personInWords({ ...row, agency, wasAsked }), title: '' },
  );
}

export async function findCredentialOfCase(db: Db, slug: string) {
  const [row] = await db
    .select({ id: credentials.id, slug: credentials.slug, name: credentials.name })
    .from(credentials)
    .where(eq(credentials.slug, slug));
  return row ?? null;
}
