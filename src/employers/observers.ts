import type { Tx } from '../db/client.ts';
import type { PlannedLinks } from './identity-queries.ts';
import type { CountChanges, EmployerTouches } from './types.ts';

/** Told, inside the transaction, which employer records now count under another unit than before. */
export type EmployerObservers = {
  unitsChanged(
    tx: Tx,
    change: { employerIds: readonly number[]; unitIds: readonly number[]; now: Date },
  ): Promise<void>;
  /** What is known of these employers changed: a domain, a parent, where they are. */
  identityChanged(tx: Tx, change: { employerIds: readonly number[]; now: Date }): Promise<void>;
};

/** What an employer's page shows of features that employers know nothing of. */
export type EmployerPageParts = {
  /** Which counts would be others if the records were joined as planned. Looking changes nothing. */
  previewCounts(links: PlannedLinks, agencyId: number): Promise<CountChanges>;
  readTouches(input: {
    agencyId: number;
    agencyZone: string;
    employer: { unitId: number; timeZone: string | null };
    contacts: readonly { id: number; name: string; email: string; state: string }[];
  }): Promise<EmployerTouches>;
};
