import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { ContentKind } from './contents.ts';
import { messageIdFor } from './message-id.ts';
import type { MessageStream } from './types.ts';

export type NewMessage = {
  kind: ContentKind;
  stream: MessageStream;
  /** Names what the mail tells or asks. The same kind and key is queued once, however often this is called. */
  key: string;
  agencyId: number;
  /** Null exactly when it goes to somebody who wrote by a public page. */
  contactId: number | null;
  submissionId?: number | null;
  employerId?: number | null;
  invitationId?: number | null;
  step?: number;
  /** Ids that the content source needs; never addresses, tokens or answers. */
  refs?: Record<string, number | string>;
  now: Date;
  sendAfter: Date;
  notAfter: Date;
};

/** Writes messages that belong to no wave. Enqueue `outreach.send-due` after the commit to hurry them. */
export async function insertMessages(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  messages: readonly NewMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((message) => ({
    agency_id: message.agencyId,
    invitation_id: message.invitationId ?? null,
    contact_id: message.contactId,
    submission_id: message.submissionId ?? null,
    employer_id: message.employerId ?? null,
    kind: message.kind,
    stream: message.stream,
    step: message.step ?? 0,
    refs: message.refs ?? {},
    send_after: message.sendAfter.toISOString(),
    not_after: message.notAfter.toISOString(),
    message_id: messageIdFor(deps, `${message.kind}:${message.key}`),
    created_at: message.now.toISOString(),
  }));
  await tx.execute(sql`
    insert into messages (agency_id, invitation_id, contact_id, submission_id, employer_id, kind, stream, step, refs,
                          send_after, not_after, message_id, created_at)
    select agency_id, invitation_id, contact_id, submission_id, employer_id, kind, stream, step, refs,
           send_after, not_after, message_id, created_at
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(agency_id bigint, invitation_id bigint, contact_id bigint, submission_id bigint, employer_id bigint,
             kind text, stream text, step int, refs jsonb, send_after timestamptz, not_after timestamptz, message_id text,
             created_at timestamptz)
    on conflict (message_id) do nothing`);
}
