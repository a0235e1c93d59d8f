import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import type { Language } from '../employers/types.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { isLanguage, preferredLanguage } from '../http/words.ts';
import { hashToken, isLinkTokenShaped } from '../lib/tokens.ts';
import { getInstrumentVersions, getNoticeVersion } from '../surveys/queries.ts';
import type { NoticeBody } from '../surveys/types.ts';
import { declineInvitation } from './decline-invitation.ts';
import {
  aboutForm,
  colleagueForm,
  connectionForm,
  credentialHidden,
  declineForm,
  meetingForm,
  pageNumber,
  shownAt,
  youForm,
} from './forms.ts';
import { createKeptPages, HOLES } from './kept-pages.ts';
import { createKnownNames } from './known-names.ts';
import * as pages from './pages.ts';
import { type RespondStep, respondPath } from './paths.ts';
import { findCredentialFacts, findRespondFacts, findWait } from './queries.ts';
import { referInvitation } from './refer-invitation.ts';
import { accessOf, endedAskers, hasUnsentChanges, isSomebodyElse, issuersOf } from './rules.ts';
import { saveCredential, savePage } from './save-page.ts';
import { sendAnswers } from './send-answers.ts';
import { TEXT } from './text.ts';
import {
  aboutDraft,
  type CredentialFacts,
  identityDraft,
  type PageDraft,
  relationDraft,
  replyDraft,
} from './types.ts';
import { withdrawInvitation } from './withdraw-answers.ts';

type Params = { token: string; number?: string };
type Request = FastifyRequest<{ Params: Params }>;

