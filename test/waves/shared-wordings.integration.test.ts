import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fillForm } from '../../src/demo/html-forms.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { PUBLIC_RECORDS_NOTICE, WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { publishInstrument, publishNotice } from '../../src/surveys/publish-wording.ts';
import type { InstrumentBody, Wording } from '../../src/surveys/types.ts';
import { cancelWave, closeWave } from '../../src/waves/end-wave.ts';
import { launchWave } from '../../src/waves/launch-wave.ts';
import { pauseWave } from '../../src/waves/pause-wave.ts';
import { getProgress } from '../../src/waves/queries.ts';
import { listReportGroups } from '../../src/waves/report-queries.ts';
import { BOTH_YES, open, type Page, post, submit } from '../respond/browse.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { makeProposed, makeWavesWorld, type WavesWorld } from './waves-world.ts';

/** A Monday, 6:00 in Denver: nothing leaves before 8:30. */
const START = '2026-03-02T13:00:00Z';
const AT_NINE = '2026-03-02T16:00:00Z';

const words = (en: string, es: string): Wording => ({
  en: { text: en, reviewed: true },
  es: { text: es, reviewed: true },
});
const LEVELS = [
  { value: 'high', label: words('High value', 'Mucho valor') },
  { value: 'low', label: words('Low value', 'Poco valor') },
];
/** Another agency’s questions: one of its own, one with a key that the first ones have too, and other words throughout. */
const RANKING: InstrumentBody = {
  format: 1,
  notFamiliar: {
    label: words('We have never met it', 'Nunca la hemos visto'),
    hint: words('Then leave the rest.', 'Deje el resto.'),
  },
  questions: [
    {
      key: 'value',
      kind: 'radio',
      required: true,
      name: words('Value to the firm', 'Valor para la empresa'),
      text: words('How much is it worth to your firm?', '¿Cuánto vale para su empresa?'),
      options: LEVELS,
    },
    {
      key: 'preference',
      kind: 'radio',
      required: true,
      name: words('Rank', 'Rango'),
      text: words('Where does it rank among all you know?', '¿Qué rango tiene entre las que conoce?'),
      options: LEVELS,
    },
  ],
  relation: {
    text: words('What ties you to {issuer}?', '¿Qué lo une a {issuer}?'),
    options: WYOMING_INSTRUMENT.relation.options.map(({ value }) => ({
      value,
      label: words(`Tie ${value}`, `Lazo ${value}`),
    })),
  },
};
const HIGH = { value: 'high', preference: 'low' };
const ABOUT = { name: 'Person', job: 'Manager', hiring: 'yes', connected: 'no' };

let test: TestApp;
let ours: WavesWorld;
let theirs: WavesWorld;
/** Waves of the two agencies to the same person, each with its own questions; the first carries what the second asks. */
let first: number;
let second: number;
let wyoming: number;
let ranking: number;

beforeAll(async () => {
  test = await createTestApp();
}, 60_000);
afterAll(() => test?.close());
beforeEach(async () => {
  test.clock.set(START);
  await rows(sql`truncate waves, wave_exclusions, invitations, asks, messages restart identity cascade`);
  ours = await makeWavesWorld(test, { employers: 1, credentials: [['Welding', '']] });
  theirs = await makeWavesWorld(test, { employers: 1, credentials: [['Phlebotomy', '']] });
  wyoming = await publish('wyoming', WYOMING_INSTRUMENT);
  first = await launch(ours);
  ranking = await publish('ranking', RANKING);
  second = await launch(theirs);
});

const rows = <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
  test.deps.db.execute<Row>(query);

/** Publishes questions so that the next wave asks them. */
async function publish(slug: string, body: InstrumentBody): Promise<number> {
  const { instrumentVersionId } = await publishInstrument(test.deps.db, {
    slug: `${slug}-${ours.county}`,
    name: slug,
    body,
    now: test.deps.clock.now(),
  });
  return instrumentVersionId;
}

