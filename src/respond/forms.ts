import { z } from 'zod';
import { parseMailAddress } from '../lib/mail-address.ts';
import { DECLINE_REASONS } from '../outreach/types.ts';
import { CONFIRMATION_ANSWERS, RELATIONS } from '../surveys/types.ts';
import { issuersOf } from './rules.ts';
import type { RespondText } from './text.ts';
import type { CredentialAsk } from './types.ts';

const NAME_MAX = 120;
const REASON_MAX = 300;

/** A number of a page in the address: /c/3. */
export const pageNumber = z.coerce.number().int().min(1).max(1000);

/** One line, as people write names: no line breaks or other control characters inside. */
function line(max: number, missing: string, long: string) {
  return z
    .string(missing)
    .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
    .pipe(z.string().min(1, missing).max(max, long));
}

export function aboutForm(text: RespondText, issuers: number) {
  const { errors } = text;
  const connected = z.enum(
    ['yes', 'no'],
    issuers === 1 ? errors.connectedMissingOne : errors.connectedMissing,
  );
  return z.object({
    name: line(NAME_MAX, errors.nameMissing, errors.nameLong),
    job: line(NAME_MAX, errors.jobMissing, errors.jobLong),
    hiring: z.enum(['yes', 'no'], errors.hiringMissing),
    connected: issuers === 0 ? z.undefined().catch(undefined) : connected,
  });
}

export function youForm(text: RespondText) {
  const { errors } = text;
  return z
    .object({
      you: z.enum(['invited', 'passed_on'], errors.youMissing),
      email: z.string(errors.colleagueEmailWrong).trim().default(''),
    })
    .superRefine(({ you, email }, context) => {
      if (you === 'invited') return;
      if (email === '' || !isAddress(email) || parseMailAddress(email) === null) {
        const message = email === '' ? errors.youEmailMissing : errors.colleagueEmailWrong;
        context.addIssue({ code: 'custom', path: ['email'], message });
      }
    });
}

export function confirmForm(text: RespondText) {
  return z.object({ answer: z.enum(CONFIRMATION_ANSWERS, text.errors.confirmMissing) });
}

/** One choice for each issuer, under `issuer_<id>`. */
export function connectionForm(text: RespondText, credentials: readonly CredentialAsk[]) {
  return z.object(
    Object.fromEntries(
      issuersOf(credentials).map(({ id, name }) => [
        `issuer_${id}`,
        z.enum(RELATIONS, text.errors.relationMissing(name)),
      ]),
    ),
  );
}

/** What a credential's page carries besides the answers. Not believed: the save checks each against the invitation. */
export const credentialHidden = z.object({
  ask: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  wording: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER),
});

/** When the page was shown, in milliseconds as base 36; null for anything else. */
export const shownAt = z
  .string()
  .regex(/^[0-9a-z]{6,9}$/)
  .transform((value) => new Date(Number.parseInt(value, 36)))
  .nullable()
  .catch(null);

export function meetingForm(text: RespondText) {
  const { errors } = text;
  return z
    .object({
      response: z.enum(['accepted', 'declined'], errors.meetingMissing),
      reason: z
        .string(errors.reasonLong)
        .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
        .pipe(z.string().max(REASON_MAX, errors.reasonLong))
        .default(''),
      colleague_name: z
        .string(errors.colleagueNameMissing)
        .trim()
        .max(NAME_MAX, errors.colleagueNameLong)
        .default(''),
      colleague_email: z.string(errors.colleagueEmailWrong).trim().default(''),
    })
    .superRefine((form, context) => {
      if (form.colleague_name === '' && form.colleague_email === '') return;
      const fault = (path: string, message: string) =>
        context.addIssue({ code: 'custom', path: [path], message });
      if (form.colleague_name === '') fault('colleague_name', errors.colleagueNameMissing);
      if (form.colleague_email === '') fault('colleague_email', errors.colleagueEmailMissing);
      else if (!isAddress(form.colleague_email)) fault('colleague_email', errors.colleagueEmailWrong);
    });
}

export function declineForm(text: RespondText) {
  return z.object({ reason: z.enum(DECLINE_REASONS, text.errors.declineMissing) });
}

export function colleagueForm(text: RespondText) {
  const { errors } = text;
  return z.object({
    name: line(NAME_MAX, errors.colleagueNameMissing, errors.colleagueNameLong),
    email: z
      .string(errors.colleagueEmailMissing)
      .trim()
      .min(1, errors.colleagueEmailMissing)
      .refine((value) => value === '' || isAddress(value), errors.colleagueEmailWrong),
    job: z
      .string(errors.jobLong)
      .transform((value) => value.replace(/\p{Cc}+/gu, ' ').trim())
      .pipe(z.string().max(NAME_MAX, errors.jobLong))
      .default(''),
  });
}

function isAddress(value: string): boolean {
  return value.length <= 254 && z.email().safeParse(value).success;
}
