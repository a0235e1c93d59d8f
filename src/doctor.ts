import { accessSync, constants, mkdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { listAgencies } from './agencies/queries.ts';
import { loadConfig } from './config/config.ts';
import { MOST_CLOCK_SKEW_MS, readClockSkew } from './db/clock-check.ts';
import { type Deps, openDeps } from './deps.ts';
import { checkLogHealth } from './ledger/check-health.ts';
import { askDns, checkBounceDomain } from './mail/inbound/check-bounce-domain.ts';
import { readSenderDns } from './mail/read-sender-dns.ts';
import { judgeSenderDns } from './mail/sender-dns.ts';
import { readSendingLock } from './outreach/sending-lock.ts';

/** `ok` null: could not be checked. A failed `should` is told and does not fail the command. */
type Finding = { check: string; level?: 'must' | 'should'; ok: boolean | null; says: string };

const SENDING_LOCKED = {
  locked: 'no mail leaves from this restored database; an administrator allows it on the page Today',
  older_copy:
    'this database is an older copy: mail left that it does not know of. No mail leaves until an administrator allows it on the page Today',
  other_installation:
    'this database belongs to another installation than the data folder. No mail leaves until an administrator allows it on the page Today',
};

const LEAST_FREE_BYTES = 1024 ** 3;
const OLDEST_POSTGRES = 150_000;

/** Checks what a running installation depends on, prints a line each, and returns 1 when something must be mended. */
export async function runDoctorCommand(): Promise<number> {
  const config = loadConfig();
  const findings: Finding[] = [{ check: 'Settings', ok: true, says: 'read without faults' }];
  const run = async (check: string, work: () => Promise<string>) => {
    try {
      findings.push({ check, ok: true, says: await work() });
    } catch (error) {
      findings.push({ check, ok: false, says: error instanceof Error ? error.message : String(error) });
    }
  };

  await run('Data folder', () => checkDataFolder(config.dataDir));
  await run('Public address', async () => {
    const { protocol, hostname } = new URL(config.publicUrl);
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    if (protocol !== 'https:' && !isLocal)
      throw new Error(`${config.publicUrl} is not https: links would travel in the clear`);
    return config.publicUrl;
  });
  let open: Awaited<ReturnType<typeof openDeps>> | null = null;
  await run('Engines', async () => {
    open = await openDeps({ ...config, logLevel: 'silent' });
    return [
      config.databaseUrl ? 'PostgreSQL by DATABASE_URL' : 'embedded PostgreSQL',
      config.redisUrl ? 'queue on Redis' : 'queue on PostgreSQL',
      config.smtpUrl ? 'mail by SMTP' : 'mail to the local mailbox',
    ].join(', ');
  });
  if (open) {
    const { deps, close } = open as Awaited<ReturnType<typeof openDeps>>;
    await run('Database', () => checkDatabase(deps));
    await run('Sending', async () => {
      const [table] = await deps.sql<
        { found: boolean }[]
      >`select to_regclass('installation') is not null as found`;
      if (!table?.found) return 'nothing was ever sent: the database is empty';
      const lock = await readSendingLock(deps);
      if (lock.locked) throw new Error(SENDING_LOCKED[lock.reason]);
      return 'this database is the one that sent last';
    });
    await run('Clock', () => checkClock(deps));
    await run('Log', async () => {
      const found = await checkLog(deps);
      findings.push(...found);
      return found.length > 0
        ? 'its entries, signatures, keys and witness were looked at'
        : 'there is none yet';
    });
    await run('Queue', async () => {
      await deps.queue.count();
      return 'answers';
    });
    await run('Mail', async () => {
      await deps.mailer.verify();
      return deps.mailer.kind === 'local'
        ? 'kept in the local mailbox, nothing leaves'
        : 'the mail server takes connections';
    });
    await run('Sender', async () => {
      if (!deps.config.smtpUrl) return 'DNS not looked at: no mail leaves';
      findings.push(...(await checkSenders(deps)));
      return 'DNS of the domains that agencies write from was read';
    });
    if (deps.config.smtpUrl)
      findings.push(...(await checkBounceDomain(deps.config, askDns, deps.clock.now())));
    await close();
  }

  for (const finding of findings) {
    process.stdout.write(`${verdict(finding).padEnd(4)}  ${finding.check.padEnd(14)}  ${finding.says}\n`);
  }
  return findings.some((finding) => verdict(finding) === 'FAIL') ? 1 : 0;
}

function verdict({ ok, level }: Finding): 'ok' | '-' | 'warn' | 'FAIL' {
  if (ok === null) return '-';
  if (ok) return 'ok';
  return level === 'should' ? 'warn' : 'FAIL';
}

/** DKIM, DMARC and SPF of every From domain, once each; nothing to look at while no mail leaves. */
export async function checkSenders(
  deps: Pick<Deps, 'db' | 'sql' | 'config' | 'resolveTxt'>,
): Promise<Finding[]> {
  if (!deps.config.smtpUrl) return [];
  const [table] = await deps.sql<{ found: boolean }[]>`select to_regclass('agencies') is not null as found`;
  if (!table?.found) return [];
  const senders = new Map(
    (await listAgencies(deps.db)).map(({ mailFromAddress }) => [
      mailFromAddress.slice(mailFromAddress.lastIndexOf('@')),
      mailFromAddress,
    ]),
  );
  const found: Finding[] = [];
  for (const fromAddress of senders.values()) {
    found.push(...judgeSenderDns(await readSenderDns(deps.resolveTxt, { ...deps.config, fromAddress })));
  }
  return found;
}

/** Nothing to look at in a database that was never brought to this version. */
async function checkLog(deps: Deps): Promise<Finding[]> {
  const [table] = await deps.sql<
    { found: boolean }[]
  >`select to_regclass('log_entries') is not null as found`;
  return table?.found ? checkLogHealth(deps) : [];
}

async function checkDataFolder(dataDir: string): Promise<string> {
  mkdirSync(dataDir, { recursive: true });
  accessSync(dataDir, constants.W_OK);
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  if (free < LEAST_FREE_BYTES) {
    throw new Error(`${dataDir} has only ${Math.floor(free / 1024 ** 2)} MB free; it needs 1 GB`);
  }
  return `${dataDir}, ${Math.floor(free / 1024 ** 3)} GB free`;
}

async function checkDatabase(deps: Deps): Promise<string> {
  const [row] = await deps.sql<{ version: number; shown: string }[]>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as shown`;
  if (!row || row.version < OLDEST_POSTGRES)
    throw new Error(`PostgreSQL ${row?.shown} is too old; 15 or later is needed`);
  return `PostgreSQL ${row.shown}`;
}

async function checkClock(deps: Deps): Promise<string> {
  const skew = Math.abs(await readClockSkew(deps.db, deps.clock));
  if (skew > MOST_CLOCK_SKEW_MS) {
    throw new Error(
      `this machine and the database differ by ${Math.round(skew / 1000)} seconds, so nothing is sent from here; set both by NTP`,
    );
  }
  return 'this machine and the database agree';
}
