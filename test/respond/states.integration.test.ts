import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asks, invitations, waves } from '../../src/db/schema/outreach.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { readLinks } from '../../src/demo/html-forms.ts';
import { linkToken } from '../../src/lib/tokens.ts';
import type { Draft } from '../../src/respond/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { ACCESS_CASES } from './access-cases.ts';
import { ABOUT, BOTH_YES, open, post, submit } from './browse.ts';

let t: TestApp;
const logged: string[] = [];

beforeAll(async () => {
  t = await createTestApp({ log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }) });
});
afterAll(async () => t.close());

const invite = (options: Partial<Parameters<typeof inviteEmployers>[1]> = {}): Promise<Invited> =>
  inviteEmployers(t.deps, { now: t.clock.now(), ...options });

const invitationOf = async (id: number) => {
  const [row] = await t.deps.db.select().from(invitations).where(eq(invitations.id, id));
  return { ...row!, draft: row!.draft as Draft };
};
const answersOf = (id: number) =>
  t.deps.db
    .select()
    .from(answers)
    .where(eq(answers.invitationId, id))
    .orderBy(answers.askId, answers.version);

/** Everything up to the check page. */
async function fillIn(
  token: string,
  answersGiven: Record<string, string>[] = [BOTH_YES, BOTH_YES, BOTH_YES],
) {
  let page = await submit(t.app, await open(t.app, `/r/${token}/about`), ABOUT);
  for (const given of answersGiven) page = await submit(t.app, page, given);
  return page;
}

const form = (invited: Invited, at: number, values: Record<string, string>, employer = 0) =>
  new URLSearchParams({
    ask: String(invited.employers[employer]!.askIds[at]),
    wording: String(invited.instrumentVersionId),
    shown: (t.clock.now().getTime() - 10_000).toString(36),
    ...values,
  }).toString();

