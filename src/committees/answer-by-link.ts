import type { Deps } from '../deps.ts';
import { type ReferralRefusal, referToColleague } from '../outreach/refer-to-colleague.ts';
import type { MeetingOffer } from './queries.ts';
import { type MeetingResponse, respondToMeeting } from './respond-to-meeting.ts';

export type Colleague = { name: string; email: string };

/**
 * Takes an answer from the person's own page. A colleague named with a decline gets an invitation of their own; when
 * that is not possible nothing is recorded, so that the person can correct the address and send again.
 */
export async function answerByLink(
  deps: Pick<Deps, 'db' | 'clock' | 'secrets' | 'config' | 'queue'>,
  input: {
    offer: Pick<MeetingOffer, 'askId' | 'invitationId'>;
    answer: MeetingResponse;
    colleague: Colleague | null;
  },
): Promise<{ ok: true } | { ok: false; reason: ReferralRefusal }> {
  const { offer, answer, colleague } = input;
  const now = deps.clock.now();
  const outcome = await deps.db.transaction(async (tx) => {
    // The invitation is locked before the ask, as it is where all answers of an invitation are sent at once.
    if (colleague) {
      const { invitationId } = offer;
      const referral = await referToColleague(tx, deps, { invitationId, colleague, handsOver: false, now });
      if (!referral.ok) return referral;
    }
    await respondToMeeting(tx, deps, { askId: offer.askId, answer, now });
    return { ok: true as const };
  });
  if (outcome.ok) await deps.queue.enqueue('outreach.send-due', {});
  return outcome;
}
