import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { emptyTestRedis } from '../support/redis.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

const COMMAND = fileURLToPath(new URL('../../src/bin.js', import.meta.url));
const MESSAGES = 2_000;
const LEASE_SECONDS = 2;
const CONNECTIONS = 5;

let sink: SmtpSink;
let app: TestApp;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  await emptyTestRedis();
  sink = await startSmtpSink();
  app = await createTestApp({
    // The workers are processes of their own and live in real time.
    clock: createTestClock(new Date()),
    settings: { SMTP_URL: sink.url, SEND_LEASE_SECONDS: String(LEASE_SECONDS) },
  });
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await app?.close();
  await sink?.close();
});

/** A worker as it runs in earnest: its own process, started by the command. */
function startWorkerProcess(): ChildProcess {
  const { config } = app.deps;
  const worker = spawn(process.execPath, [COMMAND, 'worker'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: app.databaseUrl,
      REDIS_URL: config.redisUrl ?? '',
      SMTP_URL: sink.url,
      SMTP_CONNECTIONS: String(CONNECTIONS),
      DATA_DIR: config.dataDir,
      LINK_SECRET: config.linkSecret ?? '',
      SUPPRESSION_SECRET: config.suppressionSecret ?? '',
      SEND_LEASE_SECONDS: String(LEASE_SECONDS),
      LOG_LEVEL: 'error',
    },
  });
  workers.add(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
  workers.delete(worker);
}

/** Handed to the mail server, and nobody knows any more whether it took them. */
async function inFlight(waveId: number): Promise<string[]> {
  const rows = await app.deps.db.execute<{ message_id: string }>(sql`
    select message_id from messages where wave_id = ${waveId} and state = 'claimed' and handed_at is not null`);
  return rows.map((row) => row.message_id);
}

test('killed in the middle of a wave, again and again, senders lose nobody and repeat only what was in flight', {
  timeout: 180_000,
}, async () => {
  const world = await makeWorld(app.deps, { contacts: MESSAGES, credentials: 1 });
  const waveId = await launchWave(app.deps, world);
  const mayRepeat = new Set<string>();
  for (const until of [300, 700, 1_100]) {
    const worker = startWorkerProcess();
    await app.deps.queue.enqueue('outreach.send-due', {});
    await sink.received(until);
    await kill(worker);
    for (const messageId of await inFlight(waveId)) mayRepeat.add(messageId);
  }
  expect(sink.messages.length).toBeLessThan(MESSAGES);

  startWorkerProcess();
  startWorkerProcess();
  await expect
    .poll(
      async () => {
        await app.deps.queue.enqueue('outreach.sweep-claims', {});
        return messageStates(app.deps, waveId);
      },
      { timeout: 120_000, interval: 1_000 },
    )
    .toEqual({ sent: MESSAGES });

  const times = new Map<string, number>();
  for (const { messageId } of sink.messages) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  const repeated = [...times].filter(([, count]) => count > 1).map(([messageId]) => messageId);
  expect(new Set(sink.messages.map((message) => message.to)).size).toBe(MESSAGES);
  // Whoever got two mails got the same one twice.
  expect(times.size).toBe(MESSAGES);
  expect(repeated.filter((messageId) => !mayRepeat.has(messageId))).toEqual([]);
  console.info(
    `of ${MESSAGES}, ${mayRepeat.size} were in flight at three kills, ${repeated.length} came twice`,
  );
});
