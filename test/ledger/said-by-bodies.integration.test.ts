import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordBallot } from '../../src/committees/record-ballot.ts';
import { recordFinding } from '../../src/committees/record-finding.ts';
import { recordBoardLetter, recordReview } from '../../src/committees/record-statement.ts';
import { adjudications } from '../../src/db/schema/evidence.ts';
import { makeCheckpoint } from '../../src/ledger/make-checkpoint.ts';
import { sequenceLog } from '../../src/ledger/sequence-log.ts';
import { verifyStoredLog } from '../../src/ledger/verify-stored-log.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { createCredential, createEmployer, createWorld } from '../support/evidence/world.ts';

let test: TestApp;
let staffId: number;

/** A vote, a letter, a review, a finding and an adjudication, each in the log and signed. */
beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  const world = await createWorld(test.deps.db);
  const credentialId = await createCredential(test.deps.db);
  staffId = world.staff[0].id;
  const common = {
    agencyId: world.agency.id,
    staffId,
    credentialId,
    heldOn: '2026-02-01',
    note: '',
    file: null,
  };
  const vote = { seatId: null, contactId: null, employerId: null, relation: 'none' as const, reason: '' };
  const made = await recordBallot(test.deps, {
    ...common,
    kind: 'employer_ballot',
    body: 'Employers of the trade',
    committeeId: null,
    meetingId: null,
    eligible: 2,
    quorum: 0,
    today: '2026-03-01',
    votes: [
      { ...vote, voter: 'Una', choice: 'approve' },
      { ...vote, voter: 'Otto', choice: 'reject' },
    ],
  });
  expect(made.ok).toBe(true);
  await recordBoardLetter(test.deps, { ...common, kind: 'letter', board: 'Alamo', supports: true });
  await recordReview(test.deps, { ...common, team: 'A', isSettling: false, tier: 'Valued' });
  await recordFinding(test.deps, { ...common, finding: 'generic', source: 'Its web page' });
  await test.deps.db.insert(adjudications).values({
    agencyId: world.agency.id,
    credentialId,
    unitId: await createEmployer(test.deps.db),
    answerIds: [1, 2],
    speaksAnswerId: null,
    reason: 'Both left',
    proposedAt: month(2),
    proposedBy: staffId,
  });
  await sequenceLog(test.deps);
  expect(await makeCheckpoint(test.deps)).toMatchObject({ ok: true });
});
afterAll(() => test.close());

const undo = new Error('undo');

async function findingsAfter(tamper: SQL): Promise<string> {
  let says = '';
  await test.deps.db
    .transaction(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(tamper);
      const { checks } = await verifyStoredLog({ db: tx });
      says = checks
        .filter(({ ok }) => !ok)
        .map((check) => check.says)
        .join('\n');
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  return says;
}

describe('what bodies said', () => {
  it('is in the log, and holds after its people were forgotten and a record was taken back', async () => {
    expect((await verifyStoredLog(test.deps)).ok).toBe(true);
    const { db } = test.deps;
    const kinds = await db.execute<{ kind: string; n: number }>(
      sql`select kind, count(*)::int as n from log_openings where kind <> 'audit_event' group by kind order by kind`,
    );
    expect(kinds.map(({ kind, n }) => [kind, n])).toEqual([
      ['adjudication', 1],
      ['ballot', 1],
      ['ballot_vote', 2],
      ['board_letter', 1],
      ['rubric_review', 1],
      ['vendor_finding', 1],
    ]);
    await db.execute(sql`update ballot_votes set voter = '', reason = ''`);
    await db.execute(
      sql`update board_letters set withdrawn_at = now(), withdrawn_by = ${staffId}, withdraw_reason = 'Wrong board'`,
    );
    await db.execute(sql`update adjudications set state = 'withdrawn', decided_at = now(), reason = ''`);
    expect((await verifyStoredLog(test.deps)).ok).toBe(true);
  });

  it.each([
    [
      'a vote was turned',
      sql`update ballot_votes set choice = 'approve' where choice = 'reject'`,
      /\(vote \d+\) was altered/,
    ],
    [
      'a vote was dropped',
      sql`delete from ballot_votes where choice = 'reject'`,
      /vote \d+, which it logged, is gone/,
    ],
    ['the quorum was lowered', sql`update ballots set eligible = 1`, /\(ballot \d+\) was altered/],
    [
      'a letter was turned',
      sql`update board_letters set supports = false`,
      /\(letter of a board \d+\) was altered/,
    ],
    [
      'a tier was raised',
      sql`update rubric_reviews set tier = 'Preferred'`,
      /\(review by a rubric \d+\) was altered/,
    ],
    [
      'a finding was turned',
      sql`update vendor_findings set finding = 'excepted'`,
      /\(finding on vendors \d+\) was altered/,
    ],
    [
      'an adjudication was turned',
      sql`update adjudications set speaks_answer_id = 2`,
      /\(adjudication \d+\) was altered/,
    ],
  ] as const)('is found out when %s', async (_what, tamper, words) => {
    expect(await findingsAfter(tamper)).toMatch(words);
  });
});
