import type { Day, MailedBallotState, VoteChoice } from './types.ts';

export type BallotFault =
  | { kind: 'held_in_future' | 'nobody_voted' | 'more_votes_than_eligible' | 'quorum_above_eligible' }
  | { kind: 'recused_member_voted' | 'recused_without_reason'; index: number };

type Vote = { seatId: number | null; choice: VoteChoice; reason: string };

/** What is wrong with a ballot as it is written down; `index` is the vote's. */
export function ballotFaults(
  ballot: {
    heldOn: Day;
    eligible: number;
    quorum: number;
    votes: readonly Vote[];
    recusedSeatIds: readonly number[];
  },
  today: Day,
): BallotFault[] {
  const { heldOn, eligible, quorum, votes, recusedSeatIds } = ballot;
  const faults: BallotFault[] = [];
  if (heldOn > today) faults.push({ kind: 'held_in_future' });
  if (votes.length === 0) faults.push({ kind: 'nobody_voted' });
  if (votes.length > eligible) faults.push({ kind: 'more_votes_than_eligible' });
  if (quorum > eligible) faults.push({ kind: 'quorum_above_eligible' });
  for (const [index, { seatId, choice, reason }] of votes.entries()) {
    if (choice === 'recused') {
      if (reason.trim() === '') faults.push({ kind: 'recused_without_reason', index });
    } else if (seatId !== null && recusedSeatIds.includes(seatId)) {
      faults.push({ kind: 'recused_member_voted', index });
    }
  }
  return faults;
}

/** More than half of those who could vote. */
export function usualQuorum(eligible: number): number {
  return Math.floor(eligible / 2) + 1;
}

export type BallotRefusal = 'closed' | 'cancelled';

/** Why a mailed ballot takes no vote now; null when it does. */
export function whyNoVote(
  ballot: { state: MailedBallotState; closesAt: Date },
  now: Date,
): BallotRefusal | null {
  if (ballot.state === 'cancelled') return 'cancelled';
  return ballot.state === 'open' && now < ballot.closesAt ? null : 'closed';
}

/** Whether anybody may see how a mailed ballot stands: a secret one only once it has closed, and never when it was called off. */
export function mayStandingBeSeen(
  ballot: { isSecret: boolean; state: MailedBallotState; closesAt: Date },
  now: Date,
): boolean {
  return !ballot.isSecret || (ballot.state === 'open' && whyNoVote(ballot, now) === 'closed');
}

const SETTLING_MS = 60_000;

/** A vote that was being stored when the ballot closed is in by then: nothing that was thanked for goes uncounted. */
export function ballotCountsFrom(closesAt: Date): Date {
  return new Date(closesAt.getTime() + SETTLING_MS);
}

const DAY_MS = 86_400_000;

/** Three days before the close; null where that would come within three days of the first mail. */
export function ballotReminderAt(openedAt: Date, closesAt: Date): Date | null {
  const at = new Date(closesAt.getTime() - 3 * DAY_MS);
  return at.getTime() - openedAt.getTime() >= 3 * DAY_MS ? at : null;
}

/** Of votes by link only the latest version of each voter speaks; what staff wrote down has no versions. */
export function latestVersions<T extends { voterId: number | null; version: number | null }>(
  votes: readonly T[],
): T[] {
  const latest = new Map<number, T>();
  for (const vote of votes) {
    if (vote.voterId === null) continue;
    const before = latest.get(vote.voterId);
    if (!before || before.version! < vote.version!) latest.set(vote.voterId, vote);
  }
  return votes.filter((vote) => vote.voterId === null || latest.get(vote.voterId) === vote);
}
