import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCommittee } from '../../src/committees/create-committee.ts';
import { scheduleMeeting } from '../../src/committees/schedule-meeting.ts';
import { staffMembers } from '../../src/db/schema/agencies.ts';
import { applications, approvalRecords, listCycles, lists } from '../../src/db/schema/approvals.ts';
import { committeeSeats } from '../../src/db/schema/committees.ts';
import { credentials, issuers } from '../../src/db/schema/credentials.ts';
import { evidenceSnapshots, policies, policyVersions } from '../../src/db/schema/evidence.ts';
import { readText } from '../../src/demo/html-forms.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { insertAgency, inviteSomebody, NOW } from '../committees/support.ts';
import { createTestApp, createTestClock, type TestApp } from '../support/app.ts';
import { lintCalendar, readCalendar } from '../support/calendar.ts';

let test: TestApp;
let home: Awaited<ReturnType<typeof insertAgency>>;
let policyVersionId: number;
let issuerId: number;
let secondStaffId: number;
let serial = 0;

beforeAll(async () => {
  test = await createTestApp({ clock: createTestClock(NOW) });
  home = await insertAgency(test.deps.db, 'home');
  const { db } = test.deps;
  const [second] = await db
    .insert(staffMembers)
    .values({
      agencyId: home.agency.id,
      email: 'bo@home.example',
      emailKey: 'bo@home.example',
      name: 'Bo',
      role: 'approver',
      createdAt: NOW,
    })
    .returning();
  secondStaffId = second!.id;
  const [policy] = await db
    .insert(policies)
    .values({ slug: 'wyoming', name: 'Wyoming rule', createdAt: NOW })
    .returning();
  const [version] = await db
    .insert(policyVersions)
    .values({ policyId: policy!.id, version: 1, body: WYOMING.body, sha256: 'p'.repeat(64), createdAt: NOW })
    .returning();
  policyVersionId = version!.id;
  const [issuer] = await db.insert(issuers).values({ name: 'An issuer', nameKey: 'an issuer' }).returning();
  issuerId = issuer!.id;
});
afterAll(() => test.close());

async function insertList(over: { isPublic: boolean; name: string }) {
  serial += 1;
  const [list] = await test.deps.db
    .insert(lists)
    .values({
      agencyId: home.agency.id,
      slug: `list-${serial}`,
      name: over.name,
      kind: 'unified',
      reviewCycle: 'annual',
      policyVersionId,
      isPublic: over.isPublic,
      createdAt: NOW,
    })
    .returning();
  const [cycle] = await test.deps.db
    .insert(listCycles)
    .values({ listId: list!.id, name: '2026-27', startsOn: '2026-07-01', endsOn: '2027-07-01' })
    .returning();
  return { list: list!, cycle: cycle! };
}

/** An application with its frozen evidence, as far as it has come. */
async function insertApplication(
  where: Awaited<ReturnType<typeof insertList>>,
  over: {
    name: string;
    decision: 'approved' | 'denied' | null;
    figures?: { asked: number; answered: number; bothYes: number };
  },
) {
  serial += 1;
  const { db } = test.deps;
  const [credential] = await db
    .insert(credentials)
    .values({
      slug: `credential-${serial}`,
      name: over.name,
      nameKey: over.name.toLowerCase(),
      issuerId,
      naicsPrefixes: ['62'],
      createdAt: NOW,
      updatedAt: NOW,
    })
    .returning();
  const [application] = await db
    .insert(applications)
    .values({
      agencyId: home.agency.id,
      credentialId: credential!.id,
      listId: where.list.id,
      cycleId: where.cycle.id,
      state: over.decision ? 'decided' : 'in_review',
      submittedBy: home.staff.id,
      submittedAt: NOW,
      decision: over.decision,
      decidedAt: over.decision ? NOW : null,
      decidedBy: over.decision ? home.staff.id : null,
      updatedAt: NOW,
    })
    .returning();
  if (over.figures) {
    const [snapshot] = await db
      .insert(evidenceSnapshots)
      .values({
        agencyId: home.agency.id,
        credentialId: credential!.id,
        policyVersionId,
        asOf: NOW,
        packet: JSON.stringify({
          policy: { inWords: ['At least 10 different employers who say yes.'] },
          result: { required: 10, figures: over.figures },
        }),
        sha256: String(serial).padStart(64, '0'),
        requirementStatus: 'met',
        requestedBy: home.staff.id,
        confirmedBy: secondStaffId,
        frozenAt: NOW,
      })
      .returning();
    await db.insert(approvalRecords).values({
      applicationId: application!.id,
      agencyId: home.agency.id,
      credentialId: credential!.id,
      listId: where.list.id,
      snapshotId: snapshot!.id,
      requirement: `A rule: ${over.figures.bothYes} of 10 employers`,
      requirementStatus: 'met',
      createdAt: NOW,
    });
  }
  return credential!;
}

