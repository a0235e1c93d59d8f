import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applications, listCycles, lists } from '../../src/db/schema/approvals.ts';
import { contacts, employers } from '../../src/db/schema/employers.ts';
import { confirmations, submissions } from '../../src/db/schema/submissions.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { publishPolicy } from '../../src/evidence/publish-policy.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import type { Policy } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { hashToken } from '../../src/lib/tokens.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { confirmToken } from '../../src/respond/open-confirmation.ts';
import { findMachineBursts } from '../../src/respond/quarantine-answers.ts';
import { sendAnswers } from '../../src/respond/send-answers.ts';
import { pdf } from '../documents/files.ts';
import { multipart } from '../documents/multipart.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';
import { ABOUT, BOTH_YES, open, submit } from './browse.ts';

const EVERYTHING: Policy = {
  ...WYOMING.body,
  acceptedProvenance: [
    ...WYOMING.body.acceptedProvenance,
    'staff_letter',
    'staff_phone',
    'committee_vote',
    'open_link_verified',
    'forwarded_verified',
  ],
};

let t: TestApp;
let invited: Invited;
let slug: string;
let one: Awaited<ReturnType<typeof browserOf>>;
let two: Awaited<ReturnType<typeof browserOf>>;
let stranger: Awaited<ReturnType<typeof browserOf>>;

/** A browser of somebody who is signed in, that also sends files. */
async function browserOf(staffId: number) {
  const plain = await signInAs(t, staffId);
  let cookie = '';
  return {
    get: plain.get,
    post: plain.post,
    async upload(
      url: string,
      fields: Record<string, string>,
      file: { name: string; content: Buffer } | null,
    ) {
      cookie ||= await cookieOf(staffId);
      const form = multipart(Object.entries(fields), file);
      return t.app.inject({
        method: 'POST',
        url,
        payload: form.payload,
        headers: { ...form.headers, cookie, 'sec-fetch-site': 'same-origin' },
      });
    },
  };
}
async function cookieOf(staffId: number): Promise<string> {
  const { createSignInLink } = await import('../../src/agencies/request-sign-in.ts');
  const link = new URL(await createSignInLink(t.deps, { id: staffId }));
  const reply = await t.app.inject({
    method: 'POST',
    url: link.pathname,
    headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
  });
  return reply.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
}

beforeAll(async () => {
  t = await createTestApp();
  invited = await inviteEmployers(t.deps, { now: t.clock.now(), employers: 6, credentials: 1 });
  const { db, clock } = t.deps;
  const { policyVersionId } = await db.transaction((tx) =>
    publishPolicy(tx, { ...WYOMING, now: clock.now() }),
  );
  await trackTally(t.deps, { credentialId: invited.credentialIds[0]!, policyVersionId });
  const [row] = await t.deps.sql`select slug from credentials where id = ${invited.credentialIds[0]!}`;
  slug = row!.slug;
  one = await browserOf(invited.staffIds[0]);
  two = await browserOf(invited.staffIds[1]);
  stranger = await browserOf((await makeStaff(t, (await makeAgency(t)).id)).id);
  const [list] = await db
    .insert(lists)
    .values({
      agencyId: invited.agencyId,
      slug: 'state-list',
      name: 'State list',
      kind: 'unified',
      reviewCycle: 'annual',
      policyVersionId,
      isPublic: true,
      createdAt: clock.now(),
    })
    .returning();
  const [cycle] = await db
    .insert(listCycles)
    .values({ listId: list!.id, name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' })
    .returning();
  await db.insert(applications).values({
    agencyId: invited.agencyId,
    credentialId: invited.credentialIds[0]!,
    listId: list!.id,
    cycleId: cycle!.id,
    state: 'submitted',
    submittedBy: invited.staffIds[0],
    submittedAt: clock.now(),
    updatedAt: clock.now(),
  });
}, 60_000);
afterAll(async () => t.close());

const evaluate = async (policy: Policy = EVERYTHING) =>
  evaluateRequirement(
    policy,
    await loadFacts(t.deps.db, invited.credentialIds[0]!, t.clock.now()),
    t.clock.now(),
  );

async function burst(indexes: number[]) {
  for (const index of indexes) {
    const { token } = invited.employers[index]!;
    await submit(
      t.app,
      await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, name: `Ann Lee ${token}` }),
      BOTH_YES,
    );
  }
  for (const index of indexes) {
    const { token } = invited.employers[index]!;
    await sendAnswers(t.deps, { tokenHash: hashToken(token), language: 'en', ip: '203.0.113.1' });
  }
  await findMachineBursts(t.deps);
}

