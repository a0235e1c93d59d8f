import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSignInLink } from '../agencies/request-sign-in.ts';
import { buildApp } from '../app.ts';
import { type Config, loadConfig } from '../config/config.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { type Deps, type OpenDeps, openDeps } from '../deps.ts';
import { closeOnSignal, closeParts, type Part } from '../lib/close-on-signal.ts';
import { mailboxPath } from '../outreach/paths.ts';
import { depsPart, listen, serverPart, startWorkerIn } from '../server.ts';
import { credentialPath, homePath } from '../site/paths.ts';
import { freezeWhatMet } from './freeze-what-met.ts';
import { launchSampleWaves } from './launch-sample-waves.ts';
import { DISPUTED_CREDENTIAL, loadSampleState, type SampleState } from './load-sample-state.ts';
import { createProgress, type Progress } from './progress.ts';
import {
  countInvitationMails,
  countMeetingAnswers,
  countSample,
  countWaiting,
  findDecidedSlug,
} from './queries.ts';
import { createSimulation } from './simulate-employers.ts';
import { type DemoReport, summaryText } from './summary.ts';

/** The same seed makes the same people do the same things. */
const SEED = 'countersign demo 1';

/**
 * `countersign demo`: the main job on a sample state, from an empty data folder of its own. Returns the exit code with
 * `--once`; otherwise the process keeps serving until it is told to stop.
 */
export async function runDemoCommand(argv: string[]): Promise<number | undefined> {
  const { values } = parseArgs({
    args: argv,
    options: { once: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const startedAt = performance.now();
  // Progress goes to stderr, so that with --json the last line of stdout is the object and nothing but it.
  const progress = createProgress(process.stderr);
  const parts: Part[] = [];
  try {
    const open = await openFresh(progress, parts);
    closeOnSignal(parts, open.deps);
    const { report, state } = await play(open, progress, startedAt);
    if (!values.once || !values.json) process.stdout.write(`\n${summaryText(report)}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (values.once) {
      await closeParts(parts);
      return 0;
    }
    await tellWhere(open.deps, state);
    return undefined;
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

/** Everything embedded, whatever the settings name: a demo must never touch a real database or send a real mail. */
async function openFresh(progress: Progress, parts: Part[]): Promise<OpenDeps> {
  const step = progress.step('Starting PostgreSQL, queue and server');
  const config = await demoConfig(loadConfig());
  const open = await openDeps(config, { freshDatabase: true });
  parts.push(depsPart(open));
  // Only now: while another demo uses the folder, its database refuses us before its mails are gone.
  await rm(join(config.dataDir, 'mailbox'), { recursive: true, force: true });
  await rm(join(config.dataDir, 'keys'), { recursive: true, force: true });
  await rm(join(config.dataDir, 'uploads'), { recursive: true, force: true });
  await migrateDatabase(open.databaseUrl, { log: open.deps.log });
  const app = await buildApp(open.deps);
  parts.push(serverPart(app));
  await listen(app, open.deps);
  parts.push(await startWorkerIn(open));
  step.finish(config.publicUrl);
  return open;
}

async function demoConfig(config: Config): Promise<Config> {
  const port = await freePort(config.host, config.port);
  return {
    ...config,
    port,
    publicUrl: `http://localhost:${port}`,
    messageIdDomain: 'demo.example',
    dataDir: join(config.dataDir, 'demo'),
    // The keys of a real installation, wherever they are, are not the demo's to use.
    signingKeysDir: join(config.dataDir, 'demo', 'keys'),
    databaseUrl: null,
    redisUrl: null,
    smtpUrl: null,
    dkim: null,
    bounceDomain: null,
    mailIn: null,
    linkSecret: null,
    suppressionSecret: null,
    // The simulated employers say from where they come as visitors through a proxy do.
    trustedProxies: ['127.0.0.1', '::1'],
    logLevel: config.logLevel === 'info' ? 'error' : config.logLevel,
    // All simulated employers share this machine's address.
    rateLimits: { perLink: 10_000_000, perAddress: 10_000_000, failuresPerAddress: 10_000_000 },
  };
}

/** The port of the settings, or any other when a program has it already. */
async function freePort(host: string, wanted: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | null>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(null));
      server.listen(port, host, () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
      });
    });
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted;
}

