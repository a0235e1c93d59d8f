import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { editEmployer } from './edit-employer.ts';
import { contactSiteForm, employerForm, siteForm } from './identity-forms.ts';
import { editEmployerPage, sitePage } from './identity-pages.ts';
import { employerPaths, withQuery } from './paths.ts';
import { findEmployer, listSites } from './queries.ts';
import { closeSite, placeContact, saveSite } from './save-site.ts';

type WithId = { Params: { id: string } };
type WithSite = { Params: { id: string; siteId: string } };
type WithContact = { Params: { id: string; contactId: string } };
type Refused = { errors: FieldError[]; values: FormValues };

const staff = { config: { access: 'staff' } } as const;

/** Staff correct who an employer is: its names, numbers, domains, parent and sites. */
export function registerIdentityRoutes(app: FastifyInstance, deps: Deps): void {
  const getEmployer = async (text: string) => {
    const employer = await findEmployer(deps.db, parseId(text));
    if (!employer) throw new DomainError('not_found');
    return employer;
  };

  const showEdit = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const employer = await getEmployer(request.params.id);
    const page = editEmployerPage(employer);
    return reply.page('employers/edit', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get<WithId>('/staff/employers/:id/edit', staff, (request, reply) => {
    requireRole(request, 'editor');
    return showEdit(request, reply);
  });

  app.post<WithId>('/staff/employers/:id/edit', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(employerForm, request.body);
    if (!form.ok) return showEdit(request, reply, form);
    const employerId = parseId(request.params.id);
    const saved = await editEmployer(deps, { employerId, ...actorOf(request), form: form.data });
    if (!saved.ok) {
      const error =
        saved.reason === 'fein_taken'
          ? fieldError('fein', 'Enter another number: this one belongs to another employer')
          : fieldError('parent', 'Enter another name: an employer is not its own parent');
      return showEdit(request, reply, { errors: [error], values: form.values });
    }
    return reply.redirect(withQuery(employerPaths.employer(employerId), { done: 'edited' }), 303);
  });

  const showSite = async (
    request: FastifyRequest<WithId>,
    reply: FastifyReply,
    siteId: number | null,
    refused?: Refused,
  ) => {
    const employer = await getEmployer(request.params.id);
    const sites = siteId === null ? [] : await listSites(deps.db, employer.id);
    const site = sites.find(({ id }) => id === siteId) ?? null;
    if (siteId !== null && !site) throw new DomainError('not_found');
    const page = sitePage(employer, site);
    return reply.page('employers/site', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  const save = async (request: FastifyRequest<WithId>, reply: FastifyReply, siteId: number | null) => {
    requireRole(request, 'editor');
    const form = parseForm(siteForm, request.body);
    if (!form.ok) return showSite(request, reply, siteId, form);
    const employerId = parseId(request.params.id);
    const saved = await saveSite(deps, { employerId, siteId, ...actorOf(request), form: form.data });
    if (!saved.ok) {
      const message = 'Enter another name: the employer has a site of this name';
      return showSite(request, reply, siteId, { errors: [fieldError('name', message)], values: form.values });
    }
    return reply.redirect(withQuery(employerPaths.employer(employerId), { done: 'site' }), 303);
  };

  app.get<WithId>('/staff/employers/:id/sites/new', staff, (request, reply) => {
    requireRole(request, 'editor');
    return showSite(request, reply, null);
  });
  app.post<WithId>('/staff/employers/:id/sites/new', staff, (request, reply) => save(request, reply, null));
  app.get<WithSite>('/staff/employers/:id/sites/:siteId', staff, (request, reply) => {
    requireRole(request, 'editor');
    return showSite(request, reply, parseId(request.params.siteId));
  });
  app.post<WithSite>('/staff/employers/:id/sites/:siteId', staff, (request, reply) =>
    save(request, reply, parseId(request.params.siteId)),
  );

  app.post<WithSite>('/staff/employers/:id/sites/:siteId/close', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const employerId = parseId(request.params.id);
    await closeSite(deps, { employerId, siteId: parseId(request.params.siteId), ...actorOf(request) });
    return reply.redirect(withQuery(employerPaths.employer(employerId), { done: 'closed' }), 303);
  });

  app.post<WithContact>('/staff/employers/:id/contacts/:contactId/site', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const employerId = parseId(request.params.id);
    const form = parseForm(contactSiteForm, request.body);
    if (!form.ok) throw new DomainError('not_found');
    const contactId = parseId(request.params.contactId);
    await placeContact(deps, { employerId, contactId, siteId: form.data.site, ...actorOf(request) });
    return reply.redirect(withQuery(employerPaths.employer(employerId), { done: 'placed' }), 303);
  });
}

function actorOf(request: FastifyRequest) {
  return { agencyId: request.staff.agencyId, staffId: request.staff.id };
}
