import { z } from 'zod';
import { joinWords } from '../../lib/join-words.ts';
import { PROVENANCES, type Provenance, RELATIONS } from '../../surveys/types.ts';
import { COUNTING_UNITS, type CountingUnit, CRITERIA } from '../types.ts';
import { describeBeyond, describeBodies, describeRequirement } from './describe-requirement.ts';
import { termsOf } from './terms.ts';

const questionKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
const optionValue = z.string().regex(/^[a-z0-9][a-z0-9_]{0,39}$/);
const minDistinctEmployers = z.int().min(1).max(1000);
/** How the question reads after "employers who": "would pay more for it". */
const meaning = z.string().min(1).max(200);

/** N distinct employers, each of which says yes to every question in one and the same answer. */
const yesToAll = z.strictObject({
  kind: z.literal('distinct_employers'),
  questions: z
    .array(z.strictObject({ key: questionKey, meaning }))
    .min(1)
    .max(6)
    .refine((questions) => new Set(questions.map(({ key }) => key)).size === questions.length, {
      error: 'Name each question once',
    }),
  minDistinctEmployers,
});

export const DISAGREEMENT_RULES = ['adjudicate', 'latest', 'any_no_wins'] as const;

export const WHO_SPEAKS = ['everybody', 'hiring_authority_first'] as const;

const countingTerms = {
  /** Calendar months for which an answer counts; null means that evidence does not age. */
  evidenceMaxAgeMonths: z.int().min(1).max(120).nullable(),
  /** A requirement that is met is called expiring when it would lapse within this many days. */
  warnDaysBeforeLapse: z.int().min(0).max(730),
  /** What happens when contacts of one employer disagree. */
  disagreement: z.enum(DISAGREEMENT_RULES),
  /** Relations to the issuer whose answers are shown but not counted. */
  excludedRelations: z.array(z.enum(RELATIONS).exclude(['none'])),
  /** Whether an employer whose domain is the issuer's is excluded though it declared nothing. */
  excludeIssuerDomain: z.boolean(),
  /** What nobody confirmed by mail on the public page counts under no policy. */
  acceptedProvenance: z.array(z.enum(PROVENANCES).exclude(['open_link_unverified'])).min(1),
  requireHiringAuthority: z.boolean(),
  /** What counts once. Absent, as in bodies from before there was a choice, it is the legal entity. */
  countingUnit: z.enum(COUNTING_UNITS).optional(),
  /** Whose answer speaks where several people of one employer answered. Absent: everybody's. */
  whoSpeaks: z.enum(WHO_SPEAKS).optional(),
};

const source = { title: z.string().min(1).max(300), url: z.url().nullable() };

/** The first format: employers who say yes to all questions. Its bodies stay valid as they are, and count as they did. */
const policyV1 = z.strictObject({
  formatVersion: z.literal(1),
  requirement: z.discriminatedUnion('kind', [yesToAll]),
  ...countingTerms,
  source: z.strictObject(source),
});

/** Which of a question's options are a yes and which a no; any other says neither. */
const countedQuestion = z.strictObject({
  key: questionKey,
  meaning,
  says: z.discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('options'),
        yes: z.array(optionValue).min(1).max(12),
        no: z.array(optionValue).max(12),
      })
      .refine(({ yes, no }) => isDistinct([...yes, ...no]), { error: 'An option is yes or no, once' }),
    z
      .strictObject({
        kind: z.literal('at_least'),
        level: optionValue,
        /** All levels, the lowest first. */
        order: z.array(optionValue).min(2).max(12).refine(isDistinct, { error: 'Name each level once' }),
      })
      .refine(({ level, order }) => order.includes(level), { error: 'The level must be one of the order' }),
  ]),
});

const countedAnswers = {
  questions: z
    .array(countedQuestion)
    .min(1)
    .max(6)
    .refine((questions) => isDistinct(questions.map(({ key }) => key)), { error: 'Name each question once' }),
  /** Whether one and the same answer must say yes to all of them, or to any. */
  combine: z.enum(['all', 'any']),
};

const percent = z.int().min(1).max(100);

