import { z } from 'zod';
import { API_SCOPES } from '../agencies/types.ts';
import { manyOf } from '../http/forms.ts';

export const KEY_DAYS = [90, 365, 730] as const;

export const apiKeyForm = z.object({
  name: z
    .string('Enter what the key is for')
    .trim()
    .min(1, 'Enter what the key is for')
    .max(80, 'Use 80 characters or fewer'),
  scopes: manyOf(z.enum(API_SCOPES, 'Choose from the list')).refine(
    (scopes) => scopes.length > 0,
    'Choose what the key may do',
  ),
  days: z.coerce
    .number('Choose how long the key works')
    .refine((days) => KEY_DAYS.some((known) => known === days), 'Choose how long the key works'),
});
