import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/evidence/rules/policy.ts';
import { positionOf } from '../../src/evidence/rules/position.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { unitsAt } from '../../src/evidence/rules/units.ts';
import type { EvidenceFacts } from '../../src/evidence/types.ts';
import { answer, ask, facts, link, month, said, wyoming } from '../support/evidence/facts.ts';

function only(changes: Partial<EvidenceFacts>, policy: Policy = wyoming(), asOf = month(1)) {
  const units = unitsAt(facts(changes), asOf);
  expect(units).toHaveLength(1);
  return positionOf(policy, units[0]!, asOf);
}

describe('positionOf: one person', () => {
  it.each([
    ['yes', 'yes', 'both_yes'],
    ['yes', 'no', 'no'],
    ['no', 'yes', 'no'],
    ['no', 'no', 'no'],
    ['yes', 'not_sure', 'not_sure'],
    ['not_sure', 'not_sure', 'not_sure'],
    ['not_sure', 'no', 'no'],
  ])('%s and %s is %s', (incentive, preference, status) => {
    const given = answer({ values: said(incentive, preference) });
    expect(only({ answers: [given] })).toMatchObject({
      status,
      decidingAnswerId: given.answerId,
      exclusions: [],
    });
  });

  it('does not know the credential: neither yes nor no', () => {
    expect(only({ answers: [answer({ familiar: false, values: {} })] })).toMatchObject({
      status: 'not_familiar',
    });
  });

  it('is asked until it answers, and again after it withdrew', () => {
    const withdrawn = answer({ endedAt: month(0.5), endKind: 'withdrawn' });
    expect(only({ asks: [ask()] })).toMatchObject({
      status: 'asked',
      reasons: ['no_answer'],
      delivered: true,
    });
    expect(only({ answers: [withdrawn] })).toMatchObject({
      status: 'asked',
      reasons: ['withdrawn'],
      asked: false,
      exclusions: [{ answerId: withdrawn.answerId, reason: 'withdrawn' }],
    });
  });

  it('is nothing before the first ask left', () => {
    expect(only({ asks: [ask({ sentAt: month(2) })] })).toBeNull();
  });

  it('was not delivered once a bounce came back', () => {
    const bounced = ask({ bouncedAt: month(0.5) });
    expect(only({ asks: [bounced] })).toMatchObject({ asked: true, delivered: false });
    expect(only({ asks: [bounced, ask()] })).toMatchObject({ delivered: true });
  });

  it('takes a change of mind, in the same ask or in a later wave', () => {
    const first = answer({ contactId: 7, endedAt: month(0.5), endKind: 'superseded' });
    const changed = answer({ contactId: 7, answeredAt: month(0.5), values: said('no', 'yes') });
    expect(only({ answers: [changed, first] })).toMatchObject({
      status: 'no',
      exclusions: [{ answerId: first.answerId, reason: 'superseded' }],
    });
    const earlierWave = answer({ contactId: 8, values: said('no', 'no') });
    const laterWave = answer({ contactId: 8, answeredAt: month(0.7) });
    expect(only({ answers: [laterWave, earlierWave] })).toMatchObject({
      status: 'both_yes',
      exclusions: [{ answerId: earlierWave.answerId, reason: 'replaced_by_later_answer' }],
    });
  });
});

