import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { POLICY_PRESETS } from '../../src/evidence/presets.ts';
import {
  NOTHING_FURTHER,
  type Policy,
  type PolicyV2,
  type PolicyV3,
} from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { bodyDemandsOf } from '../../src/evidence/rules/terms.ts';
import { groupOfEach } from '../../src/evidence/rules/units.ts';
import type {
  AnswerFact,
  BallotFact,
  BoardLetterFact,
  BodyFacts,
  EvidenceFacts,
  VendorFact,
  VoteFact,
} from '../../src/evidence/types.ts';
import {
  answer,
  facts,
  INCENTIVE,
  link,
  month,
  PREFERENCE,
  said,
  wyoming,
} from '../support/evidence/facts.ts';

// Many drawn cases, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

const DAY_MS = 86_400_000;
const first = (policy: Policy, given: Partial<EvidenceFacts>, asOf = month(1)) =>
  evaluateRequirement(policy, facts(given), asOf).positions[0];
const statusOf = (policy: Policy, given: Partial<EvidenceFacts>, asOf?: Date) =>
  first(policy, given, asOf)?.status;

function counted(changes: Partial<PolicyV2> & Pick<PolicyV2, 'requirement'>): PolicyV2 {
  const { formatVersion: _1, requirement: _2, source, ...terms } = wyoming();
  return {
    ...NOTHING_FURTHER,
    ...terms,
    mayApply: ['anyone'],
    besides: [],
    ...changes,
    formatVersion: 2,
    source: { ...source, addedHere: [] },
  };
}

const questions = [INCENTIVE, PREFERENCE].map((key) => ({
  key,
  meaning: 'says so',
  says: { kind: 'options' as const, yes: ['yes'], no: ['no'] },
}));

describe('when something was said', () => {
  it('is the day on the letter, not the day on which it was entered', () => {
    const letter = (months: number): AnswerFact => answer({ answeredAt: month(0), saidAt: month(months) });
    const policy = wyoming({ evidenceMaxAgeMonths: 6 });
    expect(first(policy, { answers: [letter(-4)] })).toMatchObject({
      status: 'both_yes',
      expiresAt: month(2),
    });
    expect(statusOf(policy, { answers: [letter(-6)] })).toBe('aged_out');
    // The newer word counts, though it was written down first.
    const changed = [
      answer({ contactId: 4, answeredAt: month(0.2), saidAt: month(-3), values: said('no', 'no') }),
      answer({ contactId: 4, answeredAt: month(0.1), saidAt: month(-1) }),
    ];
    expect(statusOf(policy, { answers: changed })).toBe('both_yes');
  });

  it('has ended from the moment of its end', () => {
    const taken = answer({ endedAt: month(1), endKind: 'withdrawn' });
    expect(statusOf(wyoming(), { answers: [taken] }, new Date(month(1).getTime() - 1))).toBe('both_yes');
    expect(statusOf(wyoming(), { answers: [taken] }, month(1))).toBe('asked');
  });

  it('stays as long as it is held, and no longer', () => {
    const held = (kind: 'quarantined' | 'second_look', until: Date | null) =>
      answer({ holds: [{ kind, from: month(1), until }] });
    const at = (asOf: Date, given = held('quarantined', month(2))) =>
      first(wyoming(), { answers: [given] }, asOf);
    expect(at(month(0.9))?.status).toBe('both_yes');
    expect(at(month(1))).toMatchObject({ status: 'excluded', reasons: ['quarantined'] });
    expect(at(new Date(month(2).getTime() - 1))?.status).toBe('excluded');
    expect(at(month(2))?.status).toBe('both_yes');
    expect(at(month(9), held('second_look', null))).toMatchObject({
      status: 'excluded',
      reasons: ['awaits_second_look'],
    });
  });
});

