import type { Policy } from '../evidence/rules/policy.ts';
import { type Criterion, MET_REQUIREMENT_STATUSES, type RequirementStatus } from '../evidence/types.ts';
import { addMonths } from '../lib/add-months.ts';
import type {
  ApplicantKind,
  ApplicationState,
  Decision,
  DecisionKind,
  DecisionOutcome,
  ReviewCycle,
} from './types.ts';

/** States in which evidence may still be frozen and a decision is still to come. */
export const OPEN_APPLICATION_STATES = [
  'submitted',
  'in_review',
] as const satisfies readonly ApplicationState[];

export function isOpen(state: ApplicationState): boolean {
  return OPEN_APPLICATION_STATES.some((open) => open === state);
}

/** Evidence is frozen and criteria are shown while a decision is to come: the first one, or the one after an appeal. */
export function isUndecided(application: { state: ApplicationState; hasOpenAppeal: boolean }): boolean {
  return isOpen(application.state) || (application.state === 'decided' && application.hasOpenAppeal);
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

export type DecisionRefusal =
  | 'already_done'
  | 'evidence_missing'
  | 'evidence_not_met'
  | 'evidence_expired'
  | 'criteria_missing'
  | 'not_approved'
  | 'no_open_appeal'
  | 'body_missing';

export type DecisionFacts = {
  application: {
    state: ApplicationState;
    decision: Decision | null;
    policyVersionId: number;
    hasOpenAppeal: boolean;
  };
  kind: DecisionKind;
  outcome: DecisionOutcome;
  /** Which body decided, where the policy does not leave it to the agency. */
  decidedByBody: string;
  policy: Policy;
  evidence: DecisionEvidence | null;
  /** Mandatory criteria that nothing shows. */
  missingCriteria: readonly Criterion[];
};

/**
 * Whether an application may be decided so, at the proposal and again at the confirmation. Approving needs frozen
 * evidence, under the list's policy, that met the requirement and has not lapsed since, and every criterion that the
 * policy makes mandatory; denying, deferring and revoking need none of it. Where the policy says that a body decides, the
 * decision names it.
 */
export function decideDecision(
  facts: DecisionFacts,
  now: Date,
): { ok: true } | { ok: false; reason: DecisionRefusal } {
  const { application, kind, outcome, policy, evidence } = facts;
  const refuse = (reason: DecisionRefusal) => ({ ok: false, reason }) as const;
  if (kind === 'first' && !canMove(application.state, 'decided')) return refuse('already_done');
  if (kind === 'appeal' && (application.state !== 'decided' || !application.hasOpenAppeal)) {
    return refuse('no_open_appeal');
  }
  if (kind === 'revocation') {
    if (!canMove(application.state, 'revoked')) return refuse('already_done');
    return application.decision === 'approved' ? { ok: true } : refuse('not_approved');
  }
  if (needsBody(policy) && facts.decidedByBody.trim() === '') return refuse('body_missing');
  if (outcome !== 'approved') return { ok: true };
  if (!evidence || evidence.policyVersionId !== application.policyVersionId)
    return refuse('evidence_missing');
  if (!MET_REQUIREMENT_STATUSES.some((status) => status === evidence.status)) {
    return refuse('evidence_not_met');
  }
  if (evidence.validUntil !== null && evidence.validUntil <= now) return refuse('evidence_expired');
  return facts.missingCriteria.length > 0 ? refuse('criteria_missing') : { ok: true };
}

/** Whether somebody other than the agency decides, whom the decision then names. */
export function needsBody(policy: Policy): boolean {
  return policy.formatVersion !== 1 && policy.decidedBy !== 'agency';
}

export type ApplicantRefusal = 'may_not_apply' | 'applicant_not_an_employer';

/** Whether such an applicant may put a credential up under a policy; an employer that applies is one of ours. */
export function decideApplicant(
  policy: Policy,
  applicant: { kind: ApplicantKind; employerId: number | null },
): { ok: true } | { ok: false; reason: ApplicantRefusal } {
  const mayApply = policy.formatVersion === 1 ? (['anyone'] as const) : policy.mayApply;
  if (!mayApply.some((kind) => kind === 'anyone' || kind === applicant.kind)) {
    return { ok: false, reason: 'may_not_apply' };
  }
  return applicant.kind === 'employers' && applicant.employerId === null
    ? { ok: false, reason: 'applicant_not_an_employer' }
    : { ok: true };
}

/** A day without a time, as `2026-11-21`. */
export type Day = string;

const MONTHS: Record<Exclude<ReviewCycle, 'rolling'>, number> = {
  quarterly: 3,
  twice_a_year: 6,
  annual: 12,
  every_2_years: 24,
  every_5_years: 60,
};

/** How long a cycle lasts that follows another; a list that takes applications all year has one a year. */
export function cycleMonths(cycle: ReviewCycle): number {
  return cycle === 'rolling' ? 12 : MONTHS[cycle];
}

/**
 * The day on which an approval comes up for review: so many months after it was decided as the list reviews. A list that
 * reviews all year does it when the evidence ages out; null where it never does.
 */
export function reviewDueOn(cycle: ReviewCycle, decidedOn: Day, evidenceUntil: Day | null): Day | null {
  return cycle === 'rolling' ? evidenceUntil : monthsAfter(decidedOn, MONTHS[cycle]);
}

export function monthsAfter(day: Day, months: number): Day {
  return addMonths(new Date(`${day}T00:00:00Z`), months)
    .toISOString()
    .slice(0, 10);
}

export function daysAfter(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

type Cycle = { id: number; name: string; startsOn: Day; endsOn: Day };

/** The cycle that a renewal belongs to, or the one that must be made for it, after the last. */
export function renewalCycle(
  cycles: readonly Cycle[],
  currentId: number,
  today: Day,
  cycle: ReviewCycle,
): { known: Cycle } | { toMake: Omit<Cycle, 'id'> } {
  const current = cycles.find(({ id }) => id === currentId);
  const next = cycles
    .filter(
      ({ id, startsOn, endsOn }) =>
        id !== currentId && endsOn > today && startsOn >= (current?.startsOn ?? ''),
    )
    .sort((a, b) => (a.startsOn < b.startsOn ? -1 : 1))[0];
  if (next) return { known: next };
  const last =
    cycles
      .map(({ endsOn }) => endsOn)
      .sort()
      .at(-1) ?? today;
  // Cycles that nobody made for years are skipped, so that the new one lies around today.
  let startsOn = last;
  while (monthsAfter(startsOn, cycleMonths(cycle)) <= today)
    startsOn = monthsAfter(startsOn, cycleMonths(cycle));
  const endsOn = monthsAfter(startsOn, cycleMonths(cycle));
  return { toMake: { name: `${startsOn} to ${daysAfter(endsOn, -1)}`, startsOn, endsOn } };
}

/** Days within which a decision can be appealed where the policy's format is too old to say. */
const USUAL_APPEAL_DAYS = 30;

export function appealDaysOf(policy: Policy): number | null {
  return policy.formatVersion === 3 ? policy.appealDays : USUAL_APPEAL_DAYS;
}

export type AppealRefusal =
  | 'cannot_appeal'
  | 'too_late'
  | 'before_decision'
  | 'already_appealed'
  | 'not_decided';

/** Whether an appeal that was filed on a day is taken; the days count from the day of the decision. */
export function decideAppeal(
  policy: Policy,
  facts: { state: ApplicationState; decidedOn: Day; filedOn: Day; isAppealed: boolean },
): { ok: true } | { ok: false; reason: AppealRefusal } {
  const days = appealDaysOf(policy);
  if (facts.state !== 'decided') return { ok: false, reason: 'not_decided' };
  if (days === null) return { ok: false, reason: 'cannot_appeal' };
  if (facts.isAppealed) return { ok: false, reason: 'already_appealed' };
  if (facts.filedOn < facts.decidedOn) return { ok: false, reason: 'before_decision' };
  return facts.filedOn > daysAfter(facts.decidedOn, days) ? { ok: false, reason: 'too_late' } : { ok: true };
}
