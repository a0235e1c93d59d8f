import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyOpenEvents } from '../../src/delivery/apply-open-events.ts';
import { type ReceivedMailEvent, recordMailEvents } from '../../src/delivery/record-mail-event.ts';
import { readTally } from '../../src/evidence/read-tally.ts';
import { trackTally } from '../../src/evidence/track-tally.ts';
import { readBounceAddress } from '../../src/mail/inbound/bounce-address.ts';
import type { BounceClass } from '../../src/mail/inbound/classify-bounce.ts';
import { unsubscribeToken } from '../../src/outreach/create-touches.ts';
import { getWaveSafetyFacts } from '../../src/outreach/guard-wave.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { pauseWave, resumeWave } from '../../src/waves/pause-wave.ts';
import { launchWave, makeWorld, messageStates } from '../outreach/outreach-world.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { createPolicy } from '../support/evidence/world.ts';
import { signInAs } from '../support/sign-in.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';

let test: TestApp;
let sink: SmtpSink;
const HOUR_MS = 3_600_000;

beforeAll(async () => {
  sink = await startSmtpSink({ keepSource: true });
  test = await createTestApp({ settings: { SMTP_URL: sink.url, BOUNCE_DOMAIN: 'bounces.ask.example' } });
});
afterAll(async () => {
  await test?.close();
  await sink?.close();
});

let events = 0;
function receipt(
  kind: ReceivedMailEvent['kind'],
  messageRow: number,
  classification: BounceClass | null = null,
  more: Partial<ReceivedMailEvent> = {},
): ReceivedMailEvent {
  events += 1;
  const providerEventId = `event-${events}`;
  return {
    source: 'smtp',
    providerEventId,
    kind,
    classification,
    messageRow,
    occurredAt: null,
    facts: {},
    ...more,
  };
}

type Sent = { id: number; invitation_id: number; contact_id: number; email: string };

/** A wave of that many people, sent. */
async function sentWave(contacts: number, reminderAfterHours: number[] = []) {
  const world = await makeWorld(test.deps, { contacts, credentials: 1 });
  const waveId = await launchWave(test.deps, world, { reminderAfterHours });
  await sendDueMessages(test.deps);
  const messages = await test.deps.db.execute<Sent>(sql`
    select m.id, m.invitation_id, m.contact_id, c.email from messages m join contacts c on c.id = m.contact_id
    where m.wave_id = ${waveId} and m.state = 'sent' order by m.id`);
  expect(messages).toHaveLength(contacts);
  return { world, waveId, messages: [...messages] };
}

async function suppressionOf(contactId: number): Promise<string | null> {
  const [row] = await test.deps.db.execute<{ reason: string }>(sql`
    select s.reason from unsubscribe_links l join suppressions s on s.address_hash = l.address_hash
    where l.contact_id = ${contactId} and s.lifted_at is null`);
  return row?.reason ?? null;
}

async function undelivered(invitationId: number): Promise<boolean> {
  const rows = await test.deps.db.execute<{ undelivered_at: Date | null }>(
    sql`select undelivered_at from asks where invitation_id = ${invitationId}`,
  );
  return rows.every((row) => row.undelivered_at !== null);
}

async function outcomes(messageId: number): Promise<(string | null)[]> {
  const rows = await test.deps.db.execute<{ outcome: string | null }>(
    sql`select outcome from mail_events where message_id = ${messageId} order by id`,
  );
  return rows.map((row) => row.outcome);
}

async function waveRow(waveId: number) {
  const [row] = await test.deps.db.execute<{ state: string; pause_reason: string | null }>(
    sql`select state, pause_reason from waves where id = ${waveId}`,
  );
  return row!;
}

describe('envelope senders', () => {
  it('name the message they belong to', async () => {
    const from = sink.messages.length;
    const { messages } = await sentWave(3);
    const rows = sink.messages
      .slice(from)
      .map((mail) => readBounceAddress(test.deps.secrets.linkKey, mail.from, 'bounces.ask.example'));
    expect([...rows].sort((a, b) => a! - b!)).toEqual(messages.map((message) => message.id));
  });
});

