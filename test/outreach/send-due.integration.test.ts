import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashAddress } from '../../src/lib/tokens.ts';
import { createSmtpMailer } from '../../src/mail/smtp-mailer.ts';
import { claimMessages } from '../../src/outreach/claim-messages.ts';
import { createTouches } from '../../src/outreach/create-touches.ts';
import { sendDueMessages } from '../../src/outreach/send-due-messages.ts';
import { stopWaveMessages } from '../../src/outreach/stop-messages.ts';
import { sweepClaims } from '../../src/outreach/sweep-claims.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type SinkOptions, type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { launchWave, makeWorld, messageStates, steps } from './outreach-world.ts';

const HOUR_MS = 3_600_000;

let test: TestApp;
let sink: SmtpSink;
const sinkOptions: SinkOptions = { keepSource: true };

beforeAll(async () => {
  sink = await startSmtpSink(sinkOptions);
  test = await createTestApp({ settings: { SMTP_URL: sink.url } });
});
afterAll(async () => {
  await test?.close();
  await sink?.close();
});

/** A sink of its own for one test, and deps that send to it. */
async function withSink(options: SinkOptions) {
  const own = await startSmtpSink({ keepSource: true, ...options });
  const mailer = createSmtpMailer({ url: own.url, connections: 5 });
  return {
    sink: own,
    deps: { ...test.deps, mailer },
    close: async () => {
      await mailer.close();
      await own.close();
    },
  };
}

async function suppress(email: string, reason = 'unsubscribed') {
  const hash = hashAddress(test.deps.secrets.suppressionKey, email).toString('hex');
  await test.deps.db.execute(sql`
    insert into suppressions (address_hash, reason, created_at) values (decode(${hash}, 'hex'), ${reason}, now())`);
}

async function emailOf(contactId: number): Promise<string> {
  const [row] = await test.deps.db.execute<{ email: string }>(
    sql`select email from contacts where id = ${contactId}`,
  );
  return row!.email;
}

async function setWave(waveId: number, state: 'running' | 'paused' | 'closed' | 'cancelled') {
  const now = test.deps.clock.now().toISOString();
  const stamp = (is: boolean) => (is ? sql`${now}::timestamptz` : sql`null`);
  await test.deps.db.execute(sql`
    update waves set state = ${state}, paused_at = ${stamp(state === 'paused')}, closed_at = ${stamp(state === 'closed')},
      cancelled_at = ${stamp(state === 'cancelled')} where id = ${waveId}`);
}

