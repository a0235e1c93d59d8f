import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { parseForm } from '../http/forms.ts';
import { HttpError } from '../http/http-error.ts';
import { parseId } from '../http/params.ts';
import { registerRawBodies } from '../http/raw-bodies.ts';
import { DomainError } from '../lib/errors.ts';
import { liftForm, stopForm, suppressionsQuery } from './forms.ts';
import { confirmLift, requestLift, withdrawLift } from './lift-suppression.ts';
import { PAGE_SIZE, RECEIPTS_SHOWN, receiptsPage, suppressionPage, suppressionsPage } from './pages.ts';
import { deliveryPaths } from './paths.ts';
import { readPostmarkRequest } from './providers/postmark.ts';
import { readSendGridRequest } from './providers/sendgrid.ts';
import { readSesRequest } from './providers/ses.ts';
import type { HookOutcome } from './providers/verified.ts';
import { countSuppressions, findSuppression, listReceiptsForStaff, listSuppressions } from './queries.ts';
import { recordMailEvents } from './record-mail-event.ts';
import { stopAddress } from './stop-address.ts';

export function registerDeliveryRoutes(app: FastifyInstance, deps: Deps): void {
  registerHooks(app, deps);
  registerSuppressionPages(app, deps);
}

type WithId = { Params: { id: string } };

/** The console's pages about addresses that get no mails, and about receipts that a person has to look at. */
function registerSuppressionPages(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const staff = { config: { access: 'staff' } } as const;

  const list = async (request: FastifyRequest) => {
    const { reason, page, done } = suppressionsQuery.parse(request.query);
    const [rows, counts] = await Promise.all([
      listSuppressions(db, { reason, limit: PAGE_SIZE, offset: (page - 1) * PAGE_SIZE }),
      countSuppressions(db),
    ]);
    return suppressionsPage({ rows, ...counts, reason, page, done, staff: request.staff });
  };

  app.get(deliveryPaths.suppressions, staff, async (request, reply) =>
    reply.page('delivery/suppressions', await list(request)),
  );

  app.post(deliveryPaths.suppressions, staff, async (request, reply) => {
    const form = parseForm(stopForm, request.body);
    if (!form.ok) {
      const page = { ...(await list(request)), errors: form.errors, values: form.values };
      return reply.page('delivery/suppressions', page, { status: 422 });
    }
    const { changed } = await stopAddress(deps, { staff: request.staff, address: form.data.address });
    return reply.redirect(`${deliveryPaths.suppressions}?done=${changed ? 'added' : 'known'}`, 303);
  });

  app.get(deliveryPaths.receipts, staff, async (request, reply) => {
    const { agencyId, timeZone: zone } = request.staff;
    const rows = await listReceiptsForStaff(db, agencyId, RECEIPTS_SHOWN);
    return reply.page('delivery/receipts', receiptsPage({ rows, zone }));
  });

  const one = async (request: FastifyRequest<WithId>) => {
    const row = await findSuppression(db, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    const { done } = suppressionsQuery.parse(request.query);
    return suppressionPage({ row, staff: request.staff, done, zone: request.staff.timeZone });
  };

  app.get<WithId>(`${deliveryPaths.suppressions}/:id`, staff, async (request, reply) =>
    reply.page('delivery/suppression', await one(request)),
  );

  app.post<WithId>(`${deliveryPaths.suppressions}/:id/lift`, staff, async (request, reply) => {
    const form = parseForm(liftForm, request.body);
    if (!form.ok) {
      const page = { ...(await one(request)), errors: form.errors, values: form.values };
      return reply.page('delivery/suppression', page, { status: 422 });
    }
    const suppressionId = parseId(request.params.id);
    await requestLift(deps, { staff: request.staff, suppressionId, reason: form.data.reason });
    return reply.redirect(`${deliveryPaths.suppression(suppressionId)}?done=requested`, 303);
  });

  app.post<WithId>(`${deliveryPaths.suppressions}/:id/confirm`, staff, async (request, reply) => {
    const suppressionId = parseId(request.params.id);
    await confirmLift(deps, { staff: request.staff, suppressionId });
    return reply.redirect(`${deliveryPaths.suppressions}?done=confirmed`, 303);
  });

  app.post<WithId>(`${deliveryPaths.suppressions}/:id/withdraw`, staff, async (request, reply) => {
    const suppressionId = parseId(request.params.id);
    await withdrawLift(deps, { staff: request.staff, suppressionId });
    return reply.redirect(`${deliveryPaths.suppression(suppressionId)}?done=withdrawn`, 303);
  });
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
