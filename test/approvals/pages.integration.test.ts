import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld, type World } from '../support/evidence/world.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeStaff } from '../support/staff.ts';

let test: TestApp;
let world: World;
let ada: StaffBrowser;
let ben: StaffBrowser;
let stranger: StaffBrowser;
let viewer: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  const other = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  stranger = await signInAs(test, other.staff[0].id);
  viewer = await signInAs(test, (await makeStaff(test, world.agency.id, 'viewer')).id);
});
afterAll(() => test.close());

const LIST = {
  name: 'Credentials of Value',
  kind: 'unified',
  policy: 'wyoming',
  reviewCycle: 'annual',
  cycleName: '2026',
  startsOn: '2026-01-01',
  endsOn: '2027-01-01',
};

/** Whoever comes first finds nothing and makes the list; the tests below go on from there. */
describe('lists and applications', () => {
  it('start empty and say what to do', async () => {
    const page = await ada.get('/staff/applications');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('Make the first list');
    expect((await viewer.get('/staff/applications')).body).not.toContain('/staff/lists/new');
  });

  it('refuse a form with faults and keep what was typed', async () => {
    const page = await ada.post('/staff/lists', {
      ...LIST,
      name: 'Half a <list>',
      kind: '',
      endsOn: '2025-01-01',
    });
    expect(page.statusCode).toBe(422);
    expect(page.body).toContain('There is a problem');
    expect(page.body).toContain('href="#kind"');
    expect(page.body).toContain('Choose what the list is for');
    expect(page.body).toContain('Half a &lt;list&gt;');
  });

  it('make a list once', async () => {
    const made = await ada.post('/staff/lists', LIST);
    expect([made.statusCode, made.headers.location]).toEqual([
      303,
      '/staff/lists/credentials-of-value?done=listed',
    ]);
    expect((await ada.get('/staff/lists/credentials-of-value')).body).toContain(
      'At least 10 different employers',
    );
    const again = await ada.post('/staff/lists', LIST);
    expect(again.statusCode).toBe(422);
    expect(again.body).toContain('a list of this name exists');
    expect((await ada.get('/staff/lists')).body).toContain('Credentials of Value');
  });

  it('add a cycle once', async () => {
    const cycle = { cycleName: '2027', startsOn: '2027-01-01', endsOn: '2028-01-01' };
    expect((await ada.post('/staff/lists/credentials-of-value/cycles', cycle)).statusCode).toBe(303);
    expect((await ada.post('/staff/lists/credentials-of-value/cycles', cycle)).statusCode).toBe(422);
    expect(
      (await ada.post('/staff/lists/credentials-of-value/cycles', { ...cycle, endsOn: 'x' })).statusCode,
    ).toBe(422);
  });

  it('go from submitting to a decision', async () => {
    const credentialId = await createCredential(test.deps.db);
    const form = (await ada.get('/staff/applications/new')).body;
    const cycle = /value="(\d+\/\d+)"[^>]*>Credentials of Value, 2026/.exec(form)?.[1];
    expect(form).toContain(`value="${credentialId}"`);
    const fields = { credentialId: String(credentialId), cycle: cycle! };
    const submitted = await ada.post('/staff/applications/new', fields);
    expect(submitted.statusCode).toBe(303);
    expect((await ada.post('/staff/applications/new', fields)).body).toContain(
      'has an application there already',
    );
    const path = String(submitted.headers.location).split('?')[0]!;
    expect((await ada.get(`${path}?done=submitted`)).body).toContain('The application is submitted');

    await ada.post(`${path}/freeze`, { note: '' });
    const request = async () => /name="freezeRequestId" value="(\d+)"/.exec((await ben.get(path)).body)?.[1];
    const refused = await ben.post(`${path}/freeze/confirm`, { freezeRequestId: (await request())! });
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('Nobody has been asked yet');
    await ada.post(`${path}/freeze/withdraw`);

    await employersSay(test.deps.db, world, credentialId, 10, month(0), { answeredAt: month(1) });
    await employersSay(test.deps.db, world, credentialId, 1, month(0), {
      answeredAt: month(1),
      relation: 'board',
    });
    await employersSay(test.deps.db, world, credentialId, 2, month(0), {
      answeredAt: month(1),
      values: said('no', 'yes'),
    });
    const page = (await ada.get(path)).body;
    expect(page).toContain('10 of 10');
    expect(page).toContain('declared a connection to the issuer');
    expect((await ada.get('/staff/applications')).body).toContain('10 of 10');

    const tooEarly = await ben.post(`${path}/decide`, { decision: 'approved', reason: 'Looks good' });
    expect(tooEarly.statusCode).toBe(422);
    expect(tooEarly.body).toContain('no evidence is frozen');
    expect(tooEarly.body).toContain('Looks good');

    await ada.post(`${path}/freeze`, { note: 'For the board' });
    const id = (await request())!;
    expect((await ada.get(path)).body).not.toContain('freezeRequestId');
    expect((await ada.post(`${path}/freeze/confirm`, { freezeRequestId: id })).statusCode).toBe(403);
    expect((await ben.post(`${path}/freeze/confirm`, {})).statusCode).toBe(409);
    expect((await ben.post(`${path}/freeze/confirm`, { freezeRequestId: id })).headers.location).toBe(
      `${path}?done=frozen`,
    );

    const criteria = await ada.get(`${path}/criteria`);
    expect(criteria.statusCode).toBe(200);
    expect(criteria.body).toContain('Met in the frozen evidence. 10 of 10 employers.');

    const snapshot = /href="(\/staff\/evidence\/\d+)"/.exec((await ben.get(path)).body)![1]!;
    const shown = await viewer.get(snapshot);
    expect(shown.statusCode).toBe(200);
    expect(shown.body).toContain('Counting its 13 answers again gives the same result');
    expect(shown.body).toContain('would you monetarily incentivize them?');
    expect(shown.body).not.toContain('Does not hold');
    const file = await viewer.get(`${snapshot}/packet.json`);
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(verifyPacket(file.rawPayload).ok).toBe(true);

    expect((await ben.post(`${path}/decide`, { decision: '', reason: '' })).body).toContain(
      'Choose a decision',
    );
    const approval = { decision: 'approved', reason: 'Met', conditions: 'Taken with the exam' };
    const employer = /Employer \d+ LLC/.exec(page)![0];
    const named = await ada.post(`${path}/decide`, { ...approval, publicReason: `${employer} said no` });
    expect(named.statusCode).toBe(422);
    expect(named.body).toContain(`Leave out “${employer}”`);
    expect((await ada.post(`${path}/decide`, approval)).headers.location).toBe(`${path}?done=proposed`);
    const twice = await ben.post(`${path}/decide`, { decision: 'denied', reason: 'No' });
    expect(twice.statusCode).toBe(422);
    expect(twice.body).toContain('Somebody proposed a decision before you');
    expect((await ada.get(path)).body).not.toContain('Confirm the decision');
    const decisionId = /name="decisionId" value="(\d+)"/.exec((await ben.get(path)).body)![1]!;
    expect((await ada.post(`${path}/decide/confirm`, { decisionId })).statusCode).toBe(403);
    expect((await ben.post(`${path}/decide/confirm`, { decisionId })).headers.location).toBe(
      `${path}?done=decided`,
    );
    const late = await ben.post(`${path}/decide/confirm`, { decisionId });
    expect(late.statusCode).toBe(409);
    expect(late.body).toContain('Somebody was first');
    const raced = await ben.post(`${path}/decide`, { decision: 'denied', reason: 'Met' });
    expect(raced.statusCode).toBe(409);
    const decided = (await ben.get(path)).body;
    expect(decided).toContain('Proposed by Ada, confirmed by Ben');
    expect(decided).toContain('Taken with the exam');
    expect(decided).toContain('Comes up for review on');

    for (const url of [path, snapshot, `${snapshot}/packet.json`, '/staff/lists/credentials-of-value']) {
      expect((await stranger.get(url)).statusCode).toBe(404);
    }
    expect((await stranger.post(`${path}/freeze`, { note: '' })).statusCode).toBe(404);
    expect((await stranger.get('/staff/applications')).body).not.toContain('Credentials of Value');
  });

  it('let a viewer look and nothing else', async () => {
    for (const url of [
      '/staff/lists',
      '/staff/applications/new',
      '/staff/applications/1/freeze',
      '/staff/applications/1/decide',
    ]) {
      expect((await viewer.post(url, {})).statusCode).toBe(403);
    }
  });

  it.each([
    '/staff/applications/0',
    '/staff/applications/abc',
    '/staff/applications/999999',
    '/staff/evidence/99999999999999999999',
    '/staff/lists/none',
  ])('know nothing at %s', async (url) => {
    expect((await ada.get(url)).statusCode).toBe(404);
  });

  it('take filters that make no sense as none', async () => {
    expect((await ada.get('/staff/applications?state=lost&list=x&page=-1')).statusCode).toBe(200);
    expect((await ada.get('/staff/applications?state=decided')).body).toContain('Credential ');
    expect((await ada.get('/staff/applications?state=revoked')).body).toContain(
      'No application is like this',
    );
    expect((await ada.get('/staff/applications/new?q=%25zzz')).body).toContain(
      'No credential has these words',
    );
  });
});
