import { MET_REQUIREMENT_STATUSES, type RequirementStatus } from '../evidence/types.ts';
import type { ApplicationState, Decision } from './types.ts';

/** States in which evidence may still be frozen and a decision is still to come. */
export const OPEN_APPLICATION_STATES = [
  'submitted',
  'in_review',
] as const satisfies readonly ApplicationState[];

export function isOpen(state: ApplicationState): boolean {
  return OPEN_APPLICATION_STATES.some((open) => open === state);
}

/** submitted -> in_review -> decided -> due_for_review -> renewed | lapsed | revoked; a decided one can be revoked at once. */
const NEXT: Record<ApplicationState, readonly ApplicationState[]> = {
  submitted: ['in_review', 'decided'],
  in_review: ['decided'],
  decided: ['due_for_review', 'revoked'],
  due_for_review: ['renewed', 'lapsed', 'revoked'],
  renewed: [],
  lapsed: [],
  revoked: [],
};

export function canMove(from: ApplicationState, to: ApplicationState): boolean {
  return NEXT[from].includes(to);
}

/** Frozen evidence as a decision looks at it. */
export type DecisionEvidence = {
  status: RequirementStatus;
  policyVersionId: number;
  validUntil: Date | null;
};

export type DecisionRefusal = 'already_done' | 'evidence_missing' | 'evidence_not_met' | 'evidence_expired';

/**
 * Whether an application may be decided so. Approving needs frozen evidence, under the list's policy, that met the
 * requirement and has not lapsed since; denying and deferring need none.
 */
export function decideDecision(
  application: { state: ApplicationState; policyVersionId: number },
  decision: Decision,
  evidence: DecisionEvidence | null,
  now: Date,
): { ok: true } | { ok: false; reason: DecisionRefusal } {
  if (!canMove(application.state, 'decided')) return { ok: false, reason: 'already_done' };
  if (decision !== 'approved') return { ok: true };
  if (!evidence || evidence.policyVersionId !== application.policyVersionId) {
    return { ok: false, reason: 'evidence_missing' };
  }
  if (!MET_REQUIREMENT_STATUSES.some((status) => status === evidence.status)) {
    return { ok: false, reason: 'evidence_not_met' };
  }
  if (evidence.validUntil !== null && evidence.validUntil <= now) {
    return { ok: false, reason: 'evidence_expired' };
  }
  return { ok: true };
}
