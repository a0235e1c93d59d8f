import { and, asc, inArray, lte, sql } from 'drizzle-orm';
import { waves } from '../db/schema/outreach.ts';
import type { Deps } from '../deps.ts';
import { close } from './end-wave.ts';
import { lockWave } from './queries.ts';
import { LEAVES } from './rules.ts';

const EXPIRE_LIMIT = 5_000;

/**
 * What the passing of time does to waves: at the close reminders stop; at close plus grace the links of those who have
 * not answered end. Safe to run twice at once.
 */
export async function closeDueWaves(
  deps: Pick<Deps, 'db' | 'clock'>,
): Promise<{ closed: number; expired: number }> {
  const now = deps.clock.now();
  const due = await deps.db
    .select({ id: waves.id, agencyId: waves.agencyId })
    .from(waves)
    .where(and(inArray(waves.state, LEAVES.close), lte(waves.closeAt, now)))
    .orderBy(asc(waves.id));
  let closed = 0;
  for (const { id, agencyId } of due) {
    const done = await deps.db.transaction(async (tx) => {
      const row = await lockWave(tx, agencyId, id);
      return close(tx, row, now, null);
    });
    if (done) closed += 1;
  }
  let expired = 0;
  for (;;) {
    const ended = await deps.db.execute<{ id: number }>(sql`
      update invitations set state = 'expired'
      where id in (
        select i.id from invitations i join waves w on w.id = i.wave_id
        where w.state = 'closed' and w.grace_until <= ${now.toISOString()}::timestamptz
          and i.state in ('open', 'started') and i.expires_at <= ${now.toISOString()}::timestamptz
        order by i.id limit ${EXPIRE_LIMIT} for update of i skip locked)
      returning id`);
    expired += ended.length;
    if (ended.length < EXPIRE_LIMIT) break;
  }
  // Asks beside those of another wave, which keeps the link open, end with their own wave's grace.
  await deps.db.execute(sql`
    update asks a set state = 'cancelled' from waves w
    where w.state = 'closed' and w.grace_until <= ${now.toISOString()}::timestamptz
      and w.grace_until > ${now.toISOString()}::timestamptz - interval '3 days'
      and a.wave_id = w.id and a.dropped_for = 'wave_closed' and a.state = 'asked'`);
  return { closed, expired };
}
