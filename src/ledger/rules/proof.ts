import { decodeStrict } from '../../lib/base64.ts';
import { type Hash, rootFromInclusion } from '../../lib/merkle.ts';
import { readCheckpoint } from './checkpoint.ts';

/** c2sp.org/tlog-proof: that an entry is in the log, checkable offline. */
export type InclusionProof = {
  index: number;
  path: Hash[];
  /** The signed checkpoint, word for word. */
  checkpoint: string;
  /** What rebuilds the leaf. Not authenticated by itself: the leaf that it gives is. */
  extra: Buffer;
};

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';
const INDEX_LINE = /^index (0|[1-9][0-9]{0,15})$/;

export function writeProof({ index, path, checkpoint, extra }: InclusionProof): string {
  const lines = [
    FIRST_LINE,
    `extra ${extra.toString('base64')}`,
    `index ${index}`,
    ...path.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

/** Takes a proof apart, unverified; null when it is none. */
export function readProof(text: string): InclusionProof | null {
  const cut = text.indexOf('\n\n');
  if (cut < 0) return null;
  const [first, extraLine, indexLine, ...hashes] = text.slice(0, cut).split('\n');
  const extra = extraLine?.startsWith('extra ') ? decodeStrict(extraLine.slice('extra '.length)) : null;
  const index = Number(INDEX_LINE.exec(indexLine ?? '')?.[1] ?? Number.NaN);
  const path = hashes.map((line) => decodeStrict(line));
  const checkpoint = text.slice(cut + 2);
  if (first !== FIRST_LINE || !extra || !Number.isSafeInteger(index)) return null;
  if (path.some((hash) => hash?.length !== 32) || readCheckpoint(checkpoint) === null) return null;
  return { index, path: path as Hash[], checkpoint, extra };
}

/** Whether the leaf stands in the log where the proof says. Who signed the checkpoint is another question. */
export function proofHolds(proof: InclusionProof, leafHash: Hash): boolean {
  const checkpoint = readCheckpoint(proof.checkpoint);
  const root = checkpoint && rootFromInclusion(leafHash, proof.index, checkpoint.size, proof.path);
  return root?.equals(checkpoint!.root) ?? false;
}
