import { describe, expect, it } from 'vitest';
import { criteriaStanding, missingCriteria } from '../../src/approvals/criteria-rules.ts';
import {
  canMove,
  type DecisionEvidence,
  type DecisionFacts,
  decideAppeal,
  decideApplicant,
  decideDecision,
  renewalCycle,
  reviewDueOn,
} from '../../src/approvals/rules.ts';
import { APPLICATION_STATES, type ApplicationState, type Decision } from '../../src/approvals/types.ts';
import { POLICY_PRESETS, WYOMING } from '../../src/evidence/presets.ts';
import type { PolicyV3 } from '../../src/evidence/rules/policy.ts';

const presetOf = (slug: string) => POLICY_PRESETS.find((preset) => preset.slug === slug)!.body;

const now = new Date('2026-06-01T12:00:00Z');
const application = {
  state: 'in_review' as ApplicationState,
  decision: null as Decision | null,
  policyVersionId: 1,
  hasOpenAppeal: false,
};
const facts = (changes: Partial<DecisionFacts>): DecisionFacts => ({
  application,
  kind: 'first',
  outcome: 'approved',
  decidedByBody: '',
  policy: WYOMING.body,
  evidence: null,
  missingCriteria: [],
  ...changes,
});
const evidence: DecisionEvidence = {
  status: 'met',
  policyVersionId: 1,
  validUntil: new Date('2026-06-01T12:00:00.001Z'),
};

describe('decideDecision', () => {
  it.each([
    ['met', evidence, { ok: true }],
    ['met, lapsing soon', { ...evidence, status: 'met_but_expiring' as const }, { ok: true }],
    ['met, never lapses', { ...evidence, validUntil: null }, { ok: true }],
    ['none', null, { ok: false, reason: 'evidence_missing' }],
    ['of another policy', { ...evidence, policyVersionId: 2 }, { ok: false, reason: 'evidence_missing' }],
    ['short', { ...evidence, status: 'short' as const }, { ok: false, reason: 'evidence_not_met' }],
    [
      'conflicting',
      { ...evidence, status: 'conflicting' as const },
      { ok: false, reason: 'evidence_not_met' },
    ],
    [
      'nobody asked',
      { ...evidence, status: 'not_asked' as const },
      { ok: false, reason: 'evidence_not_met' },
    ],
    ['lapsed', { ...evidence, validUntil: now }, { ok: false, reason: 'evidence_expired' }],
  ])('to approve, evidence: %s', (_name, given, outcome) => {
    expect(decideDecision(facts({ evidence: given }), now)).toEqual(outcome);
  });

  it.each(['denied', 'deferred'] as const)('%s needs no evidence', (decision) => {
    expect(decideDecision(facts({ outcome: decision }), now)).toEqual({ ok: true });
  });

  it.each(['decided', 'due_for_review', 'renewed', 'lapsed', 'revoked'] as const)(
    'is over when %s',
    (state) => {
      expect(decideDecision(facts({ application: { ...application, state }, evidence }), now)).toEqual({
        ok: false,
        reason: 'already_done',
      });
    },
  );

  it('needs every mandatory criterion to approve, and none to deny', () => {
    const missingCriteria = ['alignment'] as const;
    expect(decideDecision(facts({ evidence, missingCriteria }), now)).toEqual({
      ok: false,
      reason: 'criteria_missing',
    });
    expect(decideDecision(facts({ outcome: 'denied', missingCriteria }), now)).toEqual({ ok: true });
  });

  it('names the body where the policy leaves the decision to one', () => {
    const policy = presetOf('kentucky');
    expect(decideDecision(facts({ policy, evidence }), now)).toEqual({ ok: false, reason: 'body_missing' });
    expect(decideDecision(facts({ policy, evidence, decidedByBody: 'Workforce board' }), now)).toEqual({
      ok: true,
    });
  });

  it('decides a second time only while an appeal is open', () => {
    const decided = { ...application, state: 'decided' as const, decision: 'denied' as const };
    const second = { kind: 'appeal' as const, evidence };
    expect(decideDecision(facts({ ...second, application: decided }), now)).toEqual({
      ok: false,
      reason: 'no_open_appeal',
    });
    const appealed = { ...decided, hasOpenAppeal: true };
    expect(decideDecision(facts({ ...second, application: appealed }), now)).toEqual({ ok: true });
    expect(decideDecision(facts({ ...second, application: appealed, evidence: null }), now)).toEqual({
      ok: false,
      reason: 'evidence_missing',
    });
  });

  it.each([
    ['decided', 'approved', { ok: true }],
    ['due_for_review', 'approved', { ok: true }],
    ['decided', 'denied', { ok: false, reason: 'not_approved' }],
    ['in_review', null, { ok: false, reason: 'already_done' }],
    ['lapsed', 'approved', { ok: false, reason: 'already_done' }],
  ] as const)('revokes what is %s and %s', (state, decision, outcome) => {
    const revoked = { kind: 'revocation' as const, outcome: 'revoked' as const };
    expect(
      decideDecision(facts({ ...revoked, application: { ...application, state, decision } }), now),
    ).toEqual(outcome);
  });
});

describe('decideApplicant', () => {
  it.each([
    ['wyoming', 'issuers', null, { ok: true }],
    ['kentucky', 'employers', 7, { ok: true }],
    ['kentucky', 'employers', null, { ok: false, reason: 'applicant_not_an_employer' }],
    ['kentucky', 'agencies', null, { ok: false, reason: 'may_not_apply' }],
    ['florida', 'workforce_boards', null, { ok: true }],
    ['florida', 'issuers', null, { ok: false, reason: 'may_not_apply' }],
    ['texas', 'issuers', null, { ok: true }],
    ['texas', 'schools', null, { ok: false, reason: 'may_not_apply' }],
    ['arizona', 'schools', null, { ok: true }],
    ['arkansas', 'employers', 7, { ok: false, reason: 'may_not_apply' }],
  ] as const)('under %s: %s', (slug, kind, employerId, outcome) => {
    expect(decideApplicant(presetOf(slug), { kind, employerId })).toEqual(outcome);
  });
});

