import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { fieldError } from '../http/forms.ts';
import { HttpError } from '../http/http-error.ts';
import { registerOneClick } from '../http/one-click.ts';
import { isLanguage, preferredLanguage } from '../http/words.ts';
import { hashToken, isLinkTokenShaped } from '../lib/tokens.ts';
import { listMailbox, readMailboxMessage } from '../mail/local-mailbox.ts';
import { type Choice, choosePreference, endPreference } from './choose-preference.ts';
import { choiceForm, undoForm } from './forms.ts';
import {
  confirmEmployerPage,
  mailboxListPage,
  mailboxMessagePage,
  stopPage,
  unknownLinkPage,
} from './pages.ts';
import { findStopLink, getPreferences } from './queries.ts';
import { resumeMails, stopMails } from './suppress-address.ts';
import { WORDS } from './words.ts';

type TokenRequest = FastifyRequest<{ Params: { token: string }; Querystring: { lang?: unknown } }>;

export function registerOutreachRoutes(app: FastifyInstance, deps: Deps): void {
  registerStopRoutes(app, deps);
  if (deps.mailer.kind === 'local') registerMailboxRoutes(app, join(deps.config.dataDir, 'mailbox'));
}

/**
 * `/u/<token>`: one address for people and for mail programs (RFC 8058). Opening it shows a page and changes nothing;
 * posting to it stops the mails, whoever posts and whatever the body says.
 */
function registerStopRoutes(app: FastifyInstance, deps: Deps): void {
  const show = async (
    request: TokenRequest,
    reply: FastifyReply,
    event?: 'resumed' | 'chosen',
    fault?: 'pauseMissing',
  ) => {
    const { token } = request.params;
    const asked = request.query?.lang;
    const link = isLinkTokenShaped(token) ? await findStopLink(deps.db, hashToken(token)) : null;
    if (!link) {
      const language = preferredLanguage(asked, request.headers['accept-language']);
      return reply.page('outreach/stop', unknownLinkPage(language), { status: 404 });
    }
    const language = isLanguage(asked) ? asked : link.language;
    const preferences =
      link.contactId === null ? null : await getPreferences(deps.db, link.contactId, deps.clock.now());
    const page = stopPage(token, { ...link, language }, event, preferences);
    if (!fault) return reply.page('outreach/stop', page);
    const errors = [fieldError('days', WORDS[language][fault])];
    return reply.page('outreach/stop', { ...page, errors }, { status: 422 });
  };

  /** Whose link it is; null when it is none of ours or outlived the person's record. */
  const findPerson = async ({ params: { token }, query }: TokenRequest) => {
    const link = isLinkTokenShaped(token) ? await findStopLink(deps.db, hashToken(token)) : null;
    if (!link || link.contactId === null) return null;
    return { contactId: link.contactId, language: isLanguage(query?.lang) ? query.lang : link.language };
  };

  app.get('/u/:token', { config: { access: 'token' } }, (request: TokenRequest, reply) =>
    show(request, reply),
  );

  registerOneClick(app, (scope) => {
    scope.post('/u/:token', { config: { access: 'one-click' } }, async (request: TokenRequest, reply) => {
      const { token } = request.params;
      if (isLinkTokenShaped(token)) await stopMails(deps, hashToken(token));
      return show(request, reply);
    });
  });

  app.get('/u/:token/employer', { config: { access: 'token' } }, async (request: TokenRequest, reply) => {
    const { token } = request.params;
    const link = await findPerson(request);
    if (!link) return show(request, reply);
    const { employer } = await getPreferences(deps.db, link.contactId, deps.clock.now());
    return reply.page('outreach/confirm-employer', confirmEmployerPage(token, link.language, employer));
  });

  app.post('/u/:token/choose', { config: { access: 'token' } }, async (request: TokenRequest, reply) => {
    const link = await findPerson(request);
    if (!link) return show(request, reply);
    const form = choiceForm.safeParse(request.body);
    if (!form.success) return show(request, reply, undefined, 'pauseMissing');
    await choosePreference(deps, link.contactId, toChoice(form.data));
    return show(request, reply, 'chosen');
  });

  app.post('/u/:token/undo', { config: { access: 'token' } }, async (request: TokenRequest, reply) => {
    const link = await findPerson(request);
    if (!link) return show(request, reply);
    const form = undoForm.safeParse(request.body);
    if (form.success) await endPreference(deps, link.contactId, form.data.preference);
    return show(request, reply, form.success ? 'chosen' : undefined);
  });

  app.post('/u/:token/resume', { config: { access: 'token' } }, async (request: TokenRequest, reply) => {
    const { token } = request.params;
    if (isLinkTokenShaped(token)) await resumeMails(deps, hashToken(token));
    return show(request, reply, 'resumed');
  });
}

function toChoice(form: z.infer<typeof choiceForm>): Choice {
  switch (form.choice) {
    case 'paused':
      return { kind: 'paused', days: form.days };
    case 'not_agency':
      return { kind: 'not_agency', agencyId: form.agency };
    default:
      return { kind: form.choice };
  }
}

const mailboxQuery = z.object({ olderThan: z.string().max(60).optional() }).catch({});

/** What the local mailbox has kept: only there is no mail server, and only for a person at this machine. */
function registerMailboxRoutes(app: FastifyInstance, folder: string): void {
  const config = { access: 'local' } as const;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const message = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    const found = await readMailboxMessage(folder, request.params.id);
    if (!found) throw new HttpError(404);
    return found;
  };

  app.get('/mailbox', { config }, async (request, reply) => {
    const { olderThan } = mailboxQuery.parse(request.query);
    const page = await listMailbox(folder, { limit: 50, olderThan });
    return reply.page('outreach/mailbox', mailboxListPage(page, olderThan ?? null, zone));
  });

  app.get<{ Params: { id: string } }>('/mailbox/:id', { config }, async (request, reply) => {
    const page = mailboxMessagePage(await message(request), zone);
    reply.header(
      'content-security-policy',
      `${reply.getHeader('content-security-policy')}; frame-src 'self'`,
    );
    return reply.page('outreach/mailbox-message', page);
  });

  // The mail's own HTML, alone in a frame that can run nothing, send nothing and load nothing.
  app.get<{ Params: { id: string } }>('/mailbox/:id/html', { config }, async (request, reply) => {
    const { html } = await message(request);
    return reply
      .headers({
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
        'x-frame-options': 'SAMEORIGIN',
      })
      .type('text/html; charset=utf-8')
      .send(html.replace('<head>', '<head><base target="_blank">'));
  });
}
