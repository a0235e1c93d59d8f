import type { CriterionState } from './criteria-rules.ts';
import type { AppealRefusal, ApplicantRefusal, DecisionRefusal } from './rules.ts';
import type {
  AppealState,
  ApplicantKind,
  ApplicationState,
  Decision,
  DecisionOutcome,
  ListKind,
  ReviewCycle,
} from './types.ts';

/** What staff read for the codes of approvals. */

type Tag = 'good' | 'short' | 'bad' | 'active' | 'quiet';

export const STATE_WORDS: Record<ApplicationState, string> = {
  submitted: 'Submitted',
  in_review: 'In review',
  decided: 'Decided',
  due_for_review: 'Due for review',
  renewed: 'Renewed',
  lapsed: 'Lapsed',
  revoked: 'Revoked',
};

export const DECISION_WORDS: Record<Decision, { text: string; hint: string; tag: Tag }> = {
  approved: {
    text: 'Approved',
    hint: 'Needs frozen evidence that met the requirement and still holds',
    tag: 'good',
  },
  denied: { text: 'Denied', hint: 'The credential does not go on the list in this cycle', tag: 'bad' },
  deferred: { text: 'Deferred', hint: 'No decision in this cycle', tag: 'quiet' },
};

export const OUTCOME_WORDS: Record<DecisionOutcome, string> = {
  approved: 'Approved',
  denied: 'Denied',
  deferred: 'Deferred',
  revoked: 'Revoked',
};

/** The state of an application with its decision, in one tag. */
export function stateTag({ state, decision }: { state: ApplicationState; decision: Decision | null }): {
  kind: Tag;
  text: string;
} {
  if (decision !== null && state === 'decided') {
    return { kind: DECISION_WORDS[decision].tag, text: DECISION_WORDS[decision].text };
  }
  const kinds: Partial<Record<ApplicationState, Tag>> = {
    due_for_review: 'short',
    lapsed: 'bad',
    revoked: 'bad',
  };
  return {
    kind: kinds[state] ?? (state === 'renewed' ? 'good' : 'active'),
    text: state === 'due_for_review' ? 'Approved, due for review' : STATE_WORDS[state],
  };
}

export const KIND_WORDS: Record<ListKind, { text: string; hint: string }> = {
  informational: { text: 'For information', hint: 'Tells learners and schools what employers value' },
  use_case: { text: 'For one use', hint: 'For funding, accountability or another single purpose' },
  unified: { text: 'For all uses', hint: 'One list that several programs and agencies rely on' },
};

export const REVIEW_WORDS: Record<ReviewCycle, string> = {
  rolling: 'All year',
  quarterly: 'Every quarter',
  twice_a_year: 'Twice a year',
  annual: 'Every year',
  every_2_years: 'Every two years',
  every_5_years: 'Every five years',
};

export const APPLICANT_WORDS: Record<ApplicantKind, string> = {
  employers: 'An employer',
  schools: 'A school or district',
  colleges: 'A college',
  workforce_boards: 'A workforce board',
  agencies: 'A state agency',
  issuers: 'The issuer of the credential',
};

export const APPLICANT_REFUSALS: Record<ApplicantRefusal, string> = {
  may_not_apply: 'Choose another applicant: the policy of this list does not let this one apply',
  applicant_not_an_employer:
    'Enter the name of an employer on record, as its page has it, or its number: only employers may apply',
};

export const DECISION_REFUSALS: Record<
  Exclude<DecisionRefusal, 'already_done'> | 'already_proposed',
  string
> = {
  evidence_missing:
    'It cannot be approved: no evidence is frozen under the policy of this list. Freeze the evidence first.',
  evidence_not_met: 'It cannot be approved: the frozen evidence does not meet the requirement.',
  evidence_expired: 'It cannot be approved: the frozen evidence has lapsed. Freeze it again.',
  criteria_missing:
    'It cannot be approved: the policy makes criteria mandatory that are not shown yet. They are marked below.',
  not_approved: 'Only an approval can be revoked.',
  no_open_appeal: 'It is decided. A second decision needs an appeal that is open.',
  body_missing: 'The policy says that a body decides: enter which one, and when.',
  already_proposed:
    'Somebody proposed a decision before you. It is shown below: confirm it, or take it back first.',
};

export const APPEAL_REFUSALS: Record<AppealRefusal, string> = {
  cannot_appeal: 'The policy of this list knows no appeal.',
  too_late: 'Enter a day within the time that the policy gives for appeals: this one is later',
  before_decision: 'Enter the day on which it was filed: it cannot be before the decision',
  already_appealed: 'This decision was appealed already.',
  not_decided: 'There is no decision that can be appealed.',
};

export const APPEAL_WORDS: Record<AppealState, { text: string; tag: Tag }> = {
  open: { text: 'Open', tag: 'active' },
  upheld: { text: 'Decision upheld', tag: 'quiet' },
  overturned: { text: 'Decision overturned', tag: 'good' },
  withdrawn: { text: 'Taken back', tag: 'quiet' },
};

export const CRITERION_STATE_WORDS: Record<CriterionState, { text: string; tag: Tag }> = {
  shown: { text: 'Shown', tag: 'good' },
  not_shown: { text: 'Not shown', tag: 'bad' },
  to_review: { text: 'To be looked at', tag: 'active' },
  nothing_attached: { text: 'Nothing attached', tag: 'quiet' },
};

/** What each row of the table asks, in a sentence for those who attach and those who judge. */
export const CRITERION_HINTS = {
  employer_need: 'Employers say that they value it. The count shows it; nothing has to be attached.',
  high_skill_wage_demand: 'It leads to occupations that are high-skill, high-wage or in demand.',
  wage_gain: 'Those who hold it earn more than those who do not.',
  advancement: 'It leads on to better jobs or further learning.',
  portability: 'It is recognized beyond one employer or one place.',
  stackability: 'It builds on other credentials, or others build on it.',
  alignment: 'It fits the programs of study and the standards of the state.',
  competencies: 'It says what somebody who holds it can do.',
  assessment_integrity: 'It is earned by an assessment that is valid, reliable and supervised.',
} as const;