async function play(
  open: OpenDeps,
  progress: Progress,
  startedAt: number,
): Promise<{ report: DemoReport; state: SampleState }> {
  const { deps } = open;
  const loading = progress.step('Loading the sample state', LOADING_STEPS);
  let loaded = 0;
  const state = await loadSampleState(deps, {
    seed: SEED,
    onStep: () => {
      loading.update(loaded);
      loaded += 1;
    },
  });
  const sample = await countSample(deps.db);
  loading.finish(
    `${sample.employers} employers, ${sample.contacts} contacts, ${sample.credentials} credentials`,
  );

  const planning = progress.step('Planning, approving, launching waves');
  const wave = await launchSampleWaves(deps, state, (waveId) =>
    waitUntil(async () => (await countInvitationMails(deps.db, [waveId])).waiting === 0),
  );
  planning.finish(`${wave.asks} asks in ${wave.touches} mails`);

  const sending = progress.step('Sending to the local mailbox', wave.touches);
  await waitUntil(async () => {
    const { sent, waiting } = await countInvitationMails(deps.db, wave.waveIds);
    sending.update(sent, wave.touches);
    return waiting === 0;
  });
  const { sent } = await countInvitationMails(deps.db, wave.waveIds);
  sending.finish(`${sent} sent`);

  const answering = progress.step('Employers answer over HTTP', sent);
  const simulation = createSimulation({
    mailbox: join(deps.config.dataDir, 'mailbox'),
    seed: SEED,
    disputed: DISPUTED_CREDENTIAL,
  });
  // Colleagues who were named get a mail of their own, which a second round reads.
  let people = await simulation.run((done, known) => answering.update(done, known));
  for (let round = 0; round < 3; round += 1) {
    await waitUntil(async () => (await countWaiting(deps.db, deps.clock.now())) === 0);
    people = await simulation.run((done, known) => answering.update(done, known));
  }
  answering.finish(`${people.answered} answered, ${people.requests} requests`);

  const freezing = progress.step('Freezing what met its number');
  const { tallies, approvalRecords } = await freezeWhatMet(deps, state, (done, total) =>
    freezing.update(done, total),
  );
  freezing.finish(`${approvalRecords.length} approval records`);

  const { requests: _requests, ...invitations } = people;
  const report: DemoReport = {
    ...sample,
    contacts: (await countSample(deps.db)).contacts,
    wave: { asks: wave.asks, touches: wave.touches, sent, deferred: wave.deferred },
    invitations,
    committee: await countMeetingAnswers(deps.db, state.meetingId),
    tallies,
    approvalRecords,
    elapsedMs: Math.round(performance.now() - startedAt),
  };
  return { report, state };
}

const LOADING_STEPS = 4;
const POLL_MS = 50;
const PATIENCE_MS = 120_000;

/** The worker runs beside us; what it has done is seen in the message rows. */
async function waitUntil(isDone: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isDone())) {
    if (performance.now() - startedAt > PATIENCE_MS) {
      throw new Error('The worker has not sent what was due within two minutes');
    }
    await wait(POLL_MS);
  }
}

async function tellWhere(deps: Deps, state: SampleState): Promise<void> {
  const { publicUrl } = deps.config;
  const slug = await findDecidedSlug(deps.db, state.k12.listId);
  deps.announce('');
  deps.announce('Sample data: the agencies and people are invented, the employers and credentials are real.');
  deps.announce(`Console (one-time sign-in link):  ${await createSignInLink(deps, state.k12.editor)}`);
  deps.announce(`  as the second person:           ${await createSignInLink(deps, state.k12.approver)}`);
  deps.announce(`Mailbox, what was sent:           ${publicUrl}${mailboxPath()}`);
  if (slug) deps.announce(`A credential's public page:       ${publicUrl}${credentialPath(slug)}`);
  deps.announce(`Public site:                      ${publicUrl}${homePath}`);
  deps.announce('Stop with Ctrl-C.');
}