async function launch(world: WavesWorld, over: Parameters<typeof makeProposed>[2] = {}): Promise<number> {
  const waveId = await makeProposed(test, world, {
    ...over,
    audience: { counties: [ours.county] },
    protocol: { pace: 'at_once', ...over.protocol },
  });
  await launchWave(test.deps, { staff: world.approver, waveId, seen: null });
  return waveId;
}

async function sentNow(time = AT_NINE) {
  const before = new Set((await test.mails()).map(({ id }) => id));
  test.clock.set(time);
  await sendDueMessages(test.deps);
  return (await test.mails()).filter(({ id }) => !before.has(id));
}
const linkIn = (text: string) => new URL(text.match(/http\S+\/r\/[\w-]+/)![0]).pathname;
/** The link that the one mail carries. */
async function mailedLink(): Promise<string> {
  const mails = await sentNow();
  expect(mails).toHaveLength(1);
  return linkIn(mails[0]!.text);
}
const begin = async (link: string) => submit(test.app, await open(test.app, `${link}/about`), ABOUT);

const asksOf = () =>
  rows<{ wave: number; wording: number; state: string }>(sql`
    select wave_id as wave, instrument_version_id as wording, state from asks order by invitation_id, position`);
const answersOf = () =>
  rows<{ wave: number; wording: number; values: object }>(sql`
    select k.wave_id as wave, a.instrument_version_id as wording, a.values from answers a join asks k on k.id = a.ask_id
    where a.ended_at is null order by k.position`);
const WELDING_SAID = { incentive: 'yes', preference: 'yes' };

