import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setupLink } from '../../src/agencies/set-up.ts';
import { auditEvents, signInLinks, staffMembers, staffSessions } from '../../src/db/schema/agencies.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { encodeForm, signInAs } from '../support/sign-in.ts';
import { makeAgency, makeStaff } from '../support/staff.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const MINUTE = 60_000;

describe('staff sign-in', () => {
  let test: TestApp;
  let agencyId: number;
  beforeAll(async () => {
    test = await createTestApp();
    agencyId = (await makeAgency(test)).id;
  });
  afterAll(() => test.close());

  const ask = (email: string) =>
    test.app.inject({ method: 'POST', url: '/staff/sign-in', headers: FORM, payload: encodeForm({ email }) });
  const sent = async (count: number) => {
    await expect.poll(async () => (await test.mails()).length).toBe(count);
    return (await test.mails()).at(-1)!;
  };

  it('leads from the address through the mail and one button to the console', async () => {
    const staff = await makeStaff(test, agencyId);
    const before = (await test.mails()).length;
    expect((await ask(` ${staff.email.toUpperCase()} `)).headers.location).toBe('/staff/sign-in/sent');
    const mail = await sent(before + 1);
    expect(mail.to).toContain(staff.email);
    const link = new URL(/http\S+\/staff\/sign-in\/[\w-]+/.exec(mail.text)![0]).pathname;
    await expect.poll(() => test.announced.some((line) => line.includes(link))).toBe(true);

    // What a link scanner does to the link changes nothing.
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      expect((await test.app.inject({ method, url: link })).statusCode).toBe(200);
    }
    const reply = await test.app.inject({ method: 'POST', url: link, headers: FORM, payload: '' });
    expect(reply.headers.location).toBe('/staff');
    const cookie = reply.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    expect(reply.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect((await test.app.inject({ url: '/staff', headers: { cookie } })).statusCode).toBe(200);

    const again = await test.app.inject({ method: 'POST', url: link, headers: FORM, payload: '' });
    expect(again.statusCode).toBe(404);
    expect(again.cookies).toEqual([]);
  });

  it('says the same whether the address is known or not, and mails nobody else', async () => {
    const staff = await makeStaff(test, agencyId);
    const before = (await test.mails()).length;
    const known = await ask(staff.email);
    const unknown = await ask('nobody@elsewhere.example');
    expect([unknown.statusCode, unknown.headers.location]).toEqual([
      known.statusCode,
      known.headers.location,
    ]);
    expect((await sent(before + 1)).to).toContain(staff.email);
  });

  it('tells what is wrong with the address beside the field', async () => {
    const reply = await ask('not an address');
    expect(reply.statusCode).toBe(422);
    expect(reply.body).toContain('Enter an email address in the form name@example.gov');
    expect(reply.body).toContain('value="not an address"');
  });

  it('ends a link after half an hour', async () => {
    const staff = await makeStaff(test, agencyId);
    const before = (await test.mails()).length;
    await ask(staff.email);
    const mail = await sent(before + 1);
    const link = new URL(/http\S+\/staff\/sign-in\/[\w-]+/.exec(mail.text)![0]).pathname;
    test.clock.advance(31 * MINUTE);
    expect((await test.app.inject({ url: link })).statusCode).toBe(404);
    expect(
      (await test.app.inject({ method: 'POST', url: link, headers: FORM, payload: '' })).statusCode,
    ).toBe(404);
  });

  it('opens one session when the button is pressed twice at once', async () => {
    const staff = await makeStaff(test, agencyId);
    const before = (await test.mails()).length;
    await ask(staff.email);
    const link = new URL(/http\S+\/staff\/sign-in\/[\w-]+/.exec((await sent(before + 1)).text)![0]).pathname;
    const press = () => test.app.inject({ method: 'POST', url: link, headers: FORM, payload: '' });
    const replies = await Promise.all([press(), press(), press()]);
    expect(replies.filter(({ statusCode }) => statusCode === 303)).toHaveLength(1);
  });

  it('goes back to where the person was going, and nowhere else', async () => {
    const redirect = await test.app.inject({ url: '/staff/people?x=1' });
    expect(redirect.headers.location).toBe('/staff/sign-in?next=%2Fstaff%2Fpeople%3Fx%3D1');
    const page = await test.app.inject({ url: '/staff/sign-in?next=https%3A%2F%2Fevil.example%2F' });
    expect(page.body).toContain('name="next" value="/staff"');
  });

  it('ends a session after fifteen idle minutes, after twelve hours, and on sign-out', async () => {
    const idle = await signInAs(test, (await makeStaff(test, agencyId)).id);
    test.clock.advance(14 * MINUTE);
    expect((await idle.get('/staff')).statusCode).toBe(200);
    test.clock.advance(14 * MINUTE);
    expect((await idle.get('/staff')).statusCode).toBe(200);
    test.clock.advance(16 * MINUTE);
    expect((await idle.get('/staff')).statusCode).toBe(303);

    const long = await signInAs(test, (await makeStaff(test, agencyId)).id);
    for (let minutes = 0; minutes < 12 * 60 - 10; minutes += 10) {
      test.clock.advance(10 * MINUTE);
      expect((await long.get('/staff')).statusCode).toBe(200);
    }
    test.clock.advance(10 * MINUTE);
    expect((await long.get('/staff')).statusCode).toBe(303);

    const out = await signInAs(test, (await makeStaff(test, agencyId)).id);
    expect((await out.post('/staff/sign-out')).headers.location).toBe('/staff/sign-in');
    expect((await out.get('/staff')).statusCode).toBe(303);
  });

  it('keeps hashes only', async () => {
    await signInAs(test, (await makeStaff(test, agencyId)).id);
    for (const table of [signInLinks, staffSessions]) {
      for (const { tokenHash } of await test.deps.db.select({ tokenHash: table.tokenHash }).from(table)) {
        expect(tokenHash).toHaveLength(32);
      }
    }
  });

  it('writes who signed in to the audit log, which nobody can rewrite', async () => {
    const staff = await makeStaff(test, agencyId);
    await signInAs(test, staff.id);
    const events = await test.deps.db.select().from(auditEvents).where(eq(auditEvents.actorId, staff.id));
    expect(events.map(({ action }) => action)).toEqual(['session.opened']);
    await expect(
      test.deps.db.update(auditEvents).set({ action: 'nothing' }).where(eq(auditEvents.actorId, staff.id)),
    ).rejects.toThrow();
    await expect(test.deps.db.delete(auditEvents)).rejects.toThrow();
  });
});

