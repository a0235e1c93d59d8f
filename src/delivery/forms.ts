import { z } from 'zod';
import { parseMailAddress } from '../lib/mail-address.ts';
import { SUPPRESSION_REASONS } from '../outreach/types.ts';

export const suppressionsQuery = z.object({
  reason: z.enum(SUPPRESSION_REASONS).nullable().catch(null).default(null),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
  done: z.string().nullable().catch(null).default(null),
});

export const stopForm = z.object({
  address: z.string().transform((text, context) => {
    const address = parseMailAddress(text);
    if (address) return address;
    context.addIssue({ code: 'custom', message: 'Enter one address, such as ann@firm.example' });
    return z.NEVER;
  }),
});

export const liftForm = z.object({
  reason: z
    .string()
    .trim()
    .min(1, 'Enter why this address should get mails again')
    .max(500, 'Use 500 characters or fewer'),
});