describe('an invitation takes answers exactly while the rule says so', () => {
  it.each(ACCESS_CASES)('$name', async ({ facts, now, access }) => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    await t.deps.db
      .update(waves)
      .set({
        state: facts.waveState,
        pausedAt: facts.waveState === 'paused' ? now : null,
        closedAt: facts.waveState === 'closed' ? now : null,
        cancelledAt: facts.waveState === 'cancelled' ? now : null,
        closeAt: facts.closeAt,
        graceUntil: facts.graceUntil,
      })
      .where(eq(waves.id, invited.waveId));
    await t.deps.db
      .update(invitations)
      .set({
        state: facts.state,
        expiresAt: facts.expiresAt,
        answeredAt: facts.state === 'answered' ? now : null,
        declinedAt: facts.state === 'declined' ? now : null,
      })
      .where(eq(invitations.id, invitationId));
    const before = t.clock.now();
    t.clock.set(now);
    try {
      const saved = await t.app.inject({
        method: 'POST',
        url: `/r/${token}/c/1`,
        payload: form(invited, 0, BOTH_YES),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const { draft } = await invitationOf(invitationId);
      expect(saved.statusCode).toBe(access === 'open' ? 303 : 410);
      expect(Object.keys(draft).length > 0).toBe(access === 'open');
      expect((await open(t.app, `/r/${token}`)).status).toBe(
        access === 'open' || access === 'referred' ? 200 : 410,
      );
    } finally {
      t.clock.set(before);
    }
  });
});

describe('an ask that another wave’s invitation carries is taken exactly while its own wave takes it', () => {
  const LATE = new Date('2026-06-01T00:00:00Z');
  const begun = ACCESS_CASES.filter(({ facts }) => !['expired', 'referred'].includes(facts.state));

  it.each(begun)('$name', async ({ facts, now, access }) => {
    const invited = await invite({ credentials: 2 });
    const { token, invitationId, askIds } = invited.employers[0]!;
    const [carrier] = await t.deps.db
      .update(waves)
      .set({ closeAt: LATE, graceUntil: LATE })
      .where(eq(waves.id, invited.waveId))
      .returning();
    const { id: _, ...own } = carrier!;
    const [wave] = await t.deps.db
      .insert(waves)
      .values({
        ...own,
        state: facts.waveState,
        pausedAt: facts.waveState === 'paused' ? now : null,
        closedAt: facts.waveState === 'closed' ? now : null,
        cancelledAt: facts.waveState === 'cancelled' ? now : null,
        closeAt: facts.closeAt,
        graceUntil: facts.graceUntil,
      })
      .returning();
    await t.deps.db.update(asks).set({ waveId: wave!.id }).where(eq(asks.id, askIds[1]!));
    await t.deps.db
      .update(invitations)
      .set({
        state: facts.state,
        expiresAt: LATE,
        answeredAt: facts.state === 'answered' ? now : null,
        declinedAt: facts.state === 'declined' ? now : null,
      })
      .where(eq(invitations.id, invitationId));
    const before = t.clock.now();
    t.clock.set(now);
    try {
      const check = await open(t.app, `/r/${token}/check`);
      expect(check.text.includes('No answer of yours is recorded for it.')).toBe(access !== 'open');
      await post(t.app, `/r/${token}/c/2`, form(invited, 1, BOTH_YES));
      await post(t.app, `/r/${token}/c/1`, form(invited, 0, BOTH_YES));
      const { draft } = await invitationOf(invitationId);
      expect(new Set(Object.keys(draft))).toEqual(
        new Set([...(access === 'open' ? [1] : []), 0].map((at) => `ask:${askIds[at]}`)),
      );
    } finally {
      t.clock.set(before);
    }
  });
});

describe('a link that nobody has', () => {
  it('looks the same whether it never was, is of another kind or was changed, and takes nothing', async () => {
    const { employers } = await invite();
    const { token, invitationId, contactId } = employers[0]!;
    const key = t.deps.secrets.linkKey;
    const tokens = [
      'x'.repeat(32),
      linkToken(key, 'unsubscribe', contactId),
      linkToken(key, 'rsvp', invitationId),
      linkToken(key, 'answer', invitationId, 2),
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
      token.slice(0, 31),
      `${token}A`,
      'y'.repeat(10_000),
      encodeURIComponent("' or 1=1 --"),
      '%F0%9F%92%A9',
    ];
    const pages = await Promise.all(
      tokens.flatMap((wrong) => [
        open(t.app, `/r/${wrong}`),
        open(t.app, `/r/${wrong}/c/1`),
        post(t.app, `/r/${wrong}/about`, ''),
        post(t.app, `/r/${wrong}/c/1`, form({ instrumentVersionId: 1, employers } as Invited, 0, BOTH_YES)),
        post(t.app, `/r/${wrong}/send`, ''),
      ]),
    );
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]!.text).toContain('This link does not work');
  });

  it('says so in the language that the browser prefers', async () => {
    const page = await t.app.inject({
      url: `/r/${'x'.repeat(32)}`,
      headers: { 'accept-language': 'es-MX,es;q=0.9,en;q=0.5' },
    });
    expect(page.body).toContain('<html lang="es">');
    expect(page.body).toContain('Este enlace no funciona');
  });

  it('a link whose token cannot be decoded meets a page, not a stack', async () => {
    const page = await t.app.inject({ url: '/r/%E0%A4%A' });
    expect(page.statusCode).toBe(404);
    expect(page.body).not.toMatch(/at .*\.ts|node_modules/);
  });
});

