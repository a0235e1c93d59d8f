import { type SQL, sql } from 'drizzle-orm';
import type { MessageState } from './types.ts';

/**
 * The state of a planned message that is ended. One that was handed over before, by a sender that was lost, may have
 * left: it is never called unsent. The sweep settles it when its recipient turns up; else a person looks.
 */
export function endedAs(state: Extract<MessageState, 'cancelled' | 'expired' | 'suppressed'>): SQL {
  return sql`case when handed_at is null then ${state} else 'uncertain' end`;
}
