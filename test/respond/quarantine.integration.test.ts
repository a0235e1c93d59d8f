import { and, eq, isNull } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contacts } from '../../src/db/schema/employers.ts';
import { answerHolds, answerSendings, confirmations } from '../../src/db/schema/submissions.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { publishPolicy } from '../../src/evidence/publish-policy.ts';
import { loadFacts } from '../../src/evidence/queries.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import type { Policy } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { hashToken } from '../../src/lib/tokens.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { confirmToken } from '../../src/respond/open-confirmation.ts';
import { findMachineBursts } from '../../src/respond/quarantine-answers.ts';
import { findMachines } from '../../src/respond/rules/quarantine.ts';
import { sendAnswers } from '../../src/respond/send-answers.ts';
import { listSendingsSince, noteSending } from '../../src/respond/sendings.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, type InvitedEmployer, inviteEmployers } from '../support/invited-employers.ts';
import { ABOUT, BOTH_YES, open, post, submit } from './browse.ts';

let t: TestApp;
let policyVersionId: number;

beforeAll(async () => {
  t = await createTestApp();
  const { db, clock } = t.deps;
  ({ policyVersionId } = await db.transaction((tx) => publishPolicy(tx, { ...WYOMING, now: clock.now() })));
});
beforeEach(() => t.clock.advance(3_600_000));
afterAll(async () => t.close());

async function invite(employers: number): Promise<Invited> {
  const invited = await inviteEmployers(t.deps, { now: t.clock.now(), employers, credentials: 1 });
  await trackTally(t.deps, { credentialId: invited.credentialIds[0]!, policyVersionId });
  return invited;
}

/** Fills everything in at a pace, but does not send. */
async function fillIn({ token }: InvitedEmployer, pace: number, name = `Ann Lee ${token}`) {
  const page = await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, name });
  t.clock.advance(pace);
  const check = await submit(t.app, page, BOTH_YES);
  t.clock.advance(pace);
  return check;
}
const send = ({ token }: InvitedEmployer, ip: string) =>
  sendAnswers(t.deps, { tokenHash: hashToken(token), language: 'en', ip });

const holdsOf = (invitationId: number) =>
  t.deps.db
    .select({ reasons: answerHolds.reasons, outcome: answerHolds.outcome })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .where(eq(answers.invitationId, invitationId));
const figures = async ({ credentialIds }: Invited) =>
  (await readTally(t.deps.db, credentialIds[0]!, policyVersionId, t.clock.now()))!.figures;
const confirmLink = async (invitationId: number) => {
  const [row] = await t.deps.db
    .select()
    .from(confirmations)
    .where(eq(confirmations.invitationId, invitationId));
  return `/v/${confirmToken(t.deps, row!.id)}`;
};

