import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { chooseAccount } from './embedded/account.ts';
import { prepareBinaries } from './embedded/binaries.ts';
import {
  checkVersion,
  explained,
  hasData,
  isAlive,
  settleDataFolder,
  sharedFolder,
  withFolderLock,
} from './embedded/data-folder.ts';
import { EmbeddedPostgresError } from './embedded/errors.ts';
import {
  findRunning,
  type Home,
  initialise,
  launch,
  type Server,
  serverUrl,
  shutDown,
} from './embedded/server.ts';

const DATABASE = 'countersign';

/** Held, shared, by every process that uses the server, so that the last one out stops it. */
const USE_LOCK = 7_245_001;

type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>;

export type EmbeddedPostgresOptions = {
  /** The data folder of the server itself; made when missing. */
  dataDir: string;
  log: Log;
  /** For tests: a crash of the machine may lose everything. */
  fast?: boolean;
  /** A fixed port; without one, any that is free. */
  port?: number;
  /** Begins with an empty database, whatever was there. Refused while another process uses it. */
  fresh?: boolean;
};

export type EmbeddedPostgres = {
  /** The application's database. */
  url: string;
  /** The server's own database `postgres`, for creating others. */
  adminUrl: string;
  /** Where the data really are, which differs from the folder asked for when root may not keep them there. */
  dataDir: string;
  /** True when the server was already running. */
  adopted: boolean;
  /** Leaves the server, and ends it when no other process uses it. */
  stop(): Promise<void>;
};

/**
 * Starts PostgreSQL as the npm package brings it, or joins the one that already runs on the folder. Listens on
 * 127.0.0.1 only, with a password of its own. While in use, a server that dies is started again on the same port.
 * Every refusal is an `EmbeddedPostgresError` with a message for a person.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const wanted = resolve(options.dataDir);
  const { home, server, adopted, use } = await withFolderLock(wanted, async () => {
    const home = await settle(wanted, options).catch((error) => {
      throw explained(error, wanted);
    });
    const running = await bringUp(home, options.port);
    return { ...running, home, use: await enter(home, running.server, log, options.fresh ?? false) };
  });
  log.info({ dataDir: home.folder, port: server.port, adopted }, 'The embedded PostgreSQL is ready');
  return {
    url: serverUrl(server, DATABASE),
    adminUrl: serverUrl(server, 'postgres'),
    dataDir: home.folder,
    adopted,
    stop: use.leave,
  };
}

async function settle(wanted: string, options: EmbeddedPostgresOptions): Promise<Home> {
  const likely = await chooseAccount(wanted);
  const place = await settleDataFolder(wanted, likely, options.log.warn.bind(options.log));
  const account = place.folder === wanted ? likely : await chooseAccount(place.folder);
  const copyTo = account ? (await sharedFolder()).path : dirname(wanted);
  const binaries = await prepareBinaries(account, copyTo);
  return { wanted, ...place, account, binaries, fast: options.fast ?? false };
}

async function bringUp(home: Home, port?: number): Promise<{ server: Server; adopted: boolean }> {
  if (!(await hasData(home.folder))) {
    await initialise(home);
    await home.remember();
  }
  await checkVersion(home.folder, home.binaries.major);
  await checkOwner(home.folder);
  const running = await findRunning(home);
  return { server: running ?? (await launch(home, port)), adopted: running !== null };
}

/** An unprivileged process can use only what it owns; PostgreSQL would say so less clearly. */
async function checkOwner(folder: string): Promise<void> {
  const us = process.getuid?.();
  const { uid } = await stat(folder);
  if (us === undefined || us === 0 || uid === us) return;
  throw new EmbeddedPostgresError(
    'folder_unusable',
    `The database in ${folder} belongs to user id ${uid}, and this process runs as user id ${us}. ` +
      'It was probably made by root. Run as that user or as root, or choose another data folder.',
  );
}

/** Joins the users of the server, makes the application's database, and watches over the server until `leave`. */
async function enter(
  home: Home,
  server: Server,
  log: Log,
  fresh: boolean,
): Promise<{ leave(): Promise<void> }> {
  let leaving = false;
  let watching: Promise<void> | null = null;
  const keeper = postgres(serverUrl(server, 'postgres'), {
    max: 1,
    max_lifetime: null,
    idle_timeout: undefined,
    connection: { application_name: 'countersign keeper' },
    onnotice: () => undefined,
    onclose: () => {
      if (!leaving) watching ??= comeBack().finally(() => (watching = null));
    },
  });
  const register = () => keeper`select pg_advisory_lock_shared(${USE_LOCK})`;

  async function comeBack(): Promise<void> {
    for (let attempt = 0; !leaving; attempt += 1) {
      await wait(Math.min(5_000, 100 * 2 ** attempt), undefined, { ref: false });
      if (leaving) return;
      try {
        if (!isAlive(server.pid)) {
          log.error({ dataDir: home.folder }, 'The embedded PostgreSQL died and is started again');
          const again = await withFolderLock(home.wanted, () => bringUp(home, server.port));
          server.pid = again.server.pid;
        }
        await register();
        return;
      } catch (error) {
        log.error({ err: error }, 'The embedded PostgreSQL is not back yet');
      }
    }
  }

  try {
    if (fresh) await dropDatabase(keeper, home);
    await register();
    const [found] = await keeper`select 1 from pg_database where datname = ${DATABASE}`;
    if (!found) await keeper`create database ${keeper(DATABASE)}`;
  } catch (error) {
    leaving = true;
    await keeper.end({ timeout: 2 }).catch(() => undefined);
    throw error;
  }

  // Reached only when nobody called leave: an uncaught error, or a second Ctrl-C. The server then waits for whoever
  // else uses it, and ends.
  const onExit = () => {
    try {
      process.kill(server.pid, 'SIGTERM');
    } catch {
      // It is gone already.
    }
  };
  process.once('exit', onExit);

  async function leave(): Promise<void> {
    if (leaving) return;
    leaving = true;
    process.off('exit', onExit);
    await withFolderLock(home.wanted, async () => {
      const last = await isLastUser(keeper).catch(() => false);
      await keeper.end({ timeout: 2 }).catch(() => undefined);
      if (last) await shutDown(home);
    });
  }

  return { leave };
}

async function dropDatabase(keeper: postgres.Sql, home: Home): Promise<void> {
  const [row] = await keeper<{ alone: boolean }[]>`select pg_try_advisory_lock(${USE_LOCK}) as alone`;
  if (!row?.alone) {
    throw new EmbeddedPostgresError(
      'in_use',
      `Another Countersign process uses the database in ${home.folder}. End that one first, or choose another data folder.`,
    );
  }
  await keeper`drop database if exists ${keeper(DATABASE)} with (force)`;
  await keeper`select pg_advisory_unlock(${USE_LOCK})`;
}

async function isLastUser(keeper: postgres.Sql): Promise<boolean> {
  await keeper`select pg_advisory_unlock_shared(${USE_LOCK})`;
  const [row] = await keeper<{ alone: boolean }[]>`select pg_try_advisory_lock(${USE_LOCK}) as alone`;
  return row?.alone === true;
}
