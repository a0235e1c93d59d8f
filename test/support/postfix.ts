import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export type TestPostfix = { url: string; log(): Promise<string>; stop(): Promise<void> };

const DAEMONS = '/usr/lib/postfix/sbin';

/** Why no Postfix can be started here; null when one can. Its master wants to begin as root. */
export function whyNoPostfix(): string | null {
  if (spawnSync('postconf', ['-d', 'mail_version'], { stdio: 'ignore' }).status !== 0)
    return 'postfix is not installed';
  return process.getuid?.() === 0 ? null : 'postfix starts only as root';
}

/**
 * Debian's Postfix with a configuration and a queue of its own in a temporary folder, on loopback only. Mail goes
 * where `routes` says and nowhere else: to `smtp:[127.0.0.1]:port`, or to `error:` with a status.
 */
export async function startPostfix(routes: Record<string, string>): Promise<TestPostfix> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-postfix-'));
  await chmod(folder, 0o755);
  const inFolder = (name: string) => join(folder, name);
  await Promise.all(['spool', 'data'].map((name) => mkdir(inFolder(name))));
  const owner = Number(spawnSync('id', ['-u', 'postfix'], { encoding: 'utf8' }).stdout.trim());
  await chown(inFolder('data'), owner, 0);
  const port = await freePort();
  const transport = Object.entries(routes).map(([domain, route]) => `${domain} ${route}\n`);
  await writeFile(inFolder('transport'), `${transport.join('')}* error:5.4.4 there is no way there\n`);
  await writeFile(inFolder('main.cf'), mainCf(folder));
  await writeFile(inFolder('master.cf'), masterCf(port));
  const server = spawn('postfix', ['-c', folder, 'start-fg'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const log = async () => said + (await readFile(inFolder('log'), 'utf8').catch(() => ''));
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      spawnSync('postfix', ['-c', folder, 'stop'], { stdio: 'ignore' });
      if (server.exitCode === null) await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 20 || server.exitCode !== null) {
      const told = await log();
      await stop();
      throw new Error(`Postfix did not start:\n${told}`);
    }
    await wait(250);
  }
  return { url: `smtp://127.0.0.1:${port}?ignoreTLS=true`, log, stop };
}

const mainCf = (folder: string) => `
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = ${DAEMONS}
queue_directory = ${folder}/spool
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
myhostname = mx.ask.example
mydestination =
local_transport = error:5.1.1 nobody lives here
alias_maps =
local_recipient_maps =
smtpd_reject_unlisted_recipient = no
smtpd_peername_lookup = no
alias_database =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = texthash:${folder}/transport
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtputf8_enable = no
notify_classes =
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
maximal_queue_lifetime = 3s
bounce_queue_lifetime = 3s
delay_warning_time = 1s
`;

const masterCf = (port: number) => `
127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
