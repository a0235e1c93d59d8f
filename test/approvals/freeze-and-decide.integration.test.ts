import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, asc, eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmDecision } from '../../src/approvals/confirm-decision.ts';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { addCycle, createList } from '../../src/approvals/create-list.ts';
import { proposeDecision, withdrawDecision } from '../../src/approvals/propose-decision.ts';
import {
  type DecisionRow,
  findApplication,
  findCurrentRecord,
  findOpenFreezeRequest,
  listApplicationDecisions,
  listRecords,
} from '../../src/approvals/queries.ts';
import { requestFreeze, withdrawFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { parseConfig } from '../../src/config/config.ts';
import { auditEvents } from '../../src/db/schema/agencies.ts';
import { applications, approvalRecords, decisions } from '../../src/db/schema/approvals.ts';
import { evidenceSnapshots } from '../../src/db/schema/evidence.ts';
import { readPacketFile } from '../../src/evidence/packet-queries.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { listSigningKeys } from '../../src/ledger/signing-keys.ts';
import { createTestClock } from '../support/app.ts';
import { decideByTwo } from '../support/approvals.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';

let database: TestDatabase;
let world: World;
let other: World;
let list: { listId: number; cycleId: number };
const clock = createTestClock(month(2));
let lists = 0;
const dataDir = mkdtempSync(join(tmpdir(), 'countersign-freeze-'));
const config = parseConfig({ DATA_DIR: dataDir });
const log = pino({ level: 'silent' });

beforeAll(async () => {
  database = await createTestDatabase({ max: 6 });
  world = await createWorld(database.db);
  other = await createWorld(database.db);
  list = await makeList();
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

const deps = () => ({ db: database.db, clock, config, log });
const ada = () => ({ agencyId: world.agency.id, staffId: world.staff[0].id });
const ben = () => ({ agencyId: world.agency.id, staffId: world.staff[1].id });
const stranger = () => ({ agencyId: other.agency.id, staffId: other.staff[0].id });

async function makeList() {
  lists += 1;
  const made = await createList(deps(), {
    ...ada(),
    name: `Credentials of value ${lists}`,
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!made.ok) throw new Error(made.reason);
  return made;
}

async function apply(bothYes: number): Promise<{ credentialId: number; applicationId: number }> {
  const credentialId = await createCredential(database.db);
  const submitted = await submitApplication(deps(), { ...ada(), ...list, credentialId });
  if (!submitted.ok) throw new Error(submitted.reason);
  await employersSay(database.db, world, credentialId, bothYes, month(0), { answeredAt: month(1) });
  return { credentialId, applicationId: submitted.applicationId };
}

async function freeze(applicationId: number) {
  const { freezeRequestId } = await requestFreeze(deps(), { ...ada(), applicationId, note: '' });
  return confirmFreeze(deps(), { ...ben(), applicationId, freezeRequestId });
}

const people = () => ({
  agencyId: world.agency.id,
  staffIds: [world.staff[0].id, world.staff[1].id] as const,
});
const decide = (applicationId: number, outcome: 'approved' | 'denied' | 'deferred' | 'revoked') =>
  decideByTwo(deps(), people(), applicationId, { outcome });
const approve = (applicationId: number) => decide(applicationId, 'approved');

async function actionsOn(applicationId: number): Promise<string[]> {
  const rows = await database.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(and(eq(auditEvents.subjectType, 'application'), eq(auditEvents.subjectId, applicationId)))
    .orderBy(asc(auditEvents.id));
  return rows.map(({ action }) => action);
}

describe('an application', () => {
  it('is made once for a credential, a list and a cycle', async () => {
    const { credentialId } = await apply(0);
    expect(await submitApplication(deps(), { ...ada(), ...list, credentialId })).toEqual({
      ok: false,
      reason: 'already_submitted',
    });
    const cycle = await addCycle(deps(), {
      ...ada(),
      listId: list.listId,
      cycle: { name: '2027', startsOn: '2027-01-01', endsOn: '2028-01-01' },
    });
    expect(
      cycle.ok &&
        (await submitApplication(deps(), { ...ada(), ...list, cycleId: cycle.cycleId, credentialId })).ok,
    ).toBe(true);
  });

  it("does not take another agency's list, nor a cycle of another list", async () => {
    const credentialId = await createCredential(database.db);
    const elsewhere = await makeList();
    await expect(submitApplication(deps(), { ...stranger(), ...list, credentialId })).rejects.toThrow(
      'not_found',
    );
    await expect(
      submitApplication(deps(), { ...ada(), listId: list.listId, cycleId: elsewhere.cycleId, credentialId }),
    ).rejects.toThrow('not_found');
  });
});

describe('freezing', () => {
  it('takes two people and gives a packet that verifies', async () => {
    const { applicationId, credentialId } = await apply(10);
    await employersSay(database.db, world, credentialId, 2, month(0), null);
    await employersSay(database.db, world, credentialId, 1, month(0), {
      answeredAt: month(1),
      relation: 'board',
    });
    await employersSay(database.db, world, credentialId, 1, month(0), {
      answeredAt: month(1),
      values: said('no', 'yes'),
    });
    const { freezeRequestId } = await requestFreeze(deps(), {
      ...ada(),
      applicationId,
      note: 'For the June meeting',
    });
    await expect(confirmFreeze(deps(), { ...ada(), applicationId, freezeRequestId })).rejects.toThrow(
      'needs_second_person',
    );
    await expect(confirmFreeze(deps(), { ...stranger(), applicationId, freezeRequestId })).rejects.toThrow(
      'not_found',
    );
    const frozen = await confirmFreeze(deps(), { ...ben(), applicationId, freezeRequestId });
    if (!frozen.ok) throw new Error(frozen.reason);

    const current = await findCurrentRecord(database.db, applicationId);
    expect(current?.record).toMatchObject({
      id: frozen.approvalRecordId,
      snapshotId: frozen.snapshotId,
      requirementStatus: 'met',
    });
    const { packet } = current!.snapshot;
    const file = await readPacketFile(database.db, current!.snapshot);
    const keys = await listSigningKeys(database.db);
    const verdict = verifyPacket(Buffer.from(file!), frozen.sha256, keys);
    expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(JSON.parse(packet)).toMatchObject({
      applicationId,
      asOf: month(2).toISOString(),
      validUntil: month(25).toISOString(),
      waves: [{ dispositions: { asked: 14, answered: 12, silent: 2 } }],
      result: { figures: { asked: 14, bothYes: 10, no: 1, excluded: 1 } },
    });
    expect(packet).not.toMatch(/@|employer\.example|fein|1000000\d\d/i);
    expect((await findApplication(database.db, world.agency.id, applicationId))?.state).toBe('in_review');
    const events = await database.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, 'evidence.frozen'));
    expect(events.at(-1)).toMatchObject({ subjectId: frozen.snapshotId, actorId: ben().staffId });
  });

  it('gives the same verdict as the live tally of that moment', async () => {
    const { applicationId, credentialId } = await apply(4);
    const frozen = await freeze(applicationId);
    if (!frozen.ok) throw new Error(frozen.reason);
    const current = await findCurrentRecord(database.db, applicationId);
    const live = await readTally(database.db, credentialId, current!.snapshot.policyVersionId, clock.now());
    const { exclusions, positions, ...result } = JSON.parse(current!.snapshot.packet).result;
    expect(result).toEqual(JSON.parse(JSON.stringify(live)));
  });

  it('refuses without denominators and leaves the request open', async () => {
    const { applicationId } = await apply(0);
    expect(await freeze(applicationId)).toEqual({ ok: false, reason: 'nobody_asked' });
    expect(await findOpenFreezeRequest(database.db, applicationId)).not.toBeNull();
    expect(await findCurrentRecord(database.db, applicationId)).toBeNull();
  });

  it('supersedes and never edits', async () => {
    const { applicationId, credentialId } = await apply(9);
    const first = await freeze(applicationId);
    await employersSay(database.db, world, credentialId, 1, month(0), { answeredAt: month(1.5) });
    const second = await freeze(applicationId);
    if (!first.ok || !second.ok) throw new Error('refused');
    const records = await listRecords(database.db, applicationId);
    expect(
      records.map(({ id, supersededAt, requirementStatus }) => [
        id,
        supersededAt !== null,
        requirementStatus,
      ]),
    ).toEqual([
      [second.approvalRecordId, false, 'met'],
      [first.approvalRecordId, true, 'short'],
    ]);
    const [snapshot] = await database.db
      .select()
      .from(evidenceSnapshots)
      .where(eq(evidenceSnapshots.id, second.snapshotId));
    expect(JSON.parse(snapshot!.packet).supersedes).toEqual({
      snapshotId: first.snapshotId,
      sha256: first.sha256,
    });
    await expect(
      database.db
        .update(evidenceSnapshots)
        .set({ packet: '{}' })
        .where(eq(evidenceSnapshots.id, first.snapshotId)),
    ).rejects.toThrow(/Failed query/);
    await expect(
      database.db.delete(evidenceSnapshots).where(eq(evidenceSnapshots.id, first.snapshotId)),
    ).rejects.toThrow(/Failed query/);
  });

  it('asks once, and the request can be taken back', async () => {
    const { applicationId } = await apply(1);
    const { freezeRequestId } = await requestFreeze(deps(), { ...ada(), applicationId, note: '' });
    await expect(requestFreeze(deps(), { ...ben(), applicationId, note: '' })).rejects.toThrow(
      'already_done',
    );
    await withdrawFreeze(deps(), { ...ada(), applicationId });
    await expect(withdrawFreeze(deps(), { ...ada(), applicationId })).rejects.toThrow('already_done');
    await expect(confirmFreeze(deps(), { ...ben(), applicationId, freezeRequestId })).rejects.toThrow(
      'already_done',
    );
    await requestFreeze(deps(), { ...ben(), applicationId, note: '' });
  });

  it('happens once when two people confirm at the same moment', async () => {
    const { applicationId } = await apply(2);
    const { freezeRequestId } = await requestFreeze(deps(), { ...ada(), applicationId, note: '' });
    const cal = { ...ben(), staffId: world.staff[2].id };
    const both = await Promise.allSettled(
      [ben(), cal].map((by) => confirmFreeze(deps(), { ...by, applicationId, freezeRequestId })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listRecords(database.db, applicationId)).toHaveLength(1);
  });
});

describe('deciding', () => {
  it('approves on frozen evidence that met the requirement', async () => {
    const { applicationId } = await apply(10);
    expect(await approve(applicationId)).toEqual({ ok: false, reason: 'evidence_missing' });
    await freeze(applicationId);
    expect(await approve(applicationId)).toEqual({ ok: true });
    expect(await findApplication(database.db, world.agency.id, applicationId)).toMatchObject({
      state: 'decided',
      decision: 'approved',
      decidedAt: clock.now(),
    });
    await expect(approve(applicationId)).rejects.toThrow('already_done');
    await expect(requestFreeze(deps(), { ...ada(), applicationId, note: '' })).rejects.toThrow(
      'already_done',
    );
  });

  it('does not approve on evidence that is short, live answers notwithstanding', async () => {
    const { applicationId, credentialId } = await apply(9);
    await freeze(applicationId);
    await employersSay(database.db, world, credentialId, 1, month(0), { answeredAt: month(1.5) });
    expect(await approve(applicationId)).toEqual({ ok: false, reason: 'evidence_not_met' });
    await freeze(applicationId);
    expect(await approve(applicationId)).toEqual({ ok: true });
  });

  it('does not approve on evidence that has lapsed since', async () => {
    const { applicationId } = await apply(10);
    await freeze(applicationId);
    clock.set(month(25));
    expect(await approve(applicationId)).toEqual({ ok: false, reason: 'evidence_expired' });
    clock.set(month(2));
  });

  it('denies and defers without evidence, and closes an open freeze request', async () => {
    const { applicationId } = await apply(1);
    await requestFreeze(deps(), { ...ada(), applicationId, note: '' });
    expect(await decide(applicationId, 'denied')).toEqual({ ok: true });
    expect(await findOpenFreezeRequest(database.db, applicationId)).toBeNull();
  });

  it("is nobody's but the agency's", async () => {
    const { applicationId } = await apply(1);
    await expect(
      proposeDecision(deps(), { ...stranger(), applicationId, outcome: 'denied', reason: 'x' }),
    ).rejects.toThrow('not_found');
  });

  it('takes two people', async () => {
    const { applicationId } = await apply(10);
    await freeze(applicationId);
    const approved = {
      applicationId,
      outcome: 'approved' as const,
      reason: 'Met',
      conditions: 'With the exam',
    };
    const proposed = await proposeDecision(deps(), { ...ada(), ...approved });
    if (!proposed.ok) throw new Error(proposed.reason);
    const { decisionId } = proposed;
    expect(await proposeDecision(deps(), { ...ben(), ...approved })).toEqual({
      ok: false,
      reason: 'already_proposed',
    });
    await expect(confirmDecision(deps(), { ...ada(), applicationId, decisionId })).rejects.toThrow(
      'needs_second_person',
    );
    await expect(confirmDecision(deps(), { ...stranger(), applicationId, decisionId })).rejects.toThrow(
      'not_found',
    );
    expect((await findApplication(database.db, world.agency.id, applicationId))?.state).toBe('in_review');
    expect(await confirmDecision(deps(), { ...ben(), applicationId, decisionId })).toEqual({ ok: true });
    expect(await findApplication(database.db, world.agency.id, applicationId)).toMatchObject({
      state: 'decided',
      decision: 'approved',
      conditions: 'With the exam',
      reviewDueOn: '2027-03-01',
    });
    const [row] = await listApplicationDecisions(database.db, applicationId);
    expect(row!.decision).toMatchObject({
      state: 'confirmed',
      proposedBy: ada().staffId,
      endedBy: ben().staffId,
      approvalRecordId: (await findCurrentRecord(database.db, applicationId))!.record.id,
    });
    await expect(
      database.db.update(decisions).set({ reason: 'Other' }).where(eq(decisions.id, decisionId)),
    ).rejects.toThrow(/Failed query/);
  });

  it('is judged again when it is confirmed', async () => {
    const { applicationId } = await apply(10);
    await freeze(applicationId);
    const proposed = await proposeDecision(deps(), {
      ...ada(),
      applicationId,
      outcome: 'approved',
      reason: 'Met',
    });
    if (!proposed.ok) throw new Error(proposed.reason);
    const confirm = { ...ben(), applicationId, decisionId: proposed.decisionId };
    clock.set(month(25));
    expect(await confirmDecision(deps(), confirm)).toEqual({ ok: false, reason: 'evidence_expired' });
    clock.set(month(2));
    await withdrawDecision(deps(), confirm);
    await expect(confirmDecision(deps(), confirm)).rejects.toThrow('already_done');
    expect(await approve(applicationId)).toEqual({ ok: true });
  });

  it('takes the first word when several confirm, propose or take back at once', async () => {
    const { applicationId } = await apply(10);
    await freeze(applicationId);
    const word = (outcome: 'approved' | 'denied', by = ada()) =>
      proposeDecision(deps(), { ...by, applicationId, outcome, reason: 'x' });
    const proposals = await Promise.all([word('approved'), word('denied', ben())]);
    const won = proposals.filter(({ ok }) => ok);
    expect(won).toHaveLength(1);
    expect(proposals).toContainEqual({ ok: false, reason: 'already_proposed' });
    const [{ decision }] = (await listApplicationDecisions(database.db, applicationId)) as [DecisionRow];
    const second = decision.proposedBy === ada().staffId ? ben() : ada();
    const confirm = { ...second, applicationId, decisionId: decision.id };
    const ends = await Promise.allSettled([
      confirmDecision(deps(), confirm),
      confirmDecision(deps(), confirm),
      withdrawDecision(deps(), confirm),
    ]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const end of ends) {
      if (end.status === 'rejected') expect(String(end.reason.message)).toBe('already_done');
    }
  });

  it('takes an approval back, by two people and for good', async () => {
    const { applicationId } = await apply(10);
    expect(await decide(applicationId, 'denied')).toEqual({ ok: true });
    expect(await decide(applicationId, 'revoked')).toEqual({ ok: false, reason: 'not_approved' });
    const other = await apply(10);
    await freeze(other.applicationId);
    await approve(other.applicationId);
    expect(await decide(other.applicationId, 'revoked')).toEqual({ ok: true });
    expect(await findApplication(database.db, world.agency.id, other.applicationId)).toMatchObject({
      state: 'revoked',
      decision: 'approved',
      endedAt: clock.now(),
      endReason: 'Met',
    });
    await expect(decide(other.applicationId, 'revoked')).rejects.toThrow('already_done');
    expect(await actionsOn(other.applicationId)).toEqual([
      'application.submitted',
      'freeze.requested',
      'decision.proposed',
      'application.decided',
      'decision.proposed',
      'application.revoked',
    ]);
  });

  it('is held by the database too: no decision without its time, no two records in force', async () => {
    const { applicationId } = await apply(10);
    await freeze(applicationId);
    await expect(
      database.db.update(applications).set({ state: 'decided' }).where(eq(applications.id, applicationId)),
    ).rejects.toThrow(/Failed query/);
    const current = await findCurrentRecord(database.db, applicationId);
    const { id, ...copy } = current!.record;
    await expect(database.db.insert(approvalRecords).values(copy)).rejects.toThrow(/Failed query/);
  });
});
