import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { lettersPreset } from '../../src/evidence/presets.ts';
import type { PolicyV2 } from '../../src/evidence/rules/policy.ts';
import { policySchema } from '../../src/evidence/rules/policy.ts';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import type { EvidenceFacts, Requirement } from '../../src/evidence/types.ts';
import {
  answer,
  anyFactsWithProfiles,
  anyPolicyV2,
  anyTime,
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

/** Wyoming's rule in the second format. */
function wyomingV2(changes: Partial<PolicyV2> = {}, min = 2): PolicyV2 {
  return {
    ...lettersPreset(2).body,
    acceptedProvenance: wyoming().acceptedProvenance,
    requirement: {
      kind: 'distinct_employers',
      questions: [INCENTIVE, PREFERENCE].map((key) => ({
        key,
        meaning: key,
        says: { kind: 'options' as const, yes: ['yes'], no: ['no'] },
      })),
      combine: 'all',
      minDistinctEmployers: min,
    },
    ...changes,
  };
}

const RANK: Record<Requirement['status'], number> = {
  not_asked: 0,
  short: 1,
  conflicting: 2,
  met_but_expiring: 3,
  met: 4,
  unsupported: 5,
};

describe('policies of the second format, whatever happened', () => {
  it('are what they are drawn as', () => {
    fc.assert(
      fc.property(anyPolicyV2, (policy) => {
        expect(policySchema.parse(policy)).toEqual(policy);
      }),
    );
  });

  it('count Wyoming as the first format does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('adjudicate' as const, 'latest' as const, 'any_no_wins' as const),
        anyFactsWithProfiles,
        anyTime,
        (min, disagreement, given, asOf) => {
          const one = evaluateRequirement(wyoming({ minDistinctEmployers: min, disagreement }), given, asOf);
          const two = evaluateRequirement(wyomingV2({ disagreement }, min), given, asOf);
          const { measures, ...rest } = two;
          expect(rest).toEqual(one);
          expect(measures).toEqual([{ kind: 'employers', needs: min, has: one.figures.bothYes }]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('give the same for the same facts in any order', () => {
    fc.assert(
      fc.property(
        anyPolicyV2,
        anyFactsWithProfiles,
        anyTime,
        fc.infiniteStream(fc.nat()),
        (policy, given, asOf, keys) => {
          const mix = <T>(items: readonly T[]): T[] =>
            items
              .map((item) => ({ item, key: keys.next().value as number }))
              .sort((a, b) => a.key - b.key)
              .map(({ item }) => item);
          const mixed: EvidenceFacts = {
            ...given,
            answers: mix(given.answers),
            asks: mix(given.asks),
            links: mix(given.links.map((each) => ({ ...each, a: each.b, b: each.a }))),
            conflictMarks: mix(given.conflictMarks),
            employerDomains: mix(given.employerDomains),
            profiles: mix(given.profiles ?? []),
          };
          expect(evaluateRequirement(policy, mixed, asOf)).toEqual(evaluateRequirement(policy, given, asOf));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('account for every employer and every answer exactly once', () => {
    fc.assert(
      fc.property(anyPolicyV2, anyFactsWithProfiles, anyTime, (policy, given, asOf) => {
        const { figures, positions, exclusions } = evaluateRequirement(policy, given, asOf);
        const { asked, delivered, answered, ...rest } = figures;
        expect(Object.values(rest).reduce((sum, figure) => sum + figure, 0)).toBe(answered);
        const deciding = positions.flatMap(({ decidingAnswerId }) => decidingAnswerId ?? []);
        const seen = [...deciding, ...exclusions.map(({ answerId }) => answerId)].sort((a, b) => a - b);
        const had = given.answers
          .filter(({ answeredAt }) => answeredAt <= asOf)
          .map(({ answerId }) => answerId);
        expect(seen).toEqual(had.sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });

  it('never count what is excluded: without it the measures are the same', () => {
    fc.assert(
      fc.property(anyPolicyV2, anyFactsWithProfiles, anyTime, (policy, given, asOf) => {
        const before = evaluateRequirement(policy, given, asOf);
        const gone = new Set(
          before.positions
            .filter(({ status }) => status === 'excluded')
            .flatMap(({ exclusions }) => exclusions.map(({ answerId }) => answerId)),
        );
        const answers = given.answers.filter(({ answerId }) => !gone.has(answerId));
        const after = evaluateRequirement(policy, { ...given, answers }, asOf);
        expect(after.measures).toEqual(before.measures);
        expect(after.shortfall).toBe(before.shortfall);
        expect(after.figures.excluded).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('are met exactly when every measure has what it needs', () => {
    fc.assert(
      fc.property(anyPolicyV2, anyFactsWithProfiles, anyTime, (policy, given, asOf) => {
        const { measures, status, shortfall, required, figures } = evaluateRequirement(policy, given, asOf);
        const isMet = measures!.every(({ has, needs }) => has >= needs);
        expect(RANK[status] >= RANK.met_but_expiring).toBe(isMet);
        expect(shortfall === 0).toBe(isMet);
        expect(shortfall).toBeGreaterThanOrEqual(Math.max(0, required - figures.bothYes));
      }),
      { numRuns: 300 },
    );
  });

  it('are never lower with one more employer that says yes', () => {
    fc.assert(
      fc.property(
        anyPolicyV2,
        anyFactsWithProfiles,
        anyTime,
        fc.record({
          county: fc.constantFrom('Albany', 'Park', ''),
          size: fc.constantFrom('10_to_49' as const, null),
        }),
        (policy, given, asOf, { county, size }) => {
          const more: EvidenceFacts = {
            ...given,
            answers: [
              ...given.answers,
              answer({
                answerId: 9000,
                askId: 9000,
                employerId: 9000,
                contactId: 900_000,
                answeredAt: asOf,
                // At the median or above it: what pays less than most may lower a median.
                values: { ...said('yes', 'yes'), entry_wage: '20_to_25' },
              }),
            ],
            profiles: [
              ...(given.profiles ?? []),
              { employerId: 9000, state: 'WY', county, naicsCode: '238220', size },
            ],
          };
          const before = evaluateRequirement(policy, given, asOf);
          const after = evaluateRequirement(policy, more, asOf);
          expect(after.figures.bothYes).toBe(before.figures.bothYes + 1);
          expect(RANK[after.status]).toBeGreaterThanOrEqual(RANK[before.status]);
          expect(after.shortfall).toBeLessThanOrEqual(before.shortfall);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('replay the past: what happens later changes nothing of it', () => {
    fc.assert(
      fc.property(anyPolicyV2, anyFactsWithProfiles, anyTime, (policy, given, asOf) => {
        const open = <T extends { until: Date | null }>(each: T): T =>
          each.until !== null && each.until > asOf ? { ...each, until: null } : each;
        const known: EvidenceFacts = {
          ...given,
          answers: given.answers
            .filter(({ answeredAt }) => answeredAt <= asOf)
            .map((each) =>
              each.endedAt !== null && each.endedAt > asOf ? { ...each, endedAt: null, endKind: null } : each,
            ),
          asks: given.asks
            .filter(({ sentAt }) => sentAt <= asOf)
            .map((each) =>
              each.bouncedAt !== null && each.bouncedAt > asOf ? { ...each, bouncedAt: null } : each,
            ),
          links: given.links.filter(({ from }) => from <= asOf).map(open),
          conflictMarks: given.conflictMarks.filter(({ from }) => from <= asOf).map(open),
        };
        expect(evaluateRequirement(policy, known, asOf)).toEqual(evaluateRequirement(policy, given, asOf));
      }),
      { numRuns: 300 },
    );
  });

  it('lapse on the day that they say, and not before', () => {
    let met = 0;
    fc.assert(
      fc.property(
        anyPolicyV2,
        anyFactsWithProfiles,
        fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom('15_to_20', '20_to_25')), {
          minLength: 8,
          maxLength: 8,
        }),
        (policy, drawn, says) => {
          // Eight employers that say yes, and from then on nothing but time.
          const given = facts({
            answers: says.map(([months, entry_wage], index) =>
              answer({
                employerId: index + 1,
                answeredAt: month(months),
                values: { ...said('yes', 'yes'), entry_wage },
              }),
            ),
            profiles: drawn.profiles!.map((each) => ({ ...each, state: 'WY' })),
          });
          const evaluate = (asOf: Date) => evaluateRequirement(policy, given, asOf);
          const { expiring, shortfall, positions } = evaluate(month(12));
          if (shortfall > 0) return;
          met += 1;
          const ends = positions.flatMap(({ expiresAt }) => expiresAt ?? []);
          const firstUnmet = ends
            .sort((one, two) => one.getTime() - two.getTime())
            .find((end) => evaluate(end).shortfall > 0);
          expect(expiring?.on ?? null).toEqual(firstUnmet ?? null);
          if (!expiring) return;
          expect(evaluate(expiring.on).figures.bothYes).toBe(expiring.fallsTo);
          expect(evaluate(new Date(expiring.on.getTime() - 1)).shortfall).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
    expect(met).toBeGreaterThan(50);
  });
});

const at = (employerId: number, county: string, naicsCode = '238220') => ({
  employerId,
  state: 'WY',
  county,
  naicsCode,
  size: null,
});
const yeses = (count: number) =>
  Array.from({ length: count }, (_, index) => answer({ employerId: index + 1, answerId: index + 1 }));

describe('measures', () => {
  it('take no more of one group than its share of what is needed', () => {
    const policy = wyomingV2({ largestShare: { of: 'region', percent: 50 } }, 4);
    const given = facts({
      answers: yeses(6),
      profiles: [1, 2, 3, 4, 5].map((id) => at(id, 'Albany')).concat(at(6, 'Teton')),
    });
    expect(evaluateRequirement(policy, given, month(1))).toMatchObject({
      status: 'short',
      shortfall: 1,
      figures: { bothYes: 6 },
      measures: [
        { kind: 'employers', needs: 4, has: 6 },
        { kind: 'employers_within_share', needs: 4, has: 3 },
      ],
      reasons: ['too_much_of_one_group'],
    });
  });

  it('know manufacturing, retail and transport as one sector each', () => {
    const policy = wyomingV2({ spread: { minRegions: null, minSectors: 2, minSizes: null } });
    const given = (second: string) =>
      facts({ answers: yeses(2), profiles: [at(1, 'Albany', '311811'), at(2, 'Albany', second)] });
    expect(evaluateRequirement(policy, given('332710'), month(1))).toMatchObject({ status: 'short' });
    expect(evaluateRequirement(policy, given('238220'), month(1))).toMatchObject({ status: 'met' });
  });

  it('take the lower of the two median wages', () => {
    const bands = [
      { value: 'low', from: 10 },
      { value: 'high', from: 30 },
    ];
    const policy = wyomingV2({
      wage: { question: 'pay', bands, demand: { kind: 'median_at_least', dollars: 20 } },
    });
    const paying = (...pay: string[]) =>
      facts({
        answers: pay.map((each, index) =>
          answer({ employerId: index + 1, values: { ...said('yes', 'yes'), pay: each } }),
        ),
      });
    expect(evaluateRequirement(policy, paying('low', 'high'), month(1))).toMatchObject({
      status: 'short',
      reasons: ['wage_too_low'],
      measures: [{ kind: 'employers' }, { kind: 'median_wage', needs: 20, has: 10 }],
    });
    expect(evaluateRequirement(policy, paying('low', 'high', 'high'), month(1))).toMatchObject({
      status: 'met',
    });
    expect(evaluateRequirement(policy, paying('', ''), month(1))).toMatchObject({ status: 'short' });
  });

  it('say that conflicts would decide when they would bring the county that is missing', () => {
    const policy = wyomingV2({ spread: { minRegions: 2, minSectors: null, minSizes: null } });
    const given = (county: string) =>
      facts({
        answers: [...yeses(3), answer({ employerId: 3, answerId: 50, values: said('no', 'no') })],
        profiles: [at(1, 'Albany'), at(2, 'Albany'), at(3, county)],
      });
    expect(evaluateRequirement(policy, given('Teton'), month(1))).toMatchObject({ status: 'conflicting' });
    expect(evaluateRequirement(policy, given('Albany'), month(1))).toMatchObject({ status: 'short' });
  });

  it('take what a merged record leaves blank from the other', () => {
    const policy = wyomingV2({ inState: 'WY' }, 1);
    const given = facts({
      answers: [answer({ employerId: 2 })],
      links: [link(1, 2, { because: 'merged' })],
      profiles: [at(1, 'Albany'), { ...at(2, ''), state: '' }],
    });
    expect(evaluateRequirement(policy, given, month(1))).toMatchObject({ status: 'met' });
  });

  it('take no more companies under one parent than their share, whatever the groups', () => {
    const groupsOf = (memberships: readonly (readonly [number, number])[]) =>
      memberships.map(([employerId, groupId]) => ({ employerId, groupId, from: month(0), until: null }));
    /** By hand: companies that share any group are one, over as many companies as it takes. */
    const parts = (count: number, memberships: readonly (readonly [number, number])[]) => {
      const label = Array.from({ length: count + 1 }, (_, id) => id);
      for (let round = 0; round < count; round += 1) {
        for (const [a, group] of memberships) {
          for (const [b, other] of memberships) {
            if (group === other) label[a] = label[b] = Math.min(label[a]!, label[b]!);
          }
        }
      }
      const sizes = new Map<number, number>();
      for (let id = 1; id <= count; id += 1) sizes.set(label[id]!, (sizes.get(label[id]!) ?? 0) + 1);
      return [...sizes.values()];
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 })), { maxLength: 12 }),
        (count, needed, percent, drawn) => {
          const memberships = drawn.filter(([employerId]) => employerId <= count);
          const policy = wyomingV2({ largestShare: { of: 'group', percent } }, needed);
          const evaluate = (groups: EvidenceFacts['groups']) =>
            evaluateRequirement(policy, facts({ answers: yeses(count), groups }), month(1));
          const found = evaluate(groupsOf(memberships));
          const most = Math.max(1, Math.floor((needed * percent) / 100));
          const has = parts(count, memberships).reduce((sum, size) => sum + Math.min(size, most), 0);
          expect(found.measures).toEqual([
            { kind: 'employers', needs: needed, has: count },
            { kind: 'employers_within_share', needs: needed, has },
          ]);
          // Whoever is bought by a parent of another never makes the requirement easier.
          const bought = evaluate(groupsOf([...memberships, [1, 1], [Math.min(2, count), 1]]));
          expect(bought.measures![1]!.has).toBeLessThanOrEqual(has);
          // Companies that left their group by then stand alone.
          const left = evaluate(groupsOf(memberships).map((each) => ({ ...each, until: month(1) })));
          expect(left.measures![1]!.has).toBe(count);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('count nothing of a share by parent company as policies from before groups were known state it', () => {
    const policy = wyomingV2({ largestShare: { of: 'parent', percent: 50 } });
    expect(evaluateRequirement(policy, facts({ answers: yeses(5) }), month(1))).toMatchObject({
      status: 'unsupported',
      required: 0,
      reasons: ['needs_unrecorded_facts'],
    });
  });
});