describe('sending a wave', () => {
  it('sends each invitation once, with its asks, link and headers, and tells that they were asked', async () => {
    const world = await makeWorld(test.deps, { contacts: 25, credentials: 2 });
    const waveId = await launchWave(test.deps, world);
    const from = sink.messages.length;
    const outcome = await sendDueMessages(test.deps);
    expect(outcome).toMatchObject({ sent: 25, failed: 0, refused: 0, ended: 'all_sent' });
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 25 });
    const mails = sink.messages.slice(from);
    expect(new Set(mails.map((mail) => mail.to)).size).toBe(25);
    expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(25);
    const source = mails[0]!.source;
    expect(source).toMatch(/^List-Unsubscribe: <http:\/\/localhost:8080\/u\/[\w-]{32}>\r$/m);
    expect(source).toMatch(/http:\/\/localhost:8080\/r\/[\w-]{32}/);
    expect(source).toContain('Credential 1');
    expect(source).toMatch(/^Reply-To: help@workforce.example\r$/m);
    const asks = await test.deps.db.execute<{ state: string; n: number }>(sql`
      select state, count(*)::int as n from asks where wave_id = ${waveId} and asked_at is not null group by state`);
    expect([...asks]).toEqual([{ state: 'asked', n: 50 }]);
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 0, ended: 'all_sent' });
  });

  it('makes nothing twice when a launch runs twice', async () => {
    const world = await makeWorld(test.deps, { contacts: 4 });
    const waveId = await launchWave(test.deps, world, { reminderAfterHours: [100] });
    const now = test.deps.clock.now();
    const again = await test.deps.db.transaction((tx) =>
      createTouches(tx, test.deps, {
        wave: { id: waveId, agencyId: world.agencyId, graceUntil: now },
        touches: world.contactIds.map((contactId, i) => ({
          contactId,
          employerId: world.employerIds[i]!,
          asks: [{ kind: 'credential', credentialId: world.credentialIds[0]! }],
          steps: steps(now, [100]),
        })),
        now,
      }),
    );
    expect(again).toEqual({ created: 0, messages: 0 });
    expect(await messageStates(test.deps, waveId)).toEqual({ planned: 8 });
    await sendDueMessages(test.deps);
  });

  it('sends nobody twice with two senders at once', async () => {
    const world = await makeWorld(test.deps, { contacts: 300, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const from = sink.messages.length;
    const outcomes = await Promise.all([1, 2, 3].map(() => sendDueMessages(test.deps)));
    expect(outcomes.reduce((sum, outcome) => sum + outcome.sent, 0)).toBe(300);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 300 });
    expect(new Set(sink.messages.slice(from).map((mail) => mail.messageId)).size).toBe(300);
    expect(sink.messages.length - from).toBe(300);
  });

  it('reminds only who has not answered, with the same link and its own Message-ID', async () => {
    const world = await makeWorld(test.deps, { contacts: 3 });
    const waveId = await launchWave(test.deps, world, { reminderAfterHours: [200] });
    const from = sink.messages.length;
    await sendDueMessages(test.deps);
    await test.deps.db.execute(sql`
      update invitations set state = 'answered', answered_at = now()
      where wave_id = ${waveId} and contact_id = ${world.contactIds[0]}`);
    await test.deps.db.execute(sql`
      update invitations set state = 'started', started_at = now()
      where wave_id = ${waveId} and contact_id = ${world.contactIds[1]}`);
    test.clock.advance(201 * HOUR_MS);
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 5, 'cancelled: answered': 1 });
    const mails = sink.messages.slice(from);
    const link = (source: string) =>
      /http:\/\/localhost:8080\/r\/[\w-]{32}/.exec(source.replace(/=\r\n/g, ''))?.[0];
    const second = await emailOf(world.contactIds[1]!);
    const both = mails.filter((mail) => mail.to === second);
    expect(both).toHaveLength(2);
    expect(link(both[0]!.source)).toBe(link(both[1]!.source));
    expect(both[0]!.messageId).not.toBe(both[1]!.messageId);
    expect(both[1]!.source).toContain('not sent yet');
  });
});

