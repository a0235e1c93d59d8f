import { z } from 'zod';

/** How an employer stands to a credential's issuer, in the answer's own words. */
export const RELATIONS = [
  'none',
  'customer',
  'board',
  'sells_or_paid',
  'issuer',
  'reseller',
  'training_provider',
  'applicant',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** How an answer came: the grade of its provenance. */
export const PROVENANCES = [
  'mailed_link_own_domain',
  'mailed_link_other_domain',
  'mailed_link_free_mail',
  /** A colleague named this person, who got a link of their own by mail. */
  'forwarded_mailed',
  /** Letters and calls before the two were told apart. */
  'staff_entered',
  /** Somebody else than the invited person used the link, and has confirmed it from an own address, or not yet. */
  'forwarded_verified',
  'forwarded_unverified',
  /** From the public page, confirmed from the address that was given, or not yet. */
  'open_link_verified',
  'open_link_unverified',
  'staff_letter',
  'staff_phone',
  'committee_vote',
] as const;
export type Provenance = (typeof PROVENANCES)[number];
/** Grades that a confirmation by mail raises, and to what. */
export const VERIFIED_GRADE = {
  forwarded_unverified: 'forwarded_verified',
  open_link_unverified: 'open_link_verified',
} as const satisfies Partial<Record<Provenance, Provenance>>;

/** Answers that came by no invitation: what staff entered, and the public page of a credential. */
export const SUBMISSION_KINDS = ['letter', 'phone', 'committee_vote', 'open_link'] as const;
export type SubmissionKind = (typeof SUBMISSION_KINDS)[number];
export const STAFF_SUBMISSION_KINDS = [
  'letter',
  'phone',
  'committee_vote',
] as const satisfies readonly SubmissionKind[];
export type StaffSubmissionKind = (typeof STAFF_SUBMISSION_KINDS)[number];
/** received -> answered (it has an employer, and an answer stands for it) | rejected. */
export const SUBMISSION_STATES = ['received', 'answered', 'rejected'] as const;

/** Why an answer is kept and shown but waits uncounted for a person. */
export const HOLD_KINDS = ['quarantined', 'second_look'] as const;
export type HoldKind = (typeof HOLD_KINDS)[number];
/** Who ended the wait: staff with a reason, the employer by a mailed link, or the second staff member. */
export const HOLD_OUTCOMES = ['released', 'confirmed_by_mail', 'looked_at', 'sent_back'] as const;

/** What makes a sending look like a machine's, so that it is kept uncounted until a person says otherwise. */
export const QUARANTINE_REASONS = ['no_page_shown', 'many_links_at_once', 'same_person_many_links'] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** By which act somebody confirms by a mailed link that an answer is theirs. */
export const CONFIRMATION_KINDS = ['quarantined', 'forwarded', 'open_link'] as const;
export type ConfirmationKind = (typeof CONFIRMATION_KINDS)[number];
export const CONFIRMATION_ANSWERS = ['mine', 'not_mine'] as const;
export type ConfirmationAnswer = (typeof CONFIRMATION_ANSWERS)[number];

/** Why an answer version stopped being the current one. */
export const ANSWER_ENDS = ['superseded', 'withdrawn'] as const;
export type AnswerEnd = (typeof ANSWER_ENDS)[number];

/** How a survey question is answered. More kinds come with the instruments that need them. */
export const QUESTION_KINDS = ['radio'] as const;

const key = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);

/** One sentence in each language, each with whether a person has reviewed the wording. */
const wording = z.strictObject({
  en: z.strictObject({ text: z.string().trim().min(1).max(600), reviewed: z.boolean() }),
  es: z.strictObject({ text: z.string().trim().min(1).max(600), reviewed: z.boolean() }),
});
export type Wording = z.infer<typeof wording>;

const option = z.strictObject({ value: z.string().regex(/^[a-z0-9][a-z0-9_]{0,39}$/), label: wording });

const question = z.strictObject({
  key,
  kind: z.enum(QUESTION_KINDS),
  /** Counting questions must be answered unless the employer does not know the credential; extras may be left. */
  required: z.boolean(),
  /** What the question is about, where its sentence would be too long: on the check page. */
  name: wording,
  text: wording,
  options: z.array(option).min(2).max(8),
});
export type Question = z.infer<typeof question>;

/** An instrument as stored in instrument_versions.body: immutable once an answer or a wave names it. */
export const instrumentBody = z
  .strictObject({
    format: z.literal(1),
    /** Asked first: someone who does not know the credential is asked nothing else about it. */
    notFamiliar: z.strictObject({ label: wording, hint: wording }),
    questions: z.array(question).min(1).max(20),
    /** Asked once for each issuer, not for each credential. */
    relation: z.strictObject({
      text: wording,
      options: z.array(z.strictObject({ value: z.enum(RELATIONS), label: wording })).length(RELATIONS.length),
    }),
  })
  .superRefine((body, context) => {
    if (hasRepeats(body.questions.map((each) => each.key))) {
      context.addIssue({ code: 'custom', path: ['questions'], message: 'Question keys must differ' });
    }
    for (const [index, each] of body.questions.entries()) {
      if (hasRepeats(each.options.map((one) => one.value))) {
        context.addIssue({
          code: 'custom',
          path: ['questions', index, 'options'],
          message: 'Option values must differ',
        });
      }
    }
    if (!body.questions.some((each) => each.required)) {
      context.addIssue({ code: 'custom', path: ['questions'], message: 'One question must be required' });
    }
    if (hasRepeats(body.relation.options.map((each) => each.value))) {
      context.addIssue({ code: 'custom', path: ['relation', 'options'], message: 'Relations must differ' });
    }
  });
export type InstrumentBody = z.infer<typeof instrumentBody>;

/** The public-records notice as stored in notice_versions.body: what may be released and what is not published. */
export const noticeBody = z.strictObject({
  format: z.literal(1),
  /** The one line on the first page. */
  summary: wording,
  paragraphs: z.array(wording).min(1).max(8),
});
export type NoticeBody = z.infer<typeof noticeBody>;

/** What one person said of one credential: each question's value by key, or that they do not know the credential. */
export type AnswerValues = { familiar: false } | { familiar: true; values: Record<string, string> };

function hasRepeats(values: readonly string[]): boolean {
  return new Set(values).size !== values.length;
}
