import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { registerAdjudicationRoutes } from './adjudication-routes.ts';
import { findEmployerName, listConflictMarks, listIssuers, listParties } from './conflict-queries.ts';
import { clearForm, conflictForm, conflictsQuery, partyForm } from './forms.ts';
import { clearConflict, keepConflict, markConflict, requestClear } from './mark-conflict.ts';
import { conflictsPage, partiesPage } from './pages.ts';
import { evidencePaths } from './paths.ts';
import { registerRecusalRoutes } from './recusal-routes.ts';
import { endParty, setParty } from './set-party.ts';

type WithId = { Params: { id: string } };

const MARKS_SHOWN = 200;
const staffOnly = { config: { access: 'staff' } } as const;

export function registerEvidenceRoutes(app: FastifyInstance, deps: Deps): void {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    employerId: number | null,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const { id: staffId, role, timeZone: zone } = request.staff;
    const [name, marks, issuers] = await Promise.all([
      employerId === null ? null : findEmployerName(deps.db, employerId),
      listConflictMarks(deps.db, { employerId, limit: MARKS_SHOWN }),
      listIssuers(deps.db),
    ]);
    if (employerId !== null && name === null) throw new DomainError('not_found');
    const page = conflictsPage({
      employer: employerId !== null && name !== null ? { id: employerId, name } : null,
      marks,
      issuers,
      viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('evidence/conflicts', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(evidencePaths.conflicts, staffOnly, (request, reply) =>
    show(request, reply, conflictsQuery.parse(request.query).employer ?? null),
  );

  app.post(evidencePaths.conflicts, staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(conflictForm, request.body);
    if (!form.ok) {
      const { employer } = conflictsQuery.parse({ employer: form.values.employerId });
      return show(request, reply, employer ?? null, form);
    }
    const { agencyId, id: staffId } = request.staff;
    const marked = await markConflict(deps, { agencyId, staffId, ...form.data });
    const { employerId } = form.data;
    if (marked.ok) return reply.redirect(`${evidencePaths.conflictsOf(employerId)}&done=marked`, 303);
    const message = 'Choose another issuer: a connection to this one is recorded already';
    return show(request, reply, employerId, {
      errors: [fieldError('issuerId', message)],
      values: form.values,
    });
  });

  app.post<WithId>('/staff/conflicts/:id/clear', staffOnly, async (request, reply) => {
    requireRole(request, 'approver');
    const { agencyId, id: staffId } = request.staff;
    await clearConflict(deps, { agencyId, staffId, markId: parseId(request.params.id) });
    return reply.redirect(`${evidencePaths.conflicts}?done=cleared`, 303);
  });

  app.post<WithId>('/staff/conflicts/:id/ask', staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(clearForm, request.body);
    if (!form.ok) return show(request, reply, null, form);
    const { agencyId, id: staffId } = request.staff;
    const markId = parseId(request.params.id);
    await requestClear(deps, { agencyId, staffId, markId, reason: form.data.reason });
    return reply.redirect(`${evidencePaths.conflicts}?done=asked`, 303);
  });

  app.post<WithId>('/staff/conflicts/:id/keep', staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const { agencyId, id: staffId } = request.staff;
    await keepConflict(deps, { agencyId, staffId, markId: parseId(request.params.id) });
    return reply.redirect(`${evidencePaths.conflicts}?done=kept`, 303);
  });

  const showParties = async (
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const [parties, issuers] = await Promise.all([listParties(deps.db), listIssuers(deps.db)]);
    const page = partiesPage({
      parties,
      issuers,
      mayEdit: hasRole(request.staff.role, 'editor'),
      zone: request.staff.timeZone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('evidence/parties', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(evidencePaths.parties, staffOnly, (request, reply) => showParties(request, reply));

  app.post(evidencePaths.parties, staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(partyForm, request.body);
    if (!form.ok) return showParties(request, reply, form);
    const { agencyId, id: staffId } = request.staff;
    const set = await setParty(deps, { agencyId, staffId, ...form.data });
    if (set.ok) return reply.redirect(`${evidencePaths.parties}?done=set`, 303);
    const error =
      set.reason === 'employer_unknown'
        ? fieldError('employerId', 'Enter the number of a record that exists')
        : fieldError('credential', 'Enter a credential of this issuer, or leave it blank');
    return showParties(request, reply, { errors: [error], values: form.values });
  });

  app.post<WithId>('/staff/conflicts/parties/:id/end', staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const { agencyId, id: staffId } = request.staff;
    await endParty(deps, { agencyId, staffId, partyId: parseId(request.params.id) });
    return reply.redirect(`${evidencePaths.parties}?done=ended`, 303);
  });

  registerAdjudicationRoutes(app, deps);
  registerRecusalRoutes(app, deps);
}
