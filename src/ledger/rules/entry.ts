import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { hashLeaf } from '../../lib/merkle.ts';

/** What the first entry names as the one before it. */
export const BEFORE_FIRST = Buffer.alloc(32);

/**
 * Hides a value behind a salt and binds to it: HMAC-SHA-256 of its canonical JSON under the salt. Without the salt
 * nobody can tell, even by trying all values, what was committed to.
 */
export function commitmentOf(value: unknown, salt: Buffer): Buffer {
  return createHmac('sha256', salt).update(canonicalJson(value)).digest();
}

/** The bytes of a leaf: its place, its commitment and the hash of the leaf before it, so that the leaves are a chain too. */
export function leafBytes(index: number, commitment: Buffer, previous: Buffer): string {
  return canonicalJson({
    commitment: commitment.toString('hex'),
    index,
    previous: previous.toString('hex'),
  });
}

export function leafHashOf(index: number, commitment: Buffer, previous: Buffer): Buffer {
  return hashLeaf(leafBytes(index, commitment, previous));
}
