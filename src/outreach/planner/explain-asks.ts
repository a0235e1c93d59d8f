import { topicKey } from './need.ts';
import type { AskReason, ExclusionReason, PlacingReason, UnmadeReason } from './reasons.ts';
import { concerns, isSettled } from './relevance.ts';
import type { Plan, PlanInput, TopicRef } from './types.ts';

export type UnmadeAsk = { contactId: number; topic: TopicRef; reason: AskReason };

/**
 * Why each ask that the plan does not make is not made, contact by contact. Lazily: contacts times topics is far more
 * than a plan should hold.
 */
export function* explainAsks(input: PlanInput, plan: Plan): Generator<UnmadeAsk> {
  const touches = new Map(plan.touches.map((touch) => [touch.contactId, touch]));
  const topics = new Map(input.topics.map((topic) => [topicKey(topic), topic]));
  const answered = new Set(
    input.answered.flatMap((answer) => {
      const topic = topics.get(`c${answer.credentialId}`);
      return topic?.kind === 'credential' && isSettled(answer, topic)
        ? [`${answer.unitId} c${answer.credentialId}`]
        : [];
    }),
  );
  const open = new Set(input.open.map((ask) => `${ask.contactId} ${topicKey(ask.topic)}`));
  const { maxAsksPerTouch, relevance } = input.protocol;
  for (const candidate of [...input.candidates].sort((a, b) => a.contactId - b.contactId)) {
    const touch = touches.get(candidate.contactId);
    const made = new Set(touch?.asks.map(topicKey));
    for (const topic of input.topics) {
      const key = topicKey(topic);
      if (made.has(key)) continue;
      let reason: AskReason;
      if (!concerns(topic, candidate, relevance)) reason = 'not_relevant';
      else if (answered.has(`${candidate.unitId} ${key}`)) reason = 'already_answered';
      else if (open.has(`${candidate.contactId} ${key}`)) reason = 'open_invitation';
      else if (touch === undefined) reason = 'contact_not_asked';
      else if (topic.kind === 'meeting' && (touch.steps[0]?.notAfter ?? topic.answerBy) > topic.answerBy) {
        reason = 'answer_too_late';
      } else if (
        touch.asks.length + (touch.joins?.carries ?? 0) >=
        Math.min(maxAsksPerTouch, touch.joins?.most ?? maxAsksPerTouch)
      ) {
        reason = 'touch_full';
      } else reason = 'not_needed';
      yield {
        contactId: candidate.contactId,
        topic:
          topic.kind === 'credential'
            ? { kind: 'credential', credentialId: topic.credentialId }
            : { kind: 'meeting', meetingId: topic.meetingId },
        reason,
      };
    }
  }
}

/** What the plan does about one ask of one contact, or about a reminder. */
export type PlanDecision = { contactId: number } & (
  | { about: TopicRef; does: 'ask'; sendAfter: Date }
  /** In the mail of another wave. */
  | { about: TopicRef; does: 'merge'; sendAfter: Date }
  /** Later than the first day on which mail leaves. */
  | { about: TopicRef; does: 'defer'; sendAfter: Date; reason: PlacingReason }
  | { about: TopicRef; does: 'not_ask'; reason: UnmadeReason }
  /** The contact is asked nothing; without a topic where none concerns them. */
  | { about: TopicRef | null; does: 'leave_out'; reason: ExclusionReason }
  | { about: 'reminder'; does: 'not_remind' | 'defer_reminder'; step: number; reason: PlacingReason }
);

/**
 * The whole plan, decision by decision: each ask that concerns a contact exactly once, each contact at least once.
 * Contacts in the order of their ids.
 */
export function* explainPlan(input: PlanInput, plan: Plan): Generator<PlanDecision> {
  const touches = new Map(plan.touches.map((touch) => [touch.contactId, touch]));
  const exclusions = new Map(plan.exclusions.map((exclusion) => [exclusion.contactId, exclusion.reason]));
  const deferred = new Map<number, PlacingReason>();
  const reminders = new Map<number, PlanDecision[]>();
  for (const { contactId, step, kind, reason } of plan.adjustments) {
    if (reason === 'merged' || kind === 'merged') continue;
    if (step === 0) deferred.set(contactId, reason);
    else {
      const does = kind === 'dropped' ? 'not_remind' : 'defer_reminder';
      const own = reminders.get(contactId) ?? [];
      reminders.set(contactId, [...own, { contactId, about: 'reminder', does, step, reason }]);
    }
  }
  const unmade = explainAsks(input, plan);
  let next = unmade.next();
  for (const { contactId } of [...input.candidates].sort((a, b) => a.contactId - b.contactId)) {
    const touch = touches.get(contactId);
    const sendAfter = touch?.steps[0]?.sendAfter;
    const later = deferred.get(contactId);
    for (const about of touch && sendAfter ? touch.asks : []) {
      if (touch?.joins) yield { contactId, about, does: 'merge', sendAfter: sendAfter as Date };
      else if (later) yield { contactId, about, does: 'defer', sendAfter: sendAfter as Date, reason: later };
      else yield { contactId, about, does: 'ask', sendAfter: sendAfter as Date };
    }
    const left = exclusions.get(contactId);
    let told = touch !== undefined;
    for (; !next.done && next.value.contactId === contactId; next = unmade.next()) {
      const { topic: about, reason } = next.value;
      if (reason === 'not_relevant') continue;
      if (left) yield { contactId, about, does: 'leave_out', reason: left };
      else if (reason !== 'contact_not_asked') yield { contactId, about, does: 'not_ask', reason };
      told = true;
    }
    if (!told && left) yield { contactId, about: null, does: 'leave_out', reason: left };
    yield* reminders.get(contactId) ?? [];
  }
}
