import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, manyOf, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { getInstrumentVersion } from '../surveys/queries.ts';
import { agreeMachine, markLookedAt, releaseAnswers, sayMachine } from './decide-quarantine.ts';
import { quarantinedPage, reviewPage } from './review-pages.ts';
import { reviewPaths } from './review-paths.ts';
import {
  findQuarantined,
  listFlagged,
  listQuarantined,
  listSecondLooks,
  listUnmatched,
} from './review-queries.ts';

const staffOnly = { config: { access: 'staff' } } as const;
const SHOWN = 100;

type WithId = { Params: { id: string }; Querystring: { done?: unknown } };

export const reasonForm = z.object({
  reason: z
    .string('Enter the reason')
    .trim()
    .min(1, 'Enter the reason')
    .max(1000, 'Use 1,000 characters or fewer'),
});
const invitationIds = manyOf(z.coerce.number().int().positive());
/** The selected, or by the other button all that the page showed: what came since is nobody's to mark unseen. */
const lookedAtForm = z
  .object({ invitation: invitationIds, shown: invitationIds, all: z.string().optional() })
  .transform(({ invitation, shown, all }) => ({ invitation: all === undefined ? invitation : shown }))
  .pipe(
    z.object({
      invitation: z.array(z.number()).min(1, 'Select the answers that you have looked at').max(SHOWN),
    }),
  );

/** What looks like a machine's, and what came fast: shown with why, decided by people. */
export function registerReviewRoutes(app: FastifyInstance, deps: Deps): void {
  const list = async (
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const page = reviewPage({
      quarantined: await listQuarantined(deps.db, agencyId, SHOWN),
      secondLooks: await listSecondLooks(deps.db, agencyId, SHOWN),
      unmatched: await listUnmatched(deps.db, agencyId, SHOWN),
      flagged: await listFlagged(deps.db, agencyId, SHOWN),
      shown: SHOWN,
      viewer: { staffId, mayEdit: hasRole(role, 'editor') },
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('respond/review', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(reviewPaths.list, staffOnly, (request, reply) => list(request, reply));

  app.post(reviewPaths.lookedAt, staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(lookedAtForm, request.body);
    if (!form.ok) return list(request, reply, form);
    const { agencyId, id: staffId } = request.staff;
    await markLookedAt(deps, { agencyId, staffId, invitationIds: form.data.invitation });
    return reply.redirect(`${reviewPaths.list}?done=looked`, 303);
  });

  const one = async (
    request: FastifyRequest<WithId>,
    reply: FastifyReply,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const found = await findQuarantined(deps.db, agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    const ids = [...new Set(found.rows.map(({ answer }) => answer.instrumentVersionId))];
    const versions = await Promise.all(ids.map((id) => getInstrumentVersion(deps.db, id)));
    const page = quarantinedPage({
      found,
      instruments: new Map(versions.map(({ id, body }) => [id, body])),
      viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      zone,
      done: request.query.done,
    });
    return reply.page('respond/quarantined', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithId>(reviewPaths.answer(':id'), staffOnly, (request, reply) => one(request, reply));

  app.post<WithId>(reviewPaths.release(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'approver');
    const form = parseForm(reasonForm, request.body);
    if (!form.ok) return one(request, reply, form);
    await releaseAnswers(deps, { ...decision(request), ...form.data });
    return reply.redirect(`${reviewPaths.list}?done=released`, 303);
  });

  app.post<WithId>(reviewPaths.machine(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(z.object({ machine_reason: reasonForm.shape.reason }), request.body);
    if (!form.ok) return one(request, reply, form);
    await sayMachine(deps, { ...decision(request), reason: form.data.machine_reason });
    return reply.redirect(`${reviewPaths.list}?done=machine`, 303);
  });

  app.post<WithId>(reviewPaths.agree(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'approver');
    await agreeMachine(deps, decision(request));
    return reply.redirect(`${reviewPaths.list}?done=agreed`, 303);
  });
}

function decision(request: FastifyRequest<WithId>) {
  const { agencyId, id: staffId } = request.staff;
  return { agencyId, staffId, invitationId: parseId(request.params.id) };
}
