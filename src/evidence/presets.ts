import { WYOMING_COUNTING_KEYS } from '../surveys/presets.ts';
import {
  type BodyDemand,
  NOTHING_FURTHER,
  type Policy,
  type PolicyV1,
  type PolicyV2,
  type PolicyV3,
} from './rules/policy.ts';

const [INCENTIVE, PREFERENCE] = WYOMING_COUNTING_KEYS;

export type PolicyPreset = { slug: string; name: string; body: Policy };
type PresetV2 = PolicyPreset & { body: PolicyV2 };
type PresetV3 = PolicyPreset & { body: PolicyV3 };

/**
 * Wyoming: at least ten employers answer yes to both questions before a credential is approved. The count and the two
 * questions are the state's; evidence age, conflicts of interest, provenance and disagreement are this product's
 * careful defaults where the source is silent.
 */
export const WYOMING: PolicyPreset & { body: PolicyV1 } = {
  slug: 'wyoming',
  name: 'Wyoming: ten employers, yes to both',
  body: {
    formatVersion: 1,
    requirement: {
      kind: 'distinct_employers',
      questions: [
        { key: INCENTIVE, meaning: 'would monetarily incentivize a learner who has the credential' },
        {
          key: PREFERENCE,
          meaning: 'would give that learner hiring preference, all things being equal',
        },
      ],
      minDistinctEmployers: 10,
    },
    evidenceMaxAgeMonths: 24,
    warnDaysBeforeLapse: 90,
    disagreement: 'adjudicate',
    excludedRelations: ['board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant'],
    excludeIssuerDomain: true,
    acceptedProvenance: [
      'mailed_link_own_domain',
      'mailed_link_other_domain',
      'mailed_link_free_mail',
      'forwarded_mailed',
      'forwarded_verified',
    ],
    requireHiringAuthority: false,
    source: {
      title: 'Advance CTE, Identifying and Approving Credentials of Value',
      url: 'https://careertech.org/resource/identifying-and-approving-credentials-of-value',
    },
  },
};

const IMPORTANCE = ['not_a_factor', 'foundational_only', 'nice_to_have', 'preferred', 'required'];

/** What an employer may say that makes its word a recommendation, where a state has no words of its own for it. */
const VALUES_IT: Counted['questions'] = [
  {
    key: 'importance',
    meaning: 'require or prefer it when they hire',
    says: { kind: 'at_least', level: 'preferred', order: IMPORTANCE },
  },
  {
    key: PREFERENCE,
    meaning: 'would give a learner who has it hiring preference',
    says: { kind: 'options', yes: ['yes'], no: ['no'] },
  },
  {
    key: INCENTIVE,
    meaning: 'would pay a learner who has it more',
    says: { kind: 'options', yes: ['yes'], no: ['no'] },
  },
];

const PREFERS: Counted['questions'] = [VALUES_IT[1]!];

const WAGE_BANDS = [
  { value: 'under_15', from: 0 },
  { value: '15_to_20', from: 15 },
  { value: '20_to_25', from: 20 },
  { value: '25_to_35', from: 25 },
  { value: '35_or_more', from: 35 },
];

type Counted = Extract<PolicyV2['requirement'], { kind: 'letters' }>;

const ADVANCE_CTE = {
  title: 'Advance CTE, Identifying and Approving Credentials of Value',
  url: 'https://careertech.org/resource/identifying-and-approving-credentials-of-value',
};

/** Careful where a source is silent: answers age, ties to the issuer are shown and not counted, people decide conflicts. */
const CAREFUL = {
  formatVersion: 2,
  evidenceMaxAgeMonths: 24,
  warnDaysBeforeLapse: 90,
  disagreement: 'adjudicate',
  excludedRelations: WYOMING.body.excludedRelations,
  excludeIssuerDomain: true,
  acceptedProvenance: WYOMING.body.acceptedProvenance,
  requireHiringAuthority: false,
  ...NOTHING_FURTHER,
} as const satisfies Partial<PolicyV2>;

/** A letter is entered by staff with its document attached. */
const LETTERS_ONLY: PolicyV2['acceptedProvenance'] = ['staff_letter'];
const SAFE_DEFAULTS = 'how long an answer counts and which ties to the issuer are not counted';

