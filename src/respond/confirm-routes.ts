import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { isLanguage, preferredLanguage } from '../http/words.ts';
import { hashToken, isLinkTokenShaped } from '../lib/tokens.ts';
import { getInstrumentVersion } from '../surveys/queries.ts';
import { confirmAnswers } from './confirm-answers.ts';
import { type ConfirmContext, confirmPage, settledPage } from './confirm-pages.ts';
import { findConfirmation } from './confirmation-queries.ts';
import { confirmForm, shownAt } from './forms.ts';
import { unknownPage } from './pages.ts';
import { confirmPath } from './paths.ts';
import { TEXT } from './text.ts';

type Request = FastifyRequest<{ Params: { token: string }; Querystring: { lang?: unknown } }>;

/** `/v/<token>`: somebody says by a mailed link whether answers are theirs. Opening it changes nothing. */
export function registerConfirmRoutes(app: FastifyInstance, deps: Deps): void {
  const config = { access: 'token' } as const;

  app.get<{ Params: { token: string }; Querystring: { lang?: unknown } }>(
    '/v/:token',
    { config },
    async (request, reply) => {
      const context = await contextOf(deps, request);
      return context ? show(context, reply) : unknown(request, reply);
    },
  );

  app.post<{ Params: { token: string }; Querystring: { lang?: unknown } }>(
    '/v/:token',
    { config },
    async (request, reply) => {
      const context = await contextOf(deps, request);
      if (!context) return unknown(request, reply);
      const text = TEXT[context.language];
      const form = parseForm(confirmForm(text), request.body);
      if (!form.ok) return show(context, reply, form);
      const { shown } = (request.body ?? {}) as FormValues;
      const outcome = await confirmAnswers(deps, {
        tokenHash: hashToken(context.token),
        answer: form.data.answer,
        shownAt: shownAt.parse(shown),
      });
      if (outcome.confirmed) return reply.redirect(confirmPath(context.token, context.language), 303);
      if (outcome.reason !== 'too_quick') return show(context, reply);
      return show(context, reply, {
        errors: [fieldError('answer', text.errors.confirmQuick)],
        values: form.values,
      });
    },
  );

  async function show(
    context: ConfirmContext,
    reply: FastifyReply,
    form?: { errors: readonly FieldError[]; values: FormValues },
  ) {
    const { confirmation } = context;
    const now = deps.clock.now();
    const state =
      confirmation.answer ??
      (confirmation.expiresAt <= now || confirmation.said.length === 0 ? 'expired' : null);
    if (state) return reply.page('respond/message', settledPage(context, state));
    const ids = [...new Set(confirmation.said.map(({ instrumentVersionId }) => instrumentVersionId))];
    const versions = await Promise.all(ids.map((id) => getInstrumentVersion(deps.db, id)));
    const instruments = new Map(versions.map(({ id, body }) => [id, body]));
    const page = confirmPage({ ...context, instruments, shownAt: now.getTime().toString(36) }, form);
    return reply.page('respond/confirm', page, { status: form ? 422 : 200 });
  }
}

async function contextOf(deps: Pick<Deps, 'db'>, request: Request): Promise<ConfirmContext | null> {
  const { token } = request.params;
  if (!isLinkTokenShaped(token)) return null;
  const confirmation = await findConfirmation(deps.db, { tokenHash: hashToken(token) });
  if (!confirmation) return null;
  const { lang } = request.query;
  return { token, confirmation, language: isLanguage(lang) ? lang : confirmation.language };
}

function unknown(request: Request, reply: FastifyReply) {
  const language = preferredLanguage(request.query.lang, request.headers['accept-language']);
  return reply.page('respond/message', unknownPage(language), { status: 404 });
}
