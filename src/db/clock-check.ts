import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Db } from './client.ts';

/** Clocks that are kept by NTP differ by less. */
export const MOST_CLOCK_SKEW_MS = 5_000;

/** By how much this machine's clock is ahead of the database's; what the question itself took is not counted. */
export async function readClockSkew(db: Db, clock: Clock): Promise<number> {
  const before = clock.now().getTime();
  const [row] = await db.execute<{ now: Date }>(sql`select clock_timestamp() as now`);
  const after = clock.now().getTime();
  const now = row?.now.getTime() ?? before;
  return now < before ? before - now : Math.min(0, after - now);
}

let isTold = false;

/**
 * Whether this machine's clock is not the one that all workers go by. What looks at times (what is due, what is too
 * late, whose lease ran out) then waits: a clock that jumped would mail at night, or take messages from a sender that
 * is still at work. Clocks of tests are not compared.
 */
export async function isClockOff(deps: { db: Db; clock: Clock; log: Logger }): Promise<boolean> {
  if (deps.clock !== systemClock) return false;
  const skewMs = await readClockSkew(deps.db, deps.clock);
  const isOff = Math.abs(skewMs) > MOST_CLOCK_SKEW_MS;
  if (isOff && !isTold) {
    deps.log.error(
      { skewMs },
      'the clocks of this machine and the database differ; nothing is sent from here meanwhile',
    );
  }
  if (!isOff && isTold) deps.log.info('the clocks of this machine and the database agree again');
  isTold = isOff;
  return isOff;
}
