import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { changeContactState } from './change-contact.ts';
import { markDistinct, mergeDuplicate } from './decide-duplicate.ts';
import { contactForm, decideForm, duplicatesQuery, employerFilterQuery } from './forms.ts';
import { duplicateOfForm, identityRequestForm } from './identity-forms.ts';
import { findOpenRequest, listDecisionsAgainst, planLinks } from './identity-queries.ts';
import { registerIdentityRoutes } from './identity-routes.ts';
import { registerImportRoutes } from './import-routes.ts';
import type { EmployerPageParts } from './observers.ts';
import { duplicatePage, duplicatesPage, employerPage, employersPage, noticeOf, PAGE_SIZE } from './pages.ts';
import { employerPaths, withQuery } from './paths.ts';
import { proposePair } from './propose-pair.ts';
import {
  countEmployers,
  countProposals,
  findEmployer,
  findProposal,
  listContacts,
  listEmployers,
  listGroupMembers,
  listPossibleRelatives,
  listProposals,
  listProposalsOf,
  listSites,
  listUnitMembers,
} from './queries.ts';
import {
  confirmIdentityChange,
  requestIdentityChange,
  withdrawIdentityChange,
} from './request-identity-change.ts';

type WithId = { Params: { id: string } };
type Refused = { errors: FieldError[]; values: FormValues };

const staff = { config: { access: 'staff' } } as const;

