import type { ApiScope } from '../agencies/types.ts';
import { sha256Hex } from '../lib/sha256.ts';

const MARK = 'csk_';
const SECRET_LENGTH = 43;
const CHECK_LENGTH = 6;
const KEY_SHAPE = new RegExp(`^${MARK}[A-Za-z0-9_-]{${SECRET_LENGTH}}[0-9a-f]{${CHECK_LENGTH}}$`);
/** Shown in the console, so that people can tell keys apart. */
const PREFIX_LENGTH = MARK.length + 8;

/**
 * A key's text from its 256-bit secret: a mark that secret scanners know it by, the secret, and a checksum, so that a
 * mistyped key is told from a revoked one without asking the database.
 */
export function writeApiKey(secret: string): { key: string; prefix: string } {
  const body = `${MARK}${secret}`;
  const key = `${body}${sha256Hex(body).slice(0, CHECK_LENGTH)}`;
  return { key, prefix: key.slice(0, PREFIX_LENGTH) };
}

/** The key of an Authorization header, or null when there is none or it cannot be one. */
export function readApiKey(authorization: string | undefined): string | null {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === undefined || !KEY_SHAPE.test(key)) return null;
  const body = key.slice(0, -CHECK_LENGTH);
  return sha256Hex(body).startsWith(key.slice(-CHECK_LENGTH)) ? key : null;
}

export function isKeyAlive(key: { expiresAt: Date; revokedAt: Date | null }, now: Date): boolean {
  return key.revokedAt === null && key.expiresAt > now;
}

export const SCOPE_WORDS: Record<ApiScope, string> = {
  'credentials:read': 'Credentials: what there is',
  'counts:read': 'Counts: live and provisional, by list',
  'evidence:read': 'Evidence: applications, approval records, frozen packets, and what changed',
  'applications:write': 'Submit applications',
  'decisions:propose': 'Propose decisions, which a person then confirms',
  'ballots:propose': 'Propose ballots by mail, which a person then opens',
  'webhooks:manage': 'Webhooks: make, pause, rotate and delete endpoints, read their log and send again',
};

const CURSOR = /^([ce])1:(0|[1-9]\d{0,15})$/;

/** `c` for pages of things, whose end is the end; `e` for the feed of events, which goes on. */
export type CursorKind = 'c' | 'e';

/** Where the next page begins: after this id or place. Programs pass it on and read nothing from it. */
export function writeCursor(last: number, kind: CursorKind = 'c'): string {
  return Buffer.from(`${kind}1:${last}`).toString('base64url');
}

export function readCursor(cursor: string, kind: CursorKind = 'c'): number | null {
  const [, of, place] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const last = Number(of === kind ? place : Number.NaN);
  // Ids begin at 1; whoever read an empty feed begins it at 0.
  return Number.isSafeInteger(last) && last >= (kind === 'e' ? 0 : 1) ? last : null;
}

/** Keys are the caller's own: anything printable. Quotes, which a draft of the IETF asks for, belong to the key. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export function isIdempotencyKey(text: unknown): text is string {
  return typeof text === 'string' && IDEMPOTENCY_KEY.test(text);
}
