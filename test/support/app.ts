import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { type Deps, openDeps } from '../../src/deps.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { listMailbox, type MailboxMessage, readMailboxMessage } from '../../src/mail/local-mailbox.ts';
import type { Mailer } from '../../src/mail/types.ts';
import { createTestDatabase } from './database.ts';
import { emptyTestRedis } from './redis.ts';

/** Time that stands still until it is moved. */
export type TestClock = Clock & { set(to: Date | string): void; advance(milliseconds: number): void };

export function createTestClock(start: Date | string = '2026-03-02T16:00:00Z'): TestClock {
  let now = new Date(start);
  return {
    now: () => new Date(now),
    set: (to) => {
      now = new Date(to);
    },
    advance: (milliseconds) => {
      now = new Date(now.getTime() + milliseconds);
    },
  };
}

export type TestApp = {
  app: FastifyInstance;
  deps: Deps;
  databaseUrl: string;
  /** The one in deps, unless the test brought its own. */
  clock: TestClock;
  /** What was printed for the person at the terminal. */
  announced: string[];
  /** Every mail in the local mailbox, oldest first. */
  mails(): Promise<MailboxMessage[]>;
  close(): Promise<void>;
};

export type TestAppOptions = {
  /** Settings as in the environment, on top of what tests use. */
  settings?: Record<string, string>;
  clock?: TestClock;
  mailer?: Mailer;
  log?: Logger;
  /** Instead of the network. */
  fetchText?: Deps['fetchText'];
  resolveTxt?: Deps['resolveTxt'];
};

/**
 * The real application on a database, a data folder and a mailbox of its own. Use `app.inject`; listen where a real
 * socket matters. Nothing works on the queue unless the test starts a worker. Call `close` in `afterAll`.
 */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase({ max: 1 });
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-app-'));
  const redisUrl = await emptyTestRedis();
  const config = parseConfig({
    PORT: '0',
    PUBLIC_URL: 'http://localhost:8080',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DATABASE_CONNECTIONS: '5',
    LINK_SECRET: randomBytes(32).toString('hex'),
    SUPPRESSION_SECRET: randomBytes(32).toString('hex'),
    RATE_LIMIT_PER_LINK: '1000000',
    RATE_LIMIT_PER_ADDRESS: '1000000',
    RATE_LIMIT_FAILURES_PER_ADDRESS: '1000000',
    ...(redisUrl && { REDIS_URL: redisUrl }),
    ...options.settings,
  });
  const clock = options.clock ?? createTestClock();
  const announced: string[] = [];
  const { deps, ...open } = await openDeps(config, {
    clock,
    log: options.log ?? pino({ level: 'silent' }),
    announce: (line) => announced.push(line),
    ...(options.mailer && { mailer: options.mailer }),
    ...(options.fetchText && { fetchText: options.fetchText }),
    ...(options.resolveTxt && { resolveTxt: options.resolveTxt }),
  });
  const app = await buildApp(deps);
  await app.ready();
  return {
    app,
    deps,
    databaseUrl: database.url,
    clock,
    announced,
    mails: () => readAll(join(dataDir, 'mailbox')),
    close: async () => {
      await app.close();
      await open.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function readAll(folder: string): Promise<MailboxMessage[]> {
  const { messages } = await listMailbox(folder, { limit: 10_000 });
  const read = await Promise.all(messages.map(({ id }) => readMailboxMessage(folder, id)));
  return read.filter((message) => message !== null).reverse();
}