describe('waves with different questions', () => {
  it('ask a person in one mail by one link, each in its own words', async () => {
    expect(await asksOf()).toEqual([
      { wave: first, wording: wyoming, state: 'planned' },
      { wave: second, wording: ranking, state: 'planned' },
    ]);
    const mails = await sentNow();
    expect(mails).toHaveLength(1);
    expect(mails[0]!.text).toContain('write to you together');
    const link = linkIn(mails[0]!.text);

    const start = await open(test.app, link);
    expect(start.text).toContain('Welding');
    expect(start.text).toContain('Phlebotomy');
    // Who answers is asked once, whoever asks.
    const welding = await begin(link);
    expect(welding.url).toBe(`${link}/c/1`);
    expect(welding.text).toContain('would you monetarily incentivize them?');
    expect(welding.text).not.toContain('differ from the ones before');
    const phlebotomy = await submit(test.app, welding, BOTH_YES);
    expect(phlebotomy.url).toBe(`${link}/c/2`);
    expect(phlebotomy.text).toContain('The questions about this credential differ from the ones before.');
    expect(phlebotomy.text).toContain('How much is it worth to your firm?');
    expect(phlebotomy.text).toContain('We have never met it');
    expect(phlebotomy.text).not.toContain('incentivize');
    expect((await open(test.app, `${link}/c/2?lang=es`)).text).toContain('¿Cuánto vale para su empresa?');

    // Faults are told in the words of the page.
    const faulty = await submit(test.app, phlebotomy, { value: 'high' });
    expect(faulty.status).toBe(422);
    expect(faulty.text).toContain('Select an answer to the second question, or “We have never met it”');
    expect(faulty.text).toContain('Where does it rank among all you know?');

    const check = await submit(test.app, phlebotomy, HIGH);
    expect(check.url).toBe(`${link}/check`);
    for (const said of ['Monetary incentive', 'Value to the firm', 'High value', 'Rank', 'Low value']) {
      expect(check.text).toContain(said);
    }
    expect(await answersOf()).toEqual([]);
    const thanks = await submit(test.app, check);
    expect(thanks.url).toBe(`${link}/thanks`);
    for (const said of ['Hiring preference', 'High value', 'Rank', 'Each agency counts your organization']) {
      expect(thanks.text).toContain(said);
    }
    expect(await answersOf()).toEqual([
      { wave: first, wording: wyoming, values: WELDING_SAID },
      { wave: second, wording: ranking, values: HIGH },
    ]);

    const [receipt] = await sentNow('2026-03-02T16:05:00Z');
    expect(receipt!.text).toMatch(
      /Welding.*would you monetarily incentivize them\? Yes.*Phlebotomy.*worth to your firm\? High value/s,
    );
    for (const wave of [first, second]) {
      expect(await getProgress(test.deps.db, wave)).toMatchObject({ invitations: 1, answered: 1 });
    }
    // A report tells yes only where the questions have one.
    const said = async (wave: number) => (await listReportGroups(test.deps.db, wave))[0]!.asks[0];
    expect(await said(first)).toMatchObject({ answer: 'full', yes: true });
    expect(await said(second)).toMatchObject({ answer: 'full', yes: null });
  });

  it('take a change of one answer as a new version under its own wording', async () => {
    const link = await mailedLink();
    let page = await submit(test.app, await begin(link), BOTH_YES);
    page = await submit(test.app, page, HIGH);
    await submit(test.app, page);
    const changed = { value: 'low', preference: 'low' };
    page = await submit(test.app, await open(test.app, `${link}/c/2`), changed);
    await submit(test.app, page);
    expect(await answersOf()).toEqual([
      { wave: first, wording: wyoming, values: WELDING_SAID },
      { wave: second, wording: ranking, values: changed },
    ]);
    const [{ n } = { n: 0 }] = await rows<{ n: number }>(sql`select count(*)::int as n from answers`);
    expect(n).toBe(3);
  });

  it('believe no form that names another wording than its ask’s', async () => {
    const link = await mailedLink();
    const page = await begin(link);
    const hidden = (of: Page) => fillForm(of.forms.find(({ method }) => method === 'post')!, {});
    const theirsPage = await open(test.app, `${link}/c/2`);
    const draftOf = async () =>
      (await rows<{ draft: object }>(sql`select draft - 'about' as draft from invitations`))[0]!.draft;
    const swapped = hidden(theirsPage);
    swapped.set('wording', hidden(page).get('wording')!);
    for (const [name, value] of Object.entries(BOTH_YES)) swapped.set(name, value);
    // “preference” is a key of both, and is checked by the words that were read.
    expect((await post(test.app, `${link}/c/2`, swapped.toString())).url).toBe(`${link}/check`);
    expect(await draftOf()).toEqual({});
    swapped.delete('incentive');
    expect((await post(test.app, `${link}/c/2`, swapped.toString())).url).toBe(`${link}/check`);
    expect(await draftOf()).toEqual({});
  });

  it('ask how the employer stands to an issuer once, in the words of the first', async () => {
    await rows(sql`update credentials set issuer_id = (
      select issuer_id from credentials where id = ${ours.credentialIds[0]!}) where id = ${theirs.credentialIds[0]!}`);
    const link = await mailedLink();
    const about = await open(test.app, `${link}/about`);
    const connection = await submit(test.app, about, { ...ABOUT, connected: 'yes' });
    expect(connection.url).toBe(`${link}/connection`);
    expect(connection.html.match(/<fieldset/g)).toHaveLength(1);
    expect(connection.text).not.toContain('Tie customer');
    const name = connection.html.match(/name="(issuer_\d+)"/)![1]!;
    let page = await submit(test.app, connection, { [name]: 'customer' });
    page = await submit(test.app, page, BOTH_YES);
    page = await submit(test.app, page, HIGH);
    await submit(test.app, page);
    expect(await rows(sql`select relation from answers order by id`)).toEqual([
      { relation: 'customer' },
      { relation: 'customer' },
    ]);
  });

  it('ask each issuer’s connection in the words of who asks about it', async () => {
    const link = await mailedLink();
    const connection = await submit(test.app, await open(test.app, `${link}/about`), {
      ...ABOUT,
      connected: 'yes',
    });
    const [welding, phlebotomy] = connection.html.split('</fieldset>');
    expect(welding).not.toContain('What ties you to');
    expect(phlebotomy).toContain('What ties you to');
    const names = [
      ...new Set([...connection.html.matchAll(/name="(issuer_\d+)"/g)].map((found) => found[1]!)),
    ];
    let page = await submit(test.app, connection, { [names[0]!]: 'none', [names[1]!]: 'board' });
    page = await submit(test.app, page, BOTH_YES);
    page = await submit(test.app, page, HIGH);
    expect(page.text).toContain('Tie board');
  });

  it.each([
    ['paused', pauseWave],
    ['closed', closeWave],
  ] as const)('keep their pages and what was typed when the wave that carries them is %s', async (_, end) => {
    const link = await mailedLink();
    let page = await submit(test.app, await begin(link), BOTH_YES);
    await end(test.deps, { staff: ours.proposer, waveId: first });
    const [carried] = await rows<{ wave: number }>(sql`select wave_id as wave from invitations`);
    expect(carried!.wave).toBe(second);
    expect((await open(test.app, `${link}/c/1`)).text).toContain('would you monetarily incentivize them?');
    page = await submit(test.app, page, HIGH);
    expect(page.url).toBe(`${link}/check`);
    await submit(test.app, page);
    expect(await answersOf()).toEqual([
      { wave: first, wording: wyoming, values: WELDING_SAID },
      { wave: second, wording: ranking, values: HIGH },
    ]);
  });

  it('go on with the pages that stay when one is cancelled between two pages', async () => {
    const link = await mailedLink();
    const theirPage = await submit(test.app, await begin(link), BOTH_YES);
    await cancelWave(test.deps, { staff: ours.proposer, waveId: first });
    // The page that was open is the first one now.
    const faulty = await submit(test.app, theirPage, { value: 'high' });
    expect(faulty.status).toBe(422);
    expect(faulty.text).toContain('How much is it worth to your firm?');
    const check = await submit(test.app, faulty, HIGH);
    expect(check.url).toBe(`${link}/check`);
    expect(check.text).not.toContain('Welding');
    await submit(test.app, check);
    expect(await answersOf()).toEqual([{ wave: second, wording: ranking, values: HIGH }]);
  });

  it('say of what is over that it takes nothing, and take the rest', async () => {
    const link = await mailedLink();
    let page = await submit(test.app, await begin(link), BOTH_YES);
    page = await submit(test.app, page, HIGH);
    await submit(test.app, page);
    const opened = await open(test.app, `${link}/c/1`);
    await closeWave(test.deps, { staff: ours.proposer, waveId: first });
    // The grace of the one is over, the other goes on.
    await rows(
      sql`update waves set grace_until = ${'2026-03-05T00:00:00Z'}::timestamptz where id = ${first}`,
    );
    test.clock.set('2026-03-06T16:00:00Z');
    const start = await open(test.app, link);
    expect(start.url).toBe(link);
    expect(start.text).toMatch(
      /Welding Asked by [\w ]+ This was asked until March 2, 2026 and takes no more answers\. What you sent/,
    );
    // A page that was open, or an address that was typed, saves nothing and leads to where it is said.
    page = await submit(test.app, opened, { incentive: 'no', preference: 'no' });
    expect(page.url).toBe(`${link}/check`);
    expect(page.text).toContain('What you sent before is kept, as you sent it.');
    expect(page.text).not.toContain('Monetary incentive');
    const changed = { value: 'low', preference: 'low' };
    page = await submit(test.app, await open(test.app, `${link}/c/2`), changed);
    page = await submit(test.app, page);
    expect(page.url).toBe(`${link}/thanks`);
    expect(page.text).toContain('Low value');
    expect(await answersOf()).toEqual([
      { wave: first, wording: wyoming, values: WELDING_SAID },
      { wave: second, wording: ranking, values: changed },
    ]);
  });

  it('never thank for an answer that came too late for its own wave', async () => {
    const link = await mailedLink();
    // Typed in time and not sent.
    let page = await submit(test.app, await begin(link), BOTH_YES);
    await closeWave(test.deps, { staff: ours.proposer, waveId: first });
    await rows(
      sql`update waves set grace_until = ${'2026-03-05T00:00:00Z'}::timestamptz where id = ${first}`,
    );
    test.clock.set('2026-03-06T16:00:00Z');
    const start = await open(test.app, link);
    expect(start.text).toContain('Phlebotomy');
    expect(start.text).not.toContain('Welding');
    expect(start.html).toContain(`${link}/c/2`);
    page = await submit(test.app, page, HIGH);
    expect(page.url).toBe(`${link}/check`);
    expect(page.text).toContain('No answer of yours is recorded for it.');
    page = await submit(test.app, page);
    expect(page.url).toBe(`${link}/thanks`);
    expect(page.text).toContain('No answer of yours is recorded for it.');
    expect(page.text).not.toContain('Monetary incentive');
    expect(await answersOf()).toEqual([{ wave: second, wording: ranking, values: HIGH }]);
  });

  it('tell each agency’s notice by its name where they differ', async () => {
    const link = await mailedLink();
    const same = await open(test.app, link);
    const { summary } = PUBLIC_RECORDS_NOTICE;
    expect(same.text.split(summary.en.text)).toHaveLength(2);
    const { noticeVersionId } = await publishNotice(test.deps.db, {
      agencyId: theirs.agencyId,
      body: { ...PUBLIC_RECORDS_NOTICE, summary: words('We publish all of it.', 'Lo publicamos todo.') },
      now: test.deps.clock.now(),
    });
    await rows(sql`update waves set notice_version_id = ${noticeVersionId} where id = ${second}`);
    const [names] = await rows<{ ours: string; theirs: string }>(sql`
      select (select name from agencies where id = ${ours.agencyId}) as ours,
        (select name from agencies where id = ${theirs.agencyId}) as theirs`);
    for (const page of ['', '/check']) {
      const { text } = await open(test.app, `${link}${page}`);
      expect(text).toContain(`${names!.ours}: ${summary.en.text}`);
      expect(text).toContain(`${names!.theirs}: We publish all of it.`);
    }
  });

  it('ask a colleague who is named by the same questions', async () => {
    const link = await mailedLink();
    await submit(test.app, await open(test.app, `${link}/colleague`), {
      name: 'Cal Colleague',
      email: 'cal@firm-colleague.example',
      job: 'Owner',
    });
    const [mail] = await sentNow('2026-03-02T17:00:00Z');
    const own = linkIn(mail!.text);
    expect(own).not.toBe(link);
    expect((await open(test.app, `${own}/c/1`)).text).toContain('would you monetarily incentivize them?');
    expect((await open(test.app, `${own}/c/2`)).text).toContain('How much is it worth to your firm?');
  });

  it('are joined by invitations to the meetings of two committees, which have no questions', async () => {
    const committees = ['Health council', 'Trades council'];
    for (const name of committees) {
      const world = await makeWavesWorld(test, { employers: 1, credentials: [] });
      await rows(sql`update committees set name = ${name} where agency_id = ${world.agencyId}`);
      const waveId = await launch(world, { meeting: true });
      expect(
        await rows(sql`
          select invitation_id = (select id from invitations where wave_id = ${first}) as joined,
            instrument_version_id as wording from asks where wave_id = ${waveId}`),
      ).toEqual([{ joined: true, wording: null }]);
    }
    const mails = await sentNow();
    expect(mails).toHaveLength(1);
    for (const name of ['Welding', 'Phlebotomy', ...committees]) expect(mails[0]!.text).toContain(name);
    const link = linkIn(mails[0]!.text);
    let page = await submit(test.app, await begin(link), BOTH_YES);
    page = await submit(test.app, page, HIGH);
    for (const name of committees) {
      expect(page.text).toContain(name);
      page = await submit(test.app, page, { response: 'accepted' });
    }
    expect(page.url).toBe(`${link}/check`);
    await submit(test.app, page);
    expect(await rows(sql`select response from rsvps where ended_at is null`)).toEqual([
      { response: 'accepted' },
      { response: 'accepted' },
    ]);
  });
});
