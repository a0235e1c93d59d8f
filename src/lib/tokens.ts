import { createHmac, hash, randomBytes } from 'node:crypto';

export const LINK_PURPOSES = ['answer', 'unsubscribe', 'rsvp', 'setup', 'confirm', 'ballot'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

const LINK_TOKEN_BYTES = 24;
const LINK_TOKEN_PATTERN = /^[A-Za-z0-9_-]{32}$/;

/**
 * The token of one link for one purpose: 192 bits of HMAC-SHA-256 under the server's link key.
 * It is derived rather than drawn so that a reminder carries the same link although the database
 * holds nothing but its SHA-256. Raising `version` revokes every earlier token of that id.
 */
export function linkToken(key: Buffer, purpose: LinkPurpose, id: number, version = 1): string {
  const mac = createHmac('sha256', key).update(`${purpose}:${id}:${version}`).digest();
  return mac.subarray(0, LINK_TOKEN_BYTES).toString('base64url');
}

/** Cheap refusal of what cannot be a link token, before the database is asked. */
export function isLinkTokenShaped(token: string): boolean {
  return LINK_TOKEN_PATTERN.test(token);
}

/** A fresh 256-bit secret for sign-in links, sessions and API keys. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** The suppression list's key of an address: it outlives the address itself and cannot be turned back into it. */
export function hashAddress(key: Buffer, email: string): Buffer {
  return createHmac('sha256', key).update(email.trim().toLowerCase()).digest();
}
