import { z } from 'zod';
import {
  BUDGET_LIMITS,
  type BudgetLimits,
  budgetFigure,
  DEFAULT_BUDGET,
} from '../outreach/planner/budget.ts';

export type LimitName = keyof typeof BUDGET_LIMITS;
export const LIMIT_NAMES = Object.keys(BUDGET_LIMITS) as LimitName[];

/** The longest stretch that a rule may name, in days. */
const LONGEST_DAYS = 365;

/** From which to which figure a rule may go: never looser than what all agencies keep together. */
export function limitRange(name: LimitName): { shared: number; from: number; to: number } {
  const shared = budgetFigure(DEFAULT_BUDGET, name);
  return BUDGET_LIMITS[name].tighter === 'less'
    ? { shared, from: 1, to: shared }
    : { shared, from: shared, to: name === 'businessDaysBetween' ? 60 : LONGEST_DAYS };
}

const limit = (name: LimitName) => {
  const { from, to } = limitRange(name);
  const fault =
    from === to
      ? `Leave this empty: ${from} is the tightest there is`
      : `Enter a whole number from ${from} to ${to}: a rule may only be stricter than what all agencies keep`;
  return z
    .string()
    .trim()
    .default('')
    .refine(
      (text) => text === '' || (/^\d{1,3}$/.test(text) && Number(text) >= from && Number(text) <= to),
      fault,
    )
    .transform((text) => (text === '' ? null : Number(text)));
};

/** What the rule is about: `all`, a credential `c12`, or a committee `m3`. */
const scope = z
  .string()
  .regex(/^(all|[cm][1-9]\d{0,14})$/, 'Select what the rule is about')
  .transform((text) => ({
    credentialId: text.startsWith('c') ? Number(text.slice(1)) : null,
    committeeId: text.startsWith('m') ? Number(text.slice(1)) : null,
  }));

const limitFields = Object.fromEntries(LIMIT_NAMES.map((name) => [name, limit(name)])) as Record<
  LimitName,
  ReturnType<typeof limit>
>;

export const limitsForm = z
  .object({ scope, ...limitFields })
  .transform(({ scope: about, ...figures }) => ({
    about,
    limits: Object.fromEntries(
      LIMIT_NAMES.flatMap((name) => {
        const figure = (figures as Record<LimitName, number | null>)[name];
        // The shared figure itself tightens nothing.
        return figure === null || figure === limitRange(name).shared ? [] : [[name, figure]];
      }),
    ) as BudgetLimits,
  }))
  .refine(({ limits }) => Object.keys(limits).length > 0, {
    error: 'Enter at least one figure that is stricter than what all agencies keep',
    path: ['personTouches'],
  });

const date = (what: string) => z.iso.date(`Enter ${what}, like 2026-12-24`);

export const daysOffForm = z
  .object({
    firstDay: date('the first day'),
    lastDay: z.union([z.literal(''), date('the last day')]).default(''),
    reason: z
      .string()
      .trim()
      .min(1, 'Enter why nothing should leave on these days')
      .max(200, 'Use 200 characters or fewer'),
  })
  .transform(({ firstDay, lastDay, reason }) => ({ firstDay, lastDay: lastDay || firstDay, reason }))
  .refine(({ firstDay, lastDay }) => lastDay >= firstDay, {
    error: 'The last day must not be before the first',
    path: ['lastDay'],
  })
  .refine(
    ({ firstDay, lastDay }) => Date.parse(lastDay) - Date.parse(firstDay) <= LONGEST_DAYS * 86_400_000,
    { error: 'Use a year at most', path: ['lastDay'] },
  );

export const domainForm = z
  .object({
    known: z.enum(['known', 'new'], 'Select whether receivers know the domain'),
    warmUpFrom: z.union([z.literal(''), date('the first day')]).default(''),
  })
  .refine(({ known, warmUpFrom }) => known === 'known' || warmUpFrom !== '', {
    error: 'Enter the first day of the warm-up, like 2026-12-24',
    path: ['warmUpFrom'],
  })
  .transform(({ known, warmUpFrom }) => ({ warmUpFrom: known === 'known' ? null : warmUpFrom }));
