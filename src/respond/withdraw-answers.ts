import { eq } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isTransactionConflict, type Tx } from '../db/client.ts';
import { invitations } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { queueTransactional } from '../outreach/queue-transactional.ts';
import { withdrawAnswers } from '../surveys/record-answers.ts';
import { lockInvitation } from './lock-invitation.ts';
import { accessOf } from './rules.ts';
import type { Draft } from './types.ts';

export type WithdrawOutcome = { withdrawn: true } | { withdrawn: false; reason: 'unknown' | 'not_open' };

const ATTEMPTS = 4;

/** Takes an invitation's answers back: they end, stay in the record, and count no longer. Doing it twice is doing it once. */
export async function withdrawInvitation(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: { tokenHash: Buffer },
): Promise<WithdrawOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await deps.db.transaction((tx) => withdraw(tx, deps, input.tokenHash));
      if (outcome.withdrawn) void deps.queue.enqueue('outreach.send-due', {});
      return outcome;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}

async function withdraw(
  tx: Tx,
  deps: Pick<Deps, 'clock' | 'secrets' | 'config'>,
  tokenHash: Buffer,
): Promise<WithdrawOutcome> {
  const now = deps.clock.now();
  const locked = await lockInvitation(tx, tokenHash);
  if (!locked) return { withdrawn: false, reason: 'unknown' };
  const { invitation } = locked;
  if (accessOf(locked.access, now) !== 'open') return { withdrawn: false, reason: 'not_open' };
  if (invitation.state !== 'answered') return { withdrawn: true };
  await takeBackAnswers(tx, deps, invitation, now);
  return { withdrawn: true };
}

/** The same for an invitation that the caller has locked and may act on. */
export async function takeBackAnswers(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  invitation: typeof invitations.$inferSelect,
  now: Date,
): Promise<void> {
  const draft = invitation.draft as Draft;
  const units = await lockUnitsOf(tx, [invitation.employerId]);
  const ended = await withdrawAnswers(tx, invitation.id, now);
  if (ended.length === 0) return;
  const draftVersion = invitation.draftVersion + 1;
  await tx
    .update(invitations)
    .set({ draft: { ...withoutAnswers(draft), sent: draftVersion }, draftVersion })
    .where(eq(invitations.id, invitation.id));
  await recordAudit(tx, {
    at: now,
    agencyId: invitation.agencyId,
    actorKind: 'employer',
    actorId: invitation.contactId,
    action: 'answers.withdrawn',
    subjectType: 'invitation',
    subjectId: invitation.id,
    details: { answers: ended.length },
  });
  await queueTransactional(tx, deps, [
    {
      kind: 'receipt',
      key: `${invitation.id}:${draftVersion}`,
      agencyId: invitation.agencyId,
      contactId: invitation.contactId,
      employerId: invitation.employerId,
      invitationId: invitation.id,
      refs: { invitationId: invitation.id },
      now,
    },
  ]);
  const unitId = units.get(invitation.employerId)!;
  await refreshPositions(
    tx,
    ended.map(({ credentialId }) => ({ credentialId, unitId })),
    now,
  );
}

/** Who answers and how they stand to issuers is kept, so that answering again starts with the questions. */
function withoutAnswers(draft: Draft): Draft {
  return Object.fromEntries(Object.entries(draft).filter(([key]) => !key.startsWith('ask:'))) as Draft;
}
