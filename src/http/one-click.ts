import type { FastifyInstance } from 'fastify';

const BODY_LIMIT = 2 * 1024;

/**
 * Registers RFC 8058 endpoints: a mail provider posts `List-Unsubscribe=One-Click` as multipart or urlencoded
 * (STANDARDS E2). The body is read and dropped: the token in the path alone says whose link it is.
 */
export function registerOneClick(app: FastifyInstance, routes: (scope: FastifyInstance) => void): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT }, (_request, _body, done) => {
      done(null, null);
    });
    routes(scope);
  });
}
