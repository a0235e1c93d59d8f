import { createHash } from 'node:crypto';
import type { Sql } from '../../src/db/client.ts';

/** A digest of every row of every table of ours, but for access logs: when a session or a key was last seen. */
export async function digestDatabase(sql: Sql): Promise<string> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`;
  const hash = createHash('sha256');
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ digest: string | null }[]>(
      `select md5(string_agg(md5((to_jsonb(x) - 'last_seen_at' - 'last_used_at')::text), '' order by
         md5((to_jsonb(x) - 'last_seen_at' - 'last_used_at')::text))) as digest from "${name}" x`,
    );
    hash.update(`${name} ${row?.digest ?? ''}\n`);
  }
  return hash.digest('hex');
}