/** What rests on employers' answers; told in the same words in every format since the second. */
const countedKinds = [
  z.strictObject({ kind: z.literal('distinct_employers'), ...countedAnswers, minDistinctEmployers }),
  /** Letters of as many different employers; what counts as a letter is the accepted provenance. */
  z.strictObject({ kind: z.literal('letters'), ...countedAnswers, minLetters: minDistinctEmployers }),
  /** Each employer's level is worth points, and the points of all are added up. */
  z.strictObject({
    kind: z.literal('points'),
    question: z.strictObject({ key: questionKey, meaning }),
    levels: z
      .array(z.strictObject({ value: optionValue, points: z.int().min(0).max(1000) }))
      .min(2)
      .max(12)
      .refine((levels) => isDistinct(levels.map(({ value }) => value)), { error: 'Name each level once' })
      .refine((levels) => levels.some(({ points }) => points > 0), { error: 'A level must be worth points' }),
    minPoints: z.int().min(1).max(1_000_000),
    minDistinctEmployers,
  }),
] as const;

const boardLetters = z.strictObject({
  kind: z.literal('board_letters'),
  minLetters: z.int().min(1).max(100),
});
const tiers = z.array(z.string().min(1).max(60)).min(1).max(10);

const requirementV2 = z.discriminatedUnion('kind', [
  ...countedKinds,
  // What follows rested on facts that were not recorded: it can be stated and read, and is never counted.
  z.strictObject({
    kind: z.literal('panel_vote'),
    minVoters: z.int().min(1).max(1000).nullable(),
    approvePercent: percent.nullable(),
  }),
  z.strictObject({
    kind: z.literal('employer_ballot'),
    minVoters: z.int().min(1).max(1000).nullable(),
    approvePercent: percent.nullable(),
  }),
  boardLetters,
  z.strictObject({
    kind: z.literal('rubric'),
    teams: z.int().min(1).max(10),
    /** The lowest first. */
    tiers,
  }),
]);

/** What has one vote on a ballot of employers. */
export const VOTING_UNITS = ['employer', 'group', 'person'] as const;

const vote = {
  /** Voters that say yes, no or abstain; whoever is recused is none. */
  minVoters: z.int().min(1).max(1000),
  /** Of the yes and no votes at least so many percent are yes; null asks for more than half of them. */
  approvePercent: percent.nullable(),
};

/** What bodies say rather than single employers: votes, letters and reviews, as staff record them. */
const bodyDemand = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('panel_vote'), ...vote }),
  /** Each employer has one vote, however many of its people cast one. */
  z.strictObject({
    kind: z.literal('employer_ballot'),
    ...vote,
    /** Whose one vote it is. Absent: the employer's. */
    oneVoteFor: z.enum(VOTING_UNITS).optional(),
    /** Nobody sees how a ballot by mail stands before it closes. Absent: staff do. */
    secretUntilClosed: z.boolean().optional(),
  }),
  boardLetters,
  /** It is not tied to one vendor's product, as staff record with a source, or a body excepted it. */
  z.strictObject({ kind: z.literal('generic') }),
  /** Boards that the credential was forwarded to, for them to ask the employers of their region. */
  z.strictObject({ kind: z.literal('boards_asked'), minBoards: z.int().min(1).max(100) }),
  z
    .strictObject({
      kind: z.literal('rubric'),
      teams: z.int().min(1).max(10),
      /** The lowest first. */
      tiers: tiers.refine(isDistinct, { error: 'Name each tier once' }),
      /** The lowest tier that is enough. */
      minTier: z.string(),
    })
    .refine(({ tiers, minTier }) => tiers.includes(minTier), { error: 'The tier must be one of the tiers' }),
]);
export type BodyDemand = z.infer<typeof bodyDemand>;

const requirementV3 = z.discriminatedUnion('kind', [...countedKinds, ...bodyDemand.options]);

/** `parent` was stated before parent companies were known: it is told and never counted. `group` counts by them. */
export const GROUPINGS = ['region', 'sector', 'size', 'parent', 'group'] as const;
export const APPLICANTS = [
  'anyone',
  'employers',
  'schools',
  'colleges',
  'workforce_boards',
  'agencies',
  'issuers',
] as const;
export const DECIDERS = [
  'agency',
  'council',
  'state_board',
  'workforce_board',
  'employers',
  'employer_panel',
  'committee',
] as const;
export const REVIEWS = [
  'rolling',
  'quarterly',
  'twice_a_year',
  'yearly',
  'every_two_years',
  'every_five_years',
  'not_stated',
] as const;

const atLeastTwo = z.int().min(2).max(100).nullable();

