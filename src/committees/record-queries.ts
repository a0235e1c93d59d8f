import { aliasedTable, and, asc, desc, eq, inArray, isNotNull, isNull, lte, or, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies, staffMembers } from '../db/schema/agencies.ts';
import { committeeSeats, committees, meetings, recusals } from '../db/schema/committees.ts';
import { credentials } from '../db/schema/credentials.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { ballots, ballotVotes, boardLetters, rubricReviews, vendorFindings } from '../db/schema/votes.ts';
import type { VoteChoice } from './types.ts';
import { latestVersions } from './voting-rules.ts';

const recorder = aliasedTable(staffMembers, 'recorder');

const about = { agency: agencies.name, recorder: recorder.name };

/**
 * Everything that was recorded of what bodies said of a credential by now, taken back or not, the newest first. A ballot by
 * mail is a record once it has closed.
 */
export async function listBodyRecords(db: Db, credentialId: number, now: Date) {
  const [ballotRows, letters, reviews, findings] = await Promise.all([
    db
      .select({ record: ballots, ...about })
      .from(ballots)
      .innerJoin(agencies, eq(agencies.id, ballots.agencyId))
      .innerJoin(recorder, eq(recorder.id, ballots.recordedBy))
      .where(and(eq(ballots.credentialId, credentialId), lte(ballots.recordedAt, now)))
      .orderBy(desc(ballots.heldOn), desc(ballots.id)),
    db
      .select({ record: boardLetters, ...about })
      .from(boardLetters)
      .innerJoin(agencies, eq(agencies.id, boardLetters.agencyId))
      .innerJoin(recorder, eq(recorder.id, boardLetters.recordedBy))
      .where(eq(boardLetters.credentialId, credentialId))
      .orderBy(desc(boardLetters.heldOn), desc(boardLetters.id)),
    db
      .select({ record: rubricReviews, ...about })
      .from(rubricReviews)
      .innerJoin(agencies, eq(agencies.id, rubricReviews.agencyId))
      .innerJoin(recorder, eq(recorder.id, rubricReviews.recordedBy))
      .where(eq(rubricReviews.credentialId, credentialId))
      .orderBy(desc(rubricReviews.heldOn), desc(rubricReviews.id)),
    db
      .select({ record: vendorFindings, ...about })
      .from(vendorFindings)
      .innerJoin(agencies, eq(agencies.id, vendorFindings.agencyId))
      .innerJoin(recorder, eq(recorder.id, vendorFindings.recordedBy))
      .where(eq(vendorFindings.credentialId, credentialId))
      .orderBy(desc(vendorFindings.heldOn), desc(vendorFindings.id)),
  ]);
  const votes =
    ballotRows.length === 0
      ? []
      : await db
          .select({ vote: ballotVotes, employer: employers.legalName })
          .from(ballotVotes)
          .leftJoin(employers, eq(employers.id, ballotVotes.employerId))
          .where(
            inArray(
              ballotVotes.ballotId,
              ballotRows.map(({ record }) => record.id),
            ),
          )
          .orderBy(asc(ballotVotes.id));
  const current = new Set(latestVersions(votes.map(({ vote }) => vote)));
  return {
    ballots: ballotRows.map((row) => ({
      ...row,
      votes: votes.filter(({ vote }) => vote.ballotId === row.record.id && current.has(vote)),
    })),
    letters,
    reviews,
    findings,
  };
}

export type BodyRecords = Awaited<ReturnType<typeof listBodyRecords>>;

/** Committees of an agency that somebody sits on: whose votes can be recorded. */
export function listVotingCommittees(db: Db, agencyId: number) {
  return db
    .selectDistinct({ id: committees.id, name: committees.name })
    .from(committees)
    .innerJoin(committeeSeats, eq(committeeSeats.committeeId, committees.id))
    .where(and(eq(committees.agencyId, agencyId), isNotNull(committeeSeats.holderContactId)))
    .orderBy(asc(committees.name));
}

/** Who sits on a committee, with the recusal that is in force for a credential. */
export function listVotingMembers(db: Db, committeeId: number, credentialId: number) {
  return db
    .select({
      seatId: committeeSeats.id,
      number: committeeSeats.number,
      contactId: contacts.id,
      name: contacts.name,
      employerId: employers.id,
      employer: employers.legalName,
      recusal: recusals.reason,
    })
    .from(committeeSeats)
    .innerJoin(contacts, eq(contacts.id, committeeSeats.holderContactId))
    .innerJoin(employers, eq(employers.id, contacts.employerId))
    .innerJoin(credentials, eq(credentials.id, credentialId))
    .leftJoin(
      recusals,
      and(
        eq(recusals.seatId, committeeSeats.id),
        eq(recusals.contactId, contacts.id),
        eq(recusals.issuerId, credentials.issuerId),
        or(isNull(recusals.credentialId), eq(recusals.credentialId, credentials.id)),
        isNull(recusals.endedAt),
      ),
    )
    .where(eq(committeeSeats.committeeId, committeeId))
    .orderBy(asc(committeeSeats.number));
}

export type VotingMember = Awaited<ReturnType<typeof listVotingMembers>>[0];

/** Meetings of a committee that have begun, the latest first. */
export function listHeldMeetings(db: Db, committeeId: number, now: Date) {
  return db
    .select({
      id: meetings.id,
      title: meetings.title,
      startsAt: meetings.startsAt,
      timeZone: meetings.timeZone,
    })
    .from(meetings)
    .where(and(eq(meetings.committeeId, committeeId), lte(meetings.startsAt, now)))
    .orderBy(desc(meetings.startsAt))
    .limit(20);
}

/** Votes that were taken at a meeting and not taken back. */
export function listVotesAt(db: Db, meetingId: number) {
  const cast = (choice: VoteChoice) =>
    sql<number>`count(*) filter (where ${ballotVotes.choice} = ${choice})::int`;
  return db
    .select({
      ballotId: ballots.id,
      credential: credentials.name,
      slug: credentials.slug,
      quorum: ballots.quorum,
      approve: cast('approve'),
      reject: cast('reject'),
      abstain: cast('abstain'),
      recused: cast('recused'),
    })
    .from(ballots)
    .innerJoin(credentials, eq(credentials.id, ballots.credentialId))
    .innerJoin(ballotVotes, eq(ballotVotes.ballotId, ballots.id))
    .where(and(eq(ballots.meetingId, meetingId), isNull(ballots.withdrawnAt)))
    .groupBy(ballots.id, credentials.id)
    .orderBy(asc(ballots.id));
}

export type MeetingVote = Awaited<ReturnType<typeof listVotesAt>>[0];
