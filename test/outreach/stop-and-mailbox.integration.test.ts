import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { suppressAddress } from '../../src/outreach/suppress-address.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { launchWave, makeWorld, messageStates, type World } from './outreach-world.ts';

const HOUR_MS = 3_600_000;

let test: TestApp;
let world: World;
let path: string;
let otherPath: string;

beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());
beforeEach(async () => {
  world = await makeWorld(test.deps, { contacts: 2, credentials: 1 });
  await launchWave(test.deps, world, { reminderAfterHours: [200] });
  await sendDueMessages(test.deps);
  [path, otherPath] = world.contactIds.map((id) => `/u/${unsubscribeToken(test.deps, id)}`) as [
    string,
    string,
  ];
});

async function stopped(contactId = world.contactIds[0]!): Promise<boolean> {
  const rows = await test.deps.db.execute(sql`
    select 1 from suppressions s join unsubscribe_links l on l.address_hash = s.address_hash
    where l.contact_id = ${contactId} and s.lifted_at is null`);
  return rows.length > 0;
}

const multipart = (fields: string) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
  payload: `--xyz\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n${fields}\r\n--xyz--\r\n`,
});
const urlencoded = (fields: string) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: `List-Unsubscribe=${fields}`,
});

describe.each([
  ['multipart/form-data', multipart],
  ['application/x-www-form-urlencoded', urlencoded],
])('one click as %s (E2)', (_type, body) => {
  it('acts at once, without cookie or redirect, and again without a difference', async () => {
    for (let i = 0; i < 2; i += 1) {
      const response = await test.app.inject({ method: 'POST', url: path, ...body('One-Click') });
      expect(response.statusCode).toBe(200);
      expect(response.headers.location).toBeUndefined();
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(await stopped()).toBe(true);
    }
    const [count] = await test.deps.db.execute<{ n: number }>(sql`
      select count(*)::int as n from suppressions s join unsubscribe_links l on l.address_hash = s.address_hash
      where l.contact_id = ${world.contactIds[0]}`);
    expect(count?.n).toBe(1);
  });

  it('answers 404 to an unknown token, of any length', async () => {
    for (const token of ['A'.repeat(32), 'x', 'A'.repeat(10_000), '%00', '..%2f..']) {
      const response = await test.app.inject({ method: 'POST', url: `/u/${token}`, ...body('One-Click') });
      expect(response.statusCode, token.slice(0, 40)).toBe(404);
    }
  });

  it('goes by the path alone when the body names somebody else', async () => {
    await test.app.inject({ method: 'POST', url: path, ...body(`One-Click&token=${otherPath.slice(3)}`) });
    expect(await stopped()).toBe(true);
    expect(await stopped(world.contactIds[1])).toBe(false);
  });
});

