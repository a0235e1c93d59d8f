import type { KeyObject } from 'node:crypto';
import { decodeStrict } from '../../lib/base64.ts';
import type { PublicKey } from '../../lib/ed25519.ts';
import type { Hash } from '../../lib/merkle.ts';
import { readNote, signNote, verifyNote } from '../../lib/signed-note.ts';

/** c2sp.org/tlog-checkpoint: which log, how many entries, their root. */
export type Checkpoint = { origin: string; size: number; root: Hash };

const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;

export function signCheckpoint({ origin, size, root }: Checkpoint, key: KeyObject): string {
  return signNote(`${origin}\n${size}\n${root.toString('base64')}\n`, origin, key);
}

/** Reads a checkpoint without believing it; null when it is none. Extension lines are refused: nobody could audit them. */
export function readCheckpoint(note: string): Checkpoint | null {
  const lines = readNote(note)?.text.split('\n');
  if (lines?.length !== 4) return null;
  const [origin, size, encoded] = lines as [string, string, string, string];
  const root = decodeStrict(encoded);
  if (!origin || !SIZE.test(size) || root?.length !== 32 || !Number.isSafeInteger(Number(size))) return null;
  return { origin, size: Number(size), root };
}

/** Reads a checkpoint and says which of the keys signed it for its own log; null when none did. */
export function openCheckpoint(
  note: string,
  keys: readonly PublicKey[],
): (Checkpoint & { signer: PublicKey }) | null {
  const checkpoint = readCheckpoint(note);
  const signer = checkpoint && verifyNote(readNote(note)!, checkpoint.origin, keys);
  return signer ? { ...checkpoint, signer } : null;
}
