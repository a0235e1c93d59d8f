import { sql } from 'drizzle-orm';
import { recordAudit } from '../agencies/record-audit.ts';
import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { decideWaveSafety, FAILURES_PAUSE, type WaveSafety, type WaveSafetyFacts } from './rules.ts';
import { carryOnWithout } from './shared-touches.ts';

/**
 * Pauses a running wave when its receipts say that going on would do harm: too many complaints, blocks by policy, or
 * nothing but refusals. Call it after the commit of what happened; safe to repeat.
 */
export async function guardWave(
  deps: Pick<Deps, 'db' | 'clock' | 'log'>,
  waveId: number,
): Promise<WaveSafety> {
  const facts = await getWaveSafetyFacts(deps.db, waveId);
  const safety = decideWaveSafety(facts);
  if (safety.verdict === 'warn') deps.log.warn({ waveId, ...facts, reason: safety.reason }, 'wave at risk');
  if (safety.verdict !== 'pause') return safety;
  const now = deps.clock.now();
  const paused = await deps.db.transaction(async (tx) => {
    const [wave] = await tx.execute<{ agency_id: number }>(sql`
      update waves set state = 'paused', paused_at = ${now.toISOString()}::timestamptz,
        updated_at = ${now.toISOString()}::timestamptz, pause_reason = ${safety.reason}
      where id = ${waveId} and state = 'running'
      returning agency_id`);
    if (!wave) return false;
    await carryOnWithout(tx, waveId, now);
    await recordAudit(tx, {
      at: now,
      agencyId: Number(wave.agency_id),
      actorKind: 'system',
      actorId: null,
      action: 'wave.paused',
      subjectType: 'wave',
      subjectId: waveId,
      details: { reason: safety.reason, ...facts },
    });
    return true;
  });
  if (paused) deps.log.error({ waveId, ...facts, reason: safety.reason }, 'wave paused itself');
  return safety;
}

/** Counted since the launch, or since staff resumed the wave knowing what had happened. */
export async function getWaveSafetyFacts(db: Db, waveId: number): Promise<WaveSafetyFacts> {
  const [row] = await db.execute<WaveSafetyFacts>(sql`
    with wave as (
      select id, coalesce(safety_since, launched_at, created_at) as since from waves where id = ${waveId}
    )
    select
      count(*) filter (where m.sent_at >= wave.since)::int as sent,
      count(*) filter (where m.sent_at >= wave.since and m.state <> 'bounced')::int as delivered,
      count(*) filter (where m.state = 'complained' and m.finished_at >= wave.since)::int as complaints,
      -- 'policy_block' as a receipt says it, '554 5.7.1' as the next hop does.
      count(*) filter (where m.state in ('bounced', 'failed') and m.finished_at >= wave.since
        and (m.reason = 'policy_block' or m.reason like '% 5.7.%'))::int as "policyBlocks",
      (select count(*)::int from (
        select bool_and(state = 'failed') over (order by at desc, id desc) as all_failed from (
          select id, state, coalesce(sent_at, finished_at) as at from messages
          where wave_id = (select id from wave) and state in ('sent', 'delivered', 'bounced', 'complained', 'failed')
            and coalesce(sent_at, finished_at) >= (select since from wave)
          order by coalesce(sent_at, finished_at) desc, id desc limit ${FAILURES_PAUSE}
        ) latest
      ) runs where all_failed) as "failuresInARow"
    from wave left join messages m on m.wave_id = wave.id
      and m.state in ('sent', 'delivered', 'bounced', 'complained', 'failed')`);
  return row as WaveSafetyFacts;
}
