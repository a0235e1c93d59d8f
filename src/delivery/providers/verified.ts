import { createHash } from 'node:crypto';
import type { ReceivedMailEvent } from '../record-mail-event.ts';

/** How a provider's request ended: refused, or genuine with what it says. */
export type HookOutcome =
  | { ok: false; status: 401 | 403 }
  | { ok: true; events: ReceivedMailEvent[]; confirm?: string };

export const REFUSED: HookOutcome = { ok: false, status: 403 };

/** Signed further away from now than this, a request is taken for a replay (STANDARDS E18). */
export const REPLAY_WINDOW_MS = 5 * 60_000;

/** A provider's word for something, safe to keep: a closed vocabulary, not free text that may quote an address. */
export function word(value: unknown): string | null {
  return typeof value === 'string' && /^[\w .:/-]{1,60}$/.test(value) ? value : null;
}

export function facts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      const kept = word(value);
      return kept === null ? [] : [[key, kept]];
    }),
  );
}

/** Our own id of the message as it was sent along: the part of its Message-ID before the @. */
export function headerFromCorrelation(value: unknown, messageIdDomain: string): string | null {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value) ? `${value}@${messageIdDomain}` : null;
}

/** Names an event that has no id of its own. */
export function digest(value: unknown): string {
  return createHash('sha256')
    .update(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
    .digest('hex');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function timeOf(value: unknown): Date | null {
  const time = typeof value === 'number' ? new Date(value * 1_000) : new Date(String(value));
  return typeof value === 'number' || typeof value === 'string'
    ? Number.isNaN(time.getTime())
      ? null
      : time
    : null;
}
