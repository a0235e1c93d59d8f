import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { listPublishedPolicies } from '../evidence/policy-queries.ts';
import { POLICY_PRESETS, type PolicyPreset } from '../evidence/presets.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { confirmFreeze } from './confirm-freeze.ts';
import { addCycle, createList } from './create-list.ts';
import {
  applicationForm,
  applicationsQuery,
  confirmForm,
  cycleForm,
  freezeForm,
  listForm,
  newApplicationQuery,
} from './forms.ts';
import {
  applicationsPage,
  listPage,
  listsPage,
  newApplicationPage,
  newListPage,
  PER_PAGE,
  PUBLISHED,
} from './pages.ts';
import { approvalPaths } from './paths.ts';
import {
  countApplicationsByState,
  findEmployerCalled,
  findListBySlug,
  listApplications,
  listCyclesOf,
  listLists,
  searchCredentials,
} from './queries.ts';
import { requestFreeze, withdrawFreeze } from './request-freeze.ts';
import { showApplication } from './show-application.ts';
import { submitApplication } from './submit-application.ts';
import { APPLICANT_REFUSALS } from './words.ts';

type WithId = { Params: { id: string } };
type WithSlug = { Params: { slug: string } };
type WithDone = { Querystring: { done?: string } };
type Refused = { errors: FieldError[]; values: FormValues };

const staffOnly = { config: { access: 'staff' } } as const;
const CREDENTIALS_SHOWN = 20;

