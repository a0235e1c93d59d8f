import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { parseConfig } from '../../src/config/config.ts';
import { isDatabaseUnavailable } from '../../src/db/client.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { type Deps, openDeps } from '../../src/deps.ts';
import type { Change, Fault, History, MessageRow, Operation, Standing } from './history.ts';
import { type Child, freePort, killAll, start, startCountersign } from './processes.ts';
import type { Delivery, SinkFault, SinkOrder, SinkReport, SinkStage } from './sink.ts';

const SINK = fileURLToPath(new URL('./sink-process.ts', import.meta.url));
const silent = pino({ level: 'silent' });

export type FaultWorldOptions = {
  workers: number;
  servers?: number;
  /** Short, so that what a killed worker held comes back within the test. */
  leaseSeconds?: number;
  connections?: number;
  settings?: Record<string, string>;
};

/** The whole installation as processes of their own on loopback, as several machines would run it. */
export type FaultWorld = {
  deps: Deps;
  /** The database server's own database, for its administrator. */
  adminUrl: string;
  /** Names of the workers, by which the mail server knows them. */
  workerNames: string[];
  /** Addresses of the web servers. */
  serverUrls: string[];
  faults: Fault[];
  operations: Operation[];
  /** How many mails the sink has taken. */
  taken(): number;
  /** Resolves once the sink has taken that many. */
  untilTaken(count: number): Promise<void>;
  onDelivery(listener: (delivery: Delivery) => void): void;
  /** Orders the sink to misbehave; an empty list ends it. Tells how many of the earlier orders never came to strike. */
  order(faults: SinkFault[]): Promise<{ unused: number }>;
  /** Resolves when a connection stands still at a stage ordered to hold. */
  held(): Promise<SinkStage>;
  letGo(): void;
  worker(index: number): Child;
  /** kill -9 and, at once, a new process in its place; resolves when it works. */
  killWorker(index: number): Promise<void>;
  killServer(index: number): Promise<void>;
  killRedis(): Promise<void>;
  flushRedis(): Promise<void>;
  killPostgres(): Promise<void>;
  /** One of its backends, as the kernel does when memory runs out: all connections are cut and it recovers. */
  killBackend(): Promise<void>;
  killSink(): Promise<void>;
  note(what: string): void;
  /** Runs what the tests themselves ask of the database, again when it was away. */
  ask<T>(query: (deps: Deps) => Promise<T>): Promise<T>;
  /** Resolves when the check holds; rejects with what was found last. */
  until<T>(check: (deps: Deps) => Promise<T>, holds: (found: T) => boolean, withinMs: number): Promise<T>;
  /** Resolves when no message waits for anything any more. */
  settled(withinMs: number): Promise<void>;
  /**
   * The same where messages were put off: instead of waiting for their time, it moves their time to now, and gives
   * the hints that the schedule would give.
   */
  hastened(withinMs: number): Promise<void>;
  /** Gives the hints that the schedule would give later. */
  hint(): Promise<void>;
  history(): Promise<History>;
};

const worlds = new Set<() => Promise<void>>();

/** Ends every process that the file's worlds have started, also of one that did not come up in time. */
export async function closeFaultWorlds(): Promise<void> {
  await Promise.all([...worlds].map((close) => close()));
}

