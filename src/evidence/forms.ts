import { z } from 'zod';
import { RELATIONS } from '../surveys/types.ts';

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