describe('forms that are wrong', () => {
  it('come back with what was typed, the faults above and beside, and the title saying Error', async () => {
    const { employers } = await invite();
    const { token } = employers[0]!;
    const page = await submit(t.app, await open(t.app, `/r/${token}/about`), {
      name: '  ',
      job: 'Chief <b>welder</b>',
      connected: 'no',
    });
    expect(page.status).toBe(422);
    expect(page.title).toMatch(/^Error: About you/);
    expect(page.text).toContain('There is a problem Enter your name Select yes if you take part');
    expect(page.html).toContain('href="#name"');
    expect(page.html).toContain('href="#hiring"');
    expect(page.html).toContain('value="Chief &lt;b&gt;welder&lt;/b&gt;"');
    const connected = page.forms[0]!.controls.find(({ name }) => name === 'connected');
    expect(connected?.initial).toBe('no');
    expect((await invitationOf(employers[0]!.invitationId)).state).toBe('open');
  });

  it('keep the answered question of two, link to the first radio of the other, and save nothing', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    const page = await submit(t.app, await open(t.app, `/r/${token}/c/1`), { incentive: 'not_sure' });
    expect(page.status).toBe(422);
    expect(page.title).toMatch(/^Error: /);
    expect(page.html).toContain('href="#preference"');
    expect(page.html).toMatch(/<input[^>]*id="preference"[^>]*value="yes"/);
    expect(page.forms[0]!.controls.find(({ name }) => name === 'incentive')?.initial).toBe('not_sure');
    const both = await submit(t.app, page, { not_familiar: 'yes' });
    expect(both.status).toBe(422);
    expect(both.text).toContain('not both');
    expect((await invitationOf(invitationId)).draft).toEqual({});
  });

  it('never take a value that the instrument does not have, nor an ask or wording of somebody else', async () => {
    const invited = await invite({ employers: 2 });
    const { token, invitationId } = invited.employers[0]!;
    const url = `/r/${token}/c/1`;
    const unknown = await post(t.app, url, form(invited, 0, { incentive: 'yes', preference: 'YES' }));
    expect(unknown.status).toBe(422);
    const foreign = await post(t.app, url, form(invited, 0, BOTH_YES, 1));
    expect(foreign.url).toBe(`/r/${token}/check`);
    const wording = await post(t.app, url, `${form(invited, 0, BOTH_YES)}&wording=999`);
    expect(wording.url).toBe(`/r/${token}/check`);
    const older = await post(
      t.app,
      url,
      form(invited, 0, BOTH_YES).replace(/wording=\d+/, `wording=${invited.instrumentVersionId + 77}`),
    );
    expect(older.url).toBe(`/r/${token}/check`);
    expect((await invitationOf(invitationId)).draft).toEqual({});
  });

  it.each([
    ['a NUL character', 'application/x-www-form-urlencoded', 'name=a%00b', 400],
    ['bytes that are not UTF-8', 'application/x-www-form-urlencoded', 'name=%FF%FE', 400],
    ['a body far too large', 'application/x-www-form-urlencoded', `name=${'a'.repeat(300_000)}`, 413],
    ['JSON', 'application/json', '{"name":"Ann"}', 415],
    ['an upload', 'multipart/form-data; boundary=x', '--x--', 415],
  ])('%s is refused with a plain page', async (_what, type, payload, status) => {
    const { employers } = await invite();
    const page = await t.app.inject({
      method: 'POST',
      url: `/r/${employers[0]!.token}/about`,
      payload,
      headers: { 'content-type': type },
    });
    expect(page.statusCode).toBe(status);
    expect(page.body).toContain('<h1>');
    expect((await invitationOf(employers[0]!.invitationId)).state).toBe('open');
  });

  it('survive any text that a person can type', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    const name = 'Ann Lee <script>alert(1)</script> "Ñandú" 😀 \u202e {{evil}} \r\n x'.slice(0, 120);
    const page = await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, name });
    expect(page.url).toBe(`/r/${token}/c/1`);
    const check = await open(t.app, `/r/${token}/check`);
    expect(check.html).not.toContain('<script>');
    expect((await invitationOf(invitationId)).draft.about?.name).not.toMatch(/\p{Cc}/u);
  });
});

describe('saving and coming back', () => {
  it('resumes on the same link where it stopped, with earlier answers shown', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    await submit(t.app, await submit(t.app, await open(t.app, `/r/${token}/about`), ABOUT), BOTH_YES);
    expect((await invitationOf(invitationId)).state).toBe('started');
    const start = await open(t.app, `/r/${token}`);
    expect(start.text).toContain('Your earlier answers are kept but not sent yet.');
    expect(readLinks(start.html).find(({ text }) => text === 'Carry on')?.href).toBe(`/r/${token}/c/2`);
    const first = await open(t.app, `/r/${token}/c/1`);
    expect(first.forms[0]!.controls.find(({ name }) => name === 'incentive')?.initial).toBe('yes');
  });

  it('keeps what two open tabs save at once', async () => {
    const invited = await invite();
    const { token, invitationId, askIds } = invited.employers[0]!;
    const saves = await Promise.all(
      [0, 1, 2].map((at) =>
        post(t.app, `/r/${token}/c/${at + 1}`, form(invited, at, { ...BOTH_YES, importance: 'required' })),
      ),
    );
    expect(saves.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { draft, draftVersion } = await invitationOf(invitationId);
    expect(askIds.map((askId) => draft[`ask:${askId}`])).toHaveLength(3);
    expect(Object.keys(draft).sort()).toEqual(askIds.map((askId) => `ask:${askId}`).sort());
    expect(draftVersion).toBe(3);
  });

  it('asks how the employer stands to each issuer once, when it says there is a connection', async () => {
    const invited = await invite({ credentials: 3 });
    const { token, invitationId } = invited.employers[0]!;
    const connection = await submit(t.app, await open(t.app, `/r/${token}/about`), {
      ...ABOUT,
      connected: 'yes',
    });
    expect(connection.url).toBe(`/r/${token}/connection`);
    const asked = connection.forms[0]!.controls.map(({ name }) => name);
    expect(asked).toHaveLength(2);
    const missing = await submit(t.app, connection, { [asked[0]!]: 'board' });
    expect(missing.status).toBe(422);
    let page = await submit(t.app, missing, { [asked[1]!]: 'none' });
    expect(page.url).toBe(`/r/${token}/c/1`);
    for (let at = 0; at < 3; at += 1) page = await submit(t.app, page, BOTH_YES);
    await submit(t.app, page);
    const stored = await answersOf(invitationId);
    expect(stored.map(({ relation }) => relation)).toEqual(['board', 'none', 'board']);
  });

  it('marks answers that no person reads so fast, and keeps them', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    await post(
      t.app,
      `/r/${token}/c/1`,
      form(invited, 0, { ...BOTH_YES, shown: t.clock.now().getTime().toString(36) }),
    );
    expect((await invitationOf(invitationId)).flags).toEqual(['quick_page']);
    const page = await fillIn(token);
    await submit(t.app, page);
    expect((await invitationOf(invitationId)).flags).toEqual(['quick_page', 'quick_answer']);
    expect(await answersOf(invitationId)).toHaveLength(3);
  });
});

