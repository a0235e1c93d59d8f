import type { Sql } from '../db/client.ts';
import type { EventType } from './types.ts';

/**
 * Events of one feed after a place, in order, each as the JSON text that goes out. Those without a place yet are not there
 * yet. Values stay as PostgreSQL wrote them: taking a page of events apart to put it together again would cost more than
 * all the rest of the request.
 */
export async function listEventsAfter(
  sql: Sql,
  filter: { feed: number; after: number; limit: number; type: EventType | null },
): Promise<{ sequence: number; json: string }[]> {
  const { feed, after, limit, type } = filter;
  const rows = await sql`
    select sequence, type, at, data from events
    where feed = ${feed} and sequence > ${after} ${type === null ? sql`` : sql`and type = ${type}`}
    order by sequence limit ${limit}`.raw();
  return (rows as unknown as Buffer[][]).map(([sequence, kind, at, data]) => ({
    sequence: Number(sequence),
    json: `{"sequence":${sequence},"type":"${kind}","at":"${new Date(String(at)).toISOString()}","data":${data}}`,
  }));
}
