import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker, type Worker } from '../../jobs/worker.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeProposed, makeWavesWorld } from './waves-world.ts';

// The job that looks after waves, through a worker with all its handlers, on either queue.
let app: TestApp;
let worker: Worker;
beforeAll(async () => {
  app = await createTestApp();
  worker = await startWorker(app.deps, { databaseUrl: app.databaseUrl, schedules: {} });
});
afterAll(async () => {
  await worker?.close();
  await app?.close();
});

const messages = (waveId: number) =>
  app.deps.db.execute<{ state: string; n: number }>(sql`
    select state, count(*)::int as n from messages where wave_id = ${waveId} and step = 0 group by 1 order by 1`);
const stateOf = async (waveId: number) =>
  (await app.deps.db.execute<{ state: string }>(sql`select state from waves where id = ${waveId}`))[0]?.state;

test('a wave is mailed, planned anew after an outage, and closed, by hints through the queue alone', async () => {
  const world = await makeWavesWorld(app, { employers: 6 });
  const waveId = await makeProposed(app, world, { protocol: { pace: 'at_once', dailyCapacity: 4 } });
  await launchWave(app.deps, { staff: world.approver, waveId, seen: null });
  await expect
    .poll(() => messages(waveId))
    .toEqual([
      { state: 'planned', n: 2 },
      { state: 'sent', n: 4 },
    ]);

  // Nobody looked for work on the second day: what it was to send is planned anew and leaves on the third.
  app.clock.set('2026-03-03T23:30:00Z');
  await app.deps.queue.enqueue('outreach.sweep-claims', {});
  await expect
    .poll(() => messages(waveId))
    .toEqual([
      { state: 'expired', n: 2 },
      { state: 'sent', n: 4 },
    ]);
  await app.deps.queue.enqueue('waves.close-due', {});
  await expect
    .poll(() => messages(waveId))
    .toEqual([
      { state: 'planned', n: 2 },
      { state: 'sent', n: 4 },
    ]);
  app.clock.set('2026-03-04T18:00:00Z');
  await app.deps.queue.enqueue('outreach.send-due', {});
  await expect.poll(() => messages(waveId)).toEqual([{ state: 'sent', n: 6 }]);

  app.clock.set('2026-04-20T16:00:00Z');
  await app.deps.queue.enqueue('waves.close-due', {});
  await expect.poll(() => stateOf(waveId)).toBe('closed');
  await expect.poll(() => app.deps.queue.count()).toMatchObject({ active: 0, failed: 0 });
});
