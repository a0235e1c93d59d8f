import { explainPlan } from './explain-asks.ts';
import type { PlacingReason, UnmadeReason } from './reasons.ts';
import type { Exclusion, Plan, PlanInput, TopicRef } from './types.ts';

export type TopicIds = { credentialIds: number[]; meetingIds: number[] };

/** What a plan did about asks or a reminder of one contact, other than put them on the first day, and why. */
export type PlanReason = TopicIds & {
  contactId: number /** 0, or the reminder that it is about. */;
  step: number;
} & (
    | { does: 'merge'; reason: 'merged' }
    | { does: 'defer' | 'defer_reminder' | 'not_remind'; reason: PlacingReason }
    | { does: 'not_ask'; reason: UnmadeReason }
  );

/** Who is not asked at all, and what they would have been asked about: what concerns them in this wave. */
export type LeftOut = Exclusion & TopicIds;

/**
 * What is kept of a plan when it is launched, beside the asks that it makes. Every ask that concerns somebody is an ask
 * made, or named by exactly one reason that says `not_ask`, or by its contact's exclusion; one that is made is named by at
 * most one that says `merge` or `defer`. Grouped by contact and reason: a wave about many credentials has few of these.
 */
export function collectReasons(input: PlanInput, plan: Plan): { reasons: PlanReason[]; leftOut: LeftOut[] } {
  const reasons: PlanReason[] = [];
  const wanted = new Map<number, TopicIds>();
  let contactId: number | null = null;
  let own = new Map<string, PlanReason>();
  for (const decision of explainPlan(input, plan)) {
    if (decision.contactId !== contactId) {
      reasons.push(...own.values());
      own = new Map();
      contactId = decision.contactId;
    }
    const { does, about } = decision;
    if (does === 'ask') continue;
    if (does === 'leave_out') {
      const ids = wanted.get(contactId) ?? { credentialIds: [], meetingIds: [] };
      if (about !== null) note(ids, about);
      wanted.set(contactId, ids);
      continue;
    }
    const step = about === 'reminder' ? decision.step : 0;
    const said = does === 'merge' ? { does, reason: 'merged' as const } : { does, reason: decision.reason };
    const key = `${does} ${said.reason} ${step}`;
    const known =
      own.get(key) ?? ({ contactId, step, ...said, credentialIds: [], meetingIds: [] } as PlanReason);
    if (about !== 'reminder') note(known, about);
    own.set(key, known);
  }
  reasons.push(...own.values());
  return {
    reasons,
    leftOut: plan.exclusions.map((exclusion) => ({
      ...exclusion,
      ...(wanted.get(exclusion.contactId) ?? { credentialIds: [], meetingIds: [] }),
    })),
  };
}

function note(ids: TopicIds, about: TopicRef): void {
  if (about.kind === 'credential') ids.credentialIds.push(about.credentialId);
  else ids.meetingIds.push(about.meetingId);
}
