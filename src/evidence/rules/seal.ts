import { z } from 'zod';
import { openCheckpoint, readCheckpoint } from '../../ledger/rules/checkpoint.ts';
import { commitmentOf, leafHashOf } from '../../ledger/rules/entry.ts';
import { type SigningKey, wasInForce } from '../../ledger/rules/keys.ts';
import { type InclusionProof, proofHolds, readProof, writeProof } from '../../ledger/rules/proof.ts';
import { canonicalJson } from '../../lib/canonical-json.ts';
import { readHeader, verifyDetached } from '../../lib/jws.ts';
import { SEALED_FORMAT } from './packet.ts';

export const SIGNATURE_TYPE = 'countersign-evidence+jws';

/** What a seal adds to a packet: who vouches for it, and where it stands in the log. */
export type Seal = { signature: string; proof: string };

/** The file that is handed out: canonical JSON around the packet's own bytes. */
export function sealedFile(text: string, sha256: string, { signature, proof }: Seal): string {
  const rest = canonicalJson({ proof, sha256, signature });
  return `{"format":${JSON.stringify(SEALED_FORMAT)},"packet":${text},${rest.slice(1)}`;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const leafSchema = z.strictObject({
  previous: hash,
  salt: hash,
  value: z.strictObject({
    kind: z.literal('snapshot'),
    id: z.int().positive(),
    sha256: hash,
    publicSha256: hash,
  }),
});
/** What rebuilds the leaf of a snapshot; it travels in the proof's extra data. */
export type SnapshotLeaf = z.output<typeof leafSchema>;

export function writeSnapshotProof(proof: Omit<InclusionProof, 'extra'>, leaf: SnapshotLeaf): string {
  return writeProof({ ...proof, extra: Buffer.from(canonicalJson(leaf)) });
}

export type SealCheck = { ok: boolean; says: string };

/**
 * Checks who signed some bytes and where they stand in the log. `which` says which of the two hashes in the log these
 * bytes have. Without keys it is left out whose signatures they are, and the proof is followed all the same.
 */
export function checkSeal(
  given: { bytes: Buffer; sha256: string; which: 'sha256' | 'publicSha256'; seal: Seal },
  keys: readonly SigningKey[] | null,
): { checks: SealCheck[]; leaf: SnapshotLeaf | null } {
  const checks: SealCheck[] = [];
  const check = (ok: boolean, good: string, bad: string) => {
    checks.push({ ok, says: ok ? good : bad });
    return ok;
  };
  const { bytes, sha256, which, seal } = given;

  const header = readHeader(seal.signature);
  const signedAt = typeof header?.iat === 'number' ? new Date(header.iat * 1000) : null;
  const isRead = check(
    header !== null && header.typ === SIGNATURE_TYPE && signedAt !== null,
    `Its signature names the key ${header?.kid}.`,
    'Its signature cannot be read: it was altered.',
  );
  if (isRead && keys) {
    const key = keys.find(({ kid }) => kid === header!.kid);
    if (
      check(
        key !== undefined,
        'That key is among those that you gave.',
        `The key ${header!.kid} is not among those that you gave: another one signed, or the set is older.`,
      )
    ) {
      check(
        verifyDetached(seal.signature, bytes, key!.publicKey),
        `The signature holds: whoever has this key signed these bytes, on ${signedAt!.toISOString()} by their own clock.`,
        'The signature does not hold: the bytes or the signature were altered after signing.',
      );
      check(
        wasInForce(key!, signedAt!),
        'The key was in force at that time.',
        'The key was not in force at that time.',
      );
    }
  }

  const proof = readProof(seal.proof);
  const leaf = proof && readLeaf(proof.extra);
  if (
    !check(
      proof !== null && leaf !== null,
      'Its proof can be read.',
      'Its proof from the log cannot be read: it was altered.',
    )
  )
    return { checks, leaf: null };
  check(
    leaf!.value[which] === sha256,
    `Entry ${proof!.index} of the log is about exactly this ${which === 'sha256' ? 'packet' : 'public version'}.`,
    `Entry ${proof!.index} of the log is about another ${which === 'sha256' ? 'packet' : 'public version'}.`,
  );
  const commitment = commitmentOf(leaf!.value, Buffer.from(leaf!.salt, 'hex'));
  const leafHash = leafHashOf(proof!.index, commitment, Buffer.from(leaf!.previous, 'hex'));
  const checkpoint = readCheckpoint(proof!.checkpoint)!;
  check(
    proofHolds(proof!, leafHash),
    `The proof leads from that entry to the checkpoint of ${checkpoint.size} entries of the log ${checkpoint.origin}.`,
    `The proof does not lead to its checkpoint of ${checkpoint.size} entries: the proof was altered, or the entry is not there.`,
  );
  if (keys) {
    const opened = openCheckpoint(
      proof!.checkpoint,
      keys.map(({ publicKey }) => publicKey),
    );
    check(
      opened !== null,
      'The checkpoint is signed with a key that you gave. Compare it with the published ones to see that nobody was shown another log.',
      'The checkpoint is not signed with a key that you gave: it was altered or forged.',
    );
  }
  return { checks, leaf };
}

function readLeaf(extra: Buffer): SnapshotLeaf | null {
  try {
    const text = extra.toString('utf8');
    const value: unknown = JSON.parse(text);
    const parsed = leafSchema.safeParse(value);
    return parsed.success && canonicalJson(value) === text ? parsed.data : null;
  } catch {
    return null;
  }
}
