import { z } from 'zod';
import {
  APPLICANTS,
  DECIDERS,
  DISAGREEMENT_RULES,
  GROUPINGS,
  REVIEWS,
  VOTING_UNITS,
  WHO_SPEAKS,
} from '../evidence/rules/policy.ts';
import { BODY_DEMAND_KINDS, COUNTING_UNITS, CRITERIA } from '../evidence/types.ts';
import { manyOf } from '../http/forms.ts';
import { slugify } from '../lib/slugify.ts';
import { PROVENANCES, RELATIONS } from '../surveys/types.ts';

/** As many questions as a policy can count. */
export const QUESTION_SLOTS = [1, 2, 3, 4, 5, 6] as const;

export const BASES = ['distinct_employers', 'letters', 'points', 'none'] as const;
export const WAGE_DEMANDS = ['stated', 'each_at_least', 'median_at_least'] as const;
/** Told and never counted, so it is read in old policies and not offered for new ones. */
export const OFFERED_GROUPINGS = GROUPINGS.filter((grouping) => grouping !== 'parent');

/** What it says is checked by the schema of policies, so that the form has no limits of its own. */
const typed = z.string().trim().max(4_000, 'Use 4,000 characters or fewer').default('');

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, 'Choose one of the answers');

const says = oneOf(['options', 'at_least']).default('options');
const slot = <N extends (typeof QUESTION_SLOTS)[number]>(n: N) =>
  ({
    [`q${n}Key`]: typed,
    [`q${n}Meaning`]: typed,
    [`q${n}Says`]: says,
    [`q${n}Yes`]: typed,
    [`q${n}No`]: typed,
  }) as { [K in `q${N}${'Key' | 'Meaning' | 'Yes' | 'No'}`]: typeof typed } & {
    [K in `q${N}Says`]: typeof says;
  };

/** The whole of a policy as a person states it. What stands in it is read against the schema in policy-fields.ts. */
export const policyForm = z.object({
  start: z.string('Choose what to start from'),
  step: z.enum(['words', 'publish']).default('publish'),
  name: z
    .string()
    .trim()
    .max(120, 'Use 120 characters or fewer')
    .refine((name) => slugify(name).length > 0, 'Enter a name with letters or digits'),
  basis: oneOf(BASES),
  minEmployers: typed,
  combine: oneOf(['all', 'any']),
  ...slot(1),
  ...slot(2),
  ...slot(3),
  ...slot(4),
  ...slot(5),
  ...slot(6),
  pointsKey: typed,
  pointsMeaning: typed,
  pointsLevels: typed,
  minPoints: typed,
  demands: manyOf(oneOf(BODY_DEMAND_KINDS)),
  panelVoters: typed,
  panelPercent: typed,
  ballotVoters: typed,
  ballotPercent: typed,
  oneVoteFor: oneOf(VOTING_UNITS),
  ballotSecret: oneOf(['open', 'secret']),
  boardLetters: typed,
  boardsAsked: typed,
  rubricTeams: typed,
  rubricTiers: typed,
  rubricTier: typed,
  provenance: manyOf(oneOf(PROVENANCES)),
  mayAnswer: oneOf(['anybody', 'hiring']),
  relations: manyOf(z.union([oneOf(RELATIONS), z.literal('issuer_domain')], 'Choose one of the answers')),
  months: typed,
  warnDays: typed,
  countingUnit: oneOf(COUNTING_UNITS),
  whoSpeaks: oneOf(WHO_SPEAKS),
  disagreement: oneOf(DISAGREEMENT_RULES),
  inState: typed.transform((state) => state.toUpperCase()),
  industries: oneOf(['any', 'related']),
  minRegions: typed,
  minSectors: typed,
  minSizes: typed,
  shareOf: oneOf(['', ...OFFERED_GROUPINGS] as ['', ...typeof OFFERED_GROUPINGS]),
  sharePercent: typed,
  wageDemand: oneOf(['', ...WAGE_DEMANDS]),
  wageQuestion: typed,
  wageBands: typed,
  wageDollars: typed,
  mayApply: manyOf(oneOf(APPLICANTS)),
  decidedBy: oneOf(DECIDERS),
  review: oneOf(REVIEWS),
  appealDays: typed,
  criteria: manyOf(oneOf(CRITERIA)),
  besides: typed,
  sourceTitle: typed,
  sourceUrl: typed,
  addedHere: typed,
});
export type PolicyFields = z.output<typeof policyForm>;
