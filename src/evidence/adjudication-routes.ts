import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireRole } from '../agencies/require-role.ts';
import { hasRole } from '../agencies/rules.ts';
import type { Deps } from '../deps.ts';
import { type FieldError, type FormValues, parseForm } from '../http/forms.ts';
import { parseId } from '../http/params.ts';
import { DomainError } from '../lib/errors.ts';
import { adjudicationsPage, CASES_SHOWN, disputePage, noticeOfCase } from './adjudication-pages.ts';
import {
  findAdjudication,
  findCredentialOfCase,
  listAdjudicationsOf,
  listAnswerWords,
  listDisputed,
  listSettled,
} from './adjudication-queries.ts';
import { findEmployerName } from './conflict-queries.ts';
import { adjudicationForm, adjudicationsQuery, endForm } from './forms.ts';
import { evidencePaths } from './paths.ts';
import { getPolicyVersion } from './queries.ts';
import {
  answerAdjudicationEnd,
  confirmAdjudication,
  findDispute,
  proposeAdjudication,
  requestAdjudicationEnd,
  withdrawAdjudication,
} from './settle-dispute.ts';

type Case = { Params: { slug: string; unitId: string } };
type WithId = { Params: { id: string } };
type Refused = { errors: FieldError[]; values: FormValues };

const SETTLED_SHOWN = 50;
const staff = { config: { access: 'staff' } } as const;

/** Employers whose people disagree, and what two members of staff decide about it. */
export function registerAdjudicationRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;

  app.get(evidencePaths.adjudications, staff, async (request, reply) => {
    const { page, done } = adjudicationsQuery.parse(request.query);
    const [{ rows, total }, settled] = await Promise.all([
      listDisputed(db, { limit: CASES_SHOWN, offset: (page - 1) * CASES_SHOWN }),
      listSettled(db, SETTLED_SHOWN),
    ]);
    const { agencyId, timeZone: zone } = request.staff;
    const data = adjudicationsPage({ disputed: rows, total, page, settled, agencyId, zone });
    return reply.page('evidence/adjudications', { ...data, notice: noticeOfCase(done) });
  });

  const showCase = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { slug, unitId }: { slug: string; unitId: number },
    refused?: Refused,
  ) => {
    const credential = await findCredentialOfCase(db, slug);
    const name = await findEmployerName(db, unitId);
    if (!credential || name === null) throw new DomainError('not_found');
    const dispute = await findDispute(db, { credentialId: credential.id, unitId }, deps.clock.now());
    const history = await listAdjudicationsOf(db, credential.id, dispute?.employerIds ?? [unitId]);
    const [words, policies] = await Promise.all([
      listAnswerWords(db, request.staff.agencyId, [
        ...new Set([...(dispute?.answerIds ?? []), ...history.flatMap(({ answerIds }) => answerIds)]),
      ]),
      Promise.all(
        (dispute?.policies ?? []).map(({ policyVersionId }) => getPolicyVersion(db, policyVersionId)),
      ),
    ]);
    const { id: staffId, agencyId, role, timeZone: zone } = request.staff;
    const page = disputePage({
      credential,
      employer: { id: unitId, name },
      dispute: dispute && {
        answerIds: dispute.answerIds,
        policies: policies.map((policy) => ({
          name: `${policy.name}, version ${policy.version}`,
          body: policy.body,
        })),
      },
      words,
      history,
      viewer: { staffId, agencyId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
      zone,
    });
    const { done } = adjudicationsQuery.parse(request.query);
    return reply.page(
      'evidence/dispute',
      { ...page, notice: noticeOfCase(done), ...refused },
      { status: refused ? 422 : 200 },
    );
  };

  const caseOf = ({ params: { slug, unitId } }: FastifyRequest<Case>) => ({ slug, unitId: parseId(unitId) });

  app.get<Case>('/staff/adjudications/cases/:slug/:unitId', staff, (request, reply) =>
    showCase(request, reply, caseOf(request)),
  );

  app.post<Case>('/staff/adjudications/cases/:slug/:unitId', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const credential = await findCredentialOfCase(db, request.params.slug);
    if (!credential) throw new DomainError('not_found');
    const form = parseForm(adjudicationForm, request.body);
    if (!form.ok) return showCase(request, reply, caseOf(request), form);
    const { unitId } = caseOf(request);
    const { seen, speaks, reason } = form.data;
    await proposeAdjudication(deps, {
      ...actorOf(request),
      credentialId: credential.id,
      unitId,
      seenAnswerIds: seen,
      speaksAnswerId: speaks,
      reason,
    });
    return reply.redirect(`${evidencePaths.dispute(credential.slug, unitId)}?done=proposed`, 303);
  });

  const backToCase = async (request: FastifyRequest<WithId>, reply: FastifyReply, done: string) => {
    const row = await findAdjudication(db, request.staff.agencyId, parseId(request.params.id));
    if (!row) throw new DomainError('not_found');
    return reply.redirect(`${evidencePaths.dispute(row.slug, row.unitId)}?done=${done}`, 303);
  };

  app.post<WithId>('/staff/adjudications/:id/confirm', staff, async (request, reply) => {
    requireRole(request, 'approver');
    await confirmAdjudication(deps, { ...actorOf(request), id: parseId(request.params.id) });
    return backToCase(request, reply, 'confirmed');
  });

  app.post<WithId>('/staff/adjudications/:id/withdraw', staff, async (request, reply) => {
    requireRole(request, 'editor');
    await withdrawAdjudication(deps, { ...actorOf(request), id: parseId(request.params.id) });
    return backToCase(request, reply, 'withdrawn');
  });

  app.post<WithId>('/staff/adjudications/:id/end', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const id = parseId(request.params.id);
    const row = await findAdjudication(db, request.staff.agencyId, id);
    if (!row) throw new DomainError('not_found');
    const form = parseForm(endForm, request.body);
    if (!form.ok) return showCase(request, reply, row, form);
    await requestAdjudicationEnd(deps, { ...actorOf(request), id, reason: form.data.reason });
    return backToCase(request, reply, 'end_requested');
  });

  app.post<WithId>('/staff/adjudications/:id/confirm-end', staff, async (request, reply) => {
    requireRole(request, 'approver');
    const id = parseId(request.params.id);
    await answerAdjudicationEnd(deps, { ...actorOf(request), id, ends: true });
    return backToCase(request, reply, 'ended');
  });

  app.post<WithId>('/staff/adjudications/:id/keep', staff, async (request, reply) => {
    requireRole(request, 'editor');
    const id = parseId(request.params.id);
    await answerAdjudicationEnd(deps, { ...actorOf(request), id, ends: false });
    return backToCase(request, reply, 'kept');
  });
}

function actorOf(request: FastifyRequest) {
  return { agencyId: request.staff.agencyId, staffId: request.staff.id };
}
