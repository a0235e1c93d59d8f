import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import type { ClaimedMessage } from './claim-messages.ts';

/** Counts hand-overs of the message; whoever handed it over last holds the number that its row holds. */
export type HandedMessage = ClaimedMessage & { attempts: number };

/**
 * Notes that these messages are about to leave: from here on they may have left. Whatever changed since the claim
 * (stop, pause, an answer, a lease that ran out) keeps a message back. Returns those that may go.
 */
export async function handOver(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  claimedBy: string,
  messages: readonly ClaimedMessage[],
): Promise<HandedMessage[]> {
  const now = deps.clock.now();
  const leaseMs = deps.config.sendLeaseSeconds * 1000;
  const handed = await deps.db.execute<{ id: number; attempts: number }>(sql`
    update messages m set handed_at = ${now.toISOString()}::timestamptz, attempts = m.attempts + 1,
      -- Untouched while there is enough of it left: the row then needs no new index entries.
      lease_until = case when m.lease_until < ${new Date(now.getTime() + leaseMs * 0.75).toISOString()}::timestamptz
        then ${new Date(now.getTime() + leaseMs).toISOString()}::timestamptz else m.lease_until end
    where m.id = any(${sql.param(messages.map((message) => message.id))}::bigint[])
      and m.state = 'claimed' and m.claimed_by = ${claimedBy}::uuid
      and (m.wave_id is null or exists (select 1 from waves w where w.id = m.wave_id and w.state = 'running'))
      and (m.kind <> 'reminder' or exists (
        select 1 from invitations i where i.id = m.invitation_id and i.state in ('open', 'started')))
      and (m.stream <> 'outreach' or m.contact_id not in (
        select (held.value->>0)::bigint
        from json_array_elements(${pairs(messages)}::text::json) as held
        join suppressions s on s.address_hash = decode(held.value->>1, 'hex') and s.lifted_at is null))
    returning m.id, m.attempts`);
  const attempts = new Map(handed.map((row) => [Number(row.id), row.attempts]));
  return messages.flatMap((message) => {
    const count = attempts.get(message.id);
    return count === undefined ? [] : [{ ...message, attempts: count }];
  });
}

function pairs(messages: readonly ClaimedMessage[]): string {
  return JSON.stringify(
    messages.map(({ contactId, addressHash }) => [contactId, addressHash.toString('hex')]),
  );
}

/** Gives back what was claimed and not handed over: another claim decides anew. */
export async function releaseClaims(
  deps: Pick<Deps, 'db'>,
  claimedBy: string,
  messageIds: readonly number[],
): Promise<void> {
  if (messageIds.length === 0) return;
  await deps.db.execute(sql`
    update messages set state = 'planned', claimed_by = null, lease_until = null
    where id = any(${sql.param(messageIds)}::bigint[]) and state = 'claimed' and claimed_by = ${claimedBy}::uuid`);
}