/** The console's pages about employers, their possible duplicates, and imports. */
export async function registerEmployerRoutes(
  app: FastifyInstance,
  deps: Deps,
  parts: EmployerPageParts,
): Promise<void> {
  app.get(employerPaths.list, staff, async (request, reply) => {
    const filter = employerFilterQuery.parse(request.query);
    const { page } = filter;
    const [rows, total, proposals] = await Promise.all([
      listEmployers(deps.db, filter, { limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }),
      countEmployers(deps.db, filter),
      countProposals(deps.db),
    ]);
    const { text, sector, city, size } = filter;
    return reply.page(
      'employers/list',
      employersPage({
        filter: { text, sector, city, size, page },
        rows,
        total,
        openProposals: proposals.open,
        mayImport: hasRole(request.staff.role, 'editor'),
      }),
    );
  });

  app.get(employerPaths.duplicates, staff, async (request, reply) => {
    const { show, page, done } = duplicatesQuery.parse(request.query);
    const [rows, counts] = await Promise.all([
      listProposals(deps.db, {
        decided: show === 'decided',
        limit: PAGE_SIZE,
        offset: (page - 1) * PAGE_SIZE,
      }),
      countProposals(deps.db),
    ]);
    const data = duplicatesPage({ show, page, rows, counts });
    return reply.page('employers/duplicates', {
      ...data,
      notice: noticeOf(done),
      zone: request.staff.timeZone,
    });
  });

  const showDuplicate = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const proposal = await findProposal(deps.db, parseId(request.params.id));
    if (!proposal) throw new DomainError('not_found');
    const [a, b, contactsOfA, contactsOfB] = await Promise.all([
      findEmployer(deps.db, proposal.aId),
      findEmployer(deps.db, proposal.bId),
      listContacts(deps.db, proposal.aId),
      listContacts(deps.db, proposal.bId),
    ]);
    if (!a || !b) throw new DomainError('not_found');
    const { id, role, timeZone, agencyId } = request.staff;
    const pair = { id: proposal.id, employerAId: proposal.aId, employerBId: proposal.bId };
    const isOpen = proposal.state === 'open';
    const [open, against] = await Promise.all([
      findOpenRequest(deps.db, proposal.id),
      isOpen ? listDecisionsAgainst(deps.db, pair) : [],
    ]);
    const preview = async (decision: 'merge' | 'distinct' | 'reopen') => {
      const links = await planLinks(deps.db, pair, decision, deps.clock.now());
      return parts.previewCounts(links, agencyId);
    };
    const counts = isOpen
      ? { merge: await preview('merge'), distinct: await preview('distinct') }
      : { reopen: await preview('reopen') };
    const page = duplicatePage({
      proposal,
      a,
      b,
      contacts: { a: contactsOfA.length, b: contactsOfB.length },
      viewer: { id, mayDecide: hasRole(role, 'editor') },
      request: open,
      against,
      counts,
    });
    const { done } = duplicatesQuery.parse(request.query);
    return reply.page(
      'employers/duplicate',
      { ...page, zone: timeZone, notice: noticeOf(done), ...refused },
      { status: refused ? 422 : 200 },
    );
  };

  app.get<WithId>('/staff/employers/duplicates/:id', staff, (request, reply) =>
    showDuplicate(request, reply),
  );

  app.post<WithId>('/staff/employers/duplicates/:id', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(decideForm, request.body);
    if (!form.ok) return showDuplicate(request, reply, form);
    const { decision, survivor, reason } = form.data;
    const input = { proposalId: parseId(request.params.id), ...actorOf(request), reason };
    if (decision === 'merge' && (await isAgainstDecisions(input.proposalId))) {
      if (!reason) {
        return showDuplicate(request, reply, {
          errors: [fieldError('reason', 'Enter why: a second person decides by it')],
          values: form.values,
        });
      }
      await requestIdentityChange(deps, { ...input, kind: 'merge', survivorId: survivor, reason });
      return reply.redirect(withQuery(employerPaths.duplicate(input.proposalId), { done: 'requested' }), 303);
    }
    if (decision === 'distinct') await markDistinct(deps, input);
    else await mergeDuplicate(deps, { ...input, ...(survivor !== undefined && { survivorId: survivor }) });
    const done = decision === 'distinct' ? 'distinct' : 'merged';
    return reply.redirect(withQuery(employerPaths.duplicates, { done }), 303);
  });

  app.post<WithId>('/staff/employers/duplicates/:id/reopen', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(identityRequestForm, request.body);
    if (!form.ok) return showDuplicate(request, reply, form);
    const input = { proposalId: parseId(request.params.id), ...actorOf(request), reason: form.data.reason };
    await requestIdentityChange(deps, { ...input, kind: 'reopen' });
    return reply.redirect(withQuery(employerPaths.duplicate(input.proposalId), { done: 'requested' }), 303);
  });

  app.post<WithId>('/staff/employers/duplicates/:id/confirm', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const proposalId = parseId(request.params.id);
    const open = await findOpenRequest(deps.db, proposalId);
    await confirmIdentityChange(deps, { proposalId, ...actorOf(request) });
    const done = open?.kind === 'merge' ? 'merged' : 'reopened';
    return reply.redirect(withQuery(employerPaths.duplicate(proposalId), { done }), 303);
  });

  app.post<WithId>('/staff/employers/duplicates/:id/withdraw', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const proposalId = parseId(request.params.id);
    await withdrawIdentityChange(deps, { proposalId, ...actorOf(request) });
    return reply.redirect(withQuery(employerPaths.duplicate(proposalId), { done: 'withdrawn' }), 303);
  });

  const isAgainstDecisions = async (proposalId: number) => {
    const proposal = await findProposal(deps.db, proposalId);
    if (!proposal) throw new DomainError('not_found');
    const pair = { id: proposal.id, employerAId: proposal.aId, employerBId: proposal.bId };
    return (await listDecisionsAgainst(deps.db, pair)).length > 0;
  };

  const showEmployer = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const employer = await findEmployer(deps.db, parseId(request.params.id));
    if (!employer) throw new DomainError('not_found');
    const [survivor, members, contacts, proposals, sites, groupMembers, relatives] = await Promise.all([
      employer.mergedIntoId === null ? null : findEmployer(deps.db, employer.mergedIntoId),
      listUnitMembers(deps.db, employer.unitId),
      listContacts(deps.db, employer.id),
      listProposalsOf(deps.db, employer.id),
      listSites(deps.db, employer.id),
      listGroupMembers(deps.db, employer.id),
      listPossibleRelatives(deps.db, employer.id),
    ]);
    const mayChange = hasRole(request.staff.role, 'editor');
    const { agencyId, timeZone } = request.staff;
    const touches = await parts.readTouches({ agencyId, agencyZone: timeZone, employer, contacts });
    const page = employerPage({
      employer,
      survivor,
      members,
      contacts,
      proposals,
      touches,
      sites,
      groupMembers,
      relatives,
      mayChange,
    });
    const { done } = duplicatesQuery.parse(request.query);
    return reply.page(
      'employers/one',
      { ...page, notice: noticeOf(done), zone: request.staff.timeZone, ...refused },
      { status: refused ? 422 : 200 },
    );
  };

  app.get<WithId>('/staff/employers/:id', staff, (request, reply) => showEmployer(request, reply));

  app.post<WithId>('/staff/employers/:id/duplicate-of', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const employerId = parseId(request.params.id);
    const form = parseForm(duplicateOfForm, request.body);
    if (!form.ok) return showEmployer(request, reply, form);
    const { other } = form.data;
    const message =
      other === employerId
        ? 'Enter the number of another record: this is the number of this one'
        : (await findEmployer(deps.db, other)) === null && 'There is no record of this number';
    if (message) {
      const errors = [fieldError('other', message)];
      return showEmployer(request, reply, { errors, values: form.values });
    }
    const actor = actorOf(request);
    const { proposalId, isNew } = await proposePair(deps, { ...actor, employerIds: [employerId, other] });
    const done = isNew ? 'named' : 'known';
    return reply.redirect(withQuery(employerPaths.duplicate(proposalId), { done }), 303);
  });

  app.post<{ Params: { id: string; contactId: string } }>(
    '/staff/employers/:id/contacts/:contactId',
    staff,
    async (request, reply) => {
      requireRole(request, 'editor');
      const form = parseForm(contactForm, request.body);
      const [employerId, contactId] = [parseId(request.params.id), parseId(request.params.contactId)];
      if (!form.ok) throw new DomainError('not_found');
      await changeContactState(deps, { employerId, contactId, state: form.data.state, ...actorOf(request) });
      return reply.redirect(withQuery(employerPaths.employer(employerId), { done: 'contact' }), 303);
    },
  );

  registerIdentityRoutes(app, deps);
  await registerImportRoutes(app, deps);
}

function actorOf(request: FastifyRequest) {
  return { agencyId: request.staff.agencyId, staffId: request.staff.id };
}
