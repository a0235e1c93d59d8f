import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { nextPath } from '../http/access.ts';
import { fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { hashToken, isLinkTokenShaped, linkToken } from '../lib/tokens.ts';
import { addStaff } from './add-staff.ts';
import { authenticateStaff } from './authenticate-staff.ts';
import { disableStaff } from './disable-staff.ts';
import { personForm, setupForm, signInForm, signInLinkForm } from './forms.ts';
import {
  peoplePage,
  setupPage,
  signInLinkPage,
  signInLinkSpentPage,
  signInPage,
  signInSentPage,
} from './pages.ts';
import { agencyPaths } from './paths.ts';
import { countStaff, findUsableSignInLink, listStaff } from './queries.ts';
import { requestSignIn } from './request-sign-in.ts';
import { requireRole } from './require-role.ts';
import { hasRole, SESSION_HOURS } from './rules.ts';
import { setUp } from './set-up.ts';
import { signIn, signOut } from './sign-in.ts';

type WithToken = { Params: { token: string } };
type WithId = { Params: { id: string } };
type WithNext = { Querystring: { next?: string } };

export function registerAgencyRoutes(app: FastifyInstance, deps: Deps): void {
  const isSecure = deps.config.publicUrl.startsWith('https:');
  // Without TLS, as in a try-out on localhost, browsers refuse the __Host- prefix.
  const cookieName = isSecure ? '__Host-countersign' : 'countersign';
  const cookieOptions = { path: '/', httpOnly: true, secure: isSecure, sameSite: 'lax' as const };

  app.authenticateStaff = async (request: FastifyRequest) => {
    const token = request.cookies[cookieName];
    return token ? authenticateStaff(deps, token) : null;
  };

  app.get<WithNext>('/staff/sign-in', { config: { access: 'public' } }, (request, reply) =>
    reply.page('agencies/sign-in', signInPage(nextPath(request.query.next))),
  );

  app.post(agencyPaths.signIn, { config: { access: 'public' } }, async (request, reply) => {
    const form = parseForm(signInForm, request.body);
    if (!form.ok) {
      const page = signInPage(nextPath(form.values.next));
      return reply.page('agencies/sign-in', { ...page, ...form }, { status: 422 });
    }
    // Not awaited: the time it takes would tell whether the address is known.
    requestSignIn(deps, form.data).catch((error) => {
      request.log.error({ err: error }, 'sign-in mail was not sent');
    });
    return reply.redirect(agencyPaths.signInSent, 303);
  });

  app.get(agencyPaths.signInSent, { config: { access: 'public' } }, (_request, reply) =>
    reply.page('agencies/sign-in-sent', signInSentPage(deps.mailer.kind === 'local')),
  );

  app.get<WithToken & WithNext>(
    '/staff/sign-in/:token',
    { config: { access: 'token' } },
    async (request, reply) => {
      const { token } = request.params;
      const link = await findUsableSignInLink(deps.db, hashToken(token), deps.clock.now());
      if (!link) return linkSpent(reply);
      const page = signInLinkPage(link, token, nextPath(request.query.next));
      return reply.page('agencies/sign-in-link', page, { layout: 'public' });
    },
  );

  app.post<WithToken>('/staff/sign-in/:token', { config: { access: 'token' } }, async (request, reply) => {
    const form = parseForm(signInLinkForm, request.body);
    const result = await signIn(deps, { token: request.params.token });
    if (!result) return linkSpent(reply);
    reply.setCookie(cookieName, result.sessionToken, { ...cookieOptions, maxAge: SESSION_HOURS * 3600 });
    return reply.redirect(nextPath(form.values.next), 303);
  });

  app.post(agencyPaths.signOut, { config: { access: 'staff' } }, async (request, reply) => {
    await signOut(deps, { sessionId: request.staff.sessionId });
    reply.clearCookie(cookieName, cookieOptions);
    return reply.redirect(agencyPaths.signIn, 303);
  });

  app.get<WithToken>('/setup/:token', { config: { access: 'token' } }, async (request, reply) => {
    requireSetupToken(deps, request.params.token);
    if ((await countStaff(deps.db)) > 0) throw new DomainError('not_found');
    return reply.page('agencies/setup', setupPage(request.params.token), { layout: 'public' });
  });

  app.post<WithToken>('/setup/:token', { config: { access: 'token' } }, async (request, reply) => {
    const { token } = request.params;
    requireSetupToken(deps, token);
    const form = parseForm(setupForm, request.body);
    if (!form.ok) {
      return reply.page(
        'agencies/setup',
        { ...setupPage(token), ...form },
        { status: 422, layout: 'public' },
      );
    }
    const result = await setUp(deps, { agencies: [1, 2].map((n) => readAgency(form.data, n)) });
    if (result.ok) return reply.redirect(agencyPaths.signInLink(result.signInToken), 303);
    if (result.reason === 'already_set_up') return reply.redirect(agencyPaths.signIn, 303);
    const errors = [fieldError('adminEmail2', 'Enter another address: this one is taken')];
    return reply.page(
      'agencies/setup',
      { ...setupPage(token), errors, values: form.values },
      { status: 422, layout: 'public' },
    );
  });

  const showPeople = async (
    request: FastifyRequest,
    reply: FastifyReply,
    refused?: Partial<ReturnType<typeof parseForm>>,
  ) => {
    const { agencyId, agencyName, id, role } = request.staff;
    const people = await listStaff(deps.db, agencyId);
    const page = peoplePage({ agencyName, people, viewer: { id, role } });
    return reply.page('agencies/people', { ...page, ...refused }, { status: refused ? 422 : 200 });
  };

  app.get(agencyPaths.people, { config: { access: 'staff' } }, (request, reply) =>
    showPeople(request, reply),
  );

  app.post(agencyPaths.people, { config: { access: 'staff' } }, async (request, reply) => {
    requireRole(request, 'admin');
    const form = parseForm(personForm, request.body);
    if (!form.ok) return showPeople(request, reply, form);
    const { agencyId, id: addedBy } = request.staff;
    const added = await addStaff(deps, { agencyId, addedBy, ...form.data });
    if (added.ok) return reply.redirect(agencyPaths.people, 303);
    const errors = [fieldError('email', 'Enter another address: somebody already signs in with this one')];
    return showPeople(request, reply, { ok: false, errors, values: form.values });
  });

  app.post<WithId>('/staff/people/:id/close', { config: { access: 'staff' } }, async (request, reply) => {
    const { agencyId, id: disabledBy, role } = request.staff;
    if (!hasRole(role, 'admin')) throw new DomainError('forbidden');
    await disableStaff(deps, { agencyId, disabledBy, staffId: parseId(request.params.id) });
    return reply.redirect(agencyPaths.people, 303);
  });
}

function linkSpent(reply: FastifyReply) {
  return reply.page('agencies/sign-in-link-spent', signInLinkSpentPage(), { status: 404, layout: 'public' });
}

/** The set-up page exists for the person at the terminal. */
function requireSetupToken(deps: Pick<Deps, 'secrets'>, token: string): void {
  const expected = linkToken(deps.secrets.linkKey, 'setup', 0);
  const isRight = isLinkTokenShaped(token) && hashToken(token).equals(hashToken(expected));
  if (!isRight) throw new DomainError('not_found');
}

function readAgency(form: Record<string, string>, n: number) {
  const field = (name: string) => form[`${name}${n}`] as string;
  return {
    agency: {
      slug: `agency-${n}`,
      name: field('name'),
      shortName: field('shortName'),
      mailFromName: field('name'),
      mailFromAddress: field('mailFromAddress'),
      replyTo: field('replyTo'),
      postalAddress: field('postalAddress'),
      timeZone: field('timeZone'),
      stateCode: field('stateCode'),
    },
    admin: { name: field('adminName'), email: field('adminEmail') },
  };
}