function preset(
  slug: string,
  name: string,
  body: Pick<PolicyV2, 'requirement' | 'source'> & Partial<PolicyV2>,
): PresetV2 {
  return { slug, name, body: { ...CAREFUL, besides: [], mayApply: ['anyone'], ...body } };
}

/** As `preset`, for what answers alone do not show: votes, letters of boards, reviews, criteria. */
function presetV3(
  slug: string,
  name: string,
  body: Pick<PolicyV3, 'requirement' | 'source'> & Partial<PolicyV3>,
): PresetV3 {
  return {
    slug,
    name,
    body: {
      ...CAREFUL,
      besides: [],
      mayApply: ['anyone'],
      also: [],
      mandatoryCriteria: [],
      appealDays: 30,
      ...body,
      formatVersion: 3,
    },
  };
}

const APPEALS = 'that a decision can be appealed within 30 days';

/** The final word of employers: one vote each, more than half of them for it. */
const ballotOf = (minVoters: number): BodyDemand => ({
  kind: 'employer_ballot',
  minVoters,
  approvePercent: null,
  secretUntilClosed: true,
});
const SECRET = 'that nobody sees how a ballot by mail stands before it closes';

const letters = (minLetters: number, questions = VALUES_IT): Counted => ({
  kind: 'letters',
  questions,
  combine: 'any',
  minLetters,
});

const LOUISIANA = presetV3('louisiana', 'Louisiana: letters of three Louisiana employers', {
  requirement: letters(3),
  acceptedProvenance: LETTERS_ONLY,
  inState: 'LA',
  also: [{ kind: 'generic' }],
  decidedBy: 'council',
  besides: ['The letters are on company letterhead.', 'State agencies check demand and wages.'],
  source: {
    title: 'Louisiana Workforce Investment Council, Industry-Based Certification',
    url: 'https://www.laworks.net/PublicRelations/WIC_IndustryBasedCertification.asp',
    addedHere: [APPEALS, SAFE_DEFAULTS],
  },
});

const OHIO = presetV3('ohio', 'Ohio: points by level from ten reviewers, then their vote', {
  requirement: {
    kind: 'points',
    question: { key: 'importance', meaning: 'say what it is worth when they hire' },
    levels: [
      { value: 'required', points: 12 },
      { value: 'preferred', points: 6 },
      { value: 'nice_to_have', points: 3 },
      { value: 'foundational_only', points: 1 },
      { value: 'not_a_factor', points: 0 },
    ],
    minPoints: 60,
    minDistinctEmployers: 10,
  },
  also: [ballotOf(10)],
  requireHiringAuthority: true,
  decidedBy: 'employers',
  review: 'yearly',
  source: {
    title: 'Ohio Department of Education, Process for Adding New Industry-Recognized Credentials',
    url: 'https://education.ohio.gov/Topics/Ohio-s-Graduation-Requirements/Industry-Recognized-Credentials/Process-for-adding-new-industry-recognized-credent',
    addedHere: [
      'the points of each level (12 is what the state asks for its seal)',
      'that the points of all are added up',
      'the 60 points that are needed, as if each of ten preferred it',
      'that more than half of ten employers must vote for it',
      SECRET,
      APPEALS,
      SAFE_DEFAULTS,
    ],
  },
});

const finalBallot = (
  slug: string,
  state: string,
  mayApply: PolicyV2['mayApply'],
  review: PolicyV2['review'],
): PresetV3 =>
  presetV3(slug, `${state}: employers give the final approval`, {
    requirement: ballotOf(3),
    mayApply,
    decidedBy: 'employers',
    review,
    source: {
      ...ADVANCE_CTE,
      addedHere: [
        'that at least three employers vote, and more than half of them for it',
        SECRET,
        APPEALS,
        SAFE_DEFAULTS,
      ],
    },
  });

const ARKANSAS = finalBallot('arkansas', 'Arkansas', ['schools'], 'rolling');
const SOUTH_DAKOTA = finalBallot('south-dakota', 'South Dakota', ['anyone'], 'yearly');

