import { z } from 'zod';

export const PAUSE_DAYS = [30, 90, 180] as const;

const id = z.coerce.number().int().positive();

/** What a person chooses on the page behind their unsubscribe link. */
export const choiceForm = z.discriminatedUnion('choice', [
  z.object({
    choice: z.literal('paused'),
    days: z.coerce.number().refine((days) => (PAUSE_DAYS as readonly number[]).includes(days)),
  }),
  z.object({ choice: z.literal('less_often') }),
  z.object({ choice: z.literal('not_agency'), agency: id }),
  z.object({ choice: z.literal('not_employer') }),
]);

export const undoForm = z.object({ preference: id });
