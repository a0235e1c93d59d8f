import { describe, expect, it } from 'vitest';
import { differencesBetween } from '../../src/evidence/rules/compare.ts';
import { describePolicy, type Policy, policySchema } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import type { AdjudicationFact, AnswerFact, EvidenceFacts } from '../../src/evidence/types.ts';
import { answer, ask, facts, link, month, said, wyoming } from '../support/evidence/facts.ts';

const NO = { values: said('no', 'no') };
const look = (policy: Policy, given: Partial<EvidenceFacts>, asOf = month(2)) =>
  evaluateRequirement(policy, facts(given), asOf);
const stand = (policy: Policy, given: Partial<EvidenceFacts>, asOf = month(2)) =>
  look(policy, given, asOf).positions.map(({ status }) => status);

describe('the counting unit', () => {
  const three = [answer({ employerId: 1 }), answer({ employerId: 2 }), answer({ employerId: 3 })];
  const groups = [
    { employerId: 1, groupId: 7, from: month(0), until: null },
    { employerId: 2, groupId: 7, from: month(1), until: month(3) },
  ];

  it('is the legal entity unless the policy says otherwise', () => {
    expect(look(wyoming(), { answers: three, groups }).figures.bothYes).toBe(3);
    expect(look(wyoming({ countingUnit: 'legal_entity' }), { answers: three, groups }).figures.bothYes).toBe(
      3,
    );
  });

  it('is the group while its companies belong to it', () => {
    const policy = wyoming({ countingUnit: 'group' });
    expect(look(policy, { answers: three, groups }, month(0)).figures.bothYes).toBe(3);
    const joined = look(policy, { answers: three, groups }, month(2));
    expect(joined.figures.bothYes).toBe(2);
    expect(joined.positions[0]).toMatchObject({
      employerIds: [1, 2],
      reasons: ['all_questions_yes', 'group_counts_once'],
    });
    expect(look(policy, { answers: three, groups }, month(4)).figures.bothYes).toBe(3);
  });

  it('is the site where that is known, and what is unknown never counts as different', () => {
    const policy = wyoming({ countingUnit: 'site' });
    const answers = [1, 2, 3].map((contactId) => answer({ employerId: 1, contactId }));
    const at = (contactId: number, siteId: number) => ({ contactId, siteId, state: 'WY', county: 'Teton' });
    expect(look(policy, { answers }).figures.bothYes).toBe(1);
    expect(look(policy, { answers, contactSites: [at(1, 5)] }).figures.bothYes).toBe(1);
    const two = look(policy, { answers, contactSites: [at(1, 5), at(2, 6)] });
    expect(two.figures.bothYes).toBe(2);
    expect(two.positions.map(({ siteId }) => siteId)).toEqual([5, 6]);
  });

  it('of asks goes with the person who was asked', () => {
    const policy = wyoming({ countingUnit: 'site' });
    const asks = [1, 2].map((contactId) => ask({ employerId: 1, contactId }));
    const contactSites = [
      { contactId: 1, siteId: 5, state: 'WY', county: '' },
      { contactId: 2, siteId: 6, state: 'WY', county: '' },
    ];
    expect(look(policy, { asks, contactSites }).figures.asked).toBe(2);
  });

  it('shows in the comparison of two policies', () => {
    const given = { answers: three, groups };
    const [difference, ...more] = differencesBetween(
      look(wyoming(), given),
      look(wyoming({ countingUnit: 'group' }), given),
    );
    expect(more).toEqual([]);
    expect(difference).toMatchObject({ unitId: 1, employerIds: [1, 2] });
    expect([difference?.one.length, difference?.other.length]).toEqual([2, 1]);
  });

  it('and who speaks are optional: bodies from before keep their bytes and their words', () => {
    const body = policySchema.parse(wyoming());
    expect(Object.keys(body)).not.toContain('countingUnit');
    expect(Object.keys(body)).not.toContain('whoSpeaks');
    expect(describePolicy(body)[1]).toMatch(/^Each employer counts once/);
    expect(describePolicy({ ...body, countingUnit: 'group' })[1]).toMatch(/^A parent company and all/);
    expect(describePolicy({ ...body, countingUnit: 'site' })[1]).toMatch(/^Each site/);
    expect(describePolicy({ ...body, whoSpeaks: 'hiring_authority_first' }).join(' ')).toMatch(
      /speak for it/,
    );
  });
});

