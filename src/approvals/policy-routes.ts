import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { listPublishedPolicies } from '../evidence/policy-queries.ts';
import { POLICY_PRESETS, type PolicyPreset, WYOMING } from '../evidence/presets.ts';
import type { PolicyV3 } from '../evidence/rules/policy.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { slugify } from '../lib/slugify.ts';
import { confirmPolicy, proposePolicy, withdrawPolicy } from './change-policy.ts';
import { approvalPaths } from './paths.ts';
import { bodyOf, formableOf, valuesOf } from './policy-fields.ts';
import { policyFormPage } from './policy-form-page.ts';
import { policyForm } from './policy-forms.ts';
import { policiesPage } from './policy-pages.ts';
import { listKnownQuestions, listOpenProposals } from './queries.ts';

type WithId = { Params: { id: string } };

const staffOnly = { config: { access: 'staff' } } as const;

const REFUSALS = {
  nothing_new: 'Change something, or the name: this policy is published as it is',
  already_proposed:
    'A version of this policy waits for a second person already. Confirm it or take it back first',
};

/** What a form starts from: the policy as it stands, and as the form can state it. */
type Start = PolicyPreset & { value: string; whole: PolicyV3 };

export function registerPolicyRoutes(app: FastifyInstance, deps: Deps): void {
  const findStart = async (value: unknown): Promise<Start | null> => {
    if (typeof value !== 'string') return null;
    const preset = POLICY_PRESETS.find(({ slug }) => value === `preset-${slug}`);
    const found =
      preset ??
      (await listPublishedPolicies(deps.db)).find(({ id, isLatest }) => isLatest && value === `v${id}`);
    const whole = found && formableOf(found.body);
    return whole ? { value, slug: found.slug, name: found.name, body: found.body, whole } : null;
  };

  const showForm = async (
    reply: FastifyReply,
    start: Start,
    typed: { values: FormValues; errors: FieldError[]; stated?: PolicyV3 },
  ) => {
    const page = policyFormPage({
      start: start.value,
      startName: start.name,
      startBody: start.body,
      known: await listKnownQuestions(deps.db),
      stated: null,
      ...typed,
    });
    return reply.page('approvals/policy', page, { status: typed.errors.length > 0 ? 422 : 200 });
  };

  app.get(approvalPaths.policies, staffOnly, async (request, reply) => {
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
    return reply.page('approvals/policies', page);
  });

  app.get(approvalPaths.newPolicy, staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const { from = `preset-${WYOMING.slug}` } = request.query as { from?: unknown };
    const start = await findStart(from);
    if (!start) throw new DomainError('not_found');
    return showForm(reply, start, { values: { name: start.name, ...valuesOf(start.whole) }, errors: [] });
  });

  app.post(approvalPaths.policies, staffOnly, async (request, reply) => {
    const { id: staffId, agencyId } = requireRole(request, 'editor');
    const start = await findStart((request.body as { start?: unknown } | undefined)?.start);
    if (!start) throw new DomainError('not_found');
    const form = parseForm(policyForm, request.body);
    if (!form.ok) return showForm(reply, start, form);
    const { values } = form;
    const stated = bodyOf(form.data, start.whole, await listKnownQuestions(deps.db));
    if (!stated.ok) return showForm(reply, start, { values, errors: stated.errors });
    if (form.data.step === 'words') {
      return showForm(reply, start, { values, errors: [], stated: stated.body });
    }
    // A policy of an older format that nobody changed stays as it is, byte for byte.
    const body = isDeepStrictEqual(stated.body, start.whole) ? start.body : stated.body;
    const { name } = form.data;
    const slug = name === start.name ? start.slug : slugify(name);
    const proposed = await proposePolicy(deps, { agencyId, staffId, policy: { slug, name, body } });
    if (!proposed.ok) {
      return showForm(reply, start, { values, errors: [fieldError('name', REFUSALS[proposed.reason])] });
    }
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
