import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { type Access, accessOf } from './access.ts';
import { HttpError } from './http-error.ts';

export type RequestOrigin = {
  method: string;
  access: Access;
  /** Sec-Fetch-Site, which browsers send to https and to localhost only. */
  fetchSite: string | undefined;
  origin: string | undefined;
  /** Host (and port) that the request was sent to, and that of the public address. */
  hosts: readonly string[];
};

/**
 * Whether a request may change something, judged by what browsers say of where it comes from (STANDARDS S2).
 * Nothing rides on cookies with `one-click` and `api`. With `token` and `public` there is no session to ride on
 * either, so a browser that says nothing is let through; `staff` and `local` need a browser's word that the form was ours.
 */
export function isSameOrigin(request: RequestOrigin): boolean {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return true;
  if (request.access === 'one-click' || request.access === 'api') return true;
  // Only a person at the browser causes "none": a reload, a restored tab.
  if (request.fetchSite !== undefined)
    return request.fetchSite === 'same-origin' || request.fetchSite === 'none';
  // Pages of personal links say Referrer-Policy: no-referrer, which turns the Origin of their own forms to "null".
  const silent = request.origin === undefined || request.origin === 'null';
  if (silent) return request.access === 'token' || request.access === 'public';
  return URL.canParse(request.origin!) && request.hosts.includes(new URL(request.origin!).host);
}

export function registerCsrf(app: FastifyInstance, config: Config): void {
  const publicHost = new URL(config.publicUrl).host;
  app.addHook('onRequest', (request, _reply, done) => {
    const fetchSite = request.headers['sec-fetch-site'];
    const allowed = isSameOrigin({
      method: request.method,
      access: accessOf(request),
      fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
      origin: request.headers.origin,
      hosts: [publicHost, request.host],
    });
    done(allowed ? undefined : new HttpError(403));
  });
}
