import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, getTableName, sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import type { Tx } from '../../src/db/client.ts';
import { createDatabase } from '../../src/db/client.ts';
import * as approvals from '../../src/db/schema/approvals.ts';
import * as committees from '../../src/db/schema/committees.ts';
import * as cycles from '../../src/db/schema/cycle-proposals.ts';
import * as delivery from '../../src/db/schema/delivery.ts';
import * as files from '../../src/db/schema/documents.ts';
import * as register from '../../src/db/schema/employers.ts';
import * as evidence from '../../src/db/schema/evidence.ts';
import * as records from '../../src/db/schema/records.ts';
import * as submitted from '../../src/db/schema/submissions.ts';
import * as votes from '../../src/db/schema/votes.ts';
import { readPacketFile } from '../../src/evidence/packet-queries.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { runVerifyCommand } from '../../src/evidence/verify-command.ts';
import { makeCheckpoint } from '../../src/ledger/make-checkpoint.ts';
import { toJwks } from '../../src/ledger/rules/keys.ts';
import { sequenceLog } from '../../src/ledger/sequence-log.ts';
import { listSigningKeys } from '../../src/ledger/signing-keys.ts';
import { verifyStoredLog } from '../../src/ledger/verify-stored-log.ts';
import { applyRetention } from '../../src/records/apply-retention.ts';
import { confirmRetention, proposeRetention } from '../../src/records/change-retention.ts';
import { placeHold } from '../../src/records/hold-records.ts';
import { IMPERSONAL_COLUMNS, PERSONAL_COLUMNS } from '../../src/records/personal-columns.ts';
import { RETENTION_CLASSES, type RetentionMonths } from '../../src/records/types.ts';
import { HOLD_OUTCOMES } from '../../src/surveys/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';

const MARK = 'Ann Personal';
const ANSWERS = 11;
const LONG_AGO = month(1);
const NOW = month(40);

let test: TestApp;
let world: World;
let credentialId: number;
let kept: { packet: string; snapshotId: number; checkpoint: string; keys: string };
let folder: string;

beforeAll(async () => {
  test = await createTestApp();
  folder = await mkdtemp(join(tmpdir(), 'countersign-retention-'));
  test.clock.set(month(2));
  const { db } = test.deps;
  world = await createWorld(db);
  credentialId = await createCredential(db);
  const [agencyId, ada, ben] = [world.agency.id, world.staff[0].id, world.staff[1].id];
  const list = await createList(test.deps, {
    agencyId,
    staffId: ada,
    name: 'Ours',
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!list.ok) throw new Error(list.reason);
  const sent = await submitApplication(test.deps, { agencyId, staffId: ada, ...list, credentialId });
  if (!sent.ok) throw new Error(sent.reason);
  const { applicationId } = sent;
  await employersSay(db, world, credentialId, ANSWERS, month(0), { answeredAt: LONG_AGO });
  const { freezeRequestId } = await requestFreeze(test.deps, {
    agencyId,
    staffId: ada,
    applicationId,
    note: '',
  });
  const frozen = await confirmFreeze(test.deps, { agencyId, staffId: ben, applicationId, freezeRequestId });
  if (!frozen.ok) throw new Error(frozen.reason);
  await fillEverything(applicationId);
  await sequenceLog(test.deps);
  const made = await makeCheckpoint(test.deps);
  if (!made.ok) throw new Error(made.reason);
  const [snapshot] = await db
    .select()
    .from(evidence.evidenceSnapshots)
    .where(eq(evidence.evidenceSnapshots.id, frozen.snapshotId));
  kept = {
    packet: (await readPacketFile(db, snapshot!))!,
    snapshotId: frozen.snapshotId,
    checkpoint: made.checkpoint.note,
    keys: JSON.stringify(toJwks(await listSigningKeys(db))),
  };
  const months = Object.fromEntries(RETENTION_CLASSES.map((name) => [name, 12])) as RetentionMonths;
  const proposed = await proposeRetention(test.deps, { agencyId, staffId: ada, months });
  if (!proposed.ok) throw new Error(proposed.reason);
  await confirmRetention(test.deps, { agencyId, staffId: ben, proposalId: proposed.proposalId });
  test.clock.set(NOW);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await test.close();
});

/** As somebody with all rights over the database, whom no trigger stops. */
function behindTheBack<T>(act: (tx: Tx) => Promise<T>): Promise<T> {
  return test.deps.db.transaction(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    return act(tx);
  });
}

