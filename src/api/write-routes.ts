import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { getAgency } from '../agencies/queries.ts';
import { type ProposedDecision, proposeDecision } from '../approvals/propose-decision.ts';
import { findEmployerCalled, findListBySlug, listCyclesOf } from '../approvals/queries.ts';
import { type Applicant, submitApplication } from '../approvals/submit-application.ts';
import type { Deps } from '../deps.ts';
import { parseId } from '../http/params.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { answerWrite } from './answer-write.ts';
import { apiPaths } from './paths.ts';
import { ApiProblem } from './problems.ts';
import { findApplicationOf, findCredential } from './queries.ts';
import { parseBody, parseQuery, requireScope } from './requests.ts';
import { applicationResource } from './resources.ts';
import { applicationBody, decisionBody, type decisionProposalSchema, noQuery } from './schemas.ts';

type WithId = { Params: { id: string } };

const APPLICATION_REFUSALS: Record<
  Exclude<Awaited<ReturnType<typeof submitApplication>>, { ok: true }>['reason'],
  string
> = {
  already_submitted: 'The credential has one on this list in this cycle.',
  may_not_apply: 'Name an applicant that the policy of the list lets apply.',
  applicant_not_an_employer:
    'Give the legal name of an employer on record, or its number as #123 where several are called so.',
};

const DECISION_REFUSALS: Record<Exclude<ProposedDecision, { ok: true }>['reason'], string> = {
  already_proposed: 'It is confirmed or taken back before there can be another.',
  evidence_missing: 'Have evidence frozen first; that takes two people, in the console.',
  evidence_not_met: 'Deny or defer it, or have evidence frozen that meets the requirement.',
  evidence_expired: 'Have evidence frozen anew.',
  criteria_missing: 'A person looks at each criterion in the console first.',
  body_missing: 'The policy leaves the decision to a body: name it as decidedByBody.',
  not_approved: 'Only an approval can be revoked.',
  no_open_appeal: 'What is decided is decided anew only after an appeal.',
};

/** Writes. Each does its work once per Idempotency-Key, by the same use cases as the console. */
export function registerWriting(api: FastifyInstance, deps: Deps): void {
  const asApi = { config: { access: 'api' } } as const;

  api.post(apiPaths.applications, asApi, async (request, reply) => {
    requireScope(request, 'applications:write');
    parseQuery(noQuery, request);
    const body = parseBody(applicationBody, request);
    const { agencyId, keyId, madeBy } = request.apiClient;
    return answerWrite(deps, request, reply, async (within) => {
      const { credentialId, listId, cycleId } = await findPlace(within, agencyId, body);
      const submitted = await submitApplication(within, {
        agencyId,
        staffId: madeBy,
        apiKeyId: keyId,
        credentialId,
        listId,
        cycleId,
        ...(body.applicant && { applicant: await findApplicant(within, body.applicant) }),
      });
      if (!submitted.ok) throw new ApiProblem(submitted.reason, APPLICATION_REFUSALS[submitted.reason]);
      const row = await findApplicationOf(within.db, agencyId, submitted.applicationId);
      return {
        status: 201,
        resource: applicationResource(row!),
        location: apiPaths.application(submitted.applicationId),
      };
    });
  });

  // A key acts for its agency and is no person: what it proposes waits for one, who is not who made the key.
  api.post<WithId>(`${apiPaths.applications}/:id/decision-proposals`, asApi, async (request, reply) => {
    requireScope(request, 'decisions:propose');
    parseQuery(noQuery, request);
    const applicationId = parseId(request.params.id);
    const { publicReason, conditions, decidedByBody, ...body } = parseBody(decisionBody, request);
    const { agencyId, keyId, madeBy } = request.apiClient;
    return answerWrite(deps, request, reply, async (within) => {
      const proposed = await proposeDecision(within, {
        agencyId,
        staffId: madeBy,
        apiKeyId: keyId,
        applicationId,
        ...body,
        ...(publicReason !== undefined && { publicReason }),
        ...(conditions !== undefined && { conditions }),
        ...(decidedByBody !== undefined && { decidedByBody }),
      });
      if (!proposed.ok) throw new ApiProblem(proposed.reason, DECISION_REFUSALS[proposed.reason]);
      const location = apiPaths.application(applicationId);
      return {
        status: 202,
        resource: {
          id: proposed.decisionId,
          applicationId,
          outcome: body.outcome,
          state: 'proposed',
          links: { application: location },
        } satisfies z.output<typeof decisionProposalSchema>,
        location,
      };
    });
  });
}

/** An employer that applies is one on record, as in the console. */
async function findApplicant(deps: Pick<Deps, 'db'>, { kind, name }: Applicant): Promise<Applicant> {
  const employer = kind === 'employers' ? await findEmployerCalled(deps.db, name) : null;
  return { kind, name: employer?.name ?? name, employerId: employer?.id ?? null };
}

async function findPlace(
  deps: Pick<Deps, 'db' | 'clock'>,
  agencyId: number,
  body: { credential: string; list: string; cycle?: string | undefined },
): Promise<{ credentialId: number; listId: number; cycleId: number }> {
  const { db } = deps;
  const missing = (member: string, detail: string) =>
    new ApiProblem('bad_body', `${member}: ${detail}.`, member);
  const credential = await findCredential(db, body.credential);
  if (!credential) throw missing('credential', 'There is no such credential');
  const list = await findListBySlug(db, agencyId, body.list);
  if (!list) throw missing('list', 'Your agency has no such list');
  const cycles = await listCyclesOf(db, [list.id]);
  const { timeZone } = await getAgency(db, agencyId);
  const today = dayIn(timeZone, deps.clock.now());
  const cycle = cycles.find(({ name, startsOn, endsOn }) =>
    body.cycle === undefined ? startsOn <= today && today < endsOn : name === body.cycle,
  );
  if (!cycle) {
    const detail =
      body.cycle === undefined
        ? 'No cycle of the list lies around today: name one'
        : 'The list has no such cycle';
    throw missing('cycle', detail);
  }
  return { credentialId: credential.id, listId: list.id, cycleId: cycle.id };
}
