import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createDatabase } from '../../src/db/client.ts';
import { type OpenDeps, openDeps } from '../../src/deps.ts';
import { listMailbox } from '../../src/mail/local-mailbox.ts';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { raiseSendEpoch, readSendingLock } from '../../src/outreach/sending-lock.ts';
import { createTestClock } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';
import { launchWave, makeWorld, messageStates, steps } from './outreach-world.ts';

const HOUR_MS = 3_600_000;
const clock = createTestClock();
const secrets = {
  LINK_SECRET: randomBytes(32).toString('hex'),
  SUPPRESSION_SECRET: randomBytes(32).toString('hex'),
};
const errors: { msg: string; reason?: string }[] = [];
const log = pino({ level: 'error' }, { write: (line: string) => errors.push(JSON.parse(line)) });
let original: TestDatabase;
const copies: string[] = [];
const folders: string[] = [];

beforeAll(async () => {
  original = await createTestDatabase({ max: 1 });
  await original.close();
});
afterAll(async () => {
  for (const name of copies) await asAdmin(`drop database if exists ${name} with (force)`);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  await original.drop();
});

async function asAdmin(statement: string): Promise<void> {
  const admin = createDatabase(inject('databaseAdminUrl'), { max: 1 });
  await admin.sql.unsafe(statement);
  await admin.close();
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** The state of now, as a dump and its restore would give it. Nobody may be connected. */
async function backUp(url: string): Promise<string> {
  const copy = new URL(url);
  copy.pathname = `/copy_${randomBytes(6).toString('hex')}`;
  await asAdmin(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${nameOf(url)}' and pid <> pg_backend_pid()`,
  );
  await asAdmin(`create database ${nameOf(copy.href)} template ${nameOf(url)}`);
  copies.push(nameOf(copy.href));
  return copy.href;
}

async function machine(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-restore-'));
  folders.push(folder);
  return folder;
}

const open = (databaseUrl: string, dataDir: string): Promise<OpenDeps> =>
  openDeps(
    parseConfig({
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      PUBLIC_URL: 'http://localhost:8080',
      ...secrets,
    }),
    { clock, log, announce() {} },
  );

async function use<T>(
  databaseUrl: string,
  dataDir: string,
  work: (open: OpenDeps) => Promise<T>,
): Promise<T> {
  const opened = await open(databaseUrl, dataDir);
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

it('a restored database sends nothing until an administrator allows it, then each mail once', async () => {
  const first = await machine();
  const made = await use(original.url, first, async ({ deps }) => {
    await raiseSendEpoch(deps, { atOnce: true });
    const early = await makeWorld(deps, { contacts: 6 });
    const late = await makeWorld(deps, { contacts: 4 });
    await deps.sql`update contacts set email = 'late.' || email, email_key = 'late.' || email_key
      where id = any(${late.contactIds}::bigint[])`;
    const inTwentyHours = new Date(clock.now().getTime() + 20 * HOUR_MS);
    const agency = await makeAgency({ deps });
    return {
      earlyWave: await launchWave(deps, early),
      lateWave: await launchWave(deps, late, {
        touches: late.contactIds.map((contactId, i) => ({
          contactId,
          employerId: late.employerIds[i]!,
          asks: [{ kind: 'credential', credentialId: late.credentialIds[0]! }],
          steps: steps(inTwentyHours),
        })),
      }),
      admin: await makeStaff({ deps }, agency.id, 'admin'),
      editor: await makeStaff({ deps }, agency.id, 'editor'),
    };
  });
  const backup = await backUp(original.url);
  await use(original.url, first, async ({ deps }) => {
    expect(await sendDueMessages(deps)).toMatchObject({ sent: 6 });
  });

  clock.advance(30 * HOUR_MS);
  await use(backup, first, async ({ deps }) => {
    expect(await readSendingLock(deps)).toEqual({ locked: true, reason: 'older_copy' });
    // A claim sees it for itself, before anybody has locked anything.
    expect(await claimMessages(deps, { limit: 50 })).toMatchObject({ messages: [], exhausted: true });
    expect(await raiseSendEpoch(deps, { atOnce: true })).toEqual({ locked: true });
    for (let i = 0; i < 3; i += 1) expect(await sendDueMessages(deps)).toMatchObject({ sent: 0, refused: 0 });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ reason: 'older_copy' });
    expect((await listMailbox(join(first, 'mailbox'), { limit: 100 })).total).toBe(6);

    const app = await buildApp(deps);
    const editor = await signInAs({ app, deps }, made.editor.id);
    const seen = (await editor.get('/staff')).body;
    expect(seen).toContain('No mail is sent');
    expect(seen).toContain('10 mails wait');
    expect(seen).toContain('6 mails have missed their time');
    expect(seen).not.toContain('Allow sending again');
    expect((await editor.post('/staff/sending/unlock')).statusCode).toBe(403);
    expect(await sendDueMessages(deps)).toMatchObject({ sent: 0 });

    const admin = await signInAs({ app, deps }, made.admin.id);
    expect((await admin.get('/staff')).body).toContain('Allow sending again');
    expect((await admin.post('/staff/sending/unlock')).statusCode).toBe(303);
    expect((await admin.post('/staff/sending/unlock')).statusCode).toBe(409);
    expect((await admin.get('/staff')).body).not.toContain('No mail is sent');
    const audit = await deps.sql`select actor_id from audit_events where action = 'sending.unlocked'`;
    expect(audit.map((row) => Number(row.actor_id))).toEqual([made.admin.id]);

    expect(await sendDueMessages(deps)).toMatchObject({ sent: 4, refused: 6 });
    expect(await sendDueMessages(deps)).toMatchObject({ sent: 0, refused: 0 });
    expect(await messageStates(deps, made.earlyWave)).toEqual({ 'expired: too_late': 6 });
    expect(await messageStates(deps, made.lateWave)).toEqual({ sent: 4 });
    expect(await readSendingLock(deps)).toEqual({ locked: false });
    await app.close();
  });
  const { messages, total } = await listMailbox(join(first, 'mailbox'), { limit: 100 });
  expect(total).toBe(10);
  expect(new Set(messages.map(({ to }) => to)).size).toBe(10);
});

