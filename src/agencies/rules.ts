import type { StaffRole } from './types.ts';

/** Login.gov's limits (STANDARDS S5): 15 minutes without a request, 12 hours in all. */
export const SESSION_IDLE_MINUTES = 15;
export const SESSION_HOURS = 12;
export const SIGN_IN_LINK_MINUTES = 30;
/** Sign-in mails to one person within an hour; more are not sent. */
export const SIGN_IN_MAILS_AN_HOUR = 10;

const minutesAfter = (from: Date, minutes: number) => new Date(from.getTime() + minutes * 60_000);

export const sessionExpiresAt = (now: Date): Date => minutesAfter(now, SESSION_HOURS * 60);
export const signInLinkExpiresAt = (now: Date): Date => minutesAfter(now, SIGN_IN_LINK_MINUTES);

export type SessionFacts = {
  lastSeenAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
  staffDisabledAt: Date | null;
};

export function isSessionAlive(session: SessionFacts, now: Date): boolean {
  return (
    session.revokedAt === null &&
    session.staffDisabledAt === null &&
    now < session.expiresAt &&
    now < minutesAfter(session.lastSeenAt, SESSION_IDLE_MINUTES)
  );
}

/** The idle limit is kept to the minute, so that not every request writes. */
export function shouldMoveLastSeen(lastSeenAt: Date, now: Date): boolean {
  return now.getTime() - lastSeenAt.getTime() >= 60_000;
}

const RANK: Record<StaffRole, number> = { viewer: 0, editor: 1, approver: 2, admin: 3 };

/** Roles are ordered: viewer < editor < approver < admin. */
export function hasRole(role: StaffRole, atLeast: StaffRole): boolean {
  return RANK[role] >= RANK[atLeast];
}
