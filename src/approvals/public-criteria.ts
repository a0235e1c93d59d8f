import type { Db } from '../db/client.ts';
import { getPolicyVersion } from '../evidence/queries.ts';
import { type CriterionRow, criteriaStanding } from './criteria-rules.ts';
import { listCriterionEvidence, listCriterionReviews } from './queries.ts';

export type PublicCriterion = Pick<CriterionRow<unknown, unknown>, 'criterion' | 'isMandatory' | 'state'>;

/** How the criteria of a decided application stand, without what was attached. */
export async function criteriaForPublic(
  db: Db,
  policyVersionId: number,
  application: { applicationId: number; requirementStatus: string | null },
): Promise<PublicCriterion[]> {
  const [policy, items, reviews] = await Promise.all([
    getPolicyVersion(db, policyVersionId),
    listCriterionEvidence(db, application.applicationId),
    listCriterionReviews(db, application.applicationId),
  ]);
  return criteriaStanding(policy.body, {
    frozenStatus: application.requirementStatus,
    items,
    reviews,
  }).map(({ criterion, isMandatory, state }) => ({ criterion, isMandatory, state }));
}
