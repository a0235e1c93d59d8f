import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { HttpError } from '../http/http-error.ts';
import { registerRawBodies } from '../http/raw-bodies.ts';
import { readPostmarkRequest } from './providers/postmark.ts';
import { readSendGridRequest } from './providers/sendgrid.ts';
import { readSesRequest } from './providers/ses.ts';
import type { HookOutcome } from './providers/verified.ts';
import { recordMailEvents } from './record-mail-event.ts';

export function registerDeliveryRoutes(app: FastifyInstance, deps: Deps): void {
  registerHooks(app, deps);
}

const HOOK_BYTES = 2 * 1024 * 1024;
const KEPT_CERTIFICATES = 8;

/**
 * `/hooks/<provider>`: what mail providers tell about mails that went through them. Open to all and believed only
 * after the provider's own proof; a provider that is not configured has no hook. Answers 200 to whatever is genuine,
 * known or not, once it is committed.
 */
function registerHooks(app: FastifyInstance, deps: Deps): void {
  const { ses, sendgrid, postmark } = deps.config.mailHooks;
  const { messageIdDomain } = deps.config;
  const config = { access: 'public' } as const;
  const fetchCertificate = keepTexts(deps.fetchText);

  const finish = async (request: FastifyRequest, outcome: HookOutcome): Promise<string> => {
    if (!outcome.ok) {
      request.log.warn({ status: outcome.status }, 'a receipt without proof was refused');
      throw new HttpError(outcome.status);
    }
    if (outcome.confirm) await deps.fetchText(outcome.confirm);
    if (outcome.events.length > 0) {
      const recorded = await recordMailEvents({ ...deps, log: request.log as Deps['log'] }, outcome.events);
      request.log.info(recorded, 'receipts');
    }
    return 'ok';
  };

  registerRawBodies(app, { maxBytes: HOOK_BYTES }, (scope) => {
    scope.post('/hooks/ses', { config }, async (request) => {
      if (!ses) throw new HttpError(404);
      const now = deps.clock.now();
      const outcome = await readSesRequest(rawBody(request), {
        ...ses,
        messageIdDomain,
        now,
        fetchText: fetchCertificate,
      }).catch((error: unknown) => {
        request.log.warn({ err: error }, 'the certificate of SNS could not be read');
        throw new HttpError(503);
      });
      return finish(request, outcome);
    });

    scope.post('/hooks/sendgrid', { config }, async (request) => {
      if (!sendgrid) throw new HttpError(404);
      const headers = {
        signature: one(request.headers['x-twilio-email-event-webhook-signature']),
        timestamp: one(request.headers['x-twilio-email-event-webhook-timestamp']),
      };
      const settings = { ...sendgrid, messageIdDomain, now: deps.clock.now() };
      return finish(request, readSendGridRequest(rawBody(request), headers, settings));
    });

    scope.post('/hooks/postmark', { config }, async (request) => {
      if (!postmark) throw new HttpError(404);
      const settings = { ...postmark, messageIdDomain };
      return finish(request, readPostmarkRequest(rawBody(request), request.headers.authorization, settings));
    });
  });
}

function rawBody(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header;
}

/** Amazon changes its certificate rarely; each is fetched once. */
function keepTexts(fetchText: (url: string) => Promise<string>): (url: string) => Promise<string> {
  const kept = new Map<string, string>();
  return async (url) => {
    const known = kept.get(url);
    if (known !== undefined) return known;
    const text = await fetchText(url);
    if (kept.size >= KEPT_CERTIFICATES) kept.clear();
    kept.set(url, text);
    return text;
  };
}
