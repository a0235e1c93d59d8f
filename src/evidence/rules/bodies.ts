import { deriveCountingUnits } from '../../employers/rules/counting-units.ts';
import type {
  BallotFact,
  BoardLetterFact,
  BodyExclusion,
  BodyExclusionReason,
  BodyFacts,
  BodyOutcome,
  EvidenceFacts,
  Measure,
  ReviewFact,
  VoteFact,
} from '../types.ts';
import { acceptsProvenance, type BodyDemand, type Policy } from './policy.ts';
import { earliest, expiryOf, isSameOrSubdomain } from './position.ts';
import { bodyDemandsOf } from './terms.ts';
import { groupOfEach } from './units.ts';

const NO_BODIES: BodyFacts = { ballots: [], letters: [], reviews: [] };

type Context = {
  policy: Policy;
  facts: EvidenceFacts;
  bodies: BodyFacts;
  unitOf: (employerId: number) => number;
  asOf: Date;
};
type Common = { recordedAt: Date; withdrawnAt: Date | null; on: Date };
type Concluded = Pick<BodyOutcome, 'measures' | 'counted' | 'exclusions' | 'recordIds'> & {
  expiresAt: Date | null;
};

/**
 * What bodies say under a policy as of a time: one outcome for each thing that it asks of them, each with its measures,
 * and why every record and every vote that does not count does not. A record speaks from when it was recorded until it
 * was withdrawn, and ages from the day of the vote, letter or review itself.
 */
export function bodyOutcomesOf(policy: Policy, facts: EvidenceFacts, asOf: Date): BodyOutcome[] {
  const units = deriveCountingUnits(facts.links, asOf);
  const unitOf = (employerId: number) => units.get(employerId) ?? employerId;
  const context: Context = { policy, facts, bodies: facts.bodies ?? NO_BODIES, unitOf, asOf };
  return bodyDemandsOf(policy).map((demand) => {
    const { expiresAt, ...found } = concludeOn(demand, context);
    const isMet = found.measures.every(({ has, needs }) => has >= needs);
    return { kind: demand.kind, isMet, ...found, expiresAt: isMet ? expiresAt : null };
  });
}

function concludeOn(demand: BodyDemand, context: Context): Concluded {
  switch (demand.kind) {
    case 'panel_vote':
    case 'employer_ballot':
      return voteOf(demand, context);
    case 'board_letters':
      return boardsOf('letter', demand.minLetters, context);
    case 'boards_asked':
      return boardsOf('forwarded', demand.minBoards, context);
    case 'rubric':
      return reviewsOf(demand, context);
    case 'generic':
      return genericOf(context);
  }
}

/** The latest vote of its kind decides; earlier ones are kept and shown. */
function voteOf(
  demand: Extract<BodyDemand, { kind: 'panel_vote' | 'employer_ballot' }>,
  context: Context,
): Concluded {
  const exclusions: BodyExclusion[] = [];
  const known = context.bodies.ballots.filter(({ kind }) => kind === demand.kind);
  const fresh = standing(known, ({ ballotId }) => ballotId, exclusions, context);
  const ballot = fresh.at(-1);
  for (const { ballotId } of fresh.slice(0, -1)) exclude(exclusions, ballotId, null, 'replaced_by_later_one');
  const isPanel = demand.kind === 'panel_vote';
  const votingUnit = demand.kind === 'employer_ballot' ? (demand.oneVoteFor ?? 'employer') : 'person';
  const counted = ballot ? votesThatCount(ballot, votingUnit, exclusions, context) : NO_VOTES;
  const cast = counted.approve + counted.reject;
  const enough =
    demand.approvePercent === null
      ? Math.floor(cast / 2) + 1
      : Math.max(1, Math.ceil((cast * demand.approvePercent) / 100));
  const measures: Measure[] = [
    {
      kind: isPanel ? 'panel_voters' : 'ballot_voters',
      needs: Math.max(demand.minVoters, ballot?.quorum ?? 0),
      has: cast + counted.abstain,
    },
    { kind: isPanel ? 'panel_approvals' : 'ballot_approvals', needs: enough, has: counted.approve },
  ];
  return {
    measures,
    counted: ballot ? { ...counted, eligible: ballot.eligible } : null,
    exclusions,
    recordIds: ballot ? [ballot.ballotId] : [],
    expiresAt: ballot ? ageEnds(context, ballot.on) : null,
  };
}

const NO_VOTES = { approve: 0, reject: 0, abstain: 0, recused: 0 };