const stateTerms = {
  ...countingTerms,
  /** Two letters: only employers in this state count. */
  inState: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable(),
  /** Only employers of the industries that the credential names. */
  relatedSectorsOnly: z.boolean(),
  /** Different counties, NAICS sectors and size bands among the employers that count; null asks for nothing. */
  spread: z.strictObject({ minRegions: atLeastTwo, minSectors: atLeastTwo, minSizes: atLeastTwo }),
  /** Of the employers that are needed, at most this part may be of one group; more of it add nothing. */
  largestShare: z.strictObject({ of: z.enum(GROUPINGS), percent }).nullable(),
  /** What employers say of starting pay, in bands by their lower end in whole dollars an hour. */
  wage: z
    .strictObject({
      question: questionKey,
      bands: z
        .array(z.strictObject({ value: optionValue, from: z.int().min(0).max(1000) }))
        .min(2)
        .max(12)
        .refine((bands) => isDistinct(bands.map(({ value }) => value)), { error: 'Name each band once' }),
      demand: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('stated') }),
        z.strictObject({ kind: z.literal('each_at_least'), dollars: z.int().min(1).max(1000) }),
        z.strictObject({ kind: z.literal('median_at_least'), dollars: z.int().min(1).max(1000) }),
      ]),
    })
    .nullable(),
  mayApply: z.array(z.enum(APPLICANTS)).min(1),
  decidedBy: z.enum(DECIDERS),
  review: z.enum(REVIEWS),
  /** What else the state asks for, in sentences: told, not counted. */
  besides: z.array(z.string().min(1).max(300)).max(12),
  source: z.strictObject({
    ...source,
    /** What the source leaves open and this policy fills in. */
    addedHere: z.array(z.string().min(1).max(200)).max(12),
  }),
};

/** The second format: every state's way, as far as employers' answers show it. */
const policyV2 = z.strictObject({ formatVersion: z.literal(2), requirement: requirementV2, ...stateTerms });

/** The third format: votes, letters of boards and rubrics count as well, and an approval may need more than employers. */
const policyV3 = z.strictObject({
  formatVersion: z.literal(3),
  requirement: requirementV3,
  /** What bodies must say besides, all of it. */
  also: z
    .array(bodyDemand)
    .max(5)
    .refine((demands) => isDistinct(demands.map(({ kind }) => kind)), { error: 'Name each kind once' }),
  ...stateTerms,
  /** Criteria that must be shown, each with what shows it, before anything is approved. */
  mandatoryCriteria: z.array(z.enum(CRITERIA)).max(CRITERIA.length).refine(isDistinct),
  /** Days after a decision within which it can be appealed; null where it cannot. */
  appealDays: z.int().min(1).max(365).nullable(),
});

/**
 * What counts as enough, as data. A stored body is immutable once anything used it; a change is a new version. A new kind
 * of requirement joins the union of the newest format; a format that was ever stored stays readable.
 */
export const policySchema = z.discriminatedUnion('formatVersion', [policyV1, policyV2, policyV3]);

export type PolicyV1 = z.infer<typeof policyV1>;
export type PolicyV2 = z.infer<typeof policyV2>;
export type PolicyV3 = z.infer<typeof policyV3>;
export type Policy = PolicyV1 | PolicyV2 | PolicyV3;

/** What the second format can state and the first could not, as a policy says it that asks for none of it. */
export const NOTHING_FURTHER = {
  inState: null,
  relatedSectorsOnly: false,
  spread: { minRegions: null, minSectors: null, minSizes: null },
  largestShare: null,
  wage: null,
  mayApply: ['anyone'],
  decidedBy: 'agency',
  review: 'not_stated',
  besides: [],
} as const satisfies Partial<PolicyV2>;

function isDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

/** The questions that an instrument must hold for its answers to count under the policy. */
export function questionKeys(policy: Policy): string[] {
  return termsOf(policy).questions.map(({ key }) => key);
}

export const RELATION_WORDS: Record<Policy['excludedRelations'][number], string> = {
  customer: 'is a customer of the issuer',
  board: "sits on the issuer's board",
  sells_or_paid: 'sells to the issuer or is paid by it',
  issuer: 'is the issuer',
  reseller: 'resells the credential',
  training_provider: 'is a training provider or school',
  applicant: 'is the applicant',
};