describe('a burst', () => {
  it('waits whole, uncounted with its reason, until each person confirms by the mailed link', async () => {
    const invited = await invite(4);
    for (const each of invited.employers) await fillIn(each, 10);
    for (const each of invited.employers.slice(0, 2)) await send(each, '203.0.113.9');
    expect((await figures(invited)).bothYes).toBe(2);
    await send(invited.employers[2]!, '203.0.113.77');
    expect(await figures(invited)).toMatchObject({ bothYes: 2, excluded: 1 });
    // The first two looked innocent when they came.
    await findMachineBursts(t.deps);
    expect(await figures(invited)).toMatchObject({ bothYes: 0, excluded: 3 });
    expect(await findMachineBursts(t.deps)).toEqual({ quarantined: 0 });
    // A quick one from elsewhere counts, and is marked.
    await send(invited.employers[3]!, '198.51.100.1');
    expect((await figures(invited)).bothYes).toBe(1);

    const facts = await loadFacts(t.deps.db, invited.credentialIds[0]!, t.clock.now());
    const { result } = { result: evaluateRequirement(WYOMING.body, facts, t.clock.now()) };
    expect(result.exclusions.map(({ reason }) => reason)).toEqual(Array(3).fill('quarantined'));
    expect(result.figures).toMatchObject(await figures(invited));

    const [first] = invited.employers;
    const thanks = await open(t.app, `/r/${first!.token}`);
    expect(thanks.text).toContain('they do not count yet');
    await sendDueMessages(t.deps, {});
    const mails = (await t.mails()).filter(({ subject }) => subject.includes('please confirm'));
    expect(mails.filter(({ text }) => text.includes('automatic program'))).toHaveLength(3);
    const link = await confirmLink(first!.invitationId);
    expect(mails.some(({ text }) => text.includes(link))).toBe(true);

    const before = t.clock.now();
    const page = await open(t.app, link);
    expect(page.text).toContain('Are these answers yours?');
    expect((await submit(t.app, page)).text).toContain('Select yes if these answers are yours');
    const tooFast = await submit(t.app, page, { answer: 'mine' });
    expect([tooFast.status, tooFast.text]).toEqual([
      422,
      expect.stringContaining('faster than anybody reads'),
    ]);
    expect((await figures(invited)).bothYes).toBe(1);
    t.clock.advance(9_000);
    const done = await submit(t.app, tooFast, { answer: 'mine' });
    expect(done.text).toContain('Your answers are confirmed');
    expect((await figures(invited)).bothYes).toBe(2);
    expect(await holdsOf(first!.invitationId)).toEqual([
      { reasons: ['many_links_at_once'], outcome: 'confirmed_by_mail' },
    ]);
    // Once said it stands, whoever posts again, and the job lets it be.
    await post(t.app, link, `answer=not_mine&shown=${before.getTime().toString(36)}`);
    await findMachineBursts(t.deps);
    expect((await figures(invited)).bothYes).toBe(2);
    expect((await open(t.app, `/r/${first!.token}`)).text).not.toContain('do not count yet');
    // As of before, it waits still.
    const then = evaluateRequirement(
      WYOMING.body,
      await loadFacts(t.deps.db, invited.credentialIds[0]!, before),
      before,
    );
    expect(then.figures.bothYes).toBe(1);
  });

  it('is taken back by whoever says that it is not theirs', async () => {
    const invited = await invite(1);
    const [only] = invited.employers;
    const { token, askIds } = only!;
    await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, name: `Ann Lee ${token}` });
    // A program that never asked for the page.
    const body = `ask=${askIds[0]}&wording=${invited.instrumentVersionId}&incentive=yes&preference=yes`;
    t.clock.advance(60_000);
    await post(t.app, `/r/${token}/c/1`, body);
    t.clock.advance(60_000);
    await post(t.app, `/r/${token}/send`, '');
    expect(await holdsOf(only!.invitationId)).toEqual([{ reasons: ['no_page_shown'], outcome: null }]);
    const page = await open(t.app, await confirmLink(only!.invitationId));
    t.clock.advance(5_000);
    expect((await submit(t.app, page, { answer: 'not_mine' })).text).toContain('The answers do not count');
    expect(await figures(invited)).toMatchObject({ bothYes: 0, excluded: 0 });
    // Answering anew, at a person's pace, counts.
    const again = await submit(t.app, await open(t.app, `/r/${token}/c/1`), BOTH_YES);
    void again;
    t.clock.advance(60_000);
    await submit(t.app, await submit(t.app, await open(t.app, `/r/${token}/c/1`), BOTH_YES));
    expect((await figures(invited)).bothYes).toBe(1);
  });

  it('looks the same to the rule over all sendings as to each sending when it came', async () => {
    const { employers } = await invite(5);
    const { db, clock } = t.deps;
    const any = fc.record({
      who: fc.integer({ min: 0, max: 4 }),
      wait: fc.constantFrom(0, 500, 4_000, 10_000, 10_001, 60_000),
      ip: fc.constantFrom('203.0.113.4', '203.0.113.200', '::ffff:203.0.113.9', '2001:db8::1', '2001:db8::2'),
      name: fc.constantFrom('Ann Lee', 'ann  LEE', 'Bo Diaz'),
      isQuick: fc.boolean(),
      wasShown: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 3, maxLength: 12 }), async (given) => {
        t.clock.advance(3_600_000);
        const start = clock.now();
        const last: string[][] = [];
        for (const { who, wait, ip, name, isQuick, wasShown } of given) {
          t.clock.advance(wait);
          const { invitationId, employerId } = employers[who]!;
          const noted = await db.transaction((tx) =>
            noteSending(tx, t.deps, {
              invitationId,
              employerId,
              sentAt: clock.now(),
              ip,
              respondentName: name,
              tookMs: 1,
              isQuick,
              wasShown,
            }),
          );
          last.push([...(findMachines(noted.around).get(noted.sending) ?? [])].sort());
        }
        const stored = await listSendingsSince(db, start);
        const whole = findMachines(stored);
        // What the rule says of the whole holds at the least what each saw; what completed a burst saw all of it.
        for (const [index, each] of stored.entries()) {
          expect([...(whole.get(each) ?? [])]).toEqual(expect.arrayContaining(last[index]!));
          const upToHere = findMachines(stored.slice(0, index + 1)).get(stored[index]!) ?? [];
          expect(last[index]).toEqual([...upToHere].sort());
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('keeps neither addresses nor names of how it came, and that for a month only', async () => {
    const invited = await invite(1);
    await fillIn(invited.employers[0]!, 5_000);
    await send(invited.employers[0]!, '203.0.113.9');
    const rows = await t.deps.db.select().from(answerSendings);
    expect(JSON.stringify(rows)).not.toMatch(/203\.0\.113|Lee/);
    t.clock.advance(31 * 86_400_000);
    await findMachineBursts(t.deps);
    expect(await t.deps.db.select().from(answerSendings)).toEqual([]);
  });
});

describe('a link that was passed on', () => {
  it('is graded lower until the new person confirms from an own address', async () => {
    const invited = await invite(1);
    const [only] = invited.employers;
    const { token, invitationId, employerId, contactId } = only!;
    const you = await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, name: 'Bo Diaz' });
    expect(you.url).toBe(`/r/${token}/you`);
    expect((await submit(t.app, you)).text).toContain('Select yes if this survey was sent to your address');
    const bare = await submit(t.app, you, { you: 'passed_on', email: 'nonsense' });
    expect([bare.status, bare.text]).toEqual([422, expect.stringContaining('in the right form')]);
    const asked = await submit(t.app, bare, { you: 'passed_on', email: 'bo.diaz@elsewhere.example' });
    t.clock.advance(30_000);
    const check = await submit(t.app, asked, BOTH_YES);
    expect(check.text).toContain('Was passed on to me, bo.diaz@elsewhere.example');
    t.clock.advance(30_000);
    const thanks = await submit(t.app, check);
    expect(thanks.text).toContain('We have sent a mail to the address that you gave');
    expect(await figures(invited)).toMatchObject({ bothYes: 0, excluded: 1 });
    const current = async () => {
      const [row] = await t.deps.db
        .select()
        .from(answers)
        .where(and(eq(answers.invitationId, invitationId), isNull(answers.endedAt)));
      return row!;
    };
    const unverified = await current();
    expect(unverified.provenance).toBe('forwarded_unverified');
    const [bo] = await t.deps.db.select().from(contacts).where(eq(contacts.id, unverified.contactId!));
    expect(bo).toMatchObject({ employerId, email: 'bo.diaz@elsewhere.example', name: 'Bo Diaz' });
    expect(bo!.id).not.toBe(contactId);

    await sendDueMessages(t.deps, {});
    const link = await confirmLink(invitationId);
    const mail = (await t.mails()).find(({ text }) => text.includes(link));
    expect(mail!.to).toContain('bo.diaz@elsewhere.example');
    const page = await open(t.app, link);
    t.clock.advance(5_000);
    await submit(t.app, page, { answer: 'mine' });
    expect(await current()).toMatchObject({
      provenance: 'forwarded_verified',
      version: 2,
      contactId: bo!.id,
    });
    expect((await figures(invited)).bothYes).toBe(1);
    const facts = await loadFacts(t.deps.db, invited.credentialIds[0]!, t.clock.now());
    const mailedOnly: Policy = { ...WYOMING.body, acceptedProvenance: ['mailed_link_own_domain'] };
    expect(evaluateRequirement(mailedOnly, facts, t.clock.now()).figures.bothYes).toBe(0);
  });

  it('tells nothing of an address that is somebody’s elsewhere, and is the invited person’s own when they say so', async () => {
    const [own, other] = (await invite(2)).employers;
    const [theirs] = await t.deps.db.select().from(contacts).where(eq(contacts.id, other!.contactId));
    const [mine] = await t.deps.db.select().from(contacts).where(eq(contacts.id, own!.contactId));
    const answer = async (fields: Record<string, string>) => {
      const about = await submit(t.app, await open(t.app, `/r/${own!.token}/about`), {
        ...ABOUT,
        name: 'Bo Diaz',
      });
      const you = about.url.endsWith('/you') ? about : await open(t.app, `/r/${own!.token}/you`);
      let page = await submit(t.app, you, fields);
      t.clock.advance(30_000);
      if (!page.url.endsWith('/check')) page = await submit(t.app, page, BOTH_YES);
      t.clock.advance(30_000);
      const thanks = await submit(t.app, page);
      const [row] = await t.deps.db
        .select()
        .from(answers)
        .where(and(eq(answers.invitationId, own!.invitationId), isNull(answers.endedAt)));
      return { thanks, row: row! };
    };
    const foreign = await answer({ you: 'passed_on', email: theirs!.email });
    expect(foreign.thanks.text).toContain('We have sent a mail to the address that you gave');
    expect(foreign.row).toMatchObject({ provenance: 'forwarded_unverified', contactId: own!.contactId });
    expect(
      await t.deps.db.select().from(confirmations).where(eq(confirmations.contactId, theirs!.id)),
    ).toEqual([]);
    await submit(t.app, await open(t.app, `/r/${own!.token}/withdraw`));
    const same = await answer({ you: 'passed_on', email: mine!.email.toUpperCase() });
    expect(same.row).toMatchObject({ provenance: 'mailed_link_own_domain', contactId: own!.contactId });
  });
});
