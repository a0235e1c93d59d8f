import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { accessOf } from './access.ts';
import { HttpError } from './http-error.ts';

const WINDOW_MS = 60_000;
/** One household or office has a /64; single addresses in it cost nothing. */
const IPV6_SUBNET = 64;

/** What guessing looks like: an unknown link, no or a wrong key. A 422 is a person with a form and does not count. */
const FAILURE_STATUSES = new Set([401, 403, 404]);

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Limits a minute, per personal link and per network address, counted in this process (STANDARDS S4).
 * Whole companies share one address, so requests that succeed have a generous limit and failures a narrow one.
 */
export async function registerRateLimits(app: FastifyInstance, config: Config): Promise<void> {
  await app.register(rateLimit, { global: false, cache: 20_000 });
  const perAddress = app.createRateLimit({
    max: config.rateLimits.perAddress,
    timeWindow: WINDOW_MS,
    ipv6Subnet: IPV6_SUBNET,
  });
  const failures = app.createRateLimit({
    max: config.rateLimits.failuresPerAddress,
    timeWindow: WINDOW_MS,
    ipv6Subnet: IPV6_SUBNET,
  });
  const perLink = app.createRateLimit({
    max: config.rateLimits.perLink,
    timeWindow: WINDOW_MS,
    // No real token is longer; what is, need not fill the memory.
    keyGenerator: (request) => (tokenOf(request) ?? '').slice(0, 64),
  });

  let lastFailureAt = Number.NEGATIVE_INFINITY;
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request);
    await demand(perAddress, request, reply);
    // Nobody has failed lately is what nearly every request finds, and costs nothing to see.
    if (performance.now() - lastFailureAt < WINDOW_MS) {
      await demand(failures, request, reply, { increment: false });
    }
    if ((access === 'token' || access === 'one-click') && tokenOf(request) !== null) {
      await demand(perLink, request, reply);
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    if (!FAILURE_STATUSES.has(reply.statusCode)) return;
    lastFailureAt = performance.now();
    await failures(request);
  });
}

async function demand(
  limiter: Limiter,
  request: FastifyRequest,
  reply: FastifyReply,
  options?: { increment: boolean },
): Promise<void> {
  const result = await limiter(request, options);
  if (result.isAllowed || !result.isExceeded) return;
  reply.header('retry-after', String(Math.max(1, result.ttlInSeconds)));
  throw new HttpError(429);
}

function tokenOf(request: FastifyRequest): string | null {
  const token = (request.params as Record<string, string> | undefined)?.token;
  return token ? token : null;
}
