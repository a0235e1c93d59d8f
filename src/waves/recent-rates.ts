import type { Db } from '../db/client.ts';
import { readRates } from './gather-plan-input.ts';

type Rates = Awaited<ReturnType<typeof readRates>>;

/** What was read so recently is taken as it was, where reading it took long. */
const FRESH_MS = 10 * 60_000;
const LONG_MS = 1_000;
const read = new WeakMap<Db, { at: number; rates: Rates }>();

/**
 * Response rates for what is only looked at, such as the outlook on a wave's page. At a million asks they take seconds to
 * read and hardly move from minute to minute, so then they may be ten minutes old. A plan is never made by these: a preview
 * and its launch must see the same.
 */
export async function readRecentRates(db: Db, now: Date, longMs = LONG_MS): Promise<Rates> {
  const known = read.get(db);
  if (known && known.at <= now.getTime() && now.getTime() < known.at + FRESH_MS) return known.rates;
  const began = performance.now();
  const rates = await readRates(db, now);
  if (performance.now() - began >= longMs) read.set(db, { at: now.getTime(), rates });
  else read.delete(db);
  return rates;
}
