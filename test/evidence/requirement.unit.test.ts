import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { evaluateRequirement } from '../../src/evidence/rules/requirement.ts';
import type { EvidenceFacts } from '../../src/evidence/types.ts';
import {
  answer,
  anyFacts,
  anyPolicy,
  anyTime,
  ask,
  facts,
  link,
  month,
  said,
  wyoming,
} from '../support/evidence/facts.ts';

// Many drawn cases, on machines that do much else.
vi.setConfig({ testTimeout: 60_000 });

function yeses(count: number, at = month(0), firstEmployer = 1) {
  return Array.from({ length: count }, (_, index) =>
    answer({ employerId: firstEmployer + index, answeredAt: at }),
  );
}

describe('evaluateRequirement: Wyoming, ten distinct employers', () => {
  const policy = wyoming();

  it.each([
    ['nobody asked', facts(), 'not_asked', 10],
    ['asked, no answer', facts({ asks: [ask()] }), 'short', 10],
    ['eight of ten', facts({ answers: yeses(8) }), 'short', 2],
    ['ten', facts({ answers: yeses(10) }), 'met', 0],
    ['twelve', facts({ answers: yeses(12) }), 'met', 0],
    [
      'nine and one that disagrees with itself',
      facts({ answers: [...yeses(10), answer({ employerId: 1, values: said('no', 'no') })] }),
      'conflicting',
      1,
    ],
    [
      'eight and one that disagrees with itself: settling it would not help',
      facts({ answers: [...yeses(9), answer({ employerId: 1, values: said('no', 'no') })] }),
      'short',
      2,
    ],
    [
      'ten answers of nine employers',
      facts({ answers: [...yeses(9), answer({ employerId: 9 })] }),
      'short',
      1,
    ],
    ['ten records, two of which may be one', facts({ answers: yeses(10), links: [link(3, 7)] }), 'short', 1],
  ] as const)('%s', (_name, given, status, shortfall) => {
    expect(evaluateRequirement(policy, given, month(1))).toMatchObject({ status, shortfall, required: 10 });
  });

  it('says when it lapses, and to what', () => {
    const given = facts({ answers: [...yeses(3, month(0)), ...yeses(8, month(2), 4)] });
    expect(evaluateRequirement(policy, given, month(12))).toMatchObject({
      status: 'met',
      expiring: { on: month(24), fallsTo: 8 },
    });
    expect(evaluateRequirement(policy, given, month(22))).toMatchObject({ status: 'met_but_expiring' });
    expect(evaluateRequirement(policy, given, month(24))).toMatchObject({
      status: 'short',
      shortfall: 2,
      expiring: null,
      figures: { bothYes: 8, agedOut: 3, answered: 11 },
    });
  });

  it('lets the surplus lapse first', () => {
    const given = facts({ answers: [...yeses(2, month(0)), ...yeses(10, month(6), 3)] });
    expect(evaluateRequirement(policy, given, month(12)).expiring).toEqual({ on: month(30), fallsTo: 0 });
  });
});

