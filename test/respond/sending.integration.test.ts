import { and, eq, isNull } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsvps } from '../../src/db/schema/committees.ts';
import { contacts } from '../../src/db/schema/employers.ts';
import { asks, invitations, messages, suppressions } from '../../src/db/schema/outreach.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { WYOMING } from '../../src/evidence/presets.ts';
import { publishPolicy } from '../../src/evidence/publish-policy.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { hashAddress, hashToken, linkToken } from '../../src/lib/tokens.ts';
import { sendAnswers } from '../../src/respond/send-answers.ts';
import type { Draft } from '../../src/respond/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { ABOUT, BOTH_YES, networkOf, open, post, submit } from './browse.ts';

let t: TestApp;

beforeAll(async () => {
  t = await createTestApp();
});
afterAll(async () => t.close());

const invite = (options: Partial<Parameters<typeof inviteEmployers>[1]> = {}): Promise<Invited> =>
  inviteEmployers(t.deps, { now: t.clock.now(), ...options });

const answersOf = (invitationId: number) =>
  t.deps.db
    .select()
    .from(answers)
    .where(eq(answers.invitationId, invitationId))
    .orderBy(answers.askId, answers.version);
const invitationOf = async (id: number) => {
  const [row] = await t.deps.db.select().from(invitations).where(eq(invitations.id, id));
  return { ...row!, draft: row!.draft as Draft };
};
const asksOf = (id: number) =>
  t.deps.db.select().from(asks).where(eq(asks.invitationId, id)).orderBy(asks.position);
const messagesOf = (id: number) => t.deps.db.select().from(messages).where(eq(messages.invitationId, id));

async function fillIn(token: string, given: Record<string, string>[] = [BOTH_YES, BOTH_YES, BOTH_YES]) {
  // Each is a person of their own: one name on many links is how a machine looks.
  const about = { ...ABOUT, name: `${ABOUT.name} ${token}` };
  let page = await submit(t.app, await open(t.app, `/r/${token}/about`), about);
  for (const each of given) page = await submit(t.app, page, each);
  return page;
}
const answer = async (token: string, given?: Record<string, string>[]) =>
  submit(t.app, await fillIn(token, given));

describe('sending', () => {
  it('records the same form once, however often it comes at once, and shows everybody thanks', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    await fillIn(token);
    const sent = await Promise.all(Array.from({ length: 6 }, () => post(t.app, `/r/${token}/send`, '')));
    expect(sent.map(({ status, url }) => [status, url])).toEqual(sent.map(() => [200, `/r/${token}/thanks`]));
    expect((await answersOf(invitationId)).map(({ version }) => version)).toEqual([1, 1, 1]);
    const receipts = (await messagesOf(invitationId)).filter(({ kind }) => kind === 'receipt');
    expect(receipts).toHaveLength(1);
    const again = await post(t.app, `/r/${token}/send`, '');
    expect(again.url).toBe(`/r/${token}/thanks`);
    expect(await answersOf(invitationId)).toHaveLength(3);
  });

  it('takes a part, says what is missing, and leaves the rest open', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    await fillIn(token, [BOTH_YES]);
    const check = await open(t.app, `/r/${token}/check`);
    expect(check.text).toContain('2 parts have no answer yet');
    await submit(t.app, check);
    expect(await answersOf(invitationId)).toHaveLength(1);
    expect((await asksOf(invitationId)).map(({ state }) => state)).toEqual(['answered', 'asked', 'asked']);
    expect((await invitationOf(invitationId)).state).toBe('answered');
  });

  it('refuses to send nothing, and an answer that nobody signed', async () => {
    const invited = await invite();
    const { token, invitationId, askIds } = invited.employers[0]!;
    const empty = await post(t.app, `/r/${token}/send`, '');
    expect(empty.status).toBe(422);
    expect(empty.text).toContain('Tell us who you are before you send');
    await submit(t.app, await open(t.app, `/r/${token}/about`), ABOUT);
    const nothing = await post(t.app, `/r/${token}/send`, '');
    expect(nothing.text).toContain('Answer about at least one credential before you send');
    await submit(t.app, await open(t.app, `/r/${token}/about`), { ...ABOUT, connected: 'yes' });
    await submit(t.app, await open(t.app, `/r/${token}/c/1`), BOTH_YES);
    const unconnected = await post(t.app, `/r/${token}/send`, '');
    expect(unconnected.status).toBe(422);
    expect(unconnected.html).toContain(`href="/r/${token}/connection"`);
    expect(await answersOf(invitationId)).toEqual([]);
    expect(askIds).toHaveLength(3);
  });

  it('shows thanks only after the commit: when that fails nothing is kept and the same form works later', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    const check = await fillIn(token);
    await t.deps.sql.unsafe(
      `create constraint trigger fail_at_commit after insert on answers deferrable initially deferred
       for each row execute function refuse_any_change()`,
    );
    try {
      const failed = await submit(t.app, check);
      expect(failed.status).toBeGreaterThanOrEqual(500);
      expect(failed.text).not.toContain('Thank you');
      expect(failed.html).not.toMatch(/answers is append-only|restrict_violation/);
    } finally {
      await t.deps.sql.unsafe('drop trigger fail_at_commit on answers');
    }
    expect(await answersOf(invitationId)).toEqual([]);
    expect((await invitationOf(invitationId)).state).toBe('started');
    expect(await messagesOf(invitationId)).toEqual([]);
    expect((await submit(t.app, check)).text).toContain('Thank you');
    expect(await answersOf(invitationId)).toHaveLength(3);
  });

  it('stays away from reminders afterwards', async () => {
    const invited = await invite();
    const { token, invitationId, contactId, employerId } = invited.employers[0]!;
    const now = t.clock.now();
    await t.deps.db.insert(messages).values({
      agencyId: invited.agencyId,
      waveId: invited.waveId,
      invitationId,
      contactId,
      employerId,
      kind: 'reminder',
      stream: 'outreach',
      step: 1,
      sendAfter: now,
      notAfter: new Date(now.getTime() + 86_400_000),
      messageId: `reminder-${invitationId}@state.example`,
      createdAt: now,
    });
    await answer(token);
    const reminders = (await messagesOf(invitationId)).filter(({ kind }) => kind === 'reminder');
    expect(reminders.map(({ state, reason }) => [state, reason])).toEqual([['cancelled', 'answered']]);
  });
});

