import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createList } from '../../src/approvals/create-list.ts';
import { submitApplication } from '../../src/approvals/submit-application.ts';
import { lettersPreset, WYOMING } from '../../src/evidence/presets.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month, said } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import { createCredential, createWorld } from '../support/evidence/world.ts';
import { formFields } from '../support/form-fields.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

let test: TestApp;
let agencyId: number;
let ada: StaffBrowser;
let ben: StaffBrowser;
let eve: StaffBrowser;
let adaId: number;
let stranger: StaffBrowser;
const elsewhere = { agencyId: 0, staffId: 0 };

beforeAll(async () => {
  test = await createTestApp();
  agencyId = (await makeAgency(test, 'Learning')).id;
  const staff = await Promise.all([
    makeStaff(test, agencyId, 'approver'),
    makeStaff(test, agencyId, 'approver'),
    makeStaff(test, agencyId, 'viewer'),
  ]);
  adaId = staff[0].id;
  [ada, ben, eve] = [
    await signInAs(test, staff[0].id),
    await signInAs(test, staff[1].id),
    await signInAs(test, staff[2].id),
  ];
  elsewhere.agencyId = (await makeAgency(test, 'Elsewhere')).id;
  elsewhere.staffId = (await makeStaff(test, elsewhere.agencyId, 'admin')).id;
  stranger = await signInAs(test, elsewhere.staffId);
}, 120_000);
afterAll(() => test.close());

/** Sends the form that starts from a preset, with so much of it changed. */
const publish = async (
  browser: StaffBrowser,
  preset: string,
  changes: Record<string, string | string[]> = {},
) => {
  const page = await browser.get(`/staff/policies/new?from=preset-${preset}`);
  return browser.post('/staff/policies', { ...formFields(page.body, '/staff/policies'), ...changes });
};

const audits = async () =>
  (
    await test.deps.sql<{ action: string }[]>`
    select action from audit_events where action like 'policy.%' order by id`
  ).map(({ action }) => action);

