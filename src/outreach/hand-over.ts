import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import type { ClaimedMessage } from './claim-messages.ts';
import { endedAs } from './ended-as.ts';

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
      -- Set exactly while it is claimed (a CHECK). Its state is not named: the index of leases would then be read whole.
      and m.claimed_by = ${claimedBy}::uuid
      -- Not waited for on disk: a crash of the database that forgets this note forgets no mail, see record-results.ts.
      and (select set_config('synchronous_commit', 'off', true)) is not null
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

/** Ends claimed messages that have nothing to say any more: what they would tell or ask is off. */
export async function cancelClaims(
  deps: Pick<Deps, 'db' | 'clock'>,
  claimedBy: string,
  messages: readonly ClaimedMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const at = deps.clock.now().toISOString();
  await deps.db.transaction(async (tx) => {
    const ended = await tx.execute<{ invitation_id: number }>(sql`
      update messages set state = ${endedAs('cancelled')}, reason = 'nothing_to_say', finished_at = ${at}::timestamptz,
        claimed_by = null, lease_until = null
      where id = any(${sql.param(messages.map((message) => message.id))}::bigint[]) and state = 'claimed'
        and claimed_by = ${claimedBy}::uuid
      returning case when stream = 'outreach' and step = 0 and state = 'cancelled' then invitation_id end
        as invitation_id`);
    const neverAsked = ended.flatMap((row) => row.invitation_id ?? []);
    await tx.execute(sql`
      update asks set state = 'cancelled'
      where invitation_id = any(${sql.param(neverAsked)}::bigint[]) and state = 'planned'`);
  });
}
