import { and, asc, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { lists } from '../db/schema/approvals.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { answerHolds, openLinks, submissions } from '../db/schema/submissions.ts';
import { answers, instrumentVersions } from '../db/schema/surveys.ts';
import { employerNameKey } from '../employers/rules/employer-name.ts';

const entered = alias(staffMembers, 'entered');
const decided = alias(staffMembers, 'decided');

/** One submission of an agency with its answer as it stands. */
export async function findSubmission(db: Db, agencyId: number, id: number) {
  const [row] = await db
    .select({
      submission: submissions,
      credential: credentials.name,
      slug: credentials.slug,
      issuer: issuers.name,
      employer: employers.legalName,
      enteredName: entered.name,
      decidedName: decided.name,
      answerId: answers.id,
      provenance: answers.provenance,
      endKind: answers.endKind,
      holdId: answerHolds.id,
      holdEndedAt: answerHolds.endedAt,
      holdOutcome: answerHolds.outcome,
      holdReason: answerHolds.endReason,
      correctedBy: sql<
        number | null
      >`(select c.id from submissions c where c.corrects_id = ${submissions.id})`.mapWith(Number),
    })
    .from(submissions)
    .innerJoin(credentials, eq(credentials.id, submissions.credentialId))
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .leftJoin(employers, eq(employers.id, submissions.employerId))
    .leftJoin(entered, eq(entered.id, submissions.enteredBy))
    .leftJoin(decided, eq(decided.id, submissions.decidedBy))
    .leftJoin(answers, eq(answers.submissionId, submissions.id))
    .leftJoin(answerHolds, and(eq(answerHolds.answerId, answers.id), eq(answerHolds.kind, 'second_look')))
    .where(and(eq(submissions.id, id), eq(submissions.agencyId, agencyId)))
    .orderBy(desc(answers.version))
    .limit(1);
  return row ?? null;
}

export type LikelyEmployer = {
  id: number;
  legal_name: string;
  city: string;
  state: string;
  because: string;
};

/** Employers that a public submission may mean: by name, and by the address or website that it gave. */
export async function listLikelyEmployers(
  db: Db,
  given: { employerName: string; domains: readonly string[]; emailKey: string | null },
): Promise<LikelyEmployer[]> {
  const key = employerNameKey(given.employerName);
  const first = key.split(' ')[0] ?? '';
  const rows = await db.execute<LikelyEmployer>(sql`
    select e.id, e.legal_name, e.city, e.state,
      case when exists (select 1 from contacts c where c.employer_id = e.id and c.email_key = ${given.emailKey ?? ''})
             then 'contact'
           when exists (select 1 from employer_domains d where d.employer_id = e.id
             and d.domain = any(${sql.param([...given.domains])}::text[])) then 'domain'
           when e.name_key = ${key} or exists (select 1 from employer_aliases a where a.employer_id = e.id
             and a.name_key = ${key}) then 'name'
           else 'similar' end as because
    from employers e
    where e.merged_into_id is null and (
      e.name_key = ${key}
      or (${first.length > 2} and e.name_key like ${`${first.replace(/[%_\\]/g, '')}%`})
      or exists (select 1 from employer_aliases a where a.employer_id = e.id and a.name_key = ${key})
      or exists (select 1 from contacts c where c.employer_id = e.id and c.email_key = ${given.emailKey ?? ''})
      or exists (select 1 from employer_domains d where d.employer_id = e.id
        and d.domain = any(${sql.param([...given.domains])}::text[])))
    order by case when e.name_key = ${key} then 0 else 1 end, e.legal_name, e.id
    limit 12`);
  return [...rows];
}

/** What the person or the employer was asked and said elsewhere about the credential, for staff to see beside it. */
export async function listOtherAnswers(db: Db, credentialId: number, employerId: number, limit: number) {
  return db
    .select({
      who: sql<string>`coalesce(nullif(${answers.respondentName}, ''), ${contacts.name}, '')`,
      answeredAt: answers.answeredAt,
      provenance: answers.provenance,
    })
    .from(answers)
    .leftJoin(contacts, eq(contacts.id, answers.contactId))
    .where(
      and(
        eq(answers.credentialId, credentialId),
        eq(answers.employerId, employerId),
        isNull(answers.endedAt),
      ),
    )
    .orderBy(desc(answers.id))
    .limit(limit);
}

export async function findEmployerById(db: Db, id: number) {
  const [row] = await db
    .select({ id: employers.id, name: employers.legalName, city: employers.city, state: employers.state })
    .from(employers)
    .where(and(eq(employers.id, id), isNull(employers.mergedIntoId)));
  return row ?? null;
}

export async function findCredentialFor(db: Db, slug: string) {
  const [row] = await db
    .select({ id: credentials.id, slug: credentials.slug, name: credentials.name, issuer: issuers.name })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.slug, slug));
  return row ?? null;
}

/** The wording that staff enter answers to: the newest; null before anything was ever asked. */
export async function findNewestInstrument(db: Db): Promise<number | null> {
  const [row] = await db
    .select({ id: instrumentVersions.id })
    .from(instrumentVersions)
    .orderBy(desc(instrumentVersions.id))
    .limit(1);
  return row?.id ?? null;
}

export async function findOwnList(db: Db, agencyId: number, slug: string) {
  const [row] = await db
    .select({ id: lists.id, slug: lists.slug, name: lists.name, isPublic: lists.isPublic })
    .from(lists)
    .where(and(eq(lists.slug, slug), eq(lists.agencyId, agencyId)));
  return row ?? null;
}

/** The open link of a list, where it takes answers now. */
export async function findOpenLink(db: Db, listId: number, now: Date) {
  const [row] = await db
    .select()
    .from(openLinks)
    .where(and(eq(openLinks.listId, listId), isNull(openLinks.closedAt), gt(openLinks.closesAt, now)))
    .orderBy(asc(openLinks.id));
  return row ?? null;
}

export async function countOfLink(db: Db, listId: number) {
  const [row] = await db.execute<{ received: number; verified: number; answered: number }>(sql`
    select count(*)::int as received, count(s.verified_at)::int as verified,
      count(*) filter (where s.state = 'answered')::int as answered
    from submissions s join open_links l on l.id = s.open_link_id where l.list_id = ${listId}`);
  return row!;
}
