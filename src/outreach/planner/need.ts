import type { CredentialTopic, ResponseHistory, Topic, TopicRef } from './types.ts';

/**
 * What to expect before anything is known: one employer in five answers, and half of the answers are yes to both.
 * The prior weighs as much as fifty employers asked, so it fades as answers come in.
 */
const PRIOR = { response: 0.2, bothYes: 0.5, weight: 50 };

/** Expected response and both-yes share, each between the prior and what was seen. */
export function expectedRates(history: ResponseHistory): { response: number; bothYes: number } {
  const priorAnswers = PRIOR.response * PRIOR.weight;
  return {
    response: (history.answered + priorAnswers) / (history.asked + PRIOR.weight),
    bothYes: (history.bothYes + PRIOR.bothYes * priorAnswers) / (history.answered + priorAnswers),
  };
}

/** How many employers to ask so that the shortfall is expected to be met. */
export function asksToNeed(shortfall: number, rates: { response: number; bothYes: number }): number {
  return shortfall <= 0 ? 0 : Math.ceil(shortfall / (rates.response * rates.bothYes));
}

export function topicKey(topic: TopicRef | Topic): string {
  return topic.kind === 'credential' ? `c${topic.credentialId}` : `m${topic.meetingId}`;
}

/**
 * Order of need: what is short before what is not; then staff's priority, the nearer deadline, the larger
 * shortfall, and last the id so that the order is total.
 */
export function compareNeed(a: CredentialTopic, b: CredentialTopic): number {
  return (
    Number(b.shortfall > 0) - Number(a.shortfall > 0) ||
    a.priority - b.priority ||
    (a.deadline?.getTime() ?? Number.MAX_SAFE_INTEGER) - (b.deadline?.getTime() ?? Number.MAX_SAFE_INTEGER) ||
    b.shortfall - a.shortfall ||
    a.credentialId - b.credentialId
  );
}

/** A 32-bit hash that is the same on every machine: FNV-1a, then murmur3's finaliser for an even spread. */
export function stableHash(seed: string, id: number): number {
  let hash = 0x811c9dc5;
  const text = `${seed}:${id}`;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}