export async function startFaultWorld(options: FaultWorldOptions): Promise<FaultWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-faults-'));
  await chmod(folder, 0o755);
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    worlds.delete(close);
    for (const closer of closers.splice(0).reverse()) await closer().catch(() => undefined);
  };
  worlds.add(close);
  try {
    return await open(folder, options, closers);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  folder: string,
  options: FaultWorldOptions,
  closers: (() => Promise<unknown>)[],
): Promise<FaultWorld> {
  // As durable as in earnest: what is acknowledged must outlive a kill.
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: silent });
  closers.push(postgres.stop);
  await migrateDatabase(postgres.url);
  closers.push(killAll);
  const redisPort = await freePort();
  let redis = await startRedisOn(redisPort, folder);
  const sink = await startSink(join(folder, 'mails.jsonl'));

  const serverPorts = await Promise.all(Array.from({ length: options.servers ?? 0 }, freePort));
  const settings = (slot: string): Record<string, string> => ({
    DATABASE_URL: postgres.url,
    DATABASE_CONNECTIONS: '8',
    REDIS_URL: `redis://127.0.0.1:${redisPort}/0`,
    SMTP_URL: `smtp://${slot}:secret@127.0.0.1:${sink.port}?ignoreTLS=true`,
    SMTP_CONNECTIONS: String(options.connections ?? 10),
    SEND_LEASE_SECONDS: String(options.leaseSeconds ?? 5),
    DATA_DIR: join(folder, slot),
    PUBLIC_URL: 'http://localhost:8080',
    LINK_SECRET: secrets.link,
    SUPPRESSION_SECRET: secrets.suppression,
    RATE_LIMIT_PER_LINK: '1000000',
    RATE_LIMIT_PER_ADDRESS: '10000000',
    RATE_LIMIT_FAILURES_PER_ADDRESS: '1000000',
    ...options.settings,
  });
  const secrets = { link: randomBytes(32).toString('hex'), suppression: randomBytes(32).toString('hex') };
  const opened = await openDeps(parseConfig(settings('tests')), { log: silent, announce: () => undefined });
  closers.push(opened.close);
  const { deps } = opened;
  await recordChanges(deps);

  const workerNames = Array.from({ length: options.workers }, (_, i) => `worker-${i + 1}`);
  const launchWorker = (index: number) =>
    supervise('worker started', () =>
      startCountersign(['worker'], { ...settings(workerNames[index]!), LOG_LEVEL: 'info' }),
    );
  const launchServer = (index: number) =>
    supervise('Countersign is at', () =>
      startCountersign(['serve', '--web-only'], {
        ...settings(`server-${index + 1}`),
        PORT: String(serverPorts[index]),
        LOG_LEVEL: 'warn',
      }),
    );
  const workers = await Promise.all(workerNames.map((_, i) => launchWorker(i)));
  const servers = await Promise.all(serverPorts.map((_, i) => launchServer(i)));

  const faults: Fault[] = [];
  const note = (what: string) => {
    faults.push({ what, at: Date.now() });
  };
  const ask: FaultWorld['ask'] = async (query) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await query(deps);
      } catch (error) {
        if (attempt > 100 || !isDatabaseUnavailable(error)) throw error;
        await wait(200);
      }
    }
  };
  const until: FaultWorld['until'] = async (check, holds, withinMs) => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = await ask(check);
      if (holds(found)) return found;
      if (performance.now() > deadline)
        throw new Error(`not within ${withinMs} ms: ${JSON.stringify(found)}`);
      await wait(200);
    }
  };

  const operations: Operation[] = [];
  let hints = 0;
  const hint = async () => {
    hints += 1;
    // Of a name of its own, so that it does not wait behind the job of a process that was killed.
    await deps.queue.enqueue('outreach.sweep-claims', {}, { jobId: `hint ${hints}` });
    await deps.queue.enqueue('outreach.send-due', {}, { jobId: `hint ${hints}` });
  };
  return {
    deps,
    adminUrl: postgres.adminUrl,
    workerNames,
    serverUrls: serverPorts.map((port) => `http://127.0.0.1:${port}`),
    faults,
    operations,
    taken: () => sink.taken,
    untilTaken: sink.until,
    onDelivery: (listener) => sink.listeners.push(listener),
    order: sink.order,
    held: sink.held,
    letGo: sink.letGo,
    worker: (index) => workers[index]!,
    async killWorker(index) {
      note('worker killed');
      await workers[index]!.kill();
      workers[index] = await launchWorker(index);
    },
    async killServer(index) {
      note('server killed');
      await servers[index]!.kill();
      servers[index] = await launchServer(index);
    },
    async killRedis() {
      note('Redis killed');
      await redis.kill();
      redis = await startRedisOn(redisPort, folder);
    },
    async flushRedis() {
      note('Redis flushed');
      const cli = start('redis-cli', ['-p', String(redisPort), 'flushall']);
      await cli.said('OK');
    },
    async killPostgres() {
      note('PostgreSQL killed');
      process.kill(await postmasterOf(postgres), 'SIGKILL');
      await ask(({ db }) => db.execute(sql`select 1`));
    },
    async killBackend() {
      note('PostgreSQL backend killed');
      const [row] = await ask(
        ({ sql: query }) => query<{ pid: number }[]>`
        select pid from pg_stat_activity where application_name = 'countersign' and pid <> pg_backend_pid()
        order by backend_start desc limit 1`,
      );
      if (row) process.kill(row.pid, 'SIGKILL');
      await ask(({ db }) => db.execute(sql`select 1`));
    },
    async killSink() {
      note('mail server killed');
      await sink.restart();
    },
    note,
    ask,
    until,
    async settled(withinMs) {
      await until(listWaiting, (rows) => rows.length === 0, withinMs);
    },
    hint,
    async hastened(withinMs) {
      await until(
        async (world) => {
          const { sql: query } = world;
          await query`
            update messages set send_after = least(send_after, now()) where state = 'planned' and send_after > now()`;
          await query`update receiving_domains set held_until = now() where held_until > now()`;
          await hint();
          return listWaiting(world);
        },
        (rows) => rows.length === 0,
        withinMs,
      );
    },
    async history() {
      return {
        operations,
        faults,
        deliveries: await sink.journal(),
        ...(await ask(readDatabase)),
      };
    },
  };
}

/** Starts it again when it ends before it works, as the system's supervisor does: a database may just be away. */
async function supervise(working: string, launch: () => Child): Promise<Child> {
  for (let attempt = 1; ; attempt += 1) {
    const child = launch();
    try {
      await child.said(working);
      return child;
    } catch (error) {
      if (attempt >= 20) throw error;
      await wait(250);
    }
  }
}

export async function startRedisOn(port: number, folder: string): Promise<Child> {
  const flags = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
  };
  const server = start(
    'redis-server',
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  await server.said('Ready to accept connections');
  return server;
}

