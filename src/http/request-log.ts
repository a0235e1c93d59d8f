import type { FastifyInstance } from 'fastify';

/**
 * One line a request. It names the route's pattern and never the address: paths hold personal links, queries hold
 * sign-in tokens (STANDARDS S1).
 */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.staff ? { staffId: request.staff.id } : {}),
      },
      'request',
    );
    done();
  });
}