describe('positionOf: several people of one employer', () => {
  it('never adds up two halves: yes/no and no/yes is no both-yes', () => {
    const position = only({
      answers: [answer({ values: said('yes', 'no') }), answer({ values: said('no', 'yes') })],
    });
    expect(position).toMatchObject({ status: 'no' });
  });

  const yes = () => answer({ answeredAt: month(0) });
  const no = (at = 0.5) => answer({ answeredAt: month(at), values: said('no', 'yes') });

  it.each([
    ['adjudicate', 0.5, 'conflicting', ['contacts_disagree']],
    ['latest', 0.5, 'no', ['a_question_no', 'latest_answer_decides']],
    ['latest', -0.5, 'both_yes', ['all_questions_yes', 'latest_answer_decides']],
    ['any_no_wins', -0.5, 'no', ['a_question_no', 'any_no_decides']],
  ] as const)('a yes and a no under %s (no at month %d) is %s', (disagreement, noAt, status, reasons) => {
    expect(only({ answers: [yes(), no(noAt)] }, wyoming({ disagreement }))).toMatchObject({
      status,
      reasons,
    });
  });

  it('shows both answers of a conflict as uncounted', () => {
    const answers = [yes(), no()];
    expect(only({ answers })?.exclusions.map(({ reason }) => reason)).toEqual([
      'contacts_disagree',
      'contacts_disagree',
    ]);
    expect(only({ answers })?.decidingAnswerId).toBeNull();
  });

  it('does not call it disagreement when one is not sure or does not know the credential', () => {
    const unsure = answer({ values: said('not_sure', 'yes'), answeredAt: month(0.5) });
    const unfamiliar = answer({ familiar: false, values: {}, answeredAt: month(0.5) });
    const clear = yes();
    expect(only({ answers: [clear, unsure, unfamiliar] })).toMatchObject({
      status: 'both_yes',
      decidingAnswerId: clear.answerId,
    });
    expect(only({ answers: [unsure, unfamiliar] })).toMatchObject({ status: 'not_sure' });
  });

  it('counts records joined by an open duplicate proposal once, with that reason', () => {
    const one = answer({ employerId: 1 });
    const two = answer({ employerId: 2, answeredAt: month(0.5) });
    expect(only({ answers: [one, two], links: [link(1, 2)] })).toMatchObject({
      unitId: 1,
      employerIds: [1, 2],
      status: 'both_yes',
      reasons: ['all_questions_yes', 'possible_duplicates_count_once'],
      exclusions: [{ employerId: 1, answerId: one.answerId, reason: 'possible_duplicate' }],
    });
  });

  it('counts them apart again once a person said that they are two', () => {
    const answers = [answer({ employerId: 1 }), answer({ employerId: 2 })];
    const settled = facts({ answers, links: [link(1, 2, { until: month(2) })] });
    expect(unitsAt(settled, month(1))).toHaveLength(1);
    expect(unitsAt(settled, month(2))).toHaveLength(2);
  });
});

describe('positionOf: conflicts of interest are shown, uncounted', () => {
  it.each(['board', 'sells_or_paid', 'issuer', 'reseller', 'training_provider', 'applicant'] as const)(
    'declared: %s',
    (relation) => {
      const given = answer({ relation });
      expect(only({ answers: [given] })).toMatchObject({
        status: 'excluded',
        reasons: ['declared_relation'],
        exclusions: [{ answerId: given.answerId, reason: 'declared_relation' }],
      });
    },
  );

  it('a customer counts', () => {
    expect(only({ answers: [answer({ relation: 'customer' })] })).toMatchObject({ status: 'both_yes' });
  });

  it('what one person declares holds for the employer', () => {
    const position = only({ answers: [answer(), answer({ relation: 'board' })] });
    expect(position).toMatchObject({ status: 'excluded' });
    expect(position?.exclusions.map(({ reason }) => reason).sort()).toEqual([
      'declared_relation',
      'relation_declared_by_colleague',
    ]);
  });

  it('staff can set it, for a time', () => {
    const mark = { employerId: 1, relation: 'reseller' as const, from: month(1), until: month(3) };
    const given = { answers: [answer()], conflictMarks: [mark] };
    expect(only(given, wyoming(), month(0.5))).toMatchObject({ status: 'both_yes' });
    expect(only(given, wyoming(), month(1))).toMatchObject({
      status: 'excluded',
      reasons: ['relation_set_by_staff'],
    });
    expect(only(given, wyoming(), month(3))).toMatchObject({ status: 'both_yes' });
  });

  it("finds it by the issuer's domain and its subdomains, and by nothing that merely ends alike", () => {
    const withDomain = (domain: string) => ({
      answers: [answer()],
      employerDomains: [{ employerId: 1, domain }],
      issuerDomains: ['issuer.example'],
    });
    expect(only(withDomain('Issuer.example'))).toMatchObject({
      status: 'excluded',
      reasons: ['domain_of_issuer'],
    });
    expect(only(withDomain('mail.issuer.example'))).toMatchObject({ status: 'excluded' });
    expect(only(withDomain('myissuer.example'))).toMatchObject({ status: 'both_yes' });
    expect(only(withDomain('issuer.example'), wyoming({ excludeIssuerDomain: false }))).toMatchObject({
      status: 'both_yes',
    });
  });

  it('reaches a possible duplicate of the marked record', () => {
    const position = only({
      answers: [answer({ employerId: 2 })],
      links: [link(1, 2)],
      conflictMarks: [{ employerId: 1, relation: 'issuer', from: month(0), until: null }],
    });
    expect(position).toMatchObject({ status: 'excluded' });
  });
});

