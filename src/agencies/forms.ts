import { z } from 'zod';
import { isTimeZone } from '../lib/zoned-time.ts';
import { STAFF_ROLES } from './types.ts';

const line = (message: string, most = 200) =>
  z.string().trim().min(1, message).max(most, `Use at most ${most} characters`);

const email = z
  .string()
  .trim()
  .max(254, 'Use at most 254 characters')
  .regex(/^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/, 'Enter an email address in the form name@example.gov');

export const signInForm = z.object({ email, next: z.string().max(500).optional() });

export const signInLinkForm = z.object({ next: z.string().max(500).optional() });

export const personForm = z.object({
  name: line('Enter the name'),
  email,
  role: z.enum(STAFF_ROLES, 'Select a role'),
});

const agencyFields = (n: 1 | 2) => ({
  [`name${n}`]: line('Enter the name of the agency'),
  [`shortName${n}`]: line('Enter a short name'),
  [`postalAddress${n}`]: line('Enter the postal address', 500),
  [`mailFromAddress${n}`]: email,
  [`replyTo${n}`]: email,
  [`stateCode${n}`]: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z]{2}$/, 'Enter the two letters of the state'),
  [`timeZone${n}`]: z.string().refine(isTimeZone, 'Select a time zone'),
  [`adminName${n}`]: line('Enter the name of the administrator'),
  [`adminEmail${n}`]: email,
});

/** Both agencies on one page: every field carries the agency's number. */
export const setupForm = z
  .object({ ...agencyFields(1), ...agencyFields(2) } as Record<string, z.ZodType<string>>)
  .refine((form) => form.adminEmail1?.toLowerCase() !== form.adminEmail2?.toLowerCase(), {
    path: ['adminEmail2'],
    message: 'Enter another address: one person cannot be the administrator of both agencies',
  });