const KENTUCKY = preset('kentucky', 'Kentucky: employers apply, the workforce board decides', {
  requirement: {
    kind: 'distinct_employers',
    questions: VALUES_IT,
    combine: 'any',
    minDistinctEmployers: 1,
  },
  // Who applies is an employer by rule, so applying is no conflict of interest here.
  excludedRelations: CAREFUL.excludedRelations.filter((relation) => relation !== 'applicant'),
  mayApply: ['employers'],
  decidedBy: 'workforce_board',
  review: 'yearly',
  besides: ['Who applied is told that it was accepted, or why it was not.'],
  source: {
    ...ADVANCE_CTE,
    addedHere: ['that one employer who values it is enough', 'which answers say so', SAFE_DEFAULTS],
  },
});

const FLORIDA = presetV3('florida', 'Florida: regional demand, a committee every quarter', {
  requirement: letters(3),
  acceptedProvenance: [...LETTERS_ONLY, 'mailed_link_own_domain'],
  evidenceMaxAgeMonths: 12,
  inState: 'FL',
  mayApply: ['schools', 'colleges', 'workforce_boards'],
  decidedBy: 'committee',
  review: 'yearly',
  besides: [
    'The committee meets every quarter; a list holds from 1 July to 30 June and is reviewed each year.',
    'Where demand is regional, letters of employers, job postings or local labor-market data show it.',
  ],
  mandatoryCriteria: ['high_skill_wage_demand'],
  source: {
    title: 'CareerSource Florida, Master Credentials List',
    url: 'https://careersourceflorida.com/master-credentials-list-jasone',
    addedHere: [
      'that three employers are enough',
      'that answers by mailed links count as letters',
      'that demand must be shown as a criterion, by what is attached',
      APPEALS,
      SAFE_DEFAULTS,
    ],
  },
});

const MARYLAND = presetV3('maryland', 'Maryland: required, or a competitive advantage', {
  requirement: {
    kind: 'distinct_employers',
    questions: [
      {
        key: 'importance',
        meaning: 'require it for employment',
        says: { kind: 'options', yes: ['required'], no: ['preferred', 'not_a_factor'] },
      },
      {
        key: PREFERENCE,
        meaning: 'give those who have it a competitive advantage for hiring',
        says: { kind: 'options', yes: ['yes'], no: ['no'] },
      },
    ],
    combine: 'any',
    minDistinctEmployers: 3,
  },
  requireHiringAuthority: true,
  review: 'every_two_years',
  mandatoryCriteria: [
    'employer_need',
    'high_skill_wage_demand',
    'advancement',
    'portability',
    'alignment',
    'competencies',
    'assessment_integrity',
  ],
  besides: ['Seven criteria are mandatory, each with an artifact that shows it.'],
  source: {
    title: 'Maryland State Department of Education, Industry-Recognized Credentials',
    url: 'http://marylandpublicschools.org/about/Pages/DCCR/industry-credentials.aspx',
    addedHere: [
      'that three employers are enough',
      'which seven rows of the table of Advance CTE the seven criteria are',
      APPEALS,
      SAFE_DEFAULTS,
    ],
  },
});

const TENNESSEE = presetV3('tennessee', 'Tennessee: two review teams and a rubric', {
  requirement: {
    kind: 'rubric',
    teams: 2,
    tiers: ['Recognized', 'Valued', 'Preferred'],
    minTier: 'Recognized',
  },
  review: 'yearly',
  source: {
    title: 'Tennessee Department of Education, Promoted Industry Credentials',
    url: 'https://www.tn.gov/education/news/2020/11/10/',
    addedHere: ['that the lowest tier is enough to be listed', APPEALS, SAFE_DEFAULTS],
  },
});

const WISCONSIN = preset('wisconsin', 'Wisconsin: employers say what they pay', {
  requirement: {
    kind: 'distinct_employers',
    questions: VALUES_IT,
    combine: 'any',
    minDistinctEmployers: 3,
  },
  wage: { question: 'entry_wage', bands: WAGE_BANDS, demand: { kind: 'stated' } },
  mayApply: ['agencies', 'colleges'],
  review: 'yearly',
  source: {
    title: 'Wisconsin Department of Workforce Development, Career and Technical Education Incentive Grants',
    url: 'https://dwd.wisconsin.gov/det/cteincentive/',
    addedHere: ['that three employers are enough', 'which answers value it', SAFE_DEFAULTS],
  },
});

