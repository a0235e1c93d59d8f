import { z } from 'zod';
import { parseMailAddress } from '../lib/mail-address.ts';
import { US_STATES } from '../lib/us-postal.ts';
import { RELATIONS, STAFF_SUBMISSION_KINDS } from '../surveys/types.ts';
import { OPEN_DAYS_MAX } from './rules/open-answers.ts';

const line = (missing: string, max = 120) =>
  z
    .string(missing)
    .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
    .pipe(z.string().min(1, missing).max(max, `Use ${max} characters or fewer`));
const optionalLine = (max = 120) =>
  z
    .string()
    .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
    .pipe(z.string().max(max, `Use ${max} characters or fewer`))
    .default('');
const id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

export const newSubmissionQuery = z.object({
  credential: z.string().max(200).optional().catch(undefined),
  employer: id.optional().catch(undefined),
  corrects: id.optional().catch(undefined),
});

/** What staff type from a letter, a call or a vote. `today` is the day at the agency. */
export function enterForm(today: string) {
  return z
    .object({
      credential: z.string().min(1).max(200),
      corrects: z
        .string()
        .default('')
        .transform((text) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : null)),
      employer: z
        .string('Enter the number of the employer’s record')
        .trim()
        .regex(/^[1-9]\d{0,14}$/, 'Enter the number of the employer’s record')
        .transform(Number),
      kind: z.enum(STAFF_SUBMISSION_KINDS, 'Select how it came'),
      name: line('Enter who said or signed it'),
      job: optionalLine(),
      hiring: z.enum(['yes', 'no', 'unknown'], 'Select whether the person takes part in hiring'),
      said_on: z.iso
        .date('Enter the date on the letter, or of the call or the vote')
        .refine((day) => day <= today, 'The date cannot be in the future')
        .refine((day) => day >= '2000-01-01', 'Enter a date after 1999'),
      relation: z.enum(RELATIONS, 'Select how the employer is connected to the issuer'),
      note: z.string().trim().max(2000, 'Use 2,000 characters or fewer').default(''),
      wording: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    })
    .superRefine(({ kind, note }, context) => {
      if (kind !== 'letter' && note === '') {
        const message =
          kind === 'phone'
            ? 'Enter what was said, and how you know who it was'
            : 'Enter which vote it was, and where it is minuted';
        context.addIssue({ code: 'custom', path: ['note'], message });
      }
    });
}

export const matchForm = z
  .object({
    employer: z
      .string('Select the employer')
      .regex(/^(new|other|[1-9]\d{0,14})$/, 'Select the employer')
      .transform((text) => (text === 'new' || text === 'other' ? text : Number(text))),
    record: z.string().trim().default(''),
    legal_name: optionalLine(200),
    city: optionalLine(),
    state: z.string().default(''),
  })
  .superRefine((form, context) => {
    if (form.employer === 'other' && !/^[1-9]\d{0,14}$/.test(form.record)) {
      context.addIssue({ code: 'custom', path: ['record'], message: 'Enter the number of the record' });
    }
    if (form.employer !== 'new') return;
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (form.legal_name === '') fault('legal_name', 'Enter the employer’s legal name');
    if (!(form.state in US_STATES)) fault('state', 'Select the state');
  });

export const openListForm = z.object({
  days: z.coerce
    .number('Enter for how many days')
    .int('Enter a whole number of days')
    .min(1, 'Enter at least 1 day')
    .max(OPEN_DAYS_MAX, `Enter at most ${OPEN_DAYS_MAX} days`),
});

/** What the public page sends, besides the questions. */
export function openForm(words: {
  employer: string;
  place: string;
  name: string;
  job: string;
  email: string;
  emailWrong: string;
  hiring: string;
  relation: string;
  long: string;
}) {
  const given = (missing: string, max = 120) =>
    z
      .string(missing)
      .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
      .pipe(z.string().min(1, missing).max(max, words.long));
  return z.object({
    employer: given(words.employer),
    place: given(words.place),
    website: z
      .string()
      .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
      .pipe(z.string().max(120, words.long))
      .default(''),
    name: given(words.name),
    job: given(words.job),
    email: given(words.email, 254).refine(
      (value) => value === '' || parseMailAddress(value) !== null,
      words.emailWrong,
    ),
    hiring: z.enum(['yes', 'no'], words.hiring),
    relation: z.enum(RELATIONS, words.relation),
  });
}
