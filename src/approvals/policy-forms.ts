import { z } from 'zod';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import { slugify } from '../lib/slugify.ts';

/** Blank leaves the preset's own number. */
const optionalNumber = (least: number, most: number, message: string) =>
  z
    .string()
    .trim()
    .default('')
    .refine(
      (text) => text === '' || (/^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most),
      message,
    )
    .transform((text) => (text === '' ? null : Number(text)));

export const policyForm = z.object({
  preset: z
    .string('Choose a preset')
    .transform((slug) => POLICY_PRESETS.find((preset) => preset.slug === slug))
    .refine((preset) => preset !== undefined, 'Choose a preset'),
  name: z
    .string()
    .trim()
    .max(120, 'Use 120 characters or fewer')
    .default('')
    .refine((name) => name === '' || slugify(name).length > 0, 'Use letters or digits in the name'),
  minEmployers: optionalNumber(1, 1000, 'Enter a number of employers from 1 to 1,000, or leave it blank'),
  months: optionalNumber(1, 120, 'Enter a number of months from 1 to 120, or leave it blank'),
});
