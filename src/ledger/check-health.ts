import { access, constants, stat } from 'node:fs/promises';
import { desc, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { logCheckpoints, logCursors, logOrigins, logWitnessMails } from '../db/schema/ledger.ts';
import type { Deps } from '../deps.ts';
import { treeRoot } from '../lib/merkle.ts';
import { keyFileOf, readKeyFile, readLastSigned } from './key-files.ts';
import { findLastCheckpoint, type StoredCheckpoint } from './make-checkpoint.ts';
import { readCheckpoint } from './rules/checkpoint.ts';
import { currentKey, type SigningKey } from './rules/keys.ts';
import { listSigningKeys } from './signing-keys.ts';
import { countWaiting, SCANNED_KINDS } from './sources.ts';
import { TELL_EVERY_MS } from './tell-witness.ts';
import { SIGN_EVERY_MS } from './tend-log.ts';
import { countEntries, storedTree } from './tree.ts';

/** One line for a person who must act: what is so, and what to do. A failed `should` is worth mending and stops nothing. */
export type HealthFinding = { check: string; level: 'must' | 'should'; ok: boolean; says: string };

type HealthDeps = Pick<Deps, 'db' | 'clock' | 'config'>;

const MINUTE = 60_000;
/** The sequencer comes each minute; rows may also stand for as long as the transaction took that wrote them. */
const LATE_AFTER_MS = 10 * MINUTE;
/** What is due hourly or daily may be late by as much before anybody is told. */
const GRACE_MS = 60 * MINUTE;

const good = (check: string, says: string): HealthFinding => ({ check, level: 'must', ok: true, says });
const bad = (check: string, says: string, level: 'must' | 'should' = 'must'): HealthFinding => ({
  check,
  level,
  ok: false,
  says,
});

/** Looks whether the log takes in what happens, is signed, can go on being signed, and is told to somebody outside. Changes nothing. */
export async function checkLogHealth(deps: HealthDeps): Promise<HealthFinding[]> {
  const last = await findLastCheckpoint(deps.db);
  const signature = await checkSignature(deps, last);
  const keys = await checkKeys(deps, signature.ok && last !== null);
  return [await checkSequence(deps), signature, ...keys, await checkWitness(deps, last)];
}

async function checkSequence({ db, clock }: HealthDeps): Promise<HealthFinding> {
  const check = 'Log sequence';
  const now = clock.now();
  let rows = 0;
  let oldest: Date | null = null;
  for (const kind of SCANNED_KINDS) {
    const [cursor] = await db.select().from(logCursors).where(eq(logCursors.kind, kind));
    const waiting = await countWaiting(db, kind, cursor?.settled ?? 0);
    rows += waiting.rows;
    if (waiting.oldest && (!oldest || waiting.oldest < oldest)) oldest = waiting.oldest;
  }
  if (!oldest || now.getTime() - oldest.getTime() < LATE_AFTER_MS) {
    return good(check, rows === 0 ? 'everything that was done is in the log' : 'keeps up with what is done');
  }
  const what = rows === 1 ? 'one act is' : `${rows} acts are`;
  return bad(
    check,
    `${what} not in the log yet, the oldest since ${shown(oldest)}. A worker brings them in each minute: see that one runs, and what it logs of the job ledger.tend`,
  );
}

async function checkSignature({ db, clock, config }: HealthDeps, last: StoredCheckpoint | null) {
  const check = 'Log signature';
  const size = await countEntries(db);
  const now = clock.now();
  const gone = await findContradiction(db, config.signingKeysDir, last, size);
  if (gone) return bad(check, gone);
  if (size === 0) return good(check, 'the log is empty');
  const since = last?.madeAt ?? (await firstActAt(db));
  const unsigned = size - (last?.size ?? 0);
  if (unsigned > 0 && since && now.getTime() - since.getTime() > SIGN_EVERY_MS + GRACE_MS) {
    const until = last
      ? `the log was last signed on ${shown(last.madeAt)}, and ${unsigned} entries since are not`
      : `the log was never signed: ${unsigned} entries`;
    return bad(
      check,
      `${until}, so they could be rewritten unseen. A worker signs each hour: see that one runs where the signing key is, then run countersign verify-log`,
    );
  }
  return good(
    check,
    last ? `signed on ${shown(last.madeAt)}, ${last.size} of ${size} entries` : 'is about to be signed',
  );
}

/** The log is never signed against its own past; a person has to say what happened. */
async function findContradiction(
  db: Db,
  folder: string,
  last: StoredCheckpoint | null,
  size: number,
): Promise<string | null> {
  const [origin] = await db.select().from(logOrigins).orderBy(desc(logOrigins.id)).limit(1);
  const note = await Promise.resolve()
    .then(() => readLastSigned(folder))
    .catch(() => null);
  const ours = note === null ? null : readCheckpoint(note);
  for (const earlier of [last, ours]) {
    if (!earlier || earlier.origin !== origin?.origin) continue;
    if (earlier.size > size) {
      return `the log has ${size} entries, and ${earlier.size} were signed: the database was put back to an earlier day. Nothing is signed until somebody runs countersign reopen-log --because "..."`;
    }
    if (!(await treeRoot(0, earlier.size, storedTree(db))).equals(earlier.root)) {
      return 'the log is not what was signed: entries were altered. Nothing is signed any more. Run countersign verify-log, which says where, and ask the witness for their checkpoints';
    }
  }
  return null;
}

async function checkKeys({ db, clock, config }: HealthDeps, isSignedElsewhere: boolean) {
  const check = 'Signing key';
  const now = clock.now();
  const keys = await listSigningKeys(db);
  const current = currentKey(keys, now);
  if (!current) return [await checkRoom(config.signingKeysDir)];
  const found: HealthFinding[] = [];
  for (const key of keys.filter(({ retiredAt }) => !retiredAt || retiredAt > now)) {
    const fault = await findKeyFault(config.signingKeysDir, key, isSignedElsewhere);
    if (fault) found.push(fault);
  }
  if (found.length > 0) return found;
  return [good(check, `${current.kid}, kept in ${config.signingKeysDir} for its owner alone`)];
}

/** Before the first signature: whether a key could be kept. */
async function checkRoom(folder: string): Promise<HealthFinding> {
  const check = 'Signing key';
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      return bad(
        check,
        `none yet, and none can be kept in ${folder} (${code}): set SIGNING_KEYS_DIR to a folder that this user may write to`,
      );
    }
  }
  return good(check, `none yet; the first signature makes one in ${folder}. Back that folder up`);
}

