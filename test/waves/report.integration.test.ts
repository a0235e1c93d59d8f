import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashToken } from '../../src/lib/tokens.ts';
import { listReportGroups } from '../../src/waves/report-queries.ts';
import { waveReport } from '../../src/waves/rules/wave-report.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let test: TestApp;
let invited: Invited;
let own: StaffBrowser;
let stranger: StaffBrowser;

/** Eleven people of one wave, asked about two credentials, each with an end of their own. */
beforeAll(async () => {
  test = await createTestApp();
  const now = test.clock.now();
  invited = await inviteEmployers(test.deps, { now, credentials: 2, employers: 11 });
  const [notice] = await test.deps.db.execute<{ id: number }>(
    sql`select notice_version_id as id from waves where id = ${invited.waveId}`,
  );
  const at = sql`${now.toISOString()}::timestamptz`;
  const run = (query: ReturnType<typeof sql>) => test.deps.db.execute(query);
  const person = (index: number) => invited.employers[index]!;
  const answer = async (index: number, ask: number, values: object, familiar = true) => {
    const { invitationId, contactId, employerId, askIds } = person(index);
    await run(sql`
      insert into answers (ask_id, version, invitation_id, contact_id, employer_id, credential_id, instrument_version_id,
        notice_version_id, language, familiar, values, relation, provenance, answered_at)
      values (${askIds[ask]!}, 1, ${invitationId}, ${contactId}, ${employerId}, ${invited.credentialIds[ask]!},
        ${invited.instrumentVersionId}, ${notice!.id}, 'en', ${familiar}, ${JSON.stringify(values)}::text::jsonb, 'none',
        'mailed_link_own_domain', ${at})`);
    await run(sql`update asks set state = 'answered' where id = ${askIds[ask]!}`);
    await run(sql`update invitations set state = 'answered', answered_at = ${at} where id = ${invitationId}`);
  };
  await answer(0, 0, { incentive: 'yes', preference: 'yes', importance: 'very' });
  await answer(0, 1, { incentive: 'yes', preference: 'no' });
  await answer(1, 0, {}, false);
  await answer(1, 1, { incentive: 'yes' });
  await run(sql`
    update invitations set state = 'declined', declined_at = ${at}, decline_reason = 'no_time'
    where id = ${person(2).invitationId}`);
  await run(sql`
    update invitations set state = 'declined', declined_at = ${at}, decline_reason = 'left'
    where id = ${person(3).invitationId}`);
  await run(sql`update invitations set state = 'started' where id = ${person(4).invitationId}`);
  await run(sql`update asks set undelivered_at = ${at} where invitation_id = ${person(5).invitationId}`);
  await run(
    sql`update asks set asked_at = null, state = 'planned' where invitation_id = ${person(6).invitationId}`,
  );
  const address = hashToken('address of the eighth').toString('hex');
  await run(sql`
    insert into unsubscribe_links (token_hash, contact_id, address_hash, created_at)
    values (decode(${hashToken('link').toString('hex')}, 'hex'), ${person(7).contactId}, decode(${address}, 'hex'), ${at})`);
  await run(sql`
    insert into suppressions (address_hash, reason, created_at)
    values (decode(${address}, 'hex'), 'unsubscribed', ${at})`);
  await run(sql`
    update employers set merged_into_id = ${person(9).employerId}, unit_id = ${person(9).employerId}
    where id = ${person(8).employerId}`);
  // The tenth and the eleventh are silent.
  await run(sql`
    update credentials set name = '=cmd|calc!A1' where id = ${invited.credentialIds[1]!}`);
  own = await signInAs(test, invited.staffIds[0]);
  const other = await makeAgency(test);
  stranger = await signInAs(test, (await makeStaff(test, other.id)).id);
}, 60_000);
afterAll(() => test.close());

it('finds one disposition for each person and each ask', async () => {
  const report = waveReport(await listReportGroups(test.deps.db, invited.waveId));
  expect(report.wave.counts).toEqual({ I: 1, P: 1, R: 3, NC: 2, O: 0, UH: 1, UO: 1, NE: 2 });
  expect(report.eligibility).toEqual({ e: 7 / 9, eligible: 7, known: 9 });
  const [first, second] = invited.credentialIds.map((id) => report.credentials.get(id)!);
  expect(first!.counts).toEqual({ I: 2, P: 0, R: 3, NC: 2, O: 0, UH: 1, UO: 1, NE: 2 });
  expect(first!.bounds).toEqual({ yes: 1, asked: 9, low: 1 / 9, high: 8 / 9 });
  expect(second!.counts).toEqual({ I: 1, P: 1, R: 3, NC: 2, O: 0, UH: 1, UO: 1, NE: 2 });
  expect(second!.bounds).toMatchObject({ yes: 0, asked: 9, high: 8 / 9 });
});

it('takes alike people together', async () => {
  const groups = await listReportGroups(test.deps.db, invited.waveId);
  expect(groups.reduce((sum, { people }) => sum + people, 0)).toBe(11);
  expect(groups.find(({ people }) => people === 2)?.asks).toHaveLength(2);
});

it('has a page with every count, how e was found, and no margin of error', async () => {
  const { statusCode, body } = await own.get(`/staff/waves/${invited.waveId}/report`);
  expect(statusCode).toBe(200);
  expect(body).toContain('What became of 11 people');
  expect(body).toContain('of the 9 people of whom it is known, 7 could be asked');
  expect(body).toContain('counts as no contact (NC)');
  expect(body).toContain('1 of 9 asked: at least 11.1%, at most 88.9%');
  expect(body).not.toContain('±');
  const wave = await own.get(`/staff/waves/${invited.waveId}`);
  expect(wave.body).toContain(`/staff/waves/${invited.waveId}/report`);
});

it('exports the same as a table in which no cell is a formula', async () => {
  const { headers, body } = await own.get(`/staff/waves/${invited.waveId}/report.csv`);
  expect(headers['content-type']).toContain('text/csv');
  expect(body).toContain(`"'=cmd|calc!A1"`);
  const rows = body.trim().split('\r\n').slice(1);
  expect(rows).toHaveLength(3);
  expect(rows.find((row) => row.startsWith('Wave,'))).toContain(
    'Wave,,1,1,3,2,0,1,1,2,11,0.7778,0.1111,0.2222,',
  );
});

it('is not there for another agency, nor for a wave that was never launched', async () => {
  const [draft] = await test.deps.db.execute<{ id: number }>(sql`
    insert into waves (agency_id, name, created_by, created_at, updated_at)
    values (${invited.agencyId}, 'Draft', ${invited.staffIds[0]}, now(), now()) returning id`);
  for (const part of ['report', 'report.csv']) {
    expect((await stranger.get(`/staff/waves/${invited.waveId}/${part}`)).statusCode).toBe(404);
    expect((await own.get(`/staff/waves/${draft!.id}/${part}`)).statusCode).toBe(404);
  }
});
