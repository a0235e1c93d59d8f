import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ballotToken } from '../../src/committees/propose-ballot.ts';
import { budgetRules } from '../../src/db/schema/cadence.ts';
import { contacts, employerDomains } from '../../src/db/schema/employers.ts';
import { messages } from '../../src/db/schema/outreach.ts';
import { ballotVoters, ballotVotes } from '../../src/db/schema/votes.ts';
import type { PolicyPreset } from '../../src/evidence/presets.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { applyFor, presetOf } from '../support/approvals.ts';
import { employersSay, giveAnswer } from '../support/evidence/history.ts';
import {
  createAsk,
  createEmployer,
  createPerson,
  createWorld,
  type World,
} from '../support/evidence/world.ts';
import { encodeForm, type StaffBrowser, signInAs } from '../support/sign-in.ts';

/** A Monday at ten in the morning in Denver. */
const NOW = new Date('2026-03-02T17:00:00Z');
const DAY_MS = 86_400_000;

let test: TestApp;
let world: World;
let ada: StaffBrowser;
let ben: StaffBrowser;
let stranger: StaffBrowser;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(NOW);
  world = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  stranger = await signInAs(test, (await createWorld(test.deps.db)).staff[0].id);
});
afterAll(() => test.close());

async function backToTheStart() {
  test.clock.set(NOW);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
}

const apply = (policy: PolicyPreset = presetOf('arkansas')) => applyFor(test.deps, world, policy);

/** People of employers of their own, whose addresses are at their employers' domains. */
async function people(count: number) {
  const { db } = test.deps;
  const made = [];
  for (let index = 0; index < count; index += 1) {
    const person = await createPerson(db, world, await createEmployer(db));
    const [contact] = await db.select().from(contacts).where(eq(contacts.id, person.contactId));
    const known = await db
      .select()
      .from(employerDomains)
      .where(eq(employerDomains.domain, contact!.emailDomain));
    if (known.length === 0) {
      await db
        .insert(employerDomains)
        .values({ employerId: person.employerId, domain: contact!.emailDomain });
    }
    made.push({ ...person, email: contact!.email });
  }
  return made;
}

async function propose(path: string, emails: readonly string[], more: Record<string, string> = {}) {
  const posted = await ada.post(`${path}/bodies/mail`, {
    body: 'Employers of the trade',
    closesOn: '2026-03-16',
    addresses: emails.join('\n'),
    ...more,
  });
  expect(posted.statusCode).toBe(303);
  return String(posted.headers.location).replace(/\?.*/, '');
}

/** In the order in which the people were made. */
async function linksOf(ballotPath: string): Promise<string[]> {
  const id = Number(ballotPath.split('/').at(-1));
  const voters = await test.deps.db
    .select({ id: ballotVoters.id })
    .from(ballotVoters)
    .where(eq(ballotVoters.mailedBallotId, id))
    .orderBy(ballotVoters.contactId);
  return voters.map((voter) => `/b/${ballotToken(test.deps, voter.id)}`);
}

const get = (url: string) => test.app.inject({ method: 'GET', url });
const post = (url: string, fields: Record<string, string>) =>
  test.app.inject({
    method: 'POST',
    url,
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
    payload: encodeForm(fields),
  });
const vote = (url: string, choice: string, more: Record<string, string> = {}) =>
  post(url, { choice, relation: 'none', reason: '', step: 'send', ...more });

