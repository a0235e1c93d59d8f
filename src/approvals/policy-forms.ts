import { z } from 'zod';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import { DISAGREEMENT_RULES, WHO_SPEAKS } from '../evidence/rules/policy.ts';
import { COUNTING_UNITS, CRITERIA } from '../evidence/types.ts';
import { manyOf } from '../http/forms.ts';
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

/** Blank leaves the preset's own rule. */
const blankOr = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .enum(['', ...values], 'Choose one of the answers')
    .default('')
    .transform((value) => (value === '' ? null : (value as T[number])));

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
  countingUnit: blankOr(COUNTING_UNITS),
  whoSpeaks: blankOr(WHO_SPEAKS),
  disagreement: blankOr(DISAGREEMENT_RULES),
  months: optionalNumber(1, 120, 'Enter a number of months from 1 to 120, or leave it blank'),
  criteria: manyOf(z.enum(CRITERIA)),
});