/** A row of every table that has personal columns, each of these holding the mark, all of them long over. */
async function fillEverything(applicationId: number): Promise<void> {
  const [agencyId, ada, ben] = [world.agency.id, world.staff[0].id, world.staff[1].id];
  const over = { agencyId, credentialId, applicationId };
  const ended = { ...over, endedAt: LONG_AGO, endedBy: ben };
  const withdrawn = { ...over, withdrawnAt: LONG_AGO, withdrawnBy: ben };
  const days = { startsOn: '2025-01-01', endsOn: '2026-01-01' };
  await behindTheBack(async (tx) => {
    await tx.execute(sql`update answers set respondent_name = ${MARK}, respondent_title = ${MARK}`);
    await tx.execute(sql`update contacts set name = ${MARK}, title = ${MARK}, phone = ${MARK},
      email = ${MARK} || id, email_key = ${MARK} || id, email_domain = ${MARK}`);
    await tx.execute(
      sql`update invitations set draft = ${JSON.stringify({ typed: MARK })}::jsonb, expires_at = ${LONG_AGO}`,
    );
    await tx.execute(sql`update applications set state = 'decided', decision = 'denied', decided_at = ${LONG_AGO},
      applicant_name = ${MARK}, decision_reason = ${MARK}, end_reason = ${MARK}`);
    const [answer] = (await tx.execute(sql`select min(id) as id from answers`)) as unknown as [
      { id: number },
    ];
    const [invitation] = (await tx.execute(sql`select min(id) as id from invitations`)) as unknown as [
      { id: number },
    ];
    const open = { ...over, kind: 'open_link', state: 'rejected', receivedAt: LONG_AGO, openLinkId: 1 };
    await fill(tx, submitted.submissions, open);
    await fill(tx, submitted.submissions, {
      ...over,
      kind: 'phone',
      state: 'rejected',
      receivedAt: LONG_AGO,
      enteredBy: ada,
      saidOn: '2026-01-15',
      email: null,
      emailKey: null,
      emailDomain: null,
    });
    const committeeId = await fill(tx, committees.committees, over);
    const endsAt = new Date(LONG_AGO.getTime() + 3_600_000);
    const meetingId = await fill(tx, committees.meetings, { committeeId, startsAt: LONG_AGO, endsAt });
    await fill(tx, committees.rsvps, { meetingId, respondedAt: LONG_AGO });
    const ballotId = await fill(tx, votes.ballots, { ...withdrawn, eligible: 3, quorum: 1 });
    await fill(tx, votes.ballotVotes, { ballotId });
    await fill(tx, votes.boardLetters, withdrawn);
    await fill(tx, votes.rubricReviews, withdrawn);
    await fill(tx, votes.vendorFindings, withdrawn);
    await fill(tx, votes.mailedBallots, {
      ...over,
      state: 'cancelled',
      closesAt: LONG_AGO,
      cancelledAt: LONG_AGO,
      cancelledBy: ben,
    });
    const importId = await fill(tx, register.imports, { ...over, state: 'failed', bytes: 1 });
    await fill(tx, register.importIssues, { importId, severity: 'error' });
    await fill(tx, register.importParts, { importId, part: 1 });
    await fill(tx, records.recordsPackets, { ...over, fromDay: '2026-01-01', untilDay: '2026-02-01' });
    await fill(tx, files.documents, {
      ...over,
      bytes: MARK.length,
      sha256: 'f'.repeat(64),
      salt: Buffer.alloc(32, 1),
    });
    await fill(tx, approvals.decisions, { ...ended, state: 'confirmed', proposedBy: ada });
    await fill(tx, approvals.appeals, { ...ended, state: 'upheld' });
    await fill(tx, approvals.freezeRequests, { ...ended, state: 'withdrawn' });
    await fill(tx, approvals.criterionEvidence, over);
    await fill(tx, approvals.criterionReviews, over);
    await fill(tx, evidence.adjudications, {
      ...ended,
      state: 'ended',
      decidedAt: LONG_AGO,
      decidedBy: ben,
      endRequestedBy: ada,
      answerIds: [answer.id],
    });
    await fill(tx, evidence.conflictMarks, {
      ...over,
      setBy: ada,
      clearRequestedBy: ada,
      clearedBy: ben,
      clearedAt: LONG_AGO,
    });
    await fill(tx, committees.recusals, { ...ended, recordedBy: ada });
    await fill(tx, submitted.answerHolds, {
      answerId: answer.id,
      endedAt: LONG_AGO,
      outcome: HOLD_OUTCOMES[0],
    });
    await fill(tx, submitted.flagReviews, { invitationId: invitation.id });
    const decided = { ...over, decidedAt: LONG_AGO, decidedBy: ben, requestedBy: ada };
    await fill(tx, register.duplicateProposals, {
      ...decided,
      employerAId: 1,
      employerBId: 2,
      state: 'distinct',
      reasons: [],
      score: 1,
    });
    await fill(tx, register.identityRequests, { ...decided, state: 'confirmed' });
    await fill(tx, delivery.suppressionLifts, { ...decided, state: 'confirmed' });
    await fill(tx, cycles.cycleProposals, { ...ended, ...days, state: 'dismissed' });
    await fill(tx, records.legalHolds, {
      ...over,
      liftRequestedBy: ada,
      liftRequestedAt: LONG_AGO,
      liftedBy: ben,
      liftedAt: LONG_AGO,
    });
  });
}

