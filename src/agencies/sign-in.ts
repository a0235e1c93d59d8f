import { and, eq, gt, isNull } from 'drizzle-orm';
import { signInLinks, staffMembers, staffSessions } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { hashToken, randomToken } from '../lib/tokens.ts';
import { recordAudit } from './record-audit.ts';
import { sessionExpiresAt } from './rules.ts';

/** Uses a one-time link up and opens a session. Returns the session's token, or null when the link is not good. */
export async function signIn(
  deps: Pick<Deps, 'db' | 'clock'>,
  input: { token: string },
): Promise<{ sessionToken: string } | null> {
  const now = deps.clock.now();
  return deps.db.transaction(async (tx) => {
    const [link] = await tx
      .update(signInLinks)
      .set({ usedAt: now })
      .where(
        and(
          eq(signInLinks.tokenHash, hashToken(input.token)),
          isNull(signInLinks.usedAt),
          gt(signInLinks.expiresAt, now),
        ),
      )
      .returning({ staffId: signInLinks.staffId });
    if (!link) return null;
    const [staff] = await tx
      .select({ id: staffMembers.id, agencyId: staffMembers.agencyId })
      .from(staffMembers)
      .where(and(eq(staffMembers.id, link.staffId), isNull(staffMembers.disabledAt)));
    if (!staff) return null;

    const sessionToken = randomToken();
    await tx.insert(staffSessions).values({
      staffId: staff.id,
      tokenHash: hashToken(sessionToken),
      createdAt: now,
      lastSeenAt: now,
      expiresAt: sessionExpiresAt(now),
    });
    await recordAudit(tx, {
      at: now,
      agencyId: staff.agencyId,
      actorKind: 'staff',
      actorId: staff.id,
      action: 'session.opened',
      subjectType: 'staff_member',
      subjectId: staff.id,
    });
    return { sessionToken };
  });
}

/** Ends a session; a second time changes nothing. */
export async function signOut(deps: Pick<Deps, 'db' | 'clock'>, input: { sessionId: number }): Promise<void> {
  await deps.db
    .update(staffSessions)
    .set({ revokedAt: deps.clock.now() })
    .where(and(eq(staffSessions.id, input.sessionId), isNull(staffSessions.revokedAt)));
}