describe('who said it', () => {
  it('are as many people as letters, where those who signed are nobody’s contact', () => {
    const letters = [
      answer({ contactId: null, answeredAt: month(0) }),
      answer({ contactId: null, answeredAt: month(0.5), values: said('no', 'no') }),
    ];
    expect(statusOf(wyoming(), { answers: letters })).toBe('conflicting');
  });

  it('is settled by the latest of two adjudications that fit', () => {
    const [yes, no] = [answer({ contactId: 1 }), answer({ contactId: 2, values: said('no', 'no') })];
    const settled = (adjudicationId: number, speaksAnswerId: number, at: number) => ({
      adjudicationId,
      answerIds: [yes.answerId, no.answerId],
      speaksAnswerId,
      from: month(at),
      until: null,
    });
    const of = (...adjudications: ReturnType<typeof settled>[]) =>
      statusOf(wyoming(), { answers: [yes, no], adjudications }, month(3));
    expect(of(settled(1, yes.answerId, 1), settled(2, no.answerId, 2))).toBe('no');
    expect(of(settled(2, no.answerId, 1), settled(1, yes.answerId, 2))).toBe('both_yes');
  });

  it('belongs to a group with every record that is the same company', () => {
    const groups = [1, 2].map((employerId) => ({ employerId, groupId: 9, from: month(0), until: null }));
    const groupOf = groupOfEach({ groups, links: [link(2, 3, { because: 'merged' })] }, month(1));
    expect([1, 2, 3, 4].map(groupOf)).toEqual([1, 1, 1, 4]);
  });
});

describe('what it says', () => {
  const any = counted({
    requirement: { kind: 'distinct_employers', questions, combine: 'any', minDistinctEmployers: 1 },
  });

  it.each([
    ['yes', 'no', 'both_yes'],
    ['no', 'no', 'no'],
    ['no', 'not_sure', 'not_sure'],
    ['not_sure', 'not_sure', 'not_sure'],
  ])('to any of two questions: %s and %s is %s', (incentive, preference, status) => {
    expect(statusOf(any, { answers: [answer({ values: said(incentive, preference) })] })).toBe(status);
  });

  it('of pay meets a floor that it is equal to', () => {
    const paid = (dollars: number) =>
      counted({
        requirement: any.requirement,
        wage: {
          question: 'entry_wage',
          bands: [
            { value: 'low', from: 0 },
            { value: 'mid', from: 20 },
          ],
          demand: { kind: 'each_at_least', dollars },
        },
      });
    const given = { answers: [answer({ values: { ...said('yes', 'yes'), entry_wage: 'mid' } })] };
    expect(statusOf(paid(20), given)).toBe('both_yes');
    expect(first(paid(21), given)).toMatchObject({ status: 'no', reasons: ['wage_below_floor'] });
  });

  it('counts for the county of the site where its person works', () => {
    const policy = counted({
      countingUnit: 'site',
      requirement: { ...any.requirement, minDistinctEmployers: 2 } as PolicyV2['requirement'],
      spread: { minRegions: 2, minSectors: null, minSizes: null },
    });
    const answers = [1, 2].map((contactId) => answer({ employerId: 1, contactId }));
    const at = (contactId: number, county: string) => ({ contactId, siteId: contactId, state: 'WY', county });
    const profiles = [{ employerId: 1, state: 'WY', county: 'Teton', naicsCode: null, size: null }];
    const met = (...counties: string[]) =>
      evaluateRequirement(
        policy,
        facts({ answers, profiles, contactSites: counties.map((county, index) => at(index + 1, county)) }),
        month(1),
      ).status;
    expect(met('Laramie', 'Natrona')).toBe('met');
    expect(met('Laramie', 'Laramie')).toBe('short');
    expect(met('', '')).toBe('short');
  });

  it('is called expiring from so many days before its end', () => {
    const policy = wyoming({ evidenceMaxAgeMonths: 12, warnDaysBeforeLapse: 30, minDistinctEmployers: 1 });
    const given = facts({ answers: [answer({ answeredAt: month(0) })] });
    const warnFrom = month(12).getTime() - 30 * DAY_MS;
    const at = (time: number) => evaluateRequirement(policy, given, new Date(time)).status;
    expect([at(warnFrom - 1), at(warnFrom)]).toEqual(['met', 'met_but_expiring']);
  });

  it('lasts to the very end of its age', () => {
    const policy = wyoming({ evidenceMaxAgeMonths: 12 });
    const given = { answers: [answer({ answeredAt: month(0) })] };
    const until = month(12);
    expect(statusOf(policy, given, new Date(until.getTime() - 1))).toBe('both_yes');
    expect(statusOf(policy, given, until)).toBe('aged_out');
    expect(statusOf(policy, given, new Date(until.getTime() - DAY_MS))).toBe('both_yes');
  });
});

