import { confirmDecision } from '../../src/approvals/confirm-decision.ts';
import { type NewDecision, proposeDecision } from '../../src/approvals/propose-decision.ts';
import type { Deps } from '../../src/deps.ts';

/** A decision as two people make it: the first proposes, the second confirms. */
export async function decideByTwo(
  deps: Pick<Deps, 'db' | 'clock'>,
  people: { agencyId: number; staffIds: readonly [number, number] },
  applicationId: number,
  decision: Partial<NewDecision> & Pick<NewDecision, 'outcome'>,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const { agencyId, staffIds } = people;
  const proposed = await proposeDecision(deps, {
    agencyId,
    staffId: staffIds[0],
    applicationId,
    reason: 'Met',
    ...decision,
  });
  if (!proposed.ok) return proposed;
  const { decisionId } = proposed;
  return confirmDecision(deps, { agencyId, staffId: staffIds[1], applicationId, decisionId });
}
