import type { Db } from '../db/client.ts';
import { type BudgetRules, DEFAULT_BUDGET } from '../outreach/planner/budget.ts';
import { BUSINESS_HOURS } from '../outreach/planner/calendar.ts';
import { effectiveProtocol } from './effective-protocol.ts';
import { PROTOCOL_DEFAULTS } from './types.ts';

/** The shared contact budget as one agency keeps it, whatever it asks about: its own rules only tighten it. */
export async function readAgencyBudget(
  db: Db,
  input: { agencyId: number; agencyZone: string; now: Date },
): Promise<BudgetRules> {
  const { agencyId, agencyZone, now } = input;
  const dates = { sendFrom: now, sendUntil: now, closeAt: now, remindAt: [] };
  const { budget } = await effectiveProtocol(
    db,
    {
      agencyId,
      topics: { credentialIds: [], meetingIds: [] },
      protocol: { ...PROTOCOL_DEFAULTS, ...dates, calendar: BUSINESS_HOURS, budget: DEFAULT_BUDGET },
    },
    { agencyZone, states: [] },
  );
  return budget;
}