describe('after the close', () => {
  it('an answer is not recorded, and is shown back to the person who typed it', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    const page = await open(t.app, `/r/${token}/c/1`);
    await t.deps.db
      .update(waves)
      .set({ state: 'closed', closedAt: t.clock.now(), closeAt: t.clock.now(), graceUntil: t.clock.now() })
      .where(eq(waves.id, invited.waveId));
    const closed = await submit(t.app, page, { incentive: 'yes', preference: 'no', importance: 'preferred' });
    expect(closed.status).toBe(410);
    expect(closed.text).toContain('This survey has closed');
    expect(closed.text).toContain('was not recorded as an answer');
    expect(closed.text).toContain('would you monetarily incentivize them? Yes');
    expect((await invitationOf(invitationId)).draft).toEqual({});
    expect(await answersOf(invitationId)).toEqual([]);
    const about = await post(t.app, `/r/${token}/about`, new URLSearchParams(ABOUT).toString());
    expect(about.text).toContain('Your name Ann Lee');
  });

  it('what was saved and not sent is shown back when sending comes too late', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    const check = await fillIn(token);
    await t.deps.db
      .update(waves)
      .set({ state: 'closed', closedAt: t.clock.now(), closeAt: t.clock.now(), graceUntil: t.clock.now() })
      .where(eq(waves.id, invited.waveId));
    const late = await submit(t.app, check);
    expect(late.status).toBe(410);
    expect(late.text).toContain('Monetary incentive Yes');
    expect(await answersOf(invitationId)).toEqual([]);
  });
});

describe('languages', () => {
  it('change with the link, are stored by a POST only, and stay with the answer', async () => {
    const invited = await invite();
    const { token, invitationId } = invited.employers[0]!;
    const start = await open(t.app, `/r/${token}?lang=es`);
    expect(start.html).toContain('<html lang="es">');
    expect(start.text).toContain('¿Le importan estas credenciales al contratar?');
    expect((await invitationOf(invitationId)).language).toBe('en');
    const english = readLinks(start.html).find(({ text }) => text === 'English');
    expect(english?.href).toBe(`/r/${token}?lang=en`);
    let page = await open(t.app, `/r/${token}/about?lang=es`);
    expect(page.forms[0]!.action).toBe(`/r/${token}/about?lang=es`);
    page = await submit(t.app, page, ABOUT);
    expect(page.html).toContain('<html lang="es">');
    expect(page.text).toContain('¿le daría un incentivo económico?');
    expect((await invitationOf(invitationId)).language).toBe('es');
    for (const given of [BOTH_YES, BOTH_YES, BOTH_YES]) page = await submit(t.app, page, given);
    await submit(t.app, page);
    const stored = await answersOf(invitationId);
    expect(new Set(stored.map(({ language }) => language))).toEqual(new Set(['es']));
    expect(new Set(stored.map(({ instrumentVersionId }) => instrumentVersionId))).toEqual(
      new Set([invited.instrumentVersionId]),
    );
    expect((await open(t.app, `/r/${token}?lang=klingon`)).html).toContain('<html lang="es">');
  });
});

