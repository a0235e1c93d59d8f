import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { DomainError } from '../lib/errors.ts';
import { CAREER_CLUSTERS } from './career-clusters.ts';
import { credentialPage, credentialsPage, PAGE_SIZE } from './pages.ts';
import { credentialPaths } from './paths.ts';
import { countCredentials, findCredentialBySlug, listCredentials } from './queries.ts';

const listQuery = z.object({
  text: z.string().trim().min(1).max(200).nullable().catch(null).default(null),
  cluster: z.enum(CAREER_CLUSTERS).nullable().catch(null).default(null),
  page: z.coerce.number().int().min(1).max(100_000).catch(1).default(1),
});

/** The import of every kind of list is one page of the console; see src/employers/import-routes.ts. */
const IMPORT_HREF = '/staff/imports/new?kind=credentials';

const staff = { config: { access: 'staff' } } as const;

export function registerCredentialRoutes(app: FastifyInstance, deps: Deps): void {
  app.get(credentialPaths.list, staff, async (request, reply) => {
    const filter = listQuery.parse(request.query);
    const [rows, total] = await Promise.all([
      listCredentials(deps.db, filter, { limit: PAGE_SIZE, offset: (filter.page - 1) * PAGE_SIZE }),
      countCredentials(deps.db, filter),
    ]);
    const importHref = hasRole(request.staff.role, 'editor') ? IMPORT_HREF : null;
    return reply.page('credentials/list', credentialsPage({ filter, rows, total, importHref }));
  });

  app.get<{ Params: { slug: string } }>('/staff/credentials/:slug', staff, async (request, reply) => {
    const credential = await findCredentialBySlug(deps.db, request.params.slug);
    if (!credential) throw new DomainError('not_found');
    return reply.page('credentials/one', credentialPage(credential));
  });
}