async function findKeyFault(
  folder: string,
  { kid }: SigningKey,
  isSignedElsewhere: boolean,
): Promise<HealthFinding | null> {
  const check = 'Signing key';
  const path = keyFileOf(folder, kid);
  try {
    if (readKeyFile(folder, kid) === null) {
      return isSignedElsewhere
        ? bad(
            check,
            `${path} is not on this machine; another one signs. Bring it here if this one is to take over`,
            'should',
          )
        : bad(
            check,
            `${path} is missing, so nothing can be signed here and frozen evidence waits for its seal. Bring the file back from its backup; if it is lost, run countersign keys rotate --at-once`,
          );
    }
  } catch (error) {
    return bad(
      check,
      `${(error as Error).message} Nothing can be signed here. Give it to the user that runs Countersign, or bring it back from its backup`,
    );
  }
  const others = (await stat(path)).mode & 0o077;
  if (others !== 0) {
    return bad(
      check,
      `other users of this machine may ${others & 0o022 ? 'change' : 'read'} ${path}. Run chmod 600 on it; if somebody may have copied it, run countersign keys rotate --at-once`,
    );
  }
  if (((await stat(folder)).mode & 0o022) !== 0) {
    return bad(check, `other users of this machine may put keys into ${folder}. Run chmod 700 on it`);
  }
  return null;
}

async function checkWitness(
  { db, clock, config }: HealthDeps,
  last: StoredCheckpoint | null,
): Promise<HealthFinding> {
  const check = 'Witness';
  const to = config.witnessAddress;
  if (to === null) {
    return bad(
      check,
      'nobody outside keeps the signatures of the log, so whoever has the server and its key could rewrite both. Set WITNESS_ADDRESS to somebody of another agency',
      'should',
    );
  }
  if (!config.smtpUrl) {
    return bad(
      check,
      'mails to the witness stay in the local mailbox: set SMTP_URL, so that they leave',
      'should',
    );
  }
  if (!last) return good(check, 'is told of the first signature');
  const [told] = await db
    .select({ size: logCheckpoints.size, origin: logCheckpoints.origin, at: logWitnessMails.sentAt })
    .from(logWitnessMails)
    .innerJoin(logCheckpoints, eq(logCheckpoints.id, logWitnessMails.checkpointId))
    .orderBy(desc(logWitnessMails.id))
    .limit(1);
  if (told && told.size === last.size && told.origin === last.origin) {
    return good(check, `was told of the last signature on ${shown(told.at)}`);
  }
  const dueAt = told ? told.at.getTime() + TELL_EVERY_MS : last.madeAt.getTime();
  if (clock.now().getTime() - Math.max(dueAt, last.madeAt.getTime()) < GRACE_MS) {
    return good(check, told ? `was last told on ${shown(told.at)}` : 'is about to be told');
  }
  return bad(
    check,
    `${told ? `was last told on ${shown(told.at)}, of ${told.size} entries` : 'was never told'}, although ${last.size} entries are signed. See that mail to them leaves and a worker runs, and ask them whether it arrives`,
  );
}

async function firstActAt(db: Db): Promise<Date | null> {
  const [row] = (await db.execute(sql`select at from audit_events order by id limit 1`)) as unknown as {
    at: Date | string;
  }[];
  return row ? new Date(row.at) : null;
}

/** In UTC: whoever reads it may sit anywhere. */
function shown(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