describe('changing and withdrawing', () => {
  it('makes a new version of what changed, keeps the old one, and leaves the rest alone', async () => {
    const { employers } = await invite();
    const { token, invitationId, askIds } = employers[0]!;
    await answer(token);
    t.clock.advance(3_600_000);
    const change = await submit(t.app, await open(t.app, `/r/${token}/c/2`), {
      ...BOTH_YES,
      incentive: 'no',
    });
    expect(change.url).toBe(`/r/${token}/check`);
    const waiting = await open(t.app, `/r/${token}`);
    expect(waiting.text).toContain('It counts only after you send it.');
    expect((await answersOf(invitationId)).map(({ version }) => version)).toEqual([1, 1, 1]);
    await submit(t.app, change);
    const stored = await answersOf(invitationId);
    expect(stored.map(({ askId, version, endKind }) => [askIds.indexOf(askId!), version, endKind])).toEqual([
      [0, 1, null],
      [1, 1, 'superseded'],
      [1, 2, null],
      [2, 1, null],
    ]);
    expect(stored[2]!.values).toEqual({ incentive: 'no', preference: 'yes' });
    expect(stored[1]!.endedAt).toEqual(stored[2]!.answeredAt);
  });

  it('a change of name or connection is a change of every answer', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    await answer(token);
    const check = await submit(t.app, await open(t.app, `/r/${token}/about`), {
      ...ABOUT,
      name: 'Ann B. Lee',
    });
    await submit(t.app, check);
    const current = (await answersOf(invitationId)).filter(({ endedAt }) => endedAt === null);
    expect(current.map(({ version, respondentName }) => [version, respondentName])).toEqual(
      Array.from({ length: 3 }, () => [2, 'Ann B. Lee']),
    );
  });

  it('a withdrawal ends the answers once, keeps them, and lets the person answer again', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    await answer(token);
    const withdraw = await open(t.app, `/r/${token}/withdraw`);
    const [done, twice] = await Promise.all([
      submit(t.app, withdraw),
      post(t.app, `/r/${token}/withdraw`, ''),
    ]);
    expect(done.text).toContain('Your answers are withdrawn');
    expect(twice.text).toContain('Your answers are withdrawn');
    expect((await answersOf(invitationId)).map(({ endKind }) => endKind)).toEqual([
      'withdrawn',
      'withdrawn',
      'withdrawn',
    ]);
    expect((await asksOf(invitationId)).map(({ state }) => state)).toEqual([
      'withdrawn',
      'withdrawn',
      'withdrawn',
    ]);
    expect((await open(t.app, `/r/${token}/c/1`)).html).not.toContain(' checked');
    let page = await open(t.app, `/r/${token}/c/1`);
    for (const each of [BOTH_YES, BOTH_YES, { not_familiar: 'yes' }]) page = await submit(t.app, page, each);
    const thanks = await submit(t.app, page);
    expect(thanks.text).toContain('Thank you. Your answers have been sent');
    const current = (await answersOf(invitationId)).filter(({ endedAt }) => endedAt === null);
    expect(current.map(({ version, familiar }) => [version, familiar])).toEqual([
      [2, true],
      [2, true],
      [2, false],
    ]);
  });
});

