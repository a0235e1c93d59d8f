import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startRedisOn } from './fault-world.ts';
import { type Child, freePort, killAll, start, startCountersign } from './processes.ts';

/** An embedded PostgreSQL with a parent of its own, so that the parent can be ended too and nobody starts it again. */
const EMBEDDED = fileURLToPath(new URL('../support/embedded-child.ts', import.meta.url));
/** What the process is told to take at most, and what starting a timer late may add on a busy machine. */
const STOP_SECONDS = 12;
const WITHIN_MS = (STOP_SECONDS + 3) * 1_000;

let folder: string;
const frozen: number[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-stop-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  thaw();
  await killAll();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

async function postmasterIn(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** A server and all the processes that it started. */
function familyOf(pid: number): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.split('\n').flatMap((line) => Number(line) || [])];
}

type Stores = {
  settings: { DATABASE_URL: string; REDIS_URL: string };
  postmaster: number;
  parent: Child;
  redis: Child;
};

async function openRedis(): Promise<{ redis: Child; REDIS_URL: string }> {
  const port = await freePort();
  return { redis: await startRedisOn(port, folder), REDIS_URL: `redis://127.0.0.1:${port}/0` };
}

async function openStores(): Promise<Stores> {
  const parent = start(process.execPath, ['--import', 'tsx', EMBEDDED, join(folder, 'postgres')]);
  const { url, dataDir } = JSON.parse(await parent.said('"url"'));
  const { redis, REDIS_URL } = await openRedis();
  return {
    settings: { DATABASE_URL: url, REDIS_URL },
    postmaster: await postmasterIn(dataDir),
    parent,
    redis,
  };
}

/** Both are gone, and every attempt to reach them is refused. */
async function killStores({ postmaster, parent, redis }: Stores): Promise<void> {
  await parent.kill();
  kill(postmaster, 'SIGKILL');
  await redis.kill();
}

/** Both stand still: they take connections and bytes, and never answer. */
async function freezeStores({ postmaster, parent, redis }: Stores): Promise<void> {
  await parent.kill();
  for (const pid of [...familyOf(postmaster), redis.process.pid!]) {
    kill(pid, 'SIGSTOP');
    frozen.push(pid);
  }
}

function thaw(): void {
  for (const pid of frozen.splice(0)) kill(pid, 'SIGKILL');
}

const COMMANDS = {
  worker: { args: ['worker'], ready: 'worker started' },
  server: { args: ['serve', '--web-only'], ready: 'Nobody has an account yet' },
  both: { args: ['serve'], ready: 'Nobody has an account yet' },
};

async function startProcess(name: keyof typeof COMMANDS, settings: Record<string, string>): Promise<Child> {
  const { args, ready } = COMMANDS[name];
  const child = startCountersign(args, {
    DATA_DIR: join(folder, name),
    PORT: '0',
    PUBLIC_URL: 'http://localhost:8080',
    LINK_SECRET: 'a'.repeat(64),
    SUPPRESSION_SECRET: 'b'.repeat(64),
    STOP_SECONDS: String(STOP_SECONDS),
    ...settings,
  });
  await child.said(ready);
  return child;
}

const IN_HAND = 'stopped with work in hand';

/** Asks it to end. Whether it did so within the bound, and whether its code is what its log says. */
async function stop(child: Child): Promise<{ honest: boolean; inTime: boolean }> {
  const from = performance.now();
  const late = setTimeout(() => child.process.kill('SIGKILL'), WITHIN_MS * 2);
  await child.end();
  clearTimeout(late);
  const took = performance.now() - from;
  console.info(`ended ${(took / 1_000).toFixed(1)} s after it was told to`);
  // What the schedule begins by itself may be in hand at that moment.
  const lines = child.heard.filter((line) => line.includes(IN_HAND)).length;
  return { honest: lines <= 1 && child.process.exitCode === lines, inTime: took < WITHIN_MS };
}

const WELL = { honest: true, inTime: true };

test.each(['worker', 'server'] as const)(
  'a %s whose database and Redis were killed ends when it is told to',
  async (name) => {
    const stores = await openStores();
    const child = await startProcess(name, stores.settings);
    await killStores(stores);
    expect(await stop(child)).toEqual(WELL);
  },
);

test('so it does when it has looked for them for a while', async () => {
  const stores = await openStores();
  const child = await startProcess('worker', stores.settings);
  await killStores(stores);
  await child.said('queue not reachable');
  expect(await stop(child)).toEqual(WELL);
});

test('a server with a worker, whose database and Redis stand still, ends when it is told to', async () => {
  const stores = await openStores();
  const child = await startProcess('both', stores.settings);
  await freezeStores(stores);
  expect(await stop(child)).toEqual(WELL);
});

test('a worker with a PostgreSQL of its own ends when that and Redis were killed', async () => {
  const { redis, REDIS_URL } = await openRedis();
  const child = await startProcess('worker', { REDIS_URL, DATA_DIR: join(folder, 'embedded') });
  const { dataDir } = JSON.parse(await child.said('The embedded PostgreSQL is ready'));
  kill(await postmasterIn(dataDir), 'SIGKILL');
  await redis.kill();
  expect(await stop(child)).toEqual(WELL);
});
