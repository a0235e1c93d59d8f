import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { hashAddress } from '../lib/tokens.ts';
import type { SuppressionReason } from './types.ts';

export type StopLink = { language: 'en' | 'es'; suppressedFor: SuppressionReason | null };

/** What the page behind an unsubscribe link has to know, or null when the link is none of ours. */
export async function findStopLink(db: Db, tokenHash: Buffer): Promise<StopLink | null> {
  const [row] = await db.execute<{ language: 'en' | 'es'; reason: SuppressionReason | null }>(sql`
    select coalesce(c.language, 'en') as language, s.reason
    from unsubscribe_links l
    left join contacts c on c.id = l.contact_id
    left join suppressions s on s.address_hash = l.address_hash and s.lifted_at is null
    where l.token_hash = decode(${tokenHash.toString('hex')}, 'hex')`);
  return row ? { language: row.language, suppressedFor: row.reason } : null;
}

/** Which of these people must not be asked, for planning. The claim looks again. */
export async function listSuppressedContacts(
  db: Db,
  suppressionKey: Buffer,
  contacts: readonly { contactId: number; email: string }[],
): Promise<Set<number>> {
  const byHash = new Map(
    contacts.map(({ contactId, email }) => [hashAddress(suppressionKey, email).toString('hex'), contactId]),
  );
  const rows = await db.execute<{ address: string }>(
    sql`select encode(address_hash, 'hex') as address from suppressions where lifted_at is null`,
  );
  return new Set(rows.flatMap(({ address }) => byHash.get(address) ?? []));
}

/** Messages of one wave by state, and within a state by reason. */
export async function countMessages(
  db: Db,
  waveId: number,
): Promise<{ kind: string; state: string; reason: string | null; count: number }[]> {
  return db.execute(sql`
    select kind, state, case when state in ('suppressed', 'expired', 'cancelled') then reason end as reason,
           count(*)::int as count
    from messages where wave_id = ${waveId}
    group by 1, 2, 3 order by 1, 2, 3`);
}
