import { randomBytes } from 'node:crypto';
import { desc, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { auditEvents, installation } from '../db/schema/agencies.ts';
import { logCheckpoints, logOrigins } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/errors.ts';
import { treeRoot } from '../lib/merkle.ts';
import { lockLog } from './append-entries.ts';
import { readLastSigned, writeLastSigned } from './key-files.ts';
import { readCheckpoint, signCheckpoint } from './rules/checkpoint.ts';
import { openSigner, type Signer } from './signing-keys.ts';
import { countEntries, storedTree } from './tree.ts';

export type StoredCheckpoint = typeof logCheckpoints.$inferSelect;

/**
 * Why no checkpoint was signed: the private key is elsewhere; the log does not lead on from what was signed before
 * (`rewritten`); it is shorter than what this machine signed, as after a restore from a backup (`rolled_back`).
 */
export type CheckpointRefusal = 'empty' | 'no_key' | 'rewritten' | 'rolled_back';

type Outcome = { ok: true; checkpoint: StoredCheckpoint } | { ok: false; reason: CheckpointRefusal };

/** Signs where the log stands now, or returns the checkpoint that already does. Never one that contradicts an earlier one. */
export async function makeCheckpoint(deps: Pick<Deps, 'db' | 'clock' | 'config' | 'log'>): Promise<Outcome> {
  const signer = await openSigner(deps);
  if (!signer) return refuse(deps, 'no_key');
  const made = await deps.db.transaction((tx) => signInside(tx, deps, signer));
  return made.ok ? keep(deps, made) : refuse(deps, made.reason);
}

/** The same within a transaction that appends first. Call `rememberSigned` after its commit. */
export async function signInside(
  tx: Tx,
  deps: Pick<Deps, 'clock' | 'config'>,
  signer: Signer,
): Promise<Outcome> {
  await lockLog(tx);
  const origin = await currentOrigin(tx, deps);
  const size = await countEntries(tx);
  if (size === 0) return { ok: false, reason: 'empty' };
  const tree = storedTree(tx);
  const last = await findLastCheckpoint(tx, origin);
  const signed = readLastSigned(deps.config.signingKeysDir);
  const ours = signed === null ? null : readCheckpoint(signed);
  for (const earlier of [last, ours?.origin === origin ? ours : null]) {
    if (!earlier) continue;
    if (earlier.size > size) return { ok: false, reason: 'rolled_back' };
    if (!(await treeRoot(0, earlier.size, tree)).equals(earlier.root))
      return { ok: false, reason: 'rewritten' };
  }
  if (last?.size === size) return { ok: true, checkpoint: last };
  const root = await treeRoot(0, size, tree);
  const note = signCheckpoint({ origin, size, root }, signer.privateKey);
  const [checkpoint] = await tx
    .insert(logCheckpoints)
    .values({ origin, size, root, note, kid: signer.kid, madeAt: deps.clock.now() })
    .returning();
  return { ok: true, checkpoint: checkpoint! };
}

/** Keeps a copy beside the key: a database that is put back to an earlier day then shows. */
export function rememberSigned(deps: Pick<Deps, 'config'>, checkpoint: Pick<StoredCheckpoint, 'note'>): void {
  writeLastSigned(deps.config.signingKeysDir, checkpoint.note);
}

function keep(deps: Pick<Deps, 'config'>, made: Outcome & { ok: true }): Outcome {
  rememberSigned(deps, made.checkpoint);
  return made;
}

function refuse(deps: Pick<Deps, 'log'>, reason: CheckpointRefusal): Outcome {
  // Nothing to sign is no fault; the others need a person.
  if (reason !== 'empty') deps.log.error({ reason }, 'the log was not signed: run `countersign verify-log`');
  return { ok: false, reason };
}

export async function findLastCheckpoint(db: Db, origin?: string): Promise<StoredCheckpoint | null> {
  const [row] = await db
    .select()
    .from(logCheckpoints)
    .where(origin === undefined ? undefined : eq(logCheckpoints.origin, origin))
    .orderBy(desc(logCheckpoints.id))
    .limit(1);
  return row ?? null;
}

/** The name under which this log signs. It is chosen once and does not follow a change of PUBLIC_URL. */
async function currentOrigin(tx: Tx, deps: Pick<Deps, 'clock' | 'config'>): Promise<string> {
  const [last] = await tx.select().from(logOrigins).orderBy(desc(logOrigins.id)).limit(1);
  return last ? last.origin : openOrigin(tx, deps, '');
}

/**
 * Begins to sign under a new name. The way out after a restore from a backup: the old name has signed entries that are
 * no longer there, so under it nothing may be signed again.
 */
export async function openOrigin(
  tx: Tx,
  deps: Pick<Deps, 'clock' | 'config'>,
  because: string,
): Promise<string> {
  const [known] = await tx.select({ id: installation.installationId }).from(installation);
  const [{ count }] = (await tx.execute(sql`select count(*)::int as count from log_origins`)) as unknown as [
    { count: number },
  ];
  const { host } = new URL(deps.config.publicUrl);
  const name = [
    host,
    'transparency',
    (known?.id ?? randomBytes(4).toString('hex')).slice(0, 8),
    count > 0 ? count + 1 : undefined,
  ];
  const origin = name.filter((part) => part !== undefined).join('/');
  invariant(/^[^\s+]+$/.test(origin), 'an origin holds neither spaces nor plus signs');
  const now = deps.clock.now();
  await tx.insert(logOrigins).values({ origin, openedAt: now, because });
  await tx.insert(auditEvents).values({
    at: now,
    agencyId: null,
    actorKind: 'system',
    actorId: null,
    action: 'log.opened',
    subjectType: 'log',
    subjectId: null,
    details: { origin, because },
  });
  return origin;
}
