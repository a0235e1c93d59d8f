import { z } from 'zod';
import { isTimeZone } from '../lib/zoned-time.ts';
import { STAFF_ROLES } from './types.ts';

const line = (message: string, most = 200) =>
  z.string().trim().min(1, message).max(most, `Use at most ${most} characters`);

const address = (what: string) =>
  z
    .string()
    .trim()
    .max(254, 'Use at most 254 characters')
    .regex(/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/, `Enter ${what} in the form name@example.gov`);

const email = address('an email address');

export const signInForm = z.object({ email, next: z.string().max(500).optional() });

export const signInLinkForm = z.object({ next: z.string().max(500).optional() });

export const personForm = z.object({
  name: line('Enter the name'),
  email,
  role: z.enum(STAFF_ROLES, 'Select a role'),
});

/** Both agencies have the same fields, so each fault says whose field it is. */
const agencyFields = (n: 1 | 2, whose: string) => ({
  [`name${n}`]: line(`Enter the name of ${whose}`),
  [`shortName${n}`]: line(`Enter the short name of ${whose}`),
  [`postalAddress${n}`]: line(`Enter the postal address of ${whose}`, 500),
  [`mailFromAddress${n}`]: address(`the address that mails of ${whose} come from`),
  [`replyTo${n}`]: address(`the address where employers can write to ${whose}`),
  [`stateCode${n}`]: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{2}$/, `Enter the two letters of the state of ${whose}`),
  [`timeZone${n}`]: z.string().refine(isTimeZone, `Select the time zone of ${whose}`),
  [`adminName${n}`]: line(`Enter the name of the first administrator of ${whose}`),
  [`adminEmail${n}`]: address(`the email address of the first administrator of ${whose}`),
});

/** Both agencies on one page: every field carries the agency's number. */
export const setupForm = z
  .object({ ...agencyFields(1, 'your agency'), ...agencyFields(2, 'the second agency') } as Record<
    string,
    z.ZodType<string>
  >)
  .refine((form) => form.adminEmail1?.toLowerCase() !== form.adminEmail2?.toLowerCase(), {
    path: ['adminEmail2'],
    message: 'Enter another address: one person cannot be the administrator of both agencies',
  });
