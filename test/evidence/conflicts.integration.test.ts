import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials, issuers } from '../../src/db/schema/credentials.ts';
import { employerDomains } from '../../src/db/schema/employers.ts';
import { conflictMarks } from '../../src/db/schema/evidence.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { refreshAged } from '../../src/evidence/refresh-aged.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month, wyoming } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import {
  createCredential,
  createEmployer,
  createPolicy,
  createWorld,
  type World,
} from '../support/evidence/world.ts';
import { type StaffBrowser, signInAs } from '../support/sign-in.ts';

let test: TestApp;
let world: World;
let ada: StaffBrowser;
let ben: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
});
afterAll(() => test.close());

async function threeYes(issuerDomain: string | null = null) {
  const credentialId = await createCredential(test.deps.db, issuerDomain);
  const policyVersionId = await createPolicy(test.deps.db);
  await trackTally(test.deps, { credentialId, policyVersionId });
  const [row] = await test.deps.db.select().from(credentials).where(eq(credentials.id, credentialId));
  const employerIds = await employersSay(test.deps.db, world, credentialId, 3, month(0), {
    answeredAt: month(1),
  });
  const kept = async () =>
    (await readTally(test.deps.db, credentialId, policyVersionId, test.clock.now())).figures;
  return { credentialId, issuerId: row!.issuerId, employerIds, kept };
}

describe('a connection that staff record', () => {
  it('is uncounted from then on, and counts again when another person takes it back', async () => {
    const { credentialId, issuerId, employerIds, kept } = await threeYes();
    const employerId = employerIds[0]!;
    const fields = {
      employerId: String(employerId),
      issuerId: String(issuerId),
      relation: 'reseller',
      note: 'Their web shop',
    };
    expect((await ada.get(`/staff/employers/${employerId}`)).body).toContain('Connections to issuers');
    expect((await ada.get(`/staff/conflicts?employer=${employerId}`)).body).toContain(
      'No connection is recorded for this employer',
    );

    const bad = await ada.post('/staff/conflicts', { ...fields, relation: 'none', note: '' });
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('Choose how they are connected');
    expect(await kept()).toMatchObject({ bothYes: 3, excluded: 0 });

    expect((await ada.post('/staff/conflicts', fields)).statusCode).toBe(303);
    expect(await kept()).toMatchObject({ bothYes: 2, excluded: 1 });
    expect((await ada.post('/staff/conflicts', fields)).body).toContain('is recorded already');

    const [mark] = await test.deps.db
      .select()
      .from(conflictMarks)
      .where(eq(conflictMarks.employerId, employerId));
    const clear = `/staff/conflicts/${mark!.id}/clear`;
    expect((await ben.post(clear)).statusCode).toBe(409);
    const ask = `/staff/conflicts/${mark!.id}/ask`;
    expect((await ada.post(ask, { reason: ' ' })).statusCode).toBe(422);
    expect((await ada.post(ask, { reason: 'They sold the shop' })).statusCode).toBe(303);
    expect((await ben.post(`/staff/conflicts/${mark!.id}/keep`)).statusCode).toBe(303);
    expect((await ada.post(ask, { reason: 'They sold the shop' })).statusCode).toBe(303);
    expect(await kept()).toMatchObject({ bothYes: 2, excluded: 1 });
    expect((await ada.get('/staff/conflicts')).body).not.toContain(clear);
    expect((await ada.post(clear)).statusCode).toBe(403);
    expect((await ben.get('/staff')).body).toContain('A connection to an issuer is to be taken back');
    expect((await ben.get('/staff/conflicts')).body).toContain(clear);
    test.clock.advance(1000);
    expect((await ben.post(clear)).statusCode).toBe(303);
    expect((await ben.post(clear)).statusCode).toBe(409);
    expect(await kept()).toMatchObject({ bothYes: 3, excluded: 0 });

    const facts = await loadFacts(test.deps.db, credentialId, test.clock.now());
    const between = new Date(test.clock.now().getTime() - 500);
    expect(evaluateRequirement(wyoming(), facts, between).figures).toMatchObject({ bothYes: 2, excluded: 1 });
  });

  it.each(['/staff/conflicts?employer=999999', '/staff/conflicts/999999/clear'])(
    'is not found at %s',
    async (url) => {
      expect((await (url.endsWith('clear') ? ben.post(url) : ben.get(url))).statusCode).toBe(404);
    },
  );

  it('names employers and issuers that exist', async () => {
    const employerId = await createEmployer(test.deps.db);
    const fields = { employerId: String(employerId), issuerId: '999999', relation: 'board', note: 'x' };
    expect((await ada.post('/staff/conflicts', fields)).statusCode).toBe(404);
  });
});

describe("an issuer's domain", () => {
  it('is found when the employer answers, and by the sweep when it is learnt later', async () => {
    const { credentialId, issuerId, employerIds, kept } = await threeYes('maker.example');
    const [first, second] = employerIds as [number, number];
    await test.deps.db.insert(employerDomains).values({ employerId: first, domain: 'mail.maker.example' });
    await refreshAged(test.deps);
    expect(await kept()).toMatchObject({ bothYes: 2, excluded: 1 });

    await test.deps.db.insert(employerDomains).values({ employerId: second, domain: 'other.example' });
    await test.deps.db.update(issuers).set({ domain: 'other.example' }).where(eq(issuers.id, issuerId));
    await refreshAged(test.deps);
    expect(await kept()).toMatchObject({ bothYes: 2, excluded: 1 });
    const facts = await loadFacts(test.deps.db, credentialId, test.clock.now());
    expect(evaluateRequirement(wyoming(), facts, test.clock.now()).exclusions).toMatchObject([
      { employerId: second, reason: 'domain_of_issuer' },
    ]);
    const [{ n } = { n: 0 }] = await test.deps.db.execute<{ n: number }>(
      sql`select count(*)::int as n from positions where status = 'excluded' and reason = 'domain_of_issuer'`,
    );
    expect(n).toBe(1);
  });
});
