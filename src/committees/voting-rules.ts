import type { Day, VoteChoice } from './types.ts';

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
