import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { type Account, spawnOptions } from './account.ts';
import type { Binaries } from './binaries.ts';
import { explained, isAlive, readPassword, writePassword } from './data-folder.ts';
import { diskFull, EmbeddedPostgresError, isDiskFull, USE_ANOTHER_DATABASE } from './errors.ts';

const run = promisify(execFile);

export const SUPERUSER = 'countersign';
const LOG_FILE = 'countersign-server.log';
const START_TIMEOUT_MS = 120_000;

/** What a server needs to be started or found on a data folder. */
export type Home = {
  /** The folder asked for; starts and stops take turns by its name. */
  wanted: string;
  /** The folder that holds the data. */
  folder: string;
  /** Called when the folder holds data for the first time. */
  remember(): Promise<void>;
  account: Account;
  binaries: Binaries;
  fast: boolean;
};

/** A server that answers. */
export type Server = { port: number; password: string; pid: number };

/** Makes a database cluster beside its final place and moves it there when it is whole. */
export async function initialise({ folder, account, binaries, fast }: Home): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  const passwordFolder = `${folder}.password`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await rm(passwordFolder, { recursive: true, force: true });
    for (const made of [unfinished, passwordFolder]) {
      await mkdir(made, { recursive: true, mode: 0o700 });
      if (account) await chown(made, account.uid, account.gid);
    }
    const password = randomBytes(24).toString('base64url');
    const passwordFile = await writePassword(passwordFolder, password, account);
    await run(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        // The same sorting and case rules on every machine, whatever its locales.
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(fast ? ['--no-sync'] : []),
      ],
      { ...spawnOptions(account), cwd: unfinished },
    );
    await writePassword(unfinished, password, account);
    await rename(unfinished, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST' && error.code !== 'EPERM') throw error;
      await rejectForeignContent(folder);
      throw error;
    });
  } catch (error) {
    throw initFailure(error, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    await rm(passwordFolder, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function rejectForeignContent(folder: string): Promise<void> {
  const content = await readdir(folder);
  throw new EmbeddedPostgresError(
    'folder_unusable',
    `The folder ${folder} is meant for the embedded database but holds other things (${content.slice(0, 3).join(', ')}). ` +
      'Nothing was changed. Empty it or choose another data folder.',
  );
}

function initFailure(error: unknown, folder: string): Error {
  if (error instanceof EmbeddedPostgresError) return error;
  const said = `${(error as { stderr?: string }).stderr ?? ''}`.trim();
  if (isDiskFull(error) || isDiskFull(said)) return diskFull(folder, error);
  if (/could not look up effective user ID (\d+)/.test(said)) {
    return new EmbeddedPostgresError(
      'no_account',
      'This process runs under a user id that has no name in /etc/passwd, and PostgreSQL needs one to make its files. ' +
        `Run as a user with a name. ${USE_ANOTHER_DATABASE}`,
      error,
    );
  }
  if (!said) return explained(error, folder);
  return new EmbeddedPostgresError(
    'start_failed',
    `The embedded database could not be made in ${folder}: ${lastLines(said)}. ${USE_ANOTHER_DATABASE}`,
    error,
  );
}

/** Starts the server and returns when it takes connections. */
export async function launch(home: Home, wantedPort?: number): Promise<Server> {
  const password = await readPassword(home.folder);
  let lastPort = 0;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = wantedPort ?? (await freePort());
    lastPort = port;
    const outcome = await launchOnce(home, port, password);
    if ('pid' in outcome) return { port, password, pid: outcome.pid };
    const { said } = outcome;
    if (isDiskFull(said)) throw diskFull(home.folder);
    if (/Address already in use|could not bind/i.test(said)) {
      if (wantedPort) break;
      continue;
    }
    // Left-over backends of a killed server end by themselves within moments.
    if (/pre-existing shared memory block/.test(said)) {
      await wait(1_000);
      continue;
    }
    throw new EmbeddedPostgresError(
      'start_failed',
      `The embedded database in ${home.folder} did not start: ${lastLines(said) || 'it said nothing'}. ` +
        `More is in ${join(home.folder, LOG_FILE)}.`,
    );
  }
  throw new EmbeddedPostgresError(
    'port_taken',
    `The embedded database could not listen on 127.0.0.1 port ${lastPort}, because another program uses it.`,
  );
}

async function launchOnce(
  home: Home,
  port: number,
  password: string,
): Promise<{ pid: number } | { said: string }> {
  const logPath = join(home.folder, LOG_FILE);
  const log = await openLog(logPath, home).catch((error) => {
    throw explained(error, home.folder);
  });
  const from = (await log.stat()).size;
  // Of its own session, so that Ctrl-C reaches this process only, which drains before it stops the database; and
  // writing to a file, so that it outlives a killed parent and the next start finds it.
  const child = spawn(
    home.binaries.postgres,
    ['-D', home.folder, '-p', String(port), ...settings(home.fast)],
    {
      ...spawnOptions(home.account),
      cwd: home.folder,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  let ended: string | null = null;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (code, signal) => {
    ended ??= `it ended with ${signal ?? code}`;
  });
  child.unref();
  await log.close();

  const said = async () => {
    const all = await readFile(logPath, 'utf8').catch(() => '');
    return all.slice(from).trim() || (ended ?? '');
  };
  const answered = await untilAnswers(port, password, () => ended !== null);
  if (answered && child.pid && ended === null) return { pid: child.pid };
  if (ended === null) child.kill('SIGQUIT');
  return {
    said: ended === null ? `it did not answer within ${START_TIMEOUT_MS / 1000} seconds` : await said(),
  };
}

async function openLog(path: string, { account }: Home) {
  const grown = await stat(path).catch(() => null);
  const log = await open(path, (grown?.size ?? 0) > 4_000_000 ? 'w' : 'a', 0o600);
  if (account) await log.chown(account.uid, account.gid);
  return log;
}

function settings(fast: boolean): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_min_messages: 'warning',
    log_timezone: 'UTC',
    timezone: 'UTC',
    // One web process, its worker and a few command lines; tests run many files at once.
    max_connections: fast ? 300 : 100,
    shared_buffers: fast ? '64MB' : '128MB',
    ...(fast
      ? {
          fsync: 'off',
          synchronous_commit: 'off',
          full_page_writes: 'off',
          wal_level: 'minimal',
          max_wal_senders: 0,
        }
      : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function serverUrl(server: Pick<Server, 'port' | 'password'>, database: string): string {
  return `postgres://${SUPERUSER}:${server.password}@127.0.0.1:${server.port}/${database}`;
}

async function untilAnswers(port: number, password: string, gaveUp: () => boolean): Promise<boolean> {
  const attempts = START_TIMEOUT_MS / 50;
  for (let attempt = 0; attempt < attempts && !gaveUp(); attempt += 1) {
    const answer = await ask(port, password);
    if (answer === 'yes') return true;
    if (answer === 'wrong_password') return false;
    await wait(50);
  }
  return false;
}

type Answer = 'yes' | 'not_yet' | 'wrong_password';

async function ask(port: number, password: string): Promise<Answer> {
  const sql = postgres(serverUrl({ port, password }, 'postgres'), {
    max: 1,
    connect_timeout: 3,
    onnotice: () => undefined,
  });
  try {
    await sql`select 1`;
    return 'yes';
  } catch (error) {
    return (error as { code?: string }).code === '28P01' ? 'wrong_password' : 'not_yet';
  } finally {
    await sql.end({ timeout: 1 }).catch(() => undefined);
  }
}

/**
 * Finds a server that already runs on the folder: another process's, or one whose parent was killed. A lock file whose
 * server is gone (kill -9, a restored backup, a new container that reuses the number) is removed.
 */
export async function findRunning({ folder }: Home): Promise<Server | null> {
  const lockFile = join(folder, 'postmaster.pid');
  const lines = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!pid) return null;
  if (!isAlive(pid) || !(await isServer(pid))) {
    await rm(lockFile, { force: true });
    return null;
  }
  const password = await readPassword(folder);
  if (port && (await untilAnswers(port, password, () => !isAlive(pid)))) return { port, password, pid };
  if (!isAlive(pid)) {
    await rm(lockFile, { force: true });
    return null;
  }
  throw new EmbeddedPostgresError(
    'password_lost',
    `A PostgreSQL server (process ${pid}) runs on ${folder} and does not accept the password in that folder. ` +
      'End that process and start again.',
  );
}

/** Whether a process is a PostgreSQL server rather than another program that got the same number. */
async function isServer(pid: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const name =
    (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => null)) ??
    (await run('ps', ['-p', String(pid), '-o', 'comm=']).then(
      (answer) => answer.stdout,
      () => 'postgres',
    ));
  return basename(name.trim()).startsWith('postgres');
}

/** Ends the server at once but in order: open transactions are rolled back, the rest is on disk. */
export async function shutDown({ folder, account, binaries }: Home): Promise<void> {
  await run(binaries.pgCtl, ['stop', '-D', folder, '-m', 'fast', '-w', '-t', '60'], {
    ...spawnOptions(account),
    cwd: dirname(binaries.pgCtl),
  });
}

function lastLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^.*?(FATAL|ERROR|PANIC|initdb: error|HINT|LOG):\s*/, '$1: ').trim())
    .filter((line) => line !== '' && !line.startsWith('LOG:'));
  return lines.slice(-3).join(' ').replace(/\.$/, '');
}
