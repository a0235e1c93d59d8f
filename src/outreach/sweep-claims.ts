import { sql } from 'drizzle-orm';
import type { Deps } from '../deps.ts';
import { endedAs } from './ended-as.ts';
import { markAsked } from './record-results.ts';
import { decideAfterLostClaim } from './rules.ts';

export type SweepOutcome = {
  /** Claims of senders that died, back to planned. */
  released: number;
  /** Handed over again and again without an answer: a person looks at them. */
  uncertain: number;
  expired: number;
  cancelled: number;
  /** Uncertain ones whose recipient has used the link since: they did leave. */
  settled: number;
};

const SWEEP_LIMIT = 5_000;

/**
 * Takes messages back whose sender was not heard of within its lease. Those that had been handed over may have left:
 * they go again, with the same Message-ID. Also ends what can no longer be sent.
 */
export async function sweepClaims(
  deps: Pick<Deps, 'db' | 'clock' | 'log' | 'askObservers'>,
): Promise<SweepOutcome> {
  const now = deps.clock.now();
  const at = now.toISOString();
  const outcome = await deps.db.transaction(async (tx) => {
    const lost = await tx.execute<{ id: number; handed: boolean; attempts: number }>(sql`
      select id, handed_at is not null as handed, attempts from messages
      where state = 'claimed' and lease_until < ${at}::timestamptz
      order by lease_until limit ${SWEEP_LIMIT} for update skip locked`);
    const rows = lost.map((row) => ({ id: row.id, state: decideAfterLostClaim(row) }));
    await tx.execute(sql`
      update messages m set state = r.state, claimed_by = null, lease_until = null, reason = 'sender_lost',
        finished_at = case when r.state = 'planned' then null else ${at}::timestamptz end
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(id bigint, state text)
      where m.id = r.id and m.state = 'claimed'`);
    const uncertain = rows.filter((row) => row.state === 'uncertain').length;
    return { released: rows.length - uncertain, uncertain };
  });
  const expired = await deps.db.execute<{ id: number }>(sql`
    update messages set state = ${endedAs('expired')}, reason = 'too_late', finished_at = ${at}::timestamptz
    where id in (
      select id from messages
      where state = 'planned' and send_after <= ${at}::timestamptz and not_after <= ${at}::timestamptz
      order by send_after, id limit ${SWEEP_LIMIT} for update skip locked)
    returning id`);
  const cancelled = await deps.db.execute<{ id: number }>(sql`
    update messages set state = ${endedAs('cancelled')}, reason = 'wave_over', finished_at = ${at}::timestamptz
    where id in (
      select m.id from waves w join messages m on m.wave_id = w.id
      where w.state in ('closed', 'cancelled') and m.state = 'planned'
      limit ${SWEEP_LIMIT} for update of m skip locked)
    returning id`);
  const settled = await settleSeen(deps, now);
  const result = { ...outcome, expired: expired.length, cancelled: cancelled.length, settled };
  if (result.released + result.uncertain > 0) deps.log.warn(result, 'took messages back from a lost sender');
  return result;
}

/** Whoever used the link of an invitation has got it, whatever became of the sender's note. */
async function settleSeen(deps: Pick<Deps, 'db' | 'askObservers'>, now: Date): Promise<number> {
  return deps.db.transaction(async (tx) => {
    const seen = await tx.execute<{ invitation_id: number; at: Date }>(sql`
      update messages m set state = 'sent', sent_at = m.handed_at, finished_at = ${now.toISOString()}::timestamptz,
        reason = null
      from invitations i, waves w
      where w.id = m.wave_id and i.id = m.invitation_id and m.state = 'uncertain' and m.stream = 'outreach'
        and m.step = 0 and m.handed_at is not null and i.state in ('started', 'answered', 'declined', 'referred')
      returning m.invitation_id, m.sent_at as at`);
    const asked = await markAsked(
      tx,
      seen.map((row) => ({ invitation_id: Number(row.invitation_id), at: row.at.toISOString() })),
    );
    if (asked.length > 0) await deps.askObservers.asksSent(tx, asked);
    return seen.length;
  });
}