describe('what a body says', () => {
  const { body: arkansas } = POLICY_PRESETS.find(({ slug }) => slug === 'arkansas')! as { body: PolicyV3 };
  const ballot = (employers: readonly number[], on = month(0)): BallotFact => ({
    ballotId: 1,
    agencyId: 1,
    kind: 'employer_ballot',
    body: 'Employers of the trade',
    on,
    recordedAt: on,
    withdrawnAt: null,
    eligible: employers.length,
    quorum: 0,
    votes: employers.map((employerId, index) => ({
      voteId: index + 1,
      employerId,
      choice: 'approve',
      relation: 'none',
    })),
  });
  const voted = (changes: Partial<EvidenceFacts> & Pick<EvidenceFacts, 'bodies'>, policy = arkansas) =>
    evaluateRequirement(policy, facts(changes), month(1));
  const bodies = { ballots: [ballot([1, 2, 3])], letters: [], reviews: [] };

  it.each([
    ['issuer.example', 2],
    ['hr.Issuer.example', 2],
    ['tissuer.example', 3],
  ])('is not said by the issuer itself, whose domain is issuer.example: %s', (domain, approve) => {
    const own = { bodies, employerDomains: [{ employerId: 1, domain }], issuerDomains: ['issuer.example'] };
    expect(voted(own).bodies![0]!.counted!.approve).toBe(approve);
    expect(voted(own).bodies![0]!.exclusions.map(({ reason }) => reason)).toEqual(
      approve === 2 ? ['domain_of_issuer'] : [],
    );
    expect(voted(own, { ...arkansas, excludeIssuerDomain: false }).bodies![0]!.counted!.approve).toBe(3);
  });

  const votes = (...cast: [employerId: number, choice: VoteFact['choice']][]) => {
    const made = ballot(cast.map(([employerId]) => employerId));
    return {
      ...bodies,
      ballots: [{ ...made, votes: made.votes.map((vote, index) => ({ ...vote, choice: cast[index]![1] })) }],
    };
  };
  const measured = (given: Parameters<typeof voted>[0], policy = arkansas, asOf = month(1)) =>
    evaluateRequirement(policy, facts(given), asOf).bodies![0]!.measures.map(({ has, needs }) => [
      has,
      needs,
    ]);

  it('is heard from who abstains, and not from who is recused', () => {
    const third = (choice: VoteFact['choice']) =>
      measured({ bodies: votes([1, 'approve'], [2, 'approve'], [3, choice]) });
    expect(third('abstain')).toEqual([
      [3, 3],
      [2, 2],
    ]);
    expect(third('recused')).toEqual([
      [2, 3],
      [2, 2],
    ]);
  });

  it('is an employer’s though a colleague is recused', () => {
    const given = { bodies: votes([1, 'approve'], [2, 'approve'], [3, 'approve'], [3, 'recused']) };
    expect(measured(given)).toEqual([
      [3, 3],
      [3, 2],
    ]);
    expect(voted(given).bodies![0]).toMatchObject({
      counted: { approve: 3, recused: 1 },
      exclusions: [{ voteId: 4, reason: 'recused' }],
    });
  });

  it('is nothing where people of one employer differ', () => {
    const given = { bodies: votes([1, 'approve'], [2, 'approve'], [3, 'approve'], [3, 'reject']) };
    expect(measured(given)).toEqual([
      [2, 3],
      [2, 2],
    ]);
    const { exclusions } = voted(given).bodies![0]!;
    expect(exclusions.map(({ reason }) => reason)).toEqual([
      'people_of_one_employer_differ',
      'people_of_one_employer_differ',
    ]);
  });

  it('needs every started percent of the votes', () => {
    const asks = (approvePercent: number) =>
      ({ ...arkansas, requirement: { ...arkansas.requirement, approvePercent } }) as PolicyV3;
    const given = { bodies: votes([1, 'approve'], [2, 'approve'], [3, 'reject']) };
    expect(measured(given, asks(66))[1]).toEqual([2, 2]);
    expect(measured(given, asks(67))[1]).toEqual([2, 3]);
  });

  it('loses a vote to a connection only while it is marked', () => {
    const mark = { employerId: 1, relation: 'reseller' as const, from: month(1), until: month(2) };
    const at = (months: number) =>
      measured({ bodies, conflictMarks: [mark] }, arkansas, month(months))[0]![0];
    expect([at(0.5), at(1), at(1.5), at(2)]).toEqual([3, 2, 2, 3]);
  });

  it('is known from when it was recorded until it was taken back', () => {
    const [made] = bodies.ballots;
    const given = {
      bodies: { ...bodies, ballots: [{ ...made!, recordedAt: month(1), withdrawnAt: month(2) }] },
    };
    const at = (months: number) => measured(given, arkansas, month(months))[0]![0];
    expect([at(0.5), at(1), at(1.5), at(2), at(3)]).toEqual([0, 3, 3, 0, 0]);
    expect(measured({ bodies }, arkansas, month(24))[0]![0]).toBe(0);
    expect(measured({ bodies }, arkansas, new Date(month(24).getTime() - 1))[0]![0]).toBe(3);
  });

  it('is the latest ballot’s word', () => {
    const before = { ...ballot([1, 2, 3], month(-1)), ballotId: 2 };
    const after = { ...ballot([1, 2], month(0)), ballotId: 1 };
    const found = voted({ bodies: { ...bodies, ballots: [after, before] } }).bodies![0]!;
    expect(found.recordIds).toEqual([1]);
    expect(found.exclusions).toEqual([{ recordId: 2, voteId: null, reason: 'replaced_by_later_one' }]);
  });

  it('counts each board once, however its name is written, by the latest that it wrote', () => {
    const { body: colorado } = POLICY_PRESETS.find(({ slug }) => slug === 'colorado')! as { body: PolicyV3 };
    const two = { ...colorado, requirement: { kind: 'board_letters', minLetters: 2 } } as PolicyV3;
    const letter = (letterId: number, board: string, on: number, supports = true): BoardLetterFact => ({
      letterId,
      agencyId: 1,
      kind: 'letter',
      board,
      supports,
      on: month(on),
      recordedAt: month(0),
      withdrawnAt: null,
    });
    const has = (...letters: BoardLetterFact[]) => measured({ bodies: { ...bodies, letters } }, two)[0]![0];
    expect(has(letter(1, 'Alamo', -1), letter(2, ' ALAMO ', 0))).toBe(1);
    expect(has(letter(1, 'Alamo', 0), letter(2, 'Bexar', 0))).toBe(2);
    expect(has(letter(1, 'Alamo', 0, false), letter(2, 'alamo', -1))).toBe(0);
  });

  it('of vendors stands until it is taken back, and the latest finding decides', () => {
    const louisiana = POLICY_PRESETS.find(({ slug }) => slug === 'louisiana')!.body as PolicyV3;
    const generic = { ...louisiana, requirement: { kind: 'generic' }, also: [] } as PolicyV3;
    const finding = (
      findingId: number,
      on: number,
      says: VendorFact['finding'],
      withdrawnAt: Date | null = null,
    ): VendorFact => ({
      findingId,
      agencyId: 1,
      finding: says,
      on: month(on),
      recordedAt: month(0),
      withdrawnAt,
    });
    const is = (asOf: Date, ...findings: VendorFact[]) =>
      measured({ bodies: { ...bodies, findings } }, generic, asOf)[0]![0] === 1;
    const tied = finding(1, -2, 'vendor_specific');
    expect(is(month(1), tied, finding(2, -1, 'generic'))).toBe(true);
    expect(is(month(1), tied, finding(2, -3, 'generic'))).toBe(false);
    const excepted = finding(2, -1, 'excepted', month(2));
    expect([is(month(1), tied, excepted), is(month(2), tied, excepted)]).toEqual([true, false]);
    expect(is(month(-1), finding(1, -2, 'generic'))).toBe(false);
  });

  it('ages like answers, and what ends first ends the requirement', () => {
    const { requirement } = counted({
      requirement: { kind: 'distinct_employers', questions, combine: 'all', minDistinctEmployers: 1 },
    });
    const both = {
      ...arkansas,
      requirement,
      also: [arkansas.requirement],
      evidenceMaxAgeMonths: 6,
    } as PolicyV3;
    const end = (answeredAt: number, votedOn: number) =>
      voted(
        {
          answers: [answer({ answeredAt: month(answeredAt) })],
          bodies: { ...bodies, ballots: [ballot([1, 2, 3], month(votedOn))] },
        },
        both,
      ).expiring;
    expect(end(0, -3)).toEqual({ on: month(3), fallsTo: 1 });
    expect(end(-3, 0)).toEqual({ on: month(3), fallsTo: 0 });
    expect(end(-3, -3)).toEqual({ on: month(3), fallsTo: 0 });
  });
});

