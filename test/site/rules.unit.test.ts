import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { evidenceRows } from '../../src/site/pages.ts';
import type { PublishedResult } from '../../src/site/queries.ts';
import { safeFigures } from '../../src/site/rules.ts';

/** Far above the grid's irregular beginning, so that what is true below repeats above. */
const MOST = 60;

/**
 * Knows the rule and everything that is shown, and lists what the counts may still be: all triples that would have been
 * shown alike. Returns, for each thing shown, the values that remain possible for each number that is not shown.
 */
function attack(required: number, smallCell: number) {
  const remaining = new Map<
    string,
    { bothYes: Set<number>; otherAnswers: Set<number>; silent: Set<number>; asked: number }
  >();
  for (let asked = 0; asked <= MOST; asked += 1) {
    for (let answered = 0; answered <= asked; answered += 1) {
      for (let bothYes = 0; bothYes <= answered; bothYes += 1) {
        const shown = safeFigures({ asked, answered, bothYes }, required, smallCell);
        const key = JSON.stringify(shown);
        const set = remaining.get(key) ?? {
          bothYes: new Set(),
          otherAnswers: new Set(),
          silent: new Set(),
          asked: shown.asked.to,
        };
        set.bothYes.add(bothYes);
        set.otherAnswers.add(answered - bothYes);
        set.silent.add(asked - answered);
        remaining.set(key, set);
      }
    }
  }
  // Bands that the enumeration cuts off would look narrower than they are.
  return [...remaining]
    .filter(([, set]) => set.asked <= MOST)
    .map(([shown, set]) => ({ shown: JSON.parse(shown), ...set }));
}

describe('safeFigures', () => {
  it.each([
    [10, 5],
    [12, 5],
    [14, 5],
    [3, 5],
    [1, 5],
    [2, 3],
    [10, 3],
    [10, 11],
    [7, 7],
  ])(
    'leaves an attacker no cell below the threshold, for %i employers and a threshold of %i',
    (required, smallCell) => {
      for (const { shown, bothYes, otherAnswers, silent } of attack(required, smallCell)) {
        const where = JSON.stringify(shown);
        expect(silent.size, where).toBeGreaterThanOrEqual(smallCell);
        // A policy of fewer employers than the threshold says, by its own decision, that there are fewer than that.
        if (shown.enough || required >= smallCell) {
          expect(bothYes.size, where).toBeGreaterThanOrEqual(smallCell);
        }
        expect(otherAnswers.size, where).toBeGreaterThanOrEqual(smallCell);
      }
    },
  );

  it.each([
    [
      { asked: 43, answered: 21, bothYes: 12 },
      { enough: true, asked: [40, 44], answered: [20, 24] },
    ],
    [
      { asked: 10, answered: 10, bothYes: 10 },
      { enough: true, asked: [10, 14], answered: [10, 14] },
    ],
    [
      { asked: 12, answered: 4, bothYes: 4 },
      { enough: false, asked: [10, 14], answered: [0, 4] },
    ],
    [
      { asked: 0, answered: 0, bothYes: 0 },
      { enough: false, asked: [0, 4], answered: [0, 4] },
    ],
  ])('shows %j in bands', (figures, { enough, asked, answered }) => {
    expect(safeFigures(figures, 10, 5)).toEqual({
      enough,
      required: 10,
      asked: { from: asked[0], to: asked[1] },
      answered: { from: answered[0], to: answered[1] },
    });
  });

  it('keeps to a threshold that statistics offices use', () => {
    const set = (PUBLIC_SMALL_CELL?: string) => parseConfig({ PUBLIC_SMALL_CELL }).publicSmallCell;
    expect([set(), set('3'), set('11')]).toEqual([5, 3, 11]);
    for (const bad of ['2', '12', '0', '4.5']) expect(() => set(bad)).toThrow('PUBLIC_SMALL_CELL');
  });

  it('is shown by the bands of the installation', () => {
    const result = { figures: { asked: 43, answered: 21, bothYes: 12 }, required: 10 } as PublishedResult;
    const rows = (smallCell: number) =>
      evidenceRows(result, { withBands: true, smallCell }).map(({ value }) => value);
    expect(rows(5)).toEqual(['10 or more', '40 to 44', '20 to 24']);
    expect(rows(11)).toEqual(['10 or more', '43 to 53', '21 to 31']);
    expect(evidenceRows(result, { withBands: false, smallCell: 5 })).toHaveLength(1);
  });
});
