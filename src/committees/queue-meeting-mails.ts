import type { Tx } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import { queueTransactional } from '../outreach/queue-transactional.ts';
import { listAcceptedRsvps, type Meeting, type Rsvp } from './queries.ts';

/** Confirms an answer with its calendar entry. Useless once the meeting has begun. */
export async function queueRsvpMail(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: {
    rsvp: Rsvp;
    agencyId: number;
    invitationId: number;
    meeting: Pick<Meeting, 'startsAt'>;
    now: Date;
  },
): Promise<void> {
  const { rsvp, agencyId, invitationId, meeting, now } = input;
  await queueTransactional(tx, deps, [
    {
      kind: 'rsvp_confirmation',
      key: `rsvp:${rsvp.id}`,
      agencyId,
      contactId: rsvp.contactId,
      invitationId,
      refs: { rsvpId: rsvp.id },
      now,
      notAfter: meeting.startsAt,
    },
  ]);
}

/**
 * Tells everybody who accepted that their meeting was moved or cancelled, once for each SEQUENCE.
 * The mails name no invitation, so that they wait for no lock that somebody answering holds.
 */
export async function queueMeetingMails(
  tx: Tx,
  deps: Pick<Deps, 'secrets' | 'config'>,
  input: {
    kind: 'meeting_moved' | 'meeting_cancelled';
    agencyId: number;
    meeting: Pick<Meeting, 'id' | 'sequence' | 'startsAt'>;
    now: Date;
  },
): Promise<number> {
  const { kind, agencyId, meeting, now } = input;
  const accepted = await listAcceptedRsvps(tx, meeting.id);
  await queueTransactional(
    tx,
    deps,
    accepted.map((rsvp) => ({
      kind,
      key: `rsvp:${rsvp.id}:${meeting.sequence}`,
      agencyId,
      contactId: rsvp.contactId,
      refs: { rsvpId: rsvp.id },
      now,
      notAfter: meeting.startsAt,
    })),
  );
  return accepted.length;
}
