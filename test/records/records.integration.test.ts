import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmFreeze } from '../../src/approvals/confirm-freeze.ts';
import { createList } from '../../src/approvals/create-list.ts';
import { requestFreeze } from '../../src/approvals/request-freeze.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { createDatabase, type Database } from '../../src/db/client.ts';
import { contacts, employers } from '../../src/db/schema/employers.ts';
import { evidenceSnapshots } from '../../src/db/schema/evidence.ts';
import { invitations } from '../../src/db/schema/outreach.ts';
import { recordsPackets } from '../../src/db/schema/records.ts';
import { submissions } from '../../src/db/schema/submissions.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import {
  ballots,
  ballotVotes,
  boardLetters,
  mailedBallots,
  vendorFindings,
} from '../../src/db/schema/votes.ts';
import { storeDocument } from '../../src/documents/store-document.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { sha256Hex } from '../../src/lib/sha256.ts';
import { applyRetention } from '../../src/records/apply-retention.ts';
import { confirmRetention, proposeRetention } from '../../src/records/change-retention.ts';
import { confirmHoldLift, placeHold, requestHoldLift } from '../../src/records/hold-records.ts';
import { RETENTION_CLASSES, type RetentionMonths } from '../../src/records/types.ts';
import { pdf } from '../documents/files.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import {
  createCredential,
  createEmployer,
  createPerson,
  createWorld,
  type World,
} from '../support/evidence/world.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

let test: TestApp;
let second: Database;
let world: World;
let stranger: World;
let credentialId: number;
let snapshotId: number;
let policyVersionId: number;
let ada: StaffBrowser;

const who = (index: 0 | 1, of = world) => ({ agencyId: of.agency.id, staffId: of.staff[index].id });

beforeAll(async () => {
  test = await createTestApp();
  second = createDatabase(test.databaseUrl, { max: 2 });
  test.clock.set(month(2));
  const { db } = test.deps;
  world = await createWorld(db);
  stranger = await createWorld(db);
  credentialId = await createCredential(db);
  const list = await createList(test.deps, {
    ...who(0),
    name: 'Ours',
    kind: 'unified',
    reviewCycle: 'annual',
    policy: WYOMING,
    cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
  });
  if (!list.ok) throw new Error(list.reason);
  const submitted = await submitApplication(test.deps, { ...who(0), ...list, credentialId });
  if (!submitted.ok) throw new Error(submitted.reason);
  const { applicationId } = submitted;
  await employersSay(db, world, credentialId, 11, month(0), { answeredAt: month(1) });
  // Names are blanked only; to give test people some, the guard is passed by.
  await db.execute(sql`alter table answers disable trigger user`);
  await db.execute(
    sql`update answers set respondent_name = '=Ann ' || id, respondent_title = 'Owner' where credential_id = ${credentialId}`,
  );
  await db.execute(sql`alter table answers enable trigger user`);
  const { freezeRequestId } = await requestFreeze(test.deps, { ...who(0), applicationId, note: '' });
  const frozen = await confirmFreeze(test.deps, { ...who(1), applicationId, freezeRequestId });
  if (!frozen.ok) throw new Error(frozen.reason);
  snapshotId = frozen.snapshotId;
  const [snapshot] = await db.select().from(evidenceSnapshots).where(eq(evidenceSnapshots.id, snapshotId));
  policyVersionId = snapshot!.policyVersionId;
  ada = await signInAs(test, world.staff[0].id);
});
afterAll(async () => {
  await second.close();
  await test.close();
});

const request = {
  reference: 'PRR-2026-17',
  credentialId: '',
  fromDay: '2026-01-01',
  lastDay: '2026-12-31',
  profile: 'people_withheld',
};