describe('evidence', () => {
  it('moves with the answer, its change and its withdrawal', async () => {
    const invited = await invite({ employers: 2 });
    const [one, two] = invited.employers;
    const credentialId = invited.credentialIds[0]!;
    const { policyVersionId } = await publishedPolicy();
    await trackTally(t.deps, { credentialId, policyVersionId });
    const bothYes = async () => {
      const tally = await readTally(t.deps.db, credentialId, policyVersionId, t.clock.now());
      return tally?.figures.bothYes;
    };
    await answer(one!.token);
    expect(await bothYes()).toBe(1);
    await answer(two!.token, [{ incentive: 'yes', preference: 'not_sure' }, BOTH_YES, BOTH_YES]);
    expect(await bothYes()).toBe(1);
    await submit(t.app, await submit(t.app, await open(t.app, `/r/${two!.token}/c/1`), BOTH_YES));
    expect(await bothYes()).toBe(2);
    await submit(t.app, await open(t.app, `/r/${one!.token}/withdraw`));
    expect(await bothYes()).toBe(1);
  });

  it('counts right when many employers send at once', async () => {
    const invited = await invite({ employers: 12 });
    const credentialId = invited.credentialIds[1]!;
    const { policyVersionId } = await publishedPolicy();
    await trackTally(t.deps, { credentialId, policyVersionId });
    for (const { token } of invited.employers) await fillIn(token);
    await Promise.all(
      invited.employers.flatMap(({ token }) =>
        [1, 2].map(() =>
          sendAnswers(t.deps, { tokenHash: hashToken(token), language: 'en', ip: networkOf(`/r/${token}`) }),
        ),
      ),
    );
    const tally = await readTally(t.deps.db, credentialId, policyVersionId, t.clock.now());
    expect(tally?.figures.bothYes).toBe(12);
  });

  const publishedPolicy = async () => {
    const now = t.clock.now();
    return publishPolicy(t.deps.db, { slug: WYOMING.slug, name: WYOMING.name, body: WYOMING.body, now });
  };
});

describe('the receipt', () => {
  it('tells the invited address what was said, in its language, with the link to change it', async () => {
    const { employers } = await invite();
    const { token, invitationId } = employers[0]!;
    let page = await submit(t.app, await open(t.app, `/r/${token}/about?lang=es`), ABOUT);
    for (const each of [BOTH_YES, { not_familiar: 'yes' }, BOTH_YES]) page = await submit(t.app, page, each);
    await submit(t.app, page);
    const [receipt] = (await messagesOf(invitationId)).filter(({ kind }) => kind === 'receipt');
    const queued = { ...receipt!, contactId: receipt!.contactId!, refs: {}, language: 'es' as const };
    const contents = await t.deps.messageContents.receipt(t.deps.db, [queued]);
    const data = contents.get(receipt!.id)?.data;
    expect(data?.link).toBe(`http://localhost:8080/r/${token}`);
    expect(data?.items[0]).toEqual({
      topic: 'Certified Production Technician 4.0 (CPT 4.0)',
      answers: [
        'Si un estudiante llega a usted con esta credencial, ¿le daría un incentivo económico? Sí',
        expect.stringMatching(/preferencia para ser contratado\? Sí$/),
      ],
    });
    expect(data?.items[1]?.answers).toEqual(['Esta credencial No la conozco']);
    await submit(t.app, await open(t.app, `/r/${token}/withdraw`));
    const after = await t.deps.messageContents.receipt(t.deps.db, [queued]);
    expect(after.get(receipt!.id)?.data.items[0]?.answers).toEqual(['Retiró esta respuesta. Ya no cuenta.']);
  });
});

