import type { Db } from '../db/client.ts';
import { events } from '../db/schema/events.ts';
import { linksOf } from './links.ts';
import { CATALOGUE_FEED, type EventFacts, type EventType } from './types.ts';

export type NewEvent = {
  /** Null: for all agencies. */
  agencyId: number | null;
  type: EventType;
  at: Date;
  data: EventFacts;
};

const BATCH = 1_000;

/** Tells of changes in the transaction that makes them: both are committed or neither is. */
export async function publishEvents(tx: Db, told: readonly NewEvent[]): Promise<void> {
  for (let start = 0; start < told.length; start += BATCH) {
    const batch = told.slice(start, start + BATCH);
    await tx.insert(events).values(
      batch.map(({ agencyId, data, ...event }) => ({
        ...event,
        feed: agencyId ?? CATALOGUE_FEED,
        data: { ...data, links: linksOf(data) },
      })),
    );
  }
}

export function publishEvent(tx: Db, event: NewEvent): Promise<void> {
  return publishEvents(tx, [event]);
}
