import { deriveCountingUnits } from '../../employers/rules/counting-units.ts';
import type {
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
import { createSum, lapseOfMembers, membersOf, shortfallOf } from './measures.ts';
import type { Policy } from './policy.ts';
import { positionOf } from './position.ts';
import { termsOf } from './terms.ts';

/** Raised whenever the same facts could give another result; every packet names the version that it was made by. */
const RULE_VERSIONS: Record<Policy['formatVersion'], string> = { 1: '1', 2: '2' };

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
  const units = unitsAt(facts, asOf);
  const positions = units
    .map((unit) => positionOf(policy, unit, asOf))
    .filter((position) => position !== null);
  return {
    ...requirementOver(policy, units, positions, asOf),
    exclusions: positions.flatMap(({ exclusions }) => exclusions),
    positions,
  };
}

function requirementOver(
  policy: Policy,
  units: readonly UnitFacts[],
  positions: readonly UnitPosition[],
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
  const { members, doubtful } = membersOf(policy, units, positions);
  const sum = createSum(terms);
  for (const member of members) sum.add(member);
  const measures = sum.measures();
  const shortfall = shortfallOf(terms, measures);
  for (const member of doubtful) sum.add(member);
  const wouldDecide = doubtful.length > 0 && shortfallOf(terms, sum.measures()) === 0;
  const expiring = shortfall === 0 ? lapseOfMembers(terms, members) : null;
  return conclude(policy, { figures, measures, shortfall, wouldDecide, expiring }, asOf);
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
  return conclude(policy, { figures, measures, shortfall, wouldDecide, expiring }, asOf);
}

type Found = {
  figures: Figures;
  measures: Measure[];
  shortfall: number;
  /** Whether it would be met if employers whose people disagree turned out to say yes. */
  wouldDecide: boolean;
  expiring: Lapse | null;
};

function conclude(policy: Policy, found: Found, asOf: Date): Requirement {
  const { figures, shortfall, expiring } = found;
  const { minEmployers: required, isUnsupported } = termsOf(policy);
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
  const [status, ...reasons] = verdict(policy, found, asOf);
  return {
    status,
    required,
    figures,
    shortfall,
    expiring: shortfall === 0 ? expiring : null,
    reasons,
    ...(policy.formatVersion === 1 ? {} : { measures: found.measures }),
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
};

function verdict(
  policy: Policy,
  { figures, measures, shortfall, wouldDecide, expiring }: Found,
  asOf: Date,
): [RequirementStatus, ...RequirementReason[]] {
  if (shortfall === 0) {
    const warnFrom = expiring ? expiring.on.getTime() - policy.warnDaysBeforeLapse * DAY_MS : null;
    return warnFrom !== null && warnFrom <= asOf.getTime()
      ? ['met_but_expiring', 'minimum_reached', 'lapses_within_warning']
      : ['met', 'minimum_reached'];
  }
  if (figures.asked === 0 && figures.answered === 0) return ['not_asked', 'nobody_asked'];
  const missing = measures.filter(({ has, needs }) => has < needs).map(({ kind }) => REASON_OF_MEASURE[kind]);
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

/** The facts grouped by distinct employer as of a time: records joined by a link that held then are one unit. */
export function unitsAt(facts: EvidenceFacts, asOf: Date): UnitFacts[] {
  const links = facts.links.filter(({ from, until }) => from <= asOf && (until === null || until > asOf));
  const unitIds = deriveCountingUnits(links, asOf);
  const unitOf = (employerId: number) => unitIds.get(employerId) ?? employerId;
  const involved = new Set([...facts.answers, ...facts.asks].map(({ employerId }) => unitOf(employerId)));

  const members = groupBy(
    [
      ...unitIds.keys(),
      ...facts.answers.map(({ employerId }) => employerId),
      ...facts.asks.map(({ employerId }) => employerId),
    ],
    unitOf,
  );
  const joins = groupBy(links, ({ a }) => unitOf(a));
  const answers = groupBy(facts.answers, ({ employerId }) => unitOf(employerId));
  const asks = groupBy(facts.asks, ({ employerId }) => unitOf(employerId));
  const marks = groupBy(facts.conflictMarks, ({ employerId }) => unitOf(employerId));
  const domains = groupBy(facts.employerDomains, ({ employerId }) => unitOf(employerId));
  const profiles = groupBy(facts.profiles ?? [], ({ employerId }) => unitOf(employerId));
  return [...involved]
    .sort((a, b) => a - b)
    .map((unitId) => ({
      unitId,
      employerIds: [...new Set(members.get(unitId))].sort((a, b) => a - b),
      joinedBy: [...new Set((joins.get(unitId) ?? []).map(({ because }) => because))].sort(),
      answers: answers.get(unitId) ?? [],
      asks: asks.get(unitId) ?? [],
      conflictMarks: marks.get(unitId) ?? [],
      employerDomains: domains.get(unitId) ?? [],
      issuerDomains: facts.issuerDomains,
      profiles: profiles.get(unitId) ?? [],
      credentialNaics: facts.credentialNaics ?? [],
    }));
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
