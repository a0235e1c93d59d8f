import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
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

/** Suppressions in force, by the address hash in hexadecimal. */
export async function findSuppressions(
  db: Db,
  addressHashes: readonly Buffer[],
): Promise<Map<string, SuppressionReason>> {
  const rows = await db.execute<{ address: string; reason: SuppressionReason }>(sql`
    select encode(address_hash, 'hex') as address, reason from suppressions
    where lifted_at is null
      and address_hash in (
        select decode(value, 'hex') from json_array_elements_text(${JSON.stringify(addressHashes.map((hash) => hash.toString('hex')))}::text::json) as value
      )`);
  return new Map(rows.map((row) => [row.address, row.reason]));
}
