import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { findEmployerName, listConflictMarks, listIssuers } from './conflict-queries.ts';
import { conflictForm, conflictsQuery } from './forms.ts';
import { clearConflict, markConflict } from './mark-conflict.ts';
import { conflictsPage } from './pages.ts';
import { evidencePaths } from './paths.ts';

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
    if (!hasRole(request.staff.role, 'editor')) throw new DomainError('forbidden');
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
    if (!hasRole(request.staff.role, 'approver')) throw new DomainError('forbidden');
    const { agencyId, id: staffId } = request.staff;
    await clearConflict(deps, { agencyId, staffId, markId: parseId(request.params.id) });
    return reply.redirect(`${evidencePaths.conflicts}?done=cleared`, 303);
  });
}
