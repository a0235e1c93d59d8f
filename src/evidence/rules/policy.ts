import { z } from 'zod';
import { PROVENANCES, RELATIONS } from '../../surveys/types.ts';

const questionKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

/** N distinct employers, each of which says yes to every question in one and the same answer. */
const distinctEmployers = z.strictObject({
  kind: z.literal('distinct_employers'),
  questions: z
    .array(
      z.strictObject({
        key: questionKey,
        /** How the question reads after "employers who": "would pay more for it". */
        meaning: z.string().min(1).max(200),
      }),
    )
    .min(1)
    .max(6)
    .refine((questions) => new Set(questions.map(({ key }) => key)).size === questions.length, {
      error: 'Name each question once',
    }),
  minDistinctEmployers: z.int().min(1).max(1000),
});

export const DISAGREEMENT_RULES = ['adjudicate', 'latest', 'any_no_wins'] as const;

/**
 * What counts as enough, as data. A stored body is immutable once anything used it; a change is a new version. Further
 * kinds of requirement (letters, ballots, panel votes, points) join the union beside `distinct_employers`.
 */
export const policySchema = z.strictObject({
  formatVersion: z.literal(1),
  requirement: z.discriminatedUnion('kind', [distinctEmployers]),
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
  acceptedProvenance: z.array(z.enum(PROVENANCES)).min(1),
  requireHiringAuthority: z.boolean(),
  source: z.strictObject({ title: z.string().min(1).max(300), url: z.url().nullable() }),
});

export type Policy = z.infer<typeof policySchema>;

/** The questions that an instrument must hold for its answers to count under the policy. */
export function questionKeys(policy: Policy): string[] {
  return policy.requirement.questions.map(({ key }) => key);
}

const RELATION_WORDS: Record<Policy['excludedRelations'][number], string> = {
  customer: 'is a customer of the issuer',
  board: "sits on the issuer's board",
  sells_or_paid: 'sells to the issuer or is paid by it',
  issuer: 'is the issuer',
  reseller: 'resells the credential',
  training_provider: 'is a training provider or school',
  applicant: 'is the applicant',
};

const PROVENANCE_WORDS: Record<Policy['acceptedProvenance'][number], string> = {
  mailed_link_own_domain: "a link mailed to the employer's own domain",
  mailed_link_other_domain: 'a link mailed to an address at another domain',
  mailed_link_free_mail: 'a link mailed to a free-mail address',
  forwarded_mailed: 'a link that a colleague passed on and that was mailed to the new person',
  staff_entered: 'a letter or call entered by staff',
};

const DISAGREEMENT_WORDS: Record<Policy['disagreement'], string> = {
  adjudicate: 'Where people of one employer disagree, the employer is shown as conflicting and not counted.',
  latest: 'Where people of one employer disagree, the latest clear answer counts.',
  any_no_wins: 'Where people of one employer disagree, the employer counts as no.',
};

/** The policy in plain sentences, made from its data and nothing else. */
export function describePolicy(policy: Policy): string[] {
  const { requirement } = policy;
  const meanings = requirement.questions.map(({ meaning }) => meaning);
  const each =
    meanings.length === 1
      ? `${meanings[0]}`
      : `${joinWords(meanings, 'and')}, said in one and the same answer`;
  return [
    `At least ${requirement.minDistinctEmployers} different ${requirement.minDistinctEmployers === 1 ? 'employer' : 'employers'} who ${each}.`,
    'Each employer counts once, however many of its people answer. Records that may be the same employer count once until a person has settled it.',
    '"Not sure" and "I don\'t know this credential" count neither as yes nor as no.',
    DISAGREEMENT_WORDS[policy.disagreement],
    policy.evidenceMaxAgeMonths === null
      ? 'Answers do not age.'
      : `An answer counts for ${policy.evidenceMaxAgeMonths} months.`,
    ...(policy.excludedRelations.length > 0
      ? [
          `An answer is shown but not counted when the employer ${joinWords(
            policy.excludedRelations.map((relation) => RELATION_WORDS[relation]),
            'or',
          )}.`,
        ]
      : []),
    ...(policy.excludeIssuerDomain
      ? ["An employer whose e-mail domain is the issuer's is shown but not counted."]
      : []),
    `Answers count when they came by ${joinWords(
      policy.acceptedProvenance.map((provenance) => PROVENANCE_WORDS[provenance]),
      'or',
    )}.`,
    ...(policy.requireHiringAuthority ? ['The person who answers must take part in hiring.'] : []),
  ];
}

function joinWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
