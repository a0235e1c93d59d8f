import { confirmDecision } from '../approvals/confirm-decision.ts';
import { confirmFreeze } from '../approvals/confirm-freeze.ts';
import { proposeDecision } from '../approvals/propose-decision.ts';
import { requestFreeze } from '../approvals/request-freeze.ts';
import type { Deps } from '../deps.ts';
import { readTallies } from '../evidence/read-tally.ts';
import { MET_REQUIREMENT_STATUSES, type RequirementStatus } from '../evidence/types.ts';
import { invariant } from '../lib/errors.ts';
import type { SampleState } from './load-sample-state.ts';
import { listFrozenRecords, listSampleApplications } from './queries.ts';
import type { DemoReport } from './summary.ts';

/** What is left for whoever looks around to decide in the console. */
const LEFT_TO_DECIDE = 2;

/**
 * Freezes the evidence of every application that met its number, asked for by one person and confirmed by another,
 * and approves most of them. Returns the counts of all applications.
 */
export async function freezeWhatMet(
  deps: Deps,
  state: SampleState,
  onProgress: (done: number, total: number) => void,
): Promise<Pick<DemoReport, 'tallies' | 'approvalRecords'>> {
  const { agencyId, editor, approver, listId } = state.k12;
  const applications = await listSampleApplications(deps.db, listId);
  const counts = await readTallies(deps.db, applications, deps.clock.now());
  const isMet = (status: RequirementStatus) => MET_REQUIREMENT_STATUSES.some((met) => met === status);
  const met = applications.filter((_, index) => isMet(counts[index]!.status));
  for (const [index, { id: applicationId }] of met.entries()) {
    const { freezeRequestId } = await requestFreeze(deps, {
      agencyId,
      staffId: editor.id,
      applicationId,
      note: 'Reached its number in the sample wave',
    });
    const frozen = await confirmFreeze(deps, {
      agencyId,
      staffId: approver.id,
      applicationId,
      freezeRequestId,
    });
    invariant(frozen.ok, 'evidence with denominators and fixed wording can be frozen');
    if (index < met.length - LEFT_TO_DECIDE) {
      const reason = 'The employers’ evidence meets the list’s rule.';
      const proposed = await proposeDecision(deps, {
        agencyId,
        staffId: editor.id,
        applicationId,
        outcome: 'approved',
        reason,
      });
      invariant(proposed.ok, 'what met can be approved');
      await confirmDecision(deps, {
        agencyId,
        staffId: approver.id,
        applicationId,
        decisionId: proposed.decisionId,
      });
    }
    onProgress(index + 1, met.length);
  }
  return {
    tallies: applications.map(({ credential }, index) => {
      const { figures, required, status } = counts[index]!;
      const { asked, answered, bothYes, no, notFamiliar, excluded } = figures;
      return { credential, asked, answered, bothYes, no, notFamiliar, excluded, required, status };
    }),
    approvalRecords: await listFrozenRecords(deps.db),
  };
}