const PERSONAL = new Set(
  Object.values(PERSONAL_COLUMNS).flatMap((columns) =>
    Object.entries(columns).flatMap(([table, names]) => names.map((name) => `${table}.${name}`)),
  ),
);

/** Inserts a row: what is given, the mark in personal columns, and in others whatever the column takes. */
async function fill(tx: Tx, table: PgTable, given: Record<string, unknown>): Promise<number> {
  const { columns } = getTableConfig(table);
  const keys = Object.entries(table).filter(([, column]) => columns.includes(column));
  const values = Object.fromEntries(
    keys.flatMap(([key, column]) => {
      if (key in given) return [[key, given[key]]];
      const value = valueFor(column, PERSONAL.has(`${getTableName(table)}.${column.name}`));
      return value === undefined ? [] : [[key, value]];
    }),
  );
  const [row] = await tx.insert(table).values(values).returning();
  return (row as { id: number }).id;
}

function valueFor(column: (typeof PgTable.prototype)['_']['columns'][string], isPersonal: boolean): unknown {
  const type = column.getSQLType();
  if (isPersonal) return type === 'jsonb' ? { typed: MARK } : type === 'bytea' ? Buffer.from(MARK) : MARK;
  if (!column.notNull || column.hasDefault || column.generatedIdentity) return undefined;
  if (column.enumValues?.length) return column.enumValues[0];
  if (type.startsWith('timestamp')) return LONG_AGO;
  const plain: Record<string, unknown> = {
    boolean: false,
    bytea: Buffer.alloc(32, 1),
    date: '2026-01-15',
    jsonb: {},
    text: 'x',
  };
  return type.endsWith('[]') ? [] : (plain[type] ?? world.staff[0].id);
}

/** Which columns of the whole database hold the mark, as text, JSON or bytes. */
async function marked(): Promise<string[]> {
  const columns = await test.deps.sql<{ table: string; column: string; type: string }[]>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY') order by 1, 2`;
  const found: string[] = [];
  for (const { table, column, type } of columns) {
    const text = type === 'bytea' ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const [row] = await test.deps.sql.unsafe<{ n: number }[]>(
      `select count(*)::int as n from "${table}" where ${text} like '%${MARK}%'`,
    );
    if (row!.n > 0) found.push(`${table}.${column}`);
  }
  return found;
}

