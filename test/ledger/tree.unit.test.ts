import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCheckpoint, readCheckpoint, signCheckpoint } from '../../src/ledger/rules/checkpoint.ts';
import { proofHolds, readProof, writeProof } from '../../src/ledger/rules/proof.ts';
import { generateSigningKey, keyIdOf, publicKeyOf } from '../../src/lib/ed25519.ts';
import { readHeader, signCompact, signDetached, verifyCompact, verifyDetached } from '../../src/lib/jws.ts';
import {
  consistencyProof,
  EMPTY_ROOT,
  growTree,
  type Hash,
  hashLeaf,
  hashNode,
  inclusionProof,
  isConsistent,
  type NodeSource,
  rootFromInclusion,
  rootOf,
  treeRoot,
} from '../../src/lib/merkle.ts';
import { readNote, signNote, verifyNote } from '../../src/lib/signed-note.ts';

/** The test inputs of the Certificate Transparency reference code, and the roots that it publishes for them. */
const CT_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const nodesOf =
  (leaves: readonly Hash[]): NodeSource =>
  async (level, index) =>
    rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => hashLeaf(`leaf ${index}`));

describe('the tree of RFC 6962', () => {
  it('has the roots of the reference code', async () => {
    const leaves = CT_LEAVES.map(hashLeaf);
    const growing = growTree();
    for (const [index, leaf] of leaves.entries()) {
      growing.push(leaf);
      const size = index + 1;
      expect(growing.root().toString('hex')).toBe(CT_ROOTS[index]);
      expect((await treeRoot(0, size, nodesOf(leaves))).toString('hex')).toBe(CT_ROOTS[index]);
    }
    expect(EMPTY_ROOT.toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  it('proves every leaf, in no other place and under no other root', async () => {
    for (const size of [1, 2, 3, 5, 7, 8, 13, 32, 33]) {
      const leaves = leavesOf(size);
      const root = rootOf(leaves);
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof(index, size, nodesOf(leaves));
        expect(rootFromInclusion(leaves[index]!, index, size, proof)).toEqual(root);
        const elsewhere = (index + 1) % size;
        if (size > 1) expect(rootFromInclusion(leaves[index]!, elsewhere, size, proof)).not.toEqual(root);
        expect(rootFromInclusion(leaves[index]!, index, size, [...proof, root])).toBeNull();
        if (proof.length > 0)
          expect(rootFromInclusion(leaves[index]!, index, size, proof.slice(1))).toBeNull();
      }
    }
    expect(rootFromInclusion(EMPTY_ROOT, 3, 3, [])).toBeNull();
    expect(rootFromInclusion(EMPTY_ROOT, -1, 3, [])).toBeNull();
    expect(rootFromInclusion(EMPTY_ROOT, 0.5, 3, [])).toBeNull();
  });

  it('proves that any size is the beginning of any larger one, and nothing else', async () => {
    const leaves = leavesOf(34);
    const roots = Array.from({ length: 35 }, (_, size) => rootOf(leaves.slice(0, size)));
    for (let newer = 0; newer <= 34; newer += 1) {
      for (let older = 0; older <= newer; older += 1) {
        const proof = await consistencyProof(older, newer, nodesOf(leaves));
        const [small, large] = [
          { size: older, root: roots[older]! },
          { size: newer, root: roots[newer]! },
        ];
        expect(isConsistent(small, large, proof)).toBe(true);
        if (older > 0 && older < newer) {
          expect(isConsistent({ ...small, root: hashLeaf('forged') }, large, proof)).toBe(false);
          expect(isConsistent(small, { ...large, root: hashLeaf('forged') }, proof)).toBe(false);
          expect(isConsistent(small, large, [...proof, EMPTY_ROOT])).toBe(false);
          expect(isConsistent(small, large, proof.slice(0, -1))).toBe(false);
        }
      }
    }
    expect(isConsistent({ size: 5, root: roots[5]! }, { size: 4, root: roots[4]! }, [])).toBe(false);
    expect(hashNode(roots[1]!, roots[2]!)).not.toEqual(hashNode(roots[2]!, roots[1]!));
  });
});

describe('signed notes', () => {
  /** The example of golang.org/x/mod/sumdb/note. */
  const text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  const neumann = Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64').subarray(1);

  it('reads what other programs sign', () => {
    expect(verifyNote(readNote(note)!, 'PeterNeumann', [neumann])).toEqual(neumann);
    expect(verifyNote(readNote(note)!, 'Somebody', [neumann])).toBeNull();
    expect(verifyNote(readNote(note.replace('problem is', 'problem was'))!, 'PeterNeumann', [neumann])).toBe(
      null,
    );
  });

  it('is spoiled by a false signature of a known key, and by nothing of unknown ones', () => {
    const [ours, other] = [generateSigningKey(), generateSigningKey()];
    const both = `${signNote('a\n', 'ours', ours)}${signNote('a\n', 'theirs', other).split('\n').at(-2)}\n`;
    expect(verifyNote(readNote(both)!, 'ours', [publicKeyOf(ours)])).toEqual(publicKeyOf(ours));
    expect(verifyNote(readNote(both)!, 'theirs', [publicKeyOf(ours)])).toBeNull();
    const twice = signNote('a\n', 'ours', ours);
    const forged = `${twice}${signNote('b\n', 'ours', ours).split('\n').at(-2)}\n`;
    expect(verifyNote(readNote(forged)!, 'ours', [publicKeyOf(ours)])).toBeNull();
  });
});

describe('checkpoints and proofs', () => {
  const key = generateSigningKey();
  const checkpoint = { origin: 'log.example/1', size: 5, root: rootOf(leavesOf(5)) };
  const note = signCheckpoint(checkpoint, key);

  it('come back as they were signed', async () => {
    expect(readCheckpoint(note)).toEqual(checkpoint);
    expect(openCheckpoint(note, [publicKeyOf(key)])).toEqual({ ...checkpoint, signer: publicKeyOf(key) });
    expect(openCheckpoint(note, [publicKeyOf(generateSigningKey())])).toBeNull();
    const path = await inclusionProof(3, 5, nodesOf(leavesOf(5)));
    const proof = { index: 3, path, checkpoint: note, extra: Buffer.from('salt') };
    expect(readProof(writeProof(proof))).toEqual(proof);
    expect(proofHolds(readProof(writeProof(proof))!, leavesOf(5)[3]!)).toBe(true);
  });

  it('do not hold with any byte changed', async () => {
    const path = await inclusionProof(3, 5, nodesOf(leavesOf(5)));
    const text = writeProof({ index: 3, path, checkpoint: note, extra: Buffer.alloc(0) });
    const bytes = Buffer.from(text);
    const extraEnds = text.indexOf('index ');
    fc.assert(
      fc.property(
        fc.integer({ min: extraEnds, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, by) => {
          const changed = Buffer.from(bytes);
          changed[at]! ^= by;
          const proof = readProof(changed.toString('utf8'));
          const holds =
            proof !== null &&
            openCheckpoint(proof.checkpoint, [publicKeyOf(key)]) !== null &&
            proofHolds(proof, leavesOf(5)[3]!);
          expect(holds).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('JSON Web Signatures', () => {
  /** RFC 8037, appendix A. */
  const publicKey = Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url');
  const jws =
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';

  it('names keys by the thumbprint of RFC 8037', () => {
    expect(keyIdOf(publicKey)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('verifies the example of the RFC', () => {
    expect(verifyCompact(jws, publicKey)?.toString()).toBe('Example of Ed25519 signing');
    expect(verifyCompact(jws.replace('hgyY', 'hgyZ'), publicKey)).toBeNull();
  });

  it('signs and verifies, included and detached', () => {
    const key = generateSigningKey();
    const payload = Buffer.from('{"a":1}');
    const included = signCompact(payload, { kid: 'k', typ: 'test' }, key);
    expect(verifyCompact(included, publicKeyOf(key))).toEqual(payload);
    expect(readHeader(included)).toMatchObject({ alg: 'EdDSA', kid: 'k', typ: 'test' });
    const detached = signDetached(payload, { kid: 'k' }, key);
    expect(verifyDetached(detached, payload, publicKeyOf(key))).toBe(true);
    expect(verifyDetached(detached, Buffer.from('{"a":2}'), publicKeyOf(key))).toBe(false);
    expect(verifyDetached(included, payload, publicKeyOf(key))).toBe(false);
    expect(verifyCompact(detached, publicKeyOf(key))).toBeNull();
  });
});
