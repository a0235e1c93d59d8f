import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiScope, StaffRole } from '../agencies/types.ts';
import { invariant } from '../lib/errors.ts';
import { HttpError } from './http-error.ts';

/**
 * Who may call a route. Every route says it in `config.access`; one that does not is a bug found at start.
 * - public: anybody
 * - token: whoever holds the personal link; the token in the path is the authority
 * - one-click: RFC 8058 unsubscribe, a POST by a mail provider; the token in the path is the authority
 * - staff: a signed-in staff member
 * - api: a program with an API key
 * - local: a person at this machine, for the local mailbox
 */
export const ACCESS_KINDS = ['public', 'token', 'one-click', 'staff', 'api', 'local'] as const;
export type Access = (typeof ACCESS_KINDS)[number];

export type StaffIdentity = {
  id: number;
  agencyId: number;
  role: StaffRole;
  name: string;
  agencyName: string;
  agencyShortName: string;
  /** The agency's zone, in which the console shows times. */
  timeZone: string;
  sessionId: number;
};

export type ApiIdentity = {
  keyId: number;
  agencyId: number;
  scopes: ApiScope[];
  /** The staff member who made the key, and answers for what it does. */
  madeBy: number;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Present on routes with access `staff`; reading it elsewhere is a bug. */
    staff: StaffIdentity;
    /** Present on routes with access `api`. */
    apiClient: ApiIdentity;
  }
  interface FastifyInstance {
    /** Every route there is, for the tests that walk them all. */
    routeTable: { method: string; url: string; access: Access }[];
    /** Set by the agencies feature: who is signed in on this request, or null. Must change nothing but "last seen". */
    authenticateStaff: ((request: FastifyRequest) => Promise<StaffIdentity | null>) | null;
    /** Set by the api feature: whose key this request carries, or null. */
    authenticateApi: ((request: FastifyRequest) => Promise<ApiIdentity | null>) | null;
  }
}

export const SIGN_IN_PATH = '/staff/sign-in';

export function accessOf(request: FastifyRequest): Access {
  return request.routeOptions.config.access ?? 'public';
}

/** Refuses routes without `config.access` at registration, and requests without the access at run time. */
export function registerAccess(app: FastifyInstance): void {
  app.decorate('routeTable', []);
  app.decorate('authenticateStaff', null);
  app.decorate('authenticateApi', null);
  app.decorateRequest('staff', null as unknown as StaffIdentity);
  app.decorateRequest('apiClient', null as unknown as ApiIdentity);

  app.addHook('onRoute', (route) => {
    const access = ACCESS_KINDS.find((kind) => kind === route.config?.access);
    invariant(access, `route ${route.method} ${route.url} declares its access`);
    for (const method of [route.method].flat()) app.routeTable.push({ method, url: route.url, access });
  });

  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request);
    if (access === 'staff') return requireStaff(app, request, reply);
    if (access === 'api') return requireApiKey(app, request, reply);
    if (access === 'local' && !isFromThisMachine(request)) throw new HttpError(404);
  });
}

async function requireStaff(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  invariant(app.authenticateStaff, 'the agencies feature has set authenticateStaff');
  const staff = await app.authenticateStaff(request);
  if (staff) {
    request.staff = staff;
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new HttpError(401);
  return reply.redirect(`${SIGN_IN_PATH}?next=${encodeURIComponent(request.url)}`, 303);
}

async function requireApiKey(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  invariant(app.authenticateApi, 'the api feature has set authenticateApi');
  const client = await app.authenticateApi(request);
  if (!client) {
    reply.header('www-authenticate', 'Bearer realm="countersign"');
    throw new HttpError(401);
  }
  request.apiClient = client;
}

/** The path to go to after sign-in, or the console's first page when it is not a path of the console. */
export function nextPath(value: unknown): string {
  if (typeof value !== 'string' || value.length > 500 || !/^\/staff(?:[/?]|$)/.test(value)) return '/staff';
  // Backslashes and control characters are read as slashes or dropped by some browsers.
  return /[\\\p{Cc}]/u.test(value) || value.startsWith(SIGN_IN_PATH) ? '/staff' : value;
}

/** A proxy on this machine also connects from loopback, so its header and the name asked for are looked at too. */
function isFromThisMachine(request: FastifyRequest): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined)
    return false;
  return isLoopback(request.socket.remoteAddress) && isLoopback(request.hostname);
}

function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(?:::ffff:)?127\.|^(?:\[?::1\]?|localhost)$/.test(host);
}
