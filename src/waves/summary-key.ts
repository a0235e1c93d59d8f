import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { PlanSummary } from '../outreach/planner/summarise-plan.ts';

/** Names what an approver saw: who is asked and left out in figures, without the times, which move as time passes. */
export function summaryKey(summary: PlanSummary): string {
  return sha256Hex(
    canonicalJson({
      people: summary.people,
      employers: summary.employers,
      asks: summary.asks,
      credentials: summary.credentials.map(({ credentialId, contactsAsked }) => [
        credentialId,
        contactsAsked,
      ]),
      meetings: summary.meetings.map(({ meetingId, invited }) => [meetingId, invited]),
      excluded: summary.excluded.map(({ reason, people }) => [reason, people]),
    }),
  ).slice(0, 16);
}