export function registerApprovalRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  app.get<WithDone>(approvalPaths.applications, staffOnly, async (request, reply) => {
    const { agencyId, role } = request.staff;
    const { state, list, page } = applicationsQuery.parse(request.query);
    const [rows, lists, counts] = await Promise.all([
      listApplications(db, agencyId, {
        state: state ?? null,
        listId: list ?? null,
        limit: PER_PAGE + 1,
        offset: (page - 1) * PER_PAGE,
      }),
      listLists(db, agencyId),
      countApplicationsByState(db, agencyId),
    ]);
    const shown = rows.slice(0, PER_PAGE);
    const requirements = await readTallies(db, shown, deps.clock.now());
    return reply.page(
      'approvals/applications',
      applicationsPage({
        applications: shown.map((row, index) => ({ row, requirement: requirements[index]! })),
        lists,
        counts,
        filter: { state, list, page },
        hasMore: rows.length > PER_PAGE,
        mayEdit: hasRole(role, 'editor'),
        done: request.query.done,
      }),
    );
  });

  const showNew = async (request: FastifyRequest, reply: FastifyReply, refused?: Refused) => {
    const { q } = newApplicationQuery.parse(request.query);
    const lists = await listLists(db, request.staff.agencyId);
    const [credentials, cycles] = await Promise.all([
      searchCredentials(db, q, CREDENTIALS_SHOWN),
      listCyclesOf(
        db,
        lists.map(({ id }) => id),
      ),
    ]);
    const page = newApplicationPage({
      q,
      credentials,
      cycles: lists.flatMap(({ id: listId, name: listName }) =>
        cycles
          .filter((cycle) => cycle.listId === listId)
          .map(({ id: cycleId, name: cycleName }) => ({ listId, listName, cycleId, cycleName })),
      ),
    });
    return reply.page('approvals/new', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(approvalPaths.newApplication, staffOnly, (request, reply) => showNew(request, reply));

  app.post(approvalPaths.newApplication, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const form = parseForm(applicationForm, request.body);
    if (!form.ok) return showNew(request, reply, form);
    const { credentialId, cycle, applicantKind: kind, applicantName } = form.data;
    const employer = kind === 'employers' ? await findEmployerCalled(db, applicantName) : null;
    const name = employer?.name ?? (applicantName || (kind === 'agencies' ? request.staff.agencyName : ''));
    if (name === '') {
      const errors = [fieldError('applicantName', 'Enter who applies')];
      return showNew(request, reply, { errors, values: form.values });
    }
    const submitted = await submitApplication(deps, {
      agencyId,
      staffId,
      credentialId,
      ...cycle,
      applicant: { kind, name, employerId: employer?.id ?? null },
    });
    if (submitted.ok) {
      return reply.redirect(`${approvalPaths.application(submitted.applicationId)}?done=submitted`, 303);
    }
    const error = {
      already_submitted: [
        'cycle',
        'Choose another list or cycle: this credential has an application there already',
      ],
      may_not_apply: ['applicantKind', APPLICANT_REFUSALS.may_not_apply],
      applicant_not_an_employer: ['applicantName', APPLICANT_REFUSALS.applicant_not_an_employer],
    }[submitted.reason] as [string, string];
    return showNew(request, reply, { errors: [fieldError(...error)], values: form.values });
  });

  app.get<WithId>('/staff/applications/:id', staffOnly, (request, reply) =>
    showApplication(deps, request, reply, parseId(request.params.id)),
  );

  app.post<WithId>('/staff/applications/:id/freeze', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(freezeForm, request.body);
    if (!form.ok) return showApplication(deps, request, reply, applicationId, form);
    await requestFreeze(deps, { agencyId, staffId, applicationId, note: form.data.note });
    return reply.redirect(`${approvalPaths.application(applicationId)}?done=requested`, 303);
  });

  app.post<WithId>('/staff/applications/:id/freeze/confirm', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'approver');
    const applicationId = parseId(request.params.id);
    const form = parseForm(confirmForm, request.body);
    if (!form.ok) throw new DomainError('stale_form');
    const frozen = await confirmFreeze(deps, { agencyId, staffId, applicationId, ...form.data });
    if (!frozen.ok) {
      return showApplication(deps, request, reply, applicationId, {
        refusal: { kind: 'freeze', reason: frozen.reason },
      });
    }
    return reply.redirect(`${approvalPaths.application(applicationId)}?done=frozen`, 303);
  });

  app.post<WithId>('/staff/applications/:id/freeze/withdraw', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    await withdrawFreeze(deps, { agencyId, staffId, applicationId });
    return reply.redirect(`${approvalPaths.application(applicationId)}?done=withdrawn`, 303);
  });

  app.get<WithDone>(approvalPaths.lists, staffOnly, async (request, reply) => {
    const lists = await listLists(db, request.staff.agencyId);
    const cycles = await listCyclesOf(
      db,
      lists.map(({ id }) => id),
    );
    const mayEdit = hasRole(request.staff.role, 'editor');
    return reply.page('approvals/lists', listsPage({ lists, cycles, mayEdit, done: request.query.done }));
  });

  const showNewList = async (reply: FastifyReply, refused?: Refused) =>
    reply.page(
      'approvals/new-list',
      { ...newListPage(await listPublishedPolicies(db)), ...refused },
      { status: refused ? 422 : 200 },
    );

  app.get(approvalPaths.newList, staffOnly, (_request, reply) => showNewList(reply));

  /** A preset as it is, or the latest version of a policy that is published here. */
  const findPolicy = async (choice: string): Promise<PolicyPreset | null> => {
    const preset = POLICY_PRESETS.find(({ slug }) => slug === choice);
    if (preset || !choice.startsWith(PUBLISHED)) return preset ?? null;
    const published = await listPublishedPolicies(db);
    const slug = choice.slice(PUBLISHED.length);
    return published.find((policy) => policy.isLatest && policy.slug === slug) ?? null;
  };

  app.post(approvalPaths.lists, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const form = parseForm(listForm, request.body);
    if (!form.ok) return showNewList(reply, form);
    const { cycleName, startsOn, endsOn, policy: choice, ...list } = form.data;
    const policy = await findPolicy(choice);
    if (!policy) {
      const errors = [fieldError('policy', 'Choose a policy')];
      return showNewList(reply, { errors, values: form.values });
    }
    const made = await createList(deps, {
      agencyId,
      staffId,
      ...list,
      policy: { slug: policy.slug, name: policy.name, body: policy.body },
      cycle: { name: cycleName, startsOn, endsOn },
    });
    if (made.ok) return reply.redirect(`${approvalPaths.list(made.slug)}?done=listed`, 303);
    const errors = [fieldError('name', 'Choose another name: a list of this name exists')];
    return showNewList(reply, { errors, values: form.values });
  });

  const showList = async (request: FastifyRequest, reply: FastifyReply, slug: string, refused?: Refused) => {
    const list = await findListBySlug(db, request.staff.agencyId, slug);
    if (!list) throw new DomainError('not_found');
    const [policy, cycles] = await Promise.all([
      getPolicyVersion(db, list.policyVersionId),
      listCyclesOf(db, [list.id]),
    ]);
    const page = listPage({
      list,
      policyName: policy.name,
      policy: policy.body,
      cycles,
      mayEdit: hasRole(request.staff.role, 'editor'),
      done: (request.query as { done?: unknown }).done,
    });
    return reply.page('approvals/list', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithSlug>('/staff/lists/:slug', staffOnly, (request, reply) =>
    showList(request, reply, request.params.slug),
  );

  app.post<WithSlug>('/staff/lists/:slug/cycles', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const { slug } = request.params;
    const form = parseForm(cycleForm, request.body);
    if (!form.ok) return showList(request, reply, slug, form);
    const list = await findListBySlug(db, agencyId, slug);
    if (!list) throw new DomainError('not_found');
    const { cycleName: name, startsOn, endsOn } = form.data;
    const added = await addCycle(deps, {
      agencyId,
      staffId,
      listId: list.id,
      cycle: { name, startsOn, endsOn },
    });
    if (added.ok) return reply.redirect(`${approvalPaths.list(slug)}?done=cycle`, 303);
    const errors = [fieldError('cycleName', 'Choose another name: this list has a cycle of this name')];
    return showList(request, reply, slug, { errors, values: form.values });
  });
}
