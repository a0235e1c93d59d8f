import { and, asc, eq, ilike, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';

export type Credential = typeof credentials.$inferSelect;
export type Issuer = typeof issuers.$inferSelect;
export type CredentialWithIssuer = Credential & { issuer: Issuer };

const withIssuer = { credential: credentials, issuer: issuers };
const joined = (row: { credential: Credential; issuer: Issuer }): CredentialWithIssuer => ({
  ...row.credential,
  issuer: row.issuer,
});

export type CredentialFilter = {
  text?: string | null;
  cluster?: string | null;
  state?: 'active' | 'retired' | null;
};

function matching(filter: CredentialFilter): SQL | undefined {
  const pattern = `%${(filter.text ?? '').replace(/[\\%_]/g, '\\$&')}%`;
  return and(
    filter.text ? or(ilike(credentials.name, pattern), ilike(issuers.name, pattern)) : undefined,
    filter.cluster ? eq(credentials.cluster, filter.cluster) : undefined,
    filter.state ? eq(credentials.state, filter.state) : undefined,
  );
}

/** By name, then id. */
export async function listCredentials(
  db: Db,
  filter: CredentialFilter = {},
  page: { limit?: number; offset?: number } = {},
): Promise<CredentialWithIssuer[]> {
  const rows = await db
    .select(withIssuer)
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(matching(filter))
    .orderBy(asc(credentials.name), asc(credentials.id))
    .limit(page.limit ?? 1_000)
    .offset(page.offset ?? 0);
  return rows.map(joined);
}

export async function countCredentials(db: Db, filter: CredentialFilter = {}): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)::int` })
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(matching(filter));
  return row?.count ?? 0;
}

export async function findCredentialBySlug(db: Db, slug: string): Promise<CredentialWithIssuer | null> {
  const [row] = await db
    .select(withIssuer)
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(eq(credentials.slug, slug));
  return row ? joined(row) : null;
}

/** Every credential that one of the given rows may be: by CTID, or by name. */
export async function findCredentialsLike(
  db: Db,
  rows: readonly { ctid: string | null; nameKey: string }[],
): Promise<CredentialWithIssuer[]> {
  const keys = JSON.stringify(rows.map(({ ctid, nameKey }) => ({ ctid, name_key: nameKey })));
  const found = await db
    .select(withIssuer)
    .from(credentials)
    .innerJoin(issuers, eq(issuers.id, credentials.issuerId))
    .where(
      sql`exists (select from jsonb_to_recordset(${keys}::text::jsonb) as k(ctid text, name_key text)
        where k.ctid = ${credentials.ctid} or k.name_key = ${credentials.nameKey})`,
    );
  return found.map(joined);
}

export async function listSlugsLike(db: Db, bases: readonly string[]): Promise<Set<string>> {
  const rows = await db.execute<{ slug: string }>(sql`
    select c.slug from credentials c
    where exists (select from jsonb_array_elements_text(${JSON.stringify(bases)}::text::jsonb) b
      where c.slug = b.value or c.slug like b.value || '-%')`);
  return new Set(rows.map((row) => row.slug));
}

/** The issuer of that name, made when there is none. What is known of it is not overwritten by a blank. */
export async function upsertIssuer(
  tx: Tx,
  issuer: { name: string; nameKey: string; website: string | null; domain: string | null },
): Promise<number> {
  const [row] = await tx.execute<{ id: number }>(sql`
    insert into issuers (name, name_key, website, domain)
    values (${issuer.name}, ${issuer.nameKey}, ${issuer.website}, ${issuer.domain})
    on conflict (name_key) do update set website = coalesce(excluded.website, issuers.website),
      domain = coalesce(excluded.domain, issuers.domain)
    returning id`);
  return Number(row?.id);
}
