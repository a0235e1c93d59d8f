import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { parseConfig } from '../../src/config/config.ts';
import { openDeps } from '../../src/deps.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { startRedis } from '../support/redis.ts';
import type { BareSize } from './bare-mail.ts';
import type { BenchDatabase, BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';
import { type BenchSink, startBenchSink } from './sink.ts';

const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 100_000);
const CONNECTIONS = 20;
const COMMAND = join(import.meta.dirname, '../../src/bin.js');
const BARE = join(import.meta.dirname, 'bare-sender-process.ts');

/**
 * (g) Queues and sends a large wave on Redis with 1, 2 and 4 worker processes, from the hint to the last row that says
 * sent, beside as many bare nodemailer processes, before and after, with the same sink. They send the bodies of our
 * invitation; what they do with a small mail is shown too.
 */
export async function benchWorkers(engine: BenchEngine): Promise<BenchRow[]> {
  const redis = await startRedis();
  if (!redis) throw new Error('part g needs redis-server (apt-get install redis-server)');
  const sink = await startBenchSink();
  const rows: BenchRow[] = [];
  try {
    for (const workers of [1, 2, 4]) rows.push(...(await benchWith(engine, sink, redis.url, workers)));
  } finally {
    await sink.stop();
    await redis.stop();
  }
  return rows;
}

async function benchWith(
  engine: BenchEngine,
  sink: BenchSink,
  redisUrl: string,
  workers: number,
): Promise<BenchRow[]> {
  const database = await engine.createDatabase(`bench_workers_${workers}`);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-workers-'));
  const shown = MESSAGES.toLocaleString('en-US');
  const settings = {
    DATABASE_URL: database.url,
    LINK_SECRET: '11'.repeat(32),
    SUPPRESSION_SECRET: '22'.repeat(32),
    SMTP_URL: sink.url,
    SMTP_CONNECTIONS: String(CONNECTIONS),
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'info',
  };
  const { deps, close } = await openDeps(parseConfig({ ...settings, DATA_DIR: folder }), {
    log: pino({ level: 'silent' }),
  });
  const children: ChildProcess[] = [];
  try {
    for (let i = 1; i <= workers; i += 1)
      children.push(await startWorkerProcess({ ...settings, DATA_DIR: join(folder, `worker-${i}`) }));
    // A small wave first, so that all are warm.
    await sendWave(deps, database, 500 * workers);
    const bare: Record<BareSize, number[]> = { same: [], small: [] };
    const measureBare = async () => {
      for (const size of ['same', 'small'] as const) bare[size].push(await sendBare(sink, workers, size));
    };
    await measureBare();
    const queuedFrom = performance.now();
    const world = await makeWorld(deps, { contacts: MESSAGES, credentials: 4 });
    const launchedFrom = performance.now();
    const waveId = await launchWave(deps, world);
    const launchedAt = performance.now();
    const seconds = await untilSent(deps, database, waveId);
    await measureBare();
    const ours = MESSAGES / seconds;
    console.error(`  people made in ${((launchedFrom - queuedFrom) / 1_000).toFixed(0)} s`);
    const sent = `${shown} invitations sent by ${workers} worker${workers > 1 ? 's' : ''}`;
    const beside = (size: BareSize, what: string, bar: BenchRow['bar']): BenchRow => {
      const limit = median(bare[size]);
      return {
        id: 'g',
        what: `${sent}, beside as many bare nodemailer processes that send ${what}`,
        backend: 'redis',
        unit: '/s',
        ours,
        limit,
        ratioOf: 'to the limit',
        ratio: ours / limit,
        bar,
      };
    };
    const sending = [
      beside('same', 'the same mail', { atLeast: 0.7 }),
      beside('small', 'a mail of 1 kB', null),
    ];
    if (workers > 1) return sending;
    const queued = MESSAGES / ((launchedAt - launchedFrom) / 1_000);
    const queueing: BenchRow = {
      id: 'g',
      what: `${shown} invitations queued: links, asks and messages written`,
      backend: 'redis',
      unit: '/s',
      ours: queued,
      limit: null,
      ratioOf: '',
      ratio: null,
      bar: null,
    };
    return [queueing, ...sending];
  } finally {
    for (const child of children) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    await close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

type BenchDeps = Awaited<ReturnType<typeof openDeps>>['deps'];

async function sendWave(deps: BenchDeps, database: BenchDatabase, count: number): Promise<void> {
  const waveId = await launchWave(deps, await makeWorld(deps, { contacts: count, credentials: 4 }));
  await untilSent(deps, database, waveId);
}

/** Seconds from the hint in the queue to the last row that says sent. */
async function untilSent(deps: BenchDeps, { sql }: BenchDatabase, waveId: number): Promise<number> {
  const from = performance.now();
  await deps.queue.enqueue('outreach.send-due', { waveId });
  for (;;) {
    const [row] = await sql<{ waits: boolean }[]>`
      select exists (select 1 from messages where wave_id = ${waveId} and state in ('planned', 'claimed')) as waits`;
    if (!row!.waits) return (performance.now() - from) / 1_000;
    await wait(250);
  }
}

/** `countersign worker` as it runs in earnest. */
export async function startWorkerProcess(environment: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, [COMMAND, 'worker'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const lines = createInterface(child.stdout!);
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line.includes('worker started') && resolve());
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
  });
  return child;
}

/** Mails a second of that many bare processes together. */
async function sendBare(sink: BenchSink, processes: number, size: BareSize): Promise<number> {
  const each = Math.ceil(Math.min(MESSAGES, 20_000) / processes);
  const children = await Promise.all(
    Array.from({ length: processes }, async () => {
      const child = spawn(process.execPath, ['--import', 'tsx', BARE, sink.url, String(CONNECTIONS), size], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      return child;
    }),
  );
  const sendAll = async (count: number) => {
    await Promise.all(
      children.map(async (child) => {
        const sent = once(child.stdout, 'data');
        child.stdin.write(String(count));
        await sent;
      }),
    );
  };
  await sendAll(500);
  const from = performance.now();
  await sendAll(each);
  const seconds = (performance.now() - from) / 1_000;
  await Promise.all(
    children.map(async (child) => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    }),
  );
  return (each * processes) / seconds;
}
