import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseConfig } from '../../src/config/config.ts';
import { openDeps } from '../../src/deps.ts';
import { ROUND_THE_CLOCK } from '../../src/outreach/planner/calendar.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { startRedis } from '../support/redis.ts';
import { makeProposed, makeWavesWorld } from '../waves/waves-world.ts';
import type { BenchEngine } from './engine.ts';
import type { BenchRow } from './rows.ts';
import { startBenchSink } from './sink.ts';
import { startWorkerProcess } from './workers.ts';

const SIZES = [1_000, 10_000];

/**
 * (h) From the moment in which a second person launches a wave (it is planned once more, frozen and written down) to the
 * first and the last mail at the mail server; one worker process on Redis.
 */
export async function benchLaunchToMail(engine: BenchEngine): Promise<BenchRow[]> {
  const redis = await startRedis();
  if (!redis) throw new Error('part h needs redis-server (apt-get install redis-server)');
  const sink = await startBenchSink();
  const database = await engine.createDatabase('bench_launch');
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bench-launch-'));
  const settings = {
    DATABASE_URL: database.url,
    LINK_SECRET: '11'.repeat(32),
    SUPPRESSION_SECRET: '22'.repeat(32),
    SMTP_URL: sink.url,
    SMTP_CONNECTIONS: '20',
    // Receivers know the domain: a new one would spread the wave over weeks.
    WARM_UP_DAILY: 'off',
    REDIS_URL: redis.url,
    LOG_LEVEL: 'info',
  };
  const { deps, close } = await openDeps(parseConfig({ ...settings, DATA_DIR: folder }), {
    log: pino({ level: 'silent' }),
  });
  const worker = await startWorkerProcess({ ...settings, DATA_DIR: join(folder, 'worker') });
  try {
    const rows: BenchRow[] = [];
    for (const size of SIZES) {
      const world = await makeWavesWorld({ deps }, { employers: size, credentials: [['CompTIA A+', '']] });
      const waveId = await makeProposed({ deps }, world, {
        protocol: { pace: 'at_once', dailyCapacity: 50_000, calendar: ROUND_THE_CLOCK },
      });
      const { done } = await sink.count(size);
      const launchedAt = Date.now();
      await launchWave(deps, { staff: world.approver, waveId, seen: null });
      const { first, last } = await done;
      const row = (which: string, at: number): BenchRow => ({
        id: 'h',
        what: `from the launch of ${size.toLocaleString('en-US')} invitations to the ${which} mail at the mail server`,
        backend: 'redis',
        unit: 's',
        ours: (at - launchedAt) / 1_000,
        limit: null,
        ratioOf: '',
        ratio: null,
        bar: null,
      });
      rows.push(row('first', first), row('last', last));
    }
    return rows;
  } finally {
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    await exited;
    await close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
    await sink.stop();
    await redis.stop();
  }
}
