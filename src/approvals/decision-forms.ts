import { z } from 'zod';
import { optionalText } from '../http/forms.ts';
import { DECISIONS } from './types.ts';

const id = z.coerce.number().int().positive();

export const day = (message: string) =>
  z
    .string(message)
    .trim()
    .refine((text) => z.iso.date().safeParse(text).success, message);

/** Days that something has happened on: a year that no form can mean is refused with those of the future. */
export const pastDay = (message: string, today: string) =>
  day(message).refine(
    (text) => text >= '2000-01-01' && text <= today,
    'Enter a day that is not in the future',
  );

export const requiredText = (message: string, maximum = 4000) =>
  z
    .string(message)
    .trim()
    .min(1, message)
    .max(maximum, `Use ${maximum.toLocaleString('en-US')} characters or fewer`);

export const optionalNote = (maximum = 2000) => optionalText(maximum).transform((text) => text ?? '');

export const decisionForm = z.object({
  decision: z.enum(DECISIONS, 'Choose a decision'),
  reason: requiredText('Enter the reason. It is kept with the decision'),
  conditions: optionalNote(4000),
  publicReason: optionalNote(1000),
  decidedByBody: optionalNote(200),
});

export const decisionIdForm = z.object({ decisionId: id });

export const revocationForm = z.object({
  revokeReason: requiredText('Enter why the approval is taken back'),
  publicReason: optionalNote(1000),
});

export const appealForm = (today: string) =>
  z
    .object({
      filedBy: requiredText('Enter who appeals', 200),
      filedOn: pastDay('Enter the day on which it was filed, such as 2027-03-01', today),
      dueOn: day('Enter the day by which it is to be decided, such as 2027-04-30'),
      grounds: requiredText('Enter the grounds of the appeal'),
    })
    .refine(({ filedOn, dueOn }) => dueOn >= filedOn, {
      path: ['dueOn'],
      message: 'The appeal must be decided after it was filed',
    });

export const withdrawAppealForm = z.object({
  appealId: id,
  withdrawReason: requiredText('Enter why the appeal ends', 1000),
});
