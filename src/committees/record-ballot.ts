import { and, eq, inArray, isNull, or } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { committeeSeats, committees, meetings, recusals } from '../db/schema/committees.ts';
import { credentials } from '../db/schema/credentials.ts';
import { ballots, ballotVotes } from '../db/schema/votes.ts';
import type { Deps } from '../deps.ts';
import { keepDocument } from '../documents/keep-document.ts';
import type { UploadedFile } from '../documents/types.ts';
import { DomainError } from '../lib/errors.ts';
import type { Relation } from '../surveys/types.ts';
import type { BallotKind, Day, VoteChoice } from './types.ts';
import { type BallotFault, ballotFaults } from './voting-rules.ts';

export type CastVote = {
  seatId: number | null;
  contactId: number | null;
  employerId: number | null;
  voter: string;
  choice: VoteChoice;
  relation: Relation;
  reason: string;
};

export type NewBallot = {
  credentialId: number;
  kind: BallotKind;
  body: string;
  committeeId: number | null;
  meetingId: number | null;
  heldOn: Day;
  eligible: number;
  quorum: number;
  note: string;
  votes: readonly CastVote[];
};

/**
 * Writes down how a panel or employers voted on a credential, vote by vote. Refused when a member votes who is recused
 * from it. The record is never edited: a mistake is taken back with a reason and recorded anew.
 */
export async function recordBallot(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: NewBallot & { agencyId: number; staffId: number; today: Day; file?: UploadedFile | null },
): Promise<{ ok: true; ballotId: number } | { ok: false; faults: BallotFault[] }> {
  const now = deps.clock.now();
  const { agencyId, staffId, today, votes, file = null, ...ballot } = input;
  return deps.db.transaction(async (tx) => {
    const [credential] = await tx
      .select({ id: credentials.id, issuerId: credentials.issuerId })
      .from(credentials)
      .where(eq(credentials.id, ballot.credentialId));
    if (!credential) throw new DomainError('not_found');
    if (ballot.committeeId !== null) {
      const [own] = await tx
        .select({ id: committees.id, meetingId: meetings.id })
        .from(committees)
        .leftJoin(
          meetings,
          and(eq(meetings.committeeId, committees.id), eq(meetings.id, ballot.meetingId ?? 0)),
        )
        .where(and(eq(committees.id, ballot.committeeId), eq(committees.agencyId, agencyId)));
      if (!own || (ballot.meetingId !== null && own.meetingId === null)) throw new DomainError('not_found');
    }
    const seatIds = votes.flatMap(({ seatId }) => (seatId === null ? [] : [seatId]));
    const recused =
      seatIds.length === 0
        ? []
        : await tx
            .select({ seatId: recusals.seatId })
            .from(recusals)
            .innerJoin(
              committeeSeats,
              and(
                eq(committeeSeats.id, recusals.seatId),
                eq(committeeSeats.holderContactId, recusals.contactId),
              ),
            )
            .where(
              and(
                inArray(recusals.seatId, seatIds),
                eq(recusals.issuerId, credential.issuerId),
                or(isNull(recusals.credentialId), eq(recusals.credentialId, credential.id)),
                isNull(recusals.endedAt),
              ),
            );
    const faults = ballotFaults(
      { ...ballot, votes, recusedSeatIds: recused.map(({ seatId }) => seatId) },
      today,
    );
    if (faults.length > 0) return { ok: false, faults };
    const documentId = await keepDocument(tx, { agencyId, staffId, file, now });
    const [made] = await tx
      .insert(ballots)
      .values({ ...ballot, documentId, agencyId, recordedBy: staffId, recordedAt: now })
      .returning({ id: ballots.id });
    await tx.insert(ballotVotes).values(votes.map((vote) => ({ ...vote, ballotId: made!.id })));
    await recordAudit(tx, {
      at: now,
      agencyId,
      actorKind: 'staff',
      actorId: staffId,
      action: 'ballot.recorded',
      subjectType: 'ballot',
      subjectId: made!.id,
      details: { credentialId: ballot.credentialId, kind: ballot.kind, votes: votes.length },
    });
    return { ok: true, ballotId: made!.id };
  });
}