describe('people of an agency', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it('are added by an administrator, once, into the own agency', async () => {
    const [mine, other] = [await makeAgency(test), await makeAgency(test)];
    const admin = await signInAs(test, (await makeStaff(test, mine.id, 'admin')).id);
    const person = { name: 'Ada <b>Byron</b>', email: 'ada@staff.example', role: 'editor' };
    expect((await admin.post('/staff/people', person)).statusCode).toBe(303);
    const refused = await admin.post('/staff/people', person);
    expect(refused.statusCode).toBe(422);
    expect(refused.body).toContain('somebody already signs in with this one');
    const page = (await admin.get('/staff/people')).body;
    expect(page).toContain('Ada &lt;b&gt;Byron&lt;/b&gt;');
    const elsewhere = await signInAs(test, (await makeStaff(test, other.id, 'admin')).id);
    expect((await elsewhere.get('/staff/people')).body).not.toContain('ada@staff.example');
  });

  it('cannot be added or closed by anyone below an administrator', async () => {
    const { id } = await makeAgency(test);
    const colleague = await makeStaff(test, id, 'viewer');
    for (const role of ['viewer', 'editor', 'approver'] as const) {
      const session = await signInAs(test, (await makeStaff(test, id, role)).id);
      const person = { name: 'Mallory', email: `mallory-${role}@staff.example`, role: 'admin' };
      expect((await session.post('/staff/people', person)).statusCode).toBe(403);
      expect((await session.post(`/staff/people/${colleague.id}/close`)).statusCode).toBe(403);
    }
  });

  it('lose every session the moment their access is closed', async () => {
    const { id } = await makeAgency(test);
    const admin = await signInAs(test, (await makeStaff(test, id, 'admin')).id);
    const person = await makeStaff(test, id, 'editor');
    const session = await signInAs(test, person.id);
    expect((await session.get('/staff')).statusCode).toBe(200);
    expect((await admin.post(`/staff/people/${person.id}/close`)).statusCode).toBe(303);
    expect((await session.get('/staff')).statusCode).toBe(303);
  });

  it('of another agency are not found, and nobody closes their own access', async () => {
    const [mine, other] = [await makeAgency(test), await makeAgency(test)];
    const me = await makeStaff(test, mine.id, 'admin');
    const admin = await signInAs(test, me.id);
    const stranger = await makeStaff(test, other.id, 'editor');
    expect((await admin.post(`/staff/people/${stranger.id}/close`)).statusCode).toBe(404);
    expect((await admin.post(`/staff/people/${me.id}/close`)).statusCode).toBe(403);
    expect((await admin.post('/staff/people/nonsense/close')).statusCode).toBe(404);
    const [row] = await test.deps.db.select().from(staffMembers).where(eq(staffMembers.id, stranger.id));
    expect(row?.disabledAt).toBeNull();
  });
});

