import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import { listMailedBallots } from '../committees/mailed-ballot-queries.ts';
import { type CastVote, recordBallot } from '../committees/record-ballot.ts';
import { recordFinding } from '../committees/record-finding.ts';
import {
  listHeldMeetings,
  listVotingCommittees,
  listVotingMembers,
  type VotingMember,
} from '../committees/record-queries.ts';
import { recordBoardLetter, recordReview } from '../committees/record-statement.ts';
import { withdrawRecord } from '../committees/withdraw-record.ts';
import type { Deps } from '../deps.ts';
import { listDocuments } from '../documents/queries.ts';
import { DOCUMENT_UPLOAD } from '../documents/read-form.ts';
import { loadFacts } from '../evidence/queries.ts';
import { bodyOutcomesOf } from '../evidence/rules/bodies.ts';
import type { Policy } from '../evidence/rules/policy.ts';
import { bodyDemandsOf } from '../evidence/rules/terms.ts';
import { type FieldError, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { registerUploads } from '../http/uploads.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { registerBallotRoutes } from './ballot-routes.ts';
import {
  BALLOT_ROWS,
  boardLetterForm,
  employerBallotForm,
  genericForm,
  panelVoteForm,
  readVote,
  rubricForm,
  withdrawForm,
} from './body-forms.ts';
import {
  ballotErrors,
  boardLetterPage,
  bodiesPage,
  employerBallotPage,
  genericPage,
  panelVotePage,
  rubricPage,
} from './body-pages.ts';
import { approvalPaths } from './paths.ts';
import { findApplication, findEmployerCalled } from './queries.ts';
import { readAttached } from './read-attached.ts';
import { loadApplicationFrame, type Refused } from './show-application.ts';

type WithId = { Params: { id: string } };

const staffOnly = { config: { access: 'staff' } } as const;

/** A vote of a large panel has many fields beside its document. */
const UPLOAD = { ...DOCUMENT_UPLOAD, maxFields: 400 };

/** What bodies said of the credential of an application: votes, letters of boards, reviews. */
export function registerBodyRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  registerBallotRoutes(app, deps);
  const own = async (request: FastifyRequest<WithId>) => {
    const row = await findApplication(db, request.staff.agencyId, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    return row;
  };
  const today = (request: FastifyRequest) => dayIn(request.staff.timeZone, deps.clock.now());
  const statusOf = (refused?: Refused) => ({ status: refused ? 422 : 200 }) as const;
  const back = (reply: FastifyReply, id: number, done: string) =>
    reply.redirect(`${approvalPaths.bodies(id)}?done=${done}`, 303);

  const showBodies = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, role, timeZone: zone } = request.staff;
    const now = deps.clock.now();
    const { policy, ...frame } = await loadApplicationFrame(deps, agencyId, parseId(request.params.id));
    const { ballots, letters, reviews, findings } = frame.bodies;
    const [mailed, documents] = await Promise.all([
      listMailedBallots(db, agencyId, frame.row.credentialId),
      listDocuments(
        db,
        agencyId,
        [...ballots, ...letters, ...reviews, ...findings].flatMap(({ record }) => record.documentId ?? []),
      ),
    ]);
    const page = bodiesPage({
      ...frame,
      policy: policy.body,
      outcomes: bodyOutcomesOf(policy.body, await loadFacts(db, frame.row.credentialId, now), now),
      viewer: { agencyId, mayEdit: hasRole(role, 'editor') },
      mailed,
      documents,
      now,
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('approvals/bodies', { ...page, ...refused }, statusOf(refused));
  };

  app.get<WithId>('/staff/applications/:id/bodies', staffOnly, (request, reply) =>
    showBodies(request, reply),
  );

  app.post<WithId>('/staff/applications/:id/bodies/withdraw', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const row = await own(request);
    const form = parseForm(withdrawForm, request.body);
    if (!form.ok) return showBodies(request, reply, form);
    await withdrawRecord(deps, { agencyId, staffId, ...form.data });
    return back(reply, row.id, 'withdrawn');
  });

  const showPanel = async (
    request: FastifyRequest<WithId>,
    reply: FastifyReply,
    committeeId: number | null,
    refused?: Refused,
  ) => {
    const row = await own(request);
    const committees = await listVotingCommittees(db, request.staff.agencyId);
    const committee = committees.find(({ id }) => id === committeeId) ?? null;
    const [members, meetings] = committee
      ? await Promise.all([
          listVotingMembers(db, committee.id, row.credentialId),
          listHeldMeetings(db, committee.id, deps.clock.now()),
        ])
      : [[], []];
    const page = panelVotePage({ row, committees, committee, members, meetings });
    return reply.page('approvals/panel-vote', { ...page, ...refused }, statusOf(refused));
  };

  app.get<WithId>('/staff/applications/:id/bodies/panel', staffOnly, (request, reply) => {
    const { committee } = request.query as { committee?: string };
    return showPanel(request, reply, /^\d{1,15}$/.test(committee ?? '') ? Number(committee) : null);
  });

  registerUploads(app, UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/bodies/panel', staffOnly, async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const row = await own(request);
      const { body, file, errors: unfit } = await readAttached(request);
      const form = parseForm(panelVoteForm(today(request)), body);
      const asked = Number((body as { committee?: string }).committee);
      const committeeId = Number.isSafeInteger(asked) ? asked : null;
      if (!form.ok) return showPanel(request, reply, committeeId, form);
      if (unfit.length > 0) {
        return showPanel(request, reply, committeeId, { errors: unfit, values: form.values });
      }
      const { committee, meeting, ...ballot } = form.data;
      const known = (await listVotingCommittees(db, agencyId)).find(({ id }) => id === committee);
      if (!known) throw new DomainError('not_found');
      const members = await listVotingMembers(db, committee, row.credentialId);
      const votes = members.map((member) => ({ member, cast: readVote(form.values, member.seatId) }));
      if (votes.some(({ cast }) => cast === null)) throw new DomainError('stale_form');
      const cast = votes.flatMap(({ member, cast }) =>
        cast?.choice ? [castVote(member, cast, cast.choice)] : [],
      );
      const recorded = await recordBallot(deps, {
        ...ballot,
        agencyId,
        staffId,
        today: today(request),
        credentialId: row.credentialId,
        kind: 'panel_vote',
        body: known.name,
        committeeId: committee,
        meetingId: meeting,
        eligible: Math.max(1, members.length),
        votes: cast,
        file,
      });
      if (recorded.ok) return back(reply, row.id, 'voted');
      const keys = cast.length > 0 ? cast.map(({ seatId }) => seatId!) : members.map(({ seatId }) => seatId);
      const errors = ballotErrors(recorded.faults, keys);
      return showPanel(request, reply, committee, { errors, values: form.values });
    });
  });

  const showBallot = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const page = employerBallotPage(await own(request));
    return reply.page('approvals/employer-ballot', { ...page, ...refused }, statusOf(refused));
  };

  app.get<WithId>('/staff/applications/:id/bodies/ballot', staffOnly, (request, reply) =>
    showBallot(request, reply),
  );

  registerUploads(app, UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/bodies/ballot', staffOnly, async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const row = await own(request);
      const { body, file, errors: unfit } = await readAttached(request);
      const form = parseForm(employerBallotForm(today(request)), body);
      if (!form.ok) return showBallot(request, reply, form);
      const { votes, keys, errors: unknown } = await readBallotRows(deps, form.values);
      const errors = [...unknown, ...unfit];
      if (errors.length > 0) return showBallot(request, reply, { errors, values: form.values });
      const recorded = await recordBallot(deps, {
        ...form.data,
        agencyId,
        staffId,
        today: today(request),
        credentialId: row.credentialId,
        kind: 'employer_ballot',
        committeeId: null,
        meetingId: null,
        quorum: 0,
        votes,
        file,
      });
      if (recorded.ok) return back(reply, row.id, 'voted');
      return showBallot(request, reply, { errors: ballotErrors(recorded.faults, keys), values: form.values });
    });
  });

  const showLetter = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) =>
    reply.page(
      'approvals/board-letter',
      { ...boardLetterPage(await own(request)), ...refused },
      statusOf(refused),
    );

  app.get<WithId>('/staff/applications/:id/bodies/letter', staffOnly, (request, reply) =>
    showLetter(request, reply),
  );

  registerUploads(app, UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/bodies/letter', staffOnly, async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const { id, credentialId } = await own(request);
      const { body, file, errors } = await readAttached(request);
      const form = parseForm(boardLetterForm(today(request)), body);
      if (!form.ok) return showLetter(request, reply, form);
      if (errors.length > 0) return showLetter(request, reply, { errors, values: form.values });
      const { kind, ...letter } = form.data;
      await recordBoardLetter(deps, {
        ...letter,
        agencyId,
        staffId,
        credentialId,
        file,
        kind: kind === 'forwarded' ? 'forwarded' : 'letter',
        supports: kind !== 'does_not_support',
      });
      return back(reply, id, 'letter');
    });
  });

  const showRubric = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const { row, tiers } = await ownWithTiers(request);
    return reply.page('approvals/rubric', { ...rubricPage(row, tiers), ...refused }, statusOf(refused));
  };
  const ownWithTiers = async (request: FastifyRequest<WithId>) => {
    const { row, policy } = await loadApplicationFrame(
      deps,
      request.staff.agencyId,
      parseId(request.params.id),
    );
    return { row, tiers: tiersOf(policy.body) };
  };

  app.get<WithId>('/staff/applications/:id/bodies/rubric', staffOnly, (request, reply) =>
    showRubric(request, reply),
  );

  registerUploads(app, UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/bodies/rubric', staffOnly, async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const { row, tiers } = await ownWithTiers(request);
      if (tiers.length === 0) throw new DomainError('not_found');
      const { body, file, errors } = await readAttached(request);
      const form = parseForm(rubricForm(today(request), tiers), body);
      if (!form.ok) return showRubric(request, reply, form);
      if (errors.length > 0) return showRubric(request, reply, { errors, values: form.values });
      const { role, ...review } = form.data;
      await recordReview(deps, {
        ...review,
        agencyId,
        staffId,
        credentialId: row.credentialId,
        file,
        isSettling: role === 'settling',
      });
      return back(reply, row.id, 'reviewed');
    });
  });

  const showGeneric = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) =>
    reply.page('approvals/generic', { ...genericPage(await own(request)), ...refused }, statusOf(refused));

  app.get<WithId>('/staff/applications/:id/bodies/generic', staffOnly, (request, reply) =>
    showGeneric(request, reply),
  );

  registerUploads(app, UPLOAD, (scope) => {
    scope.post<WithId>('/staff/applications/:id/bodies/generic', staffOnly, async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const { id, credentialId } = await own(request);
      const { body, file, errors } = await readAttached(request);
      const form = parseForm(genericForm(today(request)), body);
      if (!form.ok) return showGeneric(request, reply, form);
      if (errors.length > 0) return showGeneric(request, reply, { errors, values: form.values });
      await recordFinding(deps, { ...form.data, agencyId, staffId, credentialId, file });
      return back(reply, id, 'found');
    });
  });
}