describe('receipts', () => {
  it('of each kind do to message, address and asks what they should', async () => {
    const { waveId, messages } = await sentWave(9);
    const kinds: [ReceivedMailEvent['kind'], BounceClass | null, string | null, boolean, string][] = [
      ['delivered', null, null, false, 'moved'],
      ['bounce', 'dead_address', 'bounced', true, 'moved'],
      ['bounce', 'policy_block', null, true, 'moved'],
      ['bounce', 'other_permanent', null, true, 'moved'],
      ['bounce', 'transient', null, true, 'moved'],
      ['bounce', 'delayed', null, false, 'noted'],
      ['bounce', 'unknown', null, false, 'needs_staff'],
      ['auto_reply', null, null, false, 'noted'],
      ['complaint', null, 'complained', false, 'moved'],
    ];
    const list = kinds.map(([kind, classification], i) => receipt(kind, messages[i]!.id, classification));
    expect(await recordMailEvents(test.deps, list)).toEqual({ new: 9, repeated: 0 });
    for (const [i, [kind, classification, suppressed, came, outcome]] of kinds.entries()) {
      const label = `${kind} ${classification}`;
      expect([label, await suppressionOf(messages[i]!.contact_id)]).toEqual([label, suppressed]);
      expect([label, await undelivered(messages[i]!.invitation_id)]).toEqual([label, came]);
      expect([label, ...(await outcomes(messages[i]!.id))]).toEqual([label, outcome]);
    }
    expect(await messageStates(test.deps, waveId)).toEqual({
      delivered: 1,
      'bounced: dead_address': 1,
      'bounced: policy_block': 1,
      'bounced: other_permanent': 1,
      'bounced: transient': 1,
      sent: 3,
      complained: 1,
    });
    const contacts = await test.deps.db.execute<{ state: string }>(
      sql`select distinct c.state from contacts c join messages m on m.contact_id = c.id where m.wave_id = ${waveId}`,
    );
    expect([...contacts]).toEqual([{ state: 'active' }]);
    // Nothing changes when all of it comes again.
    expect(await recordMailEvents(test.deps, list)).toEqual({ new: 0, repeated: 9 });
    expect(await outcomes(messages[0]!.id)).toEqual(['moved']);
  });

  it('come at once and twice over two connections, and count once', async () => {
    const { waveId, messages } = await sentWave(2);
    const one = receipt('bounce', messages[0]!.id, 'dead_address');
    const late = receipt('delivered', messages[0]!.id);
    const recorded = await Promise.all(
      [one, late, one, late, one].map((e) => recordMailEvents(test.deps, [e])),
    );
    expect(recorded.reduce((sum, each) => sum + each.new, 0)).toBe(2);
    await applyOpenEvents(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ 'bounced: dead_address': 1, sent: 1 });
  });

  it('of a large batch are kept at once and applied by the job', async () => {
    const { waveId, messages } = await sentWave(60);
    const list = messages.map(({ id }) => receipt('delivered', id));
    expect(await recordMailEvents(test.deps, list)).toEqual({ new: 60, repeated: 0 });
    const { applied, waiting } = await applyOpenEvents(test.deps);
    expect(applied).toBe(35);
    expect(waiting).toBe(0);
    expect(await messageStates(test.deps, waveId)).toEqual({ delivered: 60 });
  });

  it('never take a complaint back, and a complaint outweighs a stop', async () => {
    const { waveId, messages } = await sentWave(1);
    const { id, contact_id } = messages[0]!;
    await recordMailEvents(test.deps, [receipt('unsubscribe', id)]);
    expect(await suppressionOf(contact_id)).toBe('unsubscribed');
    await recordMailEvents(test.deps, [receipt('complaint', id)]);
    await recordMailEvents(test.deps, [receipt('delivered', id), receipt('not_spam', id)]);
    expect(await suppressionOf(contact_id)).toBe('complained');
    expect(await messageStates(test.deps, waveId)).toEqual({ complained: 1 });
  });

  it('leave a person’s own stop in force when staff take the bounce back', async () => {
    const { messages } = await sentWave(2);
    for (const { id } of messages) await recordMailEvents(test.deps, [receipt('bounce', id, 'dead_address')]);
    const [linked, byProvider] = messages;
    const url = `/u/${unsubscribeToken(test.deps, linked!.contact_id)}`;
    expect((await test.app.inject({ method: 'POST', url })).statusCode).toBe(200);
    await recordMailEvents(test.deps, [receipt('unsubscribe', byProvider!.id)]);
    expect(await suppressionOf(linked!.contact_id)).toBe('unsubscribed');
    expect(await suppressionOf(byProvider!.contact_id)).toBe('unsubscribed');
    // A later bounce, or another stop, makes nothing less of it.
    await recordMailEvents(test.deps, [receipt('bounce', linked!.id, 'dead_address')]);
    await test.app.inject({ method: 'POST', url });
    expect(await suppressionOf(linked!.contact_id)).toBe('unsubscribed');
    await recordMailEvents(test.deps, [receipt('complaint', linked!.id)]);
    await test.app.inject({ method: 'POST', url });
    expect(await suppressionOf(linked!.contact_id)).toBe('complained');
    const told = await test.deps.db.execute<{ action: string }>(sql`
      select action from audit_events where subject_type = 'contact' and subject_id = ${linked!.contact_id} order by id`);
    expect(told.map(({ action }) => action)).toEqual([
      'contact.bounced',
      'contact.unsubscribed',
      'contact.complained',
    ]);
  });

  it('keep the counts of evidence: who was not reached is not counted as reached', async () => {
    const { world, messages } = await sentWave(3);
    const credentialId = world.credentialIds[0]!;
    const policyVersionId = await createPolicy(test.deps.db);
    await trackTally(test.deps, { credentialId, policyVersionId });
    const counted = async () => {
      const { figures } = await readTally(test.deps.db, credentialId, policyVersionId, test.clock.now());
      return [figures.asked, figures.delivered];
    };
    expect(await counted()).toEqual([3, 3]);
    test.clock.advance(HOUR_MS);
    await recordMailEvents(test.deps, [
      receipt('bounce', messages[0]!.id, 'dead_address'),
      receipt('complaint', messages[1]!.id),
    ]);
    expect(await counted()).toEqual([3, 2]);
  });

  it('of a reminder leave the invitation delivered', async () => {
    const { waveId, messages } = await sentWave(1, [200]);
    test.clock.advance(200 * HOUR_MS);
    await sendDueMessages(test.deps);
    const [reminder] = await test.deps.db.execute<{ id: number }>(
      sql`select id from messages where wave_id = ${waveId} and step = 1 and state = 'sent'`,
    );
    await recordMailEvents(test.deps, [receipt('bounce', reminder!.id, 'transient')]);
    expect(await undelivered(messages[0]!.invitation_id)).toBe(false);
  });

  it('stop the reminders to a dead address and to no other', async () => {
    const { waveId, messages } = await sentWave(2, [200]);
    await recordMailEvents(test.deps, [
      receipt('bounce', messages[0]!.id, 'dead_address'),
      receipt('bounce', messages[1]!.id, 'policy_block'),
    ]);
    test.clock.advance(200 * HOUR_MS);
    await sendDueMessages(test.deps);
    const states = await test.deps.db.execute<{ contact_id: number; state: string }>(
      sql`select contact_id, state from messages where wave_id = ${waveId} and step = 1 order by contact_id`,
    );
    expect(states.map((row) => row.state)).not.toContain('planned');
    expect(states.find((row) => row.contact_id === messages[0]!.contact_id)?.state).toBe('suppressed');
  });

  it('ask staff to look at the second refusal for another reason', async () => {
    const { waveId, messages } = await sentWave(1, [200]);
    await recordMailEvents(test.deps, [receipt('bounce', messages[0]!.id, 'other_permanent')]);
    test.clock.advance(200 * HOUR_MS);
    await sendDueMessages(test.deps);
    const [reminder] = await test.deps.db.execute<{ id: number; state: string }>(
      sql`select id, state from messages where wave_id = ${waveId} and step = 1`,
    );
    expect(reminder!.state).toBe('sent');
    await recordMailEvents(test.deps, [receipt('bounce', reminder!.id, 'other_permanent')]);
    expect(await outcomes(reminder!.id)).toEqual(['needs_staff']);
  });

  it('leave an address alone that was corrected since', async () => {
    const { messages } = await sentWave(1);
    const { id, contact_id, email } = messages[0]!;
    test.clock.advance(1_000);
    await test.deps.db.execute(sql`
      update contacts set email = ${`new-${email}`}, email_key = ${`new-${email}`},
        updated_at = ${test.clock.now().toISOString()}::timestamptz where id = ${contact_id}`);
    await recordMailEvents(test.deps, [receipt('bounce', id, 'dead_address', { recipient: email })]);
    const [row] = await test.deps.db.execute<{ state: string; suppression_id: number | null }>(sql`
      select m.state, e.suppression_id from mail_events e join messages m on m.id = e.message_id where m.id = ${id}`);
    expect(row).toEqual({ state: 'bounced', suppression_id: null });
  });

  it('that beat the note that the message left are applied by the job', async () => {
    const world = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const [message] = await test.deps.db.execute<{ id: number; message_id: string }>(
      sql`select id, message_id from messages where wave_id = ${waveId}`,
    );
    const early = [
      receipt('delivered', 0, null, { messageRow: null, headerMessageId: message!.message_id }),
      receipt('complaint', 0, null, { messageRow: null, providerMessageId: `provider-${message!.id}` }),
    ];
    expect(await recordMailEvents(test.deps, early)).toEqual({ new: 2, repeated: 0 });
    expect((await applyOpenEvents(test.deps)).applied).toBe(0);
    await sendDueMessages(test.deps);
    await test.deps.db.execute(
      sql`update messages set provider_id = ${`provider-${message!.id}`} where id = ${message!.id}`,
    );
    expect(await applyOpenEvents(test.deps)).toEqual({ applied: 2, waiting: 0 });
    expect(await messageStates(test.deps, waveId)).toEqual({ complained: 1 });
  });

  it('that say stop or a dead address hold while their message waits to be sent again', async () => {
    const world = await makeWorld(test.deps, { contacts: 2, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const handedAt = test.clock.now().toISOString();
    // Their sender died after the hand-over: they may have left, and would go again.
    const messages = await test.deps.db.execute<{ id: number; contact_id: number }>(sql`
      update messages set handed_at = ${handedAt}::timestamptz, attempts = 1, reason = 'sender_lost'
      where wave_id = ${waveId} returning id, contact_id`);
    const [stopped, dead] = messages;
    await recordMailEvents(test.deps, [
      receipt('complaint', stopped!.id),
      receipt('bounce', dead!.id, 'dead_address'),
    ]);
    expect(await suppressionOf(stopped!.contact_id)).toBe('complained');
    expect(await suppressionOf(dead!.contact_id)).toBe('bounced');
    expect(await sendDueMessages(test.deps, { waveId })).toMatchObject({ sent: 0 });
    expect(await messageStates(test.deps, waveId)).toEqual({ 'uncertain: suppressed': 2 });
    await applyOpenEvents(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ complained: 1, 'bounced: dead_address': 1 });
  });

  it('settle what nobody knew: an uncertain message did leave', async () => {
    const world = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const handedAt = test.clock.now().toISOString();
    const [message] = await test.deps.db.execute<{ id: number; invitation_id: number }>(sql`
      update messages set state = 'uncertain', handed_at = ${handedAt}::timestamptz, attempts = 3, reason = 'sender_lost',
        finished_at = ${handedAt}::timestamptz
      where wave_id = ${waveId} returning id, invitation_id`);
    test.clock.advance(HOUR_MS);
    await recordMailEvents(test.deps, [receipt('delivered', message!.id)]);
    const [row] = await test.deps.db.execute<{
      state: string;
      sent_at: Date;
      ask: string;
      asked_at: Date;
    }>(sql`
      select m.state, m.sent_at, a.state as ask, a.asked_at from messages m join asks a on a.invitation_id = m.invitation_id
      where m.id = ${message!.id}`);
    expect(row).toEqual({
      state: 'delivered',
      sent_at: new Date(handedAt),
      ask: 'asked',
      asked_at: new Date(handedAt),
    });
  });

  it('about nothing of ours wait a day and are then left for staff', async () => {
    await recordMailEvents(test.deps, [
      receipt('delivered', 0, null, { messageRow: null, providerMessageId: 'none-of-ours' }),
    ]);
    expect(await applyOpenEvents(test.deps)).toEqual({ applied: 0, waiting: 1 });
    test.clock.advance(24 * HOUR_MS);
    expect(await applyOpenEvents(test.deps)).toEqual({ applied: 1, waiting: 0 });
  });

  it('stay as they came', async () => {
    const change = test.deps.db.execute(
      sql`update mail_events set facts = '{"x": 1}' where applied_at is not null`,
    );
    await expect(change).rejects.toThrow();
    await expect(test.deps.db.execute(sql`delete from mail_events`)).rejects.toThrow();
  });
});