describe('answers that wait', () => {
  it('are shown with why; one person lets them count with a reason, two hold them for a machine’s', async () => {
    await burst([0, 1, 2]);
    const list = await one.get('/staff/answers/review');
    expect(list.statusCode).toBe(200);
    expect(list.body).toContain('Several links were answered from one network');
    expect((await stranger.get('/staff/answers/review')).body).not.toContain('Several links');
    const [first, second] = invited.employers.map(({ invitationId }) => `/staff/answers/${invitationId}`);
    expect((await stranger.get(first!)).statusCode).toBe(404);
    expect((await stranger.post(`${first}/release`, { reason: 'x' })).statusCode).toBe(404);
    const blank = await one.post(`${first}/release`, { reason: ' ' });
    expect([blank.statusCode, blank.body]).toEqual([422, expect.stringContaining('Enter the reason')]);
    expect((await evaluate()).figures).toMatchObject({ bothYes: 0, excluded: 3 });
    expect((await one.post(`${first}/release`, { reason: 'I called her' })).statusCode).toBe(303);
    expect((await evaluate()).figures).toMatchObject({ bothYes: 1, excluded: 2 });
    expect((await one.post(`${first}/release`, { reason: 'again' })).statusCode).toBe(409);
    expect((await one.get(first!)).body).toContain('I called her');

    expect((await one.post(`${second}/agree`)).statusCode).toBe(409);
    expect((await one.post(`${second}/machine`, { machine_reason: 'all in one second' })).statusCode).toBe(
      303,
    );
    expect((await one.post(`${second}/agree`)).statusCode).toBe(403);
    expect((await two.get(second!)).body).toContain('I agree: a machine sent it');
    expect((await two.post(`${second}/agree`)).statusCode).toBe(303);
    expect((await two.get('/staff/answers/review')).body).not.toContain(second!);
    expect((await evaluate()).figures).toMatchObject({ bothYes: 1, excluded: 2 });
    const actions = await t.deps
      .sql`select action, actor_id from audit_events where subject_type = 'invitation'
      and action like 'answers.%' and actor_kind = 'staff' order by id`;
    expect(actions.map(({ action }) => action)).toEqual([
      'answers.released',
      'answers.called_machine',
      'answers.confirmed_machine',
    ]);
  });

  it('that are merely quick count, and leave the list once looked at', async () => {
    t.clock.advance(60_000);
    await burst([3]);
    const { invitationId } = invited.employers[3]!;
    expect((await evaluate()).figures.bothYes).toBe(2);
    expect((await one.get('/staff/answers/review')).body).toContain(`value="${invitationId}"`);
    const none = await one.post('/staff/answers/review/looked-at');
    expect([none.statusCode, none.body]).toEqual([422, expect.stringContaining('Select the answers')]);
    await stranger.post('/staff/answers/review/looked-at', { invitation: String(invitationId) });
    expect((await one.get('/staff/answers/review')).body).toContain(`value="${invitationId}"`);
    await one.post('/staff/answers/review/looked-at', { invitation: String(invitationId) });
    expect((await one.get('/staff/answers/review')).body).not.toContain(`value="${invitationId}"`);
    expect((await evaluate()).figures.bothYes).toBe(2);
  });

  it('can all be marked that the page shows, and none that came since', async () => {
    const marks = () => t.deps.sql`select invitation_id from flag_reviews order by invitation_id`;
    const before = await marks();
    const { invitationId } = invited.employers[3]!;
    await t.deps.sql`delete from flag_reviews where invitation_id = ${invitationId}`;
    const shown = { shown: String(invitationId), all: 'shown' };
    expect((await one.post('/staff/answers/review/looked-at', { ...shown, shown: '' })).statusCode).toBe(422);
    expect((await one.post('/staff/answers/review/looked-at', { shown: shown.shown })).statusCode).toBe(422);
    await one.post('/staff/answers/review/looked-at', shown);
    expect(await marks()).toEqual(before);
  });
});

