import type { FastifyInstance, FastifyReply } from 'fastify';
import { criteriaForPublic } from '../approvals/public-criteria.ts';
import { calendarDownload } from '../committees/calendar.ts';
import { publicCommitteePath } from '../committees/paths.ts';
import type { Deps } from '../deps.ts';
import { type Language, preferredLanguage } from '../http/words.ts';
import { DomainError } from '../lib/errors.ts';
import { findOpenList, listOpenCredentials } from '../respond/open-queries.ts';
import { decisionPage } from './decision-page.ts';
import { credentialLinkedData } from './linked-data.ts';
import { committeePage, committeesPage, credentialPage, homePage, listPage } from './pages.ts';
import { accessibilityPath, committeesPath, credentialDataPath, homePath, privacyPath } from './paths.ts';
import {
  countApproved,
  countSeatsByRole,
  findPublicCredential,
  listDecisions,
  listPublicCommittees,
  listPublicLists,
  listPublicMeetings,
  listPublicSteps,
  listResultsOf,
} from './queries.ts';

type WithSlug = { Params: { slug: string } };
type WithBoth = { Params: { list: string; credential: string } };
type WithFile = { Params: { slug: string; file: string } };
type WithLanguage = { Querystring: { lang?: string } };

export function registerSiteRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const smallCell = deps.config.publicSmallCell;
  const open = { config: { access: 'public' as const } };

  app.get(homePath, open, async (_request, reply) => {
    const lists = await listPublicLists(db);
    const approved = await countApproved(db);
    const committees = await listPublicCommittees(db);
    return reply.page('site/home', homePage({ lists, approved, committees }));
  });

  app.get<WithSlug>('/lists/:slug', open, async (request, reply) => {
    const list = (await listPublicLists(db)).find(({ slug }) => slug === request.params.slug);
    if (!list) throw new DomainError('not_found');
    const open = await findOpenList(db, list.slug, deps.clock.now());
    const asked = open ? await listOpenCredentials(db, list.id) : [];
    return reply.page('site/list', listPage(list, await listDecisions(db, list.id), asked));
  });

  app.get<WithBoth>('/lists/:list/:credential', open, async (request, reply) => {
    const list = (await listPublicLists(db)).find(({ slug }) => slug === request.params.list);
    if (!list) throw new DomainError('not_found');
    const { credential, results } = await getPublicCredential(deps, request.params.credential);
    const own = results.filter(({ listSlug }) => listSlug === list.slug);
    if (own.length === 0) throw new DomainError('not_found');
    const ids = own.map(({ applicationId }) => applicationId);
    const [steps, criteria] = await Promise.all([
      listPublicSteps(db, ids),
      criteriaForPublic(db, list.policyVersionId, own[0]!),
    ]);
    const page = decisionPage({ list, credential, results, own, steps, criteria, smallCell });
    return reply.page('site/decision', page);
  });

  app.get<WithSlug>('/credentials/:slug', open, async (request, reply) => {
    const { credential, results } = await getPublicCredential(deps, request.params.slug);
    const alternate = credentialDataPath(credential.slug);
    reply.header('link', `<${alternate}>; rel="alternate"; type="application/ld+json"`);
    return reply.page('site/credential', { ...credentialPage(credential, results, smallCell), alternate });
  });

  app.get<WithSlug>(credentialDataPath(':slug'), open, async (request, reply) => {
    const { credential, results } = await getPublicCredential(deps, request.params.slug);
    const data = credentialLinkedData(deps.config.publicUrl, credential, results);
    return reply.type('application/ld+json; charset=utf-8').send(JSON.stringify(data));
  });

  app.get(committeesPath, open, async (_request, reply) => {
    const committees = await listPublicCommittees(db);
    const coming = await listPublicMeetings(
      db,
      committees.map(({ id }) => id),
      deps.clock.now(),
    );
    return reply.page('site/committees', committeesPage(committees, coming));
  });

  app.get<WithSlug>('/committees/:slug', open, async (request, reply) => {
    const committee = await getPublicCommittee(deps, request.params.slug);
    const roles = await countSeatsByRole(db, committee.id);
    const coming = await listPublicMeetings(db, [committee.id], deps.clock.now());
    return reply.page('site/committee', committeePage(committee, roles, coming));
  });

  app.get<WithFile>('/committees/:slug/meetings/:file', open, async (request, reply) => {
    const committee = await getPublicCommittee(deps, request.params.slug);
    const coming = await listPublicMeetings(db, [committee.id], deps.clock.now());
    const meeting = coming.find(
      ({ id, state }) => request.params.file === `${id}.ics` && state === 'scheduled',
    );
    if (!meeting) throw new DomainError('not_found');
    const agency = { name: committee.agencyName, replyTo: committee.replyTo };
    const url = `${deps.config.publicUrl}${publicCommitteePath(committee.slug)}`;
    reply.header('content-disposition', 'attachment; filename="meeting.ics"');
    reply.type('text/calendar; charset=utf-8; method=PUBLISH');
    return calendarDownload({ meeting, committee, agency }, url, deps.clock.now());
  });

  for (const [path, view, titles] of [
    [accessibilityPath, 'accessibility', { en: 'Accessibility', es: 'Accesibilidad' }],
    [privacyPath, 'privacy', { en: 'Privacy', es: 'Privacidad' }],
  ] as const) {
    app.get<WithLanguage>(path, open, (request, reply) => {
      const lang = preferredLanguage(request.query.lang, request.headers['accept-language']);
      return statement(reply, path, view, lang, titles[lang]);
    });
  }
}

function statement(reply: FastifyReply, path: string, view: string, lang: Language, title: string) {
  const other = lang === 'en' ? 'es' : 'en';
  return reply.page(`site/${view}-${lang}`, {
    title,
    lang,
    languages: [{ href: `${path}?lang=${other}`, lang: other, text: other === 'es' ? 'Español' : 'English' }],
  });
}

async function getPublicCredential(deps: Pick<Deps, 'db'>, slug: string) {
  const credential = await findPublicCredential(deps.db, slug);
  const results = credential ? await listResultsOf(deps.db, credential.slug) : [];
  // A credential that nothing was decided about would show whom an agency is working on.
  if (!credential || results.length === 0) throw new DomainError('not_found');
  return { credential, results };
}

async function getPublicCommittee(deps: Pick<Deps, 'db'>, slug: string) {
  const committee = (await listPublicCommittees(deps.db)).find((one) => one.slug === slug);
  if (!committee) throw new DomainError('not_found');
  return committee;
}
