import { joinWords } from '../../lib/join-words.ts';
import type { BodyDemand, Policy, PolicyV2, PolicyV3 } from './policy.ts';
import { bodyDemandsOf, isBodyDemand } from './terms.ts';

const NOT_RECORDED =
  'This needs facts that are not recorded here, so whether it is met is not counted: it is told and read only.';

type CountedQuestion = Extract<PolicyV2['requirement'], { kind: 'distinct_employers' }>['questions'][0];

/** What a policy of the second or third format asks for, in plain sentences. */
export function describeRequirement(policy: PolicyV2 | PolicyV3): string[] {
  const { spread, largestShare, wage, inState } = policy;
  const needed = neededEmployers(policy.requirement);
  return [
    ...(policy.formatVersion === 2
      ? describeKind(policy.requirement)
      : [
          ...(isBodyDemand(policy.requirement) ? [] : describeKind(policy.requirement)),
          ...bodyDemandsOf(policy).map(describeDemand),
        ]),
    ...(inState === null ? [] : [`Only employers in ${inState} count.`]),
    ...(policy.relatedSectorsOnly
      ? [
          'Only employers of the industries that the credential names count; one whose industry is not known does not.',
        ]
      : []),
    ...(spread.minRegions === null ? [] : [`They are in at least ${spread.minRegions} different counties.`]),
    ...(spread.minSectors === null ? [] : [`They are of at least ${spread.minSectors} different sectors.`]),
    ...(spread.minSizes === null ? [] : [`They are of at least ${spread.minSizes} different sizes.`]),
    ...(largestShare === null
      ? []
      : largestShare.of === 'parent'
        ? [
            `Of those that are needed, at most ${largestShare.percent} percent may belong to one parent company.`,
            NOT_RECORDED,
          ]
        : [
            `Of the ${needed} that are needed, at most ${Math.max(1, Math.floor((needed * largestShare.percent) / 100))} may be of one ${GROUP_WORDS[largestShare.of]}; more of ${largestShare.of === 'group' ? 'them' : 'it'} are shown and add nothing.`,
          ]),
    ...(wage === null ? [] : [describeWage(wage.demand)]),
  ];
}

/** What a policy says beyond the count: who applies, who decides, how often, and what the source leaves open. */
export function describeBeyond(policy: PolicyV2 | PolicyV3): string[] {
  const { addedHere } = policy.source;
  return [
    ...(policy.formatVersion === 3 && policy.mandatoryCriteria.length > 0
      ? [
          `Before it is approved, each of these must be shown by what is attached: ${joinWords(
            policy.mandatoryCriteria.map((criterion) => CRITERION_WORDS[criterion].toLowerCase()),
            'and',
          )}.`,
        ]
      : []),
    ...policy.besides,
    `${joinWords(
      policy.mayApply.map((applicant) => APPLICANT_WORDS[applicant]),
      'or',
    ).replace(/^./, (first) => first.toUpperCase())} may apply.`,
    DECIDER_WORDS[policy.decidedBy],
    REVIEW_WORDS[policy.review],
    ...(policy.formatVersion !== 3
      ? []
      : [
          policy.appealDays === null
            ? 'A decision cannot be appealed.'
            : `A decision can be appealed within ${policy.appealDays} days.`,
        ]),
    ...(addedHere.length > 0
      ? [`The source leaves open, and this policy sets: ${addedHere.join('; ')}.`]
      : []),
  ];
}

/** How votes, letters of boards and reviews are counted; nothing where the policy asks for none. */
export function describeBodies(policy: Policy, isRelated: string, mailed: string): string[] {
  const demands = bodyDemandsOf(policy);
  if (demands.length === 0) return [];
  const isVoted = demands.some(({ kind }) => kind === 'panel_vote' || kind === 'employer_ballot');
  return [
    ...(isVoted
      ? [
          'Whoever is recused neither votes nor counts toward the quorum. The latest vote decides; earlier ones stay on record.',
          mailed === ''
            ? 'A vote by a mailed link does not count.'
            : `A vote by a mailed link counts when it came by ${mailed}.`,
          ...(isRelated ? [`A vote is shown but not counted when the voter's employer ${isRelated}.`] : []),
        ]
      : []),
    policy.evidenceMaxAgeMonths === null
      ? 'What bodies say does not age.'
      : `What bodies say counts for ${policy.evidenceMaxAgeMonths} months.`,
  ];
}

function describeDemand(demand: BodyDemand): string {
  switch (demand.kind) {
    case 'panel_vote':
      return `A panel votes for the credential: ${share(demand.approvePercent)} of at least ${people(demand.minVoters, 'member', 'members')}.`;
    case 'employer_ballot':
      return `Employers vote for the credential: ${share(demand.approvePercent)} of at least ${people(demand.minVoters, 'employer', 'different employers')}, each with one vote.${
        demand.oneVoteFor === 'group'
          ? ' A parent company and all under it have one vote together.'
          : demand.oneVoteFor === 'person'
            ? ' Here each person who votes counts, also where several are of one employer.'
            : ''
      }${demand.secretUntilClosed ? ' Nobody sees how a ballot by mail stands before it closes.' : ''}`;
    case 'generic':
      return 'The credential is generic, not tied to one vendor’s product, as staff record it with where it says so; or the body that decides has excepted it. While nothing is recorded it is not met; what is recorded does not age.';
    case 'board_letters':
      return demand.minLetters === 1
        ? 'A letter of a workforce board supports it.'
        : `Letters of at least ${demand.minLetters} different workforce boards support it.`;
    case 'boards_asked':
      return `It was forwarded to at least ${people(demand.minBoards, 'workforce board', 'different workforce boards')}.`;
    case 'rubric':
      return `${demand.teams} ${demand.teams === 1 ? 'review team scores' : 'review teams score'} it with one rubric; where they differ, another team settles it. It must reach "${demand.minTier}" of the tiers ${joinWords(demand.tiers, 'and')}.`;
  }
}