describe('link scanners', () => {
  it('leave every table as it was with fifty GET and HEAD on every link', { timeout: 120_000 }, async () => {
    const invited = await invite({ meeting: true, employers: 3 });
    const [fresh, begun, sent] = invited.employers;
    await submit(t.app, await open(t.app, `/r/${begun!.token}/about`), ABOUT);
    const check = await fillIn(sent!.token);
    await post(t.app, `/r/${sent!.token}/send`, '');
    expect(check.status).toBe(200);
    const steps = [
      '',
      '/about',
      '/connection',
      '/c/1',
      '/c/2',
      '/m/1',
      '/check',
      '/send',
      '/thanks',
      '/withdraw',
      '/decline',
      '/colleague',
    ];
    const urls = [fresh!, begun!, sent!].flatMap(({ token }) =>
      steps.flatMap((step) => [`/r/${token}${step}`, `/r/${token}${step}?lang=es`]),
    );
    const before = await digest();
    for (const url of urls) {
      for (let round = 0; round < 50; round += 10) {
        await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            t.app.inject({
              method: index % 2 === 0 ? 'GET' : 'HEAD',
              url,
              headers: { 'user-agent': 'Mozilla/5.0 (compatible; SafeLinks)' },
            }),
          ),
        );
      }
    }
    expect(await digest()).toBe(before);
    expect((await open(t.app, `/r/${fresh!.token}`)).status).toBe(200);
  });
});

describe('the budget of a page', () => {
  it('is thirty kilobytes, three requests and no script', async () => {
    const { employers } = await invite({ credentials: 5, meeting: true });
    const { token } = employers[0]!;
    for (const step of ['', '/about', '/c/1', '/m/1', '/check', '/decline']) {
      const { html } = await open(t.app, `/r/${token}${step}`);
      const links = [...html.matchAll(/<link[^>]*href="([^"]+)"/g)].map(([, href]) => href!);
      const assets = await Promise.all(
        links.map((url) => t.app.inject({ url, headers: { 'accept-encoding': 'gzip' } })),
      );
      expect(assets.map(({ statusCode }) => statusCode)).toEqual(assets.map(() => 200));
      const transferred = [Buffer.from(html), ...assets.map(({ rawPayload }) => rawPayload)].reduce(
        (sum, body) => sum + body.length + 800,
        0,
      );
      expect(transferred).toBeLessThanOrEqual(30_000);
      expect(1 + links.length).toBeLessThanOrEqual(3);
      expect(html).not.toMatch(/<script|<img|<iframe|@import|javascript:|\son[a-z]+=|\sstyle=/i);
      expect(gzipSync(html).length).toBeLessThan(8_000);
    }
  });

  it('lets nothing of the page be framed, kept, scripted or told to the next site', async () => {
    const { employers } = await invite();
    const { headers } = await t.app.inject({ url: `/r/${employers[0]!.token}/c/1` });
    expect(headers['content-security-policy']).toContain("script-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['set-cookie']).toBeUndefined();
  });
});

it('no link that was used stands in the log, nor anything that was typed', async () => {
  const { employers } = await invite();
  const { token } = employers[0]!;
  await submit(t.app, await fillIn(token));
  const log = logged.join('');
  expect(log.length).toBeGreaterThan(1_000);
  expect(log).not.toContain(token);
  expect(log).not.toContain('Ann Lee');
});

it('the compiled style sheet holds every class that the pages use', async () => {
  const { employers } = await invite({ meeting: true });
  const { token } = employers[0]!;
  const start = await open(t.app, `/r/${token}`);
  const [, file] = /href="\/assets\/(employer[^"]*\.css)"/.exec(start.html) ?? [];
  const css = readFileSync(join(import.meta.dirname, '../../public', file!), 'utf8');
  const pages = await Promise.all(
    ['', '/about', '/c/1', '/m/1', '/check', '/decline', '/colleague'].map((step) =>
      open(t.app, `/r/${token}${step}`),
    ),
  );
  const classes = new Set(
    pages.flatMap(({ html }) =>
      [...html.matchAll(/class="([^"]+)"/g)].flatMap(([, names]) => names!.split(' ')),
    ),
  );
  expect([...classes].filter((name) => !css.includes(`.${name}`))).toEqual([]);
});

/** A digest of every row of every table. */
async function digest(): Promise<string> {
  const tables = await t.deps.sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('public') order by 1`;
  const hash = createHash('sha256');
  for (const { name } of tables) {
    const rows = await t.deps.sql.unsafe<{ row: string }[]>(
      `select to_jsonb(x)::text as row from ${name} x order by 1`,
    );
    hash.update(name);
    for (const { row } of rows) hash.update(row);
  }
  return hash.digest('hex');
}