function votesThatCount(
  ballot: BallotFact,
  votingUnit: 'employer' | 'group' | 'person',
  exclusions: BodyExclusion[],
  context: Context,
): typeof NO_VOTES {
  const counts = { ...NO_VOTES };
  const accepted: VoteFact[] = [];
  for (const vote of ballot.votes.toSorted((a, b) => a.voteId - b.voteId)) {
    const refusal = refusalOf(vote, context);
    if (refusal === null) {
      accepted.push(vote);
      continue;
    }
    counts.recused += 1;
    exclude(exclusions, ballot.ballotId, vote.voteId, refusal);
  }
  if (votingUnit === 'person') {
    for (const { choice } of accepted) if (choice !== 'recused') counts[choice] += 1;
    return counts;
  }
  // Each distinct employer, or group of them, has one vote, and people of one that differ have none.
  const unitOf = votingUnit === 'group' ? groupOfEach(context.facts, context.asOf) : context.unitOf;
  const byUnit = new Map<string, VoteFact[]>();
  for (const vote of accepted) {
    const key = vote.employerId === null ? `vote ${vote.voteId}` : `unit ${unitOf(vote.employerId)}`;
    byUnit.set(key, [...(byUnit.get(key) ?? []), vote]);
  }
  for (const [first, ...others] of byUnit.values()) {
    const isOneWord = others.every(({ choice }) => choice === first!.choice);
    if (isOneWord && first!.choice !== 'recused') counts[first!.choice] += 1;
    const uncounted = isOneWord ? others : [first!, ...others];
    for (const { voteId } of uncounted) {
      exclude(
        exclusions,
        ballot.ballotId,
        voteId,
        isOneWord ? 'same_employer_voted' : 'people_of_one_employer_differ',
      );
    }
  }
  return counts;
}

function refusalOf(vote: VoteFact, { policy, facts, unitOf, asOf }: Context): BodyExclusionReason | null {
  if (vote.choice === 'recused') return 'recused';
  const isExcluded = (relation: string) => policy.excludedRelations.some((each) => each === relation);
  if (isExcluded(vote.relation)) return 'declared_relation';
  if (vote.provenance !== undefined && !acceptsProvenance(policy, vote.provenance)) {
    return 'provenance_not_accepted';
  }
  if (vote.employerId === null) return null;
  const unit = unitOf(vote.employerId);
  const isOwn = ({ employerId }: { employerId: number }) => unitOf(employerId) === unit;
  const isMarked = facts.conflictMarks.some(
    (mark) =>
      isOwn(mark) &&
      isExcluded(mark.relation) &&
      mark.from <= asOf &&
      (mark.until === null || mark.until > asOf),
  );
  if (isMarked) return 'relation_set_by_staff';
  const isIssuers = facts.employerDomains.some(
    (own) => isOwn(own) && facts.issuerDomains.some((issuer) => isSameOrSubdomain(own.domain, issuer)),
  );
  return policy.excludeIssuerDomain && isIssuers ? 'domain_of_issuer' : null;
}

/** Each board counts once, by the latest that it wrote or that was sent to it. */
function boardsOf(kind: BoardLetterFact['kind'], needs: number, context: Context): Concluded {
  const exclusions: BodyExclusion[] = [];
  const known = context.bodies.letters.filter((letter) => letter.kind === kind);
  const latest = latestOfEach(
    standing(known, ({ letterId }) => letterId, exclusions, context),
    ({ board }) => board.trim().toLowerCase(),
    ({ letterId }) => exclude(exclusions, letterId, null, 'replaced_by_later_one'),
  );
  const supporting = latest.filter(({ supports }) => supports);
  for (const { letterId, supports } of latest) {
    if (!supports) exclude(exclusions, letterId, null, 'does_not_support');
  }
  return {
    measures: [{ kind: kind === 'letter' ? 'board_letters' : 'boards_asked', needs, has: supporting.length }],
    counted: null,
    exclusions,
    recordIds: supporting.map(({ letterId }) => letterId),
    expiresAt: nthLongest(
      supporting.map(({ on }) => ageEnds(context, on)),
      needs,
    ),
  };
}

