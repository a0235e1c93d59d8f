import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { documentPath } from './paths.ts';
import { findDocumentContent } from './queries.ts';

/** Should a browser open it after all: no scripts, no forms, no same origin. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

export function registerDocumentRoutes(app: FastifyInstance, deps: Pick<Deps, 'db'>): void {
  app.get<{ Params: { id: string } }>(
    documentPath(':id'),
    { config: { access: 'staff' } },
    async (request, reply) => {
      const found = await findDocumentContent(deps.db, request.staff.agencyId, parseId(request.params.id));
      if (!found) throw new DomainError('not_found');
      if (!found.content) throw new DomainError('document_removed');
      return reply
        .headers({
          'content-type': found.mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : found.mediaType,
          'content-disposition': attachment(found.name),
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
          etag: `"${found.sha256}"`,
        })
        .send(found.content);
    },
  );
}

/** RFC 6266: ASCII for old programs, RFC 8187 for the real name. */
function attachment(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
