import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { agencies, staffMembers } from '../db/schema/agencies.ts';
import { committeeSeats, committees } from '../db/schema/committees.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { answers } from '../db/schema/surveys.ts';
import { ballotVoters, ballotVotes, mailedBallots } from '../db/schema/votes.ts';

export type Entitled = {
  contactId: number;
  name: string;
  email: string;
  employerId: number;
  employer: string;
};

/**
 * The people whom a choice of staff names, each once: who answered about the credential, who sits on a committee, and
 * who is reached at an address on record. Addresses of nobody on record come back.
 */
export async function findEntitled(
  db: Db,
  chosen: {
    agencyId: number;
    credentialId: number;
    answered: boolean;
    committeeId: number | null;
    emails: readonly string[];
  },
): Promise<{ people: Entitled[]; unknown: string[] }> {
  const keys = [...new Set(chosen.emails.map((email) => email.trim().toLowerCase()).filter(Boolean))];
  const ids = new Set<number>();
  if (chosen.answered) {
    const rows = await db
      .selectDistinct({ id: answers.contactId })
      .from(answers)
      .where(
        and(
          eq(answers.credentialId, chosen.credentialId),
          isNull(answers.endedAt),
          isNotNull(answers.contactId),
        ),
      );
    for (const { id } of rows) if (id !== null) ids.add(id);
  }
  if (chosen.committeeId !== null) {
    const rows = await db
      .select({ id: committeeSeats.holderContactId })
      .from(committeeSeats)
      .innerJoin(committees, eq(committees.id, committeeSeats.committeeId))
      .where(and(eq(committees.id, chosen.committeeId), eq(committees.agencyId, chosen.agencyId)));
    for (const { id } of rows) if (id !== null) ids.add(id);
  }
  const named =
    keys.length === 0
      ? []
      : await db
          .select({ id: contacts.id, key: contacts.emailKey })
          .from(contacts)
          .where(and(inArray(contacts.emailKey, keys), eq(contacts.state, 'active')));
  for (const { id } of named) ids.add(id);
  const people =
    ids.size === 0
      ? []
      : await db
          .select({
            contactId: contacts.id,
            name: contacts.name,
            email: contacts.email,
            employerId: employers.id,
            employer: employers.legalName,
          })
          .from(contacts)
          .innerJoin(employers, eq(employers.id, contacts.employerId))
          .where(and(inArray(contacts.id, [...ids]), eq(contacts.state, 'active')))
          .orderBy(asc(employers.legalName), asc(contacts.id));
  return { people, unknown: keys.filter((key) => !named.some((row) => row.key === key)) };
}

const proposer = alias(staffMembers, 'ballot_proposer');
const opener = alias(staffMembers, 'ballot_opener');

/** Mailed ballots about a credential, of one agency, the newest first, with how many may vote and how many have. */
export function listMailedBallots(db: Db, agencyId: number, credentialId: number) {
  return db
    .select({
      record: mailedBallots,
      proposer: proposer.name,
      opener: opener.name,
      entitled: sql<number>`(select count(*)::int from ballot_voters v where v.mailed_ballot_id = ${mailedBallots.id})`,
      voted: sql<number>`(select count(*)::int from ballot_voters v where v.mailed_ballot_id = ${mailedBallots.id}
        and exists (select from ballot_votes c where c.voter_id = v.id))`,
    })
    .from(mailedBallots)
    .innerJoin(proposer, eq(proposer.id, mailedBallots.proposedBy))
    .leftJoin(opener, eq(opener.id, mailedBallots.openedBy))
    .where(and(eq(mailedBallots.agencyId, agencyId), eq(mailedBallots.credentialId, credentialId)))
    .orderBy(desc(mailedBallots.id));
}

/** Mailed ballots of one agency from an id on, the oldest first, as programs read them. */
export function listMailedBallotsAfter(
  db: Db,
  agencyId: number,
  filter: { after: number; limit: number; credentialId?: number | undefined; id?: number | undefined },
) {
  return db
    .select({
      id: mailedBallots.id,
      state: mailedBallots.state,
      body: mailedBallots.body,
      note: mailedBallots.note,
      isSecret: mailedBallots.isSecret,
      closesAt: mailedBallots.closesAt,
      proposedAt: mailedBallots.proposedAt,
      openedAt: mailedBallots.openedAt,
      cancelledAt: mailedBallots.cancelledAt,
      credential: { id: credentials.id, slug: credentials.slug, name: credentials.name },
      turnout: sql<{ voters: number; voted: number; employers: number; employersVoted: number }>`(
        select json_build_object('voters', count(*), 'voted', count(*) filter (where b.cast),
          'employers', count(distinct b.employer_id),
          'employersVoted', count(distinct b.employer_id) filter (where b.cast))
        from (select v.employer_id, exists (select from ballot_votes c where c.voter_id = v.id) as cast
          from ballot_voters v where v.mailed_ballot_id = ${mailedBallots.id}) b)`,
      counts: sql<{ approve: number; reject: number; abstain: number }>`(
        select json_build_object('approve', count(*) filter (where l.choice = 'approve'),
          'reject', count(*) filter (where l.choice = 'reject'),
          'abstain', count(*) filter (where l.choice = 'abstain'))
        from (select distinct on (c.voter_id) c.choice from ballot_votes c
          where c.ballot_id = ${mailedBallots.ballotId} order by c.voter_id, c.version desc) l)`,
    })
    .from(mailedBallots)
    .innerJoin(credentials, eq(credentials.id, mailedBallots.credentialId))
    .where(
      and(
        eq(mailedBallots.agencyId, agencyId),
        gt(mailedBallots.id, filter.after),
        filter.credentialId === undefined ? undefined : eq(mailedBallots.credentialId, filter.credentialId),
        filter.id === undefined ? undefined : eq(mailedBallots.id, filter.id),
      ),
    )
    .orderBy(asc(mailedBallots.id))
    .limit(filter.limit);
}

