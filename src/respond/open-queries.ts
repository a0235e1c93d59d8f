import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { lists } from '../db/schema/approvals.ts';
import { openLinks } from '../db/schema/submissions.ts';

/** Credentials that wait for a decision on a list: what its open pages ask about. */
export async function listOpenCredentials(
  db: Db,
  listId: number,
): Promise<{ id: number; slug: string; name: string; issuer: string }[]> {
  return db.execute<{ id: number; slug: string; name: string; issuer: string }>(sql`
    select distinct c.id, c.slug, c.name, s.name as issuer
    from applications a join credentials c on c.id = a.credential_id join issuers s on s.id = c.issuer_id
    where a.list_id = ${listId} and a.state in ('submitted', 'in_review', 'due_for_review')
    order by c.name, c.id`);
}

/** A public list that takes answers now, with who asks. */
export async function findOpenList(db: Db, slug: string, now: Date) {
  const [row] = await db
    .select({
      listId: lists.id,
      slug: lists.slug,
      name: lists.name,
      openLinkId: openLinks.id,
      instrumentVersionId: openLinks.instrumentVersionId,
      noticeVersionId: openLinks.noticeVersionId,
      closesAt: openLinks.closesAt,
      agency: {
        name: agencies.name,
        shortName: agencies.shortName,
        replyTo: agencies.replyTo,
        phone: agencies.phone,
        postalAddress: agencies.postalAddress,
        timeZone: agencies.timeZone,
      },
    })
    .from(openLinks)
    .innerJoin(lists, eq(lists.id, openLinks.listId))
    .innerJoin(agencies, eq(agencies.id, openLinks.agencyId))
    .where(
      and(
        eq(lists.slug, slug),
        eq(lists.isPublic, true),
        isNull(openLinks.closedAt),
        gt(openLinks.closesAt, now),
      ),
    )
    .orderBy(asc(openLinks.id));
  return row ?? null;
}
