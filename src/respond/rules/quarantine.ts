import type { QuarantineReason } from '../../surveys/types.ts';

/** How one sending came. The keys are keyed hashes: equal for one network, for one name. */
export type Sending = {
  invitationId: number;
  employerId: number;
  sentAt: Date;
  networkKey: string;
  personKey: string;
  /** A page came back sooner than a person reads it, or the whole was done sooner than a person reads the questions. */
  isQuick: boolean;
  /** Every page that was posted had been shown before. */
  wasShown: boolean;
};

export const BURST = {
  /** One network: an office, a room, a mail gateway. */
  networkWindowMs: 10_000,
  /** So many links, each answered faster than a person reads, */
  quickLinks: 3,
  /** or so many however long each took: people in one room do not press the button in the same ten seconds. */
  anyLinks: 8,
  /** One name that answers for so many employers within this time. */
  personWindowMs: 120_000,
  personEmployers: 3,
} as const;

/** Sendings before this moment say nothing of one that comes now. */
export const LONGEST_WINDOW_MS = Math.max(BURST.networkWindowMs, BURST.personWindowMs);

/**
 * Which sendings look like a machine's, and why. These wait uncounted for a person (E8, ASVS 2.4.1); a single answer that is merely
 * quick does not: it counts, and staff see it marked. Every member of a burst waits, not only the last ones.
 *
 * - `no_page_shown`: what was posted was never shown, so no person read it.
 * - `many_links_at_once`: three links answered faster than a person reads, or eight in any way, from one network in 10 seconds.
 * - `same_person_many_links`: one name on the links of three employers within two minutes.
 */
export function findMachines(sendings: readonly Sending[]): Map<Sending, QuarantineReason[]> {
  const found = new Map<Sending, QuarantineReason[]>();
  const add = (sending: Sending, reason: QuarantineReason) => {
    const reasons = found.get(sending) ?? [];
    if (!reasons.includes(reason)) found.set(sending, [...reasons, reason]);
  };
  for (const sending of sendings) if (!sending.wasShown) add(sending, 'no_page_shown');
  for (const window of windows(sendings, ({ networkKey }) => networkKey, BURST.networkWindowMs)) {
    const quick = window.filter(({ isQuick }) => isQuick);
    if (countLinks(window) >= BURST.anyLinks) for (const each of window) add(each, 'many_links_at_once');
    else if (countLinks(quick) >= BURST.quickLinks) for (const each of quick) add(each, 'many_links_at_once');
  }
  for (const window of windows(sendings, ({ personKey }) => personKey, BURST.personWindowMs)) {
    if (new Set(window.map(({ employerId }) => employerId)).size < BURST.personEmployers) continue;
    for (const each of window) add(each, 'same_person_many_links');
  }
  return found;
}

function countLinks(sendings: readonly Sending[]): number {
  return new Set(sendings.map(({ invitationId }) => invitationId)).size;
}

/** For each sending, it and those of the same key that came at most so long before it. */
function windows(
  sendings: readonly Sending[],
  keyOf: (sending: Sending) => string,
  lengthMs: number,
): Sending[][] {
  const groups = new Map<string, Sending[]>();
  for (const sending of sendings) {
    const group = groups.get(keyOf(sending));
    if (group) group.push(sending);
    else groups.set(keyOf(sending), [sending]);
  }
  return [...groups.values()].flatMap((group) => {
    const inOrder = group.toSorted((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
    let from = 0;
    return inOrder.map((sending, index) => {
      while (sending.sentAt.getTime() - inOrder[from]!.sentAt.getTime() > lengthMs) from += 1;
      return inOrder.slice(from, index + 1);
    });
  });
}
