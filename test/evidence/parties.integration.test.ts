import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { committeeSeats, committees } from '../../src/db/schema/committees.ts';
import { credentials } from '../../src/db/schema/credentials.ts';
import { employerDomains, employerGroupMembers, employerGroups } from '../../src/db/schema/employers.ts';
import { conflictMarks, issuerParties } from '../../src/db/schema/evidence.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { refreshAged } from '../../src/evidence/refresh-aged.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import { employersSay } from '../support/evidence/history.ts';
import {
  createCredential,
  createEmployer,
  createPerson,
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

async function fourYes() {
  const { db } = test.deps;
  const credentialId = await createCredential(db);
  const policyVersionId = await createPolicy(db);
  await trackTally(test.deps, { credentialId, policyVersionId });
  const [row] = await db.select().from(credentials).where(eq(credentials.id, credentialId));
  const employerIds = await employersSay(db, world, credentialId, 4, month(0), { answeredAt: month(1) });
  const kept = async () => (await readTally(db, credentialId, policyVersionId, test.clock.now())).figures;
  return { credentialId, issuerId: row!.issuerId, employerIds, kept };
}

async function inGroup(name: string, employerIds: number[]): Promise<void> {
  const { db } = test.deps;
  const [group] = await db
    .insert(employerGroups)
    .values({ name, nameKey: name.toLowerCase(), createdAt: month(0) })
    .returning();
  await db
    .insert(employerGroupMembers)
    .values(employerIds.map((employerId) => ({ employerId, groupId: group!.id, joinedAt: month(0) })));
}

describe('who stands behind a credential', () => {
  it('excludes employers that share a domain or a parent with them, until it is taken off', async () => {
    const { db } = test.deps;
    const { issuerId, employerIds, kept } = await fourYes();
    const [byDomain, byParent, itself] = employerIds as [number, number, number, number];
    await db.insert(employerDomains).values({ employerId: byDomain, domain: 'shop.reseller.example' });
    await inGroup('Party Holdings', [byParent, itself]);
    const fields = { issuerId: String(issuerId), relation: 'reseller', name: 'The Reseller' };

    const bad = await ada.post('/staff/conflicts/parties', fields);
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('Enter a domain or the number of an employer record');
    const wrongs: Record<string, string>[] = [
      { domain: 'gmail.com' },
      { employerId: '999999' },
      { employerId: 'x' },
      { domain: 'a.example', credential: 'no-such-thing' },
    ];
    for (const wrong of wrongs) {
      expect((await ada.post('/staff/conflicts/parties', { ...fields, ...wrong })).statusCode).toBe(422);
    }
    const given = { ...fields, domain: 'reseller.example', employerId: String(itself) };
    expect((await ada.post('/staff/conflicts/parties', given)).statusCode).toBe(303);
    expect(await kept()).toMatchObject({ bothYes: 1, excluded: 3 });
    const page = (await ada.get('/staff/conflicts')).body;
    for (const words of [
      'shares an internet domain with',
      'has the same parent company as',
      'Found: it is',
    ]) {
      expect(page).toContain(words);
    }

    // A new member of the group is found by the sweep.
    const [, , , last] = employerIds as [number, number, number, number];
    const [group] = await db
      .select()
      .from(employerGroups)
      .where(eq(employerGroups.nameKey, 'party holdings'));
    await db
      .insert(employerGroupMembers)
      .values({ employerId: last, groupId: group!.id, joinedAt: month(1) });
    await refreshAged(test.deps);
    expect(await kept()).toMatchObject({ bothYes: 0, excluded: 4 });

    // Two people take one back; it is not found again.
    const [mark] = await db.select().from(conflictMarks).where(eq(conflictMarks.employerId, last));
    expect(mark).toMatchObject({ found: 'shared_parent', setBy: null });
    await ada.post(`/staff/conflicts/${mark!.id}/ask`, { reason: 'Sold last year' });
    expect((await ben.post(`/staff/conflicts/${mark!.id}/clear`)).statusCode).toBe(303);
    await refreshAged(test.deps);
    expect(await kept()).toMatchObject({ bothYes: 1, excluded: 3 });

    const [party] = await db.select().from(issuerParties).where(eq(issuerParties.issuerId, issuerId));
    const end = `/staff/conflicts/parties/${party!.id}/end`;
    expect((await ada.post(end)).statusCode).toBe(403);
    expect((await ben.post(end)).statusCode).toBe(303);
    expect((await ben.post(end)).statusCode).toBe(409);
    expect(await kept()).toMatchObject({ bothYes: 4, excluded: 0 });
  });

  it('of one credential leaves the issuer’s others alone', async () => {
    const { db } = test.deps;
    const { issuerId, employerIds, kept } = await fourYes();
    const [other] = await db
      .insert(credentials)
      .values({
        slug: `other-of-${issuerId}`,
        name: 'Other',
        nameKey: `other of ${issuerId}`,
        issuerId,
        naicsPrefixes: [],
        createdAt: month(0),
        updatedAt: month(0),
      })
      .returning();
    const fields = { issuerId: String(issuerId), relation: 'applicant', name: 'Applicant' };
    const given = { ...fields, employerId: String(employerIds[0]), credential: other!.slug };
    expect((await ada.post('/staff/conflicts/parties', given)).statusCode).toBe(303);
    expect(await kept()).toMatchObject({ bothYes: 4, excluded: 0 });
  });
});

describe('a committee member who is connected', () => {
  it('is recused, shown with the seat, and another person ends it', async () => {
    const { db } = test.deps;
    const { issuerId } = await fourYes();
    const person = await createPerson(db, world, await createEmployer(db));
    const [committee] = await db
      .insert(committees)
      .values({
        agencyId: world.agency.id,
        slug: `c-${issuerId}`,
        name: 'Welding council',
        createdAt: month(0),
      })
      .returning();
    const [seat, free] = await db
      .insert(committeeSeats)
      .values([
        {
          committeeId: committee!.id,
          number: 1,
          role: 'employer',
          holderContactId: person.contactId,
          filledAt: month(0),
        },
        { committeeId: committee!.id, number: 2, role: 'employer' },
      ])
      .returning();
    await db.insert(conflictMarks).values({
      employerId: person.employerId,
      issuerId,
      relation: 'board',
      setAt: month(1),
      setBy: world.staff[0].id,
    });
    const path = `/staff/committees/${committee!.id}/recusals`;
    expect((await ada.get(path)).body).toContain('Not recused');
    const given = {
      seatId: String(seat!.id),
      issuerId: String(issuerId),
      source: 'member',
      reason: 'On its board',
    };
    expect((await ada.post(path, { ...given, reason: '' })).statusCode).toBe(422);
    expect((await ada.post(path, { ...given, seatId: String(free!.id) })).statusCode).toBe(422);
    expect((await ada.post(path, given)).statusCode).toBe(303);
    expect((await ada.post(path, given)).statusCode).toBe(422);
    expect((await ada.get(`/staff/committees/${committee!.id}`)).body).toContain('Recused');
    const [recusal] = await db.execute<{ id: number }>(
      sql`select id::int as id from recusals order by id desc limit 1`,
    );
    const end = `${path}/${recusal!.id}/end`;
    expect((await ada.post(end, { reason: 'Left the board' })).statusCode).toBe(403);
    expect((await ben.post(end, { reason: '' })).statusCode).toBe(422);
    expect((await ben.post(end, { reason: 'Left the board' })).statusCode).toBe(303);
    expect((await ada.get(path)).body).toContain('Left the board');

    const other = await signInAs(test, (await createWorld(db)).staff[0].id);
    expect((await other.get(path)).statusCode).toBe(404);
    expect((await other.post(path, given)).statusCode).toBe(404);
  });
});
