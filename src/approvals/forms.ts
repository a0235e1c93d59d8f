import { z } from 'zod';
import { POLICY_PRESETS } from '../evidence/presets.ts';
import { optionalText } from '../http/forms.ts';
import { slugify } from '../lib/slugify.ts';
import { APPLICATION_STATES, DECISIONS, LIST_KINDS, REVIEW_CYCLES } from './types.ts';

const id = z.coerce.number().int().positive();
const optionalNote = optionalText(2000).transform((text) => text ?? '');
const day = (message: string) =>
  z
    .string(message)
    .trim()
    .refine((text) => z.iso.date().safeParse(text).success, message);

const cycleFields = {
  cycleName: z
    .string('Enter a name for the cycle')
    .trim()
    .min(1, 'Enter a name for the cycle')
    .max(80, 'Use 80 characters or fewer'),
  startsOn: day('Enter the first day of the cycle, such as 2027-01-01'),
  endsOn: day('Enter the day on which the cycle is over, such as 2028-01-01'),
};
const inOrder = (form: { startsOn: string; endsOn: string }) => form.startsOn < form.endsOn;
const OUT_OF_ORDER = { path: ['endsOn'], message: 'The cycle must end after it begins' };

export const cycleForm = z.object(cycleFields).refine(inOrder, OUT_OF_ORDER);

export const listForm = z
  .object({
    name: z
      .string('Enter the name of the list')
      .trim()
      .min(1, 'Enter the name of the list')
      .max(120, 'Use 120 characters or fewer')
      .refine((name) => slugify(name).length > 0, 'Use letters or digits in the name'),
    kind: z.enum(LIST_KINDS, 'Choose what the list is for'),
    policy: z
      .string('Choose a policy')
      .transform((slug) => POLICY_PRESETS.find((preset) => preset.slug === slug))
      .refine((preset) => preset !== undefined, 'Choose a policy'),
    reviewCycle: z.enum(REVIEW_CYCLES, 'Choose how often the list is reviewed'),
    isPublic: z
      .literal('yes')
      .optional()
      .transform((value) => value === 'yes'),
    ...cycleFields,
  })
  .refine(inOrder, OUT_OF_ORDER);

/** A list and one of its cycles are chosen together: `<list id>/<cycle id>`. */
export const applicationForm = z.object({
  credentialId: z.coerce
    .number('Choose a credential')
    .int('Choose a credential')
    .positive('Choose a credential'),
  cycle: z
    .string('Choose a list')
    .regex(/^\d{1,15}\/\d{1,15}$/, 'Choose a list')
    .transform((text) => {
      const [listId, cycleId] = text.split('/').map(Number) as [number, number];
      return { listId, cycleId };
    }),
});

export const freezeForm = z.object({ note: optionalNote });
export const confirmForm = z.object({ freezeRequestId: id });

export const decisionForm = z.object({
  decision: z.enum(DECISIONS, 'Choose a decision'),
  reason: z
    .string('Enter the reason')
    .trim()
    .min(1, 'Enter the reason. It is kept with the decision')
    .max(4000, 'Use 4,000 characters or fewer'),
});

/** Filters of a list come from links and bookmarks: what makes no sense is left out rather than refused. */
export const applicationsQuery = z.object({
  state: z.enum(APPLICATION_STATES).optional().catch(undefined),
  list: id.optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});

export const newApplicationQuery = z.object({ q: z.string().max(200).catch('') });
