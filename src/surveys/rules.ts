import type { AnswerValues, InstrumentBody, Provenance } from './types.ts';

/** What a form sent for one credential, before anything is believed of it. */
export type AnswerInput = {
  notFamiliar: boolean;
  values: Record<string, string | readonly string[] | undefined>;
};

export const ANSWER_ERROR_CODES = ['missing', 'not_an_option', 'both'] as const;
export type AnswerErrorCode = (typeof ANSWER_ERROR_CODES)[number];
export type AnswerError = { question: string; code: AnswerErrorCode };

/** Takes any sent values for the instrument's own questions and nothing else. Bad input is data, never a default. */
export function checkAnswer(
  body: Pick<InstrumentBody, 'questions'>,
  input: AnswerInput,
): { ok: true; answer: AnswerValues } | { ok: false; errors: AnswerError[] } {
  const given = body.questions.map((question) => ({ question, value: input.values[question.key] }));
  if (input.notFamiliar) {
    const first = given.find(({ value }) => !isBlank(value));
    return first
      ? { ok: false, errors: [{ question: first.question.key, code: 'both' }] }
      : { ok: true, answer: { familiar: false } };
  }
  const errors: AnswerError[] = [];
  const values: Record<string, string> = {};
  for (const { question, value } of given) {
    if (isBlank(value)) {
      if (question.required) errors.push({ question: question.key, code: 'missing' });
    } else if (typeof value === 'string' && question.options.some((option) => option.value === value)) {
      values[question.key] = value;
    } else {
      errors.push({ question: question.key, code: 'not_an_option' });
    }
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, answer: { familiar: true, values } };
}

/** True when a stored answer is complete under an instrument, which may be a later version than it was given to. */
export function isComplete(
  body: Pick<InstrumentBody, 'questions'>,
  answer: AnswerValues | undefined,
): boolean {
  if (!answer) return false;
  if (!answer.familiar) return true;
  return checkAnswer(body, { notFamiliar: false, values: answer.values }).ok;
}

export type ProvenanceFacts = {
  /** A colleague named this person, who then got a link of their own by mail. */
  wasReferred: boolean;
  /** Somebody else than the invited person says that they use the link. */
  wasPassedOn?: boolean;
  emailDomain: string;
  employerDomains: readonly string[];
  isFreeMail: boolean;
};

/** How far the way an answer came ties it to its employer. Which grades count is the policy's to say. */
export function gradeProvenance(facts: ProvenanceFacts): Provenance {
  if (facts.wasPassedOn) return 'forwarded_unverified';
  if (facts.wasReferred) return 'forwarded_mailed';
  if (facts.isFreeMail) return 'mailed_link_free_mail';
  return facts.employerDomains.includes(facts.emailDomain)
    ? 'mailed_link_own_domain'
    : 'mailed_link_other_domain';
}

/** No person reads and answers a page sooner than this after it was shown (ASVS 2.4.2). */
export const QUICKEST_READER_MS = 2000;

/** Marks an answer for staff to look at; it is stored either way (E8). A page without a time counts as quick. */
export function isQuick(shownAt: Date | null, answeredAt: Date): boolean {
  return shownAt === null || answeredAt.getTime() - shownAt.getTime() < QUICKEST_READER_MS;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === '';
}
