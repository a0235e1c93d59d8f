import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { raiseSendEpoch } from '../../src/outreach/sending-lock.ts';
import { confirmRetention, proposeRetention } from '../../src/records/change-retention.ts';
import { expireMailbox } from '../../src/records/expire-mailbox.ts';
import { forgetAfterRestore } from '../../src/records/forget-after-restore.ts';
import { confirmHoldLift, placeHold, requestHoldLift } from '../../src/records/hold-records.ts';
import { RETENTION_CLASSES, type RetentionMonths } from '../../src/records/types.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { month } from '../support/evidence/facts.ts';
import {
  createAsk,
  createCredential,
  createEmployer,
  createPerson,
  createWorld,
  type World,
} from '../support/evidence/world.ts';

let test: TestApp;
let world: World;
let other: World;

beforeAll(async () => {
  test = await createTestApp();
  test.clock.set(month(0));
  world = await createWorld(test.deps.db);
  other = await createWorld(test.deps.db);
});
afterAll(() => test.close());

const who = (index: 0 | 1, of = world) => ({ agencyId: of.agency.id, staffId: of.staff[index].id });
const subjects = async () => (await test.mails()).map(({ subject }) => subject).sort();

async function keepContactsFor(months: number | null, of: World) {
  const all = Object.fromEntries(
    RETENTION_CLASSES.map((name) => [name, name === 'contact_details' ? months : null]),
  ) as RetentionMonths;
  const proposed = await proposeRetention(test.deps, { ...who(0, of), months: all });
  if (proposed.ok) await confirmRetention(test.deps, { ...who(1, of), proposalId: proposed.proposalId });
}

/** A mail in the mailbox; that of a person who is asked about a credential, as the sender writes it down. */
async function mail(subject: string, at: Date, asked?: { credentialId: number; alsoBy?: World }) {
  const messageId = `${subject.replaceAll(' ', '-')}@countersign.example`;
  const { providerId } = await test.deps.mailer.send({
    messageId,
    date: at,
    from: { address: 'survey@agency.example' },
    to: { name: 'Ann Miller', address: 'ann@bakery.example' },
    subject,
    text: 'Hello',
    html: '<p>Hello</p>',
    language: 'en',
  });
  if (!asked) return;
  const { db } = test.deps;
  const person = await createPerson(db, world, await createEmployer(db));
  await createAsk(db, world, person, asked.credentialId);
  if (asked.alsoBy) {
    const rides = await createAsk(db, world, person, await createCredential(db));
    await db.execute(sql`update asks set wave_id = ${asked.alsoBy.wave.id} where id = ${rides}`);
  }
  await db.execute(sql`insert into messages (agency_id, wave_id, invitation_id, contact_id, employer_id, kind, stream, state,
      send_after, not_after, message_id, provider_id, sent_at, created_at)
    values (${world.agency.id}, ${world.wave.id}, ${person.invitationId}, ${person.contactId}, ${person.employerId},
      'invitation', 'outreach', 'sent', ${at.toISOString()}, ${at.toISOString()},
      ${messageId}, ${providerId}, ${at.toISOString()}, ${at.toISOString()})`);
}

it('the local mailbox lets go of mails when every agency in them does, and of none that is held', async () => {
  const credentialId = await createCredential(test.deps.db);
  await mail('Ours', month(0), { credentialId });
  await mail('Of both', month(0), { credentialId: await createCredential(test.deps.db), alsoBy: other });
  await mail('Sign in', month(0));
  await mail('New', month(20), { credentialId });
  test.clock.set(month(24));
  expect(await expireMailbox(test.deps)).toEqual({ removed: 0 });

  await keepContactsFor(12, world);
  const { holdId } = await placeHold(test.deps, { ...who(0), reason: 'Lawsuit', credentialId });
  expect(await expireMailbox(test.deps)).toEqual({ removed: 0 });
  await requestHoldLift(test.deps, { ...who(0), holdId, reason: 'Settled' });
  await confirmHoldLift(test.deps, { ...who(1), holdId });
  expect(await expireMailbox(test.deps)).toEqual({ removed: 1 });
  expect(await subjects()).toEqual(['New', 'Of both', 'Sign in']);

  await keepContactsFor(36, other);
  expect(await expireMailbox(test.deps)).toEqual({ removed: 0 });
  test.clock.set(month(37));
  await placeHold(test.deps, { ...who(0, other), reason: 'Another', credentialId });
  // What no agency sent waits for all of them; the mail of both is about nothing that the other one holds.
  expect(await expireMailbox(test.deps)).toEqual({ removed: 2 });
  expect(await subjects()).toEqual(['Sign in']);
  const [told] = await test.deps.sql<{ n: number }[]>`
    select sum((details->>'removed')::int)::int as n from audit_events where action = 'retention.mailbox'`;
  expect(told!.n).toBe(3);
});

it('a restored copy forgets again what had been deleted, before anybody is served', async () => {
  const { db } = test.deps;
  const person = await createPerson(db, world, await createEmployer(db));
  const nameOf = async () =>
    (await db.execute<{ name: string }>(sql`select name from contacts where id = ${person.contactId}`))[0]!
      .name;
  await db.execute(sql`update contacts set name = 'Ann Miller' where id = ${person.contactId}`);
  await keepContactsFor(1, world);
  await keepContactsFor(1, other);
  test.clock.set(month(60));
  await raiseSendEpoch(test.deps, { atOnce: true });
  expect(await forgetAfterRestore(test.deps)).toEqual({ removed: 0 });
  expect(await nameOf()).toBe('Ann Miller');
  // As after a restore: the database knows of less that left than the folder does.
  await db.execute(sql`update installation set send_epoch = 0`);
  expect((await forgetAfterRestore(test.deps)).removed).toBeGreaterThan(0);
  expect(await nameOf()).toBe('');
});