/** The employer's pages: /r/<token>. Every GET is one read; every change is a POST of a form that the person sent. */
export function registerRespondRoutes(app: FastifyInstance, deps: Deps): void {
  const config = { access: 'token' } as const;
  const names = createKnownNames(deps.sql);
  const saving = { ...deps, names };

  const get = (
    step: string,
    show: (context: pages.PageContext, request: Request, reply: FastifyReply) => unknown,
  ) =>
    app.get<{ Params: Params }>(`/r/:token${step}`, { config }, async (request, reply) => {
      const context = await contextOf(deps, request);
      return context ? show(context, request, reply) : unknown(request, reply);
    });
  const post = (
    step: string,
    take: (request: Request, reply: FastifyReply, context: pages.PageContext) => unknown,
  ) =>
    app.post<{ Params: Params }>(`/r/:token${step}`, { config }, async (request, reply) => {
      const context = await contextOf(deps, request);
      if (!context) return unknown(request, reply);
      return isOpen(context) ? take(request, reply, context) : closed(reply, context, request.body);
    });

  get('', async (context, _request, reply) => {
    if (!isOpen(context)) return notOpen(reply, context);
    if (context.facts.state === 'answered') return thanks(reply, context);
    if (context.facts.state === 'declined')
      return reply.page('respond/declined', pages.declinedPage(context));
    return reply.page('respond/start', pages.startPage(context, await noticesOf(deps, context)));
  });

  get('/about', (context, _request, reply) =>
    isOpen(context) ? reply.page('respond/about', pages.aboutPage(context)) : notOpen(reply, context),
  );
  post('/about', async (request, reply, context) => {
    const { credentials } = context.facts;
    const form = parseForm(aboutForm(TEXT[context.language], issuersOf(credentials).length), request.body);
    if (!form.ok) return reply.page('respond/about', pages.aboutPage(context, form), { status: 422 });
    const { name, job, hiring, connected } = form.data;
    const about = {
      name,
      title: job,
      hiring: hiring === 'yes',
      connected: connected === 'yes',
      ...(isSomebodyElse(context.facts.contact.name, name) && { other: true }),
    };
    return save(request, reply, context, 'about', aboutDraft(about));
  });

  get('/you', (context, _request, reply) => {
    if (!isOpen(context)) return notOpen(reply, context);
    if (!context.facts.draft.about?.other) return reply.redirect(pages.path(context), 303);
    return reply.page('respond/you', pages.youPage(context));
  });
  post('/you', (request, reply, context) => {
    const form = parseForm(youForm(TEXT[context.language]), request.body);
    if (!form.ok) return reply.page('respond/you', pages.youPage(context, form), { status: 422 });
    const { you, email } = form.data;
    const identity = you === 'invited' ? { kind: you } : { kind: you, email };
    return save(request, reply, context, 'you', identityDraft(identity));
  });

  get('/connection', (context, _request, reply) =>
    isOpen(context)
      ? reply.page('respond/connection', pages.connectionPage(context))
      : notOpen(reply, context),
  );
  post('/connection', async (request, reply, context) => {
    const { credentials } = context.facts;
    const form = parseForm(connectionForm(TEXT[context.language], credentials), request.body);
    if (!form.ok)
      return reply.page('respond/connection', pages.connectionPage(context, form), { status: 422 });
    const relations = issuersOf(credentials).map(({ id }) => relationDraft(id, form.data[`issuer_${id}`]!));
    return save(request, reply, context, 'connection', Object.assign({}, ...relations));
  });

  app.get<{ Params: Params }>('/r/:token/c/:number', { config }, async (request, reply) => {
    const context = await contextFrom(deps, request, (sql, tokenHash) =>
      findCredentialFacts(sql, names, tokenHash),
    );
    if (!context) return unknown(request, reply);
    if (!isOpen(context)) return showClosed(request, reply);
    const number = numberOf(request, context.facts.credentials.length);
    if (!number) return reply.redirect(pages.path(context), 303);
    return reply.type('text/html; charset=utf-8').send(credentialHtml(context, number, reply));
  });
  // The page that is sent most often: when all is well, saving it is one statement and nothing else is read.
  app.post<{ Params: Params }>('/r/:token/c/:number', { config }, async (request, reply) => {
    const { token } = request.params;
    const number = pageNumber.safeParse(request.params.number);
    if (!isLinkTokenShaped(token) || !number.success) return unknown(request, reply);
    const body = (request.body ?? {}) as FormValues;
    const hidden = credentialHidden.safeParse(body);
    const step = `c/${number.data}` as const;
    const shown = shownAt.parse(body.shown);
    const outcome = hidden.success
      ? await saveCredential(saving, {
          tokenHash: hashToken(token),
          step,
          askId: hidden.data.ask,
          instrumentVersionId: hidden.data.wording,
          answer: { notFamiliar: body.not_familiar !== undefined, values: body },
          shownAt: shown,
          language: askedLanguage(request) ?? null,
        })
      : ({ saved: false, errors: [] } as const);
    if (outcome.saved) return reply.redirect(respondPath(token, outcome.next), 303);
    const context = await contextOf(deps, request);
    if (!context) return unknown(request, reply);
    if (!isOpen(context)) return closed(reply, context, body);
    const { credentials } = context.facts;
    const at = credentials.findIndex(
      (ask) => ask.askId === hidden.data?.ask && ask.instrumentVersionId === hidden.data.wording,
    );
    // The invitation changed under an open page, or somebody made the form up: show what is asked now.
    if (at < 0 || outcome.errors.length === 0) return reply.redirect(respondPath(token, 'check'), 303);
    const wording = pages.wordingOf(context, credentials[at]!);
    const errors = pages.answerErrors(wording.body, outcome.errors, context.language);
    const shownAgain = (shown ?? context.now).getTime().toString(36);
    return reply.page(
      'respond/credential',
      pages.withQuestions(
        pages.credentialPage(context, at + 1, { values: body, errors, shownAt: shownAgain }),
        wording,
      ),
      { status: 422 },
    );
  });

  get('/m/:number', (context, request, reply) => {
    if (!isOpen(context)) return notOpen(reply, context);
    const number = numberOf(request, context.facts.meetings.length);
    return number
      ? reply.page('respond/meeting', pages.meetingPage(context, number))
      : reply.redirect(pages.path(context), 303);
  });
  post('/m/:number', async (request, reply, context) => {
    const number = numberOf(request, context.facts.meetings.length);
    if (!number) return reply.redirect(pages.path(context, 'check'), 303);
    const form = parseForm(meetingForm(TEXT[context.language]), request.body);
    if (!form.ok)
      return reply.page('respond/meeting', pages.meetingPage(context, number, form), { status: 422 });
    const { response, reason, colleague_name: name, colleague_email: email } = form.data;
    const { askId } = context.facts.meetings[number - 1]!;
    if (context.ended.has(askId)) return reply.redirect(pages.path(context, 'check'), 303);
    return save(
      request,
      reply,
      context,
      `m/${number}`,
      replyDraft(askId, {
        response,
        reason: response === 'declined' ? reason : '',
        colleague: response === 'declined' && email ? { name, email } : null,
      }),
    );
  });

  get('/check', async (context, _request, reply) => {
    if (!isOpen(context)) return notOpen(reply, context);
    return reply.page('respond/check', pages.checkPage(context, await noticesOf(deps, context)));
  });
  post('/send', async (request, reply, context) => {
    const outcome = await sendAnswers(deps, {
      tokenHash: hashToken(context.token),
      language: context.language,
      ip: request.ip,
    });
    // 303 after the commit: the thanks page reads what is stored, whoever opens it and however often.
    if (outcome.sent) return reply.redirect(respondPath(context.token, 'thanks'), 303);
    switch (outcome.reason) {
      case 'unknown':
        return unknown(request, reply);
      case 'not_open':
        return reply.page('respond/message', pages.closedPage(context, pages.draftRows(context)), {
          status: 410,
        });
      case 'about_missing':
      case 'identity_missing':
      case 'connection_missing':
      case 'nothing_to_send': {
        const notices = await noticesOf(deps, context);
        const page = pages.checkPage(context, notices, pages.sendErrors(context, outcome.reason));
        return reply.page('respond/check', page, { status: 422 });
      }
    }
  });
  // Somebody reloads after sending, or types the address.
  get('/send', (context, _request, reply) => reply.redirect(pages.path(context), 303));

  get('/thanks', (context, _request, reply) => {
    if (context.facts.state !== 'answered') return reply.redirect(pages.path(context), 303);
    return isOpen(context) ? thanks(reply, context) : notOpen(reply, context);
  });

  get('/withdraw', (context, _request, reply) => {
    if (!isOpen(context)) return notOpen(reply, context);
    if (context.facts.state !== 'answered') return reply.redirect(pages.path(context), 303);
    return reply.page('respond/withdraw', pages.withdrawPage(context));
  });
  post('/withdraw', async (request, reply, context) => {
    const outcome = await withdrawInvitation(deps, { tokenHash: hashToken(context.token) });
    if (outcome.withdrawn) return reply.redirect(pages.path(context, 'thanks'), 303);
    return outcome.reason === 'unknown' ? unknown(request, reply) : closed(reply, context, {});
  });

  get('/decline', (context, _request, reply) =>
    isOpen(context) ? reply.page('respond/decline', pages.declinePage(context)) : notOpen(reply, context),
  );
  post('/decline', async (request, reply, context) => {
    const form = parseForm(declineForm(TEXT[context.language]), request.body);
    if (!form.ok) return reply.page('respond/decline', pages.declinePage(context, form), { status: 422 });
    await declineInvitation(deps, { invitationId: context.facts.invitationId, reason: form.data.reason });
    return reply.redirect(pages.path(context), 303);
  });

  get('/colleague', (context, _request, reply) =>
    isOpen(context) ? reply.page('respond/colleague', pages.colleaguePage(context)) : notOpen(reply, context),
  );
  post('/colleague', async (request, reply, context) => {
    const text = TEXT[context.language];
    const form = parseForm(colleagueForm(text), request.body);
    const refuse = (errors: readonly FieldError[], values: FormValues) =>
      reply.page('respond/colleague', pages.colleaguePage(context, { errors, values }), { status: 422 });
    if (!form.ok) return refuse(form.errors, form.values);
    const outcome = await referInvitation(deps, {
      invitationId: context.facts.invitationId,
      colleague: { name: form.data.name, email: form.data.email, title: form.data.job },
    });
    if (outcome.referred) return reply.redirect(pages.path(context), 303);
    switch (outcome.reason) {
      case 'unknown_invitation':
        return unknown(request, reply);
      case 'invitation_closed':
        return closed(reply, context, request.body);
      case 'bad_address':
        return refuse([fieldError('email', text.errors.colleagueEmailWrong)], form.values);
      case 'own_address':
        return refuse([fieldError('email', text.errors.colleagueEmailOwn)], form.values);
      case 'not_possible':
        return refuse([fieldError('email', text.errors.colleagueUnavailable)], form.values);
      case 'referral_limit':
      case 'referral_of_referral':
        return refuse([fieldError('email', text.errors.colleagueNoMore)], form.values);
    }
  });

  async function thanks(reply: FastifyReply, context: pages.PageContext) {
    const waitsFor = await findWait(deps.sql, context.facts.invitationId);
    return reply.page('respond/thanks', pages.thanksPage(context, waitsFor));
  }

  async function showClosed(request: Request, reply: FastifyReply) {
    const context = await contextOf(deps, request);
    return context ? notOpen(reply, context) : unknown(request, reply);
  }

  async function save(
    request: Request,
    reply: FastifyReply,
    context: pages.PageContext,
    step: RespondStep,
    patch: PageDraft,
  ) {
    const { token, language } = context;
    const outcome = await savePage(saving, {
      tokenHash: hashToken(token),
      step,
      patch,
      language,
    });
    if (outcome.saved) return reply.redirect(respondPath(token, outcome.next), 303);
    // It was open a moment ago: closed or changed in between.
    return closed(reply, context, request.body);
  }
}