describe('policies', () => {
  it('publishes a preset that no list uses at once, and not twice', async () => {
    const sent = await publish(ada, 'ohio');
    expect(sent.headers.location).toBe('/staff/policies?done=published');
    const page = await ada.get('/staff/policies?done=published');
    expect(page.body).toContain('At least 60 points from at least 10 different employers');
    const again = await publish(ada, 'ohio');
    expect(again.statusCode).toBe(422);
    expect(again.body).toContain('this policy is published as it is');
    expect(await audits()).toEqual(['policy.published']);
  });

  it('refuses what makes no sense, and who may not', async () => {
    expect((await ada.post('/staff/policies', { start: 'preset-atlantis' })).statusCode).toBe(404);
    expect((await publish(ada, 'ohio', { minEmployers: '0' })).statusCode).toBe(422);
    expect((await eve.post('/staff/policies', { start: 'preset-texas' })).statusCode).toBe(403);
  });

  it('takes two people to change a policy that a list counts under', async () => {
    const { db } = test.deps;
    const list = await createList(test.deps, {
      agencyId,
      staffId: adaId,
      name: 'State list',
      kind: 'unified',
      reviewCycle: 'annual',
      policy: WYOMING,
      cycle: { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    });
    if (!list.ok) throw new Error(list.reason);
    const world = await createWorld(db);
    const credentialId = await createCredential(db);
    await submitApplication(test.deps, {
      agencyId,
      staffId: adaId,
      credentialId,
      listId: list.listId,
      cycleId: list.cycleId,
    });
    await employersSay(db, world, credentialId, 8, month(0), {
      answeredAt: month(1),
      values: said('yes', 'yes'),
    });

    const proposed = await publish(ada, 'wyoming', { minEmployers: '8' });
    expect(proposed.headers.location).toBe('/staff/policies?done=proposed');
    const again = await publish(ben, 'wyoming', { minEmployers: '7' });
    expect(again.body).toContain('waits for a second person already');
    const [proposal] = await test.deps.sql<{ id: number }[]>`
      select id from policy_proposals where state = 'proposed'`;
    const confirm = `/staff/policies/${proposal!.id}/confirm`;
    expect((await ada.get('/staff/policies')).body).not.toContain(confirm);
    expect((await ada.post(confirm)).statusCode).toBe(403);
    expect((await eve.post(confirm)).statusCode).toBe(403);
    expect((await stranger.post(confirm)).statusCode).toBe(404);
    const page = (await ben.get('/staff/policies')).body;
    expect(page).toContain(confirm);
    expect(page).toContain('At least 8 different employers');
    expect(page).toContain('It would count for State list');
    expect((await stranger.get('/staff/policies')).body).not.toContain('State list');

    const before = (await ada.get('/staff/applications')).body;
    expect(before).toContain('8 of 10');
    // Two people at once: one publishes, the other is told.
    const both = await Promise.all([ben.post(confirm), ben.post(confirm)]);
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([303, 409]);
    expect((await ada.get('/staff/applications')).body).toContain('8 of 8');
    const versions = await test.deps.sql<{ version: number; used: boolean }[]>`
      select v.version, v.used_at is not null as used from policy_versions v
      join policies p on p.id = v.policy_id where p.slug = 'wyoming' order by v.version`;
    expect([...versions]).toEqual([
      { version: 1, used: true },
      { version: 2, used: true },
    ]);
    expect((await audits()).slice(1)).toEqual(['policy.proposed', 'policy.published']);
    expect((await ben.post(confirm)).statusCode).toBe(409);
  });

  it('moves the lists of the agency that changed it, and nobody else’s', async () => {
    const policy = lettersPreset(7);
    const listOf = async (who: { agencyId: number; staffId: number }, name: string) => {
      const cycle = { name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' };
      const terms = { kind: 'unified', reviewCycle: 'annual', policy, cycle } as const;
      const list = await createList(test.deps, { ...who, ...terms, name });
      if (!list.ok) throw new Error(list.reason);
      return list.listId;
    };
    const own = await listOf({ agencyId, staffId: adaId }, 'List by letters');
    const theirs = await listOf(elsewhere, 'Their list by letters');
    const versionsOf = async () => {
      const rows = await test.deps.sql<{ id: number; version: number }[]>`
        select l.id::int as id, v.version from lists l join policy_versions v on v.id = l.policy_version_id`;
      return [own, theirs].map((id) => rows.find((row) => row.id === id)?.version);
    };
    expect(await versionsOf()).toEqual([1, 1]);
    expect((await publish(ada, 'letters-7', { minEmployers: '6' })).headers.location).toContain(
      'done=proposed',
    );
    const [proposal] = await test.deps.sql<{ id: number }[]>`
      select id from policy_proposals where state = 'proposed'`;
    expect((await ben.post(`/staff/policies/${proposal!.id}/confirm`)).statusCode).toBe(303);
    expect(await versionsOf()).toEqual([2, 1]);
  });

  it('takes a proposal back', async () => {
    await publish(ada, 'wyoming', { months: '12' });
    const [proposal] = await test.deps.sql<{ id: number }[]>`
      select id from policy_proposals where state = 'proposed'`;
    expect((await stranger.post(`/staff/policies/${proposal!.id}/withdraw`)).statusCode).toBe(404);
    const taken = await ben.post(`/staff/policies/${proposal!.id}/withdraw`);
    expect(taken.headers.location).toBe('/staff/policies?done=withdrawn');
    expect((await ben.post(`/staff/policies/${proposal!.id}/confirm`)).statusCode).toBe(409);
  });
});

describe('what if', () => {
  it('shows the same answers under two policies, and who counts differently and why', async () => {
    const { db } = test.deps;
    const world = await createWorld(db);
    const credentialId = await createCredential(db);
    await employersSay(db, world, credentialId, 3, month(0), {
      answeredAt: month(1),
      values: said('yes', 'yes'),
    });
    await employersSay(db, world, credentialId, 2, month(0), {
      answeredAt: month(1),
      values: said('yes', 'no'),
      provenance: 'staff_letter',
    });
    const [credential] = await test.deps.sql<{ slug: string }[]>`
      select slug from credentials where id = ${credentialId}`;
    const [wyoming] = await test.deps.sql<{ id: number }[]>`
      select v.id from policy_versions v join policies p on p.id = v.policy_id
      where p.slug = 'wyoming' and v.version = 1`;
    const path = `/staff/credentials/${credential!.slug}/what-if`;
    const page = (await ada.get(`${path}?under=v${wyoming!.id}&against=preset-letters-5`)).body;
    expect(page).toContain('3 of 10');
    expect(page).toContain('5 of 5');
    expect(page).toContain('2 employers stand differently');
    expect(page).toContain('came in a way that the policy does not take');
    const ballot = (await ada.get(`${path}?under=v${wyoming!.id}&against=preset-arkansas`)).body;
    expect(ballot).toContain('Employers that voted');
    expect(ballot).toContain('0 of 3');
    expect((await ada.get(`${path}?under=nonsense&against=v999999`)).statusCode).toBe(200);
    expect((await ada.get('/staff/credentials/no-such/what-if')).statusCode).toBe(404);
    const story = (await ada.get(`/staff/credentials/${credential!.slug}/story`)).statusCode;
    expect(story).toBe(200);
    expect(lettersPreset(5).body.requirement).toMatchObject({ minLetters: 5 });
  });
});

describe('mandatory criteria', () => {
  it('are added to a preset under a name of its own', async () => {
    const own = { name: 'Wyoming with criteria', criteria: ['alignment', 'portability'] };
    expect((await publish(ada, 'wyoming', own)).statusCode).toBe(303);
    expect((await ada.get('/staff/policies')).body).toContain('alignment and portability');
    expect((await publish(ada, 'wyoming', { ...own, criteria: ['charm'] })).statusCode).toBe(422);
  });
});
