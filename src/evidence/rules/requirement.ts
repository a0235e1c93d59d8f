import type {
  BodyOutcome,
  EvaluatedRequirement,
  EvidenceFacts,
  Figures,
  Lapse,
  Measure,
  MeasureKind,
  PositionStatus,
  Requirement,
  RequirementReason,
  RequirementStatus,
  UnitFacts,
  UnitPosition,
} from '../types.ts';
import { bodyOutcomesOf } from './bodies.ts';
import { createSum, lapseOfMembers, membersOf, shortfallOf } from './measures.ts';
import type { Policy } from './policy.ts';
import { earliest, positionOf } from './position.ts';
import { termsOf } from './terms.ts';
import { groupOfEach, unitsAt } from './units.ts';

/** Raised whenever the same facts could give another result; every packet names the version that it was made by. */
const RULE_VERSIONS: Record<Policy['formatVersion'], string> = { 1: '1', 2: '2', 3: '3' };

/** The version of the rule that a policy is counted by: a new format never changes what an older one counts. */
export function ruleVersionOf(policy: Policy): string {
  return RULE_VERSIONS[policy.formatVersion];
}

const DAY_MS = 86_400_000;

/**
 * Whether a credential's evidence is enough under a policy as of a time. Pure: the same facts in any order give the
 * same result on any machine, whether it is asked for the live tally, a what-if, a frozen packet or a verification.
 */
export function evaluateRequirement(policy: Policy, facts: EvidenceFacts, asOf: Date): EvaluatedRequirement {
  const units = unitsAt(facts, asOf, termsOf(policy).unit);
  const positions = units
    .map((unit) => positionOf(policy, unit, asOf))
    .filter((position) => position !== null);
  return {
    ...requirementOver(
      policy,
      { units, positions, bodies: bodyOutcomesOf(policy, facts, asOf), groupOf: groupOfEach(facts, asOf) },
      asOf,
    ),
    exclusions: positions.flatMap(({ exclusions }) => exclusions),
    positions,
  };
}

function requirementOver(
  policy: Policy,
  {
    units,
    positions,
    bodies,
    groupOf,
  }: {
    units: readonly UnitFacts[];
    positions: readonly UnitPosition[];
    bodies: readonly BodyOutcome[];
    groupOf: (employerId: number) => number;
  },
  asOf: Date,
): Requirement {
  const figures = figuresOf(positions);
  const terms = termsOf(policy);
  if (terms.isByFigures) {
    const counted = positions.filter(({ status }) => status === 'both_yes');
    const lapse = lapseOf(
      policy,
      counted.map(({ expiresAt }) => expiresAt),
    );
    return requirementFrom(policy, figures, lapse, asOf);
  }
  const { members, doubtful } = membersOf(policy, units, positions, groupOf);
  const sum = createSum(terms);
  for (const member of members) sum.add(member);
  const measures = sum.measures();
  const shortfall = shortfallOf(terms, measures);
  for (const member of doubtful) sum.add(member);
  const bodiesAgree = bodies.every(({ isMet }) => isMet);
  const wouldDecide = doubtful.length > 0 && bodiesAgree && shortfallOf(terms, sum.measures()) === 0;
  const ofAnswers = shortfall === 0 ? lapseOfMembers(terms, members) : null;
  const expiring = bodiesAgree ? firstLapse(ofAnswers, bodies, members.length) : null;
  return conclude(policy, { figures, measures, shortfall, wouldDecide, expiring, bodies }, asOf);
}

/** What ends first: enough answers, or what a body said. When both end at once, the answers' end says what is left. */
function firstLapse(ofAnswers: Lapse | null, bodies: readonly BodyOutcome[], counting: number): Lapse | null {
  const ofBodies = earliest(bodies.map(({ expiresAt }) => expiresAt));
  if (ofBodies === null || (ofAnswers !== null && ofAnswers.on <= ofBodies)) return ofAnswers;
  return { on: ofBodies, fallsTo: counting };
}

/** The same verdict from figures that were kept up to date, for readers that must not load every answer. */
export function requirementFrom(
  policy: Policy,
  figures: Figures,
  expiring: Lapse | null,
  asOf: Date,
): Requirement {
  const required = termsOf(policy).minEmployers;
  const shortfall = Math.max(0, required - figures.bothYes);
  const measures: Measure[] = [{ kind: 'employers', needs: required, has: figures.bothYes }];
  const wouldDecide = figures.conflicting >= shortfall;
  return conclude(policy, { figures, measures, shortfall, wouldDecide, expiring, bodies: [] }, asOf);
}

type Found = {
  figures: Figures;
  measures: Measure[];
  shortfall: number;
  /** Whether it would be met if employers whose people disagree turned out to say yes. */
  wouldDecide: boolean;
  expiring: Lapse | null;
  bodies: readonly BodyOutcome[];
};

