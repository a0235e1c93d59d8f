import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordAudit } from '../../src/agencies/record-audit.ts';
import { APP_ROLE, makeAppRole } from '../../src/db/app-role.ts';
import type { Db } from '../../src/db/client.ts';
import { createDatabase } from '../../src/db/client.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { runExportLogCommand, runKeysCommand, runVerifyLogCommand } from '../../src/ledger/commands.ts';
import { eraseOpenings } from '../../src/ledger/erase-openings.ts';
import { findLastCheckpoint, makeCheckpoint, openOrigin } from '../../src/ledger/make-checkpoint.ts';
import { openCheckpoint, readCheckpoint } from '../../src/ledger/rules/checkpoint.ts';
import { currentKey, toJwks } from '../../src/ledger/rules/keys.ts';
import { sequenceLog } from '../../src/ledger/sequence-log.ts';
import { listSigningKeys, rotateKeys } from '../../src/ledger/signing-keys.ts';
import { tendLog } from '../../src/ledger/tend-log.ts';
import { countEntries, storedTree } from '../../src/ledger/tree.ts';
import { verifyStoredLog } from '../../src/ledger/verify-stored-log.ts';
import { consistencyProof, isConsistent } from '../../src/lib/merkle.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

let test: TestApp;

beforeAll(async () => {
  test = await createTestApp({ settings: { WITNESS_ADDRESS: 'auditor@witness.example' } });
});
afterAll(() => test.close());

async function doThings(count: number, db: Db = test.deps.db): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await recordAudit(db, {
      at: test.clock.now(),
      agencyId: null,
      actorKind: 'system',
      actorId: null,
      action: 'thing.done',
      subjectType: 'thing',
      subjectId: at + 1,
      details: { number: at },
    });
  }
}

async function signed() {
  await sequenceLog(test.deps);
  const made = await makeCheckpoint(test.deps);
  if (!made.ok) throw new Error(made.reason);
  return made.checkpoint;
}

const undo = new Error('undo');

/** What verify-log finds after somebody with all rights over the database did this. */
async function findingsAfter(tamper: (db: Db) => Promise<unknown>): Promise<string[]> {
  let says: string[] = [];
  await test.deps.db
    .transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tamper(tx);
      const verdict = await verifyStoredLog({ db: tx });
      says = verdict.checks.filter(({ ok }) => !ok).map((check) => check.says);
      expect(verdict.ok).toBe(says.length === 0);
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  return says;
}

