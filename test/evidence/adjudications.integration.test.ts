import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentials } from '../../src/db/schema/credentials.ts';
import { contacts } from '../../src/db/schema/employers.ts';
import { adjudications } from '../../src/db/schema/evidence.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { refreshAged } from '../../src/evidence/refresh-aged.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month, said, wyoming } from '../support/evidence/facts.ts';
import { giveAnswer, sendAsk } from '../support/evidence/history.ts';
import {
  createAsk,
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
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(2));
  world = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  const other = await createWorld(test.deps.db);
  stranger = await signInAs(test, other.staff[0].id);
});
afterAll(() => test.close());

/** An employer whose one person says yes to both and the other no. */
async function dispute() {
  const { db } = test.deps;
  const credentialId = await createCredential(db);
  const policyVersionId = await createPolicy(db);
  await trackTally(test.deps, { credentialId, policyVersionId });
  const employerId = await createEmployer(db);
  const say = async (name: string, values: Record<string, string>, at: Date) => {
    const person = await createPerson(db, world, employerId);
    await db.update(contacts).set({ name }).where(eq(contacts.id, person.contactId));
    const askId = await createAsk(db, world, person, credentialId);
    await sendAsk(db, person, credentialId, askId, month(0));
    return giveAnswer(db, world, person, { askId, credentialId }, { answeredAt: at, values });
  };
  const yes = await say('Yara Yes', said('yes', 'yes'), month(1));
  const no = await say('Nils No', said('no', 'yes'), month(1));
  const [credential] = await db.select().from(credentials).where(eq(credentials.id, credentialId));
  const figures = async () => (await readTally(db, credentialId, policyVersionId, test.clock.now())).figures;
  const page = `/staff/adjudications/cases/${credential!.slug}/${employerId}`;
  return { credentialId, employerId, yes, no, say, figures, page };
}

const proposal = (yes: number, no: number, speaks: number | 'none') => ({
  seen: `${yes},${no}`,
  speaks: String(speaks),
  reason: 'Spoke to both: Yara decides on hiring',
});

describe('people of one employer who disagree', () => {
  it('wait for two members of staff; their decision counts from then on and holds for these answers only', async () => {
    const { credentialId, yes, no, say, figures, page } = await dispute();
    expect(await figures()).toMatchObject({ conflicting: 1, bothYes: 0 });
    expect((await ada.get('/staff')).body).toContain('people disagree about a credential');
    const shown = (await ada.get(page)).body;
    for (const words of ['Yara Yes', 'Nils No', 'Would count', 'Would be a no'])
      expect(shown).toContain(words);

    expect((await stranger.get(page)).body).toContain('Row 2 of the table');

    const bad = await ada.post(page, { seen: `${yes},${no}`, reason: '' });
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('Choose whose answer speaks');
    expect((await ada.post(page, { ...proposal(yes, no, yes), seen: `${yes}` })).statusCode).toBe(409);
    expect((await ada.post(page, proposal(yes, no, yes))).statusCode).toBe(303);
    expect((await ada.post(page, proposal(yes, no, no))).statusCode).toBe(409);
    expect(await figures()).toMatchObject({ conflicting: 1 });

    const [row] = await test.deps.db
      .select()
      .from(adjudications)
      .where(eq(adjudications.credentialId, credentialId));
    const at = (what: string) => `/staff/adjudications/${row!.id}/${what}`;
    expect((await ada.post(at('confirm'))).statusCode).toBe(403);
    expect((await stranger.post(at('confirm'))).statusCode).toBe(404);
    // The disagreement is everybody's who counts it; who said what is told to the agency that asked them.
    const elsewhere = (await stranger.get(page)).body;
    expect(elsewhere).toContain('Somebody, asked by');
    for (const words of ['Yara', 'Nils', 'Spoke to both']) expect(elsewhere).not.toContain(words);
    const story = page.replace('adjudications/cases', 'credentials').replace(/\/\d+$/, '/story');
    expect((await ada.get(story)).body).toContain('Yara Yes');
    for (const url of [story, '/staff/adjudications']) {
      const body = (await stranger.get(url)).body;
      for (const words of ['Yara', 'Nils', 'Spoke to both']) expect(body).not.toContain(words);
    }
    expect((await ben.get('/staff')).body).toContain('waits for a second person');
    test.clock.advance(1000);
    expect((await ben.post(at('confirm'))).statusCode).toBe(303);
    expect((await ben.post(at('confirm'))).statusCode).toBe(409);
    expect(await figures()).toMatchObject({ conflicting: 0, bothYes: 1 });

    // As of its time, and not before; the sweep and a replay of all facts say the same.
    await refreshAged(test.deps);
    expect(await figures()).toMatchObject({ conflicting: 0, bothYes: 1 });
    const facts = await loadFacts(test.deps.db, credentialId, test.clock.now());
    const before = new Date(test.clock.now().getTime() - 500);
    expect(evaluateRequirement(wyoming(), facts, before).figures).toMatchObject({ conflicting: 1 });
    expect(evaluateRequirement(wyoming(), facts, test.clock.now()).figures).toMatchObject({ bothYes: 1 });

    expect((await ada.post(at('end'), { reason: '' })).statusCode).toBe(422);
    expect((await ada.post(at('end'), { reason: 'Yara left long ago' })).statusCode).toBe(303);
    expect((await ada.post(at('confirm-end'))).statusCode).toBe(403);
    expect((await ben.post(at('keep'))).statusCode).toBe(303);
    expect((await ada.post(at('end'), { reason: 'Yara left long ago' })).statusCode).toBe(303);
    expect((await ben.post(at('confirm-end'))).statusCode).toBe(303);
    expect(await figures()).toMatchObject({ conflicting: 1, bothYes: 0 });
    expect((await ada.get(page)).body).toContain('Taken back');

    expect((await ada.post(page, proposal(yes, no, 'none'))).statusCode).toBe(303);
    await say('Third One', said('no', 'no'), test.clock.now());
    const rows = await test.deps.db
      .select()
      .from(adjudications)
      .where(eq(adjudications.credentialId, credentialId));
    const second = rows.find(({ state }) => state === 'proposed');
    expect((await ben.post(`/staff/adjudications/${second!.id}/confirm`)).statusCode).toBe(409);
    expect((await ben.post(`/staff/adjudications/${second!.id}/withdraw`)).statusCode).toBe(303);
  });

  it('may count for nothing, which is shown and kept', async () => {
    const { credentialId, yes, no, figures, page } = await dispute();
    await ada.post(page, proposal(yes, no, 'none'));
    const [row] = await test.deps.db
      .select()
      .from(adjudications)
      .where(eq(adjudications.credentialId, credentialId));
    expect((await ben.post(`/staff/adjudications/${row!.id}/confirm`)).statusCode).toBe(303);
    expect(await figures()).toMatchObject({ conflicting: 0, excluded: 1 });
    expect((await ada.get('/staff/adjudications')).body).toContain('Spoke to both');
    const elsewhere = (await stranger.get('/staff/adjudications')).body;
    expect(elsewhere).not.toContain('Spoke to both');
    expect(elsewhere).toContain('keeps the written reason');
  });

  it.each(['/staff/adjudications/cases/nothing/1', '/staff/adjudications/cases/nothing/abc'])(
    'are not found at %s',
    async (url) => {
      expect((await ada.get(url)).statusCode).toBe(404);
    },
  );
});
