import { describe, expect, it } from 'vitest';
import { POLICY_PRESETS } from '../../src/evidence/presets.ts';
import type { PolicyV3 } from '../../src/evidence/rules/policy.ts';
import { describePolicy, policySchema, questionKeys } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import type {
  AnswerFact,
  BallotFact,
  BoardLetterFact,
  BodyFacts,
  EmployerProfile,
  EvidenceFacts,
  RequirementReason,
  VendorFact,
  VoteFact,
} from '../../src/evidence/types.ts';
import { WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { answer, ask, facts, INCENTIVE, month, PREFERENCE } from '../support/evidence/facts.ts';

type Say = Partial<Omit<AnswerFact, 'values'>> & {
  values?: Record<string, string>;
  profile?: Partial<EmployerProfile>;
};

const HOME: Omit<EmployerProfile, 'employerId'> = {
  state: 'LA',
  county: 'Orleans',
  naicsCode: '238220',
  size: '10_to_49',
};

/** Employer 1 says the first, employer 2 the second, and so on. */
function history(says: readonly Say[], changes: Partial<EvidenceFacts> = {}): EvidenceFacts {
  return facts({
    asks: [ask({ employerId: 99 })],
    answers: says.map(({ profile, values, ...each }, index) =>
      answer({ employerId: index + 1, values: values ?? {}, ...each }),
    ),
    profiles: says.map(({ profile }, index) => ({ employerId: index + 1, ...HOME, ...profile })),
    ...changes,
  });
}

const times = (count: number, say: Say): Say[] => Array.from({ length: count }, () => say);
const letter: Say = { provenance: 'staff_letter', values: { importance: 'preferred' } };
const requires: Say = { values: { importance: 'required' } };
const prefers: Say = { values: { importance: 'preferred' } };
const noFactor: Say = { values: { importance: 'not_a_factor' } };
const bothYes: Say = { values: { [INCENTIVE]: 'yes', [PREFERENCE]: 'yes' } };
const inTexas = (county: string): Say => ({ ...requires, profile: { state: 'TX', county } });

/** What bodies say besides; every record is of January 2026 unless told otherwise. */
const noBodies: BodyFacts = { ballots: [], letters: [], reviews: [] };
const record = { agencyId: 1, on: month(0), recordedAt: month(0), withdrawnAt: null };

function ballotWith(votes: readonly Partial<VoteFact>[]): BallotFact {
  return {
    ...record,
    ballotId: 1,
    kind: 'employer_ballot',
    body: 'Employers of the trade',
    eligible: votes.length,
    quorum: 0,
    votes: votes.map((vote, index) => ({
      voteId: index + 1,
      employerId: 50 + index,
      choice: 'approve',
      relation: 'none',
      ...vote,
    })),
  };
}

const ballot = (approve: number, reject: number) =>
  ballotWith(
    Array.from({ length: approve + reject }, (_, index) => ({
      choice: index < approve ? 'approve' : ('reject' as const),
    })),
  );

const voted = (says: readonly Say[], ...ballots: BallotFact[]) =>
  says.length > 0
    ? history(says, { bodies: { ...noBodies, ballots } })
    : facts({ bodies: { ...noBodies, ballots } });

const lettersOf = (...letters: Partial<BoardLetterFact>[]) =>
  facts({
    bodies: {
      ...noBodies,
      letters: letters.map((each, index) => ({
        ...record,
        letterId: index + 1,
        kind: 'letter',
        board: 'Pikes Peak Workforce Board',
        supports: true,
        ...each,
      })),
    },
  });

const forwarded = (says: readonly Say[]) =>
  history(says, { bodies: { ...lettersOf({ kind: 'forwarded', board: 'Alamo' }).bodies! } });

const reviewed = (...reviews: [team: string, tier: string | null, isSettling?: boolean][]) =>
  facts({
    bodies: {
      ...noBodies,
      reviews: reviews.map(([team, tier, isSettling = false], index) => ({
        ...record,
        reviewId: index + 1,
        team,
        tier,
        isSettling,
      })),
    },
  });

/** What staff found of the credential, each a month after the one before. */
const found = (...findings: VendorFact['finding'][]): Pick<EvidenceFacts, 'bodies'> => ({
  bodies: {
    ...noBodies,
    findings: findings.map((finding, index) => ({
      ...record,
      on: month(index - 6),
      findingId: index + 1,
      finding,
    })),
  },
});

type Case = [
  slug: string,
  name: string,
  given: EvidenceFacts,
  status: string,
  shortfall: number,
  reason?: RequirementReason,
];

const CASES: Case[] = [
  ['wyoming', 'ten yes to both', history(times(10, bothYes)), 'met', 0],
  [
    'wyoming',
    'nine, and one yes to one question only',
    history([...times(9, bothYes), { values: { [INCENTIVE]: 'yes', [PREFERENCE]: 'no' } }]),
    'short',
    1,
  ],

  [
    'louisiana',
    'three letters of Louisiana employers, and it is generic',
    history(times(3, letter), found('generic')),
    'met',
    0,
  ],
  [
    'louisiana',
    'one of the three is over the border',
    history([letter, letter, { ...letter, profile: { state: 'TX' } }], found('generic')),
    'short',
    1,
  ],
  [
    'louisiana',
    'answers by link are no letters',
    history(times(3, prefers), found('generic')),
    'short',
    3,
    'below_minimum',
  ],
  [
    'louisiana',
    'it is tied to one vendor’s product',
    history(times(3, letter), found('vendor_specific')),
    'short',
    0,
    'not_shown_generic',
  ],
  [
    'louisiana',
    'nobody has said whether it is generic',
    history(times(3, letter)),
    'short',
    0,
    'not_shown_generic',
  ],
  [
    'louisiana',
    'it is tied to a vendor, and the council excepted it later',
    history(times(3, letter), found('vendor_specific', 'excepted')),
    'met',
    0,
  ],
  ['louisiana', 'generic alone is nobody’s answer', facts(found('generic')), 'not_asked', 3],

  ['ohio', 'ten reviewers prefer it, and vote for it', voted(times(10, prefers), ballot(6, 4)), 'met', 0],
  ['ohio', 'ten prefer it, and nobody has voted', history(times(10, prefers)), 'short', 0, 'too_few_voters'],
  [
    'ohio',
    'ten prefer it, and half of them vote for it',
    voted(times(10, prefers), ballot(5, 5)),
    'short',
    0,
    'not_voted_for',
  ],
  [
    'ohio',
    'points enough, reviewers not',
    voted(times(5, requires), ballot(10, 0)),
    'short',
    5,
    'below_minimum',
  ],
  [
    'ohio',
    'reviewers enough, points not',
    history(times(10, { values: { importance: 'nice_to_have' } })),
    'short',
    3,
    'too_few_points',
  ],
  ['ohio', 'not a factor is worth nothing', history(times(10, noFactor)), 'short', 10],
  [
    'ohio',
    'nobody of those takes part in hiring',
    history(times(10, { ...prefers, hiringAuthority: false })),
    'short',
    10,
  ],

  ...['arkansas', 'south-dakota'].flatMap((slug): Case[] => [
    [slug, 'two of three employers vote for it', voted([], ballot(2, 1)), 'met', 0],
    [slug, 'two employers are too few', voted([], ballot(2, 0)), 'short', 0, 'too_few_voters'],
    [slug, 'half of them are not enough', voted([], ballot(2, 2)), 'short', 0, 'not_voted_for'],
    [slug, 'nobody was asked', voted([]), 'not_asked', 0],
    [slug, 'answers are no votes', history(times(20, requires)), 'short', 0, 'too_few_voters'],
    [
      slug,
      'two people of one employer have one vote',
      voted([], ballotWith([{ employerId: 1 }, { employerId: 1 }, { employerId: 2 }])),
      'short',
      0,
      'too_few_voters',
    ],
    [
      slug,
      'a reseller of it has none',
      voted([], ballotWith([{}, {}, { relation: 'reseller' }])),
      'short',
      0,
      'too_few_voters',
    ],
    [
      slug,
      'votes by links to their own domains count',
      voted([], ballotWith([0, 1, 2].map(() => ({ provenance: 'mailed_link_own_domain' })))),
      'met',
      0,
    ],
    [
      slug,
      'a vote by a link that was passed on does not',
      voted([], ballotWith([{}, {}, { provenance: 'forwarded_unverified' }])),
      'short',
      0,
      'too_few_voters',
    ],
    [
      slug,
      'the quorum of the ballot is missed',
      voted([], { ...ballot(3, 0), quorum: 5, eligible: 9 }),
      'short',
      0,
      'too_few_voters',
    ],
  ]),

  [
    'kentucky',
    'one employer, which applied itself',
    history([{ ...requires, relation: 'applicant' }]),
    'met',
    0,
  ],
  ['kentucky', 'a training provider', history([{ ...requires, relation: 'training_provider' }]), 'short', 1],

  [
    'florida',
    'three letters in Florida',
    history(times(3, { ...letter, profile: { state: 'FL' } })),
    'met_but_expiring',
    0,
  ],
  [
    'florida',
    'older than the yearly review',
    history(times(3, { ...letter, answeredAt: month(-3), profile: { state: 'FL' } })),
    'short',
    3,
  ],

  [
    'maryland',
    'required by some, an advantage at others',
    history([requires, requires, { values: { [PREFERENCE]: 'yes' } }]),
    'met',
    0,
  ],
  ['maryland', 'preferred is not required', history([requires, requires, prefers]), 'short', 1],
  [
    'maryland',
    'somebody who does not hire',
    history([requires, requires, { ...requires, hiringAuthority: false }]),
    'short',
    1,
  ],

  ['tennessee', 'two teams agree', reviewed(['A', 'Valued'], ['B', 'Valued']), 'met', 0],
  ['tennessee', 'one team is too few', reviewed(['A', 'Valued']), 'short', 0, 'reviews_missing'],
  [
    'tennessee',
    'two teams differ and nobody settled it',
    reviewed(['A', 'Valued'], ['B', null]),
    'short',
    0,
    'reviews_missing',
  ],
  [
    'tennessee',
    'a third team settles it',
    reviewed(['A', 'Valued'], ['B', null], ['C', 'Recognized', true]),
    'met',
    0,
  ],
  [
    'tennessee',
    'a third team settles it the other way',
    reviewed(['A', 'Valued'], ['B', null], ['C', null, true]),
    'short',
    0,
    'tier_too_low',
  ],
  [
    'tennessee',
    'two teams agree that it has no tier',
    reviewed(['A', null], ['B', null]),
    'short',
    0,
    'tier_too_low',
  ],
  [
    'tennessee',
    'answers of employers are no reviews',
    history(times(5, requires)),
    'short',
    0,
    'reviews_missing',
  ],

  [
    'wisconsin',
    'three who say what they pay',
    history(times(3, { values: { importance: 'required', entry_wage: '15_to_20' } })),
    'met',
    0,
  ],
  [
    'wisconsin',
    'one would rather not say',
    history([
      ...times(2, { values: { importance: 'required', entry_wage: '15_to_20' } }),
      { values: { importance: 'required', entry_wage: 'not_said' } },
    ]),
    'short',
    1,
  ],

  ['arizona', 'two letters of the trade', history([letter, letter], { credentialNaics: ['238'] }), 'met', 0],
  [
    'arizona',
    'one of an unrelated business',
    history([letter, { ...letter, profile: { naicsCode: '722511' } }], { credentialNaics: ['238'] }),
    'short',
    1,
  ],
  [
    'arizona',
    'one of a business that nobody knows',
    history([letter, { ...letter, profile: { naicsCode: null } }], { credentialNaics: ['238'] }),
    'short',
    1,
  ],
  ['arizona', 'one of a school', history([letter, { ...letter, relation: 'training_provider' }]), 'short', 1],

  ['colorado', 'one board supports it', lettersOf({}), 'met', 0],
  ['colorado', 'the board does not support it', lettersOf({ supports: false }), 'short', 0, 'too_few_boards'],
  [
    'colorado',
    'the board took its support back',
    lettersOf({ on: month(-1) }, { on: month(0), supports: false }),
    'short',
    0,
    'too_few_boards',
  ],
  ['colorado', 'a letter two years old', lettersOf({ on: month(-24) }), 'short', 0, 'too_few_boards'],
  ['colorado', "an employer's letter is none of a board", history([letter]), 'short', 0, 'too_few_boards'],

  [
    'north-carolina',
    'two with hiring preference',
    history(times(2, { values: { [PREFERENCE]: 'yes' } })),
    'met',
    0,
  ],
  [
    'north-carolina',
    'more pay is not hiring preference',
    history(times(2, { values: { [INCENTIVE]: 'yes' } })),
    'short',
    2,
  ],

  [
    'texas',
    'three in two counties, asked through a board',
    forwarded([inTexas('Bexar'), inTexas('Bexar'), inTexas('Travis')]),
    'met',
    0,
  ],
  [
    'texas',
    'no board was asked',
    history([inTexas('Bexar'), inTexas('Bexar'), inTexas('Travis')]),
    'short',
    0,
    'too_few_boards',
  ],
  ['texas', 'three in one county', forwarded(times(3, inTexas('Bexar'))), 'short', 1, 'too_few_regions'],
  [
    'texas',
    'a county that nobody knows is no other',
    forwarded([inTexas('Bexar'), inTexas('Bexar'), inTexas('')]),
    'short',
    1,
    'too_few_regions',
  ],

  ...[2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((count): Case[] => [
    [`letters-${count}`, 'as many letters', history(times(count, letter)), 'met', 0],
    [`letters-${count}`, 'one too few', history([...times(count - 1, letter), noFactor]), 'short', 1],
  ]),
];

describe('presets', () => {
  it.each(CASES)('%s: %s', (slug, _name, given, status, shortfall, reason) => {
    const { body } = POLICY_PRESETS.find((preset) => preset.slug === slug)!;
    // Twelve months of Florida's end soon after; a day keeps letters of month(-3) too old for nobody else.
    const found = evaluateRequirement(body, given, slug === 'florida' ? month(10) : month(1));
    expect(found).toMatchObject({ status, shortfall });
    if (reason) expect(found.reasons).toContain(reason);
  });

  it('have a case each, and each names its source', () => {
    expect(new Set(CASES.map(([slug]) => slug))).toEqual(new Set(POLICY_PRESETS.map(({ slug }) => slug)));
    for (const { body } of POLICY_PRESETS) expect(body.source.title.length).toBeGreaterThan(10);
  });

  it.each(POLICY_PRESETS)(
    '$slug is valid data, reads in sentences, and asks questions that are asked',
    ({ body }) => {
      expect(policySchema.parse(body)).toEqual(body);
      const sentences = describePolicy(body);
      expect(sentences.length).toBeGreaterThan(3);
      for (const sentence of sentences) expect(sentence).toMatch(/^["A-Z0-9].*\.$/);
      for (const key of questionKeys(body)) {
        expect(WYOMING_INSTRUMENT.questions.map((question) => question.key)).toContain(key);
      }
    },
  );

  it('can give one vote to a parent company and all under it, or to each person', () => {
    const { body } = POLICY_PRESETS.find(({ slug }) => slug === 'arkansas')! as { body: PolicyV3 };
    const under = (oneVoteFor?: 'employer' | 'group' | 'person') =>
      policySchema.parse({
        ...body,
        requirement: { ...body.requirement, ...(oneVoteFor && { oneVoteFor }) },
      });
    const given: EvidenceFacts = {
      ...voted([], ballotWith([{ employerId: 1 }, { employerId: 1 }, { employerId: 2 }, { employerId: 3 }])),
      groups: [2, 3].map((employerId) => ({ employerId, groupId: 7, from: month(0), until: null })),
    };
    const votes = (oneVoteFor?: 'employer' | 'group' | 'person') =>
      evaluateRequirement(under(oneVoteFor), given, month(1)).bodies![0]!.counted!.approve;
    expect([votes(), votes('employer'), votes('group'), votes('person')]).toEqual([3, 3, 2, 4]);
    expect(describePolicy(under('group')).join(' ')).toContain('have one vote together');
  });

  it('of Florida wants demand shown, and takes appeals', () => {
    const { body } = POLICY_PRESETS.find(({ slug }) => slug === 'florida')!;
    expect(body).toMatchObject({
      review: 'yearly',
      decidedBy: 'committee',
      mayApply: ['schools', 'colleges', 'workforce_boards'],
      mandatoryCriteria: ['high_skill_wage_demand'],
      appealDays: 30,
    });
    const words = describePolicy(body).join(' ');
    for (const told of ['1 July to 30 June', 'in demand', 'every quarter']) expect(words).toContain(told);
  });

  it('count no answer of an employer as the word of a body', () => {
    for (const slug of ['arkansas', 'south-dakota', 'tennessee', 'colorado']) {
      const { body } = POLICY_PRESETS.find((preset) => preset.slug === slug)!;
      const found = evaluateRequirement(
        body,
        history([...times(3, requires), ...times(3, letter)]),
        month(1),
      );
      expect(found.figures).toMatchObject({ bothYes: 0, answered: 6, excluded: 6 });
      expect(found.required).toBe(0);
    }
  });
});
