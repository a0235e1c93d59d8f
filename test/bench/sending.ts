import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import nodemailer from 'nodemailer';
import { startWorker } from '../../jobs/worker.ts';
import { parseConfig } from '../../src/config/config.ts';
import { openDeps } from '../../src/deps.ts';
import { launchWave, makeWorld } from '../outreach/outreach-world.ts';
import { startRedis } from '../support/redis.ts';
import { bareMail } from './bare-mail.ts';
import type { BenchEngine } from './engine.ts';
import { type BenchRow, median } from './rows.ts';
import { startBenchSink } from './sink.ts';

const MESSAGES = 3_000;
const CONNECTIONS = 20;
const RUNS = 3;

/**
 * (a) Invitations through real SMTP to a bare sink in another process: launched, claimed, composed, sent and written
 * down by a worker from the queue, beside a bare nodemailer pool that sends the same mail in a loop.
 */
export async function benchSending(engine: BenchEngine): Promise<BenchRow[]> {
  const sink = await startBenchSink();
  const redis = await startRedis();
  const backends = redis
    ? [
        { backend: 'postgres' as const, redisUrl: '' },
        { backend: 'redis' as const, redisUrl: redis.url },
      ]
    : [{ backend: 'postgres' as const, redisUrl: '' }];
  try {
    const rows: BenchRow[] = [];
    for (const { backend, redisUrl } of backends) {
      const rates: { ours: number[]; limit: number[] } = { ours: [], limit: [] };
      const bench = await openSender(engine, `bench_sending_${backend}`, sink.url, redisUrl);
      try {
        for (let run = 0; run <= RUNS; run += 1) {
          const limit = await sendBare(sink.url, run === 0 ? 500 : MESSAGES);
          const ours = await bench.sendWave(run === 0 ? 500 : MESSAGES);
          // The first turn warms both up.
          if (run > 0) {
            rates.limit.push(limit);
            rates.ours.push(ours);
          }
        }
      } finally {
        await bench.close();
      }
      const [ours, limit] = [median(rates.ours), median(rates.limit)];
      rows.push({
        id: 'a',
        what: `invitations sent, ${CONNECTIONS} connections, bookkeeping included, beside a bare nodemailer pool`,
        backend,
        unit: '/s',
        ours,
        limit,
        ratioOf: 'to the limit',
        ratio: ours / limit,
        bar: { atLeast: 0.6 },
      });
    }
    return rows;
  } finally {
    await redis?.stop();
    await sink.stop();
  }
}

async function openSender(engine: BenchEngine, name: string, smtpUrl: string, redisUrl: string) {
  const database = await engine.createDatabase(name);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-sending-'));
  const config = parseConfig({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    LINK_SECRET: '11'.repeat(32),
    SUPPRESSION_SECRET: '22'.repeat(32),
    SMTP_URL: smtpUrl,
    SMTP_CONNECTIONS: String(CONNECTIONS),
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'error',
  });
  const open = await openDeps(config);
  const worker = await startWorker(open.deps, { databaseUrl: database.url });
  return {
    /** Messages a second, from the hint in the queue to the last row that says sent. */
    async sendWave(count: number): Promise<number> {
      const world = await makeWorld(open.deps, { contacts: count, credentials: 4 });
      const waveId = await launchWave(open.deps, world);
      const from = performance.now();
      await open.deps.queue.enqueue('outreach.send-due', { waveId });
      for (;;) {
        const [row] = await database.sql<{ left: number }[]>`
          select count(*)::int as left from messages where wave_id = ${waveId} and state in ('planned', 'claimed')`;
        if (row!.left === 0) break;
        await wait(25);
      }
      return count / ((performance.now() - from) / 1_000);
    },
    async close() {
      await worker.close();
      await open.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function sendBare(smtpUrl: string, count: number): Promise<number> {
  const transport = nodemailer.createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: 1_000,
  });
  const from = performance.now();
  await Promise.all(Array.from({ length: count }, (_, n) => transport.sendMail(bareMail('same', n))));
  const seconds = (performance.now() - from) / 1_000;
  transport.close();
  return count / seconds;
}
