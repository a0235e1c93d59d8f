import { z } from 'zod';
import { optionalText } from '../http/forms.ts';
import { NAICS_SECTORS } from '../lib/naics.ts';
import { SIZE_BAND_NAMES } from './audience.ts';
import { CONTACT_STATES } from './types.ts';

const SECTORS = NAICS_SECTORS.map((sector) => sector.prefixes[0] as string);

/** A filter that makes no sense is no filter: lists are looked at, not filled in. */
const blank = <T extends z.ZodType>(schema: T) => schema.nullable().catch(null).default(null);

export const pageNumber = z.coerce.number().int().min(1).max(100_000).catch(1).default(1);

export const employerFilterQuery = z.object({
  text: blank(z.string().trim().min(1).max(200)),
  sector: blank(z.enum(SECTORS as [string, ...string[]])),
  city: blank(z.string().trim().min(1).max(100)),
  size: blank(z.enum(SIZE_BAND_NAMES)),
  page: pageNumber,
  done: blank(z.string()),
});

export const duplicatesQuery = z.object({
  show: z.enum(['open', 'decided']).catch('open').default('open'),
  page: pageNumber,
  done: blank(z.string()),
});

export const decideForm = z.object({
  decision: z.enum(['merge', 'distinct'], { error: 'Choose whether these are the same employer' }),
  survivor: z.coerce.number().int().positive().optional(),
  reason: optionalText(500),
});

export const contactForm = z.object({ state: z.enum(CONTACT_STATES) });

export const issuesQuery = z.object({ code: blank(z.string().regex(/^[a-z_]{1,60}$/)), page: pageNumber });
