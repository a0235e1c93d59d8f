import { eq } from 'drizzle-orm';
import { evidenceSeals, evidenceSnapshots } from '../db/schema/evidence.ts';
import type { Deps } from '../deps.ts';
import { appendEntries, lockLog } from '../ledger/append-entries.ts';
import { rememberSigned, type StoredCheckpoint, signInside } from '../ledger/make-checkpoint.ts';
import { findEntry, findOpening } from '../ledger/queries.ts';
import { readCheckpoint } from '../ledger/rules/checkpoint.ts';
import { BEFORE_FIRST } from '../ledger/rules/entry.ts';
import { openSigner, type Signer } from '../ledger/signing-keys.ts';
import { readSources } from '../ledger/sources.ts';
import { storedTree } from '../ledger/tree.ts';
import { signDetached } from '../lib/jws.ts';
import { inclusionProof } from '../lib/merkle.ts';
import { findSeal, listUnsealed } from './packet-queries.ts';
import { publicVersionOf } from './rules/public-packet.ts';
import { SIGNATURE_TYPE, type SnapshotLeaf, writeSnapshotProof } from './rules/seal.ts';

export type SealOutcome = 'sealed' | 'waits';
type SealDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'log'>;

/**
 * Signs a frozen snapshot, gives it its place in the log and proves it with a checkpoint that is signed then. Where that
 * cannot be (the key is on another machine, the log was tampered with) the snapshot stays frozen and waits; the
 * schedule tries again.
 */
export async function sealSnapshot(deps: SealDeps, snapshotId: number): Promise<SealOutcome> {
  const signer = await openSigner(deps);
  if (!signer) {
    deps.log.error(
      { snapshotId },
      'frozen evidence waits for its seal: the signing key is not on this machine',
    );
    return 'waits';
  }
  const checkpoint = await deps.db
    .transaction((tx) => seal(tx, deps, signer, snapshotId))
    .catch((error) => {
      if (error instanceof Refused) return error;
      throw error;
    });
  if (checkpoint instanceof Refused) {
    deps.log.error(
      { snapshotId, reason: checkpoint.message },
      'frozen evidence waits for its seal: the log was not signed',
    );
    return 'waits';
  }
  if (checkpoint) rememberSigned(deps, checkpoint);
  return 'sealed';
}

/** Seals what could not be sealed when it was frozen. */
export async function sealWaiting(deps: SealDeps): Promise<number> {
  let sealed = 0;
  for (const { id } of await listUnsealed(deps.db)) {
    if ((await sealSnapshot(deps, id)) === 'sealed') sealed += 1;
  }
  return sealed;
}

/** Undoes what the transaction appended: an entry is not made without its checkpoint. */
class Refused extends Error {}

async function seal(
  tx: Parameters<Parameters<Deps['db']['transaction']>[0]>[0],
  deps: Pick<Deps, 'clock' | 'config'>,
  signer: Signer,
  snapshotId: number,
): Promise<StoredCheckpoint | null> {
  await lockLog(tx);
  if (await findSeal(tx, snapshotId)) return null;
  const [snapshot] = await tx.select().from(evidenceSnapshots).where(eq(evidenceSnapshots.id, snapshotId));
  const [source] = await readSources(tx, 'snapshot', [snapshotId]);
  if (!snapshot || !source) throw new Error(`snapshot ${snapshotId} exists`);
  if (!(await findOpening(tx, 'snapshot', snapshotId))) {
    await appendEntries(tx, [{ kind: 'snapshot', ...source }]);
  }
  const made = await signInside(tx, deps, signer);
  if (!made.ok) throw new Refused(made.reason);
  const { checkpoint } = made;
  const opening = (await findOpening(tx, 'snapshot', snapshotId))!;
  const { size } = readCheckpoint(checkpoint.note)!;
  const before = opening.index === 0 ? null : await findEntry(tx, opening.index - 1);
  const proof = writeSnapshotProof(
    {
      index: opening.index,
      path: await inclusionProof(opening.index, size, storedTree(tx)),
      checkpoint: checkpoint.note,
    },
    {
      previous: (before?.leafHash ?? BEFORE_FIRST).toString('hex'),
      salt: opening.salt.toString('hex'),
      value: source.value as SnapshotLeaf['value'],
    },
  );
  const sealedAt = deps.clock.now();
  const header = { kid: signer.kid, typ: SIGNATURE_TYPE, iat: Math.floor(sealedAt.getTime() / 1000) };
  const publicText = publicVersionOf(JSON.parse(snapshot.packet)).text;
  await tx.insert(evidenceSeals).values({
    snapshotId,
    leafIndex: opening.index,
    kid: signer.kid,
    signature: signDetached(Buffer.from(snapshot.packet), header, signer.privateKey),
    publicSignature: signDetached(Buffer.from(publicText), header, signer.privateKey),
    proof,
    sealedAt,
  });
  return checkpoint;
}
