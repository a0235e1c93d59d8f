import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { ACCESS_KINDS, type Access, accessOf } from './access.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The headers of every response (STANDARDS S3); what differs by access is Referrer-Policy and caching. */
export function securityHeaders(config: Pick<Config, 'publicUrl'>, access: Access): Record<string, string> {
  // A personal link must not travel in a Referer. Elsewhere the own origin keeps it, which lets forms on plain
  // http carry an Origin that is not "null".
  const secretPath = access === 'token' || access === 'one-click';
  return {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': secretPath ? 'no-referrer' : 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(config.publicUrl.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
      : {}),
    ...(access === 'public' ? {} : { 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' }),
  };
}

/** Sets them before anything else runs, so that refusals and errors carry them too. */
export function registerHeaders(app: FastifyInstance, config: Config): void {
  const headersFor = Object.fromEntries(
    ACCESS_KINDS.map((access) => [access, securityHeaders(config, access)]),
  ) as Record<Access, Record<string, string>>;
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersFor[accessOf(request)]);
    done();
  });
}
