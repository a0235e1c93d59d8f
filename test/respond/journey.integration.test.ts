import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitations } from '../../src/db/schema/outreach.ts';
import { answers } from '../../src/db/schema/surveys.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type Invited, inviteEmployers } from '../support/invited-employers.ts';
import { ABOUT, BOTH_YES, open, submit } from './browse.ts';

let t: TestApp;

beforeAll(async () => {
  t = await createTestApp();
});
afterAll(async () => t.close());

const invite = (options: Partial<Parameters<typeof inviteEmployers>[1]> = {}): Promise<Invited> =>
  inviteEmployers(t.deps, { now: t.clock.now(), ...options });

describe('the whole way', () => {
  it('takes an employer from the link to the thanks page in plain forms', async () => {
    const { employers } = await invite({ meeting: true });
    const { token, invitationId, askIds } = employers[0]!;

    const start = await open(t.app, `/r/${token}`);
    expect(start.status).toBe(200);
    expect(start.text).toContain('Department of Workforce Services');
    expect(start.text).toContain('Certified Welder');
    expect(start.text).toContain('public record');

    const about = await open(t.app, `/r/${token}/about`);
    const first = await submit(t.app, about, ABOUT);
    expect(first.url).toBe(`/r/${token}/c/1`);
    const second = await submit(t.app, first, BOTH_YES);
    expect(second.url).toBe(`/r/${token}/c/2`);
    const third = await submit(t.app, second, { not_familiar: 'yes' });
    const meeting = await submit(t.app, third, {
      incentive: 'no',
      preference: 'not_sure',
      importance: 'preferred',
    });
    expect(meeting.url).toBe(`/r/${token}/m/1`);
    const check = await submit(t.app, meeting, { response: 'accepted' });
    expect(check.url).toBe(`/r/${token}/check`);
    expect(check.text).toContain('I don’t know it');
    expect(await t.deps.db.select().from(answers).where(eq(answers.invitationId, invitationId))).toEqual([]);

    const thanks = await submit(t.app, check);
    expect(thanks.url).toBe(`/r/${token}/thanks`);
    expect(thanks.text).toContain('Thank you. Your answers have been sent');

    const stored = await t.deps.db
      .select()
      .from(answers)
      .where(eq(answers.invitationId, invitationId))
      .orderBy(answers.askId);
    expect(
      stored.map(({ askId, version, familiar, values }) => ({ askId, version, familiar, values })),
    ).toEqual([
      { askId: askIds[0], version: 1, familiar: true, values: BOTH_YES },
      { askId: askIds[1], version: 1, familiar: false, values: {} },
      {
        askId: askIds[2],
        version: 1,
        familiar: true,
        values: { incentive: 'no', preference: 'not_sure', importance: 'preferred' },
      },
    ]);
    expect(stored[0]).toMatchObject({
      respondentName: 'Ann Lee',
      respondentTitle: 'Shop manager',
      hiringAuthority: true,
      relation: 'none',
      provenance: 'mailed_link_own_domain',
      language: 'en',
    });
    const [invitation] = await t.deps.db.select().from(invitations).where(eq(invitations.id, invitationId));
    expect(invitation).toMatchObject({ state: 'answered' });

    const again = await open(t.app, `/r/${token}`);
    expect(again.text).toContain('Thank you. Your answers have been sent');
  });
});
