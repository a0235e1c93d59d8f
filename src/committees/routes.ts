import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getAgency } from '../agencies/queries.ts';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { isLanguage, type Language } from '../http/words.ts';
import { DomainError } from '../lib/errors.ts';
import { hashToken, isLinkTokenShaped } from '../lib/tokens.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { addSeats } from './add-seats.ts';
import { answerByLink } from './answer-by-link.ts';
import { registerBallotPaperRoutes } from './ballot-routes.ts';
import { calendarDownload } from './calendar.ts';
import { cancelMeeting } from './cancel-meeting.ts';
import { createCommittee } from './create-committee.ts';
import { committeeForm, meetingForm, moveForm, releaseForm, rsvpForm, seatsForm } from './forms.ts';
import { moveMeeting } from './move-meeting.ts';
import {
  cancelPage,
  committeePage,
  committeesPage,
  meetingPage,
  movePage,
  newCommitteePage,
  newMeetingPage,
  rsvpPage,
  seatsPage,
} from './pages.ts';
import { committeePath, committeesPath, meetingPath, newCommitteePath, rsvpPath } from './paths.ts';
import {
  findOfferByTokenHash,
  getCommittee,
  getMeeting,
  listCommittees,
  listInvited,
  listMeetings,
  listSeats,
  type MeetingOffer,
} from './queries.ts';
import { listVotesAt } from './record-queries.ts';
import { releaseSeat } from './release-seat.ts';
import { scheduleMeeting } from './schedule-meeting.ts';
import type { RsvpFault } from './words.ts';

type WithId = { Params: { id: string } };
type WithSeat = { Params: { id: string; seatId: string } };
type WithToken = { Params: { token: string }; Querystring: { lang?: string } };

export function registerCommitteeRoutes(app: FastifyInstance, deps: Deps): void {
  registerConsole(app, deps);
  registerRsvp(app, deps);
  registerBallotPaperRoutes(app, deps);
}

