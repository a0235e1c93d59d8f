import type { FastifyInstance } from 'fastify';

/**
 * Registers routes for programs that sign what they post: `request.body` is a Buffer with exactly the bytes that
 * came, whatever their content type says.
 */
export function registerRawBodies(
  app: FastifyInstance,
  options: { maxBytes: number },
  routes: (scope: FastifyInstance) => void,
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: options.maxBytes },
      (_request, body, done) => {
        done(null, body);
      },
    );
    routes(scope);
  });
}
