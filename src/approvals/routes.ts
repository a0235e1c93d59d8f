import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { getPolicyVersion, loadFacts } from '../evidence/queries.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { packetFile, packetFileSchema } from '../evidence/rules/packet.ts';
import { evaluateRequirement } from '../evidence/rules/requirement.ts';
import { verifyPacket } from '../evidence/rules/verify-packet.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { confirmFreeze } from './confirm-freeze.ts';
import { addCycle, createList } from './create-list.ts';
import { decideApplication } from './decide-application.ts';
import {
  applicationForm,
  applicationsQuery,
  confirmForm,
  cycleForm,
  decisionForm,
  freezeForm,
  listForm,
  newApplicationQuery,
} from './forms.ts';
import {
  applicationPage,
  applicationsPage,
  listPage,
  listsPage,
  newApplicationPage,
  newListPage,
  PER_PAGE,
  snapshotPage,
} from './pages.ts';
import { approvalPaths } from './paths.ts';
import {
  countApplicationsByState,
  describeForStaff,
  findApplication,
  findListBySlug,
  findOpenFreezeRequest,
  findSnapshotForAgency,
  listApplications,
  listCyclesOf,
  listLists,
  listRecords,
  searchCredentials,
} from './queries.ts';
import { requestFreeze, withdrawFreeze } from './request-freeze.ts';
import { submitApplication } from './submit-application.ts';

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
    const { credentialId, cycle } = form.data;
    const submitted = await submitApplication(deps, { agencyId, staffId, credentialId, ...cycle });
    if (submitted.ok) {
      return reply.redirect(`${approvalPaths.application(submitted.applicationId)}?done=submitted`, 303);
    }
    const message = 'Choose another list or cycle: this credential has an application there already';
    return showNew(request, reply, { errors: [fieldError('cycle', message)], values: form.values });
  });

  const showApplication = async (
    request: FastifyRequest,
    reply: FastifyReply,
    id: number,
    refused: Partial<Refused> & Pick<Parameters<typeof applicationPage>[0], 'refusal'> = {},
  ) => {
    const { agencyId, id: staffId, role, timeZone } = request.staff;
    const row = await findApplication(db, agencyId, id);
    if (!row) throw new DomainError('not_found');
    const now = deps.clock.now();
    const [policy, facts, freezeRequest, records] = await Promise.all([
      getPolicyVersion(db, row.policyVersionId),
      loadFacts(db, row.credentialId, now),
      findOpenFreezeRequest(db, id),
      listRecords(db, id),
    ]);
    const evaluated = evaluateRequirement(policy.body, facts, now);
    const { refusal, ...form } = refused;
    const page = applicationPage({
      row,
      policy: policy.body,
      policyName: policy.name,
      evaluated,
      details: await describeForStaff(db, {
        employerIds: evaluated.exclusions.map(({ employerId }) => employerId),
        answerIds: evaluated.exclusions.map(({ answerId }) => answerId),
      }),
      request: freezeRequest,
      records,
      viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      zone: timeZone,
      now,
      done: (request.query as { done?: unknown }).done,
      ...(refusal && { refusal }),
    });
    const isRefused = refusal !== undefined || form.errors !== undefined;
    return reply.page('approvals/application', { ...page, ...form }, { status: isRefused ? 422 : 200 });
  };

  app.get<WithId>('/staff/applications/:id', staffOnly, (request, reply) =>
    showApplication(request, reply, parseId(request.params.id)),
  );

  app.post<WithId>('/staff/applications/:id/freeze', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const applicationId = parseId(request.params.id);
    const form = parseForm(freezeForm, request.body);
    if (!form.ok) return showApplication(request, reply, applicationId, form);
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
      return showApplication(request, reply, applicationId, {
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

  app.post<WithId>('/staff/applications/:id/decide', staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'approver');
    const applicationId = parseId(request.params.id);
    const form = parseForm(decisionForm, request.body);
    if (!form.ok) return showApplication(request, reply, applicationId, form);
    const decided = await decideApplication(deps, { agencyId, staffId, applicationId, ...form.data });
    if (!decided.ok) {
      return showApplication(request, reply, applicationId, {
        values: form.values,
        refusal: { kind: 'decide', reason: decided.reason },
      });
    }
    return reply.redirect(`${approvalPaths.application(applicationId)}?done=decided`, 303);
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

  app.get(approvalPaths.newList, staffOnly, (_request, reply) =>
    reply.page('approvals/new-list', newListPage()),
  );

  app.post(approvalPaths.lists, staffOnly, async (request, reply) => {
    const { agencyId, id: staffId } = requireRole(request, 'editor');
    const form = parseForm(listForm, request.body);
    if (!form.ok) return reply.page('approvals/new-list', { ...newListPage(), ...form }, { status: 422 });
    const { cycleName, startsOn, endsOn, policy, ...list } = form.data;
    const made = await createList(deps, {
      agencyId,
      staffId,
      ...list,
      policy,
      cycle: { name: cycleName, startsOn, endsOn },
    });
    if (made.ok) return reply.redirect(`${approvalPaths.list(made.slug)}?done=listed`, 303);
    const errors = [fieldError('name', 'Choose another name: a list of this name exists')];
    return reply.page(
      'approvals/new-list',
      { ...newListPage(), errors, values: form.values },
      { status: 422 },
    );
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

  app.get<WithId>('/staff/evidence/:id', staffOnly, async (request, reply) => {
    const found = await findSnapshotForAgency(db, request.staff.agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    const file = packetFile(found.snapshot.packet, found.snapshot.sha256);
    const { packet } = packetFileSchema.parse(JSON.parse(file));
    const verdict = verifyPacket(new TextEncoder().encode(file), found.snapshot.sha256);
    return reply.page(
      'evidence/snapshot',
      snapshotPage({ ...found, packet, verdict, zone: request.staff.timeZone, now: deps.clock.now() }),
    );
  });

  app.get<WithId>('/staff/evidence/:id/packet.json', staffOnly, async (request, reply) => {
    const id = parseId(request.params.id);
    const found = await findSnapshotForAgency(db, request.staff.agencyId, id);
    if (!found) throw new DomainError('not_found');
    return reply
      .header('content-disposition', `attachment; filename="countersign-evidence-${id}.json"`)
      .type('application/json')
      .send(packetFile(found.snapshot.packet, found.snapshot.sha256));
  });
}

function requireRole(request: FastifyRequest, role: 'editor' | 'approver') {
  if (!hasRole(request.staff.role, role)) throw new DomainError('forbidden');
  return request.staff;
}