const time = fc.integer({ min: -30, max: 12 }).map(month);
const relation = fc.constantFrom('none' as const, 'none' as const, 'reseller' as const, 'customer' as const);
const kept = { agencyId: fc.constant(1), on: time, recordedAt: time, withdrawnAt: fc.option(time) };
const numbered = <T extends object, K extends string>(rows: T[], key: K) =>
  rows.map((row, index) => ({ ...row, [key]: index + 1 }) as T & Record<K, number>);

/** Whatever bodies may have said of a credential over four years. */
const anyBodies: fc.Arbitrary<BodyFacts> = fc
  .record({
    ballots: fc.array(
      fc.record({
        ...kept,
        kind: fc.constantFrom('employer_ballot' as const, 'panel_vote' as const),
        body: fc.constant('Employers'),
        eligible: fc.constant(9),
        quorum: fc.integer({ min: 0, max: 3 }),
        votes: fc.array(
          fc.record({
            employerId: fc.option(fc.integer({ min: 1, max: 4 })),
            choice: fc.constantFrom(
              'approve' as const,
              'approve' as const,
              'reject' as const,
              'abstain' as const,
              'recused' as const,
            ),
            relation,
          }),
          { maxLength: 6 },
        ),
      }),
      { maxLength: 3 },
    ),
    letters: fc.array(
      fc.record({
        ...kept,
        kind: fc.constantFrom('letter' as const, 'forwarded' as const),
        board: fc.constantFrom('Alamo', ' alamo', 'Bexar'),
        supports: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
    reviews: fc.array(
      fc.record({
        ...kept,
        team: fc.constantFrom('A', 'a ', 'B', 'C'),
        isSettling: fc.boolean(),
        tier: fc.constantFrom(null, 'Recognized', 'Valued', 'Preferred'),
      }),
      { maxLength: 4 },
    ),
    findings: fc.array(
      fc.record({
        ...kept,
        finding: fc.constantFrom('generic' as const, 'vendor_specific' as const, 'excepted' as const),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ ballots, letters, reviews, findings }) => ({
    ballots: numbered(
      ballots.map((one) => ({ ...one, votes: numbered(one.votes, 'voteId') })),
      'ballotId',
    ),
    letters: numbered(letters, 'letterId'),
    reviews: numbered(reviews, 'reviewId'),
    findings: numbered(findings, 'findingId'),
  }));

const bodyPolicies = POLICY_PRESETS.filter(({ body }) => bodyDemandsOf(body).length > 0).map(
  ({ body }) => body,
);
const anyBodyPolicy = fc.constantFrom(...bodyPolicies);
const anyMarks = fc.array(
  fc.record({
    employerId: fc.integer({ min: 1, max: 4 }),
    relation: fc.constantFrom('reseller' as const, 'customer' as const),
    from: time,
    until: fc.option(time),
  }),
  { maxLength: 2 },
);
const outcomes = (
  policy: Policy,
  bodies: BodyFacts,
  conflictMarks: EvidenceFacts['conflictMarks'],
  at: Date,
) => evaluateRequirement(policy, facts({ bodies, conflictMarks }), at);

describe('whatever bodies said', () => {
  it('gives the same in any order', () => {
    fc.assert(
      fc.property(anyBodyPolicy, anyBodies, anyMarks, time, (policy, said, marks, asOf) => {
        const turned: BodyFacts = {
          ballots: said.ballots.toReversed().map((one) => ({ ...one, votes: one.votes.toReversed() })),
          letters: said.letters.toReversed(),
          reviews: said.reviews.toReversed(),
          findings: said.findings!.toReversed(),
        };
        const sets = (found: ReturnType<typeof outcomes>) => ({
          ...found,
          bodies: found.bodies!.map(({ exclusions, recordIds, ...rest }) => ({
            ...rest,
            recordIds: recordIds.toSorted(),
            exclusions: exclusions.map((one) => JSON.stringify(one)).sort(),
          })),
        });
        expect(sets(outcomes(policy, turned, marks.toReversed(), asOf))).toEqual(
          sets(outcomes(policy, said, marks, asOf)),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('replays as it was: what was recorded or taken back later changes nothing of it', () => {
    fc.assert(
      fc.property(anyBodyPolicy, anyBodies, anyMarks, time, (policy, said, marks, asOf) => {
        const known = <T extends { recordedAt: Date; withdrawnAt: Date | null }>(records: readonly T[]) =>
          records
            .filter(({ recordedAt }) => recordedAt <= asOf)
            .map((one) =>
              one.withdrawnAt !== null && one.withdrawnAt > asOf ? { ...one, withdrawnAt: null } : one,
            );
        const then: BodyFacts = {
          ballots: known(said.ballots),
          letters: known(said.letters),
          reviews: known(said.reviews),
          findings: known(said.findings!),
        };
        const marksThen = marks
          .filter(({ from }) => from <= asOf)
          .map((one) => (one.until !== null && one.until > asOf ? { ...one, until: null } : one));
        expect(outcomes(policy, then, marksThen, asOf)).toEqual(outcomes(policy, said, marks, asOf));
      }),
      { numRuns: 400 },
    );
  });

  it('never counts a vote that is excluded: taking them away changes no count', () => {
    fc.assert(
      fc.property(anyBodyPolicy, anyBodies, anyMarks, time, (policy, said, marks, asOf) => {
        const found = outcomes(policy, said, marks, asOf);
        const out = new Set(
          found.bodies!.flatMap(({ kind, exclusions }) =>
            exclusions.map(({ recordId, voteId }) => `${kind} ${recordId} ${voteId}`),
          ),
        );
        const ballots = said.ballots.map((one) => ({
          ...one,
          votes: one.votes.filter(({ voteId }) => !out.has(`${one.kind} ${one.ballotId} ${voteId}`)),
        }));
        const again = outcomes(policy, { ...said, ballots }, marks, asOf);
        expect(again.bodies!.map(({ measures }) => measures)).toEqual(
          found.bodies!.map(({ measures }) => measures),
        );
      }),
      { numRuns: 400 },
    );
  });
});
