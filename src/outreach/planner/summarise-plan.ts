import type { ExclusionReason } from './reasons.ts';
import type { CredentialForecast, Plan } from './types.ts';

/** A plan in figures: what a preview shows, what the proposer signed, what approval compares. JSON-safe. */
export type PlanSummary = {
  people: number;
  employers: number;
  asks: number;
  reminders: number;
  firstSendAt: string | null;
  lastSendAt: string | null;
  credentials: (Omit<CredentialForecast, 'expectedBy' | 'deadline'> & {
    expectedBy: string | null;
    deadline: string | null;
  })[];
  meetings: { meetingId: number; wanted: number; invited: number }[];
  excluded: { reason: ExclusionReason; people: number }[];
  remindersDropped: number;
  deferred: number;
  /** People who are asked in another wave's mail; they are among `people`. */
  merged: number;
  load: { date: string; messages: number }[];
  rates: { response: number; bothYes: number };
};

/** Counts a plan; the order of everything in it is fixed. */
export function summarisePlan(plan: Plan): PlanSummary {
  const employers = new Set<number>();
  let asks = 0;
  let reminders = 0;
  let last = 0;
  for (const touch of plan.touches) {
    employers.add(touch.unitId);
    asks += touch.asks.length;
    reminders += touch.steps.length - 1;
    for (const step of touch.steps) last = Math.max(last, step.sendAfter.getTime());
  }
  const excluded = new Map<ExclusionReason, number>();
  for (const { reason } of plan.exclusions) excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
  return {
    people: plan.touches.length,
    employers: employers.size,
    asks,
    reminders,
    firstSendAt: plan.touches[0]?.steps[0]?.sendAfter.toISOString() ?? null,
    lastSendAt: last === 0 ? null : new Date(last).toISOString(),
    credentials: plan.credentials.map((credential) => ({
      ...credential,
      expectedBy: credential.expectedBy?.toISOString() ?? null,
      deadline: credential.deadline?.toISOString() ?? null,
    })),
    meetings: plan.meetings,
    excluded: [...excluded]
      .map(([reason, people]) => ({ reason, people }))
      .sort((a, b) => b.people - a.people || (a.reason < b.reason ? -1 : 1)),
    remindersDropped: plan.adjustments.filter((adjustment) => adjustment.kind === 'dropped').length,
    deferred: plan.adjustments.filter((adjustment) => adjustment.kind === 'deferred').length,
    merged: plan.adjustments.filter((adjustment) => adjustment.kind === 'merged').length,
    load: plan.load,
    rates: plan.rates,
  };
}

type Outlook = CredentialForecast['outlook'];

export type PlanChange =
  | { what: 'people' | 'employers' | 'asks' | 'reminders'; before: number; after: number }
  | { what: 'credential' | 'shortfall'; credentialId: number; before: number; after: number }
  | { what: 'outlook'; credentialId: number; before: Outlook; after: Outlook }
  | { what: 'meeting'; meetingId: number; before: number; after: number }
  | { what: 'excluded'; reason: ExclusionReason; before: number; after: number };

/** What differs between two summaries, for the person who approves: before is what the proposer saw. */
export function comparePlans(before: PlanSummary, after: PlanSummary): PlanChange[] {
  const changes: PlanChange[] = [];
  for (const what of ['people', 'employers', 'asks', 'reminders'] as const) {
    if (before[what] !== after[what]) changes.push({ what, before: before[what], after: after[what] });
  }
  const each = <Key extends string | number>(
    olds: [Key, number][],
    news: [Key, number][],
    push: (key: Key, before: number, after: number) => void,
  ) => {
    const was = new Map(olds);
    const is = new Map(news);
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const [old, current] = [was.get(key) ?? 0, is.get(key) ?? 0];
      if (old !== current) push(key, old, current);
    }
  };
  each(
    before.credentials.map((c) => [c.credentialId, c.contactsAsked]),
    after.credentials.map((c) => [c.credentialId, c.contactsAsked]),
    (credentialId, old, current) =>
      changes.push({ what: 'credential', credentialId, before: old, after: current }),
  );
  const was = new Map(before.credentials.map((credential) => [credential.credentialId, credential]));
  for (const { credentialId, shortfall, outlook } of after.credentials) {
    const old = was.get(credentialId);
    if (old === undefined) continue;
    if (old.shortfall !== shortfall) {
      changes.push({ what: 'shortfall', credentialId, before: old.shortfall, after: shortfall });
    }
    if (old.outlook !== outlook) {
      changes.push({ what: 'outlook', credentialId, before: old.outlook, after: outlook });
    }
  }
  each(
    before.meetings.map((m) => [m.meetingId, m.invited]),
    after.meetings.map((m) => [m.meetingId, m.invited]),
    (meetingId, old, current) => changes.push({ what: 'meeting', meetingId, before: old, after: current }),
  );
  each(
    before.excluded.map((e) => [e.reason, e.people]),
    after.excluded.map((e) => [e.reason, e.people]),
    (reason, old, current) => changes.push({ what: 'excluded', reason, before: old, after: current }),
  );
  return changes;
}
