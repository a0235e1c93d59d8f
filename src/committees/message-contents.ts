import type { Db } from '../db/client.ts';
import type { Deps } from '../deps.ts';
import type { MeetingNoticeData } from '../mail/messages.ts';
import type { CalendarPart } from '../mail/types.ts';
import type { MeetingDescription, MessageContents, QueuedMessage } from '../outreach/contents.ts';
import { calendarForPerson } from './calendar.ts';
import { rsvpPath } from './paths.ts';
import {
  listMeetingOffers,
  listRsvps,
  listScheduledMeetings,
  type MeetingOffer,
  type Rsvp,
} from './queries.ts';
import { rsvpToken } from './respond-to-meeting.ts';
import { seatRoleName } from './words.ts';

type CommitteeContents = Pick<
  MessageContents,
  'describeMeetings' | 'seatRoleName' | 'rsvp_confirmation' | 'meeting_moved' | 'meeting_cancelled'
>;
type ContentDeps = Pick<Deps, 'config' | 'secrets' | 'clock'>;
type Notice = { data: Pick<MeetingNoticeData, 'meeting' | 'link'>; calendar: CalendarPart };

/** What mails about meetings say, read when they leave, so that no mail tells of what has changed since. */
export function committeeContents(deps: ContentDeps): CommitteeContents {
  return {
    describeMeetings,
    seatRoleName,

    async rsvp_confirmation(db, messages) {
      const contents = new Map();
      for (const { message, offer, rsvp } of await answersInForce(db, messages)) {
        if (offer.meeting.state === 'cancelled' && rsvp.response === 'accepted') continue;
        const { data, calendar } = meetingNotice(deps, offer, rsvp);
        contents.set(message.id, { data: { ...data, response: rsvp.response }, calendar });
      }
      return contents;
    },

    async meeting_moved(db, messages) {
      const contents = new Map();
      for (const { message, offer, rsvp } of await answersInForce(db, messages)) {
        if (offer.meeting.state !== 'scheduled' || rsvp.response !== 'accepted') continue;
        contents.set(message.id, meetingNotice(deps, offer, rsvp));
      }
      return contents;
    },

    async meeting_cancelled(db, messages) {
      const contents = new Map();
      for (const { message, offer, rsvp } of await answersInForce(db, messages)) {
        if (offer.meeting.state !== 'cancelled' || rsvp.response !== 'accepted') continue;
        contents.set(message.id, meetingNotice(deps, offer, rsvp));
      }
      return contents;
    },
  };
}

async function describeMeetings(
  db: Db,
  meetingIds: readonly number[],
): Promise<Map<number, MeetingDescription>> {
  const found = await listScheduledMeetings(db, meetingIds);
  return new Map(found.map(({ id, ...description }) => [id, description]));
}

/** Messages whose answer still stands; one that was superseded is told by the message of the later answer. */
async function answersInForce(
  db: Db,
  messages: readonly QueuedMessage[],
): Promise<{ message: QueuedMessage; offer: MeetingOffer; rsvp: Rsvp }[]> {
  const rsvpIds = messages.map((message) => Number(message.refs.rsvpId));
  if (rsvpIds.length === 0) return [];
  const answers = await listRsvps(db, rsvpIds);
  const offers = await listMeetingOffers(
    db,
    answers.map((rsvp) => rsvp.askId),
  );
  return messages.flatMap((message) => {
    const rsvp = answers.find((one) => one.id === Number(message.refs.rsvpId));
    const offer = offers.find((one) => one.askId === rsvp?.askId);
    return rsvp && offer && rsvp.endedAt === null ? [{ message, offer, rsvp }] : [];
  });
}

function meetingNotice(deps: ContentDeps, offer: MeetingOffer, rsvp: Rsvp): Notice {
  const { meeting, committee, person } = offer;
  const link = `${deps.config.publicUrl}${rsvpPath(rsvpToken(deps, offer.askId))}`;
  const seatRole =
    rsvp.response === 'accepted' && offer.seatNumber !== null
      ? seatRoleName(offer.role, person.language)
      : '';
  return {
    data: {
      meeting: {
        committee: committee.name,
        seatRole,
        title: meeting.title,
        startsAt: meeting.startsAt,
        endsAt: meeting.endsAt,
        timeZone: meeting.timeZone,
        place: meeting.place,
        onlineUrl: meeting.onlineUrl,
      },
      link,
    },
    calendar: { ...calendarForPerson(offer, rsvp, link, deps.clock.now()), filename: 'invite.ics' },
  };
}
