import type { AdjudicationFact, AnswerFact, UnitFacts } from '../types.ts';

/**
 * What two people decided about a disagreement, if it still fits: it was made about these answers, all of them, and the
 * one that it names is among them. An answer that came since, or a record that was merged in, makes it fit no more; the
 * latest that fits holds.
 */
export function adjudicationOf(
  unit: Pick<UnitFacts, 'adjudications'>,
  disagreeing: readonly Pick<AnswerFact, 'answerId'>[],
  asOf: Date,
): AdjudicationFact | null {
  const ids = new Set(disagreeing.map(({ answerId }) => answerId));
  const fitting = (unit.adjudications ?? []).filter(
    ({ from, until, answerIds, speaksAnswerId }) =>
      from <= asOf &&
      (until === null || until > asOf) &&
      (speaksAnswerId === null || ids.has(speaksAnswerId)) &&
      [...ids].every((id) => answerIds.includes(id)),
  );
  return (
    fitting
      .toSorted((a, b) => a.from.getTime() - b.from.getTime() || a.adjudicationId - b.adjudicationId)
      .at(-1) ?? null
  );
}