describe('not the right person', () => {
  it.each([
    ['left', 'left'],
    ['wrong_role', 'wrong_role'],
    ['not_our_field', 'active'],
    ['no_time', 'active'],
    ['never', 'active'],
  ] as const)('says why (%s) in one form', async (reason, contactState) => {
    const { employers } = await invite();
    const { token, invitationId, contactId } = employers[0]!;
    const missing = await submit(t.app, await open(t.app, `/r/${token}/decline`));
    expect(missing.status).toBe(422);
    expect(missing.html).toContain('href="#reason"');
    const page = await submit(t.app, missing, { reason });
    expect(page.text).toContain('Thank you for telling us');
    expect(await invitationOf(invitationId)).toMatchObject({ state: 'declined', declineReason: reason });
    expect(new Set((await asksOf(invitationId)).map(({ state }) => state))).toEqual(new Set(['declined']));
    const [contact] = await t.deps.db.select().from(contacts).where(eq(contacts.id, contactId));
    expect(contact!.state).toBe(contactState);
    const suppressed = await t.deps.db
      .select()
      .from(suppressions)
      .where(
        and(
          eq(suppressions.addressHash, hashAddress(t.deps.secrets.suppressionKey, contact!.email)),
          isNull(suppressions.liftedAt),
        ),
      );
    expect(suppressed).toHaveLength(reason === 'never' ? 1 : 0);
    const anyway = await answer(token);
    expect(anyway.text).toContain('Thank you. Your answers have been sent');
    expect((await invitationOf(invitationId)).state).toBe('answered');
  });

  it('hands on to a colleague, who gets a link of their own', async () => {
    const { employers } = await invite();
    const { token, invitationId, employerId } = employers[0]!;
    const form = await open(t.app, `/r/${token}/colleague`);
    const wrong = await submit(t.app, form, { name: '', email: 'not an address' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Enter your colleague’s name');
    const domain = (await t.deps.db.select().from(contacts).where(eq(contacts.employerId, employerId)))[0]!
      .emailDomain;
    const own = await submit(t.app, wrong, { name: 'Bo', email: `ANN@${domain}` });
    expect(own.text).toContain('not your own');
    const done = await submit(t.app, own, { name: 'Bo Diaz', email: `bo@${domain}` });
    expect(done.text).toContain('We will ask your colleague');
    expect((await invitationOf(invitationId)).state).toBe('referred');
    const [referral] = await t.deps.db
      .select()
      .from(invitations)
      .where(eq(invitations.referredFromId, invitationId));
    const link = linkToken(t.deps.secrets.linkKey, 'answer', referral!.id);
    let page = await submit(t.app, await open(t.app, `/r/${link}/about`), { ...ABOUT, name: 'Bo Diaz' });
    for (const each of [BOTH_YES, BOTH_YES, BOTH_YES]) page = await submit(t.app, page, each);
    const thanks = await submit(t.app, page);
    expect(thanks.text).toContain('Thank you');
    const [stored] = await answersOf(referral!.id);
    expect(stored).toMatchObject({ provenance: 'forwarded_mailed', employerId });
    const passed = await post(t.app, `/r/${token}/c/1`, '');
    expect(passed.status).toBe(410);
  });

  it('does not tell whether an address belongs to another employer', async () => {
    const { employers } = await invite({ employers: 2 });
    const [one, two] = employers;
    const [other] = await t.deps.db.select().from(contacts).where(eq(contacts.id, two!.contactId));
    const page = await submit(t.app, await open(t.app, `/r/${one!.token}/colleague`), {
      name: 'Ann',
      email: other!.email,
    });
    expect(page.status).toBe(422);
    expect(page.text).toContain('We cannot write to this address');
    expect((await invitationOf(one!.invitationId)).state).toBe('open');
  });
});

describe('the committee page', () => {
  it('accepts once, changes with a change, and leaves a reply given elsewhere alone', async () => {
    const { employers } = await invite({ meeting: true });
    const { token, meetingAskId } = employers[0]!;
    await answer(token, [BOTH_YES, BOTH_YES, BOTH_YES, { response: 'accepted' }]);
    const replies = () =>
      t.deps.db.select().from(rsvps).where(eq(rsvps.askId, meetingAskId!)).orderBy(rsvps.version);
    expect((await replies()).map(({ response }) => response)).toEqual(['accepted']);
    await submit(
      t.app,
      await submit(t.app, await open(t.app, `/r/${token}/c/1`), { ...BOTH_YES, incentive: 'no' }),
    );
    expect(await replies()).toHaveLength(1);
    await submit(
      t.app,
      await submit(t.app, await open(t.app, `/r/${token}/m/1`), { response: 'declined', reason: 'On leave' }),
    );
    expect((await replies()).map(({ response, reason }) => [response, reason])).toEqual([
      ['accepted', ''],
      ['declined', 'On leave'],
    ]);
  });

  it('invites a colleague instead, when the employer says no and names one', async () => {
    const { employers } = await invite({ meeting: true });
    const { token, invitationId, meetingAskId } = employers[0]!;
    await answer(token, [
      BOTH_YES,
      BOTH_YES,
      BOTH_YES,
      {
        response: 'declined',
        reason: '',
        colleague_name: 'Bo Diaz',
        colleague_email: `bo@other-${invitationId}.example`,
      },
    ]);
    const [reply] = await t.deps.db.select().from(rsvps).where(eq(rsvps.askId, meetingAskId!));
    expect(reply).toMatchObject({ response: 'declined', reason: 'Suggested instead: Bo Diaz' });
    const referrals = await t.deps.db
      .select()
      .from(invitations)
      .where(eq(invitations.referredFromId, invitationId));
    expect(referrals).toHaveLength(1);
    expect((await invitationOf(invitationId)).state).toBe('answered');
  });
});
