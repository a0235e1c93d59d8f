import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { inject } from 'vitest';

export type TestRedis = { url: string; stop(): Promise<void> };

/** A redis-server of its own on a free loopback port, holding nothing on disk. Null when the machine has none. */
export async function startRedis(port?: number): Promise<TestRedis | null> {
  const chosen = port ?? (await freePort());
  const args = [
    '--port',
    String(chosen),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--databases',
    '64',
  ];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const missing = await Promise.race([
    once(server, 'error').then(() => true),
    once(server, 'spawn').then(() => false),
  ]);
  if (missing) return null;
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  const url = `redis://127.0.0.1:${chosen}/0`;
  await untilAnswers(url);
  return {
    url,
    stop: async () => {
      process.off('exit', kill);
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
    },
  };
}

/** An empty Redis for one test file, or null in the runs that keep jobs in PostgreSQL. */
export async function emptyTestRedis(): Promise<string | null> {
  const server = inject('redisUrl');
  if (server === null) return null;
  // Files that run at the same time have different numbers.
  const url = new URL(server);
  url.pathname = `/${process.env.VITEST_POOL_ID ?? 1}`;
  const client = new Redis(url.href);
  await client.flushdb();
  client.disconnect();
  return url.href;
}

async function untilAnswers(url: string): Promise<void> {
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await Promise.race([
    client.ping(),
    wait(10_000).then(() => Promise.reject(new Error('redis-server did not answer'))),
  ]);
  client.disconnect();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
