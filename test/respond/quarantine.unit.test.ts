import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BURST, findMachines, type Sending } from '../../src/respond/rules/quarantine.ts';
import { isSomebodyElse } from '../../src/respond/rules.ts';

const T0 = Date.parse('2026-03-02T16:00:00Z');

/** One sending at a second, of its own invitation, employer, network and person unless said. */
function sending(invitationId: number, seconds: number, given: Partial<Sending> = {}): Sending {
  return {
    invitationId,
    employerId: invitationId,
    sentAt: new Date(T0 + seconds * 1000),
    networkKey: `n${invitationId}`,
    personKey: `p${invitationId}`,
    isQuick: false,
    wasShown: true,
    ...given,
  };
}
const reasonsOf = (sendings: readonly Sending[]) => {
  const found = findMachines(sendings);
  return sendings.map((each) => found.get(each) ?? []);
};
const quick = { isQuick: true, networkKey: 'n' };

describe('what looks like a machine', () => {
  it.each<[string, Sending[], string[][]]>([
    ['one slow answer', [sending(1, 0)], [[]]],
    ['one quick answer counts and is only marked', [sending(1, 0, quick)], [[]]],
    ['two quick ones of one network', [sending(1, 0, quick), sending(2, 1, quick)], [[], []]],
    [
      'three quick ones of one network within ten seconds, the first as well',
      [sending(1, 0, quick), sending(2, 5, quick), sending(3, 10, quick)],
      [['many_links_at_once'], ['many_links_at_once'], ['many_links_at_once']],
    ],
    [
      'but not over more than ten seconds',
      [sending(1, 0, quick), sending(2, 5, quick), sending(3, 10.001, quick)],
      [[], [], []],
    ],
    [
      'nor one link sent three times',
      [sending(1, 0, quick), sending(1, 1, quick), sending(1, 2, quick)],
      [[], [], []],
    ],
    [
      'slow ones among them stay',
      [sending(1, 0, quick), sending(2, 1, quick), sending(3, 2, quick), sending(4, 2, { networkKey: 'n' })],
      [['many_links_at_once'], ['many_links_at_once'], ['many_links_at_once'], []],
    ],
    [
      'eight links of one network however slow',
      Array.from({ length: 8 }, (_, n) => sending(n, n, { networkKey: 'n' })),
      Array.from({ length: 8 }, () => ['many_links_at_once']),
    ],
    [
      'seven are a workshop',
      Array.from({ length: 7 }, (_, n) => sending(n, n, { networkKey: 'n' })),
      Array.from({ length: 7 }, () => []),
    ],
    ['what was never shown', [sending(1, 0, { wasShown: false })], [['no_page_shown']]],
    [
      'one name for three employers in two minutes',
      [0, 60, 120].map((at, n) => sending(n, at, { personKey: 'p' })),
      Array.from({ length: 3 }, () => ['same_person_many_links']),
    ],
    [
      'not for two, nor for one employer on three links, nor later',
      [
        sending(1, 0, { personKey: 'p' }),
        sending(2, 60, { personKey: 'p', employerId: 1 }),
        sending(3, 121, { personKey: 'p' }),
        sending(4, 180, { personKey: 'p', employerId: 1 }),
      ],
      [[], [], [], []],
    ],
  ])('%s', (_, sendings, expected) => {
    expect(reasonsOf(sendings)).toEqual(expected);
  });

  it('does not depend on the order in which they are told, and more of a burst never frees one', () => {
    const any = fc.record({
      invitationId: fc.integer({ min: 1, max: 6 }),
      seconds: fc.integer({ min: 0, max: 200 }),
      networkKey: fc.constantFrom('a', 'b'),
      personKey: fc.constantFrom('x', 'y', 'z'),
      isQuick: fc.boolean(),
      wasShown: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), fc.func(fc.integer()), (given, order) => {
        const sendings = given.map(({ invitationId, seconds, ...rest }) =>
          sending(invitationId, seconds, rest),
        );
        const found = findMachines(sendings);
        const shuffled = sendings.toSorted((a, b) => order(sendings.indexOf(a)) - order(sendings.indexOf(b)));
        const again = findMachines(shuffled);
        for (const each of sendings) {
          expect([...(again.get(each) ?? [])].sort()).toEqual([...(found.get(each) ?? [])].sort());
        }
        const fewer = findMachines(sendings.slice(1));
        for (const [each, reasons] of fewer) expect(found.get(each)).toEqual(expect.arrayContaining(reasons));
      }),
      { numRuns: 500 },
    );
    expect(BURST.quickLinks).toBeGreaterThan(1);
  });
});

describe('another name than the invited one', () => {
  it.each([
    ['Dana Whitcomb', 'Dana Whitcomb', false],
    ['Dana Whitcomb', 'dana m. whitcomb', false],
    ['Dana Whitcomb', 'D. Whitcomb', false],
    ['José Núñez', 'Jose Nunez', false],
    ['Whitcomb, Dana', 'Dana Whitcomb', false],
    ['Dana', 'Dana Whitcomb', false],
    ['', 'Anybody', false],
    ['Dana Whitcomb', '???', false],
    ['Dana Whitcomb', 'Robert Whitcomb', true],
    ['Dana Whitcomb', 'Dana Smith', true],
    ['Dana Whitcomb', 'Bo Diaz', true],
  ])('%j and %j: %s', (invited, given, other) => {
    expect(isSomebodyElse(invited, given)).toBe(other);
  });
});
