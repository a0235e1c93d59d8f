import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { committeeSeats, committees, meetings, recusals } from '../../src/db/schema/committees.ts';
import { credentials } from '../../src/db/schema/credentials.ts';
import { employers } from '../../src/db/schema/employers.ts';
import { ballots, ballotVotes } from '../../src/db/schema/votes.ts';
import { markConflict } from '../../src/evidence/mark-conflict.ts';
import type { PolicyPreset } from '../../src/evidence/presets.ts';
import type { PolicyV3 } from '../../src/evidence/rules/policy.ts';
import { verifyPacket } from '../../src/evidence/rules/verify-packet.ts';
import { pdf } from '../documents/files.ts';
import { multipart } from '../documents/multipart.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { applyFor, presetOf } from '../support/approvals.ts';
import { month } from '../support/evidence/facts.ts';
import { createEmployer, createPerson, createWorld, type World } from '../support/evidence/world.ts';
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
  const other = await createWorld(test.deps.db);
  ada = await signInAs(test, world.staff[0].id);
  ben = await signInAs(test, world.staff[1].id);
  stranger = await signInAs(test, other.staff[0].id);
});
afterAll(() => test.close());

const apply = (policy: PolicyPreset, isPublic = false) => applyFor(test.deps, world, policy, { isPublic });

async function employerCalled(name: string): Promise<number> {
  const id = await createEmployer(test.deps.db);
  await test.deps.db.update(employers).set({ legalName: name }).where(eq(employers.id, id));
  return id;
}