const get = async (url: string) => {
  const answer = await test.app.inject({ url });
  return { status: answer.statusCode, text: readText(answer.body), body: answer.body };
};

describe('lists and credentials', () => {
  it('show rules, decisions and safe figures', async () => {
    const published = await insertList({ isPublic: true, name: 'Unified list' });
    const credential = await insertApplication(published, {
      name: 'Certified Nursing Assistant',
      decision: 'approved',
      figures: { asked: 43, answered: 21, bothYes: 12 },
    });
    expect((await get('/')).text).toContain('1 credential is approved');
    const list = await get(`/lists/${published.list.slug}`);
    expect(list.text).toContain('At least 10 different employers');
    expect(list.text).toContain('Meets the rule');
    const page = await get(`/credentials/${credential.slug}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('10 or more');
    expect(page.text).toContain('At least 10 different employers who say yes.');
    expect(page.text).toContain('40 to 44');
    expect(page.text).toContain('20 to 24');
    expect(page.text).not.toMatch(/\b(12|21|43)\b/);
  });

  it('say the same in JSON-LD beside the page, without figures', async () => {
    const published = await insertList({ isPublic: true, name: 'Linked list' });
    const credential = await insertApplication(published, {
      name: 'Linked Nursing Assistant',
      decision: 'approved',
      figures: { asked: 43, answered: 21, bothYes: 12 },
    });
    const path = `/credentials/${credential.slug}/data.jsonld`;
    const page = await test.app.inject({ url: `/credentials/${credential.slug}` });
    expect(page.body).toContain(`<link rel="alternate" type="application/ld+json" href="${path}">`);
    expect(page.headers.link).toContain(path);
    expect(page.body).not.toContain('<script');
    const data = await test.app.inject({ url: path });
    expect(data.headers['content-type']).toContain('application/ld+json');
    expect(data.json()).toMatchObject({
      '@context': 'https://schema.org',
      '@type': 'EducationalOccupationalCredential',
      '@id': `http://localhost:8080/credentials/${credential.slug}`,
      name: 'Linked Nursing Assistant',
      recognizedBy: [{ name: home.agency.name }],
    });
    expect(data.body).not.toMatch(/\b(12|21|43)\b/);
    expect((await test.app.inject({ url: '/credentials/nothing/data.jsonld' })).statusCode).toBe(404);
  });

  it('hide what is under review, and lists that are not published', async () => {
    const published = await insertList({ isPublic: true, name: 'Second list' });
    const internal = await insertList({ isPublic: false, name: 'Internal working list' });
    const pending = await insertApplication(published, {
      name: 'Pending credential',
      decision: null,
      figures: { asked: 43, answered: 21, bothYes: 12 },
    });
    const hidden = await insertApplication(internal, {
      name: 'Internal credential',
      decision: 'approved',
      figures: { asked: 43, answered: 21, bothYes: 12 },
    });
    for (const url of ['/', `/lists/${published.list.slug}`]) {
      expect((await get(url)).text).not.toMatch(/Pending credential|Internal/);
    }
    expect((await get(`/credentials/${pending.slug}`)).status).toBe(404);
    expect((await get(`/credentials/${hidden.slug}`)).status).toBe(404);
    expect((await get(`/lists/${internal.list.slug}`)).status).toBe(404);
    expect((await get('/lists/nothing')).status).toBe(404);
    expect((await get('/credentials/%00')).status).toBe(400);
  });

  it('show bands only from the newest of two snapshots of a credential', async () => {
    const [first, second] = [
      await insertList({ isPublic: true, name: 'List A' }),
      await insertList({ isPublic: true, name: 'List B' }),
    ];
    const credential = await insertApplication(first, {
      name: 'Twice decided',
      decision: 'approved',
      figures: { asked: 30, answered: 20, bothYes: 11 },
    });
    const { db } = test.deps;
    const [again] = await db
      .insert(applications)
      .values({
        agencyId: home.agency.id,
        credentialId: credential.id,
        listId: second.list.id,
        cycleId: second.cycle.id,
        state: 'decided',
        submittedBy: home.staff.id,
        submittedAt: NOW,
        decision: 'denied',
        decidedAt: NOW,
        decidedBy: home.staff.id,
        updatedAt: NOW,
      })
      .returning();
    const [snapshot] = await db
      .insert(evidenceSnapshots)
      .values({
        agencyId: home.agency.id,
        credentialId: credential.id,
        policyVersionId,
        asOf: NOW,
        packet: JSON.stringify({
          result: { required: 10, figures: { asked: 36, answered: 26, bothYes: 8 } },
        }),
        sha256: 'f'.repeat(64),
        requirementStatus: 'short',
        requestedBy: home.staff.id,
        confirmedBy: secondStaffId,
        frozenAt: new Date(NOW.getTime() + 1000),
      })
      .returning();
    await db.insert(approvalRecords).values({
      applicationId: again!.id,
      agencyId: home.agency.id,
      credentialId: credential.id,
      listId: second.list.id,
      snapshotId: snapshot!.id,
      requirement: 'A rule: 8 of 10 employers',
      requirementStatus: 'short',
      createdAt: NOW,
    });
    const { text } = await get(`/credentials/${credential.slug}`);
    expect(text).toContain('35 to 39');
    expect(text).toContain('Fewer than 10');
    expect(text).not.toContain('30 to 34');
    expect(text).not.toMatch(/\b(8|11) of 10\b/);
  });
});

