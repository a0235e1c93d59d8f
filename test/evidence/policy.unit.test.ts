import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lettersPreset, POLICY_PRESETS, WYOMING } from '../../src/evidence/presets.ts';
import { describePolicy, policySchema, questionKeys } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import { withMandatoryCriteria } from '../../src/evidence/rules/with-criteria.ts';
import { WYOMING_INSTRUMENT } from '../../src/surveys/presets.ts';
import { anyFacts, month, wyoming } from '../support/evidence/facts.ts';

describe('policies', () => {
  it.each(POLICY_PRESETS)('the preset $slug is valid data', ({ body }) => {
    expect(policySchema.parse(body)).toEqual(body);
  });

  it('asks in Wyoming for ten employers, both yes in one answer, not older than 24 months', () => {
    expect(WYOMING.body.requirement).toMatchObject({ kind: 'distinct_employers', minDistinctEmployers: 10 });
    expect(WYOMING.body.evidenceMaxAgeMonths).toBe(24);
    expect(WYOMING.body.requirement.questions).toHaveLength(2);
  });

  it('names only questions that its instrument asks, with yes, no and not sure', () => {
    for (const key of questionKeys(WYOMING.body)) {
      const question = WYOMING_INSTRUMENT.questions.find((each) => each.key === key);
      expect(question?.options.map(({ value }) => value)).toEqual(['yes', 'no', 'not_sure']);
      expect(question?.required).toBe(true);
    }
  });

  it('reads in plain words made from the data', () => {
    expect(describePolicy(WYOMING.body)).toMatchInlineSnapshot(`
      [
        "At least 10 different employers who would monetarily incentivize a learner who has the credential and would give that learner hiring preference, all things being equal, said in one and the same answer.",
        "Each employer counts once, however many of its people answer. Records that may be the same employer count once until a person has settled it.",
        ""Not sure" and "I don't know this credential" count neither as yes nor as no.",
        "Where people of one employer disagree, the employer is shown as conflicting and not counted.",
        "An answer counts for 24 months.",
        "An answer is shown but not counted when the employer sits on the issuer's board, sells to the issuer or is paid by it, is the issuer, resells the credential, is a training provider or school or is the applicant.",
        "An employer whose e-mail domain is the issuer's is shown but not counted.",
        "Answers count when they came by a link mailed to the employer's own domain, a link mailed to an address at another domain, a link mailed to a free-mail address, a link that a colleague passed on and that was mailed to the new person or a link that was passed on and whose new user confirmed it from an address of their own.",
      ]
    `);
    expect(describePolicy(wyoming({ minDistinctEmployers: 1 }))[0]).toMatch(
      /^At least 1 different employer who /,
    );
    expect(describePolicy(wyoming({ evidenceMaxAgeMonths: null }))).toContain('Answers do not age.');
    expect(describePolicy(wyoming({ disagreement: 'latest' })).join(' ')).toContain(
      'latest clear answer counts',
    );
    expect(describePolicy(wyoming({ requireHiringAuthority: true })).at(-1)).toContain('take part in hiring');
  });

  it.each([
    ['an unknown member', { extra: 1 }],
    ['no minimum', { requirement: { ...WYOMING.body.requirement, minDistinctEmployers: 0 } }],
    ['a kind that nobody wrote yet', { requirement: { ...WYOMING.body.requirement, kind: 'ballot' } }],
    [
      'the same question twice',
      {
        requirement: {
          ...WYOMING.body.requirement,
          questions: [WYOMING.body.requirement.questions[0], WYOMING.body.requirement.questions[0]],
        },
      },
    ],
    ['no provenance', { acceptedProvenance: [] }],
    ['excluding those without a relation', { excludedRelations: ['none'] }],
    ['an age of no months', { evidenceMaxAgeMonths: 0 }],
  ])('refuses %s', (_name, change) => {
    expect(policySchema.safeParse({ ...WYOMING.body, ...change }).success).toBe(false);
  });
});

describe('withMandatoryCriteria', () => {
  it.each(POLICY_PRESETS)('$slug asks for criteria besides and counts as before', ({ body }) => {
    const changed = withMandatoryCriteria(body, ['alignment', 'portability'])!;
    expect(changed).toMatchObject({ formatVersion: 3, mandatoryCriteria: ['alignment', 'portability'] });
    expect(policySchema.parse(changed)).toEqual(changed);
    expect(describePolicy(changed).join(' ')).toContain('alignment and portability');
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { measures: _a, ...before } = evaluateRequirement(body, given, month(1));
        const { measures: _b, ...after } = evaluateRequirement(changed, given, month(1));
        expect(after).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  it('is refused where a policy cannot be counted', () => {
    const rubric = { kind: 'rubric' as const, teams: 2, tiers: ['Valued'] };
    expect(
      withMandatoryCriteria({ ...lettersPreset(2).body, requirement: rubric }, ['alignment']),
    ).toBeNull();
  });
});