describe('a letter', () => {
  const letter = () => ({
    credential: slug,
    employer: String(invited.employers[4]!.employerId),
    wording: String(invited.instrumentVersionId),
    kind: 'letter',
    name: 'Maria Ortiz',
    job: 'Owner',
    hiring: 'yes',
    said_on: '2026-02-20',
    relation: 'none',
    incentive: 'yes',
    preference: 'yes',
  });
  const file = { name: 'Letter.pdf', content: pdf() };

  it('needs its paper, a day that is not in the future, and a second person', async () => {
    const form = await one.get(`/staff/submissions/new?credential=${slug}&employer=${letter().employer}`);
    expect(form.statusCode).toBe(200);
    expect(form.body).toContain('multipart/form-data');
    for (const [fields, given, message] of [
      [{}, null, 'Attach the letter'],
      [{}, { name: 'a.html', content: Buffer.from('<script>') }, 'The file must be a PDF'],
      [{ said_on: '2026-03-04' }, file, 'The date cannot be in the future'],
      [{ said_on: 'soon' }, file, 'Enter the date'],
      [{ name: ' ' }, file, 'Enter who said or signed it'],
      [{ preference: '' }, file, 'Select an answer to the second question'],
      [{ kind: 'phone' }, null, 'Enter what was said'],
    ] as const) {
      const refused = await one.upload('/staff/submissions', { ...letter(), ...fields }, given);
      expect([refused.statusCode, refused.body]).toEqual([422, expect.stringContaining(message)]);
    }
    for (const wording of ['1e400', '1.5', '-3', 'x']) {
      const stale = await one.upload('/staff/submissions', { ...letter(), wording }, file);
      expect([wording, stale.statusCode]).toEqual([wording, 409]);
    }
    const before = (await evaluate()).figures;
    const entered = await one.upload('/staff/submissions', letter(), file);
    expect(entered.statusCode).toBe(303);
    const page = String(entered.headers.location).split('?')[0]!;
    expect(await evaluate()).toMatchObject({
      figures: { bothYes: before.bothYes, excluded: before.excluded + 1 },
    });
    expect((await evaluate()).exclusions.at(-1)?.reason).toBe('awaits_second_look');
    expect((await stranger.get(page)).statusCode).toBe(404);
    expect((await one.post(`${page}/look`, { agrees: 'yes' })).statusCode).toBe(403);
    const shown = await two.get(page);
    expect(shown.body).toContain('It is entered as it was said');
    const link = /\/staff\/documents\/\d+/.exec(shown.body)![0];
    expect((await two.get(link)).rawPayload.equals(file.content)).toBe(true);
    expect((await two.post(`${page}/look`, { agrees: 'yes' })).statusCode).toBe(303);
    expect((await evaluate()).figures.bothYes).toBe(before.bothYes + 1);
    // The preset takes no letters: the grade is the policy's business, and says so.
    const wyoming = await evaluate(WYOMING.body);
    expect(wyoming.exclusions.at(-1)?.reason).toBe('provenance_not_accepted');
    // Age counts from the date on the letter.
    const unit = (await evaluate()).positions.find(({ employerIds }) =>
      employerIds.includes(invited.employers[4]!.employerId),
    );
    expect(unit?.expiresAt).toEqual(new Date('2028-02-20T00:00:00Z'));
  });

  it('is corrected by another that takes its place, and is never edited', async () => {
    const [row] = await t.deps.db.select().from(submissions).where(eq(submissions.kind, 'letter'));
    const page = `/staff/submissions/${row!.id}`;
    const form = await two.get(
      `/staff/submissions/new?credential=${slug}&employer=${row!.employerId}&corrects=${row!.id}`,
    );
    expect(form.body).toContain('value="Maria Ortiz"');
    const fields = { ...letter(), corrects: String(row!.id), incentive: 'no' };
    const corrected = await two.upload('/staff/submissions', fields, null);
    expect(corrected.statusCode).toBe(303);
    const next = String(corrected.headers.location).split('?')[0]!;
    expect((await one.get(page)).body).toContain('This answer was corrected');
    expect((await two.upload('/staff/submissions', fields, null)).statusCode).toBe(422);
    await one.post(`${next}/look`, { agrees: 'yes' });
    const unit = (await evaluate()).positions.find(({ employerIds }) =>
      employerIds.includes(row!.employerId!),
    );
    expect(unit?.status).toBe('no');
    await expect(
      t.deps.sql`update submissions set respondent_name = 'x' where id = ${row!.id}`,
    ).rejects.toThrow('never edited');
    await expect(t.deps.sql`delete from submissions where id = ${row!.id}`).rejects.toThrow('never edited');
  });

  it('that is wrong is sent back with the reason, kept and uncounted', async () => {
    const fields = {
      ...letter(),
      kind: 'phone',
      note: 'Called 406-555-0100',
      employer: String(invited.employers[5]!.employerId),
    };
    const entered = await one.upload('/staff/submissions', fields, null);
    const page = String(entered.headers.location).split('?')[0]!;
    const blank = await two.post(`${page}/look`, { reason: '' });
    expect(blank.statusCode).toBe(422);
    await two.post(`${page}/look`, { reason: 'She said no to the second' });
    expect((await one.get(page)).body).toContain('She said no to the second');
    const unit = (await evaluate()).positions.find(({ employerIds }) =>
      employerIds.includes(invited.employers[5]!.employerId),
    );
    expect(unit?.status).toBe('asked');
    expect((await two.post(`${page}/look`, { agrees: 'yes' })).statusCode).toBe(409);
  });
});