export const PROVENANCE_WORDS: Record<Policy['acceptedProvenance'][number], string> = {
  mailed_link_own_domain: "a link mailed to the employer's own domain",
  mailed_link_other_domain: 'a link mailed to an address at another domain',
  mailed_link_free_mail: 'a link mailed to a free-mail address',
  forwarded_mailed: 'a link that a colleague passed on and that was mailed to the new person',
  staff_entered: 'a letter or call entered by staff',
  forwarded_verified:
    'a link that was passed on and whose new user confirmed it from an address of their own',
  forwarded_unverified: 'a link that was passed on, without confirmation by mail',
  open_link_verified: 'the public page of the credential, confirmed by mail',
  staff_letter: 'a signed letter that staff entered and attached',
  staff_phone: 'a call that staff noted',
  committee_vote: "a committee's vote that staff entered",
};

/** The grade that a policy of earlier versions knew for both letters and calls still takes both. */
export function acceptsProvenance(
  { acceptedProvenance }: Pick<Policy, 'acceptedProvenance'>,
  provenance: Provenance,
): boolean {
  const accepted: readonly Provenance[] = acceptedProvenance;
  return (
    accepted.includes(provenance) ||
    (accepted.includes('staff_entered') && (provenance === 'staff_letter' || provenance === 'staff_phone'))
  );
}

const DISAGREEMENT_WORDS: Record<Policy['disagreement'], string> = {
  adjudicate: 'Where people of one employer disagree, the employer is shown as conflicting and not counted.',
  latest: 'Where people of one employer disagree, the latest clear answer counts.',
  any_no_wins: 'Where people of one employer disagree, the employer counts as no.',
};

const UNIT_WORDS: Record<CountingUnit, string> = {
  legal_entity:
    'Each employer counts once, however many of its people answer. Records that may be the same employer count once until a person has settled it.',
  group:
    'A parent company and all companies under it count once, however many of their people answer. Records that may be the same employer count once until a person has settled it.',
  site: 'Each site of an employer counts once, however many of its people answer. People whose site is not known count with another site of their employer, and records that may be the same employer count as one until a person has settled it.',
};

/** The policy in plain sentences, made from its data and nothing else. */
export function describePolicy(policy: Policy): string[] {
  const isRelated = joinWords(
    policy.excludedRelations.map((relation) => RELATION_WORDS[relation]),
    'or',
  );
  const counts = [
    UNIT_WORDS[policy.countingUnit ?? 'legal_entity'],
    '"Not sure" and "I don\'t know this credential" count neither as yes nor as no.',
    ...(policy.whoSpeaks === 'hiring_authority_first'
      ? [
          'Where several people of one employer answer, those who take part in hiring speak for it, the latest of them first.',
        ]
      : []),
    DISAGREEMENT_WORDS[policy.disagreement],
    policy.evidenceMaxAgeMonths === null
      ? 'Answers do not age.'
      : `An answer counts for ${policy.evidenceMaxAgeMonths} months.`,
    ...(isRelated ? [`An answer is shown but not counted when the employer ${isRelated}.`] : []),
    ...(policy.excludeIssuerDomain
      ? ["An employer whose e-mail domain is the issuer's is shown but not counted."]
      : []),
    `Answers count when they came by ${joinWords(
      policy.acceptedProvenance.map((provenance) => PROVENANCE_WORDS[provenance]),
      'or',
    )}.`,
    ...(policy.requireHiringAuthority ? ['The person who answers must take part in hiring.'] : []),
  ];
  if (policy.formatVersion === 1) {
    const { questions, minDistinctEmployers: min } = policy.requirement;
    const meanings = questions.map((question) => question.meaning);
    const each =
      meanings.length === 1
        ? `${meanings[0]}`
        : `${joinWords(meanings, 'and')}, said in one and the same answer`;
    return [`At least ${min} different ${min === 1 ? 'employer' : 'employers'} who ${each}.`, ...counts];
  }
  return [
    ...describeRequirement(policy),
    ...(termsOf(policy).questions.length > 0 ? counts : []),
    ...describeBodies(
      policy,
      isRelated,
      joinWords(
        policy.acceptedProvenance
          .filter((provenance) => provenance.startsWith('mailed_link'))
          .map((provenance) => PROVENANCE_WORDS[provenance]),
        'or',
      ),
    ),
    ...describeBeyond(policy),
  ];
}