describe('positionOf: what the policy does not take', () => {
  it.each([
    ['provenance_not_accepted', { provenance: 'staff_entered' as const }, {}],
    ['question_not_asked', { values: { incentive: 'yes' } }, {}],
    ['no_hiring_authority', { hiringAuthority: false }, { requireHiringAuthority: true }],
  ])('%s', (reason, changes, policy) => {
    const given = answer(changes);
    expect(only({ answers: [given] }, wyoming(policy))).toMatchObject({
      status: 'excluded',
      reasons: [reason],
      exclusions: [{ answerId: given.answerId, reason }],
    });
  });

  it('cannot take back an answer that it takes', () => {
    const good = answer({ contactId: 5 });
    const later = answer({
      contactId: 5,
      answeredAt: month(0.5),
      values: said('no', 'no'),
      provenance: 'staff_entered',
    });
    expect(only({ answers: [good, later] })).toMatchObject({
      status: 'both_yes',
      decidingAnswerId: good.answerId,
    });
  });
});

describe('positionOf: evidence ages', () => {
  it('counts until, and not at, the end of its age', () => {
    const given = { answers: [answer({ answeredAt: month(0) })] };
    expect(only(given)?.expiresAt).toEqual(month(24));
    expect(only(given, wyoming(), new Date(month(24).getTime() - 1))).toMatchObject({ status: 'both_yes' });
    expect(only(given, wyoming(), month(24))).toMatchObject({
      status: 'aged_out',
      expiresAt: null,
      exclusions: [{ reason: 'older_than_evidence_age' }],
    });
  });

  it('tells when a conflict ends by itself', () => {
    const answers = [
      answer({ answeredAt: month(0), values: said('no', 'no') }),
      answer({ answeredAt: month(3) }),
    ];
    expect(only({ answers }, wyoming(), month(4))).toMatchObject({
      status: 'conflicting',
      expiresAt: month(24),
    });
    expect(only({ answers }, wyoming(), month(24))).toMatchObject({
      status: 'both_yes',
      expiresAt: month(27),
    });
  });

  it('never ages where the policy says so', () => {
    const given = { answers: [answer()] };
    expect(only(given, wyoming({ evidenceMaxAgeMonths: null }), month(500))).toMatchObject({
      status: 'both_yes',
      expiresAt: null,
    });
  });
});

describe('Q1 of the standards', () => {
  it('three people, one employer: one', () => {
    const result = evaluateRequirement(
      wyoming(),
      facts({ answers: [answer(), answer(), answer()] }),
      month(1),
    );
    expect(result.figures).toMatchObject({ answered: 1, bothYes: 1 });
  });

  it('yes/no and no/yes from two people: none', () => {
    const answers = [answer({ values: said('yes', 'no') }), answer({ values: said('no', 'yes') })];
    const result = evaluateRequirement(wyoming(), facts({ answers }), month(1));
    expect(result.figures).toMatchObject({ answered: 1, bothYes: 0 });
  });
});
