import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { confirmations } from '../db/schema/submissions.ts';
import type { Deps } from '../deps.ts';
import { hashToken, linkToken } from '../lib/tokens.ts';
import { queueTransactional } from '../outreach/queue-transactional.ts';
import type { ConfirmationKind } from '../surveys/types.ts';

const DAY_MS = 86_400_000;
const GOOD_FOR_DAYS = 60;

/** The token of a mailed link by which somebody confirms an answer. */
export function confirmToken(deps: Pick<Deps, 'secrets'>, confirmationId: number): string {
  return linkToken(deps.secrets.linkKey, 'confirm', confirmationId);
}

/**
 * Queues a mail that asks somebody to say that an answer is theirs. While such a link waits for its answer no second one
 * is sent. Enqueue `outreach.send-due` after the commit.
 */
export async function openConfirmation(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: {
    kind: ConfirmationKind;
    agencyId: number;
    now: Date;
  } & (
    | { invitationId: number; contactId: number; submissionId?: undefined }
    | { submissionId: number; invitationId?: undefined; contactId?: undefined }
  ),
): Promise<void> {
  const { kind, agencyId, now, invitationId = null, contactId = null, submissionId = null } = input;
  const [waiting] = await tx
    .select({ id: confirmations.id })
    .from(confirmations)
    .where(
      and(
        eq(confirmations.kind, kind),
        isNull(confirmations.answeredAt),
        invitationId === null
          ? eq(confirmations.submissionId, submissionId!)
          : and(eq(confirmations.invitationId, invitationId), eq(confirmations.contactId, contactId!)),
      ),
    );
  if (waiting) return;
  const [drawn] = await tx.execute<{ id: number }>(
    sql`select nextval(pg_get_serial_sequence('confirmations', 'id')) as id`,
  );
  const id = Number(drawn!.id);
  await tx
    .insert(confirmations)
    .overridingSystemValue()
    .values({
      id,
      kind,
      tokenHash: hashToken(confirmToken(deps, id)),
      invitationId,
      submissionId,
      contactId,
      createdAt: now,
      expiresAt: new Date(now.getTime() + GOOD_FOR_DAYS * DAY_MS),
    });
  await queueTransactional(tx, deps, [
    {
      kind: 'confirmation',
      key: String(id),
      agencyId,
      contactId,
      submissionId,
      // Without the invitation: its language may be another person's choice.
      invitationId: null,
      refs: { confirmationId: id },
      now,
    },
  ]);
}
