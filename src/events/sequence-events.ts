import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import type { EventData, EventType } from './types.ts';

export type SequencedEvent = { id: number; feed: number; type: EventType; at: Date; data: EventData };

const BATCH = 1_000;

/**
 * Gives committed events their places, feed by feed, without gaps. Numbers drawn when an event is written would become
 * visible out of order, since a transaction with a lower one may commit later, and a reader who has passed the higher
 * one would never see it. Here only what is committed gets a number, by one process at a time, and readers see a
 * number only with all before it.
 *
 * Up to 1,000 a call; the caller goes on while as many come back.
 */
export async function sequenceEvents(tx: Tx): Promise<{ events: SequencedEvent[]; hasMore: boolean }> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('countersign.events'))`);
  // A statement of its own, so that its snapshot is taken once the lock is held.
  const rows = await tx.execute<SequencedEvent>(sql`
    with waiting as (
      select id, feed, row_number() over (partition by feed order by id) as place
      from (select id, feed from events where sequence is null order by id limit ${BATCH}) open
    ), counters as (
      insert into event_counters (feed, last_sequence)
      select feed, max(place) from waiting group by feed
      on conflict (feed) do update set last_sequence = event_counters.last_sequence + excluded.last_sequence
      returning feed, last_sequence
    )
    update events set sequence = c.last_sequence - (select max(place) from waiting w where w.feed = c.feed) + waiting.place
    from waiting join counters c on c.feed = waiting.feed
    where events.id = waiting.id
    returning events.id, events.feed, events.type, events.at, events.data`);
  const events = [...rows].sort((a, b) => a.id - b.id);
  return { events, hasMore: events.length === BATCH };
}
