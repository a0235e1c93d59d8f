import type { FastifyInstance } from 'fastify';
import { countStaff, findStaffByEmail } from './agencies/queries.ts';
import { createSignInLink } from './agencies/request-sign-in.ts';
import { setupLink } from './agencies/set-up.ts';
import { buildApp } from './app.ts';
import { loadConfig } from './config/config.ts';
import { migrateDatabase } from './db/migrate.ts';
import { listenForReports } from './delivery/listen-for-reports.ts';
import { type Deps, type OpenDeps, openDeps } from './deps.ts';
import { CommandError, StartError } from './lib/told-errors.ts';
import { raiseSendEpoch } from './outreach/sending-lock.ts';

type WorkerModule = {
  startWorker(deps: Deps, options: { databaseUrl: string }): Promise<{ close(): Promise<void> }>;
};

/**
 * A worker, and beside it the mail listener where the settings ask for one. jobs/ is the second front door: src must
 * compile without it, so it is not imported by name.
 */
export async function startWorkerIn(open: OpenDeps): Promise<{ close(): Promise<void> }> {
  const { startWorker } = (await import(new URL('../jobs/worker.ts', import.meta.url).href)) as WorkerModule;
  await raiseSendEpoch(open.deps, { atOnce: true });
  const listener = await listenForReports(open.deps);
  const worker = await startWorker(open.deps, { databaseUrl: open.databaseUrl });
  return {
    async close() {
      await listener?.close();
      await worker.close();
    },
  };
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
  const closers: (() => Promise<void>)[] = [open.close];
  try {
    const { deps, databaseUrl } = open;
    await migrateDatabase(databaseUrl, { log: deps.log });
    const app = await buildApp(deps);
    closers.push(() => app.close());
    await listen(app, deps);
    if (options.withWorker) {
      const worker = await startWorkerIn(open);
      closers.push(worker.close);
    }
    deps.announce(`Countersign is at ${deps.config.publicUrl}`);
    if ((await countStaff(deps.db)) === 0) {
      deps.announce(`Nobody has an account yet. Set it up here: ${setupLink(deps)}`);
    } else {
      deps.announce(`Staff sign in at ${deps.config.publicUrl}/staff`);
    }
    closeOnSignal(closers, deps);
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

/** A worker process until SIGTERM or SIGINT. */
export async function work(): Promise<void> {
  const open = await openDeps(loadConfig());
  const closers: (() => Promise<void>)[] = [open.close];
  try {
    await migrateDatabase(open.databaseUrl, { log: open.deps.log });
    const worker = await startWorkerIn(open);
    closers.push(worker.close);
    open.deps.log.info('worker started');
    closeOnSignal(closers, open.deps);
  } catch (error) {
    await closeAll(closers);
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

async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
  for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
}

/** Requests and claimed messages in hand are finished first; a second signal does not wait. */
export function closeOnSignal(closers: (() => Promise<void>)[], deps: Pick<Deps, 'log'>): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    deps.log.info({ signal }, 'closing');
    closeAll(closers).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
