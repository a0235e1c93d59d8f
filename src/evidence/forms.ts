import { z } from 'zod';
import { RECUSAL_SOURCES } from '../committees/types.ts';
import { isFreeMailDomain, websiteDomain } from '../lib/mail-address.ts';
import { RELATIONS } from '../surveys/types.ts';
import { PARTY_RELATIONS } from './types.ts';

const id = z.coerce.number().int().positive();

export const conflictsQuery = z.object({ employer: id.optional().catch(undefined) });

export const conflictForm = z.object({
  employerId: id,
  issuerId: z.coerce.number('Choose an issuer').int('Choose an issuer').positive('Choose an issuer'),
  relation: z
    .enum(RELATIONS, 'Choose how they are connected')
    .exclude(['none'], 'Choose how they are connected'),
  note: z
    .string('Enter how you know it')
    .trim()
    .min(1, 'Enter how you know it')
    .max(1000, 'Use 1,000 characters or fewer'),
});

const reason = (message: string) =>
  z.string(message).trim().min(1, message).max(1000, 'Use 1,000 characters or fewer');

export const clearForm = z.object({ reason: reason('Enter why the connection does not hold') });

export const partyForm = z
  .object({
    issuerId: z.coerce.number('Choose an issuer').int('Choose an issuer').positive('Choose an issuer'),
    relation: z.enum(PARTY_RELATIONS, 'Choose what they are'),
    name: z.string('Enter a name').trim().min(1, 'Enter a name').max(200, 'Use 200 characters or fewer'),
    domain: z
      .string()
      .trim()
      .default('')
      .transform((text, context) => {
        if (text === '') return null;
        const domain = websiteDomain(text.replace(/^@/, ''));
        if (!domain)
          context.addIssue({ code: 'custom', message: 'Enter an internet domain, like acme.example' });
        else if (isFreeMailDomain(domain)) {
          context.addIssue({
            code: 'custom',
            message: 'Enter a domain of their own: anybody can be at this one',
          });
        }
        return domain;
      }),
    employerId: z
      .string()
      .trim()
      .default('')
      .refine((text) => text === '' || /^[1-9]\d{0,14}$/.test(text), 'Enter the number of an employer record')
      .transform((text) => (text === '' ? null : Number(text))),
    credential: z
      .string()
      .trim()
      .default('')
      .transform((slug) => slug || null),
  })
  .refine(({ domain, employerId }) => domain !== null || employerId !== null, {
    path: ['domain'],
    error: 'Enter a domain or the number of an employer record: they are found by it',
  });

export const adjudicationsQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
  done: z.unknown().optional(),
});

export const adjudicationForm = z.object({
  seen: z
    .string()
    .regex(/^\d{1,15}(,\d{1,15})*$/)
    .transform((text) => text.split(',').map(Number)),
  speaks: z
    .string('Choose whose answer speaks, or that none counts')
    .regex(/^(none|[1-9]\d{0,14})$/, 'Choose whose answer speaks, or that none counts')
    .transform((text) => (text === 'none' ? null : Number(text))),
  reason: reason('Enter why: it is kept, and a second person decides by it'),
});

export const endForm = z.object({ reason: reason('Enter why the decision should be taken back') });

export const recusalForm = z.object({
  seatId: z.coerce.number('Choose a member').int('Choose a member').positive('Choose a member'),
  issuerId: z.coerce.number('Choose an issuer').int('Choose an issuer').positive('Choose an issuer'),
  source: z.enum(RECUSAL_SOURCES, 'Choose who says so'),
  reason: reason('Enter why the member takes no part'),
});

export const endRecusalForm = z.object({ reason: reason('Enter why the recusal ends') });