describe('what keeps a message back', () => {
  it('stops at once for who said stop, whichever agency asks (E4)', async () => {
    const world = await makeWorld(test.deps, { contacts: 3 });
    const waveId = await launchWave(test.deps, world, { reminderAfterHours: [200] });
    await suppress((await emailOf(world.contactIds[1]!)).toUpperCase());
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 2, refused: 1 });
    expect(await messageStates(test.deps, waveId)).toEqual({
      sent: 2,
      planned: 3,
      'suppressed: suppressed': 1,
    });
    const asks = await test.deps.db.execute<{ state: string }>(sql`
      select distinct state from asks where wave_id = ${waveId} and contact_id = ${world.contactIds[1]}`);
    expect([...asks]).toEqual([{ state: 'cancelled' }]);
    test.clock.advance(201 * HOUR_MS);
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 4, 'suppressed: suppressed': 2 });
  });

  it('sends nothing more to an address once its stop is committed while the wave is under way', async () => {
    const world = await makeWorld(test.deps, { contacts: 60, credentials: 1 });
    await launchWave(test.deps, world);
    const last = await Promise.all(world.contactIds.slice(-20).map(emailOf));
    let stopped: Promise<unknown> | null = null;
    const own = await withSink({
      // The first message holds the others up until the stop is committed.
      atMessage: async () => {
        stopped ??= Promise.all(last.map((email) => suppress(email)));
        await stopped;
        return undefined;
      },
    });
    const outcome = await sendDueMessages(own.deps);
    expect(outcome.sent).toBe(40);
    expect(own.sink.messages.filter((mail) => last.includes(mail.to))).toEqual([]);
    await own.close();
    await sendDueMessages(test.deps);
    expect(sink.messages.filter((mail) => last.includes(mail.to))).toEqual([]);
  });

  it('waits while the wave is paused and goes on when it runs again', async () => {
    const world = await makeWorld(test.deps, { contacts: 3 });
    const waveId = await launchWave(test.deps, world);
    await setWave(waveId, 'paused');
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 0, refused: 0 });
    await setWave(waveId, 'running');
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 3 });
  });

  it('keeps back what was claimed before a pause and not handed over', async () => {
    const world = await makeWorld(test.deps, { contacts: 60, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    let paused: Promise<unknown> | null = null;
    const own = await withSink({
      atMessage: async () => {
        paused ??= setWave(waveId, 'paused');
        await paused;
        return undefined;
      },
    });
    const outcome = await sendDueMessages(own.deps);
    await own.close();
    // Two chunks of twenty had been handed over.
    expect(outcome.sent).toBe(40);
    expect(await messageStates(test.deps, waveId)).toEqual({ sent: 40, planned: 20 });
    await setWave(waveId, 'running');
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 20 });
  });

  it('ends the rest when the wave is cancelled', async () => {
    const world = await makeWorld(test.deps, { contacts: 3 });
    const waveId = await launchWave(test.deps, world, { reminderAfterHours: [200] });
    await test.deps.db.transaction(async (tx) => {
      await tx.execute(sql`update waves set state = 'cancelled', cancelled_at = now() where id = ${waveId}`);
      await stopWaveMessages(tx, { waveId, reason: 'wave_cancelled', now: test.deps.clock.now() });
    });
    expect(await messageStates(test.deps, waveId)).toEqual({ 'cancelled: wave_cancelled': 6 });
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 0 });
  });

  it('expires what is late instead of sending it, also in a paused wave', async () => {
    const world = await makeWorld(test.deps, { contacts: 2 });
    const waveId = await launchWave(test.deps, world);
    const paused = await launchWave(test.deps, await makeWorld(test.deps, { contacts: 2 }));
    await setWave(paused, 'paused');
    test.clock.advance(25 * HOUR_MS);
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 0, refused: 2 });
    expect(await messageStates(test.deps, waveId)).toEqual({ 'expired: too_late': 2 });
    await sweepClaims(test.deps);
    expect(await messageStates(test.deps, paused)).toEqual({ 'expired: too_late': 2 });
  });

  it('does not write to somebody who left, and reminds nobody whose invitation never went out', async () => {
    const world = await makeWorld(test.deps, { contacts: 2 });
    const waveId = await launchWave(test.deps, world, { reminderAfterHours: [200] });
    await test.deps.db.execute(sql`update contacts set state = 'left' where id = ${world.contactIds[0]}`);
    await sendDueMessages(test.deps);
    await test.deps.db.execute(sql`update contacts set state = 'active' where id = ${world.contactIds[0]}`);
    test.clock.advance(201 * HOUR_MS);
    await sendDueMessages(test.deps);
    expect(await messageStates(test.deps, waveId)).toEqual({
      sent: 2,
      'cancelled: left_employer': 1,
      'cancelled: not_invited': 1,
    });
  });

  it('keeps one budget for all agencies, also when two waves come due at the same moment', async () => {
    const world = await makeWorld(test.deps, { contacts: 40, credentials: 1 });
    const other = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const waveIds = [
      await launchWave(test.deps, world),
      await launchWave(test.deps, { ...world, agencyId: other.agencyId, credentialIds: other.credentialIds }),
    ];
    const from = sink.messages.length;
    await Promise.all([sendDueMessages(test.deps), sendDueMessages(test.deps)]);
    const mails = sink.messages.slice(from);
    expect(mails).toHaveLength(40);
    expect(new Set(mails.map((mail) => mail.to)).size).toBe(40);
    const states = await Promise.all(waveIds.map((id) => messageStates(test.deps, id)));
    const total = (key: string) => states.reduce((sum, state) => sum + (state[key] ?? 0), 0);
    expect(total('sent')).toBe(40);
    expect(total('expired: contact_budget_person')).toBe(40);
  });

  it('counts what another sender has claimed, and waits for one that is claiming for the same employer', async () => {
    const world = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const other = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const first = await launchWave(test.deps, world);
    const second = await launchWave(test.deps, {
      ...world,
      agencyId: other.agencyId,
      credentialIds: other.credentialIds,
    });
    const [{ unit } = { unit: 0 }] = await test.deps.db.execute<{ unit: number }>(
      sql`select unit_id::int as unit from employers where id = ${world.employerIds[0]}`,
    );
    let late: ReturnType<typeof claimMessages> | undefined;
    await test.deps.db.transaction(async (tx) => {
      // Another sender, in the middle of its claim.
      await tx.execute(sql`select pg_advisory_xact_lock(7301, ${unit}::int)`);
      await tx.execute(sql`
        update messages set state = 'claimed', claimed_by = gen_random_uuid(), lease_until = send_after + interval '1 hour'
        where wave_id = ${first}`);
      late = claimMessages(test.deps, { limit: 10, waveId: second });
      await expect
        .poll(async () => {
          const waiting = await test.deps.db.execute(sql`
            select 1 from pg_locks where locktype = 'advisory' and classid = 7301 and objid = ${unit} and not granted`);
          return waiting.length;
        })
        .toBe(1);
    });
    expect(await late).toMatchObject({ messages: [], refused: { contact_budget_person: 1 } });
    expect(await messageStates(test.deps, second)).toEqual({ 'expired: contact_budget_person': 1 });
    await setWave(first, 'cancelled');
    await test.deps.db.execute(sql`
      update messages set state = 'cancelled', claimed_by = null, lease_until = null, finished_at = now()
      where wave_id = ${first}`);
  });

  it('sends nothing while the database is locked against sending', async () => {
    const world = await makeWorld(test.deps, { contacts: 1 });
    await launchWave(test.deps, world);
    await test.deps.db.execute(
      sql`insert into installation (installation_id, created_at) values ('restored', now())
          on conflict (only_row) do update set sending_unlocked_at = null`,
    );
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 0 });
    await test.deps.db.execute(sql`update installation set sending_unlocked_at = now()`);
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 1 });
  });
});

