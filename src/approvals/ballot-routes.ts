import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import { countCast, listMailedBallots, listVoters } from '../committees/mailed-ballot-queries.ts';
import { cancelBallot, openBallot } from '../committees/open-ballot.ts';
import { listVotingCommittees } from '../committees/record-queries.ts';
import { mayStandingBeSeen } from '../committees/voting-rules.ts';
import type { Deps } from '../deps.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { mailBallotPage, mailedBallotPage, votersFault } from './ballot-pages.ts';
import { cancelBallotForm, mailBallotForm } from './body-forms.ts';
import { approvalPaths } from './paths.ts';
import { isSecretUnder, proposeMailedBallot } from './propose-mailed-ballot.ts';
import { findApplication } from './queries.ts';
import type { Refused } from './show-application.ts';

type WithId = { Params: { id: string } };
type WithBallot = { Params: { id: string; ballotId: string } };

const staffOnly = { config: { access: 'staff' } } as const;

/** Ballots of employers by mail: one person proposes, another opens, everybody who may vote gets a link of their own. */
export function registerBallotRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const own = async (request: FastifyRequest<WithId>) => {
    const row = await findApplication(db, request.staff.agencyId, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    return row;
  };
  const showForm = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const row = await own(request);
    const page = mailBallotPage(row, {
      committees: await listVotingCommittees(db, request.staff.agencyId),
      isSecret: await isSecretUnder(deps, row.policyVersionId),
    });
    return reply.page('approvals/mail-ballot', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithId>('/staff/applications/:id/bodies/mail', staffOnly, (request, reply) =>
    showForm(request, reply),
  );

  app.post<WithId>('/staff/applications/:id/bodies/mail', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId, timeZone } = requireRole(request, 'editor');
    const row = await own(request);
    const form = parseForm(mailBallotForm(dayIn(timeZone, deps.clock.now())), request.body);
    if (!form.ok) return showForm(request, reply, form);
    const { committee, ...ballot } = form.data;
    const proposed = await proposeMailedBallot(deps, {
      agencyId,
      staffId,
      timeZone,
      application: row,
      committeeId: committee,
      ...ballot,
    });
    if (!proposed.ok) {
      const errors = [fieldError('addresses', votersFault(proposed.unknownAddresses))];
      return showForm(request, reply, { errors, values: form.values });
    }
    const { mailedBallotId } = proposed;
    return reply.redirect(`${approvalPaths.mailedBallot(row.id, mailedBallotId)}?done=proposed`, 303);
  });

  const show = async (request: FastifyRequest<WithBallot>, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const row = await own(request);
    const ballotId = parseId(request.params.ballotId);
    const ballot = (await listMailedBallots(db, agencyId, row.credentialId)).find(
      ({ record }) => record.id === ballotId,
    );
    if (!ballot) throw new DomainError('not_found');
    const now = deps.clock.now();
    const { record } = ballot;
    const page = mailedBallotPage({
      row,
      ballot,
      voters: await listVoters(db, record.id),
      standing:
        mayStandingBeSeen(record, now) && record.ballotId !== null
          ? await countCast(db, record.ballotId)
          : null,
      viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      now,
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('approvals/mailed-ballot', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithBallot>('/staff/applications/:id/bodies/mail/:ballotId', staffOnly, (request, reply) =>
    show(request, reply),
  );

  app.post<WithBallot>(
    '/staff/applications/:id/bodies/mail/:ballotId/open',
    staffOnly,
    async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'approver');
      const row = await own(request);
      const mailedBallotId = parseId(request.params.ballotId);
      const opened = await openBallot(deps, { agencyId, staffId, mailedBallotId });
      if (!opened.ok) {
        const text = 'The day on which it was to close has passed. Call it off and propose it anew.';
        return show(request, reply, { errors: [fieldError('open', text)] });
      }
      return reply.redirect(`${approvalPaths.mailedBallot(row.id, mailedBallotId)}?done=opened`, 303);
    },
  );

  app.post<WithBallot>(
    '/staff/applications/:id/bodies/mail/:ballotId/cancel',
    staffOnly,
    async (request, reply) => {
      const { agencyId, id: staffId } = requireRole(request, 'editor');
      const row = await own(request);
      const mailedBallotId = parseId(request.params.ballotId);
      const form = parseForm(cancelBallotForm, request.body);
      if (!form.ok) return show(request, reply, form);
      await cancelBallot(deps, { agencyId, staffId, mailedBallotId, reason: form.data.cancelReason });
      return reply.redirect(`${approvalPaths.mailedBallot(row.id, mailedBallotId)}?done=cancelled`, 303);
    },
  );
}
