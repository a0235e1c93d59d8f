import { execFile, spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError, USE_ANOTHER_DATABASE } from './errors.ts';

const run = promisify(execFile);

/** The operating system account the server runs under; null means this process's own. */
export type Account = { uid: number; gid: number; name: string } | null;

/** Nothing of this process's environment reaches the server: a stray PGDATA or LC_ALL must not change it. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export function spawnOptions(account: Account) {
  return { env: SERVER_ENVIRONMENT, ...(account ? { uid: account.uid, gid: account.gid } : {}) };
}

/**
 * PostgreSQL refuses to run as root. Then it runs as the owner of an existing data folder, else as the user
 * `postgres`, which is created when missing, else (no tool to create one) as `nobody`.
 */
export async function chooseAccount(dataDir: string): Promise<Account> {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return null;
  const owner = await stat(dataDir).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: `user id ${owner.uid}` };
  const found = (await findAccount('postgres')) ?? (await createAccount()) ?? (await findAccount('nobody'));
  if (found) return found;
  throw new EmbeddedPostgresError(
    'no_account',
    'PostgreSQL refuses to run as root, and there is no unprivileged user to run it as. ' +
      `Create one (for example: useradd --system postgres) and start again. ${USE_ANOTHER_DATABASE}`,
  );
}

async function findAccount(name: string): Promise<Account> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const entry = passwd.split('\n').find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = entry?.split(':') ?? [];
  if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid), name };
  // Accounts of a directory service are not in the file.
  const ids = await Promise.all(
    ['-u', '-g'].map((flag) => run('id', [flag, name]).then((answer) => Number(answer.stdout))),
  ).catch(() => [0, 0]);
  return ids[0] ? { uid: ids[0], gid: ids[1]!, name } : null;
}

async function createAccount(): Promise<Account> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', 'postgres']],
    ['adduser', ['-S', '-D', '-H', 'postgres']],
  ];
  for (const [command, args] of ways) {
    const done = await run(command, args, { env: SERVER_ENVIRONMENT }).then(
      () => true,
      () => false,
    );
    if (done) return findAccount('postgres');
  }
  return null;
}

/** Whether the account can enter a folder: its parents must let it through, and only trying tells for sure. */
export function canEnter(account: Account, folder: string): boolean {
  if (!account) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...spawnOptions(account), stdio: 'ignore' }).status ===
    0
  );
}
