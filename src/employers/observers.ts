import type { Tx } from '../db/client.ts';
import type { EmployerTouches } from './types.ts';

/** Told, inside the transaction, which employer records now count under another unit than before. */
export type EmployerObservers = {
  unitsChanged(
    tx: Tx,
    change: { employerIds: readonly number[]; unitIds: readonly number[]; now: Date },
  ): Promise<void>;
};

/** What an employer's page shows of features that employers know nothing of. */
export type EmployerPageParts = {
  readTouches(input: {
    agencyId: number;
    agencyZone: string;
    employer: { unitId: number; timeZone: string | null };
    contacts: readonly { id: number; name: string; email: string; state: string }[];
  }): Promise<EmployerTouches>;
};