describe('when the mail server refuses', () => {
  it('ends what is refused for good, tries again what is put off, and sends the rest', async () => {
    const world = await makeWorld(test.deps, { contacts: 12, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const dead = await emailOf(world.contactIds[3]!);
    const busy = await emailOf(world.contactIds[7]!);
    let puttingOff = true;
    const own = await withSink({
      atRecipient: (to) => {
        if (to === dead) return `550 5.1.1 <${to}> unknown`;
        return to === busy && puttingOff ? '451 4.3.2 try later' : undefined;
      },
    });
    expect(await sendDueMessages(own.deps)).toMatchObject({
      sent: 10,
      failed: 1,
      retried: 1,
      ended: 'all_sent',
    });
    expect(await messageStates(test.deps, waveId)).toEqual({
      sent: 10,
      'failed: 550 5.1.1': 1,
      'planned: 451 4.3.2': 1,
    });
    const [undelivered] = await test.deps.db.execute<{ n: number }>(sql`
      select count(*)::int as n from asks where wave_id = ${waveId} and undelivered_at is not null and asked_at is not null`);
    expect(undelivered?.n).toBe(1);
    expect(await sendDueMessages(own.deps)).toMatchObject({ sent: 0 });
    puttingOff = false;
    test.clock.advance(2 * 60_000);
    expect(await sendDueMessages(own.deps)).toMatchObject({ sent: 1 });
    await own.close();
  });

  it('loses nothing while the server is down, and blames no message', async () => {
    const world = await makeWorld(test.deps, { contacts: 50, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const own = await withSink({});
    await own.sink.close();
    expect(await sendDueMessages(own.deps)).toMatchObject({
      sent: 0,
      failed: 0,
      ended: 'unavailable',
      code: 'ECONNREFUSED',
    });
    // With or without the reason: all may have been handed over before the first connection was refused.
    const [rows] = await test.deps.db.execute<{ planned: number; tried: number }>(sql`
      select count(*)::int as planned, coalesce(sum(attempts), 0)::int as tried from messages
      where wave_id = ${waveId} and state = 'planned'`);
    expect(rows).toEqual({ planned: 50, tried: 0 });
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 50, ended: 'all_sent' });
  });

  it('keeps what waits behind a server that hangs, and does not count it as tried', async () => {
    const world = await makeWorld(test.deps, { contacts: 25, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const own = await startSmtpSink({ atMessage: () => 'hang' });
    const mailer = createSmtpMailer({ url: own.url, connections: 10, socketTimeoutMs: 300 });
    expect(await sendDueMessages({ ...test.deps, mailer })).toMatchObject({ sent: 0, ended: 'unavailable' });
    const [rows] = await test.deps.db.execute<{ planned: number; tried: number }>(sql`
      select count(*)::int as planned, sum(attempts)::int as tried from messages
      where wave_id = ${waveId} and state = 'planned'`);
    // Ten connections had a message each, and nobody knows whether the server kept those.
    expect(rows).toEqual({ planned: 25, tried: 10 });
    await mailer.close();
    await own.close();
    test.clock.advance(2 * 60_000);
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 25 });
  });

  it('asks a person when a message was handed over again and again without an answer', async () => {
    const world = await makeWorld(test.deps, { contacts: 1, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const own = await withSink({ atMessage: () => 'drop' });
    for (let i = 0; i < 3; i += 1) {
      await sendDueMessages(own.deps);
      test.clock.advance(HOUR_MS);
    }
    expect(await messageStates(test.deps, waveId)).toEqual({ 'uncertain: ECONNECTION': 1 });
    expect(new Set(own.sink.messages.map((mail) => mail.messageId)).size).toBe(1);
    await own.close();
  });
});

describe('claims', () => {
  it('come back when their sender is lost, and late results of it still count', async () => {
    const world = await makeWorld(test.deps, { contacts: 3, credentials: 1 });
    const waveId = await launchWave(test.deps, world);
    const claim = await claimMessages(test.deps, { limit: 10 });
    expect(claim.messages).toHaveLength(3);
    expect(await claimMessages(test.deps, { limit: 10 })).toMatchObject({ messages: [], exhausted: true });
    expect(await sweepClaims(test.deps)).toMatchObject({ released: 0 });
    test.clock.advance(61_000);
    expect(await sweepClaims(test.deps)).toMatchObject({ released: 3, uncertain: 0 });
    expect(await messageStates(test.deps, waveId)).toEqual({ 'planned: sender_lost': 3 });
    expect(await sendDueMessages(test.deps)).toMatchObject({ sent: 3 });
  });

  it('cost the same at the end of a large wave as at its beginning', { timeout: 120_000 }, async () => {
    const world = await makeWorld(test.deps, { contacts: 8_000, credentials: 1 });
    await launchWave(test.deps, world);
    const times: number[] = [];
    for (let left = 8_000; left > 0; left -= 250) {
      const start = performance.now();
      const claim = await claimMessages(test.deps, { limit: 250 });
      times.push(performance.now() - start);
      expect(claim.messages).toHaveLength(250);
    }
    const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    const early = median(times.slice(2, 12));
    const late = median(times.slice(-10));
    expect(late).toBeLessThan(early * 3);
  });
});
