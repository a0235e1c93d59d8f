import { createHash, type KeyObject } from 'node:crypto';
import { decodeStrict } from './base64.ts';
import { type PublicKey, publicKeyOf, signBytes, verifyBytes } from './ed25519.ts';

/** Signed notes as c2sp.org/signed-note has them, with Ed25519 signatures (type 0x01). */
export type Note = { text: string; signatures: { name: string; keyId: Buffer; signature: Buffer }[] };

const ED25519 = Buffer.from([1]);
const MAX_SIGNATURES = 16;
const SIGNATURE_LINE = /^\u2014 ([^\s+\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+) (\S+)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a note must not hold.
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/** The four bytes that name a key of this name. */
export function noteKeyId(name: string, publicKey: PublicKey): Buffer {
  return createHash('sha256').update(`${name}\n`).update(ED25519).update(publicKey).digest().subarray(0, 4);
}

/** A key as verifiers of notes take it: name, key id and key. */
export function noteVerifierKey(name: string, publicKey: PublicKey): string {
  const encoded = Buffer.concat([ED25519, publicKey]).toString('base64');
  return `${name}+${noteKeyId(name, publicKey).toString('hex')}+${encoded}`;
}

/** Signs a text that ends in a newline. */
export function signNote(text: string, name: string, key: KeyObject): string {
  const bytes = Buffer.concat([noteKeyId(name, publicKeyOf(key)), signBytes(Buffer.from(text), key)]);
  return `${text}\n\u2014 ${name} ${bytes.toString('base64')}\n`;
}

/** Takes a note apart, unverified; null when it is none. */
export function readNote(note: string): Note | null {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0 || CONTROL.test(note) || !note.endsWith('\n')) return null;
  const lines = note.slice(cut + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures = lines.map((line) => {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = encoded === undefined ? null : decodeStrict(encoded);
    if (!name || !bytes || bytes.length < 5) return null;
    return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  if (signatures.length === 0 || signatures.some((found) => found === null)) return null;
  return { text: note.slice(0, cut + 1), signatures: signatures as Note['signatures'] };
}

/**
 * Which of the keys signed the note under this name. A signature by a known key that does not hold spoils the note;
 * signatures by others are passed over.
 */
export function verifyNote(note: Note, name: string, keys: readonly PublicKey[]): PublicKey | null {
  let signer: PublicKey | null = null;
  for (const { name: by, keyId, signature } of note.signatures) {
    const key = by === name ? keys.find((one) => noteKeyId(name, one).equals(keyId)) : undefined;
    if (!key) continue;
    if (!verifyBytes(Buffer.from(note.text), signature, key)) return null;
    signer ??= key;
  }
  return signer;
}
