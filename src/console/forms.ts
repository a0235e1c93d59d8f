import { z } from 'zod';
import { POSITION_STATUSES } from '../evidence/types.ts';

/** A policy version by its id (`v12`) or a preset by its name (`preset-ohio`). */
const policyChoice = z
  .string()
  .regex(/^(v\d{1,15}|preset-[a-z0-9-]{1,60})$/)
  .optional()
  .catch(undefined);

export const whatIfQuery = z.object({ under: policyChoice, against: policyChoice });

/** A link that people share and edit by hand: what it does not understand it leaves out, since nothing is recorded. */
export const storyQuery = z.object({
  policy: z.coerce.number().int().positive().optional().catch(undefined),
  show: z.enum(POSITION_STATUSES).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(10_000).catch(1),
});