async function contextFrom<Facts extends CredentialFacts>(
  deps: Pick<Deps, 'db' | 'sql' | 'clock'>,
  request: Request,
  find: (sql: Deps['sql'], tokenHash: Buffer) => Promise<Facts | null>,
): Promise<pages.PageContext<Facts> | null> {
  const { token } = request.params;
  if (!isLinkTokenShaped(token)) return null;
  const facts = await find(deps.sql, hashToken(token));
  if (!facts) return null;
  return {
    token,
    facts,
    language: askedLanguage(request) ?? facts.language,
    now: deps.clock.now(),
    wordings: await getInstrumentVersions(
      deps.db,
      facts.credentials.map(({ instrumentVersionId }) => instrumentVersionId),
    ),
    ended: NONE_ENDED,
  };
}

async function contextOf(
  deps: Pick<Deps, 'db' | 'sql' | 'clock'>,
  request: Request,
): Promise<pages.PageContext | null> {
  const context = await contextFrom(deps, request, findRespondFacts);
  if (!context) return null;
  const ended = endedAskers(context.facts, context.now);
  return ended.length === 0
    ? context
    : { ...context, ended: new Map(ended.map((asker) => [asker.askId, asker])) };
}

const NONE_ENDED: pages.PageContext['ended'] = new Map();

