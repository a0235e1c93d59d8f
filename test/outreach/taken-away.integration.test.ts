import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { type OpenDeps, openDeps } from '../../src/deps.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

// A database server of its own, since it is ended; with a parent of its own, which starts it again while it lives.
const CHILD = fileURLToPath(new URL('../support/embedded-child.ts', import.meta.url));
const STOP_SECONDS = 3;
const WAITS = 'what was sent cannot be written down yet; the sender waits for the database';

let folder: string;
let parent: ChildProcess;
let dataDir: string;
let open: OpenDeps;
let sink: SmtpSink;
/** Called once, when the mail server has read a whole message and before it says so. */
let onMessage: (() => Promise<void>) | null = null;
const lines: { level: number; msg: string; messages?: number }[] = [];
const told = new EventEmitter();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-taken-away-'));
  await chmod(folder, 0o755);
  parent = spawn(process.execPath, ['--import', 'tsx', CHILD, join(folder, 'postgres'), '--durable'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(createInterface(parent.stdout!), 'line');
  const server = JSON.parse(said) as { url: string; dataDir: string };
  dataDir = server.dataDir;
  await migrateDatabase(server.url);
  sink = await startSmtpSink({
    async atMessage() {
      const act = onMessage;
      onMessage = null;
      await act?.();
      return undefined;
    },
  });
  const write = (line: string) => {
    lines.push(JSON.parse(line));
    told.emit(lines.at(-1)!.msg);
  };
  const config = parseConfig({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: server.url,
    LINK_SECRET: randomBytes(32).toString('hex'),
    SUPPRESSION_SECRET: randomBytes(32).toString('hex'),
    SMTP_URL: sink.url,
    SMTP_CONNECTIONS: '4',
    STOP_SECONDS: String(STOP_SECONDS),
  });
  open = await openDeps(config, { log: pino({ level: 'info' }, { write }) });
}, 120_000);
afterAll(async () => {
  await open?.close();
  await sink?.close();
  parent?.kill('SIGKILL');
  kill(await postmaster());
  await rm(folder, { recursive: true, force: true });
});

async function postmaster(): Promise<number> {
  const file = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '0');
  return Number(file.split('\n')[0]);
}

function kill(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

const ofQueue = /queue/;
const toldNow = () => lines.splice(0).filter(({ level, msg }) => level >= 40 && !ofQueue.test(msg));

it('a sender whose database is gone for a moment waits for it, and nobody gets a mail twice', async () => {
  const world = await makeWorld(open.deps, { contacts: 60, credentials: 1 });
  const waveId = await launchWave(open.deps, world);
  onMessage = async () => kill(await postmaster());
  // The sender fails at its next claim or hand-over; what it has sent by then is written first.
  await sendDueMessages(open.deps).catch(() => undefined);
  expect(toldNow().map(({ msg }) => msg)).toEqual([WAITS]);
  const { sent } = await messageStates(open.deps, waveId);
  expect(sent).toBe(sink.messages.length);

  await open.deps.db.execute(sql`
    update messages set state = 'planned', claimed_by = null, lease_until = null
    where wave_id = ${waveId} and state = 'claimed' and handed_at is null`);
  await sendDueMessages(open.deps);
  expect(await messageStates(open.deps, waveId)).toEqual({ sent: 60 });
  expect(new Set(sink.messages.map(({ messageId }) => messageId)).size).toBe(60);
  expect(sink.messages.length).toBe(60);
}, 60_000);

it('told to stop while it stays away, the sender says what is not written down, and ends', async () => {
  const world = await makeWorld(open.deps, { contacts: 60, credentials: 1 });
  await launchWave(open.deps, world);
  onMessage = async () => {
    const pid = await postmaster();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    kill(pid);
  };
  const stop = new AbortController();
  const waits = once(told, WAITS);
  const sending = sendDueMessages(open.deps, { signal: stop.signal });
  sending.catch(() => undefined);
  await waits;
  // It waits as long as nobody says otherwise.
  const from = performance.now();
  stop.abort();
  await expect(sending).rejects.toThrow();
  expect(performance.now() - from).toBeLessThan(STOP_SECONDS * 1_000);
  const [first, second, ...more] = toldNow();
  expect(first?.msg).toBe(WAITS);
  expect(second).toMatchObject({ level: 50, messages: expect.any(Number) });
  expect(second?.messages).toBeGreaterThan(0);
  expect(more).toEqual([]);
}, 60_000);