describe('who speaks', () => {
  const manager = (changes: Partial<AnswerFact> = {}) =>
    answer({ contactId: 1, answeredAt: month(0), hiringAuthority: true, ...changes });
  const clerk = (changes: Partial<AnswerFact> = {}) =>
    answer({ contactId: 2, answeredAt: month(1), hiringAuthority: false, ...changes });
  const policy = wyoming({ whoSpeaks: 'hiring_authority_first' });

  it.each([
    ['whoever hires, though a later colleague says no', [manager(), clerk(NO)], 'both_yes'],
    ['whoever hires, though a later colleague says yes', [manager(NO), clerk()], 'no'],
    [
      'everybody, where nobody is known to hire',
      [manager({ hiringAuthority: false }), clerk(NO)],
      'conflicting',
    ],
    ['two who hire and disagree', [manager(), clerk({ ...NO, hiringAuthority: true })], 'conflicting'],
    [
      'the colleague once the one who hires took the answer back',
      [manager({ endedAt: month(1), endKind: 'withdrawn' }), clerk(NO)],
      'no',
    ],
  ] as const)('%s', (_name, answers, status) => {
    expect(stand(policy, { answers })).toEqual([status]);
  });

  it('keeps the other answer, with the reason', () => {
    const { positions } = look(policy, { answers: [manager(), clerk(NO)] });
    expect(positions[0]?.reasons).toEqual(['all_questions_yes', 'hiring_authority_decides']);
    expect(positions[0]?.exclusions.map(({ reason }) => reason)).toEqual(['hiring_authority_speaks']);
  });

  it('is everybody where the policy says nothing of it', () => {
    expect(stand(wyoming(), { answers: [manager(), clerk(NO)] })).toEqual(['conflicting']);
  });
});

describe('an adjudication', () => {
  const yes = answer({ contactId: 1 });
  const no = answer({ contactId: 2, ...NO });
  const settled = (changes: Partial<AdjudicationFact> = {}): AdjudicationFact => ({
    adjudicationId: 1,
    answerIds: [yes.answerId, no.answerId],
    speaksAnswerId: yes.answerId,
    from: month(1),
    until: null,
    ...changes,
  });
  const under = (changes: Partial<AdjudicationFact>, answers: AnswerFact[] = [yes, no], asOf = month(2)) =>
    stand(wyoming(), { answers, adjudications: [settled(changes)] }, asOf);

  it.each([
    ['makes the answer that it names the employer’s', {}, 'both_yes'],
    ['either way', { speaksAnswerId: no.answerId }, 'no'],
    ['or lets none of them count', { speaksAnswerId: null }, 'excluded'],
    ['not before it was confirmed', { from: month(3) }, 'conflicting'],
    ['nor after it ended', { until: month(2) }, 'conflicting'],
    ['nor where it was about other answers', { answerIds: [yes.answerId] }, 'conflicting'],
  ] as const)('%s', (_name, changes, status) => {
    expect(under(changes)).toEqual([status]);
  });

  it('fits no more once a third person disagrees, or the one whom it names is heard no more', () => {
    expect(under({}, [yes, no, answer({ contactId: 3, ...NO })])).toEqual(['conflicting']);
    const gone = { ...yes, endedAt: month(1), endKind: 'withdrawn' as const };
    expect(under({}, [gone, no])).toEqual(['no']);
  });

  it('fits no more once a merge brings in a record that disagrees', () => {
    const other = answer({ employerId: 2, ...NO });
    const given = { answers: [yes, no, other], adjudications: [settled()] };
    expect(stand(wyoming(), given)).toEqual(['both_yes', 'no']);
    expect(stand(wyoming(), { ...given, links: [link(1, 2, { because: 'merged' })] })).toEqual([
      'conflicting',
    ]);
  });

  it('changes nothing under a policy that settles disagreement itself', () => {
    const given = { answers: [yes, no], adjudications: [settled()] };
    expect(stand(wyoming({ disagreement: 'any_no_wins' }), given)).toEqual(['no']);
  });

  it('keeps the other answer, with the reason', () => {
    const { positions } = look(wyoming(), { answers: [yes, no], adjudications: [settled()] });
    expect(positions[0]).toMatchObject({
      reasons: ['all_questions_yes', 'adjudicated'],
      decidingAnswerId: yes.answerId,
      exclusions: [{ answerId: no.answerId, reason: 'adjudicated_for_another' }],
    });
  });
});

describe('a connection that was found', () => {
  const mark = { employerId: 1, relation: 'reseller' as const, from: month(1), until: null };

  it('excludes from then on, with a reason of its own', () => {
    const given = { answers: [answer()], conflictMarks: [{ ...mark, found: 'shared_parent' as const }] };
    expect(stand(wyoming(), given, month(0))).toEqual(['both_yes']);
    expect(look(wyoming(), given).positions[0]).toMatchObject({
      status: 'excluded',
      reasons: ['relation_found'],
      exclusions: [{ reason: 'relation_found' }],
    });
  });

  it('is the policy’s to count, like any other', () => {
    const given = { answers: [answer()], conflictMarks: [{ ...mark, found: 'domain' as const }] };
    expect(stand(wyoming({ excludedRelations: ['issuer'] }), given)).toEqual(['both_yes']);
  });
});
