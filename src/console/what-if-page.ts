import { lapseInWords } from '../approvals/standing.ts';
import { changesTheCount, countOf, type Difference } from '../evidence/rules/compare.ts';
import type { Figures, Measure, PositionStatus, Requirement, UnitPosition } from '../evidence/types.ts';
import { MEASURE_WORDS, REQUIREMENT_REASON_WORDS } from '../evidence/words.ts';
import { reasonOf, standing } from './pages.ts';
import { storyPath, whatIfPath } from './paths.ts';

/** What can be chosen, and what it says. */
export type PolicyOption = { value: string; text: string; rule: string[] };

export type WhatIfFacts = {
  credential: { slug: string; name: string; issuer: string };
  zone: string;
  options: readonly Pick<PolicyOption, 'value' | 'text'>[];
  under: { option: PolicyOption; requirement: Requirement };
  against: { option: PolicyOption; requirement: Requirement };
  differences: readonly (Pick<Difference, 'one' | 'other'> & { employerId: number; employer: string })[];
  /** All of them, where only the first are shown. */
  total: number;
};

const FIGURE_ROWS: readonly [keyof Figures, string][] = [
  ['asked', 'Asked'],
  ['delivered', 'Reached'],
  ['answered', 'Answered'],
  ['bothYes', 'Count'],
  ['no', 'Say no'],
  ['notSure', 'Not sure'],
  ['notFamiliar', 'Do not know it'],
  ['conflicting', 'Their people disagree'],
  ['excluded', 'Shown, not counted'],
  ['agedOut', 'Too old to count'],
];

const STATUS_WORDS: Record<PositionStatus, string> = {
  asked: 'No answer yet',
  both_yes: 'Counts',
  no: 'Says no',
  not_sure: 'Not sure',
  not_familiar: 'Does not know it',
  conflicting: 'Its people disagree',
  excluded: 'Shown, not counted',
  aged_out: 'Too old to count',
};

/** The same answers under two policies, side by side. Nothing is recorded by looking. */
export function whatIfPage(facts: WhatIfFacts) {
  const { credential, under, against } = facts;
  const [one, other] = [under.requirement, against.requirement];
  return {
    title: `What if: ${credential.name}`,
    zone: facts.zone,
    breadcrumbs: [
      { href: '/staff/credentials', text: 'Credentials' },
      { href: `/staff/credentials/${credential.slug}`, text: credential.name },
      { href: storyPath(credential.slug), text: 'Story' },
    ],
    issuer: credential.issuer,
    action: whatIfPath(credential.slug),
    options: facts.options,
    underValue: under.option.value,
    againstValue: against.option.value,
    isSame: under.option.value === against.option.value,
    sides: [under, against].map(({ option, requirement }, index) => ({
      label: index === 0 ? 'First' : 'Second',
      name: option.text,
      rule: option.rule[0] ?? '',
      wholeRule: option.rule.slice(1),
      standing: standing(requirement),
      reasons: requirement.reasons.map((reason) => REQUIREMENT_REASON_WORDS[reason]),
      measures: measuresOf(requirement).map(({ kind, has, needs }) => ({
        text: MEASURE_WORDS[kind],
        has,
        needs,
      })),
      expiring: lapseInWords(requirement, facts.zone),
    })),
    figures: FIGURE_ROWS.map(([key, text]) => ({
      text,
      one: one.figures[key],
      other: other.figures[key],
      differs: one.figures[key] !== other.figures[key],
    })),
    differences: facts.differences.map((difference) => ({
      employer: difference.employer,
      href: `/staff/employers/${difference.employerId}`,
      one: told(difference.one),
      other: told(difference.other),
      changesTheCount: changesTheCount(difference),
    })),
    more: Math.max(0, facts.total - facts.differences.length),
    total: facts.total,
  };
}

function measuresOf({ status, measures, required, figures }: Requirement): readonly Measure[] {
  if (status === 'unsupported') return [];
  return measures ?? [{ kind: 'employers', needs: required, has: figures.bothYes }];
}

/** One position in words; where one side has several, how many of them count. */
function told(positions: readonly UnitPosition[]) {
  const [first, ...more] = positions;
  if (!first) return { status: 'Not looked at', reason: null };
  if (more.length > 0) {
    return { status: `${positions.length} stand apart, ${countOf(positions)} of them count`, reason: null };
  }
  const { status, reasons } = first;
  const reason = reasons.find((one) => one === 'group_counts_once') ?? reasons[0];
  return { status: STATUS_WORDS[status], reason: reasonOf(reason ?? null) };
}