function conclude(policy: Policy, found: Found, asOf: Date): Requirement {
  const { figures, shortfall, expiring, bodies } = found;
  const { minEmployers: required, isUnsupported } = termsOf(policy);
  const measures = [...found.measures, ...bodies.flatMap((outcome) => outcome.measures)];
  if (isUnsupported) {
    return {
      status: 'unsupported',
      required: 0,
      figures,
      shortfall: 0,
      expiring: null,
      reasons: ['needs_unrecorded_facts'],
      measures: [],
    };
  }
  const [status, ...reasons] = verdict(policy, { ...found, measures }, asOf);
  return {
    status,
    required,
    figures,
    shortfall,
    expiring: shortfall === 0 ? expiring : null,
    reasons,
    ...(policy.formatVersion === 1 ? {} : { measures }),
    ...(bodies.length > 0 ? { bodies } : {}),
  };
}

const REASON_OF_MEASURE: Record<MeasureKind, RequirementReason> = {
  employers: 'below_minimum',
  employers_within_share: 'too_much_of_one_group',
  points: 'too_few_points',
  regions: 'too_few_regions',
  sectors: 'too_few_sectors',
  sizes: 'too_few_sizes',
  median_wage: 'wage_too_low',
  panel_voters: 'too_few_voters',
  panel_approvals: 'not_voted_for',
  ballot_voters: 'too_few_voters',
  ballot_approvals: 'not_voted_for',
  board_letters: 'too_few_boards',
  boards_asked: 'too_few_boards',
  review_teams: 'reviews_missing',
  review_tier: 'tier_too_low',
  generic: 'not_shown_generic',
};

function verdict(
  policy: Policy,
  { figures, measures, shortfall, wouldDecide, expiring, bodies }: Found,
  asOf: Date,
): [RequirementStatus, ...RequirementReason[]] {
  if (shortfall === 0 && bodies.every(({ isMet }) => isMet)) {
    const warnFrom = expiring ? expiring.on.getTime() - policy.warnDaysBeforeLapse * DAY_MS : null;
    return warnFrom !== null && warnFrom <= asOf.getTime()
      ? ['met_but_expiring', 'minimum_reached', 'lapses_within_warning']
      : ['met', 'minimum_reached'];
  }
  // That a credential is generic is said of it, not of whether anybody was asked.
  const isHeard = bodies.some(
    ({ kind, recordIds, exclusions }) => kind !== 'generic' && recordIds.length + exclusions.length > 0,
  );
  if (figures.asked === 0 && figures.answered === 0 && !isHeard) return ['not_asked', 'nobody_asked'];
  const missing = [
    ...new Set(measures.filter(({ has, needs }) => has < needs).map(({ kind }) => REASON_OF_MEASURE[kind])),
  ];
  return wouldDecide ? ['conflicting', ...missing, 'conflicts_would_decide'] : ['short', ...missing];
}

/**
 * When the both-yes of now, without any new answer, fall below the minimum; null when they are below it already or
 * never age. Only the `required` longest-lasting ones matter. Agrees with the query findLapse in queries.ts.
 */
export function lapseOf(policy: Policy, expiries: readonly (Date | null)[]): Lapse | null {
  const required = termsOf(policy).minEmployers;
  const longest = expiries
    .map((date) => date?.getTime() ?? Number.POSITIVE_INFINITY)
    .sort((a, b) => b - a)
    .slice(0, required);
  const first = longest[required - 1];
  if (first === undefined || first === Number.POSITIVE_INFINITY) return null;
  return { on: new Date(first), fallsTo: longest.filter((time) => time > first).length };
}

export const FIGURE_OF_STATUS = {
  asked: null,
  both_yes: 'bothYes',
  no: 'no',
  not_sure: 'notSure',
  not_familiar: 'notFamiliar',
  conflicting: 'conflicting',
  excluded: 'excluded',
  aged_out: 'agedOut',
} as const satisfies Record<PositionStatus, keyof Figures | null>;

export const NO_FIGURES: Figures = {
  asked: 0,
  delivered: 0,
  answered: 0,
  bothYes: 0,
  no: 0,
  notSure: 0,
  notFamiliar: 0,
  conflicting: 0,
  excluded: 0,
  agedOut: 0,
};

/** What one position adds to the figures; nothing when there is none. */
export function figuresOfOne(position: Pick<UnitPosition, 'status' | 'asked' | 'delivered'> | null): Figures {
  if (!position) return NO_FIGURES;
  const own = FIGURE_OF_STATUS[position.status];
  return {
    ...NO_FIGURES,
    asked: position.asked ? 1 : 0,
    delivered: position.delivered ? 1 : 0,
    ...(own === null ? {} : { answered: 1, [own]: 1 }),
  };
}

export function addFigures(a: Figures, b: Figures, sign: 1 | -1 = 1): Figures {
  const sum = { ...a };
  for (const key of Object.keys(NO_FIGURES) as (keyof Figures)[]) sum[key] += sign * b[key];
  return sum;
}

function figuresOf(positions: readonly UnitPosition[]): Figures {
  const sum = { ...NO_FIGURES };
  for (const position of positions) {
    if (position.asked) sum.asked += 1;
    if (position.delivered) sum.delivered += 1;
    const own = FIGURE_OF_STATUS[position.status];
    if (own === null) continue;
    sum.answered += 1;
    sum[own] += 1;
  }
  return sum;
}