const people = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
const share = (percent: number | null) =>
  percent === null
    ? 'more than half of the yes and no votes'
    : `at least ${percent} percent of the yes and no votes`;

/** The nine rows of the table in the brief of Advance CTE. */
export const CRITERION_WORDS: Record<PolicyV3['mandatoryCriteria'][0], string> = {
  employer_need: 'Employer need',
  high_skill_wage_demand: 'High skill, high wage or in demand',
  wage_gain: 'Wage gain',
  advancement: 'Advancement',
  portability: 'Portability',
  stackability: 'Stackability',
  alignment: 'Alignment',
  competencies: 'Competencies',
  assessment_integrity: 'Assessment integrity',
};

function describeKind(requirement: PolicyV2['requirement']): string[] {
  switch (requirement.kind) {
    case 'distinct_employers':
      return [`At least ${employers(requirement.minDistinctEmployers)} who ${describeAnswers(requirement)}.`];
    case 'letters':
      return [
        requirement.minLetters === 1
          ? `A letter of one employer who ${describeAnswers(requirement)}.`
          : `Letters of at least ${employers(requirement.minLetters)} who ${describeAnswers(requirement)}.`,
      ];
    case 'points': {
      const levels = requirement.levels.map(({ value, points }) => `${inWords(value)} ${points}`);
      return [
        `At least ${requirement.minPoints} points from at least ${employers(requirement.minDistinctEmployers)} who ${requirement.question.meaning}.`,
        `Points of an employer's answer: ${joinWords(levels, 'and')}.`,
      ];
    }
    case 'panel_vote':
      return [`A panel ${votes(requirement)}.`, NOT_RECORDED];
    case 'employer_ballot':
      return [`A ballot of employers ${votes(requirement)}.`, NOT_RECORDED];
    case 'board_letters':
      return [
        requirement.minLetters === 1
          ? 'A letter of one workforce board.'
          : `Letters of at least ${requirement.minLetters} workforce boards.`,
        NOT_RECORDED,
      ];
    case 'rubric':
      return [
        `${requirement.teams} review teams score it with one rubric; where they differ, another settles it. Tiers: ${joinWords(requirement.tiers, 'and')}.`,
        NOT_RECORDED,
      ];
  }
}

function describeAnswers({ questions, combine }: { questions: CountedQuestion[]; combine: 'all' | 'any' }) {
  const meanings = questions.map(({ meaning }) => meaning);
  if (meanings.length === 1) return meanings[0]!;
  return combine === 'all'
    ? `${joinWords(meanings, 'and')}, said in one and the same answer`
    : joinWords(meanings, 'or');
}

function describeWage(demand: NonNullable<PolicyV2['wage']>['demand']): string {
  switch (demand.kind) {
    case 'stated':
      return 'Each of them says what it usually pays to start.';
    case 'each_at_least':
      return `Each of them usually pays at least $${demand.dollars} an hour to start.`;
    case 'median_at_least':
      return `Half of those that say what they pay to start pay at least $${demand.dollars} an hour, by the lower end of their band.`;
  }
}

function neededEmployers(requirement: Policy['requirement']): number {
  if (requirement.kind === 'letters') return requirement.minLetters;
  return 'minDistinctEmployers' in requirement ? requirement.minDistinctEmployers : 0;
}

const employers = (n: number) => (n === 1 ? 'one of the employers' : `${n} different employers`);
const inWords = (value: string) => value.replaceAll('_', ' ');

/** "(of about 10) approves the credential with at least 60 percent of the votes"; a source may leave both open. */
function votes(of: { minVoters: number | null; approvePercent: number | null }): string {
  const part = of.approvePercent === null ? '' : ` with at least ${of.approvePercent} percent of the votes`;
  const voters = of.minVoters === null ? '' : ` of about ${of.minVoters}`;
  return `${voters ? `(${voters.trim()}) ` : ''}approves the credential${part}`;
}

const GROUP_WORDS = {
  region: 'county',
  sector: 'sector',
  size: 'size',
  group: 'parent company and all under it',
} as const;

export const APPLICANT_WORDS: Record<PolicyV2['mayApply'][number], string> = {
  anyone: 'anyone',
  employers: 'employers',
  schools: 'schools and districts',
  colleges: 'colleges',
  workforce_boards: 'local workforce boards',
  agencies: 'state agencies',
  issuers: 'the issuers of credentials',
};

export const DECIDER_WORDS: Record<PolicyV2['decidedBy'], string> = {
  agency: 'The agency decides.',
  council: 'A council decides.',
  state_board: 'The state board decides.',
  workforce_board: 'The workforce board decides.',
  employers: 'Employers decide.',
  employer_panel: 'A panel of employers decides.',
  committee: 'A committee decides.',
};

export const REVIEW_WORDS: Record<PolicyV2['review'], string> = {
  rolling: 'Reviewed at any time.',
  quarterly: 'Reviewed every quarter.',
  twice_a_year: 'Reviewed twice a year.',
  yearly: 'Reviewed every year.',
  every_two_years: 'Reviewed every two years.',
  every_five_years: 'Reviewed every five years.',
  not_stated: 'How often it is reviewed is not stated.',
};
