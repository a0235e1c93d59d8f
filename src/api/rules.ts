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
  'evidence:read': 'Evidence: approval records and frozen packets',
};

const CURSOR = /^c1:([1-9]\d{0,15})$/;

/** Where the next page begins: after the row with this id. Programs pass it on and read nothing from it. */
export function writeCursor(lastId: number): string {
  return Buffer.from(`c1:${lastId}`).toString('base64url');
}

export function readCursor(cursor: string): number | null {
  const id = Number(CURSOR.exec(Buffer.from(cursor, 'base64url').toString())?.[1] ?? Number.NaN);
  return Number.isSafeInteger(id) ? id : null;
}