const ARIZONA = preset('arizona', 'Arizona: signed letters of related businesses', {
  requirement: letters(2),
  acceptedProvenance: LETTERS_ONLY,
  relatedSectorsOnly: true,
  mayApply: ['schools'],
  decidedBy: 'state_board',
  review: 'yearly',
  besides: [
    'The letters are signed, on official letterhead, and tell of hiring students who earn it.',
    'Letters of vendors, of schools and of businesses of unrelated fields are not taken.',
  ],
  source: {
    title: 'Arizona Department of Education, A-F industry credential request',
    url: 'https://azed.jotform.com/213184195051047',
    addedHere: ['that two letters are enough', SAFE_DEFAULTS],
  },
});

const COLORADO = presetV3('colorado', 'Colorado: a letter of the local workforce board', {
  requirement: { kind: 'board_letters', minLetters: 1 },
  mayApply: ['schools'],
  review: 'yearly',
  besides: [
    'The letter verifies demand and usage; business and industry in the state recognize the credential.',
  ],
  source: {
    title: 'Colorado Department of Education, Career Development Incentive Program approval process',
    url: 'http://cde.state.co.us./postsecondary/alt-text-cdip-approval-process',
    addedHere: [APPEALS, SAFE_DEFAULTS],
  },
});

const NORTH_CAROLINA = preset('north-carolina', 'North Carolina: letters of hiring preference', {
  requirement: letters(2, PREFERS),
  acceptedProvenance: [...LETTERS_ONLY, 'mailed_link_own_domain'],
  mayApply: ['colleges', 'workforce_boards', 'schools'],
  decidedBy: 'council',
  review: 'quarterly',
  source: {
    title: 'NCcareers.org, NC Workforce Credentials',
    url: 'https://nccareers.org/frequently-asked-questions',
    addedHere: [
      'that two letters are enough',
      'that answers by mailed links count as letters on the template',
      SAFE_DEFAULTS,
    ],
  },
});

const TEXAS = presetV3('texas', 'Texas: recognized and valued, asked through the boards', {
  requirement: {
    kind: 'distinct_employers',
    questions: [VALUES_IT[0]!],
    combine: 'all',
    minDistinctEmployers: 3,
  },
  also: [{ kind: 'boards_asked', minBoards: 1 }],
  inState: 'TX',
  spread: { minRegions: 2, minSectors: null, minSizes: null },
  mayApply: ['issuers'],
  review: 'every_five_years',
  besides: [
    'The agency forwards the credentials to the local boards, which ask the employers of their region.',
  ],
  source: {
    title: '19 TAC 74.1003, Industry-Based Certifications for Public School Accountability',
    url: 'https://regulations.justia.com/states/texas/title-19/part-2/chapter-74/subchapter-aa/section-74-1003',
    addedHere: [
      'that three employers in two counties are enough',
      'that one board is enough to have been asked',
      APPEALS,
      SAFE_DEFAULTS,
    ],
  },
});

/** As many letters, or answers that are as good: by a link to the employer's own domain. */
export function lettersPreset(count: number): PresetV2 {
  return preset(`letters-${count}`, `${count} letters of employers`, {
    requirement: letters(count),
    acceptedProvenance: [...LETTERS_ONLY, 'mailed_link_own_domain'],
    source: {
      ...ADVANCE_CTE,
      addedHere: ['that answers by mailed links count as letters', 'which answers value it', SAFE_DEFAULTS],
    },
  });
}

/** The numbers that states ask for: "as few as two, 10 or more". */
const LETTER_COUNTS = [2, 3, 4, 5, 6, 7, 8, 9, 10];

export const POLICY_PRESETS: readonly PolicyPreset[] = [
  WYOMING,
  ARIZONA,
  ARKANSAS,
  COLORADO,
  FLORIDA,
  KENTUCKY,
  LOUISIANA,
  MARYLAND,
  NORTH_CAROLINA,
  OHIO,
  SOUTH_DAKOTA,
  TENNESSEE,
  TEXAS,
  WISCONSIN,
  ...LETTER_COUNTS.map(lettersPreset),
];
