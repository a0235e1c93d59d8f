import { z } from 'zod';
import { REDACTION_PROFILES, RETENTION_CLASSES, type RetentionClass } from './types.ts';
import { CLASS_WORDS } from './words.ts';

const day = (what: string) =>
  z.iso
    .date(`Enter ${what} as a day, such as 2026-06-30`)
    .refine((text) => text >= '2000-01-01' && text <= '2100-01-01', `Enter ${what} as a day of this century`);

const credentialId = z
  .union([z.literal('').transform(() => null), z.coerce.number().int().positive()], 'Choose from the list')
  .optional()
  .transform((value) => value ?? null);

const reason = (missing: string) =>
  z.string(missing).trim().min(1, missing).max(500, 'Use 500 characters or fewer');

export const packetForm = z
  .object({
    reference: z
      .string('Enter the number of the request')
      .trim()
      .min(1, 'Enter the number of the request')
      .max(80, 'Use 80 characters or fewer'),
    credentialId,
    fromDay: day('the first day'),
    lastDay: day('the last day'),
    profile: z.enum(REDACTION_PROFILES, 'Choose what is blacked out'),
  })
  .refine(({ fromDay, lastDay }) => fromDay <= lastDay, {
    path: ['lastDay'],
    message: 'The last day comes before the first',
    when: ({ issues }) => issues.length === 0,
  })
  // Half-open from here on.
  .transform(({ lastDay, ...rest }) => ({ ...rest, untilDay: dayAfter(lastDay) }));

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

function monthsOf(name: RetentionClass) {
  const wrong = `${CLASS_WORDS[name].text}: enter months as a whole number from 1 to 1200, or leave it blank to keep them`;
  return z
    .union(
      [
        z.literal('').transform(() => null),
        z
          .string()
          .trim()
          .regex(/^\d{1,4}$/, wrong)
          .transform(Number)
          .refine((value) => value >= 1 && value <= 1200, wrong),
      ],
      wrong,
    )
    .optional()
    .transform((value) => value ?? null);
}

export const retentionForm = z.object(
  Object.fromEntries(RETENTION_CLASSES.map((name) => [name, monthsOf(name)])) as Record<
    RetentionClass,
    ReturnType<typeof monthsOf>
  >,
);

export const holdForm = z.object({ reason: reason('Enter why things are held'), credentialId });
/** Each hold on the page has a form of its own, whose fault is shown beside it. */
export const liftFieldOf = (holdId: number) => `lift-${holdId}`;

export function liftForm(holdId: number) {
  return z.object({ [liftFieldOf(holdId)]: reason('Enter why it can be lifted') });
}
