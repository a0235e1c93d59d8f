import { topicKey } from './need.ts';
import type { AskReason } from './reasons.ts';
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