describe('the log', () => {
  it('takes in what was done, in order, and holds', async () => {
    await doThings(20);
    const first = await signed();
    await doThings(580);
    const second = await signed();
    // And the entries about the key and the name that the first signature made.
    expect(second.size).toBe(first.size + 582);
    const verdict = await verifyStoredLog(test.deps);
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(verdict.entries).toBe(second.size);
    const keys = (await listSigningKeys(test.deps.db)).map(({ publicKey }) => publicKey);
    expect(openCheckpoint(second.note, keys)).toMatchObject({ size: second.size });
    const proof = await consistencyProof(first.size, second.size, storedTree(test.deps.db));
    expect(isConsistent(readCheckpoint(first.note)!, readCheckpoint(second.note)!, proof)).toBe(true);
    // Nothing was done since: nothing to append and nothing new to sign.
    expect(await sequenceLog(test.deps)).toBe(0);
    expect(await makeCheckpoint(test.deps)).toMatchObject({ ok: true, checkpoint: { id: second.id } });
  });

  it('says nothing of what was done', async () => {
    const [row] = await test.deps.sql`
      select e.commitment, encode(sha256(convert_to(to_jsonb(a)::text, 'UTF8')), 'hex') as plain
      from log_entries e join log_openings o using (leaf_index) join audit_events a on a.id = o.source_id limit 1`;
    expect(row!.commitment.toString('hex')).not.toBe(row!.plain);
  });

  it.each<[string, (db: Db) => Promise<unknown>, RegExp]>([
    [
      'a row was altered',
      (db) =>
        db.execute(
          sql`update audit_events set action = 'thing.undone' where id = (select source_id from log_openings where leaf_index = 312)`,
        ),
      /^Entry 312 \(audit event \d+\) was altered/,
    ],
    [
      'a time was altered by a microsecond',
      (db) =>
        db.execute(
          sql`update audit_events set at = at + interval '1 microsecond' where id = (select source_id from log_openings where leaf_index = 312)`,
        ),
      /^Entry 312 \(audit event \d+\) was altered/,
    ],
    [
      'a row was dropped',
      (db) =>
        db.execute(
          sql`delete from audit_events where id = (select source_id from log_openings where leaf_index = 40)`,
        ),
      /^Entry 40: audit event \d+, which it logged, is gone/,
    ],
    [
      'an entry was altered',
      (db) => db.execute(sql`update log_entries set commitment = sha256('x') where leaf_index = 312`),
      /^Entry 312 was altered: it does not follow/,
    ],
    [
      'the hash of an entry was altered',
      (db) => db.execute(sql`update log_entries set leaf_hash = sha256('x') where leaf_index = 560`),
      /^Entry 560 was altered/,
    ],
    [
      'an entry was dropped',
      (db) => db.execute(sql`delete from log_entries where leaf_index = 7`),
      /^Entry 7 is missing/,
    ],
    [
      'entries were dropped',
      (db) => db.execute(sql`delete from log_entries where leaf_index between 100 and 300`),
      /^Entries 100 to 300 are missing/,
    ],
    [
      'entries were exchanged',
      (db) =>
        db.execute(sql`
          with a as (select * from log_entries where leaf_index = 50), b as (select * from log_entries where leaf_index = 51)
          update log_entries e set commitment = s.commitment, leaf_hash = s.leaf_hash
          from (select 50 as at, commitment, leaf_hash from b union all select 51, commitment, leaf_hash from a) s
          where e.leaf_index = s.at`),
      /^Entry 50 was altered/,
    ],
    [
      'the log was cut off',
      (db) => db.execute(sql`delete from log_entries where leaf_index >= 590`),
      /^The log ends after 590 entries, but the database holds a checkpoint of \d+: Entries 590 to \d+ are cut off/,
    ],
    [
      'what opens an entry was deleted',
      (db) => db.execute(sql`delete from log_openings where leaf_index = 5`),
      /^Entry 5: what opens it was deleted, and no erasure was logged/,
    ],
    [
      'a row was put in behind its back',
      async (db) => {
        await db.execute(sql`update log_cursors set settled = 1000000 where kind = 'audit_event'`);
        await doThings(1, db);
      },
      /^One audit event is not in the log and should be, the first with id \d+/,
    ],
    [
      'a checkpoint was altered',
      (db) => db.execute(sql`update log_checkpoints set note = replace(note, E'\n20\n', E'\n21\n')`),
      /^The checkpoint of 21 entries in the database is not signed by a known key/,
    ],
    [
      'a tile was altered',
      (db) =>
        db.execute(
          sql`update log_tiles set hashes = set_byte(hashes, 32 * 12, (get_byte(hashes, 32 * 12) + 1) % 256) where level = 0 and tile = 0`,
        ),
      /^Entry 12 was altered: the tree's tile holds another hash/,
    ],
  ])('is found out when %s', async (_what, tamper, words) => {
    const says = await findingsAfter(tamper);
    expect(says[0]).toMatch(words);
  });

  it('is found out by a witness when the whole of it was rewritten and signed anew', async () => {
    const before = await signed();
    await doThings(3);
    const verdict = await verifyStoredLog(test.deps, {
      elsewhere: [
        {
          note: before.note.replace(/^([^\n]*\n\d+\n).{43}=/, `$1${'A'.repeat(43)}=`),
          from: 'the witness’s file',
        },
      ],
    });
    // A forged note is refused; a true one of another history is the next test's.
    expect(verdict.checks.find(({ ok }) => !ok)?.says).toMatch(/not signed by a known key/);
    expect(
      (await verifyStoredLog(test.deps, { elsewhere: [{ note: before.note, from: 'a mail' }] })).ok,
    ).toBe(true);
  });

  it('is not signed when it no longer leads on from what was signed, and can begin anew under another name', async () => {
    const last = await signed();
    const other = await createTestApp();
    try {
      await doThings(5, other.deps.db);
      await sequenceLog(other.deps);
      // The folder of keys remembers more than a database that was put back to an earlier day.
      await other.deps.db.transaction(async (tx) => {
        await tx.execute(sql`insert into log_origins (origin, opened_at) values (${last.origin}, now())`);
      });
      const file = join(other.deps.config.signingKeysDir, 'last-checkpoint');
      await mkdir(other.deps.config.signingKeysDir);
      await writeFile(file, last.note);
      expect(await makeCheckpoint(other.deps)).toEqual({ ok: false, reason: 'rolled_back' });
      await doThings(last.size, other.deps.db);
      await sequenceLog(other.deps);
      expect(await makeCheckpoint(other.deps)).toEqual({ ok: false, reason: 'rewritten' });
      expect(await findLastCheckpoint(other.deps.db)).toBeNull();
      const origin = await other.deps.db.transaction((tx) => openOrigin(tx, other.deps, 'restored'));
      expect(origin).not.toBe(last.origin);
      expect(await makeCheckpoint(other.deps)).toMatchObject({ ok: true, checkpoint: { origin } });
    } finally {
      await other.close();
    }
  });

  it('keeps nothing of what was erased, says so, and still holds', async () => {
    await sequenceLog(test.deps);
    const before = await countEntries(test.deps.db);
    const [opening] = await test.deps.sql`select source_id as id from log_openings where leaf_index = 9`;
    await test.deps.db.transaction((tx) =>
      eraseOpenings(tx, {
        kind: 'audit_event',
        sourceIds: [opening!.id],
        basis: 'retention rule 1',
        now: test.clock.now(),
      }),
    );
    await sequenceLog(test.deps);
    expect(await countEntries(test.deps.db)).toBe(before + 1);
    const verdict = await verifyStoredLog(test.deps);
    expect(verdict.ok).toBe(true);
    expect(verdict.checks.map(({ says }) => says).join()).toContain('1 entries can no longer be opened');
    // The erasure itself cannot be taken back unseen.
    expect(await findingsAfter((db) => db.execute(sql`delete from log_erasures`))).toHaveLength(2);
  });

  it('loses no row that was committed late, and takes none twice', async () => {
    const late = createDatabase(test.databaseUrl, { max: 1 });
    try {
      let letCommit = () => {};
      const mayCommit = new Promise<void>((resolve) => {
        letCommit = resolve;
      });
      let written = () => {};
      const isWritten = new Promise<void>((resolve) => {
        written = resolve;
      });
      const slow = late.db.transaction(async (tx) => {
        await doThings(1, tx);
        written();
        await mayCommit;
      });
      await isWritten;
      await doThings(4);
      await sequenceLog(test.deps);
      // As if more than a minute had passed: what was seen may not settle while the slow one still runs.
      await test.deps.sql`update log_cursors set candidate_at = candidate_at - interval '1 hour'`;
      await sequenceLog(test.deps);
      await test.deps.sql`update log_cursors set candidate_at = candidate_at - interval '1 hour'`;
      await sequenceLog(test.deps);
      const settled = await test.deps.sql`select settled from log_cursors where kind = 'audit_event'`;
      const highest = await test.deps.sql`select max(id) as id from audit_events`;
      expect(settled[0]!.settled).toBeLessThan(highest[0]!.id - 4);
      letCommit();
      await slow;
      expect(await sequenceLog(test.deps)).toBe(1);
      await test.deps.sql`update log_cursors set candidate_at = candidate_at - interval '1 hour'`;
      await sequenceLog(test.deps);
      expect(await sequenceLog(test.deps)).toBe(0);
      expect((await verifyStoredLog(test.deps)).ok).toBe(true);
    } finally {
      await late.close();
    }
  });

  it('grows by one end, whoever appends', async () => {
    await Promise.all([doThings(30), doThings(30), doThings(30)]);
    const made = await Promise.all([sequenceLog(test.deps), sequenceLog(test.deps), sequenceLog(test.deps)]);
    expect(made.reduce((sum, some) => sum + some, 0)).toBe(90);
    expect((await verifyStoredLog(test.deps)).ok).toBe(true);
  });

  it('is written once: its tables refuse change, deletion and emptying', async () => {
    const tables = [
      'audit_events',
      'log_entries',
      'log_tiles',
      'log_checkpoints',
      'log_origins',
      'log_erasures',
    ];
    for (const table of tables) {
      const run = (statement: string) => test.deps.sql.unsafe(statement);
      const [column] = await test.deps
        .sql`select column_name as name from information_schema.columns where table_name = ${table} and is_identity = 'NO' limit 1`;
      await expect(run(`update ${table} set ${column!.name} = ${column!.name}`)).rejects.toThrow(
        'append-only',
      );
      await expect(run(`delete from ${table}`)).rejects.toThrow('append-only');
      await expect(run(`truncate ${table}`)).rejects.toThrow('append-only');
    }
    await expect(test.deps.sql`delete from signing_keys`).rejects.toThrow('only retired');
  });
});

