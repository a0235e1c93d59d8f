import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../lib/clock.ts';
import { type Account, canEnter } from './account.ts';
import { diskFull, EmbeddedPostgresError, isDiskFull } from './errors.ts';

/** Where root keeps what an unprivileged server must reach; the temporary folder when /var/lib cannot be written. */
export async function sharedFolder(): Promise<{ path: string; lasting: boolean }> {
  const lasting = '/var/lib/countersign';
  const made = await mkdir(lasting, { recursive: true, mode: 0o755 }).then(
    () => true,
    () => false,
  );
  if (made && (await ownedByUs(lasting))) return { path: lasting, lasting: true };
  const temporary = join(tmpdir(), 'countersign');
  await mkdir(temporary, { recursive: true, mode: 0o755 });
  if (await ownedByUs(temporary)) return { path: temporary, lasting: false };
  throw new EmbeddedPostgresError(
    'folder_unusable',
    `Neither ${lasting} nor ${temporary} can be used for the embedded database. Choose a data folder that other users may enter.`,
  );
}

/** A folder of somebody else in a shared place could be swapped under a root process. */
async function ownedByUs(folder: string): Promise<boolean> {
  const found = await stat(folder);
  return found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

const MOVED = 'MOVED-TO.txt';

/** Where the data really lie, and what is to be done once they do. */
export type Place = { folder: string; remember(): Promise<void> };

/**
 * The folder that really holds the data. It is the one asked for, unless root asked for one below a folder that the
 * server's account may not enter (a clone under /root): then one in a shared place, named in a note left behind.
 */
export async function settleDataFolder(
  wanted: string,
  account: Account,
  warn: (fields: object, message: string) => void,
): Promise<Place> {
  const inPlace = { folder: wanted, remember: async () => undefined };
  if (await hasData(wanted)) {
    if (!canEnter(account, wanted)) throw notEnterable(wanted, account?.name ?? '');
    return inPlace;
  }
  const moved = await readNote(wanted);
  if (moved) {
    if (await hasData(moved)) return { ...inPlace, folder: moved };
    throw new EmbeddedPostgresError(
      'folder_unusable',
      `The database of ${wanted} lies in ${moved}, as ${join(wanted, MOVED)} says, and it is not there or may not be read. ` +
        'Run as root if root made it, bring it back if it was moved, or remove that file to begin with an empty database.',
    );
  }
  if (!account || canEnter(account, dirname(wanted))) return inPlace;

  const shared = await sharedFolder();
  const folder = join(shared.path, `${basename(wanted)}-${randomBytes(4).toString('hex')}`);
  const message = shared.lasting
    ? 'The database is kept outside the data folder, which its user may not enter'
    : 'The database is kept in the temporary folder, which may be emptied at the next boot';
  warn({ wanted, folder }, message);
  return { folder, remember: () => leaveNote(wanted, folder, account.name) };
}

async function readNote(wanted: string): Promise<string | null> {
  const note = await readFile(join(wanted, MOVED), 'utf8').catch(() => '');
  return note.split('\n')[0]?.trim() || null;
}

async function leaveNote(wanted: string, folder: string, name: string): Promise<void> {
  await mkdir(wanted, { recursive: true });
  const why = `The embedded database lies there, because the user ${name} may not enter this folder.`;
  await writeFile(join(wanted, MOVED), `${folder}\n${why}\n`);
}

function notEnterable(folder: string, name: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'folder_unusable',
    `The embedded database in ${folder} runs as ${name}, who may not enter that folder. ` +
      'Let others enter the folders above it (chmod o+x), or move the data folder to where they may.',
  );
}

/** Turns what the file system says about a folder into a sentence. */
export function explained(error: unknown, folder: string): Error {
  if (error instanceof EmbeddedPostgresError) return error;
  if (isDiskFull(error)) return diskFull(folder, error);
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new EmbeddedPostgresError(
      'folder_unusable',
      `The data folder ${folder} cannot be written (${code}). Choose another one, or change whom it belongs to.`,
      error,
    );
  }
  return error as Error;
}

export async function hasData(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'PG_VERSION')).catch(() => null)) !== null;
}

/** Refuses a folder made by another PostgreSQL, before anything could touch it. */
export async function checkVersion(folder: string, ours: number): Promise<void> {
  const made = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (made === String(ours)) return;
  throw new EmbeddedPostgresError(
    'other_version',
    `The data folder ${folder} was made by PostgreSQL ${made}, and this version of Countersign brings PostgreSQL ${ours}, ` +
      'which cannot read it. Nothing was changed. Start the release of Countersign that made it, save the data with ' +
      `pg_dump, and load them into a fresh folder; or choose another data folder; or set DATABASE_URL to a PostgreSQL ${made} server.`,
  );
}

const STALE_AFTER_MS = 15_000;

/**
 * Runs one start or stop at a time on a data folder, across processes. The holder touches the lock; one whose holder
 * died is taken over.
 */
export async function withFolderLock<T>(wanted: string, body: () => Promise<T>): Promise<T> {
  const path = `${wanted}.lock`;
  await mkdir(dirname(wanted), { recursive: true }).catch((error) => {
    throw explained(error, wanted);
  });
  await takeLock(path, wanted);
  const touch = setInterval(() => {
    const now = systemClock.now();
    void utimes(path, now, now).catch(() => undefined);
  }, 2_000);
  touch.unref();
  try {
    return await body();
  } finally {
    clearInterval(touch);
    await rm(path, { force: true });
  }
}

async function takeLock(path: string, folder: string): Promise<void> {
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid)).finally(() => file.close());
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        await rm(path, { force: true }).catch(() => undefined);
        throw explained(error, folder);
      }
    }
    if (await isStale(path)) {
      const aside = `${path}.${randomBytes(4).toString('hex')}`;
      await rename(path, aside).then(
        () => rm(aside, { force: true }),
        () => undefined,
      );
    } else {
      await wait(100);
    }
  }
}

async function isStale(path: string): Promise<boolean> {
  const [found, holder] = await Promise.all([
    stat(path).catch(() => null),
    readFile(path, 'utf8').catch(() => ''),
  ]);
  if (!found) return false;
  const age = systemClock.now().getTime() - found.mtimeMs;
  if (age > STALE_AFTER_MS) return true;
  const pid = Number(holder);
  // Two starts within one process are told apart by age alone.
  return age > 1_000 && pid > 0 && pid !== process.pid && !isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const PASSWORD = 'countersign-password';

export async function readPassword(folder: string): Promise<string> {
  try {
    return (await readFile(join(folder, PASSWORD), 'utf8')).trim();
  } catch (error) {
    throw new EmbeddedPostgresError(
      'password_lost',
      `The file ${join(folder, PASSWORD)}, which holds the embedded database's password, cannot be read ` +
        `(${(error as NodeJS.ErrnoException).code}). Put it back from a backup, or run as the user that made the folder.`,
      error,
    );
  }
}

export async function writePassword(folder: string, password: string, account: Account): Promise<string> {
  const path = join(folder, PASSWORD);
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  if (account) await chown(path, account.uid, account.gid);
  return path;
}
