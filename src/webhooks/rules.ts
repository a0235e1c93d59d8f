import type { EventData } from '../events/types.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits between tries by Standard Webhooks: ten tries over a little more than three days. */
export const RETRY_WAITS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
/** Each event goes to every endpoint that asks for its kind, so an agency has so many and no more; deleted ones are none. */
export const MAX_ENDPOINTS = 20;

export const MAX_ATTEMPTS = RETRY_WAITS_MS.length + 1;
const JITTER = 0.2;
const LONGEST_WAIT_MS = 24 * HOUR;

/** How long old keys go on signing beside new ones. */
export const ROTATION_HOURS = 72;

/** Standard Webhooks: small enough for any receiver. */
export const MAX_PAYLOAD_BYTES = 20_000;

/**
 * When to try again after so many tries; null when they are used up. `chance` is from 0 to 1 and spreads the tries by a
 * fifth either way. What the receiver asks for by Retry-After is kept when it is later, up to a day.
 */
export function nextAttemptAt(
  attempts: number,
  now: Date,
  chance: number,
  retryAfter: string | null = null,
): Date | null {
  const wait = RETRY_WAITS_MS[attempts - 1];
  if (wait === undefined) return null;
  const spread = wait * (1 - JITTER + 2 * JITTER * chance);
  const asked = readRetryAfter(retryAfter, now) ?? 0;
  return new Date(now.getTime() + Math.min(LONGEST_WAIT_MS * (1 + JITTER), Math.max(spread, asked)));
}

/** A Retry-After header in milliseconds from now: seconds or a date. Null when it is neither. */
export function readRetryAfter(header: string | null, now: Date): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Math.min(Number(header) * SECOND, LONGEST_WAIT_MS);
  const date = Date.parse(header);
  if (Number.isNaN(date)) return null;
  return Math.min(Math.max(0, date - now.getTime()), LONGEST_WAIT_MS);
}

/** Answers by which a receiver says that it has too much to do: its other deliveries wait too. */
export function isThrottling(status: number): boolean {
  return [429, 502, 503, 504].includes(status);
}

/** The versions of an endpoint's keys that sign now, the newest first. */
export function signingVersions(
  endpoint: { secretVersion: number; previousUntil: Date | null },
  now: Date,
): number[] {
  const { secretVersion, previousUntil } = endpoint;
  return previousUntil && now < previousUntil ? [secretVersion, secretVersion - 1] : [secretVersion];
}

/** What one delivery carries: which thing, in which state, and where to read it. The same bytes at every try. */
export function payloadOf(
  event: { type: string; at: Date; sequence: number; data: EventData },
  publicUrl: string,
): string {
  const { links = {}, ...facts } = event.data;
  return JSON.stringify({
    type: event.type,
    timestamp: event.at.toISOString(),
    data: {
      ...facts,
      sequence: event.sequence,
      links: Object.fromEntries(
        Object.entries(links ?? {}).map(([name, path]) => [name, `${publicUrl}${path}`]),
      ),
    },
  });
}

export function messageIdOf(eventId: number): string {
  return `msg_${eventId}`;
}