describe('the stop page', () => {
  it('changes nothing when it is opened, however often and by whatever', async () => {
    for (let i = 0; i < 10; i += 1) {
      for (const method of ['GET', 'HEAD'] as const) {
        await test.app.inject({ method, url: path, headers: { 'user-agent': 'Mozilla/5.0 SafeLinks' } });
      }
    }
    expect(await stopped()).toBe(false);
    const { body, statusCode } = await test.app.inject({ method: 'GET', url: path });
    expect(statusCode).toBe(200);
    expect(body).toContain('<h1>Stop these mails</h1>');
    expect(body).toContain(`<form method="post" action="${path}"`);
  });

  it('takes a body of more than 2 KiB from nobody', async () => {
    const response = await test.app.inject({ method: 'POST', url: path, ...urlencoded('x'.repeat(3000)) });
    expect(response.statusCode).toBe(413);
    expect(await stopped()).toBe(false);
  });

  it('shows a person that it is done, and takes it back when asked', async () => {
    const done = await test.app.inject({ method: 'POST', url: path });
    expect(done.body).toContain('You will get no more mails');
    const again = await test.app.inject({ method: 'POST', url: `${path}/resume` });
    expect(again.statusCode).toBe(200);
    expect(again.body).toContain('You may be asked again');
    expect(await stopped()).toBe(false);
  });

  it('speaks Spanish when asked, and to who gets Spanish mails', async () => {
    const asked = await test.app.inject({ method: 'GET', url: `${path}?lang=es` });
    expect(asked.body).toContain('<html lang="es">');
    await test.deps.db.execute(sql`update contacts set language = 'es' where id = ${world.contactIds[0]}`);
    const own = await test.app.inject({ method: 'GET', url: path });
    expect(own.body).toContain('No recibir más estos correos');
  });

  it('does not lift what has another cause', async () => {
    const [contact] = await test.deps.db.execute<{ email: string }>(
      sql`select email from contacts where id = ${world.contactIds[0]}`,
    );
    await test.deps.db.transaction((tx) =>
      suppressAddress(tx, test.deps, { email: contact!.email, reason: 'complained', now: test.clock.now() }),
    );
    await test.app.inject({ method: 'POST', url: `${path}/resume` });
    expect(await stopped()).toBe(true);
  });

  it('still works when the invitation is long over and the person was removed (E3)', async () => {
    await test.deps.db.execute(
      sql`update unsubscribe_links set contact_id = null where contact_id = ${world.contactIds[0]}`,
    );
    const response = await test.app.inject({ method: 'POST', url: path });
    expect(response.statusCode).toBe(200);
    await test.deps.db.execute(sql`
      update unsubscribe_links set contact_id = ${world.contactIds[0]} where contact_id is null`);
    expect(await stopped()).toBe(true);
  });

  it('keeps a stopped person out of reminders', async () => {
    await test.app.inject({ method: 'POST', url: path, ...urlencoded('One-Click') });
    test.clock.advance(201 * HOUR_MS);
    const before = (await test.mails()).length;
    await sendDueMessages(test.deps);
    const mails = (await test.mails()).slice(before);
    const mailed = (contactId: number) =>
      mails.some((mail) => mail.html.includes(unsubscribeToken(test.deps, contactId)));
    expect(world.contactIds.map(mailed)).toEqual([false, true]);
  });
});

describe('the local mailbox', () => {
  it('shows the mails, and one of them in a frame that can do nothing', async () => {
    const list = await test.app.inject({ method: 'GET', url: '/mailbox' });
    expect(list.statusCode).toBe(200);
    const href = /href="(\/mailbox\/[^"]+)"/.exec(list.body)?.[1] ?? '';
    const message = await test.app.inject({ method: 'GET', url: href });
    expect(message.statusCode).toBe(200);
    expect(message.body).toMatch(/<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(message.headers['content-security-policy']).toContain("frame-src 'self'");
    expect(message.body).toContain('List-Unsubscribe-Post: List-Unsubscribe');
    const html = await test.app.inject({ method: 'GET', url: `${href}/html` });
    expect(html.headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox /);
    expect(html.body).toContain('<h1');
  });

  it('is for this machine only', async () => {
    const remote = await test.app.inject({ method: 'GET', url: '/mailbox', remoteAddress: '192.0.2.7' });
    expect(remote.statusCode).toBe(404);
    const proxied = await test.app.inject({
      method: 'GET',
      url: '/mailbox',
      headers: { 'x-forwarded-for': '192.0.2.7' },
    });
    expect(proxied.statusCode).toBe(404);
    expect(
      (await test.app.inject({ method: 'GET', url: '/mailbox/1700000000000-000001-abcdef01' })).statusCode,
    ).toBe(404);
    expect((await test.app.inject({ method: 'GET', url: '/mailbox/..%2fsecrets.json' })).statusCode).toBe(
      404,
    );
  });
});

it('keeps no live link and no address where they do not belong', async () => {
  const waveId = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 1 }));
  await sendDueMessages(test.deps);
  expect(await messageStates(test.deps, waveId)).toEqual({ sent: 1 });
  const mails = await test.mails();
  const tokens = mails.flatMap((mail) =>
    [...mail.text.matchAll(/\/[ru]\/([\w-]{32})/g)].map((match) => match[1]),
  );
  expect(tokens.length).toBeGreaterThan(2);
  const tables = ['messages', 'invitations', 'unsubscribe_links', 'suppressions', 'asks', 'audit_events'];
  for (const table of tables) {
    const rows = await test.deps.db.execute<{ row: string }>(
      sql`select row_to_json(t)::text as row from ${sql.identifier(table)} t`,
    );
    const dump = rows.map(({ row }) => row).join('\n');
    expect(tokens.filter((token) => dump.includes(token!))).toEqual([]);
    expect(dump).not.toContain('@employer.example');
  }
});
