import { sql } from 'drizzle-orm';
import type { Tx } from '../db/client.ts';
import { HOLD_FORGOTTEN_MS, nextHoldAt } from './rules.ts';

/**
 * Notes that these domains asked us to slow down: no worker claims a message for them until then. The wait grows each
 * time that the first message after a wait is put off again; what was under way when it began does not lengthen it.
 */
export async function holdDomains(
  tx: Tx,
  deferrals: readonly { domain: string; code: string; at: Date }[],
): Promise<void> {
  const byDomain = new Map(deferrals.map((deferral) => [deferral.domain, deferral]));
  const domains = [...byDomain.keys()].sort();
  for (const domain of domains) {
    const { code, at } = byDomain.get(domain)!;
    const now = at.toISOString();
    await tx.execute(sql`
      insert into receiving_domains (domain, updated_at) values (${domain}, ${now}::timestamptz)
      on conflict (domain) do nothing`);
    const [row] = await tx.execute<{ holds: number; held_until: Date | null }>(
      sql`select holds, held_until from receiving_domains where domain = ${domain} for update`,
    );
    if (!row || (row.held_until && row.held_until > at)) continue;
    const isRecent = row.held_until && at.getTime() - row.held_until.getTime() < HOLD_FORGOTTEN_MS;
    const holds = isRecent ? row.holds + 1 : 1;
    await tx.execute(sql`
      update receiving_domains set holds = ${holds}, code = ${code}, updated_at = ${now}::timestamptz,
        held_until = ${nextHoldAt(at, holds, domain).toISOString()}::timestamptz
      where domain = ${domain}`);
  }
}

/**
 * How many more messages each domain may be given in this minute, all workers together; what is wanted is taken.
 * The rows stay locked until the claim commits, so that two claims never take the same room.
 */
export async function takeRoom(
  tx: Tx,
  wanted: ReadonlyMap<string, number>,
  perMinute: number,
  now: Date,
): Promise<Map<string, number>> {
  const rows = [...wanted].map(([domain, count]) => ({ domain, count }));
  const at = now.toISOString();
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000).toISOString();
  await tx.execute(sql`
    insert into receiving_domains (domain, updated_at)
    select domain, ${at}::timestamptz from json_to_recordset(${JSON.stringify(rows)}::text::json) as r(domain text)
    order by domain on conflict (domain) do nothing`);
  const before = await tx.execute<{ domain: string; taken: number }>(sql`
    select domain, case when minute = ${minute}::timestamptz then taken_in_minute else 0 end as taken
    from receiving_domains where domain = any(${sql.param(rows.map((row) => row.domain))}::text[])
    order by domain for update`);
  const room = new Map(
    before.map(({ domain, taken }) => [
      domain,
      Math.min(wanted.get(domain)!, Math.max(0, perMinute - taken)),
    ]),
  );
  const taken = before.map(({ domain, taken: was }) => ({ domain, taken: was + room.get(domain)! }));
  await tx.execute(sql`
    update receiving_domains d set minute = ${minute}::timestamptz, taken_in_minute = r.taken,
      updated_at = ${at}::timestamptz
    from json_to_recordset(${JSON.stringify(taken)}::text::json) as r(domain text, taken int)
    where d.domain = r.domain`);
  return room;
}

/** Stands for all domains together: what the mail server, or the provider behind it, takes of us. No domain is called so. */
const ACCOUNT = '*';

/**
 * How many more messages may leave in this minute, whoever they are to, all workers together. Its row stays locked until
 * the claim commits; `take` notes what was claimed.
 */
export async function lockAccount(
  tx: Tx,
  perMinute: number | null,
  now: Date,
): Promise<{ room: number; take(count: number): Promise<void> }> {
  if (perMinute === null) return { room: Number.POSITIVE_INFINITY, take: async () => undefined };
  const at = now.toISOString();
  const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000).toISOString();
  await tx.execute(sql`
    insert into receiving_domains (domain, updated_at) values (${ACCOUNT}, ${at}::timestamptz)
    on conflict (domain) do nothing`);
  const [row] = await tx.execute<{ taken: number }>(sql`
    select case when minute = ${minute}::timestamptz then taken_in_minute else 0 end as taken
    from receiving_domains where domain = ${ACCOUNT} for update`);
  const taken = row?.taken ?? 0;
  return {
    room: Math.max(0, perMinute - taken),
    async take(count) {
      await tx.execute(sql`
        update receiving_domains set minute = ${minute}::timestamptz, taken_in_minute = ${taken + count},
          updated_at = ${at}::timestamptz
        where domain = ${ACCOUNT}`);
    },
  };
}
