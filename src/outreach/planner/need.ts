import { createChance } from './chance.ts';
import { AIM } from './forecast.ts';
import type { CredentialTopic, Topic, TopicRef } from './types.ts';

/**
 * How many yeses a credential will be short of if nobody is asked: those missing now, and those whose evidence ages
 * out soon.
 */
export function needOf(credential: Pick<CredentialTopic, 'shortfall' | 'lapsing'>): number {
  return Math.max(0, credential.shortfall) + Math.max(0, credential.lapsing ?? 0);
}

const MOST_ASKS = 1_000_000;

/** How many employers to ask, each with this chance of a yes to both, so that the need is met with a chance of AIM. */
export function asksToNeed(needed: number, chanceOfYes: number, spread: number): number {
  const chance = createChance(needed, spread);
  let asks = 0;
  while (chance.reached() < AIM && asks < MOST_ASKS) {
    chance.add(chanceOfYes);
    asks += 1;
  }
  return asks;
}

export function topicKey(topic: TopicRef | Topic): string {
  return topic.kind === 'credential' ? `c${topic.credentialId}` : `m${topic.meetingId}`;
}

/**
 * Order of need: what is short, or will be, before what is not; then staff's priority, the nearer deadline, the larger
 * need, and last the id so that the order is total.
 */
export function compareNeed(a: CredentialTopic, b: CredentialTopic): number {
  return (
    Number(needOf(b) > 0) - Number(needOf(a) > 0) ||
    a.priority - b.priority ||
    (a.deadline?.getTime() ?? Number.MAX_SAFE_INTEGER) - (b.deadline?.getTime() ?? Number.MAX_SAFE_INTEGER) ||
    needOf(b) - needOf(a) ||
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