function registerConsole(app: FastifyInstance, deps: Deps): void {
  const staff = { config: { access: 'staff' as const } };

  app.get(committeesPath, staff, async (request, reply) => {
    const now = deps.clock.now();
    const { timeZone } = await getAgency(deps.db, request.staff.agencyId);
    const committees = await listCommittees(deps.db, request.staff.agencyId, now);
    return reply.page('committees/list', committeesPage(committees, { timeZone, mayEdit: mayEdit(request) }));
  });

  app.get(newCommitteePath, staff, (_request, reply) => reply.page('committees/new', newCommitteePage()));

  app.post(committeesPath, staff, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(committeeForm, request.body);
    if (!form.ok) return reply.page('committees/new', newCommitteePage(form), { status: 422 });
    const { name, purpose, isPublic, ...group } = form.data;
    const { id } = await createCommittee(deps, {
      staff: request.staff,
      name,
      purpose,
      isPublic,
      seats: [{ ...group, naicsPrefix: group.sector }],
    });
    return reply.redirect(committeePath(id), 303);
  });

  app.get<WithId>(`${committeesPath}/:id`, staff, async (request, reply) => {
    const committee = await getCommittee(deps.db, request.staff.agencyId, idIn(request.params.id));
    const { timeZone } = await getAgency(deps.db, request.staff.agencyId);
    const now = deps.clock.now();
    const page = committeePage({
      committee,
      seats: await listSeats(deps.db, committee.id),
      meetings: await listMeetings(deps.db, committee.id),
      today: dayIn(timeZone, now),
      now,
      mayEdit: mayEdit(request),
    });
    return reply.page('committees/committee', page);
  });

  app.get<WithId>(`${committeesPath}/:id/seats`, staff, async (request, reply) => {
    const committee = await getCommittee(deps.db, request.staff.agencyId, idIn(request.params.id));
    return reply.page('committees/seats', seatsPage(committee));
  });

  app.post<WithId>(`${committeesPath}/:id/seats`, staff, async (request, reply) => {
    requireRole(request, 'editor');
    const committee = await getCommittee(deps.db, request.staff.agencyId, idIn(request.params.id));
    const form = parseForm(seatsForm, request.body);
    if (!form.ok) return reply.page('committees/seats', seatsPage(committee, form), { status: 422 });
    await addSeats(deps, {
      staff: request.staff,
      committeeId: committee.id,
      seats: { ...form.data, naicsPrefix: form.data.sector },
    });
    return reply.redirect(committeePath(committee.id), 303);
  });

  app.post<WithSeat>(`${committeesPath}/:id/seats/:seatId/release`, staff, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(releaseForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    const committeeId = idIn(request.params.id);
    await releaseSeat(deps, {
      staff: request.staff,
      committeeId,
      seatId: idIn(request.params.seatId),
      holderContactId: form.data.holder,
    });
    return reply.redirect(committeePath(committeeId), 303);
  });

  app.get<WithId>(`${committeesPath}/:id/meetings/new`, staff, async (request, reply) => {
    const committee = await getCommittee(deps.db, request.staff.agencyId, idIn(request.params.id));
    const { timeZone } = await getAgency(deps.db, request.staff.agencyId);
    return reply.page('committees/new-meeting', newMeetingPage(committee, timeZone));
  });

  app.post<WithId>(`${committeesPath}/:id/meetings/new`, staff, async (request, reply) => {
    requireRole(request, 'editor');
    const committee = await getCommittee(deps.db, request.staff.agencyId, idIn(request.params.id));
    const form = parseForm(meetingForm, request.body);
    const refuse = async (refused: Parameters<typeof newMeetingPage>[2]) => {
      const { timeZone } = await getAgency(deps.db, request.staff.agencyId);
      return reply.page('committees/new-meeting', newMeetingPage(committee, timeZone, refused), {
        status: 422,
      });
    };
    if (!form.ok) return refuse(form);
    if (form.data.startsAt <= deps.clock.now()) {
      return refuse({ ...form, errors: [fieldError('date', 'Enter a time in the future')] });
    }
    const { title, startsAt, endsAt, timeZone, place, onlineUrl, agenda } = form.data;
    const { id } = await scheduleMeeting(deps, {
      staff: request.staff,
      committeeId: committee.id,
      meeting: { title, startsAt, endsAt, timeZone, place, onlineUrl, agenda },
    });
    return reply.redirect(meetingPath(id), 303);
  });

  app.get<WithId>('/staff/meetings/:id', staff, async (request, reply) => {
    const found = await getMeeting(deps.db, request.staff.agencyId, idIn(request.params.id));
    const [people, votes] = await Promise.all([
      listInvited(deps.db, found.meeting.id),
      listVotesAt(deps.db, found.meeting.id),
    ]);
    const page = meetingPage({ ...found, people, votes, now: deps.clock.now(), mayEdit: mayEdit(request) });
    return reply.page('committees/meeting', page);
  });

  app.get<WithId>('/staff/meetings/:id/move', staff, async (request, reply) => {
    const { meeting, committee } = await getMeeting(deps.db, request.staff.agencyId, idIn(request.params.id));
    return reply.page('committees/move', movePage(meeting, committee, await countAccepted(deps, meeting.id)));
  });

  app.post<WithId>('/staff/meetings/:id/move', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const { meeting, committee } = await getMeeting(deps.db, request.staff.agencyId, idIn(request.params.id));
    const form = parseForm(moveForm, request.body);
    const refuse = async (refused: Parameters<typeof movePage>[3]) =>
      reply.page(
        'committees/move',
        movePage(meeting, committee, await countAccepted(deps, meeting.id), refused),
        { status: 422 },
      );
    if (!form.ok) return refuse(form);
    if (form.data.startsAt <= deps.clock.now()) {
      return refuse({ ...form, errors: [fieldError('date', 'Enter a time in the future')] });
    }
    const { sequence, startsAt, endsAt, timeZone, place, onlineUrl } = form.data;
    await moveMeeting(deps, {
      staff: request.staff,
      meetingId: meeting.id,
      sequence,
      startsAt,
      endsAt,
      timeZone,
      place,
      onlineUrl,
    });
    return reply.redirect(meetingPath(meeting.id), 303);
  });

  app.get<WithId>('/staff/meetings/:id/cancel', staff, async (request, reply) => {
    const { meeting, committee } = await getMeeting(deps.db, request.staff.agencyId, idIn(request.params.id));
    return reply.page(
      'committees/cancel',
      cancelPage(meeting, committee, await countAccepted(deps, meeting.id)),
    );
  });

  app.post<WithId>('/staff/meetings/:id/cancel', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const meetingId = idIn(request.params.id);
    await cancelMeeting(deps, { staff: request.staff, meetingId });
    return reply.redirect(meetingPath(meetingId), 303);
  });
}

