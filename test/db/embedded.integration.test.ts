import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabase } from '../../src/db/client.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';

const ignore = () => undefined;
const log = { info: ignore, warn: ignore, error: ignore };
const CHILD = fileURLToPath(new URL('../support/embedded-child.ts', import.meta.url));

let folder: string;
const open: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-embedded-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  for (const server of open.splice(0)) await server.stop();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const dir = (name: string) => join(folder, name);

async function start(name: string, more: { port?: number; fresh?: boolean } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: dir(name), log, fast: true, ...more });
  open.push(server);
  return server;
}

type Said = { url: string; adopted: boolean; dataDir: string; message?: string; fault?: string };

/** Starts the same server from another process and returns what it said. */
async function startElsewhere(dataDir: string): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  return { child, said: JSON.parse(line) as Said };
}

async function ask(url: string): Promise<unknown> {
  const { db, close } = createDatabase(url, { max: 1, connectTimeoutSeconds: 2 });
  try {
    return [...(await db.execute(sql`select 1 as one`))];
  } catch {
    return 'no answer';
  } finally {
    await close();
  }
}

const serverPid = async (server: Pick<EmbeddedPostgres, 'dataDir'>) =>
  Number((await readFile(join(server.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);

test('starts, keeps what was written, listens on loopback with a password, and stops', async () => {
  const server = await start('plain');
  expect(server.adopted).toBe(false);
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
  expect((await stat(join(server.dataDir, 'countersign-password'))).mode & 0o777).toBe(0o600);
  const url = new URL(server.url);
  url.password = 'guess';
  expect(await ask(url.href)).toBe('no answer');

  const { db, close } = createDatabase(server.url, { max: 1 });
  await db.execute(sql`create table kept (n int)`);
  await close();
  await server.stop();
  expect(await ask(server.url)).toBe('no answer');

  const again = await start('plain');
  const second = createDatabase(again.url, { max: 1 });
  expect([...(await second.db.execute(sql`select count(*) as n from kept`))]).toEqual([{ n: 0 }]);
  await second.close();
});

test('two processes that start at once share one server, and the last one out stops it', async () => {
  const [{ child, said }, server] = await Promise.all([startElsewhere(dir('shared')), start('shared')]);
  expect([said.adopted, server.adopted].sort()).toEqual([false, true]);
  expect(said.url).toBe(server.url);
  await server.stop();
  expect(await ask(said.url)).toEqual([{ one: 1 }]);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(await ask(said.url)).toBe('no answer');
});

test('a server whose parent was killed is found and used', async () => {
  const { child, said } = await startElsewhere(dir('orphan'));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await ask(said.url)).toEqual([{ one: 1 }]);
  const server = await start('orphan');
  expect(server).toMatchObject({ adopted: true, url: said.url });
  await server.stop();
  expect(await ask(said.url)).toBe('no answer');
});

test('Ctrl-C in the terminal does not reach the server', async () => {
  const { child, said } = await startElsewhere(dir('interrupt'));
  expect(
    await readFile(`/proc/${await serverPid(said)}/stat`, 'utf8').then(sessionOf, () => 'unknown'),
  ).not.toBe(await readFile(`/proc/${child.pid}/stat`, 'utf8').then(sessionOf, () => 'none'));
});

const sessionOf = (line: string) => line.slice(line.lastIndexOf(')') + 2).split(' ')[3];

test('a lock file left by a killed server is no obstacle', async () => {
  const first = await start('stale');
  const pid = await serverPid(first);
  const lock = await readFile(join(first.dataDir, 'postmaster.pid'), 'utf8');
  await first.stop();
  // The number may have gone to any other process meanwhile: here to this one.
  await writeFile(join(first.dataDir, 'postmaster.pid'), lock.replace(String(pid), String(process.pid)));
  const second = await start('stale');
  expect(second.adopted).toBe(false);
  expect(await ask(second.url)).toEqual([{ one: 1 }]);
});

test('a server that dies while in use comes back at the same address', async () => {
  const server = await start('killed');
  const { db, close } = createDatabase(server.url, { max: 2 });
  await db.execute(sql`create table kept (n int)`);
  // The fast settings of tests let a commit be lost; the server's return is what counts here.
  await db.execute(sql`checkpoint`);
  process.kill(await serverPid(server), 'SIGKILL');
  await expect
    .poll(() => db.execute(sql`select count(*) as n from kept`).catch(() => []), { timeout: 20_000 })
    .toEqual([{ n: 0 }]);
  await close();
});

test('a folder of another PostgreSQL version is refused and left alone', async () => {
  const server = await start('older');
  await server.stop();
  await writeFile(join(server.dataDir, 'PG_VERSION'), '16\n');
  await expect(start('older')).rejects.toMatchObject({
    name: 'EmbeddedPostgresError',
    fault: 'other_version',
    message: expect.stringContaining('made by PostgreSQL 16'),
  });
  expect(await readFile(join(server.dataDir, 'PG_VERSION'), 'utf8')).toBe('16\n');
});

test('a folder that holds other things is refused and left alone', async () => {
  await mkdir(dir('foreign'));
  await writeFile(join(dir('foreign'), 'thesis.txt'), 'precious');
  await expect(start('foreign')).rejects.toMatchObject({ fault: 'folder_unusable' });
  expect(await readFile(join(dir('foreign'), 'thesis.txt'), 'utf8')).toBe('precious');
});

test('a start that was killed half-way is begun again', async () => {
  await mkdir(dir('half.unfinished'));
  await writeFile(join(dir('half.unfinished'), 'PG_VERSION'), '18\n');
  await writeFile(`${dir('half')}.lock`, '999999999');
  expect(await ask((await start('half')).url)).toEqual([{ one: 1 }]);
});

test('a taken port is told', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(start('port', { port })).rejects.toMatchObject({
    fault: 'port_taken',
    message: expect.stringContaining(String(port)),
  });
  other.close();
});

test('a fresh start empties the database, unless somebody uses it', async () => {
  const first = await start('fresh');
  const before = createDatabase(first.url, { max: 1 });
  await before.db.execute(sql`create table kept (n int)`);
  await before.close();
  await expect(start('fresh', { fresh: true })).rejects.toMatchObject({ fault: 'in_use' });
  await first.stop();
  const second = await start('fresh', { fresh: true });
  const after = createDatabase(second.url, { max: 1 });
  expect([...(await after.db.execute(sql`select to_regclass('kept') as found`))]).toEqual([{ found: null }]);
  await after.close();
});

test('a lost password file is told', async () => {
  const server = await start('password');
  await server.stop();
  await rm(join(server.dataDir, 'countersign-password'));
  await expect(start('password')).rejects.toMatchObject({ fault: 'password_lost' });
});
