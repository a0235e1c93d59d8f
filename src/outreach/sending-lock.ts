import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { invariant } from '../lib/errors.ts';
import { decideSending, type KnownEpoch, type SendingLock, type StoredEpoch } from './rules.ts';

/**
 * The send epoch: a number that rises as mail goes out, kept in the database and once more beside it. A database
 * that says a lower number than the file was restored from an older copy: it does not know what left since.
 */

const epochFile = z.object({
  installationId: z.string(),
  epoch: z.number().int(),
  raisedAt: z.string(),
});
type EpochFile = z.infer<typeof epochFile>;

/** A sender that finds nothing due raises no oftener than this; each batch that leaves raises it besides. */
const RAISE_EVERY_MS = 60_000;

const pathOf = (dataDir: string) => join(dataDir, 'sending.json');

/** What this machine knows of the installation, or null when it has never sent for one. */
export function readEpochFile(dataDir: string): EpochFile | null {
  const path = pathOf(dataDir);
  try {
    return epochFile.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`The file that guards against sending from an old backup cannot be read: ${path}`, {
      cause: error,
    });
  }
}

/** For an installation that begins afresh on purpose, in the same folder. */
export function forgetEpochFile(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true });
}

/** Of several processes that share the folder, the one that is ahead wins. */
function writeEpochFile(dataDir: string, file: EpochFile): void {
  const before = readEpochFile(dataDir);
  if (before?.installationId === file.installationId && before.epoch >= file.epoch) return;
  mkdirSync(dataDir, { recursive: true });
  const draft = `${pathOf(dataDir)}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { flag: 'wx' });
  renameSync(draft, pathOf(dataDir));
}

type Row = StoredEpoch & { lockedEpoch: number | null };

async function readRow(db: Db, lock = sql``): Promise<Row | null> {
  const [row] = await db.execute<Row>(sql`
    select installation_id as "installationId", send_epoch as epoch, sending_unlocked_at is null as locked,
      locked_epoch as "lockedEpoch"
    from installation ${lock}`);
  return row ?? null;
}

/** Whether this machine may send from this database now; changes nothing. */
export async function readSendingLock(deps: Pick<Deps, 'db' | 'config'>): Promise<SendingLock> {
  return decideSending(await readRow(deps.db), readEpochFile(deps.config.dataDir));
}

/**
 * Raises the epoch, in the database and then in the file, before mail leaves; the first call makes the installation's
 * row, or takes over what the database says on a new machine. Locks the database instead when it is an older copy.
 * Cheap when the last raise is recent, unless told to raise at once.
 */
export async function raiseSendEpoch(
  deps: Pick<Deps, 'db' | 'clock' | 'config' | 'log'>,
  options: { atOnce?: boolean } = {},
): Promise<{ locked: boolean }> {
  const { dataDir } = deps.config;
  const now = deps.clock.now();
  const known = readEpochFile(dataDir);
  if (known && !options.atOnce) {
    const sinceRaise = Math.abs(now.getTime() - new Date(known.raisedAt).getTime());
    if (sinceRaise < RAISE_EVERY_MS) return { locked: false };
  }
  const outcome = await deps.db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into installation (installation_id, sending_unlocked_at, created_at)
      values (${randomUUID()}, ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz)
      on conflict do nothing`);
    const row = await readRow(tx, sql`for update`);
    invariant(row, 'the installation has its row');
    const decision = decideSending(row, known);
    if (!decision.locked) {
      const epoch = row.epoch + 1;
      await tx.execute(sql`update installation set send_epoch = ${epoch}`);
      return { locked: false as const, file: { installationId: row.installationId, epoch } };
    }
    // While it is locked every machine adds what it knows, so that one unlocking satisfies them all.
    if (known && decision.reason !== 'locked') await rememberKnown(tx, known);
    else if (known && known.epoch > (row.lockedEpoch ?? row.epoch)) await rememberKnown(tx, known);
    return { locked: true as const, isNew: !row.locked, reason: decision.reason };
  });
  if (!outcome.locked) {
    writeEpochFile(dataDir, { ...outcome.file, raisedAt: now.toISOString() });
    return { locked: false };
  }
  if (outcome.isNew) {
    deps.log.error(
      { reason: outcome.reason },
      'this database was restored from an older copy: no mail leaves until an administrator allows it on the page Today',
    );
  }
  return { locked: true };
}

async function rememberKnown(tx: Db, known: KnownEpoch): Promise<void> {
  await tx.execute(sql`
    update installation set sending_unlocked_at = null, locked_id = ${known.installationId},
      locked_epoch = greatest(coalesce(locked_epoch, 0), ${known.epoch}::int)`);
}
