import { and, asc, desc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/client.ts';
import { agencies } from '../db/schema/agencies.ts';
import { committeeSeats, committees, meetings, rsvpLinks, rsvps } from '../db/schema/committees.ts';
import { contacts, employers } from '../db/schema/employers.ts';
import { asks, invitations } from '../db/schema/outreach.ts';
import { DomainError } from '../lib/errors.ts';
import type { SeatFacts } from './types.ts';

export type Committee = typeof committees.$inferSelect;
export type Meeting = typeof meetings.$inferSelect;
export type Seat = typeof committeeSeats.$inferSelect;
export type Rsvp = typeof rsvps.$inferSelect;

export async function listCommittees(db: Db, agencyId: number, now: Date) {
  return db
    .select({
      id: committees.id,
      name: committees.name,
      isPublic: committees.isPublic,
      // A select from one table names columns without their table, so the inner queries name theirs in full.
      seats: sql<number>`(select count(*)::int from committee_seats s where s.committee_id = committees.id)`,
      filled: sql<number>`(select count(s.holder_contact_id)::int from committee_seats s where s.committee_id = committees.id)`,
      nextMeetingAt: sql<Date | null>`(select min(m.starts_at) from meetings m
        where m.committee_id = committees.id and m.state = 'scheduled' and m.starts_at > ${now})`,
    })
    .from(committees)
    .where(eq(committees.agencyId, agencyId))
    .orderBy(asc(committees.name), asc(committees.id));
}

/** Another agency's committee is not found, as if it did not exist. */
export async function getCommittee(db: Db, agencyId: number, committeeId: number): Promise<Committee> {
  const [committee] = await db
    .select()
    .from(committees)
    .where(and(eq(committees.id, committeeId), eq(committees.agencyId, agencyId)));
  if (!committee) throw new DomainError('not_found');
  return committee;
}

export type SeatWithHolder = SeatFacts & {
  filledAt: Date | null;
  holderName: string | null;
  holderTitle: string | null;
  employerName: string | null;
  /** Issuers from whose credentials the holder is recused. */
  recusedFrom: string[];
};

export async function listSeats(db: Db, committeeId: number): Promise<SeatWithHolder[]> {
  return db
    .select({
      id: committeeSeats.id,
      number: committeeSeats.number,
      role: committeeSeats.role,
      naicsPrefix: committeeSeats.naicsPrefix,
      isIndustry: committeeSeats.isIndustry,
      holderContactId: committeeSeats.holderContactId,
      termFrom: committeeSeats.termFrom,
      termUntil: committeeSeats.termUntil,
      filledAt: committeeSeats.filledAt,
      holderName: contacts.name,
      holderTitle: contacts.title,
      employerName: employers.legalName,
      recusedFrom: sql<string[]>`(select coalesce(array_agg(distinct i.name order by i.name), '{}')
        from recusals r join issuers i on i.id = r.issuer_id
        where r.seat_id = ${committeeSeats.id} and r.contact_id = ${committeeSeats.holderContactId} and r.ended_at is null)`,
    })
    .from(committeeSeats)
    .leftJoin(contacts, eq(contacts.id, committeeSeats.holderContactId))
    .leftJoin(employers, eq(employers.id, contacts.employerId))
    .where(eq(committeeSeats.committeeId, committeeId))
    .orderBy(asc(committeeSeats.number));
}

const invited = sql<number>`count(*) filter (where ${asks.askedAt} is not null)::int`;
const accepted = sql<number>`count(*) filter (where ${rsvps.response} = 'accepted')::int`;
const declined = sql<number>`count(*) filter (where ${rsvps.response} = 'declined')::int`;

export type MeetingWithCounts = Meeting & { invited: number; accepted: number; declined: number };

/** Meetings with how many were invited and what they answered; the latest first. */
export async function listMeetings(db: Db, committeeId: number): Promise<MeetingWithCounts[]> {
  const rows = await db
    .select({ meeting: meetings, invited, accepted, declined })
    .from(meetings)
    .leftJoin(asks, eq(asks.meetingId, meetings.id))
    .leftJoin(rsvps, and(eq(rsvps.askId, asks.id), isNull(rsvps.endedAt)))
    .where(eq(meetings.committeeId, committeeId))
    .groupBy(meetings.id)
    .orderBy(desc(meetings.startsAt), desc(meetings.id));
  return rows.map(({ meeting, ...counts }) => ({ ...meeting, ...counts }));
}

export async function getMeeting(
  db: Db,
  agencyId: number,
  meetingId: number,
): Promise<{ meeting: Meeting; committee: Committee }> {
  const [row] = await db
    .select({ meeting: meetings, committee: committees })
    .from(meetings)
    .innerJoin(committees, eq(committees.id, meetings.committeeId))
    .where(and(eq(meetings.id, meetingId), eq(committees.agencyId, agencyId)));
  if (!row) throw new DomainError('not_found');
  return row;
}

export type InvitedPerson = {
  askId: number;
  contactName: string;
  contactTitle: string;
  employerName: string;
  role: string | null;
  askedAt: Date | null;
  response: Rsvp['response'] | null;
  reason: string | null;
  respondedAt: Date | null;
  seatNumber: number | null;
};

/** Everybody invited to a meeting with the answer in force and the seat they hold. */
export async function listInvited(db: Db, meetingId: number): Promise<InvitedPerson[]> {
  return db
    .select({
      askId: asks.id,
      contactName: contacts.name,
      contactTitle: contacts.title,
      employerName: employers.legalName,
      role: asks.seatRole,
      askedAt: asks.askedAt,
      response: rsvps.response,
      reason: rsvps.reason,
      respondedAt: rsvps.respondedAt,
      seatNumber: committeeSeats.number,
    })
    .from(asks)
    .innerJoin(contacts, eq(contacts.id, asks.contactId))
    .innerJoin(employers, eq(employers.id, asks.employerId))
    .innerJoin(meetings, eq(meetings.id, asks.meetingId))
    .leftJoin(rsvps, and(eq(rsvps.askId, asks.id), isNull(rsvps.endedAt)))
    .leftJoin(
      committeeSeats,
      and(
        eq(committeeSeats.committeeId, meetings.committeeId),
        eq(committeeSeats.holderContactId, asks.contactId),
      ),
    )
    .where(eq(asks.meetingId, meetingId))
    .orderBy(
      sql`case ${rsvps.response} when 'accepted' then 0 when 'declined' then 1 else 2 end`,
      asc(employers.legalName),
      asc(asks.id),
    );
}

/** Meetings that a wave can still invite to. */
export async function listMeetingsToInviteTo(db: Db, agencyId: number, now: Date) {
  return db
    .select({
      id: meetings.id,
      title: meetings.title,
      committeeName: committees.name,
      startsAt: meetings.startsAt,
      timeZone: meetings.timeZone,
    })
    .from(meetings)
    .innerJoin(committees, eq(committees.id, meetings.committeeId))
    .where(
      and(eq(committees.agencyId, agencyId), eq(meetings.state, 'scheduled'), gt(meetings.startsAt, now)),
    )
    .orderBy(asc(meetings.startsAt), asc(meetings.id));
}

export type MeetingOffer = {
  askId: number;
  invitationId: number;
  /** The role of the seat offered with the invitation. */
  role: string;
  meeting: Meeting;
  committee: { name: string; purpose: string };
  agency: { id: number; name: string; shortName: string; replyTo: string };
  person: { contactId: number; name: string; email: string; language: 'en' | 'es'; naicsCode: string | null };
  /** The answer in force. */
  rsvp: Rsvp | null;
  /** The seat of the committee that the person holds now. */
  seatNumber: number | null;
};

/** The meeting part of asks, for the employer's pages and for calendar messages. */
export async function listMeetingOffers(db: Db, askIds: readonly number[]): Promise<MeetingOffer[]> {
  if (askIds.length === 0) return [];
  const rows = await db
    .select({
      askId: asks.id,
      invitationId: asks.invitationId,
      role: asks.seatRole,
      meeting: meetings,
      committee: { name: committees.name, purpose: committees.purpose },
      agency: {
        id: agencies.id,
        name: agencies.name,
        shortName: agencies.shortName,
        replyTo: agencies.replyTo,
      },
      person: {
        contactId: contacts.id,
        name: contacts.name,
        email: contacts.email,
        language: invitations.language,
        naicsCode: employers.naicsCode,
      },
      rsvp: rsvps,
      seatNumber: committeeSeats.number,
    })
    .from(asks)
    .innerJoin(invitations, eq(invitations.id, asks.invitationId))
    .innerJoin(contacts, eq(contacts.id, asks.contactId))
    .innerJoin(employers, eq(employers.id, asks.employerId))
    .innerJoin(meetings, eq(meetings.id, asks.meetingId))
    .innerJoin(committees, eq(committees.id, meetings.committeeId))
    .innerJoin(agencies, eq(agencies.id, committees.agencyId))
    .leftJoin(rsvps, and(eq(rsvps.askId, asks.id), isNull(rsvps.endedAt)))
    .leftJoin(
      committeeSeats,
      and(
        eq(committeeSeats.committeeId, meetings.committeeId),
        eq(committeeSeats.holderContactId, asks.contactId),
      ),
    )
    .where(inArray(asks.id, [...askIds]))
    .orderBy(asc(asks.position));
  return rows.map((row) => ({ ...row, role: row.role ?? DEFAULT_SEAT_ROLE }));
}

/** What an invitation offers when the wave named no role. */
export const DEFAULT_SEAT_ROLE = 'employer';

export async function findOfferByTokenHash(db: Db, tokenHash: Buffer): Promise<MeetingOffer | null> {
  const [link] = await db
    .select({ askId: rsvpLinks.askId })
    .from(rsvpLinks)
    .where(eq(rsvpLinks.tokenHash, tokenHash));
  if (!link) return null;
  const [offer] = await listMeetingOffers(db, [link.askId]);
  return offer ?? null;
}

/** Answers by id, whether or not they are still in force. */
export async function listRsvps(db: Db, rsvpIds: readonly number[]): Promise<Rsvp[]> {
  if (rsvpIds.length === 0) return [];
  return db
    .select()
    .from(rsvps)
    .where(inArray(rsvps.id, [...new Set(rsvpIds)]));
}

/** What a mail says of meetings that people are still invited to; a cancelled one is missing. */
export async function listScheduledMeetings(db: Db, meetingIds: readonly number[]) {
  if (meetingIds.length === 0) return [];
  return db
    .select({
      id: meetings.id,
      committee: committees.name,
      title: meetings.title,
      startsAt: meetings.startsAt,
      endsAt: meetings.endsAt,
      timeZone: meetings.timeZone,
      place: meetings.place,
      onlineUrl: meetings.onlineUrl,
    })
    .from(meetings)
    .innerJoin(committees, eq(committees.id, meetings.committeeId))
    .where(and(inArray(meetings.id, [...new Set(meetingIds)]), eq(meetings.state, 'scheduled')));
}

export async function listAcceptedRsvps(tx: Tx, meetingId: number): Promise<Rsvp[]> {
  return tx
    .select()
    .from(rsvps)
    .where(and(eq(rsvps.meetingId, meetingId), eq(rsvps.response, 'accepted'), isNull(rsvps.endedAt)))
    .orderBy(asc(rsvps.id));
}

/** The seat that a person holds on a committee; nobody holds two. */
export async function findHeldSeat(tx: Tx, committeeId: number, contactId: number): Promise<Seat | null> {
  const [seat] = await tx
    .select()
    .from(committeeSeats)
    .where(and(eq(committeeSeats.committeeId, committeeId), eq(committeeSeats.holderContactId, contactId)));
  return seat ?? null;
}
