import type { Deps } from '../deps.ts';
import { listDuePositions, lockUnitsOf } from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';

const BATCH = 500;

/** Takes again every position that time alone has ended. Safe to run twice or on several machines at once. */
export async function refreshAged(deps: Pick<Deps, 'db' | 'clock'>): Promise<{ refreshed: number }> {
  for (let refreshed = 0; ; ) {
    const now = deps.clock.now();
    const due = await listDuePositions(deps.db, now, BATCH);
    if (due.length === 0) return { refreshed };
    await deps.db.transaction(async (tx) => {
      await lockUnitsOf(
        tx,
        due.map(({ unitId }) => unitId),
      );
      await refreshPositions(tx, due, now);
    });
    refreshed += due.length;
  }
}
