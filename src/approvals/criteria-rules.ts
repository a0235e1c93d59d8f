import type { Policy } from '../evidence/rules/policy.ts';
import { CRITERIA, type Criterion, MET_REQUIREMENT_STATUSES } from '../evidence/types.ts';
import type { CriterionVerdict } from './types.ts';

/** `to_review`: something is attached that nobody has looked at since. */
export type CriterionState = 'shown' | 'not_shown' | 'to_review' | 'nothing_attached';

export type CriterionRow<Item, Review> = {
  criterion: Criterion;
  isMandatory: boolean;
  state: CriterionState;
  items: Item[];
  review: Review | null;
};

type Attached = { criterion: Criterion; addedAt: Date; removedAt: Date | null };
type Reviewed = { criterion: Criterion; verdict: CriterionVerdict; reviewedAt: Date };

/**
 * How each of the nine criteria stands for one application. Employer need is what the frozen evidence says; the others are
 * shown by what is attached, once a person has looked at it. Whatever is attached or taken away after that must be looked
 * at again.
 */
export function criteriaStanding<Item extends Attached, Review extends Reviewed>(
  policy: Policy,
  facts: { frozenStatus: string | null; items: readonly Item[]; reviews: readonly Review[] },
): CriterionRow<Item, Review>[] {
  const mandatory = policy.formatVersion === 3 ? policy.mandatoryCriteria : [];
  return CRITERIA.map((criterion) => {
    const all = facts.items.filter((item) => item.criterion === criterion);
    const items = all.filter(({ removedAt }) => removedAt === null);
    const review =
      facts.reviews
        .filter((each) => each.criterion === criterion)
        .sort((a, b) => a.reviewedAt.getTime() - b.reviewedAt.getTime())
        .at(-1) ?? null;
    return {
      criterion,
      isMandatory: mandatory.some((each) => each === criterion),
      state:
        criterion === 'employer_need' ? needState(facts.frozenStatus) : attachedState(all, items, review),
      items,
      review,
    };
  });
}

function needState(frozenStatus: string | null): CriterionState {
  if (frozenStatus === null) return 'nothing_attached';
  return MET_REQUIREMENT_STATUSES.some((met) => met === frozenStatus) ? 'shown' : 'not_shown';
}

function attachedState(
  all: readonly Attached[],
  items: readonly Attached[],
  review: Reviewed | null,
): CriterionState {
  if (items.length === 0) return 'nothing_attached';
  if (review === null) return 'to_review';
  const changed = all.some(
    ({ addedAt, removedAt }) =>
      addedAt > review.reviewedAt || (removedAt !== null && removedAt > review.reviewedAt),
  );
  return changed ? 'to_review' : review.verdict;
}

/** Mandatory criteria that are not shown. */
export function missingCriteria(
  rows: readonly Pick<CriterionRow<unknown, unknown>, 'criterion' | 'isMandatory' | 'state'>[],
): Criterion[] {
  return rows
    .filter(({ isMandatory, state }) => isMandatory && state !== 'shown')
    .map(({ criterion }) => criterion);
}
