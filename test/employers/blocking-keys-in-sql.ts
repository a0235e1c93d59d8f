import { sql } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import { createDuplicateKeys } from '../../src/employers/propose-duplicates.ts';

/** The keys that `createDuplicateKeys` makes for every employer, as "id key", sorted. */
export async function blockingKeysInSql(db: Db): Promise<string[]> {
  return db.transaction(async (tx) => {
    await createDuplicateKeys(tx);
    const rows = await tx.execute<{ id: number; key: string }>(sql`select id, key from duplicate_keys`);
    return rows.map((row) => `${row.id} ${row.key}`).sort();
  });
}
