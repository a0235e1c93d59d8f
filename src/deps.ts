import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { ballotContents } from './committees/ballot-contents.ts';
import { committeeContents } from './committees/message-contents.ts';
import type { Config } from './config/config.ts';
import { loadSecrets, type Secrets } from './config/secrets.ts';
import { APP_ROLE, grantAtOpening, makeAppRole } from './db/app-role.ts';
import { createDatabase, type Db, type Sql } from './db/client.ts';
import { startEmbeddedPostgres } from './db/embedded.ts';
import type { EmployerObservers } from './employers/observers.ts';
import { askObservers, employerObservers } from './evidence/observers.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { fetchText } from './lib/fetch-text.ts';
import { logError } from './lib/log-error.ts';
import { StartError } from './lib/told-errors.ts';
import { createLocalMailer, mailboxFolder } from './mail/local-mailbox.ts';
import { type ResolveTxt, resolveTxt } from './mail/read-sender-dns.ts';
import { createSmtpMailer } from './mail/smtp-mailer.ts';
import type { Mailer } from './mail/types.ts';
import type { MessageContents } from './outreach/contents.ts';
import type { AskObservers } from './outreach/observers.ts';
import { forgetEpochFile } from './outreach/sending-lock.ts';
import { createQueue, type Queue } from './queue/enqueue.ts';
import { confirmationContents } from './respond/confirmation-contents.ts';
import { receiptContents } from './respond/receipts.ts';

/** What use cases, routes and jobs work with. Each narrows it with Pick to what it needs. */
export type Deps = {
  config: Config;
  log: Logger;
  /** Prints a line for the person at the terminal. Not the log: it may hold a sign-in link. */
  announce: (line: string) => void;
  clock: Clock;
  db: Db;
  sql: Sql;
  /** Never used inside a transaction. */
  queue: Queue;
  mailer: Mailer;
  secrets: Secrets;
  /** Reads a small text from another server. */
  fetchText: (url: string) => Promise<string>;
  resolveTxt: ResolveTxt;
  askObservers: AskObservers;
  employerObservers: EmployerObservers;
  /** What mails say that features to the right of outreach have to tell. */
  messageContents: MessageContents;
};

export type OpenDeps = { deps: Deps; databaseUrl: string; close(): Promise<void> };

/**
 * Opens everything that a server or worker needs, embedded where the settings name nothing else.
 * `close` lets go in the opposite order, the embedded database last.
 */
export async function openDeps(
  config: Config,
  overrides: Partial<Pick<Deps, 'log' | 'clock' | 'mailer' | 'announce' | 'fetchText' | 'resolveTxt'>> & {
    freshDatabase?: boolean;
  } = {},
): Promise<OpenDeps> {
  const log = overrides.log ?? pino({ level: config.logLevel, serializers: { err: logError } });
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    makeDataDir(config.dataDir);
    if (overrides.freshDatabase) forgetEpochFile(config.dataDir);
    const databaseUrl =
      config.databaseUrl ?? (await openEmbedded(config, log, closers, overrides.freshDatabase));
    const database = createDatabase(databaseUrl, {
      max: config.databaseConnections,
      ...(config.databaseUrl === null && { role: APP_ROLE }),
    });
    closers.push(database.close);
    const queue = await createQueue({ databaseUrl, redisUrl: config.redisUrl, log });
    closers.push(queue.close);
    const mailer = overrides.mailer ?? createMailer(config);
    closers.push(mailer.close);
    const base = { config, clock: overrides.clock ?? systemClock, secrets: loadSecrets(config) };
    return {
      databaseUrl,
      close,
      deps: {
        ...base,
        log,
        announce: overrides.announce ?? ((line) => process.stdout.write(`${line}\n`)),
        db: database.db,
        sql: database.sql,
        queue,
        mailer,
        fetchText: overrides.fetchText ?? fetchText,
        resolveTxt: overrides.resolveTxt ?? resolveTxt,
        askObservers,
        employerObservers,
        messageContents: {
          ...committeeContents(base),
          ...ballotContents(base),
          ...receiptContents(base),
          ...confirmationContents(base),
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `The data folder ${dataDir} cannot be made (${code}). Set DATA_DIR to a folder that this user may write to.`,
    );
  }
}

async function openEmbedded(
  config: Config,
  log: Logger,
  closers: (() => Promise<void>)[],
  fresh = false,
): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDir: join(config.dataDir, 'postgres'), log, fresh });
  closers.push(embedded.stop);
  await makeAppRole(embedded.adminUrl);
  await grantAtOpening(embedded.url);
  return embedded.url;
}

function createMailer(config: Config): Mailer {
  if (!config.smtpUrl) return createLocalMailer(mailboxFolder(config.dataDir));
  return createSmtpMailer({
    url: config.smtpUrl,
    connections: config.smtpConnections,
    // The first third of a lease is for waiting its turn (send-due-messages.ts).
    socketTimeoutMs: (config.sendLeaseSeconds * 1000 * 2) / 3,
    ...(config.dkim && {
      dkim: {
        domain: config.dkim.domain,
        selector: config.dkim.selector,
        privateKey: readFileSync(config.dkim.privateKeyFile, 'utf8'),
      },
    }),
  });
}
