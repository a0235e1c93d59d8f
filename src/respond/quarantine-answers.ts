import { and, eq, inArray, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { invitations } from '../db/schema/outreach.ts';
import { answerHolds } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { type QuarantineReason, VERIFIED_GRADE } from '../surveys/types.ts';
import { openConfirmation } from './open-confirmation.ts';
import { findMachines, LONGEST_WINDOW_MS, type Sending } from './rules/quarantine.ts';
import { forgetSendings, listSendingsSince } from './sendings.ts';

const MINUTE_MS = 60_000;
/** The job looks back so far: over what several servers committed at once, and over an outage of the worker. */
const LOOK_BACK_MS = 15 * MINUTE_MS;
const KEPT_MS = 30 * 24 * 60 * MINUTE_MS;

/**
 * Makes the current answers of one invitation wait for a person: kept, uncounted from now on, with a mail by which whoever gave them
 * says so. What a person let through once is not stopped again. The caller holds the employer's unit and refreshes
 * its positions. Returns the credentials concerned.
 */
export async function quarantineInvitation(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: { invitationId: number; reasons: readonly QuarantineReason[]; sentAt: Date; now: Date },
): Promise<{ credentialIds: number[] }> {
  const { invitationId, reasons, now } = input;
  const current = await tx
    .select({
      id: answers.id,
      credentialId: answers.credentialId,
      contactId: answers.contactId,
      provenance: answers.provenance,
      answeredAt: answers.answeredAt,
      agencyId: invitations.agencyId,
    })
    .from(answers)
    .innerJoin(invitations, eq(invitations.id, answers.invitationId))
    .where(and(eq(answers.invitationId, invitationId), isNull(answers.endedAt)));
  // Whoever changed an answer since has done so in another way.
  const suspect = current.filter(({ answeredAt }) => answeredAt <= input.sentAt);
  const [first] = suspect;
  if (!first) return { credentialIds: [] };
  const held = await tx
    .insert(answerHolds)
    .values(
      suspect.map(({ id }) => ({
        answerId: id,
        kind: 'quarantined' as const,
        reasons: [...reasons],
        setAt: now,
      })),
    )
    .onConflictDoNothing()
    .returning({ answerId: answerHolds.answerId });
  if (held.length === 0) return { credentialIds: [] };
  // Who is asked to confirm a passed-on link already gets a mail, and that act is enough.
  if (!(first.provenance in VERIFIED_GRADE)) {
    await openConfirmation(tx, deps, {
      kind: 'quarantined',
      agencyId: first.agencyId,
      invitationId,
      contactId: first.contactId!,
      now,
    });
  }
  await recordAudit(tx, {
    at: now,
    agencyId: first.agencyId,
    actorKind: 'system',
    actorId: null,
    action: 'answers.quarantined',
    subjectType: 'invitation',
    subjectId: invitationId,
    details: { answers: held.length, reasons: [...reasons] },
  });
  const heldIds = held.map(({ answerId }) => answerId);
  return {
    credentialIds: suspect.filter(({ id }) => heldIds.includes(id)).map(({ credentialId }) => credentialId),
  };
}

/**
 * Looks over the last minutes for bursts: sending looks back only at what is committed, so the first answers of a burst, and those that
 * several servers take at once, are found here. Safe to run twice and on several machines.
 */
export async function findMachineBursts(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
): Promise<{ quarantined: number }> {
  const now = deps.clock.now();
  await forgetSendings(deps.db, new Date(now.getTime() - KEPT_MS));
  const since = new Date(now.getTime() - LOOK_BACK_MS - LONGEST_WINDOW_MS);
  const found = findMachines(await listSendingsSince(deps.db, since));
  let quarantined = 0;
  for (const [sending, reasons] of found) {
    if (await isHeld(deps, sending)) continue;
    const held = await deps.db.transaction((tx) => holdSending(tx, deps, sending, reasons, now));
    if (held > 0) quarantined += 1;
  }
  if (quarantined > 0) void deps.queue.enqueue('outreach.send-due', {});
  return { quarantined };
}

async function holdSending(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  sending: Sending,
  reasons: readonly QuarantineReason[],
  now: Date,
): Promise<number> {
  const { invitationId, employerId, sentAt } = sending;
  const units = await lockUnitsOf(tx, [employerId]);
  const { credentialIds } = await quarantineInvitation(tx, deps, { invitationId, reasons, sentAt, now });
  const unitId = units.get(employerId)!;
  await refreshPositions(
    tx,
    credentialIds.map((credentialId) => ({ credentialId, unitId })),
    now,
  );
  return credentialIds.length;
}

/** Nothing is left to do for most of what the last run found. */
async function isHeld(deps: Pick<Deps, 'db'>, { invitationId, sentAt }: Sending): Promise<boolean> {
  const current = await deps.db
    .select({ answeredAt: answers.answeredAt, holdId: answerHolds.id })
    .from(answers)
    .leftJoin(answerHolds, and(eq(answerHolds.answerId, answers.id), eq(answerHolds.kind, 'quarantined')))
    .where(and(inArray(answers.invitationId, [invitationId]), isNull(answers.endedAt)));
  return current.every(({ answeredAt, holdId }) => holdId !== null || answeredAt > sentAt);
}