describe('a ballot by mail', () => {
  it('is proposed by one, opened by another, voted on by links, and counts once it has closed', async () => {
    const { path, evaluate } = await apply();
    const four = await people(4);
    const bad = await ada.post(`${path}/bodies/mail`, { body: '', closesOn: '2026-03-01' });
    expect(bad.statusCode).toBe(422);
    expect(bad.body).toContain('Enter who is asked to vote');
    expect(bad.body).toContain('Enter a day after today');
    const nobody = await ada.post(`${path}/bodies/mail`, { body: 'X', closesOn: '2026-03-16' });
    expect(nobody.body).toContain('Choose who may vote');
    const unknown = await ada.post(`${path}/bodies/mail`, {
      body: 'X',
      closesOn: '2026-03-16',
      addresses: 'who@nowhere.example',
    });
    expect(unknown.body).toContain('who@nowhere.example belong to nobody');
    expect((await stranger.get(`${path}/bodies/mail`)).statusCode).toBe(404);

    const page = await propose(
      path,
      four.map(({ email }) => email.toUpperCase()),
      { note: 'The exam changed.' },
    );
    const links = await linksOf(page);
    expect(links).toHaveLength(4);
    // Nobody was mailed a link yet, so there is none.
    expect((await get(links[0]!)).statusCode).toBe(404);
    expect((await ada.get(page)).body).toContain('A second person of your agency');
    expect((await ada.post(`${page}/open`)).statusCode).toBe(403);
    expect((await stranger.get(page)).statusCode).toBe(404);
    expect((await stranger.post(`${page}/open`)).statusCode).toBe(404);
    expect((await ben.post(`${page}/open`)).statusCode).toBe(303);
    expect((await ben.post(`${page}/open`)).statusCode).toBe(409);

    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 4 });
    const mails = (await test.mails()).filter(({ subject }) => subject.includes('your vote on'));
    expect(mails).toHaveLength(4);
    expect(mails[0]!.text).toContain('The exam changed.');
    expect(mails[0]!.text).toMatch(/http:\/\/localhost:8080\/b\/[\w-]{32}/);

    // Scanners open every link; nothing comes of it.
    for (const link of links) {
      const opened = await get(link);
      expect(opened.statusCode).toBe(200);
      expect(opened.body).not.toContain('checked');
      expect(opened.body.length).toBeLessThan(30_000);
    }
    expect((await get(`${links[0]}?lang=es`)).body).toContain('¿Cómo vota?');
    expect((await get('/b/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).statusCode).toBe(404);
    expect(await test.deps.db.select().from(ballotVotes)).toEqual([]);

    const blank = await post(links[0]!, { step: 'check' });
    expect(blank.statusCode).toBe(422);
    expect(blank.body).toContain('Select how you vote');
    const check = await post(links[0]!, {
      choice: 'reject',
      relation: 'none',
      reason: 'Too old',
      step: 'check',
    });
    expect(check.body).toContain('Check your vote');
    expect(check.body).toContain('Too old');
    expect((await post(links[0]!, { choice: 'recused', relation: 'none', step: 'send' })).statusCode).toBe(
      422,
    );
    expect(await test.deps.db.select().from(ballotVotes)).toEqual([]);

    expect((await vote(links[0]!, 'reject', { reason: 'Too old' })).statusCode).toBe(303);
    // Sent twice by a double click: one version.
    expect((await vote(links[0]!, 'reject', { reason: 'Too old' })).statusCode).toBe(303);
    expect((await get(links[0]!)).body).toContain('We have your vote');
    expect((await vote(links[1]!, 'approve')).statusCode).toBe(303);
    expect((await vote(links[2]!, 'approve')).statusCode).toBe(303);
    expect((await vote(links[0]!, 'approve')).statusCode).toBe(303);
    const versions = await test.deps.db
      .select()
      .from(ballotVotes)
      .where(eq(ballotVotes.contactId, four[0]!.contactId))
      .orderBy(ballotVotes.version);
    expect(versions.map(({ version, choice, provenance }) => [version, choice, provenance])).toEqual([
      [1, 'reject', 'mailed_link_own_domain'],
      [2, 'approve', 'mailed_link_own_domain'],
    ]);
    await sendDueMessages(test.deps);
    const receipts = (await test.mails()).filter(({ subject }) => subject.includes('we have your vote'));
    // The first version of the first voter was overtaken before its receipt left.
    expect(receipts).toHaveLength(3);

    // Staff see the turnout, and not how it stands.
    const open = (await ada.get(page)).body;
    expect(open).toContain('3 people have voted');
    expect(open).toContain('How it stands is shown once it has closed');
    expect(open).not.toContain('abstained');
    expect((await ada.get(`${path}/bodies`)).body).toContain('3 of 4 have voted');
    expect((await ada.get(`${path}/bodies`)).body).not.toContain('How each voted');
    expect(await evaluate()).toMatchObject({ status: 'not_asked' });

    // Three days before the close who has not voted is reminded, and nobody else.
    test.clock.set(new Date('2026-03-13T23:30:00Z'));
    await sendDueMessages(test.deps);
    test.clock.set(new Date('2026-03-16T17:00:00Z'));
    await sendDueMessages(test.deps);
    const reminders = (await test.mails()).filter(({ subject }) => subject.includes('is still open'));
    expect(reminders.map(({ to }) => to)).toHaveLength(1);

    test.clock.set(new Date('2026-03-16T23:00:00Z'));
    const late = await vote(links[3]!, 'reject');
    expect(late.statusCode).toBe(409);
    expect(late.body).toContain('came too late');
    expect(late.body).toContain('No vote of yours was taken');
    expect((await vote(links[0]!, 'reject')).body).toContain('The vote that you sent in time stands');
    test.clock.set(new Date('2026-03-16T23:01:00Z'));
    expect(await evaluate()).toMatchObject({
      status: 'met',
      bodies: [{ counted: { eligible: 4, approve: 3, reject: 0 } }],
    });
    // What was known before is still what was known.
    expect(await evaluate(new Date('2026-03-16T22:00:00Z'))).toMatchObject({ status: 'not_asked' });
    // Sessions have ended since.
    ada = await signInAs(test, world.staff[0].id);
    ben = await signInAs(test, world.staff[1].id);
    const closed = (await ada.get(page)).body;
    expect(closed).toMatch(/<strong>3<\/strong> for/);
    const bodies = (await ada.get(`${path}/bodies`)).body;
    expect(bodies).toContain('How each voted');
    expect(bodies).toContain('link mailed to the employer&#x27;s own domain');
    expect((await ada.post(`${page}/cancel`, { cancelReason: 'x' })).statusCode).toBe(409);

    await ada.post(`${path}/freeze`, { note: '' });
    const freezeRequestId = /name="freezeRequestId" value="(\d+)"/.exec((await ben.get(path)).body)![1]!;
    expect((await ben.post(`${path}/freeze/confirm`, { freezeRequestId })).statusCode).toBe(303);
    const snapshot = /href="(\/staff\/evidence\/\d+)"/.exec((await ben.get(path)).body)![1]!;
    const file = await ben.get(`${snapshot}/packet.json`);
    expect(verifyPacket(file.rawPayload).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(file.body).toContain('"provenance":"mailed_link_own_domain"');
  });

  it('gives one vote to an employer, and none where its people differ', async () => {
    await backToTheStart();
    const { path, evaluate } = await apply();
    const { db } = test.deps;
    const [one, two, three] = await people(3);
    const colleague = await createPerson(db, world, one!.employerId);
    const [contact] = await db.select().from(contacts).where(eq(contacts.id, colleague.contactId));
    const page = await propose(path, [one!, two!, three!].map(({ email }) => email).concat(contact!.email));
    expect((await ben.post(`${page}/open`)).statusCode).toBe(303);
    const byContact = new Map(
      (await db.select().from(ballotVoters)).map((voter) => [
        voter.contactId,
        `/b/${ballotToken(test.deps, voter.id)}`,
      ]),
    );
    await vote(byContact.get(one!.contactId)!, 'approve');
    await vote(byContact.get(contact!.id)!, 'reject');
    await vote(byContact.get(two!.contactId)!, 'approve');
    await vote(byContact.get(three!.contactId)!, 'approve', { relation: 'reseller' });
    expect((await ada.get(page)).body).toContain('3 of 3 employers');
    test.clock.set(new Date('2026-03-17T17:00:00Z'));
    const found = await evaluate();
    expect(found).toMatchObject({
      status: 'short',
      bodies: [{ counted: { eligible: 3, approve: 1, reject: 0 } }],
    });
    expect(found.bodies![0]!.exclusions.map(({ reason }) => reason).sort()).toEqual([
      'declared_relation',
      'people_of_one_employer_differ',
      'people_of_one_employer_differ',
    ]);
  });

  it('shows how it stands while it is open where the policy does not say secret', async () => {
    await backToTheStart();
    const { path } = await apply(presetOf('colorado'));
    const [one] = await people(1);
    const page = await propose(path, [one!.email]);
    await ben.post(`${page}/open`);
    const [link] = await linksOf(page);
    await vote(link!, 'approve');
    expect((await ada.get(page)).body).toMatch(/<strong>1<\/strong> for/);
  });

  it('can be called off: links say so, and what was voted counts nowhere', async () => {
    await backToTheStart();
    const { path, evaluate } = await apply();
    const three = await people(3);
    const page = await propose(
      path,
      three.map(({ email }) => email),
    );
    await ben.post(`${page}/open`);
    const links = await linksOf(page);
    for (const link of links) await vote(link, 'approve');
    expect((await ada.post(`${page}/cancel`, { cancelReason: '' })).statusCode).toBe(422);
    expect((await ada.post(`${page}/cancel`, { cancelReason: 'Wrong list' })).statusCode).toBe(303);
    expect((await get(links[0]!)).body).toContain('The vote was called off');
    const after = await vote(links[0]!, 'reject');
    expect(after.statusCode).toBe(409);
    expect(after.body).toContain('called off');
    // Mails that were still to leave ask nobody.
    await sendDueMessages(test.deps);
    const asked = (await test.mails()).filter(({ subject }) => subject.includes(': your vote on'));
    for (const { email } of three) {
      expect(asked.filter(({ to }) => JSON.stringify(to).includes(email))).toEqual([]);
    }
    test.clock.set(new Date('2026-03-17T17:00:00Z'));
    expect((await evaluate()).status).not.toBe('met');
  });

  it('is a touch: who said stop gets none, and who was written to lately waits', async () => {
    test.clock.set(new Date(NOW.getTime() + 100 * DAY_MS));
    // Sessions have ended since.
    ada = await signInAs(test, world.staff[0].id);
    ben = await signInAs(test, world.staff[1].id);
    const { path } = await apply();
    const { db } = test.deps;
    const [stopped, busy] = await people(2);
    const close = new Date(NOW.getTime() + 140 * DAY_MS).toISOString().slice(0, 10);
    const first = await propose(path, [busy!.email], { closesOn: close });
    await ben.post(`${first}/open`);
    await sendDueMessages(test.deps);
    await db.update(contacts).set({ state: 'left' }).where(eq(contacts.id, stopped!.contactId));
    const unknown = await ada.post(`${path}/bodies/mail`, {
      body: 'X',
      closesOn: close,
      addresses: stopped!.email,
    });
    expect(unknown.statusCode).toBe(422);
    await db.update(contacts).set({ state: 'active' }).where(eq(contacts.id, stopped!.contactId));
    const second = await propose(path, [stopped!.email, busy!.email], { closesOn: close });
    await db.update(contacts).set({ state: 'left' }).where(eq(contacts.id, stopped!.contactId));
    await ben.post(`${second}/open`);
    await sendDueMessages(test.deps);
    const rows = await db
      .select({ contactId: messages.contactId, state: messages.state, reason: messages.reason })
      .from(messages)
      .where(sql`${messages.kind} = 'ballot' and ${messages.step} = 0 and ${messages.sentAt} is null`);
    expect(rows).toContainEqual({
      contactId: stopped!.contactId,
      state: 'cancelled',
      reason: 'left_employer',
    });
    expect(rows).toContainEqual({
      contactId: busy!.contactId,
      state: 'planned',
      reason: 'contact_budget_person',
    });
    expect((await ada.get(second)).body).toContain('they were written to lately');
  });

  it('keeps the stricter limits of its agency, in all and about its credential, and nobody else’s', async () => {
    await backToTheStart();
    const [strict, free] = [await apply(), await apply()];
    const limited = async (agencyId: number, credentialId: number | null, limits: Record<string, number>) =>
      test.deps.db.insert(budgetRules).values({
        agencyId,
        credentialId,
        limits,
        updatedBy: world.staff[0].id,
        updatedAt: NOW,
      });
    await limited(world.agency.id, strict.credentialId, { personTouches: 1 });
    await limited((await createWorld(test.deps.db)).agency.id, null, { personTouches: 0 });
    const [first, second] = await people(2);
    for (const [path, person] of [
      [strict.path, first],
      [free.path, second],
    ] as const) {
      expect((await ben.post(`${await propose(path, [person!.email])}/open`)).statusCode).toBe(303);
    }
    const stepsOf = (person: { contactId: number } | undefined) =>
      test.deps.db
        .select({ step: messages.step, state: messages.state, reason: messages.reason })
        .from(messages)
        .where(eq(messages.contactId, person!.contactId))
        .orderBy(messages.step);
    await sendDueMessages(test.deps);
    test.clock.set(new Date('2026-03-16T17:00:00Z'));
    await sendDueMessages(test.deps);
    expect(await stepsOf(first)).toMatchObject([
      { step: 0, state: 'sent' },
      { step: 1, state: expect.not.stringMatching('sent'), reason: 'contact_budget_person' },
    ]);
    expect(await stepsOf(second)).toMatchObject([
      { step: 0, state: 'sent' },
      { step: 1, state: 'sent' },
    ]);
    await test.deps.db.delete(budgetRules);
  });

  it('takes two votes of one person at once in turn', async () => {
    await backToTheStart();
    const { path } = await apply();
    const [one] = await people(1);
    const page = await propose(path, [one!.email]);
    await ben.post(`${page}/open`);
    const [link] = await linksOf(page);
    const both = await Promise.all([vote(link!, 'approve'), vote(link!, 'reject')]);
    expect(both.map(({ statusCode }) => statusCode)).toEqual([303, 303]);
    const versions = await test.deps.db
      .select({ version: ballotVotes.version })
      .from(ballotVotes)
      .where(eq(ballotVotes.contactId, one!.contactId));
    expect(versions.map(({ version }) => version).sort()).toEqual([1, 2]);
    // Nothing of it is ever overwritten.
    await expect(
      test.deps.db
        .update(ballotVotes)
        .set({ choice: 'abstain' })
        .where(eq(ballotVotes.contactId, one!.contactId)),
    ).rejects.toThrow();
  });
});

describe('who may vote', () => {
  it('is named to an agency once it asks them, or has asked them before', async () => {
    const { db } = test.deps;
    await backToTheStart();
    const elsewhere = await createWorld(db);
    const { path, credentialId } = await apply();
    const person = await createPerson(db, elsewhere, await createEmployer(db));
    await db.update(contacts).set({ name: 'Olga Other' }).where(eq(contacts.id, person.contactId));
    const askId = await createAsk(db, elsewhere, person, credentialId);
    await giveAnswer(db, elsewhere, person, { askId, credentialId }, { answeredAt: NOW });
    const page = await propose(path, [], { answered: 'yes' });
    const proposed = (await ben.get(page)).body;
    expect(proposed).toContain('Somebody who answered another agency');
    expect(proposed).not.toContain('Olga');
    expect((await ben.post(`${page}/open`)).statusCode).toBe(303);
    expect((await ben.get(page)).body).toContain('Olga Other');
    // Those whom the agency asked itself are named from the beginning.
    const own = await apply();
    await employersSay(db, world, own.credentialId, 1, NOW, { answeredAt: NOW });
    const second = (await ben.get(await propose(own.path, [], { answered: 'yes' }))).body;
    expect(second).not.toContain('Somebody who answered another agency');
  });
});
