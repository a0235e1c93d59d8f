import { isTransactionConflict } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { type ReferralRefusal, referToColleague } from '../outreach/refer-to-colleague.ts';

export type ReferOutcome = { referred: true } | { referred: false; reason: ReferralRefusal };

const ATTEMPTS = 4;

/** Hands the whole invitation on: the colleague gets a link and a mail of their own, and this link passes on to them. */
export async function referInvitation(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: { invitationId: number; colleague: { name: string; email: string; title: string } },
): Promise<ReferOutcome> {
  const now = deps.clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const outcome = await deps.db.transaction((tx) =>
        referToColleague(tx, deps, { ...input, handsOver: true, now }),
      );
      if (!outcome.ok) return { referred: false, reason: outcome.reason };
      void deps.queue.enqueue('outreach.send-due', {});
      return { referred: true };
    } catch (error) {
      if (attempt >= ATTEMPTS || !isTransactionConflict(error)) throw error;
    }
  }
}