/** The tiers of the rubric that the policy asks for; none where it asks for no rubric. */
function tiersOf(policy: Policy): readonly string[] {
  for (const demand of bodyDemandsOf(policy)) if (demand.kind === 'rubric') return demand.tiers;
  return [];
}

function castVote(
  { seatId, contactId, employerId, name }: VotingMember,
  { relation, reason }: { relation: CastVote['relation']; reason: string },
  choice: CastVote['choice'],
): CastVote {
  return { seatId, contactId, employerId, voter: name, choice, relation, reason };
}

/** The rows that name an employer, each found among those on record. */
async function readBallotRows(
  { db }: Pick<Deps, 'db'>,
  values: Readonly<Record<string, unknown>>,
): Promise<{ votes: CastVote[]; keys: number[]; errors: FieldError[] }> {
  const votes: CastVote[] = [];
  const keys: number[] = [];
  const errors: FieldError[] = [];
  for (let key = 1; key <= BALLOT_ROWS; key += 1) {
    const text = (name: string) => {
      const value = values[`${name}${key}`];
      return typeof value === 'string' ? value.trim().slice(0, 200) : '';
    };
    const cast = readVote(values, key);
    if (cast === null) throw new DomainError('stale_form');
    if (text('employer') === '' && cast.choice === null) continue;
    const employer = await findEmployerCalled(db, text('employer'));
    if (!employer) {
      const message =
        text('employer') === ''
          ? 'Enter which employer voted'
          : 'Enter the name of an employer on record, as its page has it, or its number';
      errors.push(fieldError(`employer${key}`, message));
    } else if (cast.choice === null) {
      errors.push(fieldError(`vote${key}`, 'Choose how it voted'));
    } else {
      keys.push(key);
      votes.push({
        seatId: null,
        contactId: null,
        employerId: employer.id,
        voter: text('voter') || employer.name,
        choice: cast.choice,
        relation: cast.relation,
        reason: '',
      });
    }
  }
  return { votes, keys: keys.length > 0 ? keys : [1], errors };
}
