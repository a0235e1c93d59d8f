import { and, eq, inArray, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Tx } from '../db/client.ts';
import { invitations } from '../db/schema/outreach.ts';
import { answerHolds } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { DomainError } from '../lib/errors.ts';
import { insertFlagReviews, listOwnInvitations } from './review-queries.ts';

type Decision = { agencyId: number; staffId: number; invitationId: number };

/** One person, with a written reason, lets answers count that looked like a machine's. */
export async function releaseAnswers(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Decision & { reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { holdIds, credentialIds, employerId, unitId } = await lockHolds(tx, input);
    await tx
      .update(answerHolds)
      .set({ endedAt: now, outcome: 'released', endedBy: input.staffId, endReason: input.reason })
      .where(inArray(answerHolds.id, holdIds));
    await audit(tx, input, 'answers.released', { answers: holdIds.length, employerId }, now);
    await refreshPositions(
      tx,
      credentialIds.map((credentialId) => ({ credentialId, unitId })),
      now,
    );
  });
}

/** One person says that a machine sent the answers; they stay uncounted as they are. */
export async function sayMachine(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: Decision & { reason: string },
): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { holdIds, said } = await lockHolds(tx, input);
    if (said !== null) throw new DomainError('already_done');
    await tx
      .update(answerHolds)
      .set({ machineSaidBy: input.staffId, machineSaidAt: now, machineReason: input.reason })
      .where(inArray(answerHolds.id, holdIds));
    await audit(tx, input, 'answers.called_machine', { answers: holdIds.length }, now);
  });
}

/**
 * Another person agrees, and the answers are no longer shown as open. They are kept and never count, unless the employer confirms
 * them by the mailed link after all: a person's own act outweighs what two others think.
 */
export async function agreeMachine(deps: Pick<Deps, 'db' | 'clock'>, input: Decision): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const { holdIds, said } = await lockHolds(tx, input);
    if (said === null) throw new DomainError('stale_form');
    if (said === input.staffId) throw new DomainError('needs_second_person');
    await tx
      .update(answerHolds)
      .set({ machineAgreedBy: input.staffId, machineAgreedAt: now })
      .where(inArray(answerHolds.id, holdIds));
    await audit(tx, input, 'answers.confirmed_machine', { answers: holdIds.length, saidBy: said }, now);
  });
}

/** Somebody has looked at answers that came fast. They count as before; only the list is shorter. */
export async function markLookedAt(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { agencyId: number; staffId: number; invitationIds: readonly number[] },
): Promise<{ marked: number }> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const ids = await listOwnInvitations(tx, input.agencyId, input.invitationIds);
    await insertFlagReviews(
      tx,
      ids.map((invitationId) => ({ invitationId, seenBy: input.staffId, seenAt: now })),
    );
    for (const invitationId of ids) await audit(tx, { ...input, invitationId }, 'answers.looked_at', {}, now);
    return { marked: ids.length };
  });
}

async function lockHolds(tx: Tx, { agencyId, invitationId }: Decision) {
  const [invitation] = await tx
    .select({ employerId: invitations.employerId })
    .from(invitations)
    .where(and(eq(invitations.id, invitationId), eq(invitations.agencyId, agencyId)));
  if (!invitation) throw new DomainError('not_found');
  const { employerId } = invitation;
  const units = await lockUnitsOf(tx, [employerId]);
  const held = await tx
    .select({
      id: answerHolds.id,
      credentialId: answers.credentialId,
      saidBy: answerHolds.machineSaidBy,
      agreedBy: answerHolds.machineAgreedBy,
    })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .where(
      and(
        eq(answers.invitationId, invitationId),
        eq(answerHolds.kind, 'quarantined'),
        isNull(answerHolds.endedAt),
        isNull(answers.endedAt),
      ),
    )
    .for('update', { of: answerHolds });
  const open = held.filter(({ agreedBy }) => agreedBy === null);
  if (open.length === 0) throw new DomainError('already_done');
  return {
    holdIds: open.map(({ id }) => id),
    credentialIds: open.map(({ credentialId }) => credentialId),
    said: open.find(({ saidBy }) => saidBy !== null)?.saidBy ?? null,
    employerId,
    unitId: units.get(employerId)!,
  };
}

function audit(
  tx: Tx,
  { agencyId, staffId, invitationId }: Decision,
  action: string,
  details: Record<string, unknown>,
  now: Date,
): Promise<void> {
  return recordAudit(tx, {
    at: now,
    agencyId,
    actorKind: 'staff',
    actorId: staffId,
    action,
    subjectType: 'invitation',
    subjectId: invitationId,
    details,
  });
}
