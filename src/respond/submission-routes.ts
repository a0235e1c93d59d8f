import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import { listCredentials } from '../credentials/queries.ts';
import type { Deps } from '../deps.ts';
import { listDocuments } from '../documents/queries.ts';
import { DOCUMENT_UPLOAD, readDocumentForm } from '../documents/read-form.ts';
import { checkDocument } from '../documents/rules.ts';
import { REFUSAL_WORDS } from '../documents/words.ts';
import { listEmployers } from '../employers/queries.ts';
import { type FieldError, type FormValues, fieldError, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { registerUploads } from '../http/uploads.ts';
import { DomainError } from '../lib/errors.ts';
import { isFreeMailDomain, websiteDomain } from '../lib/mail-address.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { WYOMING_INSTRUMENT } from '../surveys/presets.ts';
import { findInstrumentVersion, getInstrumentVersion } from '../surveys/queries.ts';
import { checkAnswer } from '../surveys/rules.ts';
import { enterAnswer, lookAgain } from './enter-answer.ts';
import { closeList, matchSubmission, openList, rejectSubmission } from './open-answers.ts';
import { listOpenCredentials } from './open-queries.ts';
import { answerErrors } from './pages.ts';
import { reviewPaths } from './review-paths.ts';
import { reasonForm } from './review-routes.ts';
import { enterForm, matchForm, newSubmissionQuery, openListForm } from './submission-forms.ts';
import { choosePage, enterPage, openListPage, submissionPage } from './submission-pages.ts';
import {
  countOfLink,
  findCredentialFor,
  findEmployerById,
  findNewestInstrument,
  findOpenLink,
  findOwnList,
  findSubmission,
  listLikelyEmployers,
  listOtherAnswers,
} from './submission-queries.ts';

const staffOnly = { config: { access: 'staff' } } as const;
const DAY_MS = 86_400_000;
const FOUND = 20;

/** Shown before anything was ever asked; it becomes a stored version with the first answer. */
const STANDARD = { id: 0, body: WYOMING_INSTRUMENT };

type WithId = { Params: { id: string }; Querystring: { done?: unknown } };
type WithSlug = { Params: { slug: string }; Querystring: { done?: unknown } };
type Refused = { errors: FieldError[]; values: FormValues };

/** What staff enter from letters, calls and votes, and what comes by public pages. */
export function registerSubmissionRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  app.get<{ Querystring: Record<string, unknown> }>(
    reviewPaths.newSubmission,
    staffOnly,
    async (request, reply) => {
      requireRole(request, 'editor');
      const query = newSubmissionQuery.parse(request.query);
      const credential = query.credential ? await findCredentialFor(db, query.credential) : null;
      const employer = query.employer ? await findEmployerById(db, query.employer) : null;
      if (credential && employer)
        return showForm(request, reply, { credential, employer, correctsId: query.corrects ?? null });
      const search = typeof request.query.q === 'string' ? request.query.q.trim().slice(0, 200) : '';
      const filter = { text: search, sector: null, city: null, size: null };
      const page = choosePage({
        credentials: credential ? [] : await listCredentials(db),
        credential,
        employerId: employer?.id ?? null,
        search,
        employers:
          credential && search !== '' ? await listEmployers(db, filter, { limit: FOUND, offset: 0 }) : [],
      });
      return reply.page('respond/choose', page);
    },
  );

  const showForm = async (
    request: FastifyRequest,
    reply: FastifyReply,
    about: {
      credential: { id: number; slug: string; name: string; issuer: string };
      employer: { id: number; name: string; city: string };
      correctsId: number | null;
    },
    refused?: Refused,
  ) => {
    const { agencyId, timeZone } = request.staff;
    const corrected = about.correctsId === null ? null : await findSubmission(db, agencyId, about.correctsId);
    if (about.correctsId !== null && (!corrected || corrected.submission.kind === 'open_link'))
      throw new DomainError('not_found');
    const versionId = await findNewestInstrument(db);
    const [document] = corrected?.submission.documentId
      ? await listDocuments(db, agencyId, [corrected.submission.documentId])
      : [];
    const page = enterPage(
      {
        ...about,
        corrects: corrected && {
          id: corrected.submission.id,
          values: valuesOf(corrected.submission),
          document: document ?? null,
        },
        instrument: versionId === null ? STANDARD : await getInstrumentVersion(db, versionId),
        today: dayIn(timeZone, deps.clock.now()),
      },
      refused,
    );
    return reply.page('respond/enter', page, { status: refused ? 422 : 200 });
  };

  registerUploads(app, DOCUMENT_UPLOAD, (scope) => {
    scope.post(reviewPaths.submissions, staffOnly, async (request, reply) => {
      requireRole(request, 'editor');
      const { agencyId, id: staffId, timeZone } = request.staff;
      const { body, file } = await readDocumentForm(request);
      const form = parseForm(enterForm(dayIn(timeZone, deps.clock.now())), body);
      const credential = await findCredentialFor(db, String(body.credential ?? ''));
      const employer = /^[1-9]\d{0,14}$/.test(String(body.employer ?? ''))
        ? await findEmployerById(db, Number(body.employer))
        : null;
      if (!credential || !employer) throw new DomainError('not_found');
      const correctsId = /^[1-9]\d{0,14}$/.test(String(body.corrects ?? '')) ? Number(body.corrects) : null;
      const about = { credential, employer, correctsId };
      const stated = String(form.values.wording);
      const wordingId = /^\d{1,15}$/.test(stated) ? Number(stated) : -1;
      const wording = wordingId === 0 ? STANDARD : await findInstrumentVersion(db, wordingId);
      if (!wording) throw new DomainError('stale_form');
      const checked = checkAnswer(wording.body, {
        notFamiliar: body.not_familiar !== undefined,
        values: body,
      });
      const errors = [
        ...(form.ok ? [] : form.errors),
        ...(checked.ok ? [] : answerErrors(wording.body, checked.errors, 'en')),
        ...documentErrors(form.values.kind, file, correctsId),
      ];
      if (!form.ok || !checked.ok || errors.length > 0)
        return showForm(request, reply, about, { errors, values: form.values });
      const { data } = form;
      const outcome = await enterAnswer(deps, {
        agencyId,
        staffId,
        kind: data.kind,
        credentialId: credential.id,
        employerId: employer.id,
        respondentName: data.name,
        respondentTitle: data.job,
        hiringAuthority: data.hiring === 'unknown' ? null : data.hiring === 'yes',
        saidOn: data.said_on,
        answer: checked.answer,
        relation: data.relation,
        note: data.note,
        instrumentVersionId: wording.id || null,
        file,
        correctsId,
      });
      if (outcome.entered)
        return reply.redirect(`${reviewPaths.submission(outcome.submissionId)}?done=entered`, 303);
      const message =
        outcome.reason === 'corrected_already'
          ? 'Somebody corrected this answer before you'
          : outcome.reason === 'document_needed'
            ? 'Attach the letter'
            : REFUSAL_WORDS[outcome.reason];
      return showForm(request, reply, about, {
        errors: [fieldError('file', message)],
        values: form.values,
      });
    });
  });

  const one = async (request: FastifyRequest<WithId>, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, id: staffId, role, timeZone: zone } = request.staff;
    const found = await findSubmission(db, agencyId, parseId(request.params.id));
    if (!found) throw new DomainError('not_found');
    const { submission } = found;
    const isUnmatched = submission.kind === 'open_link' && submission.state === 'received';
    const domains = [submission.emailDomain, websiteDomain(submission.employerWebsite)].filter(
      (domain): domain is string => domain !== null && domain !== '' && !isFreeMailDomain(domain),
    );
    const page = submissionPage(
      {
        found,
        instrument: (await getInstrumentVersion(db, submission.instrumentVersionId)).body,
        document: submission.documentId
          ? ((await listDocuments(db, agencyId, [submission.documentId]))[0] ?? null)
          : null,
        likely: isUnmatched
          ? await listLikelyEmployers(db, {
              employerName: submission.employerName,
              domains,
              emailKey: submission.emailKey,
            })
          : [],
        others: submission.employerId
          ? await listOtherAnswers(db, submission.credentialId, submission.employerId, FOUND)
          : [],
        viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
        zone,
        done: request.query.done,
      },
      refused,
    );
    return reply.page('respond/submission', page, { status: refused ? 422 : 200 });
  };

  app.get<WithId>(reviewPaths.submission(':id'), staffOnly, (request, reply) => one(request, reply));

  app.post<WithId>(reviewPaths.look(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const agrees = (request.body as FormValues | undefined)?.agrees === 'yes';
    const form = agrees ? ({ ok: true, data: { reason: '' } } as const) : parseForm(reasonForm, request.body);
    if (!form.ok) return one(request, reply, form);
    const { agencyId, id: staffId } = request.staff;
    const submissionId = parseId(request.params.id);
    await lookAgain(deps, { agencyId, staffId, submissionId, agrees, reason: form.data.reason });
    return reply.redirect(
      `${reviewPaths.submission(submissionId)}?done=${agrees ? 'confirmed' : 'sent_back'}`,
      303,
    );
  });

  app.post<WithId>(reviewPaths.match(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const { agencyId, id: staffId } = request.staff;
    const submissionId = parseId(request.params.id);
    const form = parseForm(matchForm, request.body);
    if (!form.ok) return one(request, reply, form);
    const { employer, record, legal_name: legalName, city, state } = form.data;
    const found = await findSubmission(db, agencyId, submissionId);
    if (!found) throw new DomainError('not_found');
    const domain = websiteDomain(found.submission.employerWebsite);
    await matchSubmission(deps, {
      agencyId,
      staffId,
      submissionId,
      employer:
        employer === 'new'
          ? { legalName, city, state, domain: domain && !isFreeMailDomain(domain) ? domain : null }
          : employer === 'other'
            ? Number(record)
            : employer,
    });
    return reply.redirect(`${reviewPaths.submission(submissionId)}?done=matched`, 303);
  });

  app.post<WithId>(reviewPaths.reject(':id'), staffOnly, async (request, reply) => {
    requireRole(request, 'editor');
    const form = parseForm(reasonForm, request.body);
    if (!form.ok) return one(request, reply, form);
    const { agencyId, id: staffId } = request.staff;
    const submissionId = parseId(request.params.id);
    await rejectSubmission(deps, { agencyId, staffId, submissionId, ...form.data });
    return reply.redirect(`${reviewPaths.list}?done=rejected`, 303);
  });

  const listSettings = async (request: FastifyRequest<WithSlug>, reply: FastifyReply, refused?: Refused) => {
    const { agencyId, timeZone: zone } = request.staff;
    const list = await findOwnList(db, agencyId, request.params.slug);
    if (!list) throw new DomainError('not_found');
    const page = openListPage(
      {
        list,
        link: await findOpenLink(db, list.id, deps.clock.now()),
        counts: await countOfLink(db, list.id),
        publicUrl: deps.config.publicUrl,
        credentials: await listOpenCredentials(db, list.id),
        zone,
        done: request.query.done,
      },
      refused,
    );
    return reply.page('respond/open-list', page, { status: refused ? 422 : 200 });
  };

  app.get<WithSlug>(reviewPaths.openList(':slug'), staffOnly, (request, reply) =>
    listSettings(request, reply),
  );

  app.post<WithSlug>(reviewPaths.openList(':slug'), staffOnly, async (request, reply) => {
    requireRole(request, 'approver');
    const { agencyId, id: staffId } = request.staff;
    const list = await findOwnList(db, agencyId, request.params.slug);
    if (!list) throw new DomainError('not_found');
    const form = parseForm(openListForm, request.body);
    if (!form.ok) return listSettings(request, reply, form);
    const closesAt = new Date(deps.clock.now().getTime() + form.data.days * DAY_MS);
    await openList(deps, { agencyId, staffId, listId: list.id, closesAt });
    return reply.redirect(`${reviewPaths.openList(list.slug)}?done=opened`, 303);
  });

  app.post<WithSlug>(reviewPaths.closeList(':slug'), staffOnly, async (request, reply) => {
    requireRole(request, 'approver');
    const { agencyId, id: staffId } = request.staff;
    const list = await findOwnList(db, agencyId, request.params.slug);
    if (!list) throw new DomainError('not_found');
    await closeList(deps, { agencyId, staffId, listId: list.id });
    return reply.redirect(`${reviewPaths.openList(list.slug)}?done=closed`, 303);
  });
}

function documentErrors(
  kind: unknown,
  file: Parameters<typeof checkDocument>[0],
  correctsId: number | null,
): FieldError[] {
  if (file) {
    const checked = checkDocument(file);
    return checked.ok ? [] : [fieldError('file', REFUSAL_WORDS[checked.reason])];
  }
  return kind === 'letter' && correctsId === null ? [fieldError('file', 'Attach the letter')] : [];
}

/** A submission as the form would have sent it, to be corrected. */
function valuesOf(
  submission: NonNullable<Awaited<ReturnType<typeof findSubmission>>>['submission'],
): FormValues {
  return {
    kind: submission.kind,
    name: submission.respondentName,
    job: submission.respondentTitle,
    hiring: submission.hiringAuthority === null ? 'unknown' : submission.hiringAuthority ? 'yes' : 'no',
    said_on: submission.saidOn ?? '',
    relation: submission.relation,
    note: submission.note,
    ...(submission.familiar ? submission.values : { not_familiar: 'yes' }),
  };
}
