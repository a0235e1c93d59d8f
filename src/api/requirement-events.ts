import type { EventType } from '../events/types.ts';
import { MET_REQUIREMENT_STATUSES, type RequirementStatus } from '../evidence/types.ts';

/**
 * What there is to tell when a requirement went from one status to another (null: it was not looked at before). Counts
 * that moved without a change of status are told as such. One that is met and about to lapse at once is told as both.
 */
export function requirementEvents(before: RequirementStatus | null, after: RequirementStatus): EventType[] {
  const isMet = (status: RequirementStatus | null) => MET_REQUIREMENT_STATUSES.some((met) => met === status);
  const told: EventType[] = ['counts.changed'];
  if (!isMet(before) && isMet(after)) told.push('requirement.met');
  if (isMet(before) && !isMet(after)) told.push('requirement.lapsed');
  if (before !== 'met_but_expiring' && after === 'met_but_expiring') told.push('requirement.lapsing');
  return told;
}
