import { eq } from 'drizzle-orm';
import { staffSessions } from '../db/schema/agencies.ts';
import type { Deps } from '../deps.ts';
import { hashToken } from '../lib/tokens.ts';
import { findSession, type SignedInStaff } from './queries.ts';
import { isSessionAlive, shouldMoveLastSeen } from './rules.ts';

/** Who holds this session token, or null. Moving `last_seen_at`, at most once a minute, is the session's access log. */
export async function authenticateStaff(
  deps: Pick<Deps, 'db' | 'clock'>,
  sessionToken: string,
): Promise<SignedInStaff | null> {
  const now = deps.clock.now();
  const session = await findSession(deps.db, hashToken(sessionToken));
  if (!session || !isSessionAlive(session, now)) return null;
  if (shouldMoveLastSeen(session.lastSeenAt, now)) {
    await deps.db
      .update(staffSessions)
      .set({ lastSeenAt: now })
      .where(eq(staffSessions.id, session.sessionId));
  }
  const { sessionId, id, name, role, agencyId, agencyName, agencyShortName, timeZone } = session;
  return { sessionId, id, name, role, agencyId, agencyName, agencyShortName, timeZone };
}