describe('committees', () => {
  it('show seats and meetings, and never a holder', async () => {
    const { id, slug } = await createCommittee(test.deps, {
      staff: home.staff,
      name: 'Welding committee',
      purpose: 'Advises on welding.',
      isPublic: true,
      seats: [{ role: 'employer', naicsPrefix: null, seats: 3, termFrom: null, termUntil: null }],
    });
    const meeting = await scheduleMeeting(test.deps, {
      staff: home.staff,
      committeeId: id,
      meeting: {
        title: 'Winter meeting',
        startsAt: new Date('2026-12-03T17:00:00Z'),
        endsAt: new Date('2026-12-03T18:00:00Z'),
        timeZone: 'America/Denver',
        place: 'Room 4',
        onlineUrl: null,
        agenda: '',
      },
    });
    const person = await inviteSomebody(test.deps.db, {
      agencyId: home.agency.id,
      waveId: home.wave.id,
      meetingId: meeting.id,
      name: 'Holder Hidden',
    });
    await test.deps.db
      .update(committeeSeats)
      .set({ holderContactId: person.contactId, filledAt: NOW })
      .where(and(eq(committeeSeats.committeeId, id), eq(committeeSeats.number, 1)));
    const page = await get(`/committees/${slug}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('December 3, 2026 at 10:00 AM Mountain Standard Time');
    expect((await get('/committees')).text).toContain('1 of 3 seats are held');
    expect(page.body).not.toContain('Hidden');
    const file = await test.app.inject({ url: `/committees/${slug}/meetings/${meeting.id}.ics` });
    expect(lintCalendar(file.body)).toEqual([]);
    expect(readCalendar(file.body)).toMatchObject({ method: 'PUBLISH', attendees: [] });
    expect((await get(`/committees/${slug}/meetings/999.ics`)).status).toBe(404);
  });

  it('hide committees that are not published', async () => {
    const { slug } = await createCommittee(test.deps, {
      staff: home.staff,
      name: 'Quiet committee',
      purpose: '',
      isPublic: false,
      seats: [],
    });
    expect((await get('/committees')).text).not.toContain('Quiet');
    expect((await get(`/committees/${slug}`)).status).toBe(404);
  });
});

describe('statements', () => {
  it.each(['/accessibility', '/privacy'])('%s comes in both languages', async (url) => {
    expect((await get(url)).body).toContain('<html lang="en">');
    expect((await get(`${url}?lang=es`)).body).toContain('<html lang="es">');
  });
});
