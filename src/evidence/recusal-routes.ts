import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import { committeePath } from '../committees/paths.ts';
import { getCommittee, listSeats } from '../committees/queries.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { listIssuers } from './conflict-queries.ts';
import { endRecusalForm, recusalForm } from './forms.ts';
import { evidencePaths } from './paths.ts';
import { endRecusal, recordRecusal } from './record-recusal.ts';
import { recusalsPage } from './recusal-pages.ts';
import { listRecusals, listSeatConnections } from './recusal-queries.ts';

type WithId = { Params: { id: string } };
type WithRecusal = { Params: { id: string; recusalId: string } };

const staff = { config: { access: 'staff' } } as const;

/** Who on a committee is connected to an issuer, and who takes no part for it. */
export function registerRecusalRoutes(app: FastifyInstance, deps: Deps): void {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    committeeId: number,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const committee = await getCommittee(deps.db, request.staff.agencyId, committeeId);
    const [seats, connections, recusals, issuers] = await Promise.all([
      listSeats(deps.db, committeeId),
      listSeatConnections(deps.db, committeeId),
      listRecusals(deps.db, committeeId),
      listIssuers(deps.db),
    ]);
    const { id: staffId, role, timeZone: zone } = request.staff;
    const page = recusalsPage({
      committee: { id: committee.id, name: committee.name, href: committeePath(committee.id) },
      seats,
      connections,
      recusals,
      issuers,
      viewer: { staffId, mayEdit: hasRole(role, 'editor') },
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('evidence/recusals', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithId>('/staff/committees/:id/recusals', staff, (request, reply) =>
    show(request, reply, parseId(request.params.id)),
  );

  app.post<WithId>('/staff/committees/:id/recusals', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const committeeId = parseId(request.params.id);
    const form = parseForm(recusalForm, request.body);
    if (!form.ok) return show(request, reply, committeeId, form);
    const { agencyId, id: staffId } = request.staff;
    const recorded = await recordRecusal(deps, { agencyId, staffId, committeeId, ...form.data });
    if (recorded.ok) return reply.redirect(`${evidencePaths.recusals(committeeId)}?done=recorded`, 303);
    const error =
      recorded.reason === 'seat_free'
        ? fieldError('seatId', 'Choose a seat that somebody holds')
        : fieldError('issuerId', 'Choose another issuer: the member is recused from this one already');
    return show(request, reply, committeeId, { errors: [error], values: form.values });
  });

  app.post<WithRecusal>('/staff/committees/:id/recusals/:recusalId/end', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const committeeId = parseId(request.params.id);
    const form = parseForm(endRecusalForm, request.body);
    if (!form.ok) return show(request, reply, committeeId, form);
    const { agencyId, id: staffId } = request.staff;
    const recusalId = parseId(request.params.recusalId);
    await endRecusal(deps, { agencyId, staffId, committeeId, recusalId, reason: form.data.reason });
    return reply.redirect(`${evidencePaths.recusals(committeeId)}?done=ended`, 303);
  });
}