const count = async (query: ReturnType<typeof sql>) =>
  ((await test.deps.db.execute(query)) as unknown as [{ n: number }])[0].n;

/** What of the answers is forgotten, told four ways that have to agree. */
async function forgotten() {
  return {
    nameless: await count(sql`select count(*)::int as n from answers where respondent_name = ''`),
    erased: await count(sql`select count(*)::int as n from log_erasures where kind = 'answer'`),
    loggedAnew: await count(sql`select count(*)::int as n from log_openings where kind = 'answer_kept'`),
    openable: ANSWERS - (await count(sql`select count(*)::int as n from log_openings where kind = 'answer'`)),
  };
}
const all = (n: number) => ({ nameless: n, erased: n, loggedAnew: n, openable: n });

async function logSays() {
  await sequenceLog(test.deps);
  const { ok, checks } = await verifyStoredLog(test.deps, {
    elsewhere: [{ note: kept.checkpoint, from: 'the witness' }],
  });
  return { ok, says: checks.map(({ says }) => says).join('\n') };
}

/** Applies retention in a process of its own and kills it where it waits for a table that is kept from it. */
async function killedAt(table: string): Promise<void> {
  const blocker = createDatabase(test.databaseUrl, { max: 1 });
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const holding = blocker.db.transaction(async (tx) => {
    await tx.execute(sql.raw(`lock table ${table} in share mode`));
    locked();
    await released;
  });
  await isLocked;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'test/support/retention-child.ts', test.databaseUrl, NOW.toISOString()],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  try {
    const waiting = () =>
      count(sql`select count(*)::int as n from pg_locks l join pg_class c on c.oid = l.relation
        where not l.granted and c.relname = ${table}`);
    await expect.poll(waiting, { timeout: 30_000 }).toBe(1);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    release();
    await holding;
    await blocker.close();
  }
}

