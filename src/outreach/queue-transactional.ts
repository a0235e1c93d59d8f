import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { ContentKind } from './contents.ts';
import { messageIdFor } from './message-id.ts';

const HOUR_MS = 3_600_000;
/** A receipt that comes days later confuses more than it helps. */
const TRANSACTIONAL_NOT_AFTER_MS = 48 * HOUR_MS;

export type TransactionalMessage = {
  kind: ContentKind;
  /**
   * Names the event that the mail tells of, such as `answer:17:2`. The same kind and key is queued once,
   * however often this is called.
   */
  key: string;
  agencyId: number;
  /** Null exactly when it goes to somebody who wrote by a public page. */
  contactId: number | null;
  submissionId?: number | null;
  employerId?: number | null;
  invitationId?: number | null;
  /** Ids that the content source needs; never addresses, tokens or answers. */
  refs?: Record<string, number | string>;
  now: Date;
  sendAfter?: Date;
  notAfter?: Date;
};

/**
 * Queues mails that answer a person's own act, in the transaction of that act. They are no touches, wait for no
 * wave, and leave with the next run of `outreach.send-due`; enqueue that after the commit to hurry it.
 */
export async function queueTransactional(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  messages: readonly TransactionalMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((message) => ({
    agency_id: message.agencyId,
    invitation_id: message.invitationId ?? null,
    contact_id: message.contactId,
    submission_id: message.submissionId ?? null,
    employer_id: message.employerId ?? null,
    kind: message.kind,
    refs: message.refs ?? {},
    send_after: (message.sendAfter ?? message.now).toISOString(),
    not_after: (
      message.notAfter ?? new Date(message.now.getTime() + TRANSACTIONAL_NOT_AFTER_MS)
    ).toISOString(),
    message_id: messageIdFor(deps, `${message.kind}:${message.key}`),
    created_at: message.now.toISOString(),
  }));
  await tx.execute(sql`
    insert into messages (agency_id, invitation_id, contact_id, submission_id, employer_id, kind, stream, refs, send_after, not_after,
                          message_id, created_at)
    select agency_id, invitation_id, contact_id, submission_id, employer_id, kind, 'transactional', refs, send_after, not_after,
           message_id, created_at
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(agency_id bigint, invitation_id bigint, contact_id bigint, submission_id bigint, employer_id bigint,
             kind text, refs jsonb,
             send_after timestamptz, not_after timestamptz, message_id text, created_at timestamptz)
    on conflict (message_id) do nothing`);
}
