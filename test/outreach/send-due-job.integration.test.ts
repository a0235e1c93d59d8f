import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { handle as joinSending } from '../../jobs/handlers/outreach.join-sending.ts';
import { handle } from '../../jobs/handlers/outreach.send-due.ts';
import type { Deps } from '../../src/deps.ts';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());

const never = new AbortController().signal;

/** Deps whose log is kept as objects. */
function logged() {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { lines, log };
}

it('waits for a mail server that is down, says so once, and goes on when it is back', async () => {
  const world = await makeWorld(test.deps, { contacts: 30, credentials: 1 });
  const waveId = await launchWave(test.deps, world);
  const gone = await startSmtpSink();
  await gone.close();
  const { lines, log } = logged();
  const mailer = createSmtpMailer({ url: gone.url, connections: 5 });
  const deps = { ...test.deps, log, mailer };
  for (const seconds of [5, 10, 20, 30, 30]) {
    const outcome = await handle(deps, {}, never);
    const until = new Date(test.clock.now().getTime() + seconds * 1_000);
    expect(outcome).toEqual({ outcome: 'snooze', until });
  }
  expect(lines.filter((line) => line.level === 50).map((line) => line.msg)).toEqual([
    'the mail server takes no mail; everything due waits and is tried again',
  ]);
  expect(lines.map((line) => JSON.stringify(line)).join()).not.toContain('@employer.example');

  const back = await startSmtpSink({ port: gone.port });
  expect(await handle(deps, {}, never)).toEqual({ outcome: 'done' });
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 30 });
  expect(lines.at(-1)?.msg).toBe('sent what was due');
  expect(lines.some((line) => line.msg === 'the mail server takes mail again')).toBe(true);
  await mailer.close();
  await back.close();
});

it('does not start a second sender beside the first, and still sees what the second hint meant', async () => {
  const sink = await startSmtpSink();
  const mailer = createSmtpMailer({ url: sink.url, connections: 5 });
  const deps = { ...test.deps, mailer };
  const first = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 40, credentials: 1 }));
  const second = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 40, credentials: 1 }));
  const running = handle(deps, { waveId: first }, never);
  await sink.received(1);
  expect(await handle(deps, { waveId: second }, never)).toEqual({ outcome: 'done' });
  expect(await running).toEqual({ outcome: 'done' });
  expect(await messageStates(test.deps, second)).toEqual({ sent: 40 });
  expect(sink.messages).toHaveLength(80);
  await mailer.close();
  await sink.close();
});

it('calls one more sender where there is more than a batch, and passes the call on while it sends itself', async () => {
  const sink = await startSmtpSink();
  const mailer = createSmtpMailer({ url: sink.url, connections: 20 });
  const called: unknown[] = [];
  const queue: Deps['queue'] = {
    ...test.deps.queue,
    enqueue: async (name, payload) => {
      called.push([name, payload]);
      return true;
    },
  };
  const deps = { ...test.deps, mailer, queue };
  const few = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 150, credentials: 1 }));
  await handle(deps, {}, never);
  expect(called).toEqual([]);
  const many = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 450, credentials: 1 }));
  const running = joinSending(deps, { senderId: 3 }, never);
  await sink.received(200);
  const soon = new Date(test.clock.now().getTime() + 1_000);
  expect(await joinSending(deps, { senderId: 4 }, never)).toEqual({ outcome: 'snooze', until: soon });
  await running;
  expect(called).toEqual([['outreach.join-sending', { senderId: 4 }]]);
  expect(await messageStates(test.deps, few)).toEqual({ sent: 150 });
  expect(await messageStates(test.deps, many)).toEqual({ sent: 450 });
  await mailer.close();
  await sink.close();
});

it('stops early when the worker closes, with nothing left claimed', async () => {
  const closing = new AbortController();
  const sink = await startSmtpSink({
    atMessage: () => {
      closing.abort();
      return undefined;
    },
  });
  const mailer = createSmtpMailer({ url: sink.url, connections: 5 });
  const waveId = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 300, credentials: 1 }));
  await handle({ ...test.deps, mailer }, {}, closing.signal);
  const states = await messageStates(test.deps, waveId);
  expect(states.sent).toBe(sink.messages.length);
  expect((states.sent ?? 0) + (states.planned ?? 0)).toBe(300);
  expect(states.planned).toBeGreaterThan(0);
  const [attempts] = await test.deps.db.execute<{ n: number }>(sql`
    select coalesce(max(attempts), 0)::int as n from messages where wave_id = ${waveId} and state = 'planned'`);
  expect(attempts?.n).toBe(0);
  await mailer.close();
  await sink.close();
});