it('a new machine believes the database, one that lagged catches up, and one unlocking satisfies all', async () => {
  const [ahead, behind, fresh] = [await machine(), await machine(), await machine()];
  const worked = await backUp(original.url);
  const start = (dataDir: string, url = worked) =>
    use(url, dataDir, ({ deps }) => raiseSendEpoch(deps, { atOnce: true }));
  expect(await start(behind)).toEqual({ locked: false });
  const backup = await backUp(worked);
  for (let i = 0; i < 3; i += 1) expect(await start(ahead)).toEqual({ locked: false });
  expect(await start(behind)).toEqual({ locked: false });
  expect(await start(ahead)).toEqual({ locked: false });

  expect(await start(behind, backup)).toEqual({ locked: true });
  expect(await start(ahead, backup)).toEqual({ locked: true });
  // Once it is locked, not even a machine that never sent may.
  expect(await start(fresh, backup)).toEqual({ locked: true });
  await use(backup, fresh, async ({ deps }) => {
    const agency = await makeAgency({ deps });
    const app = await buildApp(deps);
    const admin = await signInAs({ app, deps }, (await makeStaff({ deps }, agency.id, 'admin')).id);
    expect((await admin.post('/staff/sending/unlock')).statusCode).toBe(303);
    await app.close();
  });
  for (const dataDir of [behind, ahead, fresh])
    expect(await start(dataDir, backup)).toEqual({ locked: false });
});

it('a database of another installation does not send with this folder', async () => {
  const folder = await machine();
  const url = await backUp(original.url);
  await use(url, folder, async ({ deps }) => {
    await raiseSendEpoch(deps, { atOnce: true });
    await deps.db.execute(sql`update installation set installation_id = 'another', send_epoch = 1000`);
    expect(await readSendingLock(deps)).toEqual({ locked: true, reason: 'other_installation' });
    expect(await raiseSendEpoch(deps, { atOnce: true })).toEqual({ locked: true });
  });
});
