import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { issuers } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { conflictMarks } from '../db/schema/evidence.ts';

const setter = alias(staffMembers, 'setter');

/** Marks in force, the newest first; of one employer when it is given. */
export function listConflictMarks(db: Db, filter: { employerId: number | null; limit: number }) {
  return db
    .select({
      id: conflictMarks.id,
      employerId: employers.id,
      employer: employers.legalName,
      issuer: issuers.name,
      relation: conflictMarks.relation,
      note: conflictMarks.note,
      setAt: conflictMarks.setAt,
      setBy: conflictMarks.setBy,
      setterName: setter.name,
    })
    .from(conflictMarks)
    .innerJoin(employers, eq(employers.id, conflictMarks.employerId))
    .innerJoin(issuers, eq(issuers.id, conflictMarks.issuerId))
    .innerJoin(setter, eq(setter.id, conflictMarks.setBy))
    .where(
      and(
        isNull(conflictMarks.clearedAt),
        filter.employerId === null ? undefined : eq(conflictMarks.employerId, filter.employerId),
      ),
    )
    .orderBy(desc(conflictMarks.id))
    .limit(filter.limit);
}

export async function findEmployerName(db: Db, employerId: number): Promise<string | null> {
  const [row] = await db
    .select({ name: employers.legalName })
    .from(employers)
    .where(eq(employers.id, employerId));
  return row?.name ?? null;
}

export function listIssuers(db: Db) {
  return db.select({ id: issuers.id, name: issuers.name }).from(issuers).orderBy(asc(issuers.name));
}