function registerRsvp(app: FastifyInstance, deps: Deps): void {
  const token = { config: { access: 'token' as const } };

  app.get<WithToken>('/m/:token', token, async (request, reply) => {
    const offer = await getOffer(deps, request.params.token);
    return showRsvp(deps, reply, offer, request);
  });

  app.post<WithToken>('/m/:token/answer', token, async (request, reply) => {
    const offer = await getOffer(deps, request.params.token);
    const form = parseForm(rsvpForm, request.body);
    if (!form.ok) return showRsvp(deps, reply, offer, request, form);
    const { answer, reason, colleagueName, colleagueEmail } = form.data;
    const outcome = await answerByLink(deps, {
      offer,
      answer: answer === 'accepted' ? { response: 'accepted' } : { response: 'declined', reason },
      colleague: colleagueEmail === '' ? null : { name: colleagueName, email: colleagueEmail },
    });
    if (!outcome.ok) {
      const fault: RsvpFault = outcome.reason === 'own_address' ? 'colleagueOwn' : 'colleagueImpossible';
      const errors = [fieldError('colleagueEmail', fault)];
      return showRsvp(deps, reply, offer, request, { ...form, errors });
    }
    const language = languageOf(request, offer);
    return reply.redirect(`${rsvpPath(request.params.token)}?lang=${language}`, 303);
  });

  app.get<WithToken>('/m/:token/meeting.ics', token, async (request, reply) => {
    const offer = await getOffer(deps, request.params.token);
    if (offer.meeting.state === 'cancelled') throw new DomainError('meeting_cancelled');
    const url = `${deps.config.publicUrl}${rsvpPath(request.params.token)}`;
    reply.header('content-disposition', 'attachment; filename="meeting.ics"');
    reply.type('text/calendar; charset=utf-8; method=PUBLISH');
    return calendarDownload(offer, url, deps.clock.now());
  });
}

async function showRsvp(
  deps: Pick<Deps, 'db' | 'clock'>,
  reply: FastifyReply,
  offer: MeetingOffer,
  request: FastifyRequest<WithToken>,
  refused?: Parameters<typeof rsvpPage>[3],
) {
  const now = deps.clock.now();
  const seats = await listSeats(deps.db, offer.meeting.committeeId);
  const facts = { offer, seats, today: dayIn(offer.meeting.timeZone, now), now };
  const page = rsvpPage(facts, request.params.token, languageOf(request, offer), refused);
  return reply.page('committees/rsvp', page, { status: refused ? 422 : 200 });
}

function languageOf(request: FastifyRequest<WithToken>, offer: MeetingOffer): Language {
  return isLanguage(request.query.lang) ? request.query.lang : offer.person.language;
}

async function getOffer(deps: Pick<Deps, 'db'>, token: string): Promise<MeetingOffer> {
  const offer = isLinkTokenShaped(token) ? await findOfferByTokenHash(deps.db, hashToken(token)) : null;
  if (!offer) throw new DomainError('not_found');
  return offer;
}

async function countAccepted(deps: Pick<Deps, 'db'>, meetingId: number): Promise<number> {
  const people = await listInvited(deps.db, meetingId);
  return people.filter((person) => person.response === 'accepted').length;
}

function mayEdit(request: FastifyRequest): boolean {
  return hasRole(request.staff.role, 'editor');
}

/** An id from an address; what cannot be one finds nothing. */
function idIn(text: string): number {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
  if (id === null) throw new DomainError('not_found');
  return id;
}