async function postmasterOf(postgres: EmbeddedPostgres): Promise<number> {
  return Number((await readFile(join(postgres.dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function startSink(path: string) {
  closeSync(openSync(path, 'a'));
  const journal = async (): Promise<Delivery[]> =>
    (await readFile(path, 'utf8'))
      .split('\n')
      .flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
  const listeners: ((delivery: Delivery) => void)[] = [];
  const holds: SinkStage[] = [];
  let waiting: { count: number; resolve(): void }[] = [];
  let holders: ((stage: SinkStage) => void)[] = [];
  let child: Child;

  const advance = (count: number) => {
    state.taken = count;
    waiting = waiting.filter((waiter) => {
      if (state.taken < waiter.count) return true;
      waiter.resolve();
      return false;
    });
  };
  const launch = async (port: number): Promise<number> => {
    child = start(process.execPath, ['--import', 'tsx', SINK, String(port), path]);
    const opened = new Promise<number>((resolve) => {
      child.process.on('message', (report: SinkReport) => {
        if ('port' in report) resolve(report.port);
        else if ('holding' in report) {
          const holder = holders.shift();
          if (holder) holder(report.holding);
          else holds.push(report.holding);
        } else if ('accepted' in report) {
          for (const delivery of report.accepted) for (const listener of listeners) listener(delivery);
          advance(state.taken + report.accepted.length);
        }
      });
    });
    return Promise.race([opened, child.said('a word, which it never says').then(() => 0)]);
  };
  const state = {
    taken: 0,
    port: 0,
    listeners,
    journal,
    until: (count: number) =>
      new Promise<void>((resolve) => {
        if (state.taken >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    order(faults: SinkFault[]) {
      const heard = new Promise<{ unused: number }>((resolve) => {
        const listen = (report: SinkReport) => {
          if (!('unused' in report)) return;
          child.process.off('message', listen);
          resolve(report);
        };
        child.process.on('message', listen);
      });
      child.process.send({ faults } satisfies SinkOrder);
      return heard;
    },
    held: () =>
      new Promise<SinkStage>((resolve) => {
        const stage = holds.shift();
        if (stage) resolve(stage);
        else holders.push(resolve);
      }),
    letGo() {
      child.process.send({ go: true } satisfies SinkOrder);
    },
    async restart() {
      await child.kill();
      holders = [];
      const before = state.taken;
      // What it took in its last moment is in the journal, though nobody was told.
      const all = await journal();
      for (const delivery of all.slice(before)) for (const listener of listeners) listener(delivery);
      await launch(state.port);
      advance(all.length);
    },
  };
  state.port = await launch(0);
  return state;
}

/** Each change of a message's row in the order in which it came about; what was rolled back leaves no trace. */
async function recordChanges({ sql: query }: Pick<Deps, 'sql'>): Promise<void> {
  await query.unsafe(`
    create table fault_changes (
      id bigint generated always as identity primary key, message_id bigint not null, at timestamptz not null,
      state_before text not null, state_after text not null, attempts int not null, handed_over boolean not null);
    create function note_fault_change() returns trigger language plpgsql as $$
    begin
      insert into fault_changes (message_id, at, state_before, state_after, attempts, handed_over)
      values (new.id, clock_timestamp(), old.state, new.state, new.attempts,
        new.state = 'claimed' and new.attempts > old.attempts);
      return null;
    end $$;
    create trigger note_fault_change after update of state, attempts on messages
      for each row execute function note_fault_change();`);
}

/** Messages of which something is still to come; also those that their recipient has shown to have left. */
function listWaiting({ sql: query }: Deps): Promise<{ state: string; n: number }[]> {
  return query<{ state: string; n: number }[]>`
    select m.state, count(*)::int as n from messages m left join invitations i on i.id = m.invitation_id
    where m.state in ('planned', 'claimed') or (m.state = 'uncertain' and m.stream = 'outreach' and i.state <> 'open')
    group by 1`;
}

async function readDatabase({
  sql: query,
}: Deps): Promise<Pick<History, 'changes' | 'messages' | 'standing'>> {
  const changes = await query<(Omit<Change, 'at'> & { at: Date })[]>`
    select message_id as "messageRow", at, state_before as "from", state_after as "to", attempts,
      handed_over as "handedOver" from fault_changes order by id`;
  const messages = await query<MessageRow[]>`
    select m.id, m.message_id as "messageId", m.contact_id as "contactId", m.employer_id as "employerId", c.email,
      m.stream = 'outreach' as outreach, m.step, m.state, m.reason
    from messages m join contacts c on c.id = m.contact_id order by m.id`;
  const standing = await query<Standing[]>`
    select encode(i.token_hash, 'hex') as key,
      (select json_build_object('incentive', a.values->>'incentive', 'preference', a.values->>'preference')
       from answers a where a.invitation_id = i.id order by a.version desc, a.id desc limit 1) as choice
    from invitations i order by i.id`;
  return {
    changes: changes.map((change) => ({ ...change, at: change.at.getTime() })),
    messages: [...messages],
    standing: [...standing],
  };
}
