import { z } from 'zod';
import { slugify } from '../lib/slugify.ts';
import { day, optionalNote } from './decision-forms.ts';
import { APPLICANT_KINDS, APPLICATION_STATES, LIST_KINDS, REVIEW_CYCLES } from './types.ts';

const id = z.coerce.number().int().positive();
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
    /** A preset, or `published:` and the name of a policy that is published here. */
    policy: z.string('Choose a policy').min(1, 'Choose a policy').max(200, 'Choose a policy'),
    reviewCycle: z.enum(REVIEW_CYCLES, 'Choose how often the list is reviewed'),
    isPublic: z
      .literal('yes')
      .optional()
      .transform((value) => value === 'yes'),
    lapseAfterDays: z
      .string()
      .trim()
      .default('')
      .refine((text) => text === '' || (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 730), {
        error: 'Enter a number of days from 1 to 730, or leave it blank',
      })
      .transform((text) => (text === '' ? undefined : Number(text))),
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
  applicantKind: z.enum(APPLICANT_KINDS, 'Choose who applies').default('agencies'),
  applicantName: optionalNote(200),
});

export const freezeForm = z.object({ note: optionalNote() });
export const confirmForm = z.object({ freezeRequestId: id });

/** Filters of a list come from links and bookmarks: what makes no sense is left out rather than refused. */
export const applicationsQuery = z.object({
  state: z.enum(APPLICATION_STATES).optional().catch(undefined),
  list: id.optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});

export const newApplicationQuery = z.object({ q: z.string().max(200).catch('') });
