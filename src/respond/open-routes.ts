import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, parseForm } from '../http/forms.ts';
import { HttpError } from '../http/http-error.ts';
import { preferredLanguage } from '../http/words.ts';
import { getInstrumentVersion, getNoticeVersion } from '../surveys/queries.ts';
import { checkAnswer } from '../surveys/rules.ts';
import { shownAt } from './forms.ts';
import { receiveOpenAnswer } from './open-answers.ts';
import { notOpenPage, type OpenContext, openPage, sentPage } from './open-pages.ts';
import { findOpenList, listOpenCredentials } from './open-queries.ts';
import { OPEN_TEXT } from './open-text.ts';
import { answerErrors } from './pages.ts';
import { openForm } from './submission-forms.ts';

type Route = {
  Params: { list: string; credential: string };
  Querystring: { lang?: string; sent?: string };
};
type Request = FastifyRequest<Route>;
type Found = OpenContext & {
  list: NonNullable<Awaited<ReturnType<typeof findOpenList>>>;
  credential: { id: number; slug: string; name: string; issuer: string };
};

/** So many answers of one network address in a quarter of an hour; an office that has more to say was better invited. */
const SENDINGS = 10;
const SENDINGS_WINDOW_MS = 15 * 60_000;

/** What anybody may say of a credential of an open list. No link, no account; a mail confirms, staff match. */
export function registerOpenRoutes(app: FastifyInstance, deps: Deps): void {
  const path = '/lists/:list/:credential/answer';
  const config = { access: 'public' } as const;
  const limit = app.createRateLimit({ max: SENDINGS, timeWindow: SENDINGS_WINDOW_MS, ipv6Subnet: 64 });

  app.get<Route>(path, { config }, async (request, reply) => {
    const found = await find(deps, request);
    if (!found) return closed(request, reply);
    noStore(reply);
    if (request.query.sent === '1')
      return reply.page('respond/message', sentPage(found), { layout: 'employer' });
    return show(found, reply);
  });

  app.post<Route>(path, { config }, async (request, reply) => {
    const found = await find(deps, request);
    if (!found) return closed(request, reply);
    noStore(reply);
    const { list, credential, language } = found;
    const { body } = await getInstrumentVersion(deps.db, list.instrumentVersionId);
    const sent = (request.body ?? {}) as FormValues;
    const form = parseForm(openForm(OPEN_TEXT[language].errors), sent);
    const checked = checkAnswer(body, { notFamiliar: sent.not_familiar !== undefined, values: sent });
    if (!form.ok || !checked.ok) {
      const errors = [
        ...(checked.ok ? [] : answerErrors(body, checked.errors, language)),
        ...(form.ok ? [] : form.errors),
      ];
      return show(found, reply, { errors, values: form.values });
    }
    const used = await limit(request);
    if (!used.isAllowed && used.isExceeded) {
      reply.header('retry-after', String(Math.max(1, used.ttlInSeconds)));
      throw new HttpError(429);
    }
    const { data } = form;
    const { taken } = await receiveOpenAnswer(deps, {
      openLinkId: list.openLinkId,
      credentialId: credential.id,
      language,
      answer: checked.answer,
      relation: data.relation,
      respondentName: data.name,
      respondentTitle: data.job,
      hiringAuthority: data.hiring === 'yes',
      employerName: data.employer,
      employerPlace: data.place,
      employerWebsite: data.website,
      email: data.email,
      shownAt: shownAt.parse(sent.shown),
    });
    if (!taken) return closed(request, reply);
    return reply.redirect(`${pathOf(found)}?sent=1${language === 'es' ? '&lang=es' : ''}`, 303);
  });

  async function show(
    found: Found,
    reply: FastifyReply,
    form?: { errors: readonly FieldError[]; values: FormValues },
  ) {
    const { list } = found;
    const page = openPage(
      {
        ...found,
        instrument: await getInstrumentVersion(deps.db, list.instrumentVersionId),
        notice: (await getNoticeVersion(deps.db, list.noticeVersionId)).body,
        shownAt: deps.clock.now().getTime().toString(36),
      },
      form,
    );
    return reply.page('respond/open', page, { layout: 'employer', status: form ? 422 : 200 });
  }
}

function pathOf({ list, credential }: Found): string {
  return `/lists/${list.slug}/${credential.slug}/answer`;
}

/** The form carries the time at which it was shown, and what was typed comes back in it. */
function noStore(reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
}

async function find(deps: Pick<Deps, 'db' | 'clock'>, request: Request): Promise<Found | null> {
  const list = await findOpenList(deps.db, request.params.list, deps.clock.now());
  if (!list) return null;
  const credential = (await listOpenCredentials(deps.db, list.listId)).find(
    ({ slug }) => slug === request.params.credential,
  );
  return credential ? { list, credential, language: languageOf(request) } : null;
}

function languageOf(request: Request) {
  return preferredLanguage(request.query.lang, request.headers['accept-language']);
}

/** Not open, no such list, no such credential: one page for all. */
function closed(request: Request, reply: FastifyReply) {
  return reply.page('respond/message', notOpenPage(languageOf(request)), { layout: 'employer', status: 404 });
}