describe('a records request', () => {
  let path: string;

  it('is answered in one step: a packet, its log and its hash', async () => {
    const made = await ada.post('/staff/records', request);
    expect(made.statusCode).toBe(303);
    path = String(made.headers.location).split('?')[0]!;
    const page = await ada.get(path);
    expect(page.body).toContain('Name of who answered');
    const file = await ada.get(`${path}/packet.json`);
    expect(file.headers['content-disposition']).toContain('attachment');
    const packet = file.json();
    expect(packet.answers).toHaveLength(11);
    expect(packet.snapshots).toHaveLength(1);
    expect(file.body).not.toMatch(/Ann \d|Owner|@/);
    expect(packet.answers[0].employerName).not.toBe('');
    expect(page.body).toContain(sha256Hex(file.rawPayload));
  });

  it('gives the answers as a table that no spreadsheet runs', async () => {
    const open = await ada.post('/staff/records', { ...request, profile: 'nothing_withheld' });
    const csv = await ada.get(`${String(open.headers.location).split('?')[0]}/answers.csv`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.body.trim().split('\r\n')).toHaveLength(12);
    expect(csv.body).toContain("'=Ann ");
    expect(csv.body).not.toMatch(/(^|,)=/m);
  });

  it('keeps to its days and its credential', async () => {
    const answersOf = async (changes: Partial<typeof request>) => {
      const made = await ada.post('/staff/records', { ...request, ...changes });
      expect(made.statusCode).toBe(303);
      return (await ada.get(`${String(made.headers.location).split('?')[0]}/packet.json`)).json().answers;
    };
    // Answered on 1 February at noon UTC, which is five in the morning there.
    expect(await answersOf({ fromDay: '2026-02-01', lastDay: '2026-02-01' })).toHaveLength(11);
    expect(await answersOf({ fromDay: '2026-02-02' })).toHaveLength(0);
    expect(await answersOf({ lastDay: '2026-01-31' })).toHaveLength(0);
    expect(await answersOf({ credentialId: String(credentialId) })).toHaveLength(11);
  });

  it('shows what was typed with the fault, and takes no credential that it did not offer', async () => {
    const refused = await ada.post('/staff/records', { ...request, reference: '', lastDay: '2020-01-01' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('Enter the number of the request');
    expect(refused.body).toContain('value="2020-01-01"');
    expect((await ada.post('/staff/records', { ...request, credentialId: '999999' })).statusCode).toBe(404);
  });

  it('is of one agency, and made by who may', async () => {
    const theirs = await signInAs(test, stranger.staff[0].id);
    for (const rest of ['', '/packet.json', '/answers.csv']) {
      expect((await theirs.get(`${path}${rest}`)).statusCode).toBe(404);
    }
    const made = await theirs.post('/staff/records', request);
    const packet = await theirs.get(`${String(made.headers.location).split('?')[0]}/packet.json`);
    expect(packet.json().answers).toEqual([]);
    await test.deps.db.execute(
      sql`update staff_members set role = 'editor' where id = ${world.staff[2]!.id}`,
    );
    const editor = await signInAs(test, world.staff[2]!.id);
    expect((await editor.post('/staff/records', request)).statusCode).toBe(403);
    expect((await editor.get('/staff/records')).body).toContain('PRR-2026-17');
  });
});

describe('retention', () => {
  const rules = async (given: Partial<RetentionMonths>, of = world) => {
    const months = Object.fromEntries(
      RETENTION_CLASSES.map((name) => [name, given[name] ?? null]),
    ) as RetentionMonths;
    const proposed = await proposeRetention(test.deps, { ...who(0, of), months });
    if (proposed.ok) await confirmRetention(test.deps, { ...who(1, of), proposalId: proposed.proposalId });
  };
  const named = async () =>
    (await test.deps.db.select().from(answers)).filter(({ respondentName }) => respondentName !== '').length;
  const reachable = async () =>
    (await test.deps.db.select().from(contacts)).filter(
      ({ emailDomain }) => emailDomain !== 'removed.invalid',
    ).length;

  it('deletes nothing without a rule, before its time, or of another agency', async () => {
    test.clock.set(month(36));
    await applyRetention(test.deps);
    expect(await named()).toBe(11);
    await rules({ respondent_names: 12, contact_details: 12 }, stranger);
    await applyRetention(test.deps);
    expect([await named(), await reachable()]).toEqual([11, 11]);
    test.clock.set(month(12));
    await rules({ respondent_names: 12 });
    await applyRetention(test.deps);
    expect(await named()).toBe(11);
  });

  it('deletes nothing that is held, and two people lift a hold', async () => {
    test.clock.set(month(36));
    await rules({ respondent_names: 12, contact_details: 12 });
    const other = await placeHold(test.deps, {
      ...who(0),
      reason: 'Another matter',
      credentialId: await createCredential(test.deps.db),
    });
    const { holdId } = await placeHold(test.deps, { ...who(0), reason: 'Lawsuit 7', credentialId });
    await applyRetention(test.deps);
    expect([await named(), await reachable()]).toEqual([11, 11]);
    await expect(confirmHoldLift(test.deps, { ...who(0), holdId })).rejects.toMatchObject({
      code: 'already_done',
    });
    await requestHoldLift(test.deps, { ...who(0), holdId, reason: 'Settled' });
    await expect(confirmHoldLift(test.deps, { ...who(0), holdId })).rejects.toMatchObject({
      code: 'needs_second_person',
    });
    await expect(confirmHoldLift(test.deps, { ...who(1, stranger), holdId })).rejects.toMatchObject({
      code: 'not_found',
    });
    await applyRetention(test.deps);
    expect(await named()).toBe(11);
    const lifts = await Promise.allSettled([
      confirmHoldLift(test.deps, { ...who(1), holdId }),
      confirmHoldLift(
        { ...test.deps, db: second.db },
        { agencyId: world.agency.id, staffId: world.staff[2]!.id, holdId },
      ),
    ]);
    expect(lifts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(other.holdId).toBeGreaterThan(0);
  });

  it('removes who people were; counts, frozen packets and answers stay as they were', async () => {
    const { db } = test.deps;
    const snapshot = async () =>
      (await db.select().from(evidenceSnapshots).where(eq(evidenceSnapshots.id, snapshotId)))[0]!;
    const said = async () =>
      (await db.select().from(answers).orderBy(answers.id)).map(
        ({ respondentName, respondentTitle, ...rest }) => rest,
      );
    const tally = () => readTally(db, credentialId, policyVersionId, month(3));
    const before = { snapshot: await snapshot(), said: await said(), tally: await tally() };
    await Promise.all([applyRetention(test.deps), applyRetention({ ...test.deps, db: second.db })]);
    expect([await named(), await reachable()]).toEqual([0, 0]);
    expect(await snapshot()).toEqual(before.snapshot);
    expect(sha256Hex(before.snapshot.packet)).toBe(before.snapshot.sha256);
    expect(await said()).toEqual(before.said);
    expect(await tally()).toEqual(before.tally);
    const packet = JSON.parse(before.snapshot.packet);
    const kept = new Set((await said()).map(({ id }) => id));
    expect(packet.facts.answers.length).toBe(11);
    expect(packet.facts.answers.every(({ answerId }: { answerId: number }) => kept.has(answerId))).toBe(true);
    const dump = JSON.stringify([await db.select().from(contacts), await db.select().from(answers)]);
    expect(dump).not.toMatch(/Ann \d|Owner/);
    const runs = await db.execute<{ removed: number }>(
      sql`select removed from retention_runs where agency_id = ${world.agency.id} and class = 'respondent_names'`,
    );
    expect(runs.reduce((sum, { removed }) => sum + removed, 0)).toBe(11);
    expect(await applyRetention(test.deps)).toEqual({ removed: 0 });
  });

  it('still lets nobody change an answer, or put a name on one', async () => {
    const fails = (statement: ReturnType<typeof sql>) =>
      expect(test.deps.db.execute(statement)).rejects.toThrow();
    await fails(sql`update answers set respondent_name = 'Somebody else'`);
    await fails(sql`update answers set respondent_name = '', values = '{"incentive":"no"}'::jsonb`);
    await fails(sql`update answers set values = '{}'::jsonb`);
    await fails(sql`delete from answers`);
  });

  it('clears drafts and packets that were given out, and keeps that they were', async () => {
    const { db } = test.deps;
    await db.update(invitations).set({ draft: { typed: 'secret' }, expiresAt: month(4) });
    await rules({ unsent_drafts: 1, disclosed_packets: 1 });
    const [held] = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from legal_holds where agency_id = ${world.agency.id} and lifted_at is null`,
    );
    expect(held!.n).toBe(1);
    await applyRetention(test.deps);
    const drafts = await db.select().from(invitations).where(eq(invitations.agencyId, world.agency.id));
    expect(drafts.every(({ draft }) => Object.keys(draft).length === 0)).toBe(true);
    // A request for all credentials is covered by a hold on any of them.
    const packets = await db
      .select()
      .from(recordsPackets)
      .where(eq(recordsPackets.agencyId, world.agency.id));
    expect(packets.filter(({ packet }) => packet === null)).toHaveLength(1);
    const removed = packets.find(({ packet }) => packet === null)!;
    ada = await signInAs(test, world.staff[0].id);
    const page = await ada.get(`/staff/records/packets/${removed.id}`);
    expect(page.body).toContain(removed.sha256);
    expect(page.body).toContain('The file was removed');
    expect((await ada.get(`/staff/records/packets/${removed.id}/packet.json`)).statusCode).toBe(404);
  });
});

describe('the console', () => {
  it('puts rules in force in two, and says what is wrong with them beside the field', async () => {
    const refused = await ada.post('/staff/records/retention', { respondent_names: 'ten' });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('whole number from 1 to 1200');
    expect(refused.body).toContain('value="ten"');
    const none = await ada.post('/staff/records/retention', { case_notes: '0' });
    expect(none.statusCode).toBe(422);
    expect(none.body).toContain('Notes and reasons: enter months as a whole number from 1 to 1200');
    expect((await ada.post('/staff/records/retention', { respondent_names: '36' })).statusCode).toBe(303);
    const waiting = await ada.get('/staff/records/retention');
    expect(waiting.body).toContain('Waits for a second person');
    expect(waiting.body).not.toMatch(/\/confirm"|value="36"/);
    const [, path] = /action="(\/staff\/records\/retention\/\d+)\/withdraw"/.exec(waiting.body)!;
    expect((await ada.post(`${path}/confirm`)).statusCode).toBe(403);
    expect((await ada.post('/staff/records/retention', { respondent_names: '48' })).statusCode).toBe(409);
    const theirs = await signInAs(test, stranger.staff[0].id);
    expect((await theirs.post(`${path}/confirm`)).statusCode).toBe(404);
    const ben = await signInAs(test, world.staff[1].id);
    expect((await ben.get('/staff/records/retention')).body).toContain(`${path}/confirm`);
    expect((await ben.post(`${path}/confirm`)).statusCode).toBe(303);
    expect((await ben.post(`${path}/withdraw`)).statusCode).toBe(409);
    expect((await ada.get('/staff/records/retention')).body).toContain('value="36"');
    await ada.post('/staff/records/retention', { respondent_names: '' });
    const [, again] = /action="(\/staff\/records\/retention\/\d+)\/withdraw"/.exec(
      (await ada.get('/staff/records/retention')).body,
    )!;
    expect((await ada.post(`${again}/withdraw`)).statusCode).toBe(303);
    expect((await ada.get('/staff/records/retention')).body).toContain('value="36"');
    expect(
      (await ada.post('/staff/records/retention', { respondent_names: '36' })).headers.location,
    ).toContain('unchanged');
  });

  it('places a hold alone and lifts it in two', async () => {
    expect((await ada.post('/staff/records/holds', { credentialId: '', reason: '' })).statusCode).toBe(422);
    expect((await ada.post('/staff/records/holds', { credentialId: '', reason: 'Audit 9' })).statusCode).toBe(
      303,
    );
    const page = await ada.get('/staff/records/holds');
    const ask = /action="(\/staff\/records\/holds\/(\d+)\/request-lift)"/.exec(page.body)!;
    const [, path, id] = ask as unknown as [string, string, string];
    const silent = await ada.post(path, {});
    expect(silent.statusCode).toBe(422);
    expect(silent.body).toContain(`href="#lift-${id}"`);
    expect((await ada.post(path, { [`lift-${id}`]: 'Done' })).statusCode).toBe(303);
    expect((await ada.get('/staff/records/holds')).body).not.toContain(`/holds/${id}/confirm-lift`);
    expect((await ada.post(`/staff/records/holds/${id}/confirm-lift`)).statusCode).toBe(403);
    const ben = await signInAs(test, world.staff[1].id);
    expect((await ben.post(`/staff/records/holds/${id}/confirm-lift`)).statusCode).toBe(303);
    const theirs = await signInAs(test, stranger.staff[0].id);
    expect((await theirs.post(`/staff/records/holds/${id}/keep`)).statusCode).toBe(404);
  });
});

describe('what came by no invitation', () => {
  it('is in the packet with its file, turned down or not, each in its log', async () => {
    const { db } = test.deps;
    test.clock.set(month(3));
    const own = await createWorld(db);
    const [agencyId, staffId] = [own.agency.id, own.staff[0].id];
    const about = [await createCredential(db), await createCredential(db)] as const;
    const documentIds: number[] = [];
    for (const credentialId of about) {
      const stored = await db.transaction((tx) =>
        storeDocument(tx, { agencyId, staffId, now: month(3), file: { name: 'letter.pdf', content: pdf() } }),
      );
      if (!stored.ok) throw new Error(stored.reason);
      documentIds.push(stored.document.id);
      await db.insert(submissions).values({
        kind: 'letter',
        state: 'rejected',
        agencyId,
        credentialId,
        instrumentVersionId: own.instrumentVersion.id,
        noticeVersionId: own.notice.id,
        language: 'en',
        familiar: true,
        values: { incentive: 'yes' },
        relation: 'none',
        respondentName: 'Olga Typed',
        receivedAt: month(3),
        saidOn: '2026-03-01',
        enteredBy: staffId,
        documentId: stored.document.id,
        note: 'Olga rang',
        decisionReason: 'Olga asked twice',
      });
    }
    const olaf = await signInAs(test, staffId);
    const packetOf = async (changes: object, by = olaf) => {
      const made = await by.post('/staff/records', { ...request, ...changes });
      const path = String(made.headers.location).split('?')[0]!;
      return { path, packet: (await by.get(`${path}/packet.json`)).json() };
    };
    const one = await packetOf({ credentialId: String(about[0]) });
    expect(one.packet.submissions).toHaveLength(1);
    expect(one.packet.files).toEqual([
      expect.objectContaining({
        documentId: documentIds[0],
        sha256: sha256Hex(pdf()),
        attachedTo: [`submission ${one.packet.submissions[0].submissionId}`],
        name: '[withheld]',
        content: '[withheld]',
      }),
    ]);
    expect(JSON.stringify(one.packet)).not.toContain('Olga');
    const page = (await olaf.get(one.path)).body;
    expect(page).toContain(`href="/staff/documents/${documentIds[0]}"`);
    expect(page).toContain('Letters and calls: notes of staff');
    const everything = await packetOf({ profile: 'nothing_withheld' });
    expect(everything.packet.submissions).toHaveLength(2);
    expect(everything.packet.files).toHaveLength(2);
    expect(JSON.stringify(everything.packet)).toContain('Olga asked twice');
    const later = await packetOf({ fromDay: '2026-06-01' });
    expect([later.packet.submissions, later.packet.files]).toEqual([[], []]);
    const theirs = await packetOf({}, await signInAs(test, stranger.staff[0].id));
    expect([theirs.packet.submissions, theirs.packet.files]).toEqual([[], []]);
  });
});

describe('how bodies voted', () => {
  it('is in the packet vote by vote once the ballot has closed, letters and findings beside it, taken back or not', async () => {
    const { db } = test.deps;
    test.clock.set(month(3));
    const own = await createWorld(db);
    const credentialId = await createCredential(db);
    const employerId = await createEmployer(db);
    const { contactId } = await createPerson(db, own, employerId);
    const [employer] = await db.select().from(employers).where(eq(employers.id, employerId));
    const record = {
      agencyId: own.agency.id,
      credentialId,
      heldOn: '2026-03-01',
      recordedBy: own.staff[0].id,
      recordedAt: month(3),
    };
    const ballot = { ...record, kind: 'employer_ballot', body: 'Trades', eligible: 2, quorum: 0 } as const;
    const vote = { contactId, employerId, voter: 'Olga Voter', reason: 'Olga said' };
    const [closed] = await db.insert(ballots).values(ballot).returning();
    const [open] = await db
      .insert(ballots)
      .values({ ...ballot, body: 'Not closed', recordedAt: month(4) })
      .returning();
    await db.insert(ballotVotes).values([
      { ...vote, ballotId: closed!.id, choice: 'approve' },
      { ...vote, ballotId: open!.id, choice: 'reject' },
    ]);
    await db.insert(boardLetters).values({
      ...record,
      kind: 'letter',
      board: 'Western board',
      supports: true,
      withdrawnAt: month(3),
      withdrawnBy: own.staff[1].id,
      withdrawReason: 'Olga signed twice',
    });
    await db.insert(vendorFindings).values({ ...record, finding: 'generic', source: 'Its handbook, page 3' });
    const olaf = await signInAs(test, own.staff[0].id);
    const packetOf = async (changes: object = {}, by = olaf) => {
      const made = await by.post('/staff/records', { ...request, ...changes });
      const path = String(made.headers.location).split('?')[0]!;
      return { path, packet: (await by.get(`${path}/packet.json`)).json() };
    };

    const { path, packet } = await packetOf();
    expect(packet.bodies.map(({ what, facts }: { what: string; facts: object }) => [what, facts])).toEqual([
      ['ballot', { kind: 'employer_ballot', body: 'Trades', eligible: 2, quorum: 0 }],
      ['board letter', { kind: 'letter', board: 'Western board', supports: true }],
      ['vendor finding', { finding: 'generic', source: 'Its handbook, page 3' }],
    ]);
    expect(packet.bodies[1]).toMatchObject({
      withdrawnAt: month(3).toISOString(),
      withdrawReason: '[withheld]',
      withheld: ['withdrawReason'],
    });
    expect(packet.votes).toEqual([
      expect.objectContaining({
        ballotId: closed!.id,
        choice: 'approve',
        employerName: employer!.legalName,
        voter: '[withheld]',
      }),
    ]);
    expect(JSON.stringify(packet)).not.toContain('Olga');
    expect((await olaf.get(path)).body).toMatch(/Name of who voted/);
    const masked = await packetOf({ profile: 'people_and_employers_withheld' });
    expect(masked.packet.votes[0].employerName).toBe('[withheld]');
    const whole = await packetOf({ profile: 'nothing_withheld' });
    expect(whole.packet.votes[0]).toMatchObject({ voter: 'Olga Voter', reason: 'Olga said' });
    const theirs = await packetOf({}, await signInAs(test, stranger.staff[0].id));
    expect([theirs.packet.bodies, theirs.packet.votes]).toEqual([[], []]);

    test.clock.set(month(5));
    const votesLater = async () => (await packetOf({}, await signInAs(test, own.staff[0].id))).packet.votes;
    expect(await votesLater()).toHaveLength(2);
    // Called off while it was secret: nobody is told.
    await db.insert(mailedBallots).values({
      agencyId: own.agency.id,
      credentialId,
      state: 'cancelled',
      body: 'Not closed',
      isSecret: true,
      closesAt: month(4),
      proposedBy: own.staff[0].id,
      proposedAt: month(3),
      openedBy: own.staff[1].id,
      openedAt: month(3),
      ballotId: open!.id,
      cancelledBy: own.staff[0].id,
      cancelledAt: month(3),
      cancelReason: 'Wrong credential',
    });
    expect(await votesLater()).toHaveLength(1);
  });
});
