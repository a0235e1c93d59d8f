import type { Db } from '../db/client.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import type { Policy } from '../evidence/rules/policy.ts';
import type { Criterion, RequirementStatus } from '../evidence/types.ts';
import { invariant } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { criteriaStanding, missingCriteria } from './criteria-rules.ts';
import {
  type ApplicationRow,
  findCurrentRecord,
  listCriterionEvidence,
  listCriterionReviews,
} from './queries.ts';
import type { DecisionEvidence } from './rules.ts';

export type DecisionGrounds = {
  policy: Policy;
  current: Awaited<ReturnType<typeof findCurrentRecord>>;
  evidence: DecisionEvidence | null;
  missingCriteria: Criterion[];
};

/** What a decision about an application rests on, as it is known now. */
export async function loadDecisionGrounds(
  db: Db,
  application: Pick<ApplicationRow, 'id' | 'policyVersionId'>,
): Promise<DecisionGrounds> {
  const [policy, current, items, reviews] = await Promise.all([
    getPolicyVersion(db, application.policyVersionId),
    findCurrentRecord(db, application.id),
    listCriterionEvidence(db, application.id),
    listCriterionReviews(db, application.id),
  ]);
  if (current) {
    const { packet, sha256 } = current.snapshot;
    invariant(sha256Hex(packet) === sha256, `snapshot ${current.snapshot.id} still has its hash`);
  }
  const rows = criteriaStanding(policy.body, {
    frozenStatus: current?.snapshot.requirementStatus ?? null,
    items,
    reviews,
  });
  return {
    policy: policy.body,
    current,
    evidence: current && {
      status: current.snapshot.requirementStatus as RequirementStatus,
      policyVersionId: current.snapshot.policyVersionId,
      validUntil: current.snapshot.validUntil,
    },
    missingCriteria: missingCriteria(rows),
  };
}