/** Teams that agree decide the tier; where they differ, the latest settling team does. */
function reviewsOf(demand: Extract<BodyDemand, { kind: 'rubric' }>, context: Context): Concluded {
  const exclusions: BodyExclusion[] = [];
  const latest = latestOfEach(
    standing(context.bodies.reviews, ({ reviewId }) => reviewId, exclusions, context),
    ({ team, isSettling }) => `${isSettling} ${team.trim().toLowerCase()}`,
    ({ reviewId }) => exclude(exclusions, reviewId, null, 'replaced_by_later_one'),
  );
  const teams = latest.filter(({ isSettling }) => !isSettling);
  const rank = ({ tier }: ReviewFact) => (tier === null ? 0 : demand.tiers.indexOf(tier) + 1);
  const first = teams[0];
  const agree = first !== undefined && teams.every((review) => rank(review) === rank(first));
  const isComplete = teams.length >= demand.teams;
  const settling = agree ? undefined : latest.filter(({ isSettling }) => isSettling).at(-1);
  const deciding = isComplete ? (agree ? first : settling) : undefined;
  const used = [...teams, ...(settling ? [settling] : [])];
  for (const { reviewId } of latest.filter((review) => !used.includes(review))) {
    exclude(exclusions, reviewId, null, 'not_needed_to_settle');
  }
  const mustSettle = isComplete && !agree;
  return {
    measures: [
      {
        kind: 'review_teams',
        needs: demand.teams + (mustSettle ? 1 : 0),
        has: Math.min(teams.length, demand.teams) + (mustSettle && settling ? 1 : 0),
      },
      {
        kind: 'review_tier',
        needs: demand.tiers.indexOf(demand.minTier) + 1,
        has: deciding ? rank(deciding) : 0,
      },
    ],
    counted: null,
    exclusions,
    recordIds: used.map(({ reviewId }) => reviewId),
    expiresAt: earliest(used.map(({ on }) => ageEnds(context, on))),
  };
}

/** What staff found last decides. What a credential is does not age; a later finding replaces it. */
function genericOf({ bodies, asOf }: Context): Concluded {
  const exclusions: BodyExclusion[] = [];
  const known = (bodies.findings ?? [])
    .filter(({ recordedAt }) => recordedAt <= asOf)
    .sort((a, b) => a.on.getTime() - b.on.getTime() || a.findingId - b.findingId);
  const inForce = known.filter(({ findingId, withdrawnAt }) => {
    const isTakenBack = withdrawnAt !== null && withdrawnAt <= asOf;
    if (isTakenBack) exclude(exclusions, findingId, null, 'withdrawn');
    return !isTakenBack;
  });
  const last = inForce.at(-1);
  for (const { findingId } of inForce.slice(0, -1)) {
    exclude(exclusions, findingId, null, 'replaced_by_later_one');
  }
  const isGeneric = last !== undefined && last.finding !== 'vendor_specific';
  if (last && !isGeneric) exclude(exclusions, last.findingId, null, 'tied_to_a_vendor');
  return {
    measures: [{ kind: 'generic', needs: 1, has: isGeneric ? 1 : 0 }],
    counted: null,
    exclusions,
    recordIds: last && isGeneric ? [last.findingId] : [],
    expiresAt: null,
  };
}

/** What was recorded by then, was not withdrawn and has not aged, in the order of its day. */
function standing<T extends Common>(
  records: readonly T[],
  idOf: (record: T) => number,
  exclusions: BodyExclusion[],
  context: Context,
): T[] {
  const { asOf } = context;
  return records
    .filter(({ recordedAt }) => recordedAt <= asOf)
    .sort((a, b) => a.on.getTime() - b.on.getTime() || idOf(a) - idOf(b))
    .filter((record) => {
      const ends = ageEnds(context, record.on);
      const reason =
        record.withdrawnAt !== null && record.withdrawnAt <= asOf
          ? 'withdrawn'
          : ends !== null && ends <= asOf
            ? 'older_than_evidence_age'
            : null;
      if (reason) exclude(exclusions, idOf(record), null, reason);
      return reason === null;
    });
}

function latestOfEach<T>(inOrder: readonly T[], keyOf: (item: T) => string, onOld: (item: T) => void): T[] {
  const latest = new Map<string, T>();
  for (const item of inOrder) {
    const before = latest.get(keyOf(item));
    if (before) onOld(before);
    latest.delete(keyOf(item));
    latest.set(keyOf(item), item);
  }
  return [...latest.values()];
}

function exclude(
  exclusions: BodyExclusion[],
  recordId: number,
  voteId: number | null,
  reason: BodyExclusionReason,
): void {
  exclusions.push({ recordId, voteId, reason });
}

function ageEnds({ policy }: Context, on: Date): Date | null {
  return expiryOf(policy, { answeredAt: on });
}

/** When fewer than `n` are left; null when that never happens or there are fewer already. */
function nthLongest(ends: readonly (Date | null)[], n: number): Date | null {
  const byEnd = ends.map((end) => end?.getTime() ?? Number.POSITIVE_INFINITY).sort((a, b) => b - a);
  const at = byEnd[n - 1];
  return at === undefined || at === Number.POSITIVE_INFINITY ? null : new Date(at);
}
