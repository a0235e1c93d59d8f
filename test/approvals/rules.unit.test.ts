import { describe, expect, it } from 'vitest';
import { canMove, type DecisionEvidence, decideDecision } from '../../src/approvals/rules.ts';
import { APPLICATION_STATES } from '../../src/approvals/types.ts';

const now = new Date('2026-06-01T12:00:00Z');
const application = { state: 'in_review' as const, policyVersionId: 1 };
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
    expect(decideDecision(application, 'approved', given, now)).toEqual(outcome);
  });

  it.each(['denied', 'deferred'] as const)('%s needs no evidence', (decision) => {
    expect(decideDecision(application, decision, null, now)).toEqual({ ok: true });
  });

  it.each(['decided', 'due_for_review', 'renewed', 'lapsed', 'revoked'] as const)(
    'is over when %s',
    (state) => {
      expect(decideDecision({ ...application, state }, 'approved', evidence, now)).toEqual({
        ok: false,
        reason: 'already_done',
      });
    },
  );
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
