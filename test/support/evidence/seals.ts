import type { KeyObject } from 'node:crypto';
import { publicFile, publicVersionOf } from '../../../src/evidence/rules/public-packet.ts';
import { SIGNATURE_TYPE, sealedFile, writeSnapshotProof } from '../../../src/evidence/rules/seal.ts';
import type { EvidenceFacts } from '../../../src/evidence/types.ts';
import { signCheckpoint } from '../../../src/ledger/rules/checkpoint.ts';
import { BEFORE_FIRST, commitmentOf, leafHashOf } from '../../../src/ledger/rules/entry.ts';
import type { SigningKey } from '../../../src/ledger/rules/keys.ts';
import { canonicalJson } from '../../../src/lib/canonical-json.ts';
import { generateSigningKey, keyIdOf, publicKeyOf } from '../../../src/lib/ed25519.ts';
import { signDetached } from '../../../src/lib/jws.ts';
import { type Hash, inclusionProof, rootOf } from '../../../src/lib/merkle.ts';
import { sha256Hex } from '../../../src/lib/sha256.ts';
import { month } from './facts.ts';
import { builtPacket } from './packets.ts';

export const testKey: KeyObject = generateSigningKey();
export const testKeys: SigningKey[] = [
  {
    kid: keyIdOf(publicKeyOf(testKey)),
    publicKey: publicKeyOf(testKey),
    notBefore: month(-5),
    retiredAt: null,
  },
];

export type MemoryLog = {
  entries: { index: number; commitment: Buffer; leafHash: Hash; salt: Buffer; value: unknown }[];
  checkpoint(size?: number): string;
};

/** A log in memory, as the database would hold it. */
export function memoryLog(values: readonly unknown[], origin = 'log.example/transparency'): MemoryLog {
  const entries: MemoryLog['entries'] = [];
  for (const [index, value] of values.entries()) {
    const salt = Buffer.alloc(32, index + 1);
    const commitment = commitmentOf(value, salt);
    const leafHash = leafHashOf(index, commitment, entries.at(-1)?.leafHash ?? BEFORE_FIRST);
    entries.push({ index, commitment, leafHash, salt, value });
  }
  return {
    entries,
    checkpoint: (size = entries.length) =>
      signCheckpoint(
        { origin, size, root: rootOf(entries.slice(0, size).map(({ leafHash }) => leafHash)) },
        testKey,
      ),
  };
}

export type SealedPacket = {
  text: string;
  sha256: string;
  file: string;
  publicFile: string;
  publicSha256: string;
};

/**
 * A packet of the second format as it leaves the server, with its public version. A server that lies may write
 * other things into it, or log another public version beside it, and sign all the same.
 */
export async function sealedPacket(
  facts: EvidenceFacts,
  lie: { write?: (packet: Record<string, unknown>) => void; publicSha256?: string } = {},
): Promise<SealedPacket> {
  const built = builtPacket(facts, {
    formatVersion: 2,
    answerLanguages: facts.answers.map(({ answerId }) => ({ answerId, language: 'en' })),
    redactionKey: 'ab'.repeat(32),
  });
  const packet = JSON.parse(built.text);
  lie.write?.(packet);
  const text = canonicalJson(packet);
  const sha256 = sha256Hex(text);
  const open = publicVersionOf(JSON.parse(text)).text;
  const publicSha256 = sha256Hex(open);
  const value = {
    kind: 'snapshot' as const,
    id: 9,
    sha256,
    publicSha256: lie.publicSha256 ?? publicSha256,
  };
  const log = memoryLog([{ a: 1 }, { b: 2 }, value, { c: 3 }, { d: 4 }]);
  const leaves = log.entries.map(({ leafHash }) => leafHash);
  const path = await inclusionProof(2, leaves.length, async (level, at) =>
    rootOf(leaves.slice(at * 2 ** level, (at + 1) * 2 ** level)),
  );
  const proof = writeSnapshotProof(
    { index: 2, path, checkpoint: log.checkpoint() },
    { previous: leaves[1]!.toString('hex'), salt: log.entries[2]!.salt.toString('hex'), value },
  );
  const header = { kid: testKeys[0]!.kid, typ: SIGNATURE_TYPE, iat: month(1).getTime() / 1000 };
  const sign = (bytes: string) => signDetached(Buffer.from(bytes), header, testKey);
  return {
    text,
    sha256,
    publicSha256,
    file: sealedFile(text, sha256, { signature: sign(text), proof }),
    publicFile: publicFile({ text: open, sha256: publicSha256, signature: sign(open), proof }),
  };
}
