import { and, asc, eq, inArray, lte } from 'drizzle-orm';
import { latestVersions } from '../committees/voting-rules.ts';
import type { Db } from '../db/client.ts';
import { ballots, ballotVotes, boardLetters, rubricReviews, vendorFindings } from '../db/schema/votes.ts';
import type { BodyFacts } from './types.ts';

/** What bodies said of a credential, of whatever agency, as it was recorded by a time. */
export async function loadBodyFacts(db: Db, credentialId: number, asOf: Date): Promise<BodyFacts> {
  const [ballotRows, letterRows, reviewRows, findingRows] = await Promise.all([
    db
      .select()
      .from(ballots)
      .where(and(eq(ballots.credentialId, credentialId), lte(ballots.recordedAt, asOf)))
      .orderBy(asc(ballots.id)),
    db
      .select()
      .from(boardLetters)
      .where(and(eq(boardLetters.credentialId, credentialId), lte(boardLetters.recordedAt, asOf)))
      .orderBy(asc(boardLetters.id)),
    db
      .select()
      .from(rubricReviews)
      .where(and(eq(rubricReviews.credentialId, credentialId), lte(rubricReviews.recordedAt, asOf)))
      .orderBy(asc(rubricReviews.id)),
    db
      .select()
      .from(vendorFindings)
      .where(and(eq(vendorFindings.credentialId, credentialId), lte(vendorFindings.recordedAt, asOf)))
      .orderBy(asc(vendorFindings.id)),
  ]);
  const votes =
    ballotRows.length === 0
      ? []
      : await db
          .select()
          .from(ballotVotes)
          .where(
            inArray(
              ballotVotes.ballotId,
              ballotRows.map(({ id }) => id),
            ),
          )
          .orderBy(asc(ballotVotes.id));
  return {
    ballots: ballotRows.map((row) => ({
      ballotId: row.id,
      ...recordOf(row),
      kind: row.kind,
      body: row.body,
      eligible: row.eligible,
      quorum: row.quorum,
      votes: latestVersions(votes.filter(({ ballotId }) => ballotId === row.id)).map(
        ({ id, employerId, choice, relation, provenance }) => ({
          voteId: id,
          employerId,
          choice,
          relation,
          ...(provenance === null ? {} : { provenance }),
        }),
      ),
    })),
    letters: letterRows.map((row) => ({
      letterId: row.id,
      ...recordOf(row),
      kind: row.kind,
      board: row.board,
      supports: row.supports,
    })),
    reviews: reviewRows.map((row) => ({
      reviewId: row.id,
      ...recordOf(row),
      team: row.team,
      isSettling: row.isSettling,
      tier: row.tier,
    })),
    findings: findingRows.map((row) => ({ findingId: row.id, ...recordOf(row), finding: row.finding })),
  };
}

/** Employers whose people voted. */
export function votersOf(bodies: BodyFacts | undefined): number[] {
  const votes = (bodies?.ballots ?? []).flatMap(({ votes }) => votes);
  return votes.flatMap(({ employerId }) => (employerId === null ? [] : [employerId]));
}

/** A day stands for its beginning in UTC, so that it is the same moment everywhere. */
function recordOf(row: { agencyId: number; heldOn: string; recordedAt: Date; withdrawnAt: Date | null }) {
  const { agencyId, recordedAt, withdrawnAt } = row;
  return { agencyId, on: new Date(`${row.heldOn}T00:00:00Z`), recordedAt, withdrawnAt };
}
