import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasRole } from '../agencies/rules.ts';
import { listBodyRecords } from '../committees/record-queries.ts';
import type { Deps } from '../deps.ts';
import { getPolicyVersion, loadFacts } from '../evidence/queries.ts';
import { evaluateRequirement } from '../evidence/rules/requirement.ts';
import type { FieldError, FormValues } from '../http/forms.ts';
import { DomainError } from '../lib/errors.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { type ApplicationRefusal, applicationPage } from './application-page.ts';
import { criteriaStanding } from './criteria-rules.ts';
import {
  describeForStaff,
  findApplication,
  findCurrentRecord,
  findOpenFreezeRequest,
  findRenewal,
  listAppeals,
  listApplicationDecisions,
  listCriterionEvidence,
  listCriterionReviews,
  listRecords,
} from './queries.ts';

export type Refused = { errors?: FieldError[]; values?: FormValues; refusal?: ApplicationRefusal };

/** Everything that the pages of one application have in common. */
export async function loadApplicationFrame(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  agencyId: number,
  id: number,
) {
  const row = await findApplication(db, agencyId, id);
  if (!row) throw new DomainError('not_found');
  const [policy, items, reviews, current, bodies] = await Promise.all([
    getPolicyVersion(db, row.policyVersionId),
    listCriterionEvidence(db, id),
    listCriterionReviews(db, id),
    findCurrentRecord(db, id),
    listBodyRecords(db, row.credentialId, clock.now()),
  ]);
  const frozenStatus = current?.snapshot.requirementStatus ?? null;
  const criteria = criteriaStanding(policy.body, { frozenStatus, items, reviews });
  const bodyRecords =
    bodies.ballots.length + bodies.letters.length + bodies.reviews.length + bodies.findings.length;
  return { row, policy, criteria, current, bodies, bodyRecords };
}

/** The page of an application, with what was refused where something was. */
export async function showApplication(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  id: number,
  refused: Refused = {},
) {
  const { db } = deps;
  const { agencyId, id: staffId, role, timeZone } = request.staff;
  const now = deps.clock.now();
  const frame = await loadApplicationFrame(deps, agencyId, id);
  const { row, policy } = frame;
  const [facts, freezeRequest, records, decisions, appeals, renewedBy] = await Promise.all([
    loadFacts(db, row.credentialId, now),
    findOpenFreezeRequest(db, id),
    listRecords(db, id),
    listApplicationDecisions(db, id),
    listAppeals(db, id),
    findRenewal(db, id),
  ]);
  const evaluated = evaluateRequirement(policy.body, facts, now);
  const { refusal, ...form } = refused;
  const page = applicationPage({
    ...frame,
    policy: policy.body,
    policyName: policy.name,
    evaluated,
    details: await describeForStaff(db, request.staff.agencyId, {
      employerIds: evaluated.exclusions.map(({ employerId }) => employerId),
      answerIds: evaluated.exclusions.map(({ answerId }) => answerId),
    }),
    request: freezeRequest,
    records,
    decisions,
    appeals,
    renewedBy,
    viewer: { staffId, mayEdit: hasRole(role, 'editor'), mayApprove: hasRole(role, 'approver') },
    zone: timeZone,
    today: dayIn(timeZone, now),
    now,
    done: (request.query as { done?: unknown }).done,
    ...(refusal && { refusal }),
  });
  const status = refusal?.kind === 'raced' ? 409 : refusal || form.errors ? 422 : 200;
  return reply.page('approvals/application', { ...page, ...form }, { status });
}