describe('reviews', () => {
  it.each([
    ['quarterly', '2026-11-30', null, '2027-02-28'],
    ['twice_a_year', '2026-01-15', null, '2026-07-15'],
    ['annual', '2026-01-15', '2026-03-01', '2027-01-15'],
    ['every_2_years', '2024-02-29', null, '2026-02-28'],
    ['every_5_years', '2026-01-15', null, '2031-01-15'],
    ['rolling', '2026-01-15', '2027-12-01', '2027-12-01'],
    ['rolling', '2026-01-15', null, null],
  ] as const)('of a list that reviews %s', (cycle, decidedOn, until, due) => {
    expect(reviewDueOn(cycle, decidedOn, until)).toBe(due);
  });

  const cycles = [
    { id: 1, name: '2026', startsOn: '2026-01-01', endsOn: '2027-01-01' },
    { id: 2, name: '2027', startsOn: '2027-01-01', endsOn: '2028-01-01' },
  ];
  it('renew in the next cycle, or in one that is made after the last', () => {
    expect(renewalCycle(cycles, 1, '2027-03-01', 'annual')).toEqual({ known: cycles[1] });
    expect(renewalCycle(cycles, 1, '2026-12-01', 'annual')).toEqual({ known: cycles[1] });
    expect(renewalCycle(cycles, 2, '2027-12-01', 'annual')).toEqual({
      toMake: { name: '2028-01-01 to 2028-12-31', startsOn: '2028-01-01', endsOn: '2029-01-01' },
    });
    expect(renewalCycle(cycles, 2, '2031-06-01', 'annual')).toEqual({
      toMake: { name: '2031-01-01 to 2031-12-31', startsOn: '2031-01-01', endsOn: '2032-01-01' },
    });
  });
});

describe('decideAppeal', () => {
  const decided = {
    state: 'decided' as const,
    decidedOn: '2026-06-01',
    filedOn: '2026-07-01',
    isAppealed: false,
  };
  it.each([
    ['on the last day', {}, { ok: true }],
    ['a day late', { filedOn: '2026-07-02' }, { ok: false, reason: 'too_late' }],
    ['before the decision', { filedOn: '2026-05-31' }, { ok: false, reason: 'before_decision' }],
    ['twice', { isAppealed: true }, { ok: false, reason: 'already_appealed' }],
    ['of what is under review', { state: 'in_review' as const }, { ok: false, reason: 'not_decided' }],
  ])('%s', (_name, changes, outcome) => {
    expect(decideAppeal(WYOMING.body, { ...decided, ...changes })).toEqual(outcome);
  });

  it('is refused where the policy knows none', () => {
    const policy = { ...(presetOf('colorado') as PolicyV3), appealDays: null };
    expect(decideAppeal(policy, decided)).toEqual({ ok: false, reason: 'cannot_appeal' });
  });
});

describe('criteriaStanding', () => {
  const at = (day: number) => new Date(Date.UTC(2026, 5, day));
  const item = { criterion: 'alignment' as const, addedAt: at(1), removedAt: null as Date | null };
  const review = { criterion: 'alignment' as const, verdict: 'shown' as const, reviewedAt: at(2) };
  const stateOf = (items: (typeof item)[], reviews: (typeof review)[], frozenStatus: string | null = null) =>
    criteriaStanding(presetOf('maryland'), { frozenStatus, items, reviews });
  const alignment = (rows: ReturnType<typeof stateOf>) =>
    rows.find(({ criterion }) => criterion === 'alignment');

  it.each([
    ['nothing is attached', [], [], 'nothing_attached'],
    ['nobody looked', [item], [], 'to_review'],
    ['somebody looked', [item], [review], 'shown'],
    ['something came after', [item, { ...item, addedAt: at(3) }], [review], 'to_review'],
    ['something was taken away after', [item, { ...item, removedAt: at(3) }], [review], 'to_review'],
    ['all was taken away', [{ ...item, removedAt: at(3) }], [review], 'nothing_attached'],
  ] as const)('of a criterion where %s', (_name, items, reviews, state) => {
    expect(alignment(stateOf([...items], [...reviews]))?.state).toBe(state);
  });

  it('takes employer need from the frozen evidence, and lists what Maryland asks for', () => {
    expect(stateOf([], [], 'met')[0]).toMatchObject({ criterion: 'employer_need', state: 'shown' });
    expect(stateOf([], [], 'short')[0]!.state).toBe('not_shown');
    expect(missingCriteria(stateOf([], [], 'met'))).toHaveLength(6);
    expect(
      missingCriteria(criteriaStanding(WYOMING.body, { frozenStatus: null, items: [], reviews: [] })),
    ).toEqual([]);
  });
});

describe('canMove', () => {
  it('leads from submitted to an end, and never back', () => {
    const moves = APPLICATION_STATES.flatMap((from, at) =>
      APPLICATION_STATES.map((to, then) => ({ from, to, forward: then > at, can: canMove(from, to) })),
    );
    expect(moves.filter(({ can, forward }) => can && !forward)).toEqual([]);
    expect(moves.filter(({ can }) => can).map(({ from, to }) => `${from} -> ${to}`)).toEqual([
      'submitted -> in_review',
      'submitted -> decided',
      'in_review -> decided',
      'decided -> due_for_review',
      'decided -> revoked',
      'due_for_review -> renewed',
      'due_for_review -> lapsed',
      'due_for_review -> revoked',
    ]);
  });
});
