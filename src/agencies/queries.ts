import { and, asc, count, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agencies, signInLinks, staffMembers, staffSessions } from '../db/schema/agencies.ts';
import type { StaffRole } from './types.ts';

export type Agency = typeof agencies.$inferSelect;
export type StaffMember = typeof staffMembers.$inferSelect;

/** The staff member behind a request, as `request.staff` holds it. */
export type SignedInStaff = {
  id: number;
  name: string;
  role: StaffRole;
  agencyId: number;
  agencyName: string;
  agencyShortName: string;
  timeZone: string;
  sessionId: number;
};

export async function getAgency(db: Db, agencyId: number): Promise<Agency> {
  const [agency] = await db.select().from(agencies).where(eq(agencies.id, agencyId));
  if (!agency) throw new Error(`No agency ${agencyId}`);
  return agency;
}

export async function findAgencyBySlug(db: Db, slug: string): Promise<Agency | null> {
  const [agency] = await db.select().from(agencies).where(eq(agencies.slug, slug));
  return agency ?? null;
}

export function listAgencies(db: Db): Promise<Agency[]> {
  return db.select().from(agencies).orderBy(asc(agencies.id));
}

export async function countStaff(db: Db): Promise<number> {
  const [row] = await db.select({ n: count() }).from(staffMembers);
  return row?.n ?? 0;
}

export function listStaff(db: Db, agencyId: number): Promise<StaffMember[]> {
  return db
    .select()
    .from(staffMembers)
    .where(eq(staffMembers.agencyId, agencyId))
    .orderBy(asc(staffMembers.name), asc(staffMembers.id));
}

export async function findStaffByEmail(db: Db, email: string): Promise<StaffMember | null> {
  const [row] = await db
    .select()
    .from(staffMembers)
    .where(eq(staffMembers.emailKey, email.trim().toLowerCase()));
  return row ?? null;
}

export async function countSignInLinksSince(db: Db, staffId: number, since: Date): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(signInLinks)
    .where(and(eq(signInLinks.staffId, staffId), gt(signInLinks.createdAt, since)));
  return row?.n ?? 0;
}

export async function findUsableSignInLink(db: Db, tokenHash: Buffer, now: Date) {
  const [row] = await db
    .select({ id: signInLinks.id, staffName: staffMembers.name, agencyName: agencies.name })
    .from(signInLinks)
    .innerJoin(staffMembers, eq(staffMembers.id, signInLinks.staffId))
    .innerJoin(agencies, eq(agencies.id, staffMembers.agencyId))
    .where(
      and(
        eq(signInLinks.tokenHash, tokenHash),
        gt(signInLinks.expiresAt, now),
        sql`${signInLinks.usedAt} is null`,
        sql`${staffMembers.disabledAt} is null`,
      ),
    );
  return row ?? null;
}

export async function findSession(db: Db, tokenHash: Buffer) {
  const [row] = await db
    .select({
      sessionId: staffSessions.id,
      lastSeenAt: staffSessions.lastSeenAt,
      expiresAt: staffSessions.expiresAt,
      revokedAt: staffSessions.revokedAt,
      staffDisabledAt: staffMembers.disabledAt,
      id: staffMembers.id,
      name: staffMembers.name,
      role: staffMembers.role,
      agencyId: agencies.id,
      agencyName: agencies.name,
      agencyShortName: agencies.shortName,
      timeZone: agencies.timeZone,
    })
    .from(staffSessions)
    .innerJoin(staffMembers, eq(staffMembers.id, staffSessions.staffId))
    .innerJoin(agencies, eq(agencies.id, staffMembers.agencyId))
    .where(eq(staffSessions.tokenHash, tokenHash));
  return row ?? null;
}
