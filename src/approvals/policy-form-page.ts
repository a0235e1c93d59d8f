import {
  APPLICANT_WORDS,
  CRITERION_WORDS,
  DECIDER_WORDS,
  REVIEW_WORDS,
} from '../evidence/rules/describe-requirement.ts';
import {
  APPLICANTS,
  DECIDERS,
  describePolicy,
  type Policy,
  PROVENANCE_WORDS,
  RELATION_WORDS,
  REVIEWS,
} from '../evidence/rules/policy.ts';
import { CRITERIA } from '../evidence/types.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { approvalPaths } from './paths.ts';
import type { KnownQuestion } from './policy-fields.ts';
import { QUESTION_SLOTS } from './policy-forms.ts';
import { readingOf } from './policy-words.ts';

/** The whole of a policy as one form, with the fields of what it starts from filled in. */
export function policyFormPage(facts: {
  start: string;
  startName: string;
  startBody: Policy;
  known: readonly KnownQuestion[];
  values: FormValues;
  errors: readonly FieldError[];
  /** What the fields say, when somebody asked to see it. */
  stated: Policy | null;
}) {
  const { values, errors, stated, startBody } = facts;
  const isSet = (...names: string[]) =>
    names.some((name) => (values[name] ?? '') !== '') || hasError(errors, names);
  const isAsked = (kind: string, ...names: string[]) =>
    [values.demands ?? []].flat().includes(kind) || hasError(errors, names);
  const now = stated ? sentencesOf(stated) : [];
  const then = sentencesOf(startBody);
  const slots = QUESTION_SLOTS.map((n) => ({
    n,
    key: `q${n}Key`,
    meaning: `q${n}Meaning`,
    says: `q${n}Says`,
    yes: `q${n}Yes`,
    no: `q${n}No`,
    isOpen: isSet(`q${n}Key`, `q${n}Meaning`, `q${n}Yes`, `q${n}No`),
  }));
  return {
    title: 'Make a policy',
    breadcrumbs: [
      { href: approvalPaths.lists, text: 'Lists' },
      { href: approvalPaths.policies, text: 'Policies' },
    ],
    action: approvalPaths.policies,
    cancelHref: approvalPaths.policies,
    start: facts.start,
    startName: facts.startName,
    values,
    errors,
    words: stated && {
      sentences: now.map((text) => ({ text, isNew: !then.includes(text) })),
      dropped: then.filter((sentence) => !now.includes(sentence)),
    },
    slots,
    questions: questionChoices(facts.known, values),
    answers: facts.known.map(({ key, name, options }) => ({ key, name, options: options.join(', ') })),
    isOpen: {
      points: values.basis === 'points' || isSet('pointsKey', 'pointsMeaning', 'pointsLevels', 'minPoints'),
      panel: isAsked('panel_vote', 'panelVoters', 'panelPercent'),
      ballot: isAsked('employer_ballot', 'ballotVoters', 'ballotPercent'),
      boards: isAsked('board_letters', 'boardLetters') || isAsked('boards_asked', 'boardsAsked'),
      rubric: isAsked('rubric', 'rubricTeams', 'rubricTiers', 'rubricTier'),
      spread: isSet('inState', 'minRegions', 'minSectors', 'minSizes', 'shareOf', 'sharePercent'),
      wage: isSet('wageDemand', 'wageQuestion', 'wageBands', 'wageDollars'),
    },
    bases: [
      { value: 'distinct_employers', text: 'So many different employers say so' },
      { value: 'letters', text: 'Letters of so many different employers say so' },
      { value: 'points', text: 'The points of employers’ answers reach a number' },
      { value: 'none', text: 'Nothing: votes, boards or review teams show it' },
    ],
    combines: [
      { value: 'all', text: 'Yes to all of them, in one and the same answer' },
      { value: 'any', text: 'Yes to any of them' },
    ],
    readings: [
      { value: 'options', text: 'Each answer by itself' },
      { value: 'at_least', text: 'Levels, the lowest first' },
    ],
    demandKinds: [
      { value: 'panel_vote', text: 'A panel votes for it' },
      { value: 'employer_ballot', text: 'Employers vote for it on a ballot' },
      { value: 'board_letters', text: 'Workforce boards support it by letter' },
      { value: 'boards_asked', text: 'It was forwarded to workforce boards' },
      { value: 'rubric', text: 'Review teams score it with a rubric' },
      { value: 'generic', text: 'It is generic, not tied to one vendor’s product' },
    ],
    votingUnits: [
      { value: 'employer', text: 'Each employer' },
      { value: 'group', text: 'A parent company and all under it together' },
      { value: 'person', text: 'Each person who votes' },
    ],
    secrets: [
      { value: 'open', text: 'Staff see how it stands' },
      { value: 'secret', text: 'Nobody sees how it stands' },
    ],
    provenances: Object.entries(PROVENANCE_WORDS).map(([value, words]) => ({ value, text: sentence(words) })),
    answerers: [
      { value: 'anybody', text: 'Anybody' },
      { value: 'hiring', text: 'Only people who take part in hiring' },
    ],
    relations: [
      ...Object.entries(RELATION_WORDS).map(([value, words]) => ({ value, text: sentence(words) })),
      { value: 'issuer_domain', text: 'Has the issuer’s e-mail domain' },
    ],
    units: [
      { value: 'legal_entity', text: 'Each employer, as a legal entity' },
      { value: 'group', text: 'Each group: a parent company and all under it' },
      { value: 'site', text: 'Each site of an employer' },
    ],
    speakers: [
      { value: 'everybody', text: 'Everybody who answers' },
      { value: 'hiring_authority_first', text: 'Those who take part in hiring first, then the latest' },
    ],
    disagreements: [
      { value: 'adjudicate', text: 'Two members of staff settle it; until then it is not counted' },
      { value: 'latest', text: 'The latest clear answer counts' },
      { value: 'any_no_wins', text: 'One no makes it a no' },
    ],
    industries: [
      { value: 'any', text: 'Any' },
      { value: 'related', text: 'Only those that the credential names' },
    ],
    groupings: [
      { value: 'group', text: 'One parent company and all under it' },
      { value: 'region', text: 'One county' },
      { value: 'sector', text: 'One sector' },
      { value: 'size', text: 'One size' },
    ],
    wageDemands: [
      { value: 'stated', text: 'Each says what it pays' },
      { value: 'each_at_least', text: 'Each pays at least so much' },
      { value: 'median_at_least', text: 'Half of them pay at least so much' },
    ],
    applicants: APPLICANTS.map((value) => ({ value, text: sentence(APPLICANT_WORDS[value]) })),
    deciders: DECIDERS.map((value) => ({ value, text: DECIDER_WORDS[value].replace(/ decides?\.$/, '') })),
    reviews: REVIEWS.map((value) => ({ value, text: REVIEW_WORDS[value].replace(/\.$/, '') })),
    criteria: CRITERIA.map((value) => ({ value, text: CRITERION_WORDS[value] })),
  };
}

/** Every question that instruments ask, and those that the policy names without any instrument asking them. */
function questionChoices(known: readonly KnownQuestion[], values: FormValues) {
  const keys = [...QUESTION_SLOTS.map((n) => `q${n}Key`), 'pointsKey', 'wageQuestion'];
  const named = keys.flatMap((name) => values[name] ?? []).filter((key) => key !== '');
  const extra = new Set(named.filter((key) => !known.some((question) => question.key === key)));
  return [
    ...known.map(({ key, name }) => ({ value: key, text: `${name} (${key})` })),
    ...[...extra].map((key) => ({ value: key, text: key })),
  ];
}

function sentencesOf(policy: Policy): string[] {
  return [...describePolicy(policy), ...readingOf(policy)];
}

const hasError = (errors: readonly FieldError[], names: readonly string[]) =>
  errors.some(({ field }) => names.includes(field));

const sentence = (words: string) => words.replace(/^./, (first) => first.toUpperCase());
