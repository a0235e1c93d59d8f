import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { decodeStrict } from './base64.ts';
import { canonicalJson } from './canonical-json.ts';
import { type PublicKey, signBytes, verifyBytes } from './ed25519.ts';

const headerSchema = z.looseObject({
  alg: z.literal('EdDSA'),
  kid: z.string().min(1).optional(),
  crit: z.undefined().optional(),
});
export type JwsHeader = z.output<typeof headerSchema>;

/** A JWS in compact form (RFC 7515) by Ed25519 (RFC 8037), payload included. */
export function signCompact(
  payload: Uint8Array,
  header: { kid: string } & Record<string, unknown>,
  key: KeyObject,
): string {
  const head = Buffer.from(canonicalJson({ alg: 'EdDSA', ...header })).toString('base64url');
  const signed = `${head}.${Buffer.from(payload).toString('base64url')}`;
  return `${signed}.${signBytes(Buffer.from(signed), key).toString('base64url')}`;
}

/** The same with the payload left out (RFC 7515, appendix F): the signature travels beside what it signs. */
export function signDetached(
  payload: Uint8Array,
  header: { kid: string } & Record<string, unknown>,
  key: KeyObject,
): string {
  const [head, , signature] = signCompact(payload, header, key).split('.');
  return `${head}..${signature}`;
}

/** What a compact JWS says of itself, unverified; null when it is none, or not one by Ed25519. */
export function readHeader(jws: string): JwsHeader | null {
  const parts = jws.split('.');
  const bytes = parts.length === 3 ? decodeStrict(parts[0]!, 'base64url') : null;
  if (!bytes) return null;
  try {
    const parsed = headerSchema.safeParse(JSON.parse(bytes.toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function verifyDetached(jws: string, payload: Uint8Array, publicKey: PublicKey): boolean {
  const parts = jws.split('.');
  if (readHeader(jws) === null || parts[1] !== '') return false;
  return verifyParts(parts[0]!, Buffer.from(payload).toString('base64url'), parts[2]!, publicKey);
}

/** The payload, when the signature holds. */
export function verifyCompact(jws: string, publicKey: PublicKey): Buffer | null {
  const parts = jws.split('.');
  if (readHeader(jws) === null || parts[1] === '') return null;
  const payload = decodeStrict(parts[1]!, 'base64url');
  return payload && verifyParts(parts[0]!, parts[1]!, parts[2]!, publicKey) ? payload : null;
}

function verifyParts(head: string, payload: string, signature: string, publicKey: PublicKey): boolean {
  const bytes = decodeStrict(signature, 'base64url');
  return bytes !== null && verifyBytes(Buffer.from(`${head}.${payload}`), bytes, publicKey);
}
