import type { FastifyInstance } from 'fastify';
import { HttpError } from './http-error.ts';

/** Once closing has begun, requests in hand are finished and new ones on open connections are sent elsewhere. */
export function registerDraining(app: FastifyInstance): void {
  let draining = false;
  app.addHook('preClose', async () => {
    draining = true;
  });
  app.addHook('onRequest', (_request, _reply, done) => {
    done(draining ? new HttpError(503) : undefined);
  });
}