describe('retention of everything', () => {
  it('has something to delete in every personal column', async () => {
    expect((await marked()).filter((name) => !PERSONAL.has(name))).toEqual([]);
    expect(await marked()).toEqual([...PERSONAL].sort());
    expect(IMPERSONAL_COLUMNS.every(({ because }) => because.length > 20)).toBe(true);
  });

  it('is stopped whole by a hold', async () => {
    const { holdId } = await placeHold(test.deps, {
      agencyId: world.agency.id,
      staffId: world.staff[0].id,
      reason: 'Lawsuit 7',
      credentialId,
    });
    expect(await applyRetention(test.deps)).toEqual({ removed: 0 });
    expect(await marked()).toEqual([...PERSONAL].sort());
    await behindTheBack((tx) => tx.execute(sql`delete from legal_holds where id = ${holdId}`));
  });

  it('keeps whoever voted on what is held', async () => {
    const { db } = test.deps;
    const held = await createCredential(db);
    const [agencyId, ada, ben] = [world.agency.id, world.staff[0].id, world.staff[1].id];
    const [contact] = await test.deps.sql<{ id: number }[]>`select min(id) as id from contacts`;
    await db
      .transaction(async (tx) => {
        await tx.execute(sql`set local session_replication_role = replica`);
        const by = { withdrawnAt: LONG_AGO, withdrawnBy: ben };
        const given = { agencyId, credentialId: held, eligible: 3, quorum: 1, ...by };
        const ballotId = await fill(tx, votes.ballots, given);
        await fill(tx, votes.ballotVotes, { ballotId, contactId: contact!.id });
        await tx.execute(sql`set local session_replication_role = origin`);
        const within = { ...test.deps, db: tx as never };
        await placeHold(within, { agencyId, staffId: ada, reason: 'Lawsuit 8', credentialId: held });
        await applyRetention(within);
        const left = await tx.execute(sql`select id from contacts where email_domain = ${MARK}`);
        expect(left.map(({ id }) => id)).toEqual([contact!.id]);
        throw new Error('undo');
      })
      .catch((error: Error) => expect(error.message).toBe('undo'));
  });

  it('does nothing by a rule that one person set', async () => {
    await test.deps.sql`update retention_rules set confirmed_by = null`;
    expect(await applyRetention(test.deps)).toEqual({ removed: 0 });
    await test.deps.sql`update retention_rules set confirmed_by = ${world.staff[1].id}`;
    await expect(test.deps.sql`update retention_rules set confirmed_by = set_by`).rejects.toThrow(
      'two_people',
    );
  });

  it('leaves an answer that was altered, so that the alteration still shows', async () => {
    const alter = (values: object) =>
      behindTheBack((tx) =>
        tx.execute(sql`update answers set values = ${JSON.stringify(values)}::jsonb
          where id = (select min(id) from answers)`),
      );
    await alter(said('no', 'no'));
    await test.deps.db
      .transaction(async (tx) => {
        await applyRetention({ ...test.deps, db: tx as never });
        const left = (await tx.execute(
          sql`select source_id as id from log_openings where kind = 'answer'`,
        )) as unknown as { id: number }[];
        expect(left).toHaveLength(1);
        throw new Error('undo');
      })
      .catch((error: Error) => expect(error.message).toBe('undo'));
    expect((await logSays()).says).toContain('was altered');
    await alter(said('yes', 'yes'));
    expect((await logSays()).ok).toBe(true);
    expect(await forgotten()).toEqual(all(0));
  });

  it('killed in the middle of a batch has done none of it, and goes on from there', async () => {
    await killedAt('log_erasures');
    expect(await forgotten()).toEqual(all(0));
    await killedAt('submissions');
    const halfway = await forgotten();
    expect(halfway).toEqual(all(ANSWERS));
    expect(await marked()).toContain('submissions.email');
    expect((await logSays()).ok).toBe(true);

    await applyRetention(test.deps);
    expect(await marked()).toEqual([]);
    expect(await forgotten()).toEqual(all(ANSWERS));
    const runs = await count(sql`select sum(removed)::int as n from retention_runs`);
    const logged = await count(
      sql`select sum((details->>'removed')::int)::int as n from audit_events where action = 'retention.applied'`,
    );
    expect([logged, runs > ANSWERS * 3]).toEqual([runs, true]);
    expect(await applyRetention(test.deps)).toEqual({ removed: 0 });
  }, 90_000);

  it('leaves the log and every packet as good as they were', async () => {
    const log = await logSays();
    expect(log).toMatchObject({ ok: true });
    expect(log.says).toContain(`${ANSWERS} entries can no longer be opened`);
    const { db } = test.deps;
    const [snapshot] = await db
      .select()
      .from(evidence.evidenceSnapshots)
      .where(eq(evidence.evidenceSnapshots.id, kept.snapshotId));
    expect(await readPacketFile(db, snapshot!)).toBe(kept.packet);
    await writeFile(join(folder, 'packet.json'), kept.packet);
    await writeFile(join(folder, 'keys.json'), kept.keys);
    let told = '';
    const out = { write: (text: string) => (told += text) };
    const argv = [join(folder, 'packet.json'), '--key', join(folder, 'keys.json')];
    expect([await runVerifyCommand(argv, out), told]).toEqual([
      0,
      expect.stringContaining('The packet holds'),
    ]);
    expect((await makeCheckpoint(test.deps)).ok).toBe(true);
  });

  it('still lets no answer be altered unseen, forgotten or not', async () => {
    await behindTheBack((tx) =>
      tx.execute(sql`update answers set values = ${JSON.stringify(said('no', 'no'))}::jsonb
        where id = (select max(id) from answers)`),
    );
    const { ok, says } = await logSays();
    expect([ok, says]).toEqual([false, expect.stringMatching(/answer without its person \d+\) was altered/)]);
  });

  it('keeps what was deleted and when, and the hash of a file by which a copy is told', async () => {
    const [file] = await test.deps.sql`select name, content, sha256, removed_at from documents`;
    expect(file).toEqual({ name: '', content: null, sha256: 'f'.repeat(64), removed_at: NOW });
    const [event] = await test.deps
      .sql`select actor_kind from audit_events where action = 'document.removed'`;
    expect(event).toEqual({ actor_kind: 'system' });
  });
});