describe('a role that owns the tables without being a superuser', () => {
  it('has no right to change the log, and can do everything else', async () => {
    const name = `owner_${Date.now()}`;
    const admin = test.deps.sql;
    await admin.unsafe(`create role ${name} login createdb password 'secret'`);
    await admin.unsafe(`create database ${name} owner ${name}`);
    const url = new URL(test.databaseUrl);
    Object.assign(url, { username: name, password: 'secret', pathname: `/${name}` });
    try {
      await migrateDatabase(url.href);
      const { sql: own, db, close } = createDatabase(url.href, { max: 2 });
      try {
        await doThings(3, db);
        expect(await sequenceLog({ db })).toBe(3);
        for (const table of ['audit_events', 'log_entries', 'log_checkpoints', 'evidence_seals']) {
          await expect(own.unsafe(`delete from ${table}`)).rejects.toThrow('permission denied');
          await expect(own.unsafe(`truncate ${table}`)).rejects.toThrow('permission denied');
        }
        await expect(own`update audit_events set action = 'x'`).rejects.toThrow('permission denied');
        await expect(own`update evidence_snapshots set packet = 'x'`).rejects.toThrow('permission denied');
        // A foreign key into a table that may not be changed can still be checked.
        await expect(own`
          insert into evidence_seals values (1, 0, 'k', 's', 's', 'p', now())`).rejects.toThrow(
          'foreign key',
        );
        expect((await verifyStoredLog({ db })).ok).toBe(true);
      } finally {
        await close();
      }
    } finally {
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.unsafe(`drop role ${name}`);
    }
  }, 60_000);
});