/** The same history with everything in another order. */
function shuffle(given: EvidenceFacts, keys: { next(): { value: unknown } }): EvidenceFacts {
  const mix = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => ({ item, key: keys.next().value as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);
  return {
    ...given,
    answers: mix(given.answers),
    asks: mix(given.asks),
    links: mix(given.links.map((each) => ({ ...each, a: each.b, b: each.a }))),
    conflictMarks: mix(given.conflictMarks),
    employerDomains: mix(given.employerDomains),
  };
}

describe('evaluateRequirement, whatever happened', () => {
  it('gives the same for the same facts in any order', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, fc.infiniteStream(fc.nat()), (policy, given, asOf, keys) => {
        expect(evaluateRequirement(policy, shuffle(given, keys), asOf)).toEqual(
          evaluateRequirement(policy, given, asOf),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('accounts for every employer and every answer exactly once', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, (policy, given, asOf) => {
        const { figures, positions, exclusions } = evaluateRequirement(policy, given, asOf);
        const { asked, delivered, answered, ...rest } = figures;
        expect(Object.values(rest).reduce((sum, figure) => sum + figure, 0)).toBe(answered);
        expect(delivered).toBeLessThanOrEqual(asked);
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

  it('never counts what is excluded: taking the excluded answers away changes no yes and no no', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, (policy, given, asOf) => {
        const before = evaluateRequirement(policy, given, asOf);
        const gone = new Set(
          before.positions
            .filter(({ status }) => status === 'excluded')
            .flatMap(({ exclusions }) => exclusions.map(({ answerId }) => answerId)),
        );
        const after = evaluateRequirement(
          policy,
          { ...given, answers: given.answers.filter(({ answerId }) => !gone.has(answerId)) },
          asOf,
        );
        expect({ ...after.figures, answered: 0, excluded: 0 }).toEqual({
          ...before.figures,
          answered: 0,
          excluded: 0,
        });
        expect(after.figures.excluded).toBe(0);
      }),
    );
  });

  it('counts a both-yes only on one answer that says yes to all, in force, fresh, without conflict', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, (policy, given, asOf) => {
        for (const position of evaluateRequirement(policy, given, asOf).positions) {
          if (position.status !== 'both_yes') continue;
          const deciding = given.answers.find(({ answerId }) => answerId === position.decidingAnswerId)!;
          expect(Object.values(deciding.values)).toEqual(['yes', 'yes']);
          expect(deciding.endedAt === null || deciding.endedAt > asOf).toBe(true);
          expect(policy.excludedRelations).not.toContain(deciding.relation);
          expect(position.expiresAt === null || position.expiresAt > asOf).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never counts more employers after records are joined', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, (policy, given, asOf) => {
        const apart = evaluateRequirement(policy, { ...given, links: [] }, asOf).figures;
        const joined = evaluateRequirement(policy, given, asOf).figures;
        expect(joined.answered).toBeLessThanOrEqual(apart.answered);
        expect(joined.asked).toBeLessThanOrEqual(apart.asked);
        expect(joined.bothYes).toBeLessThanOrEqual(apart.bothYes + apart.conflicting);
      }),
    );
  });

  it('replays the past: what happens later changes nothing of it', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, anyTime, (policy, given, asOf) => {
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
          links: given.links
            .filter(({ from }) => from <= asOf)
            .map((each) => (each.until !== null && each.until > asOf ? { ...each, until: null } : each)),
          conflictMarks: given.conflictMarks
            .filter(({ from }) => from <= asOf)
            .map((each) => (each.until !== null && each.until > asOf ? { ...each, until: null } : each)),
        };
        expect(evaluateRequirement(policy, known, asOf)).toEqual(evaluateRequirement(policy, given, asOf));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a position exactly until it expires, when nothing else happens', () => {
    fc.assert(
      fc.property(anyPolicy, anyFacts, fc.integer({ min: 1, max: 60 }), (policy, given, later) => {
        const settled = { ...given, asks: given.asks.map((each) => ({ ...each, bouncedAt: null })) };
        const end = month(61);
        const past: EvidenceFacts = {
          ...settled,
          links: settled.links.map((each) => ({ ...each, until: null })),
          conflictMarks: settled.conflictMarks.map((each) => ({ ...each, until: null })),
          answers: settled.answers.map((each) => ({ ...each, endedAt: null, endKind: null })),
        };
        const asOf = end;
        const then = new Date(asOf.getTime() + later * 86_400_000 * 15);
        const now = evaluateRequirement(policy, past, asOf).positions;
        const future = evaluateRequirement(policy, past, then).positions;
        now.forEach((position, index) => {
          const holds = position.expiresAt === null || position.expiresAt > then;
          const same =
            future[index]!.status === position.status &&
            future[index]!.decidingAnswerId === position.decidingAnswerId;
          expect(same).toBe(holds);
        });
      }),
      { numRuns: 300 },
    );
  });
});