export type MailedBallot = Awaited<ReturnType<typeof listMailedBallots>>[0];

/**
 * Who may vote, how their mail fares, and whether they have voted: never how. Until the ballot is open, and so asks them,
 * people whom the agency never asked for anything are not named: that they answered another agency is between those two.
 */
export async function listVoters(db: Db, mailedBallotId: number) {
  const rows = await db.execute<{
    voterId: number;
    isNamed: boolean;
    name: string;
    email: string;
    employerId: number;
    employer: string;
    messageState: string | null;
    messageReason: string | null;
    sendAfter: string | null;
    castAt: string | null;
    versions: number;
  }>(sql`
    select v.id::int as "voterId", (d.opened_at is not null
        or exists (select from messages x where x.contact_id = c.id and x.agency_id = d.agency_id)
        or exists (select from asks k join waves w on w.id = k.wave_id where k.contact_id = c.id and w.agency_id = d.agency_id)
        or exists (select from committee_seats t join committees o on o.id = t.committee_id
          where t.holder_contact_id = c.id and o.agency_id = d.agency_id)
        or not exists (select from answers a where a.contact_id = c.id and a.credential_id = d.credential_id
          and a.ended_at is null)) as "isNamed", c.name, c.email, e.id::int as "employerId", e.legal_name as employer,
      m.state as "messageState", m.reason as "messageReason", m.send_after as "sendAfter",
      cast_votes.at as "castAt", cast_votes.n as versions
    from ballot_voters v
    join mailed_ballots d on d.id = v.mailed_ballot_id
    join contacts c on c.id = v.contact_id
    join employers e on e.id = v.employer_id
    left join messages m on m.contact_id = v.contact_id and m.kind = 'ballot' and m.step = 0
      and (m.refs ->> 'voterId')::bigint = v.id
    left join lateral (select max(b.cast_at) as at, count(*)::int as n from ballot_votes b where b.voter_id = v.id)
      cast_votes on true
    where v.mailed_ballot_id = ${mailedBallotId}
    order by e.legal_name, v.id`);
  return rows.map(({ castAt, sendAfter, ...row }) => ({
    ...row,
    sendAfter: sendAfter === null ? null : new Date(sendAfter),
    castAt: castAt === null ? null : new Date(castAt),
  }));
}

export type Voter = Awaited<ReturnType<typeof listVoters>>[0];

/** The latest version of every vote of an open ballot. Not to be asked for while it is secret. */
export async function countCast(db: Db, ballotId: number) {
  const rows = await db
    .selectDistinctOn([ballotVotes.voterId], { choice: ballotVotes.choice })
    .from(ballotVotes)
    .where(eq(ballotVotes.ballotId, ballotId))
    .orderBy(ballotVotes.voterId, desc(ballotVotes.version));
  const count = (choice: string) => rows.filter((row) => row.choice === choice).length;
  return { approve: count('approve'), reject: count('reject'), abstain: count('abstain') };
}

const PAPER = {
  voterId: ballotVoters.id,
  contactId: contacts.id,
  name: contacts.name,
  language: contacts.language,
  emailDomain: contacts.emailDomain,
  employerId: employers.id,
  employer: sql<string>`coalesce(nullif(${employers.dba}, ''), ${employers.legalName})`,
  ballot: mailedBallots,
  credential: { id: credentials.id, name: credentials.name, version: credentials.version },
  issuer: issuers.name,
  agency: agencies,
};

/** One person's ballot paper, with their vote as it stands. */
export async function findPaper(db: Db, key: { tokenHash: Buffer } | { voterId: number }) {
  const [paper] = await db
    .select(PAPER)
    .from(ballotVoters)
    .innerJoin(mailedBallots, eq(mailedBallots.id, ballotVoters.mailedBallotId))
    .innerJoin(contacts, eq(contacts.id, ballotVoters.contactId))
    .innerJoin(employers, eq(employers.id, ballotVoters.employerId))
    .innerJoin(credentials, eq(credentials.id, mailedBallots.credentialId))
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .innerJoin(agencies, eq(agencies.id, mailedBallots.agencyId))
    .where('tokenHash' in key ? eq(ballotVoters.tokenHash, key.tokenHash) : eq(ballotVoters.id, key.voterId));
  if (!paper) return null;
  const [vote] = await db
    .select()
    .from(ballotVotes)
    .where(eq(ballotVotes.voterId, paper.voterId))
    .orderBy(desc(ballotVotes.version))
    .limit(1);
  return { ...paper, vote: vote ?? null };
}

export type BallotPaper = NonNullable<Awaited<ReturnType<typeof findPaper>>>;
