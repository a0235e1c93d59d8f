import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { listPublishedPolicies } from '../evidence/policy-queries.ts';
import { adjustPolicy } from '../evidence/rules/adjust-policy.ts';
import { withMandatoryCriteria } from '../evidence/rules/with-criteria.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { slugify } from '../lib/slugify.ts';
import { confirmPolicy, proposePolicy, withdrawPolicy } from './change-policy.ts';
import { approvalPaths } from './paths.ts';
import { policyForm } from './policy-forms.ts';
import { policiesPage } from './policy-pages.ts';
import { listOpenProposals } from './queries.ts';

type WithId = { Params: { id: string } };

const staffOnly = { config: { access: 'staff' } } as const;

const REFUSALS = {
  nothing_new: 'Choose another preset or change a number: this policy is published as it is',
  already_proposed:
    'A version of this policy waits for a second person already. Confirm it or take it back first',
};

export function registerPolicyRoutes(app: FastifyInstance, deps: Deps): void {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: { errors: FieldError[]; values: FormValues },
  ) => {
    const { id: staffId, agencyId, role, timeZone: zone } = request.staff;
    const [published, proposals] = await Promise.all([
      listPublishedPolicies(deps.db),
      listOpenProposals(deps.db, agencyId),
    ]);
    const page = policiesPage({
      published,
      proposals,
      viewer: { agencyId, staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      zone,
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('approvals/policies', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(approvalPaths.policies, staffOnly, (request, reply) => show(request, reply));

  app.post(approvalPaths.policies, staffOnly, async (request, reply) => {
    const { id: staffId, agencyId, role } = request.staff;
    if (!hasRole(role, 'editor')) throw new DomainError('forbidden');
    const form = parseForm(policyForm, request.body);
    if (!form.ok) return show(request, reply, form);
    const { preset, name, minEmployers, months, criteria, countingUnit, whoSpeaks, disagreement } = form.data;
    const refuse = (field: string, message: string) =>
      show(request, reply, { errors: [fieldError(field, message)], values: form.values });
    const adjusted = adjustPolicy(preset!.body, {
      minEmployers,
      evidenceMaxAgeMonths: months,
      countingUnit,
      whoSpeaks,
      disagreement,
    });
    if (!adjusted) return refuse('minEmployers', 'Leave it blank: this preset counts no employers');
    const body = criteria.length > 0 ? withMandatoryCriteria(adjusted, criteria) : adjusted;
    if (!body) return refuse('criteria', 'Leave them blank: this preset cannot be counted');
    const policy = name === '' ? { ...preset!, body } : { slug: slugify(name), name, body };
    const proposed = await proposePolicy(deps, { agencyId, staffId, policy });
    if (!proposed.ok) return refuse('preset', REFUSALS[proposed.reason]);
    return reply.redirect(`${approvalPaths.policies}?done=${proposed.state}`, 303);
  });

  app.post<WithId>('/staff/policies/:id/confirm', staffOnly, async (request, reply) => {
    const { id: staffId, agencyId, role } = request.staff;
    if (!hasRole(role, 'approver')) throw new DomainError('forbidden');
    await confirmPolicy(deps, { agencyId, staffId, proposalId: parseId(request.params.id) });
    return reply.redirect(`${approvalPaths.policies}?done=confirmed`, 303);
  });

  app.post<WithId>('/staff/policies/:id/withdraw', staffOnly, async (request, reply) => {
    const { id: staffId, agencyId, role } = request.staff;
    if (!hasRole(role, 'editor')) throw new DomainError('forbidden');
    await withdrawPolicy(deps, { agencyId, staffId, proposalId: parseId(request.params.id) });
    return reply.redirect(`${approvalPaths.policies}?done=withdrawn`, 303);
  });
}