describe('a public page', () => {
  const url = () => `/lists/state-list/${slug}/answer`;
  const typed = (given: Record<string, string> = {}) => ({
    ...BOTH_YES,
    employer: 'Bitterroot Timber LLC',
    place: 'Hamilton, Montana',
    website: 'https://bitterroot-timber.example',
    relation: 'none',
    name: 'Sam Reyes',
    job: 'Yard manager',
    email: 'sam@bitterroot-timber.example',
    hiring: 'yes',
    ...given,
  });

  it('is not there until staff open the list, and says the same of every address that is not open', async () => {
    const shut = await open(t.app, url());
    expect([shut.status, shut.text]).toEqual([404, expect.stringContaining('takes no answers now')]);
    expect((await stranger.get('/staff/lists/state-list/open-link')).statusCode).toBe(404);
    expect((await one.post('/staff/lists/state-list/open-link', { days: '0' })).statusCode).toBe(422);
    expect((await one.post('/staff/lists/state-list/open-link', { days: '30' })).statusCode).toBe(303);
    expect((await one.get('/staff/lists/state-list/open-link')).body).toContain(url());
    expect((await open(t.app, url())).status).toBe(200);
    expect((await open(t.app, '/lists/state-list/nothing/answer')).status).toBe(404);
    const page = await open(t.app, `${url()}?lang=es`);
    expect(page.html).toContain('lang="es"');
    expect(page.html.length).toBeLessThan(30_000);
    expect(page.html).not.toMatch(/<script|\sstyle=|\son[a-z]+=/);
  });

  it('counts after a mail has confirmed it and staff have said whose it is, in either order', async () => {
    const before = (await evaluate()).figures;
    const empty = await submit(t.app, await open(t.app, url()));
    expect([empty.status, empty.text]).toEqual([
      422,
      expect.stringContaining('Enter the name of your organization'),
    ]);
    t.clock.advance(60_000);
    const sent = await submit(t.app, await open(t.app, url()), typed());
    expect(sent.text).toContain('Look in your mailbox');
    // Somebody who is invited is told exactly the same.
    const [known] = await t.deps.db
      .select()
      .from(contacts)
      .where(eq(contacts.id, invited.employers[0]!.contactId));
    const again = await submit(t.app, await open(t.app, url()), typed({ email: known!.email }));
    expect(again.text).toBe(sent.text);
    expect((await evaluate()).figures).toEqual(before);

    await sendDueMessages(t.deps, {});
    const [submission] = await t.deps.db
      .select()
      .from(submissions)
      .where(eq(submissions.emailKey, 'sam@bitterroot-timber.example'));
    const [confirmation] = await t.deps.db
      .select()
      .from(confirmations)
      .where(eq(confirmations.submissionId, submission!.id));
    const link = `/v/${confirmToken(t.deps, confirmation!.id)}`;
    const mail = (await t.mails()).find(({ text }) => text.includes(link));
    expect(mail).toMatchObject({ to: expect.stringContaining('sam@bitterroot-timber.example') });
    expect(mail!.text).toContain('on our public page');

    const page = `/staff/submissions/${submission!.id}`;
    expect((await one.get('/staff/answers/review')).body).toContain('Bitterroot Timber LLC');
    expect((await stranger.get(page)).statusCode).toBe(404);
    expect(
      (await one.post(`${page}/match`, { employer: 'new', legal_name: '', state: 'XX' })).statusCode,
    ).toBe(422);
    const matched = await one.post(`${page}/match`, {
      employer: 'new',
      legal_name: 'Bitterroot Timber, LLC',
      city: 'Hamilton',
      state: 'MT',
    });
    expect(matched.statusCode).toBe(303);
    expect((await evaluate()).exclusions.at(-1)?.reason).toBe('awaits_verification');
    const ask = await open(t.app, link);
    t.clock.advance(5_000);
    expect((await submit(t.app, ask, { answer: 'mine' })).text).toContain('Your answers are confirmed');
    expect((await evaluate()).figures.bothYes).toBe(before.bothYes + 1);
    const rows = await t.deps.db
      .select()
      .from(answers)
      .where(eq(answers.submissionId, submission!.id))
      .orderBy(answers.id);
    expect(rows.map(({ provenance, endKind }) => [provenance, endKind])).toEqual([
      ['open_link_unverified', 'superseded'],
      ['open_link_verified', null],
    ]);
    expect((await evaluate(WYOMING.body)).figures.bothYes).toBe(before.bothYes);
    const [record] = await t.deps.db
      .select()
      .from(employers)
      .where(eq(employers.legalName, 'Bitterroot Timber, LLC'));
    const [person] = await t.deps.db
      .select()
      .from(contacts)
      .where(eq(contacts.emailKey, 'sam@bitterroot-timber.example'));
    expect(person).toMatchObject({ employerId: record!.id, source: 'open_link' });

    // The invited person who came by the open page as well: their later word takes the place of the earlier one.
    const [theirs] = await t.deps.db
      .select()
      .from(submissions)
      .where(eq(submissions.emailKey, known!.emailKey));
    const theirPage = `/staff/submissions/${theirs!.id}`;
    expect((await one.get(theirPage)).body).toContain('this address is a contact there');
    await one.post(`${theirPage}/match`, { employer: String(known!.employerId) });
    const [theirConfirmation] = await t.deps.db
      .select()
      .from(confirmations)
      .where(eq(confirmations.submissionId, theirs!.id));
    const asked = await open(t.app, `/v/${confirmToken(t.deps, theirConfirmation!.id)}`);
    t.clock.advance(5_000);
    await submit(t.app, asked, { answer: 'mine' });
    const result = await evaluate();
    expect(result.figures.bothYes).toBe(before.bothYes + 1);
  });

  it('takes few answers of one address, and turned down ones never count', async () => {
    for (let n = 0; n < 7; n += 1) {
      const page = await open(t.app, url());
      const reply = await t.app.inject({
        method: 'POST',
        url: url(),
        remoteAddress: `198.51.100.${n + 1}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(typed({ email: 'many@elsewhere.example' })).toString(),
      });
      expect([page.status, reply.statusCode]).toEqual([200, 303]);
    }
    const many = await t.deps.db
      .select()
      .from(submissions)
      .where(eq(submissions.emailKey, 'many@elsewhere.example'));
    expect(many).toHaveLength(5);
    const page = `/staff/submissions/${many[0]!.id}`;
    await one.post(`${page}/reject`, { reason: 'Not an employer' });
    expect((await one.get(page)).body).toContain('Not an employer');
    expect(
      (await one.post(`${page}/match`, { employer: String(invited.employers[5]!.employerId) })).statusCode,
    ).toBe(409);
    let last = 0;
    for (let n = 0; n < 12; n += 1) {
      const reply = await t.app.inject({
        method: 'POST',
        url: url(),
        remoteAddress: '192.0.2.50',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams(typed({ email: `p${n}@elsewhere.example` })).toString(),
      });
      last = reply.statusCode;
    }
    expect(last).toBe(429);
    expect((await one.post('/staff/lists/state-list/close-link')).statusCode).toBe(303);
    expect((await open(t.app, url())).status).toBe(404);
    expect((await one.post('/staff/lists/state-list/close-link')).statusCode).toBe(409);
  });
});
