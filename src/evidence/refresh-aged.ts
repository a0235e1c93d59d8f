import type { Deps } from '../deps.ts';
import { findConnections } from './find-connections.ts';
import {
  listDuePositions,
  listPositionsToCheck,
  listUnitsTouching,
  lockUnitsOf,
  type UnitOfCredential,
} from './queries.ts';
import { refreshPositions } from './refresh-positions.ts';

const BATCH = 500;

/**
 * Takes again every position that time alone has ended, and those that something newly learnt of an employer may have changed. Safe to
 * run twice or on several machines at once.
 */
export async function refreshAged(deps: Pick<Deps, 'db' | 'clock'>): Promise<{ refreshed: number }> {
  let refreshed = 0;
  for (;;) {
    const due = await listDuePositions(deps.db, deps.clock.now(), BATCH);
    if (due.length === 0) break;
    await refresh(deps, due);
    refreshed += due.length;
  }
  await findNewConnections(deps);
  const drifted = await listPositionsToCheck(deps.db);
  for (let start = 0; start < drifted.length; start += BATCH) {
    await refresh(deps, drifted.slice(start, start + BATCH));
  }
  return { refreshed: refreshed + drifted.length };
}

/** Imports do not know who stands behind which credential. */
async function findNewConnections(deps: Pick<Deps, 'db' | 'clock'>): Promise<void> {
  const now = deps.clock.now();
  await deps.db.transaction(async (tx) => {
    const connected = await findConnections(tx, now);
    if (connected.length === 0) return;
    const units = await lockUnitsOf(tx, connected);
    await refreshPositions(tx, await listUnitsTouching(tx, [...new Set(units.values())], []), now);
  });
}

async function refresh(deps: Pick<Deps, 'db' | 'clock'>, pairs: readonly UnitOfCredential[]): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await lockUnitsOf(
      tx,
      pairs.map(({ unitId }) => unitId),
    );
    await refreshPositions(tx, pairs, deps.clock.now());
  });
}