describe('a wave at risk', () => {
  const staffOf = (world: { staffId: number; agencyId: number }) =>
    ({ id: world.staffId, agencyId: world.agencyId, role: 'approver' }) as const;

  it('pauses itself at the second complaint among few, sends nothing more, and says why', async () => {
    const { world, waveId, messages } = await sentWave(20, [200]);
    await recordMailEvents(test.deps, [receipt('complaint', messages[0]!.id)]);
    expect(await waveRow(waveId)).toEqual({ state: 'running', pause_reason: null });
    await recordMailEvents(test.deps, [receipt('complaint', messages[1]!.id)]);
    expect(await waveRow(waveId)).toEqual({ state: 'paused', pause_reason: 'complaints' });
    test.clock.advance(200 * HOUR_MS);
    expect(await sendDueMessages(test.deps, { waveId })).toMatchObject({ sent: 0 });
    const audit = await test.deps.db.execute<{ action: string; details: { reason: string } }>(
      sql`select action, details from audit_events where subject_type = 'wave' and subject_id = ${waveId}`,
    );
    expect(audit.map((row) => [row.action, row.details.reason])).toEqual([['wave.paused', 'complaints']]);

    await resumeWave(test.deps, { staff: staffOf(world), waveId });
    expect(await waveRow(waveId)).toEqual({ state: 'running', pause_reason: null });
    // What staff knew when they resumed does not count again; what comes then does.
    await recordMailEvents(test.deps, [receipt('complaint', messages[2]!.id)]);
    expect((await waveRow(waveId)).state).toBe('running');
    await recordMailEvents(test.deps, [receipt('complaint', messages[3]!.id)]);
    expect(await waveRow(waveId)).toEqual({ state: 'paused', pause_reason: 'complaints' });
  });

  it('pauses itself at blocks by policy, not at dead addresses', async () => {
    const { world, waveId, messages } = await sentWave(12);
    await recordMailEvents(
      test.deps,
      messages.slice(0, 6).map((message) => receipt('bounce', message.id, 'dead_address')),
    );
    expect((await waveRow(waveId)).state).toBe('running');
    const staff = await signInAs(test, world.staffId);
    await recordMailEvents(test.deps, [receipt('bounce', messages[6]!.id, 'policy_block')]);
    expect((await staff.get(`/staff/waves/${waveId}`)).body).toContain(
      'refused our mail as a matter of policy',
    );
    await recordMailEvents(
      test.deps,
      messages.slice(7, 11).map((message) => receipt('bounce', message.id, 'policy_block')),
    );
    expect(await waveRow(waveId)).toEqual({ state: 'paused', pause_reason: 'policy_blocks' });
    expect((await staff.get(`/staff/waves/${waveId}`)).body).toContain('It paused by itself');
    expect(await getWaveSafetyFacts(test.deps.db, waveId)).toMatchObject({
      sent: 12,
      delivered: 1,
      policyBlocks: 5,
    });
    await resumeWave(test.deps, { staff: staffOf(world), waveId });
    await pauseWave(test.deps, { staff: staffOf(world), waveId });
    expect(await waveRow(waveId)).toEqual({ state: 'paused', pause_reason: null });
  });
});
