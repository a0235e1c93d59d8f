import type { CountingUnit } from '../types.ts';
import { BODY_DEMAND_KINDS } from '../types.ts';
import type { BodyDemand, Policy, PolicyV1, PolicyV2, PolicyV3 } from './policy.ts';

/** What the rules ask of a policy, whatever its format: read once, then plain look-ups. */
export type Terms = {
  questions: readonly { key: string; yes: ReadonlySet<string>; no: ReadonlySet<string> }[];
  combine: 'all' | 'any';
  /** What counts once. */
  unit: CountingUnit;
  /** Staff settle where people of one employer disagree. */
  leavesToStaff: boolean;
  minEmployers: number;
  points: { key: string; of: ReadonlyMap<string, number>; most: number; min: number } | null;
  wage: { key: string; from: ReadonlyMap<string, number>; demand: Demand } | null;
  inState: string | null;
  relatedSectorsOnly: boolean;
  spread: { regions: number | null; sectors: number | null; sizes: number | null };
  largestShare: { of: 'region' | 'sector' | 'size' | 'group'; most: number } | null;
  /** The policy asks for facts that are not recorded, so nothing can be said of whether it is met. */
  isUnsupported: boolean;
  /** Figures alone decide whether it is met, so counters can be read instead of answers. */
  isByFigures: boolean;
  /** Where, how large and of which industry the employers are makes a difference. */
  needsProfiles: boolean;
  /** Which companies belong together makes a difference. */
  needsGroups: boolean;
  /** What bodies say makes a difference: votes, letters of boards, reviews. */
  needsBodies: boolean;
  /** The credential must be generic, which staff record. */
  asksGeneric: boolean;
};

type Demand = NonNullable<PolicyV2['wage']>['demand'];

const known = new WeakMap<Policy, Terms>();

export function termsOf(policy: Policy): Terms {
  const before = known.get(policy);
  if (before) return before;
  const terms = withUnit(readTerms(policy), policy);
  known.set(policy, terms);
  return terms;
}

/** Counters are kept by legal entity, so whatever else counts once is counted from the answers. */
function withUnit(terms: Terms, { countingUnit: unit = 'legal_entity', disagreement }: Policy): Terms {
  const isByFigures = terms.isByFigures && unit === 'legal_entity';
  return {
    ...terms,
    unit,
    isByFigures,
    leavesToStaff: disagreement === 'adjudicate',
    needsGroups: terms.needsGroups || unit === 'group',
  };
}

/** What bodies must say under the policy. */
export function bodyDemandsOf(policy: Policy): BodyDemand[] {
  if (policy.formatVersion !== 3) return [];
  const { requirement, also } = policy;
  return isBodyDemand(requirement) ? [requirement, ...also] : also;
}

export function isBodyDemand(requirement: PolicyV3['requirement']): requirement is BodyDemand {
  return BODY_DEMAND_KINDS.some((kind) => kind === requirement.kind);
}

function readTerms(policy: Policy): Terms {
  switch (policy.formatVersion) {
    case 1:
      return termsOfV1(policy);
    case 2:
      return countedOf(policy.requirement) && policy.largestShare?.of !== 'parent'
        ? termsOfAnswers(policy)
        : { ...PLAIN, isUnsupported: true };
    case 3:
      return termsOfV3(policy);
  }
}

function termsOfV3(policy: PolicyV3): Terms {
  if (policy.largestShare?.of === 'parent') return { ...PLAIN, isUnsupported: true };
  const terms = countedOf(policy.requirement) ? termsOfAnswers(policy) : PLAIN;
  const needsBodies = !countedOf(policy.requirement) || policy.also.length > 0;
  const demands = bodyDemandsOf(policy);
  const votesByGroup = demands.some(
    (demand) => demand.kind === 'employer_ballot' && demand.oneVoteFor === 'group',
  );
  return {
    ...terms,
    needsBodies,
    asksGeneric: demands.some(({ kind }) => kind === 'generic'),
    needsGroups: terms.needsGroups || votesByGroup,
    isByFigures: terms.isByFigures && !needsBodies,
  };
}

function termsOfV1({ requirement }: PolicyV1): Terms {
  return {
    ...PLAIN,
    questions: requirement.questions.map(({ key }) => ({ key, yes: new Set(['yes']), no: new Set(['no']) })),
    minEmployers: requirement.minDistinctEmployers,
  };
}

const PLAIN: Terms = {
  questions: [],
  combine: 'all',
  unit: 'legal_entity',
  leavesToStaff: false,
  minEmployers: 0,
  points: null,
  wage: null,
  inState: null,
  relatedSectorsOnly: false,
  spread: { regions: null, sectors: null, sizes: null },
  largestShare: null,
  isUnsupported: false,
  isByFigures: true,
  needsProfiles: false,
  needsGroups: false,
  needsBodies: false,
  asksGeneric: false,
};

function termsOfAnswers(policy: PolicyV2 | PolicyV3): Terms {
  const counted = { ...PLAIN, ...countedOf(policy.requirement) };
  const { spread, largestShare, wage, inState, relatedSectorsOnly } = policy;
  const isSpread = Object.values(spread).some((least) => least !== null) || largestShare !== null;
  return {
    ...counted,
    wage: wage && {
      key: wage.question,
      from: new Map(wage.bands.map(({ value, from }) => [value, from])),
      demand: wage.demand,
    },
    inState,
    relatedSectorsOnly,
    spread: { regions: spread.minRegions, sectors: spread.minSectors, sizes: spread.minSizes },
    largestShare: largestShare && {
      of: largestShare.of as 'region' | 'sector' | 'size' | 'group',
      most: Math.max(1, Math.floor((counted.minEmployers * largestShare.percent) / 100)),
    },
    isUnsupported: false,
    isByFigures:
      counted.points === null &&
      wage?.demand.kind !== 'median_at_least' &&
      !isSpread &&
      inState === null &&
      !relatedSectorsOnly,
    needsGroups: largestShare?.of === 'group',
    needsProfiles: isSpread || inState !== null || relatedSectorsOnly,
  };
}

function countedOf(
  requirement: PolicyV2['requirement'] | PolicyV3['requirement'],
): Pick<Terms, 'questions' | 'combine' | 'minEmployers' | 'points'> | null {
  switch (requirement.kind) {
    case 'distinct_employers':
    case 'letters':
      return {
        questions: requirement.questions.map(({ key, says }) =>
          says.kind === 'options'
            ? { key, yes: new Set(says.yes), no: new Set(says.no) }
            : {
                key,
                yes: new Set(says.order.slice(says.order.indexOf(says.level))),
                no: new Set(says.order.slice(0, says.order.indexOf(says.level))),
              },
        ),
        combine: requirement.combine,
        minEmployers:
          requirement.kind === 'letters' ? requirement.minLetters : requirement.minDistinctEmployers,
        points: null,
      };
    case 'points': {
      const { levels, question } = requirement;
      const worth = levels.filter(({ points }) => points > 0);
      return {
        questions: [
          {
            key: question.key,
            yes: new Set(worth.map(({ value }) => value)),
            no: new Set(levels.filter(({ points }) => points === 0).map(({ value }) => value)),
          },
        ],
        combine: 'all',
        minEmployers: requirement.minDistinctEmployers,
        points: {
          key: question.key,
          of: new Map(worth.map(({ value, points }) => [value, points])),
          most: Math.max(...worth.map(({ points }) => points)),
          min: requirement.minPoints,
        },
      };
    }
    case 'panel_vote':
    case 'employer_ballot':
    case 'board_letters':
    case 'boards_asked':
    case 'rubric':
    case 'generic':
      return null;
  }
}
