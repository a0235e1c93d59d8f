import type { FastifyInstance } from 'fastify';
import { countStaff, findStaffByEmail } from './agencies/queries.ts';
import { createSignInLink } from './agencies/request-sign-in.ts';
import { setupLink } from './agencies/set-up.ts';
import { buildApp } from './app.ts';
import { loadConfig } from './config/config.ts';
import { migrateDatabase } from './db/migrate.ts';
import { listenForReports } from './delivery/listen-for-reports.ts';
import { type Deps, type OpenDeps, openDeps } from './deps.ts';
import { closeOnSignal, closeParts, type Part } from './lib/close-on-signal.ts';
import { CommandError, StartError } from './lib/told-errors.ts';
import { raiseSendEpoch } from './outreach/sending-lock.ts';
import { forgetAfterRestore } from './records/forget-after-restore.ts';

type WorkerModule = {
  startWorker(deps: Deps, options: { databaseUrl: string }): Promise<Pick<Part, 'close'>>;
};

/**
 * A worker, and beside it the mail listener where the settings ask for one. jobs/ is the second front door: src must
 * compile without it, so it is not imported by name.
 */
export async function startWorkerIn(open: OpenDeps): Promise<Part> {
  const { startWorker } = (await import(new URL('../jobs/worker.ts', import.meta.url).href)) as WorkerModule;
  await raiseSendEpoch(open.deps, { atOnce: true });
  const listener = await listenForReports(open.deps);
  const worker = await startWorker(open.deps, { databaseUrl: open.databaseUrl });
  return {
    name: 'worker',
    works: true,
    async close() {
      const [left] = await Promise.all([worker.close(), listener?.close()]);
      return left;
    },
  };
}

/** The web server as a part of the process: requests in hand are answered before it is closed. */
export function serverPart(app: FastifyInstance): Part {
  return { name: 'server', works: true, close: () => app.close().then(() => ({ unfinished: [] })) };
}

/** All that the others work with. */
export function depsPart(open: OpenDeps): Part {
  return { name: 'deps', works: false, close: () => open.close().then(() => ({ unfinished: [] })) };
}

/** Listens and says where; a taken port is told in words. Returns the port. */
export async function listen(app: FastifyInstance, deps: Pick<Deps, 'config'>): Promise<number> {
  try {
    await app.listen({ host: deps.config.host, port: deps.config.port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${deps.config.port} is in use by another program. Stop it, or set PORT to a free port.`,
      );
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
      throw new StartError(
        `Cannot listen on ${deps.config.host}, port ${deps.config.port}. Set HOST and PORT.`,
      );
    }
    throw error;
  }
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : deps.config.port;
}

/** Web server, and by default a worker beside it, until SIGTERM or SIGINT. */
export async function serve(options: { withWorker: boolean }): Promise<void> {
  const open = await openDeps(loadConfig());
  const parts = [depsPart(open)];
  try {
    const { deps, databaseUrl } = open;
    await migrateDatabase(databaseUrl, { log: deps.log });
    await forgetAfterRestore(deps);
    const app = await buildApp(deps);
    parts.push(serverPart(app));
    await listen(app, deps);
    if (options.withWorker) parts.push(await startWorkerIn(open));
    closeOnSignal(parts, deps);
    deps.announce(`Countersign is at ${deps.config.publicUrl}`);
    if ((await countStaff(deps.db)) === 0) {
      deps.announce(`Nobody has an account yet. Set it up here: ${setupLink(deps)}`);
    } else {
      deps.announce(`Staff sign in at ${deps.config.publicUrl}/staff`);
    }
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

/** A worker process until SIGTERM or SIGINT. */
export async function work(): Promise<void> {
  const open = await openDeps(loadConfig());
  const parts = [depsPart(open)];
  try {
    await migrateDatabase(open.databaseUrl, { log: open.deps.log });
    await forgetAfterRestore(open.deps);
    parts.push(await startWorkerIn(open));
    closeOnSignal(parts, open.deps);
    open.deps.log.info('worker started');
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

/** Runs `use` with everything open and migrated, then closes. For commands that end. */
export async function withDeps<T>(use: (deps: Deps) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const open = await openDeps({ ...config, logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel });
  try {
    await migrateDatabase(open.databaseUrl, { log: open.deps.log });
    return await use(open.deps);
  } finally {
    await open.close();
  }
}

export async function runMigrateCommand(): Promise<number> {
  return withDeps(async (deps) => {
    deps.announce('The database is at this version.');
    return 0;
  });
}

export async function runSignInCommand(argv: string[]): Promise<number> {
  const [email] = argv;
  if (!email) throw new CommandError('name the staff member by address: countersign sign-in ADDRESS');
  return withDeps(async (deps) => {
    const staff = await findStaffByEmail(deps.db, email);
    if (!staff || staff.disabledAt) throw new CommandError('no active staff member has this address');
    deps.announce(await createSignInLink(deps, staff));
    return 0;
  });
}
