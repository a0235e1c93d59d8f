import { and, eq, inArray, isNull } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import { isTransactionConflict, type Tx } from '../db/client.ts';
import { invitations } from '../db/schema/outreach.ts';
import { answerHolds, confirmations, submissions } from '../db/schema/submissions.ts';
import { answers } from '../db/schema/surveys.ts';
import type { Deps } from '../deps.ts';
import { lockUnitsOf } from '../evidence/queries.ts';
import { refreshPositions } from '../evidence/refresh-positions.ts';
import { endSubmission, raiseGrades } from '../surveys/record-submission.ts';
import { isQuick } from '../surveys/rules.ts';
import type { ConfirmationAnswer } from '../surveys/types.ts';
import { takeBackAnswers } from './withdraw-answers.ts';

export type ConfirmOutcome =
  | { confirmed: true; answer: ConfirmationAnswer }
  /** too_quick: no person reads a page that fast, so nothing happened and they are asked to press again. */
  | { confirmed: false; reason: 'unknown' | 'expired' | 'too_quick' };

const ATTEMPTS = 4;

/**
 * Somebody says by a mailed link whether answers are theirs. Yes lets what looked like a machine's count and raises what
 * nobody had confirmed; no takes the answers back. Saying it twice is saying it once; the first word stands.
 */
export async function confirmAnswers(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: { tokenHash: Buffer; answer: ConfirmationAnswer; shownAt: Date | null },
): Promise<ConfirmOutcome> {
  if (isQuick(input.shownAt, deps.clock.now())) return { confirmed: false, reason: 'too_quick' };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await deps.db.transaction((tx) => confirm(tx, deps, input));
      if (outcome.confirmed) void deps.queue.enqueue('outreach.send-due', {});
      return outcome;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}

async function confirm(
  tx: Tx,
  deps: Pick<Deps, 'clock' | 'secrets' | 'config'>,
  { tokenHash, answer }: { tokenHash: Buffer; answer: ConfirmationAnswer },
): Promise<ConfirmOutcome> {
  const now = deps.clock.now();
  const [confirmation] = await tx
    .select()
    .from(confirmations)
    .where(eq(confirmations.tokenHash, tokenHash))
    .for('update');
  if (!confirmation) return { confirmed: false, reason: 'unknown' };
  if (confirmation.answer !== null) return { confirmed: true, answer: confirmation.answer };
  if (confirmation.expiresAt <= now) return { confirmed: false, reason: 'expired' };
  await tx
    .update(confirmations)
    .set({ answer, answeredAt: now })
    .where(eq(confirmations.id, confirmation.id));
  const source =
    confirmation.submissionId === null
      ? await settleInvitation(
          tx,
          deps,
          { ...confirmation, invitationId: confirmation.invitationId! },
          answer,
          now,
        )
      : await settleSubmission(tx, confirmation.submissionId, answer, now);
  await recordAudit(tx, {
    at: now,
    agencyId: source.agencyId,
    actorKind: 'employer',
    actorId: confirmation.contactId,
    action: answer === 'mine' ? 'answers.confirmed' : 'answers.disowned',
    subjectType: confirmation.submissionId === null ? 'invitation' : 'submission',
    subjectId: confirmation.submissionId ?? confirmation.invitationId,
    details: { because: confirmation.kind },
  });
  return { confirmed: true, answer };
}

async function settleInvitation(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  { invitationId, kind }: { invitationId: number; kind: string },
  answer: ConfirmationAnswer,
  now: Date,
): Promise<{ agencyId: number }> {
  const [invitation] = await tx
    .select()
    .from(invitations)
    .where(eq(invitations.id, invitationId))
    .for('no key update');
  const { agencyId, employerId } = invitation!;
  if (answer === 'not_mine') {
    await takeBackAnswers(tx, deps, invitation!, now);
    return { agencyId };
  }
  const units = await lockUnitsOf(tx, [employerId]);
  const unitId = units.get(employerId)!;
  const changed =
    kind === 'forwarded'
      ? await raiseGrades(tx, { invitationId }, now)
      : await endHolds(tx, invitationId, now);
  await refreshPositions(
    tx,
    changed.map(({ credentialId }) => ({ credentialId, unitId })),
    now,
  );
  return { agencyId };
}

async function endHolds(tx: Tx, invitationId: number, now: Date): Promise<{ credentialId: number }[]> {
  const held = await tx
    .select({ holdId: answerHolds.id, credentialId: answers.credentialId })
    .from(answerHolds)
    .innerJoin(answers, eq(answers.id, answerHolds.answerId))
    .where(
      and(
        eq(answers.invitationId, invitationId),
        eq(answerHolds.kind, 'quarantined'),
        isNull(answerHolds.endedAt),
      ),
    );
  if (held.length === 0) return [];
  await tx
    .update(answerHolds)
    .set({ endedAt: now, outcome: 'confirmed_by_mail' })
    .where(
      inArray(
        answerHolds.id,
        held.map(({ holdId }) => holdId),
      ),
    );
  return held;
}

async function settleSubmission(
  tx: Tx,
  submissionId: number,
  answer: ConfirmationAnswer,
  now: Date,
): Promise<{ agencyId: number }> {
  const [submission] = await tx
    .select()
    .from(submissions)
    .where(eq(submissions.id, submissionId))
    .for('update');
  const { agencyId, employerId } = submission!;
  if (submission!.state === 'rejected') return { agencyId };
  const units = employerId === null ? new Map<number, number>() : await lockUnitsOf(tx, [employerId]);
  await tx
    .update(submissions)
    .set(
      answer === 'mine'
        ? { verifiedAt: now }
        : { state: 'rejected', decidedAt: now, decisionReason: 'not_mine' },
    )
    .where(eq(submissions.id, submissionId));
  if (employerId === null) return { agencyId };
  const changed =
    answer === 'mine'
      ? await raiseGrades(tx, { submissionId }, now)
      : [await endSubmission(tx, submissionId, 'withdrawn', now)].filter((ended) => ended !== null);
  await refreshPositions(
    tx,
    changed.map(({ credentialId }) => ({ credentialId, unitId: units.get(employerId)! })),
    now,
  );
  return { agencyId };
}
