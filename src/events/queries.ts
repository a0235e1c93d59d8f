import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { events } from '../db/schema/events.ts';
import type { EventType } from './types.ts';

/** Events of one feed after a place, in order. Those without a place yet are not there yet. */
export function listEventsAfter(
  db: Db,
  filter: { feed: number; after: number; limit: number; types: readonly EventType[] | null },
) {
  return db
    .select({ sequence: events.sequence, type: events.type, at: events.at, data: events.data })
    .from(events)
    .where(
      and(
        eq(events.feed, filter.feed),
        gt(events.sequence, filter.after),
        filter.types ? inArray(events.type, [...filter.types]) : undefined,
      ),
    )
    .orderBy(asc(events.sequence))
    .limit(filter.limit);
}
