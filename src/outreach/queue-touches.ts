import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { ContentKind } from './contents.ts';
import { messageIdFor } from './message-id.ts';
import { BUSINESS_HOURS } from './planner/calendar.ts';
import { nextSendTime } from './rules.ts';

export type Touch = {
  kind: ContentKind;
  /** Names what it asks, such as `voter:17:0`. The same kind and key is queued once. */
  key: string;
  agencyId: number;
  contactId: number;
  employerId: number;
  /** 0 asks for the first time, 1.. remind. */
  step: number;
  refs: Record<string, number | string>;
  /** Zone of the recipient: it leaves in business hours there. */
  timeZone: string;
  sendAfter: Date;
  notAfter: Date;
};

/**
 * Queues mails that ask people for something outside of any wave. They are touches like invitations: who said stop gets
 * none, and the contact budget of all agencies may put them off, or end them where they no longer fit in time. Enqueue
 * `outreach.send-due` after the commit.
 */
export async function queueTouches(
  tx: Tx,
  deps: Pick<Deps, 'config' | 'secrets'>,
  touches: readonly Touch[],
  now: Date,
): Promise<void> {
  if (touches.length === 0) return;
  const rows = touches.map((touch) => ({
    agency_id: touch.agencyId,
    contact_id: touch.contactId,
    employer_id: touch.employerId,
    kind: touch.kind,
    step: touch.step,
    refs: touch.refs,
    send_after: (
      nextSendTime(BUSINESS_HOURS, touch.timeZone, touch.sendAfter, touch.notAfter) ?? touch.sendAfter
    ).toISOString(),
    not_after: touch.notAfter.toISOString(),
    message_id: messageIdFor(deps, `${touch.kind}:${touch.key}`),
  }));
  await tx.execute(sql`
    insert into messages (agency_id, contact_id, employer_id, kind, stream, step, refs, send_after, not_after, message_id,
                          created_at)
    select agency_id, contact_id, employer_id, kind, 'outreach', step, refs, send_after, not_after, message_id,
           ${now.toISOString()}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::text::json)
      as row(agency_id bigint, contact_id bigint, employer_id bigint, kind text, step int, refs jsonb,
             send_after timestamptz, not_after timestamptz, message_id text)
    on conflict (message_id) do nothing`);
}
