import type { Tx } from '../db/client.ts';

/** Told, inside the transaction, which employer records now count under another unit than before. */
export type EmployerObservers = {
  unitsChanged(
    tx: Tx,
    change: { employerIds: readonly number[]; unitIds: readonly number[]; now: Date },
  ): Promise<void>;
};
