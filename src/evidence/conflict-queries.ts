import { and, asc, desc, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Db } from '../db/client.ts';
import { staffMembers } from '../db/schema/agencies.ts';
import { credentials, issuers } from '../db/schema/credentials.ts';
import { employers } from '../db/schema/employers.ts';
import { conflictMarks, issuerParties } from '../db/schema/evidence.ts';

const setter = alias(staffMembers, 'setter');
const clearAsker = alias(staffMembers, 'clear_asker');
const own = alias(employers, 'own');

/** Marks in force, the newest first; of one employer when it is given. */
export function listConflictMarks(db: Db, filter: { employerId: number | null; limit: number }) {
  return db
    .select({
      id: conflictMarks.id,
      employerId: employers.id,
      employer: employers.legalName,
      issuer: issuers.name,
      credential: credentials.name,
      relation: conflictMarks.relation,
      note: conflictMarks.note,
      found: conflictMarks.found,
      party: issuerParties.name,
      setAt: conflictMarks.setAt,
      setBy: conflictMarks.setBy,
      setterName: setter.name,
      clearRequestedBy: conflictMarks.clearRequestedBy,
      clearRequesterName: clearAsker.name,
      clearReason: conflictMarks.clearReason,
    })
    .from(conflictMarks)
    .innerJoin(employers, eq(employers.id, conflictMarks.employerId))
    .innerJoin(issuers, eq(issuers.id, conflictMarks.issuerId))
    .leftJoin(credentials, eq(credentials.id, conflictMarks.credentialId))
    .leftJoin(issuerParties, eq(issuerParties.id, conflictMarks.partyId))
    .leftJoin(setter, eq(setter.id, conflictMarks.setBy))
    .leftJoin(clearAsker, eq(clearAsker.id, conflictMarks.clearRequestedBy))
    .where(
      and(
        isNull(conflictMarks.clearedAt),
        filter.employerId === null ? undefined : eq(conflictMarks.employerId, filter.employerId),
      ),
    )
    .orderBy(sql`${conflictMarks.clearRequestedAt} is null`, desc(conflictMarks.id))
    .limit(filter.limit);
}

/** Marks that somebody else asked to take back. */
export async function countClearsToConfirm(db: Db, staffId: number): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)::int` })
    .from(conflictMarks)
    .where(
      and(
        isNull(conflictMarks.clearedAt),
        isNotNull(conflictMarks.clearRequestedBy),
        ne(conflictMarks.clearRequestedBy, staffId),
      ),
    );
  return row?.n ?? 0;
}

/** Who stands behind which issuer's credentials, with how many employers were found to be connected to them. */
export function listParties(db: Db) {
  return db
    .select({
      id: issuerParties.id,
      issuer: issuers.name,
      credential: credentials.name,
      relation: issuerParties.relation,
      name: issuerParties.name,
      domain: issuerParties.domain,
      employerId: own.id,
      employer: own.legalName,
      setAt: issuerParties.setAt,
      setterName: setter.name,
      found: sql<number>`(select count(*)::int from conflict_marks k where k.party_id = ${issuerParties.id} and k.cleared_at is null)`,
    })
    .from(issuerParties)
    .innerJoin(issuers, eq(issuers.id, issuerParties.issuerId))
    .innerJoin(setter, eq(setter.id, issuerParties.setBy))
    .leftJoin(credentials, eq(credentials.id, issuerParties.credentialId))
    .leftJoin(own, eq(own.id, issuerParties.employerId))
    .where(isNull(issuerParties.endedAt))
    .orderBy(asc(issuers.name), asc(issuerParties.name), asc(issuerParties.id));
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
