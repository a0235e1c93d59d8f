import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SendError } from '../../src/mail/types.ts';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { handOver } from '../../src/outreach/hand-over.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { stopReminders, stopWaveMessages } from '../../src/outreach/stop-messages.ts';
import { sweepClaims } from '../../src/outreach/sweep-claims.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { launchWave, makeWorld, messageStates } from './outreach-world.ts';

const HOUR_MS = 3_600_000;

let test: TestApp;
let waveId: number;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test?.close());

/** Two messages whose sender was killed: one had been handed to the mail server, the other had not. */
beforeEach(async () => {
  test.clock.set('2026-03-02T16:00:00Z');
  waveId = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 2, credentials: 1 }));
  const { claimedBy, messages } = await claimMessages(test.deps, { limit: 10, waveId });
  await handOver(test.deps, claimedBy, messages.slice(0, 1));
  test.clock.advance(2 * 60_000);
  expect(await sweepClaims(test.deps)).toMatchObject({ released: 2 });
});

/** Everybody of the wave answers, as the respond feature writes it. */
async function everybodyAnswers(): Promise<void> {
  const now = test.clock.now();
  await test.deps.db.transaction(async (tx) => {
    const answered = await tx.execute<{ id: number }>(sql`
      update invitations set state = 'answered', answered_at = ${now.toISOString()}::timestamptz
      where wave_id = ${waveId} returning id`);
    for (const { id } of answered) await stopReminders(tx, { invitationId: id, reason: 'answered', now });
  });
}

describe('a message that was handed over by a sender that was lost', () => {
  it('counts as sent when its recipient answers, with the time at which it left', async () => {
    await everybodyAnswers();
    expect(await messageStates(test.deps, waveId)).toEqual({
      'uncertain: answered': 1,
      'cancelled: answered': 1,
    });
    expect(await sweepClaims(test.deps)).toMatchObject({ settled: 1 });
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 1, 'cancelled: answered': 1 });
    const asks = await test.deps.db.execute<{ asked_at: Date | null }>(
      sql`select asked_at from asks where wave_id = ${waveId} order by asked_at nulls last`,
    );
    expect(asks.map((ask) => ask.asked_at?.toISOString())).toEqual(['2026-03-02T16:00:00.000Z', undefined]);
    expect(await sweepClaims(test.deps)).toMatchObject({ settled: 0 });
  });

  it('is uncertain, never unsent, when it is too late to send it again', async () => {
    test.clock.advance(30 * HOUR_MS);
    await sweepClaims(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({
      'uncertain: too_late': 1,
      'expired: too_late': 1,
    });
  });

  it('is a touch of the contact budget: nobody is invited twice because it is not known', async () => {
    const [row] = await test.deps.db.execute<{ contact_id: number; employer_id: number }>(sql`
      update messages set state = 'uncertain', reason = 'sender_lost', finished_at = handed_at
      where wave_id = ${waveId} and handed_at is not null returning contact_id, employer_id`);
    const world = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const other = await launchWave(test.deps, {
      ...world,
      contactIds: [row!.contact_id],
      employerIds: [row!.employer_id],
    });
    test.clock.advance(HOUR_MS);
    expect(await sendDueMessages(test.deps, { waveId: other })).toMatchObject({ sent: 0, refused: 1 });
    expect(await messageStates(test.deps, other)).toEqual({ 'expired: contact_budget_person': 1 });
  });

  it('is uncertain when a claim may not take it again, or its wave ends', async () => {
    await test.deps.db.execute(sql`
      update contacts set state = 'left' where id in (select contact_id from messages where wave_id = ${waveId})`);
    expect(await sendDueMessages(test.deps, { waveId })).toMatchObject({ sent: 0, refused: 2 });
    expect(await messageStates(test.deps, waveId)).toEqual({
      'uncertain: left_employer': 1,
      'cancelled: left_employer': 1,
    });
    const other = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 2, credentials: 1 }));
    await test.deps.db.execute(sql`
      update messages set handed_at = ${test.clock.now().toISOString()}::timestamptz
      where id = (select min(id) from messages where wave_id = ${other})`);
    await test.deps.db.transaction((tx) =>
      stopWaveMessages(tx, { waveId: other, reason: 'wave_cancelled', now: test.clock.now() }),
    );
    expect(await messageStates(test.deps, other)).toEqual({
      'uncertain: wave_cancelled': 1,
      'cancelled: wave_cancelled': 1,
    });
  });
});

it('a message that a mail server put off has not left', async () => {
  const mailer = {
    ...test.deps.mailer,
    send: () => Promise.reject(new SendError('deferred', '450 4.2.1')),
  };
  await sendDueMessages({ ...test.deps, mailer }, { waveId });
  expect(await messageStates(test.deps, waveId)).toEqual({ 'planned: 450 4.2.1': 2 });
  test.clock.advance(30 * HOUR_MS);
  await sweepClaims(test.deps);
  expect(await messageStates(test.deps, waveId)).toEqual({ 'expired: too_late': 2 });
});