describe('the role that the application takes on the embedded server', () => {
  it('appends and signs, and cannot change what was appended', async () => {
    await makeAppRole(test.databaseUrl);
    await migrateDatabase(test.databaseUrl);
    const { db, sql: own, close } = createDatabase(test.databaseUrl, { max: 2, role: APP_ROLE });
    try {
      await doThings(2, db);
      await sequenceLog({ db });
      expect(await makeCheckpoint({ ...test.deps, db })).toMatchObject({ ok: true });
      const [row] = await own`select current_user as name`;
      expect(row!.name).toBe(APP_ROLE);
      for (const table of ['audit_events', 'log_entries', 'log_checkpoints', 'evidence_snapshots']) {
        await expect(own.unsafe(`delete from ${table}`)).rejects.toThrow('permission denied');
        await expect(own.unsafe(`truncate ${table}`)).rejects.toThrow('permission denied');
      }
      await expect(own`update log_entries set commitment = ''`).rejects.toThrow('permission denied');
      await expect(own`alter table audit_events disable trigger all`).rejects.toThrow('must be owner');
      await expect(own`set session_replication_role = replica`).rejects.toThrow('permission denied');
    } finally {
      await close();
    }
  });
});

describe('signing keys', () => {
  it('are kept for their owner alone, and replace one another with notice', async () => {
    const [first] = await listSigningKeys(test.deps.db);
    const file = join(test.deps.config.signingKeysDir, `${first!.kid}.pem`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const startsAt = new Date(test.clock.now().getTime() + 24 * 3_600_000);
    const next = await rotateKeys(test.deps, { startsAt });
    await expect(rotateKeys(test.deps, { startsAt })).rejects.toThrow('already waits');
    const keys = await listSigningKeys(test.deps.db);
    expect(toJwks(keys).keys).toHaveLength(2);
    expect(currentKey(keys, test.clock.now())?.kid).toBe(first!.kid);
    expect(currentKey(keys, startsAt)?.kid).toBe(next.kid);
    await doThings(1);
    expect((await signed()).kid).toBe(first!.kid);
    test.clock.set(startsAt);
    await doThings(1);
    expect((await signed()).kid).toBe(next.kid);
    // What the old one signed still holds.
    expect((await verifyStoredLog(test.deps)).ok).toBe(true);
  });

  it('sign nothing on a machine that does not hold the private one, and none is made in its place', async () => {
    await doThings(1);
    await sequenceLog(test.deps);
    const elsewhere = { ...test.deps, config: { ...test.deps.config, signingKeysDir: '/nowhere' } };
    expect(await makeCheckpoint(elsewhere)).toEqual({ ok: false, reason: 'no_key' });
    expect(await listSigningKeys(test.deps.db)).toHaveLength(2);
  });
});

describe('the witness', () => {
  it('gets a checkpoint a day while the log grows, and can check it from the mail alone', async () => {
    await tendLog(test.deps);
    const mails = (await test.mails()).filter(({ to }) => to.includes('witness.example'));
    expect(mails).toHaveLength(1);
    await doThings(1);
    test.clock.advance(2 * 3_600_000);
    await tendLog(test.deps);
    expect((await test.mails()).filter(({ to }) => to.includes('witness.example'))).toHaveLength(1);
    test.clock.advance(24 * 3_600_000);
    await tendLog(test.deps);
    expect((await test.mails()).filter(({ to }) => to.includes('witness.example'))).toHaveLength(2);

    const folder = await mkdtemp(join(tmpdir(), 'countersign-log-'));
    try {
      const said: string[] = [];
      const out = { write: (text: string) => said.push(text) };
      const withDeps = (<T>(use: (deps: TestApp['deps']) => Promise<T>) => use(test.deps)) as never;
      const mail = join(folder, 'witness.txt');
      await writeFile(mail, mails[0]!.text);
      expect(await runVerifyLogCommand(['--witness', mail], withDeps, out)).toBe(0);

      const [log, opened, keys] = ['log', 'opened', 'keys'].map((name) => join(folder, name));
      expect(await runExportLogCommand([log!], withDeps, out)).toBe(0);
      expect(await runExportLogCommand([opened!, '--open'], withDeps, out)).toBe(0);
      said.length = 0;
      expect(await runKeysCommand(['jwks'], withDeps, out)).toBe(0);
      await writeFile(keys!, said.join(''));
      for (const file of [log!, opened!]) {
        expect(await runVerifyLogCommand([file, '--key', keys!, '--witness', mail], withDeps, out)).toBe(0);
      }
      expect(await readFile(log!, 'utf8')).not.toContain('thing.done');
      const altered = (await readFile(opened!, 'utf8')).replace('"number":3', '"number":4');
      await writeFile(opened!, altered);
      said.length = 0;
      expect(await runVerifyLogCommand([opened!, '--key', keys!], withDeps, out)).toBe(1);
      expect(said.join('')).toMatch(/FAIL {2}Entry \d+ was altered: what it says now is not what was logged/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