describe('a ballot of employers', () => {
  it('is recorded, counted, frozen without a survey, and approves by two people', async () => {
    const { path, credentialId, evaluate, list } = await apply(presetOf('arkansas'), true);
    for (const name of ['Acme', 'Bolt & Co', 'Crane', 'Dyer']) await employerCalled(name);
    const reseller = await employerCalled('Reseller Inc');
    expect((await ada.get(path)).body).toContain('Nobody asked yet');
    const ballot = {
      body: 'Employers of the trade',
      heldOn: '2026-02-20',
      eligible: '9',
      employer1: 'Acme',
      vote1: 'approve',
      employer2: 'bolt & co',
      vote2: 'approve',
      employer3: 'Nobody knows this one',
      vote3: 'approve',
      employer4: 'Crane',
      vote4: 'reject',
    };
    const refused = await ada.post(`${path}/bodies/ballot`, ballot);
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('href="#employer3"');
    expect(refused.body).toContain('bolt &amp; co');
    const future = await ada.post(`${path}/bodies/ballot`, {
      ...ballot,
      employer3: '',
      vote3: '',
      heldOn: '2026-03-02',
    });
    expect(future.body).toContain('not in the future');
    const few = await ada.post(`${path}/bodies/ballot`, {
      ...ballot,
      employer3: '',
      vote3: '',
      eligible: '2',
    });
    expect(few.body).toContain('More voted than could vote');
    const good = {
      ...ballot,
      employer3: String(reseller),
      vote3: 'approve',
      relation3: 'reseller',
    };
    expect((await stranger.post(`${path}/bodies/ballot`, good)).statusCode).toBe(404);
    expect((await ada.post(`${path}/bodies/ballot`, good)).statusCode).toBe(303);
    expect(await evaluate()).toMatchObject({
      status: 'met',
      bodies: [{ counted: { eligible: 9, approve: 2, reject: 1, recused: 1 } }],
    });
    const page = (await ben.get(`${path}/bodies`)).body;
    expect(page).toContain('Declared a connection to the issuer');
    // What staff record of an employer holds for its votes as well.
    const [credential] = await test.deps.db
      .select()
      .from(credentials)
      .where(eq(credentials.id, credentialId));
    const [acme] = await test.deps.db.select().from(employers).where(eq(employers.legalName, 'Acme'));
    await markConflict(test.deps, {
      agencyId: world.agency.id,
      staffId: world.staff[0].id,
      employerId: acme!.id,
      issuerId: credential!.issuerId,
      relation: 'board',
      note: '',
    });
    expect((await evaluate()).status).toBe('short');
    const second = { ...good, employer1: 'Dyer', heldOn: '2026-02-25' };
    expect((await ada.post(`${path}/bodies/ballot`, second)).statusCode).toBe(303);
    expect(await evaluate()).toMatchObject({ status: 'met' });

    await ada.post(`${path}/freeze`, { note: '' });
    const freezeRequestId = /name="freezeRequestId" value="(\d+)"/.exec((await ben.get(path)).body)![1]!;
    expect((await ben.post(`${path}/freeze/confirm`, { freezeRequestId })).statusCode).toBe(303);
    const snapshot = /href="(\/staff\/evidence\/\d+)"/.exec((await ben.get(path)).body)![1]!;
    const file = await ben.get(`${snapshot}/packet.json`);
    expect(verifyPacket(file.rawPayload).checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(file.body).toContain('"choice":"reject"');
    expect(file.body).not.toContain('District 1');
    const changed = file.body.replace('"choice":"reject"', '"choice":"approve"');
    expect(verifyPacket(new TextEncoder().encode(changed)).ok).toBe(false);

    await ada.post(`${path}/decide`, {
      decision: 'approved',
      reason: 'Crane was against it, the others for it',
      publicReason: 'Employers voted for it.',
      conditions: 'Until the exam changes',
      decidedByBody: 'Employers of the trade, 25 February 2026',
    });
    const decisionId = /name="decisionId" value="(\d+)"/.exec((await ben.get(path)).body)![1]!;
    expect((await ben.post(`${path}/decide/confirm`, { decisionId })).statusCode).toBe(303);
    const shown = await test.app.inject(`/lists/${list.slug}/${credential!.slug}`);
    expect(shown.statusCode).toBe(200);
    for (const text of [
      'Approved',
      'Employers voted for it.',
      'Until the exam changes',
      'Next review',
      'Meets the rule',
    ]) {
      expect(shown.body).toContain(text);
    }
    expect(shown.body).not.toMatch(/Crane|Acme|Dyer|Ada|Ben\b/);
    expect((await test.app.inject(`/lists/${list.slug}/none`)).statusCode).toBe(404);
  });
});

describe('a vote of a panel', () => {
  it('leaves out who is recused, and says whether the quorum was there', async () => {
    const { db } = test.deps;
    const preset: PolicyPreset = {
      slug: 'panel',
      name: 'A panel',
      body: {
        ...(presetOf('colorado').body as PolicyV3),
        requirement: { kind: 'panel_vote', minVoters: 2, approvePercent: 67 },
      },
    };
    const { path, credentialId, evaluate } = await apply(preset);
    const [committee] = await db
      .insert(committees)
      .values({ agencyId: world.agency.id, slug: 'panel', name: 'Review panel', createdAt: month(0) })
      .returning();
    const [meeting] = await db
      .insert(meetings)
      .values({
        committeeId: committee!.id,
        title: 'Spring',
        startsAt: month(1),
        endsAt: new Date(month(1).getTime() + 3_600_000),
        timeZone: 'America/Denver',
        uid: 'panel-1',
        createdBy: world.staff[0].id,
        createdAt: month(0),
        updatedAt: month(0),
      })
      .returning();
    const seats: { id: number; contactId: number }[] = [];
    for (let number = 1; number <= 4; number += 1) {
      const person = await createPerson(db, world, await createEmployer(db));
      const [seat] = await db
        .insert(committeeSeats)
        .values({
          committeeId: committee!.id,
          number,
          role: 'employer',
          holderContactId: person.contactId,
          filledAt: month(0),
        })
        .returning();
      seats.push({ id: seat!.id, contactId: person.contactId });
    }
    const [credential] = await db.select().from(credentials).where(eq(credentials.id, credentialId));
    await db.insert(recusals).values({
      seatId: seats[3]!.id,
      contactId: seats[3]!.contactId,
      issuerId: credential!.issuerId,
      source: 'staff',
      reason: 'Sits on the board of the issuer',
      recordedAt: month(0),
      recordedBy: world.staff[0].id,
    });
    const form = (await ada.get(`${path}/bodies/panel?committee=${committee!.id}`)).body;
    expect(form).toContain('Recused from this credential: Sits on the board of the issuer');
    expect(form).toMatch(/name="quorum"[^>]*value="3"/);
    expect((await stranger.get(`${path}/bodies/panel`)).statusCode).toBe(404);
    const [one, two, three, four] = seats.map(({ id }) => id);
    const vote = {
      committee: String(committee!.id),
      meeting: String(meeting!.id),
      heldOn: '2026-02-01',
      quorum: '3',
      [`vote${one}`]: 'approve',
      [`vote${two}`]: 'approve',
      [`vote${four}`]: 'approve',
    };
    const refused = await ada.post(`${path}/bodies/panel`, vote);
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain(`href="#vote${four}"`);
    const asked = { ...vote, [`vote${four}`]: 'recused', [`reason${four}`]: 'Board of the issuer' };
    expect((await ada.post(`${path}/bodies/panel`, { ...asked, [`reason${four}`]: '' })).body).toContain(
      'Enter why the member is recused',
    );
    expect((await ada.post(`${path}/bodies/panel`, asked)).statusCode).toBe(303);
    // Two of the three that the quorum asks for: the recused member is none of them.
    expect(await evaluate()).toMatchObject({ status: 'short', reasons: ['too_few_voters'] });
    expect(
      (await ada.post(`${path}/bodies/panel`, { ...asked, [`vote${three}`]: 'abstain' })).statusCode,
    ).toBe(303);
    expect(await evaluate()).toMatchObject({ status: 'met' });

    const page = (await ada.get(`${path}/bodies`)).body;
    const recordId = /name="recordId" value="(\d+)"/.exec(page)![1]!;
    expect(
      (await ada.post(`${path}/bodies/withdraw`, { kind: 'ballot', recordId, reason: '' })).statusCode,
    ).toBe(422);
    const back = { kind: 'ballot', recordId, reason: 'Read from the wrong minutes' };
    expect((await ada.post(`${path}/bodies/withdraw`, back)).statusCode).toBe(303);
    expect((await ada.post(`${path}/bodies/withdraw`, back)).statusCode).toBe(409);
    expect((await ada.get(`${path}/bodies`)).body).toContain('Read from the wrong minutes');
    expect((await evaluate()).status).toBe('short');
    await expect(db.update(ballots).set({ eligible: 99 })).rejects.toThrow(/Failed query/);
    await expect(db.update(ballotVotes).set({ choice: 'approve' })).rejects.toThrow(/Failed query/);
  });
});

describe('boards and review teams', () => {
  it('are recorded as Colorado, Texas and Tennessee ask for them', async () => {
    const colorado = await apply(presetOf('colorado'));
    const letter = { kind: 'supports', board: 'Pikes Peak Workforce Center', heldOn: '2026-02-10' };
    expect((await ada.post(`${colorado.path}/bodies/letter`, { ...letter, board: '' })).statusCode).toBe(422);
    expect((await ada.post(`${colorado.path}/bodies/letter`, letter)).statusCode).toBe(303);
    expect((await colorado.evaluate()).status).toBe('met');
    expect((await ada.get(`${colorado.path}/bodies/rubric`)).body).toContain(
      'asks for no review with a rubric',
    );
    expect((await ada.post(`${colorado.path}/bodies/rubric`, {})).statusCode).toBe(404);

    const tennessee = await apply(presetOf('tennessee'));
    const review = { team: 'Department', role: 'review', tier: 'Valued', heldOn: '2026-02-10' };
    const post = (changes: object) => ada.post(`${tennessee.path}/bodies/rubric`, { ...review, ...changes });
    expect((await post({ tier: 'Splendid' })).statusCode).toBe(422);
    await post({});
    await post({ team: 'Board of Regents', tier: 'none' });
    expect((await tennessee.evaluate()).reasons).toContain('reviews_missing');
    await post({ team: 'Third team', role: 'settling' });
    expect((await tennessee.evaluate()).status).toBe('met');
    expect((await ben.get(`${tennessee.path}/bodies`)).body).toContain('Settles it: Valued');
  });
});

describe('criteria', () => {
  it('take notes, links and documents, and are looked at', async () => {
    const { path } = await apply(presetOf('maryland'));
    const at = `${path}/criteria/alignment`;
    expect((await ada.get(`${path}/criteria`)).body).toContain('7 of 7 mandatory criteria are not shown yet');
    expect((await ada.get(path)).body).toContain('Mandatory and not shown: Employer need');
    const send = (fields: [string, string][], file: { name: string; content: Buffer } | null) =>
      ada.send(at, multipart(fields, file));
    expect((await send([], null)).statusCode).toBe(422);
    expect((await send([['url', 'javascript:alert(1)']], null)).body).toContain('Enter a whole web address');
    const broken = await send([['text', 'Standards']], { name: 'x.pdf', content: Buffer.from('MZ') });
    expect(broken.statusCode).toBe(422);
    expect(broken.body).toContain('Standards</textarea>');
    expect((await send([['text', 'Standards']], { name: 'x.pdf', content: pdf() })).statusCode).toBe(303);
    expect((await send([['url', 'https://standards.example/1']], null)).statusCode).toBe(303);
    const page = (await ben.get(at)).body;
    expect(page).toContain('x.pdf (PDF');
    expect(page).toContain('https://standards.example/1');
    expect((await ben.post(`${at}/review`, {})).statusCode).toBe(422);
    expect((await ben.post(`${at}/review`, { verdict: 'shown', note: '' })).statusCode).toBe(303);
    expect((await ada.get(`${path}/criteria`)).body).toContain('6 of 7 mandatory criteria are not shown yet');
    expect((await stranger.get(`${path}/criteria`)).statusCode).toBe(404);
    expect((await ada.get(`${path}/criteria/none`)).statusCode).toBe(404);
    expect((await ada.post(`${path}/criteria/employer_need/review`, { verdict: 'shown' })).statusCode).toBe(
      404,
    );
  });
});

describe('the report for a meeting', () => {
  it('tells list by list what stands how, and is a table that no spreadsheet runs', async () => {
    const { list, credentialId } = await apply(presetOf('wyoming'));
    await test.deps.db
      .update(credentials)
      .set({ name: '=HYPERLINK("http://x.example")' })
      .where(eq(credentials.id, credentialId));
    const page = await ada.get('/staff/applications/report');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(list.name);
    for (const text of ['Not asked', 'Asked', 'Delivered', 'Answered', 'Not familiar', 'Not counted']) {
      expect(page.body).toContain(text);
    }
    const one = await ada.get(`/staff/applications/report?list=${list.listId}`);
    expect(one.body).not.toContain('List 1</h2>');
    const file = await ada.get(`/staff/applications/report.csv?list=${list.listId}`);
    expect(file.headers['content-disposition']).toContain('board-report-2026-03-01.csv');
    expect(file.body).toContain(`"'=HYPERLINK(""http://x.example"")"`);
    expect(file.body.trim().split('\r\n')).toHaveLength(2);
    const foreign = await stranger.get(`/staff/applications/report?list=${list.listId}`);
    expect(foreign.body).not.toContain('HYPERLINK');
  });
});
