import { eq } from 'drizzle-orm';
import type { Db } from '../../../src/db/client.ts';
import { asks } from '../../../src/db/schema/outreach.ts';
import { askObservers } from '../../../src/evidence/observers.ts';
import { lockUnitsOf } from '../../../src/evidence/queries.ts';
import { refreshPositions } from '../../../src/evidence/refresh-positions.ts';
import {
  createAnswer,
  createAsk,
  createEmployer,
  createPerson,
  type NewAnswer,
  type Person,
  type World,
} from './world.ts';

/** Mails an ask, as outreach does. */
export async function sendAsk(
  db: Db,
  person: Person,
  credentialId: number,
  askId: number,
  askedAt: Date,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.update(asks).set({ state: 'asked', askedAt }).where(eq(asks.id, askId));
    const { contactId, employerId } = person;
    await askObservers.asksSent(tx, [
      { askId, contactId, employerId, credentialId, meetingId: null, askedAt },
    ]);
  });
}

/** A first answer to an ask, as the respond feature records it. */
export async function giveAnswer(
  db: Db,
  world: World,
  person: Person,
  ask: { askId: number; credentialId: number },
  answer: NewAnswer,
): Promise<number> {
  return db.transaction(async (tx) => {
    const units = await lockUnitsOf(tx, [person.employerId]);
    const answerId = await createAnswer(tx, world, person, ask, answer);
    const unitId = units.get(person.employerId)!;
    await refreshPositions(tx, [{ credentialId: ask.credentialId, unitId }], answer.answeredAt);
    return answerId;
  });
}

/** As many new employers, each asked and, where an answer is given, answered. */
export async function employersSay(
  db: Db,
  world: World,
  credentialId: number,
  count: number,
  askedAt: Date,
  answer: NewAnswer | null,
): Promise<number[]> {
  const employerIds: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const employerId = await createEmployer(db);
    const person = await createPerson(db, world, employerId);
    const askId = await createAsk(db, world, person, credentialId);
    await sendAsk(db, person, credentialId, askId, askedAt);
    if (answer) await giveAnswer(db, world, person, { askId, credentialId }, answer);
    employerIds.push(employerId);
  }
  return employerIds;
}