const keep = createKeptPages();

function credentialHtml(
  context: pages.PageContext<CredentialFacts>,
  number: number,
  reply: FastifyReply,
): string {
  const { token, facts, now } = context;
  const ask = facts.credentials[number - 1]!;
  const own = {
    token,
    askId: String(ask.askId),
    shownAt: now.getTime().toString(36),
  };
  return keep(pages.credentialPageKey(context, number), own, () => {
    const page = pages.credentialPage({ ...context, token: HOLES.token }, number);
    const shared = { ...page, askId: HOLES.askId, shownAt: HOLES.shownAt };
    return reply.html('respond/credential', pages.withQuestions(shared, pages.wordingOf(context, ask)));
  });
}

/** The notices of the agencies that ask by the link, in the order of what they ask; those that say the same are one. */
async function noticesOf(
  deps: Pick<Deps, 'db'>,
  { facts, ended }: pages.PageContext,
): Promise<pages.AskerNotice[]> {
  const asking = facts.askers.filter(({ askId }) => !ended.has(askId));
  const notices = new Map<string, { agencies: string[]; body: NoticeBody }>();
  for (const { name, noticeVersionId } of asking.length > 0 ? asking : [{ ...facts, ...facts.agency }]) {
    const { sha256, body } = await getNoticeVersion(deps.db, noticeVersionId);
    const agencies = notices.get(sha256)?.agencies ?? [];
    notices.set(sha256, { agencies: agencies.includes(name) ? agencies : [...agencies, name], body });
  }
  return [...notices.values()];
}

function askedLanguage(request: FastifyRequest): Language | undefined {
  const { lang } = request.query as { lang?: unknown };
  return isLanguage(lang) ? lang : undefined;
}

function isOpen({ facts, now }: pages.PageContext<CredentialFacts>): boolean {
  return accessOf(facts, now) === 'open';
}

function numberOf(request: Request, count: number): number | null {
  const number = pageNumber.safeParse(request.params.number);
  return number.success && number.data <= count ? number.data : null;
}

/** A link that takes nothing more, with what it is now. */
function notOpen(reply: FastifyReply, context: pages.PageContext) {
  if (accessOf(context.facts, context.now) === 'referred') {
    return reply.page('respond/message', pages.referredPage(context));
  }
  return reply.page('respond/message', pages.closedPage(context, unsent(context)), { status: 410 });
}

/** Something was sent to a link that takes nothing more: say so, and give back what was typed. */
function closed(reply: FastifyReply, context: pages.PageContext, body: unknown) {
  const typed = pages.typedRows(context, body);
  const rows = typed.length > 0 ? typed : (unsent(context) ?? []);
  return reply.page('respond/message', pages.closedPage(context, rows), { status: 410 });
}

/** Pages that were saved and never sent; null when there are none. */
function unsent(context: pages.PageContext) {
  return hasUnsentChanges(context.facts) ? pages.draftRows(context) : null;
}

/** The same page for a link that never was, one of another kind, and one whose token was changed. */
function unknown(request: FastifyRequest, reply: FastifyReply) {
  const language = preferredLanguage(askedLanguage(request), request.headers['accept-language']);
  return reply.page('respond/message', pages.unknownPage(language), { status: 404 });
}