describe('setting up an empty installation', () => {
  it('makes two agencies once, even when two people press the button', async () => {
    const test = await createTestApp();
    try {
      const url = new URL(setupLink(test.deps)).pathname;
      const fields = (n: number) => ({
        [`name${n}`]: `Agency number ${n}`,
        [`shortName${n}`]: `Agency ${n}`,
        [`postalAddress${n}`]: '1 Capitol Square',
        [`mailFromAddress${n}`]: `ask@agency${n}.example`,
        [`replyTo${n}`]: `help@agency${n}.example`,
        [`stateCode${n}`]: 'mt',
        [`timeZone${n}`]: 'America/Denver',
        [`adminName${n}`]: `Admin ${n}`,
        [`adminEmail${n}`]: `admin${n}@staff.example`,
      });
      expect((await test.app.inject({ url })).body).toContain('Set up Countersign');
      expect((await test.app.inject({ url: `${url.slice(0, -1)}A` })).statusCode).toBe(404);

      const incomplete = await test.app.inject({
        method: 'POST',
        url,
        headers: FORM,
        payload: encodeForm(fields(1)),
      });
      expect(incomplete.statusCode).toBe(422);
      expect(incomplete.body).toContain('href="#name2"');
      expect(incomplete.body).toContain('value="Agency number 1"');

      const payload = encodeForm({ ...fields(1), ...fields(2) });
      const press = () => test.app.inject({ method: 'POST', url, headers: FORM, payload });
      const replies = await Promise.all([press(), press()]);
      expect(replies.map(({ statusCode }) => statusCode)).toEqual([303, 303]);
      const first = replies.find(({ headers }) => headers.location !== '/staff/sign-in')!;
      const signedIn = await test.app.inject({
        method: 'POST',
        url: first.headers.location!,
        headers: FORM,
        payload: '',
      });
      expect(signedIn.headers.location).toBe('/staff');
      expect((await test.deps.db.select().from(staffMembers)).map(({ role }) => role)).toEqual([
        'admin',
        'admin',
      ]);
      expect((await test.app.inject({ url })).statusCode).toBe(404);
      expect((await press()).headers.location).toBe('/staff/sign-in');
    } finally {
      await test.close();
    }
  });
});
